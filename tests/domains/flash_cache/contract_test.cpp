#include "tests/domain/contract.h"

#include "domains/flash_cache/flash_cache.h"
#include "tests/domains/flash_cache/small_traces.h"

namespace syswright::flash_cache {
namespace {

/// With sets and a limit of writes; without either, in two sizes; without sizes and times.
std::vector<ScenarioRequest> requests() {
  static const TraceFile sized(small_trace({.requests = 3000, .objects = 500}, Random(1, "flash contract")),
                               "sized.csv");
  static const TraceFile plain(
      [] {
        trace::CacheTrace trace = small_trace({.requests = 3000, .objects = 900, .times = false}, Random(2, "plain"));
        trace.sizes.clear();
        return trace;
      }(),
      "plain.txt");
  return {{.workload = sized.path(),
           .options = {{"dram", "5%"}, {"flash", "30%"}, {"sets", "25%"}, {"region", "13KB"}, {"writes", "2"}}},
          {.workload = sized.path(), .options = {{"dram", "4%,8%"}, {"flash", "20%"}, {"region", "15KB"}}, .seed = 7},
          {.workload = plain.path(), .options = {{"dram", "30%"}, {"flash", "60%"}, {"sets", "10%"}}}};
}

const contract::Subject subject{"flash_cache", make_flash_cache_domain, requests};

}  // namespace
}  // namespace syswright::flash_cache

namespace syswright::contract {

INSTANTIATE_TEST_SUITE_P(FlashCache, DomainContract, testing::Values(flash_cache::subject),
                         [](const auto& chosen) { return chosen.param.name; });

}  // namespace syswright::contract
