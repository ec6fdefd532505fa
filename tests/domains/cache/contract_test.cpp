#include "tests/domain/contract.h"

#include "domains/cache/cache.h"
#include "tests/domains/cache/sample_traces.h"

namespace syswright::cache {
namespace {

/// Without sizes and times, in objects; with both, in bytes; with both, each object counting 1.
std::vector<ScenarioRequest> requests() {
  static const SampleFile plain(sample_trace(1, {}), "plain.txt");
  static const SampleFile sized(sample_trace(2, {.sizes = true, .times = true, .changing_sizes = true}), "sized.csv");
  return {
      {.workload = plain.path(), .options = {{"size", "40,10%"}}},
      {.workload = sized.path(), .options = {{"size", "20KiB,10%"}}},
      {.workload = sized.path(), .options = {{"size", "70"}, {"unit", "yes"}, {"split", "50%,0.2,0.3"}}, .seed = 7}};
}

const contract::Subject subject{"cache", make_cache_domain, requests};

}  // namespace
}  // namespace syswright::cache

namespace syswright::contract {

INSTANTIATE_TEST_SUITE_P(Cache, DomainContract, testing::Values(cache::subject),
                         [](const auto& chosen) { return chosen.param.name; });

}  // namespace syswright::contract
