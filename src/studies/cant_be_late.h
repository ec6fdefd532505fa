#pragma once

#include <memory>

#include "studies/study.h"

namespace syswright::studies {

/// The public Can't-Be-Late scenarios: known policies, the optimum, an evolved program as it was printed, and policies
/// that a search finds, all by spend a job and jobs that are late.
std::unique_ptr<const Study> make_cant_be_late_study();

}  // namespace syswright::studies
