#include "research/research.h"

#include "research/researcher.h"

namespace syswright::research {

void register_designers(Registry<design::Designer>& registry) { registry.add(std::make_unique<Researcher>()); }

}  // namespace syswright::research
