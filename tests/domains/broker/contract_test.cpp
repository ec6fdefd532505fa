#include "tests/domain/contract.h"

#include "domains/broker/broker.h"

namespace syswright::broker {
namespace {

std::vector<ScenarioRequest> requests() {
  return {{.options = {{"jobs", "14"}, {"tasks", "9"}, {"objective", "cost,time"}, {"unavailable", "0.3"}}, .seed = 3},
          {.options = {{"jobs", "16"},
                       {"tasks", "7"},
                       {"objective", "$20/h"},
                       {"shape", "dag"},
                       {"unavailable", "0.6"},
                       {"effort", "3000"}},
           .seed = 4}};
}

const contract::Subject subject{"broker", make_broker_domain, requests};

}  // namespace
}  // namespace syswright::broker

namespace syswright::contract {

INSTANTIATE_TEST_SUITE_P(Broker, DomainContract, testing::Values(broker::subject),
                         [](const auto& chosen) { return chosen.param.name; });

}  // namespace syswright::contract
