#include "app/registration.h"

namespace syswright::app {

void register_all(Context& /*context*/) {}

}  // namespace syswright::app
