#include "tests/domain/contract.h"

#include "domains/tiering/tiering.h"
#include "tests/domains/tiering/small_runs.h"

namespace syswright::tiering {
namespace {

/// Programs under samples and under accessed bits, on either hardware; a recording.
std::vector<ScenarioRequest> requests() {
  static const TextFile lackey("recorded.lackey", lackey_text(9000, 96));
  return {
      {.options = {{"program", "gups,silo"}, {"pages", "96"}, {"ticks", "448"}, {"period", "8"}, {"accesses", "250"}}},
      {.options = {{"program", "kv"},
                   {"pages", "64"},
                   {"ticks", "128"},
                   {"fast", "10%,24"},
                   {"hardware", "nvm"},
                   {"visibility", "bits"},
                   {"accesses", "300"},
                   {"move-budget", "3"}},
       .seed = 7},
      {.workload = lackey.path(), .options = {{"ticks", "128"}, {"period", "3"}, {"store-bias", "0.5"}}}};
}

const contract::Subject subject{"tiering", make_tiering_domain, requests};

}  // namespace
}  // namespace syswright::tiering

namespace syswright::contract {

INSTANTIATE_TEST_SUITE_P(Tiering, DomainContract, testing::Values(tiering::subject),
                         [](const auto& chosen) { return chosen.param.name; });

}  // namespace syswright::contract
