#pragma once

#include <memory>

#include "studies/study.h"

namespace syswright::studies {

/// Multi-region spot: the published figures of SkyNomad on its H100 series, what they leave open, and a search.
std::unique_ptr<const Study> make_skynomad_study();

}  // namespace syswright::studies
