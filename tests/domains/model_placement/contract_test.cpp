#include "tests/domain/contract.h"

#include "domains/model_placement/model_placement.h"

namespace syswright::model_placement {
namespace {

std::vector<ScenarioRequest> requests() {
  return {{.options = {{"fleets", "14"}, {"fill", "0.4875,0.8"}, {"effort", "2000"}}, .seed = 3}};
}

const contract::Subject subject{"model_placement", make_model_placement_domain, requests};

}  // namespace
}  // namespace syswright::model_placement

namespace syswright::contract {

INSTANTIATE_TEST_SUITE_P(ModelPlacement, DomainContract, testing::Values(model_placement::subject),
                         [](const auto& chosen) { return chosen.param.name; });

}  // namespace syswright::contract
