#pragma once

#include <memory>

#include "studies/study.h"

namespace syswright::studies {

/// Whom to preempt when the KV cache is full: vLLM's rule, the proposals in its tracker, and designed rules.
std::unique_ptr<const Study> make_victim_study();

}  // namespace syswright::studies
