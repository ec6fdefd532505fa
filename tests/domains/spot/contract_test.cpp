#include "tests/domain/contract.h"

#include "domains/spot/spot.h"
#include "tests/domains/spot/sample_markets.h"

namespace syswright::spot {
namespace {

/// Drawn ones under either net, tight and slack; one from a file, with prices and starts longer than a tick.
std::vector<ScenarioRequest> requests() {
  static const SampleFile bits(sample_bits(3, 900), "one_place.txt");
  static const SampleFile prices(sample_prices(900), "prices.csv");
  return {
      {.options = {{"job", "12h"}, {"deadline", "14h,24h"}, {"overhead", "3min"}, {"windows", "3"}}},
      {.options = {{"job", "10h"}, {"deadline", "12h"}, {"overhead", "6min"}, {"windows", "4"}, {"net", "strict"}},
       .seed = 7},
      {.workload = bits.path(),
       .options = {
           {"job", "8h"}, {"deadline", "14h"}, {"overhead", "25min"}, {"windows", "8"}, {"prices", prices.path()}}}};
}

const contract::Subject subject{"spot", make_spot_domain, requests};

}  // namespace
}  // namespace syswright::spot

namespace syswright::contract {

INSTANTIATE_TEST_SUITE_P(Spot, DomainContract, testing::Values(spot::subject),
                         [](const auto& chosen) { return chosen.param.name; });

}  // namespace syswright::contract
