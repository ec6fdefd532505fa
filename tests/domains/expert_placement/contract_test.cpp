#include "tests/domain/contract.h"

#include "domains/expert_placement/expert_placement.h"

namespace syswright::expert_placement {
namespace {

std::vector<ScenarioRequest> requests() {
  return {{.options = {{"layers", "4"},
                       {"steps", "3"},
                       {"experts", "16"},
                       {"gpus", "4"},
                       {"slots", "5"},
                       {"nodes", "2"},
                       {"groups", "4"}},
           .seed = 3}};
}

const contract::Subject subject{"expert_placement", make_expert_placement_domain, requests};

}  // namespace
}  // namespace syswright::expert_placement

namespace syswright::contract {

INSTANTIATE_TEST_SUITE_P(ExpertPlacement, DomainContract, testing::Values(expert_placement::subject),
                         [](const auto& chosen) { return chosen.param.name; });

}  // namespace syswright::contract
