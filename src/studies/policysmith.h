#pragma once

#include <memory>

#include "studies/study.h"

namespace syswright::studies {

/// PolicySmith's claim for caches: a policy made for one context (trace and size) serves it better than every standard
/// policy, and better than one made for another context. Searched without a language model.
std::unique_ptr<const Study> make_policysmith_study();

}  // namespace syswright::studies
