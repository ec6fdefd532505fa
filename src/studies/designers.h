#pragma once

#include <memory>

#include "studies/study.h"

namespace syswright::studies {

/// The designers that need no language model, side by side on four domains at equal evaluations: is the portfolio, and
/// the researcher where there is one, at least as good as the best of the single designers?
std::unique_ptr<const Study> make_designers_study();

}  // namespace syswright::studies
