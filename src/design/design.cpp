#include "design/design.h"

#include "design/random_search.h"

namespace syswright::design {

void register_designers(Registry<Designer>& registry) { registry.add(std::make_unique<RandomSearch>()); }

}  // namespace syswright::design
