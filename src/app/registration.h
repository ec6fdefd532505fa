#pragma once

#include "app/context.h"

namespace syswright::app {

/// Fills the context's registries with everything that is built in.
void register_all(Context& context);

}  // namespace syswright::app
