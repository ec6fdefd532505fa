#pragma once

#include <memory>

#include "studies/study.h"

namespace syswright::studies {

/// AutoScout against Bayesian optimisation, CMA-ES and random search on an enumerable space of training plans.
std::unique_ptr<const Study> make_autoscout_study();

}  // namespace syswright::studies
