#include "tests/domain/contract.h"

#include "domains/broadcast/broadcast.h"
#include "tests/domains/broadcast/sample_tables.h"

namespace syswright::broadcast {
namespace {

/// A generated network; and tables of a folder, with configured transfers.
std::vector<ScenarioRequest> requests() {
  static const SampleFolder folder;
  return {{.options = {{"draws", "2"}, {"destinations", "3"}, {"partitions", "9"}}, .seed = 5},
          {.workload = folder.path(), .options = {{"draws", "2"}, {"destinations", "2"}, {"partitions", "4"}}}};
}

const contract::Subject subject{"broadcast", make_broadcast_domain, requests};

}  // namespace
}  // namespace syswright::broadcast

namespace syswright::contract {

INSTANTIATE_TEST_SUITE_P(Broadcast, DomainContract, testing::Values(broadcast::subject),
                         [](const auto& chosen) { return chosen.param.name; });

}  // namespace syswright::contract
