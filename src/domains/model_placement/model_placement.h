#pragma once

#include <memory>

#include "domain/domain.h"

/// domains/model_placement/: which GPU serves which model. Every model needs its memory on one GPU; what is left there
/// serves the requests, and the GPU with the most work for the memory that it has left decides.
namespace syswright::model_placement {

std::unique_ptr<const Domain> make_model_placement_domain();

}  // namespace syswright::model_placement
