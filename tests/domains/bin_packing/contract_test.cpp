#include "tests/domain/contract.h"

#include "domains/bin_packing/bin_packing.h"

namespace syswright::bin_packing {
namespace {

std::vector<ScenarioRequest> requests() {
  return {{.options = {{"instances", "8"}, {"items", "300"}, {"sizes", "weibull,uniform"}}, .seed = 3}};
}

const contract::Subject subject{"bin_packing", make_bin_packing_domain, requests};

}  // namespace
}  // namespace syswright::bin_packing

namespace syswright::contract {

INSTANTIATE_TEST_SUITE_P(BinPacking, DomainContract, testing::Values(bin_packing::subject),
                         [](const auto& chosen) { return chosen.param.name; });

}  // namespace syswright::contract
