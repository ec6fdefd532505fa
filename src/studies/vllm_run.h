#pragma once

#include <memory>

#include "studies/study.h"

namespace syswright::studies {

/// A measured run of vLLM against its simulation, what each setting is worth in it, and which settings two runs differ
/// in.
std::unique_ptr<const Study> make_vllm_run_study();

}  // namespace syswright::studies
