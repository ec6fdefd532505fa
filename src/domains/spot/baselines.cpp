#include "domains/spot/baselines.h"

#include <array>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace syswright::spot {
namespace {

constexpr std::string_view uniform_progress_paper =
    "Wu et al., 'Can't Be Late: Optimizing Spot Instance Savings under Deadlines', NSDI 2024";

Mode spot_if_there(const Market& market, Mode otherwise) { return market.available() ? Mode::spot : otherwise; }

/// Two more starts no longer fit: only a spot instance that runs already may go on.
bool settles(const Market& market) {
  return ticks_needed(market.setting(), market.job(), 2) >= ticks_left(market.setting(), market.job());
}
Mode settled(const Market& market) { return market.held() == Mode::spot ? Mode::spot : Mode::on_demand; }

Mode always_on_demand(const Market&) { return Mode::on_demand; }

Mode spot_until_the_net(const Market& market) { return spot_if_there(market, Mode::idle); }

Mode greedy(const Market& market) { return settles(market) ? settled(market) : spot_if_there(market, Mode::idle); }

/// Works on demand only to catch up with even progress.
Mode catch_up(const Market& market) {
  const bool behind = lead(market.setting(), market.job(), 0) < 0;
  return spot_if_there(market, behind ? Mode::on_demand : Mode::idle);
}

Mode uniform_progress_plain(const Market& market) { return settles(market) ? settled(market) : catch_up(market); }

Mode uniform_progress(const Market& market) {
  if (settles(market)) return settled(market);
  if (market.held() != Mode::on_demand) return catch_up(market);
  // Two change-overs must be affordable before on-demand is given up, and there must be spot to go to.
  const bool affordable = lead(market.setting(), market.job(), 2 * market.setting().overhead) > 0;
  return market.available() && affordable ? Mode::spot : Mode::on_demand;
}

}  // namespace

std::span<const NativePolicy> native_policies() {
  static constexpr std::array<NativePolicy, 5> policies{{
      {"always_on_demand", "on demand from start to end: what the deadline costs without a market", "naive",
       always_on_demand},
      {"spot_until_the_net", "spot where there is any, else idle; the safety net alone keeps the deadline", "naive",
       spot_until_the_net},
      {"greedy", "the same, but on demand for good as soon as two more starts no longer fit",
       "ADRS leaderboard, cant_be_late, the program to start from", greedy},
      {"uniform_progress",
       "spot where there is any; on demand while behind even progress, and then until two change-overs are affordable",
       uniform_progress_paper, uniform_progress},
      {"uniform_progress_plain", "the same without its hysteresis: back to spot, or to idling, at once",
       uniform_progress_paper, uniform_progress_plain},
  }};
  return policies;
}

const NativePolicy& find_native(std::string_view name) {
  std::vector<std::string> names;
  for (const NativePolicy& policy : native_policies()) {
    if (policy.name == name) return policy;
    names.emplace_back(policy.name);
  }
  throw InputError("the domain 'spot' has no native policy '" + std::string(name) + "'" + did_you_mean(name, names) +
                   " (there are: " + join(names) + ")");
}

}  // namespace syswright::spot
