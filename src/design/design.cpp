#include "design/design.h"

#include "design/anneal.h"
#include "design/evolve.h"
#include "design/mcts.h"
#include "design/policysmith.h"
#include "design/random_search.h"

namespace syswright::design {

void register_designers(Registry<Designer>& registry) {
  registry.add(std::make_unique<Evolve>());
  registry.add(std::make_unique<Anneal>());
  registry.add(std::make_unique<Mcts>());
  registry.add(std::make_unique<RandomSearch>());
  registry.add(std::make_unique<PolicySmith>());
}

}  // namespace syswright::design
