#include "tests/domain/contract.h"

#include "domains/multi_region/multi_region.h"
#include "tests/domains/multi_region/sample_regions.h"

namespace syswright::multi_region {
namespace {

/// Drawn ones, with and without transfer times, with a change of regions; a folder with an egress table.
std::vector<ScenarioRequest> requests() {
  static const SampleFolder folder({{"us-east-1a_v100_1/full.json", sample_json(1, 400, 1.1, 3.4)},
                                    {"us-east-1b_v100_1/full.json", sample_json(2, 400, 1.0, 3.4)},
                                    {"eu-west-1a_v100_1/full.json", sample_json(3, 400, 0.8, 3.2)},
                                    {"egress.csv",
                                     "from_region,to_region,price_usd_per_gb\nus-east-1,eu-west-1,0.02\n"
                                     "eu-west-1,us-east-1,0.05\n"}});
  return {{.options = {{"job", "8h"}, {"deadline", "11h"}, {"regions", "all"}, {"jobs", "4"}}},
          {.options = {{"job", "6h"},
                       {"deadline", "9h"},
                       {"overhead", "13min"},
                       {"regions", "4"},
                       {"jobs", "4"},
                       {"transfer-time", "counted"},
                       {"checkpoint", "500GB"},
                       {"set", "zones"}},
           .seed = 7},
          {.workload = folder.path(),
           .options = {{"job", "6h"}, {"deadline", "8h"}, {"jobs", "6"}, {"egress", folder.path("egress.csv")}}}};
}

const contract::Subject subject{"multi_region", make_multi_region_domain, requests};

}  // namespace
}  // namespace syswright::multi_region

namespace syswright::contract {

INSTANTIATE_TEST_SUITE_P(MultiRegion, DomainContract, testing::Values(multi_region::subject),
                         [](const auto& chosen) { return chosen.param.name; });

}  // namespace syswright::contract
