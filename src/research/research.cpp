#include "research/research.h"

#include "research/glia.h"
#include "research/researcher.h"
#include "research/vulcan.h"

namespace syswright::research {

void register_designers(Registry<design::Designer>& registry) {
  registry.add(std::make_unique<Researcher>());
  registry.add(std::make_unique<Vulcan>());
  registry.add(std::make_unique<Glia>());
}

}  // namespace syswright::research
