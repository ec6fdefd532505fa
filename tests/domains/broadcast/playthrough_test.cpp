#include "tests/domain/playthrough.h"

#include <gtest/gtest.h>

#include "domains/broadcast/broadcast_domain.h"
#include "domains/broadcast/exemplars.h"
#include "domains/broadcast/scenario.h"
#include "tests/domains/broadcast/sample_tables.h"

namespace syswright::broadcast {
namespace {

TEST(BroadcastPlaythrough, IsTheOneOnFile) {
  const BroadcastDomain domain;
  auto orders = std::make_shared<Orders>();
  for (std::uint64_t i = 0; i < 2; ++i) {
    orders->push_back(std::make_shared<const Order>(random_network(i, 7), small_transfer(3, 4), Machines{}));
  }
  const BroadcastScenario scenario(orders, "two transfers of 30 GB in 4 partitions to 3 of 7 regions", "two");
  std::string text = "scenario " + scenario.label() + "\n";
  for (const std::size_t i : {5, 7}) {
    text += contract::play(domain, scenario, broadcast_exemplars()[i], 4, 6, 5);
  }
  text += contract::show_baselines_and_bounds(domain, scenario);
  contract::expect_playthrough(SYSWRIGHT_SOURCE_DIR, "broadcast", text);
}

}  // namespace
}  // namespace syswright::broadcast
