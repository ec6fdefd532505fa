#pragma once

#include <memory>

#include "studies/study.h"

namespace syswright::studies {

/// The published results of optimize_anything (GEPA) on systems problems, by searches without a language model; and the
/// same search of whole texts, with a scripted one.
std::unique_ptr<const Study> make_optimize_anything_study();

}  // namespace syswright::studies
