#include "domains/multi_region/exemplars.h"

#include <vector>

namespace syswright::multi_region {

std::span<const std::string> multi_region_exemplars() {
  static const std::vector<std::string> programs{
      R"(# Spot where it is cheapest, else nothing; the safety net keeps the deadline.
policy cheapest_spot_first for multi_region {
  rank region(spot_price) { return -spot_price; }
  value instance(exhausted) { return exhausted ? keep : spot; }
  value probe() { return no; }
}
)",
      R"(# On demand where it is cheapest, from start to end.
policy cheapest_on_demand_first for multi_region {
  rank region(on_demand_price) { return -on_demand_price; }
  value instance(holds_on_demand) { return holds_on_demand ? keep : on_demand; }
  value probe() { return no; }
}
)",
      R"(# Even progress; spot where it is cheapest, but not at once where it was just lost. After UP(S).
policy even_progress_elsewhere for multi_region {
  rank region(spot_price, near, runs_here, preempted) {
    return runs_here ? 1 : -(spot_price / $1 * 1h) - (near and preempted ? 1000 : 0);
  }
  value instance(holds_spot, holds_on_demand, home, exhausted, lead, overhead) {
    if holds_spot { return keep; }
    if holds_on_demand and lead <= 2 * overhead { return keep; }
    if not exhausted { return spot; }
    if lead >= 0s { return idle; }
    return home ? on_demand : next;
  }
  value probe() { return no; }
}
)",
      R"(# Even progress; spot where it was found oftenest for its price, which is asked every hour. After UP(AP).
policy even_progress_found_for_price for multi_region {
  rank region(spot_price, recent_share, runs_here) {
    let worth = recent_share / max(spot_price * 1h / $1, 0.01);
    return runs_here ? worth / 0.9 : worth;
  }
  value instance(home, runs_here, holds_on_demand, exhausted, lead, overhead) {
    if runs_here { return keep; }
    if holds_on_demand and lead <= 2 * overhead { return keep; }
    if not exhausted { return spot; }
    if lead >= 0s { return idle; }
    return home ? on_demand : next;
  }
  value probe(since_seen, seen) { return not seen or since_seen >= 1h ? yes : no; }
}
)",
      R"(# The utility rule: what an hour there is worth, less its price and the way there. After SkyNomad, work valued by
# required over planned rate.
policy utility for multi_region {
  rank region(value_planned, lifetime, start_time, spot_price, egress, runs_here) {
    let useful = runs_here ? lifetime : max(lifetime - start_time, 0s);
    return value_planned * (useful / max(lifetime, 1s)) - spot_price - egress / max(lifetime, 1s);
  }
  value instance(value_planned, lifetime, start_time, spot_price, on_demand_price, egress, runs_here, holds_spot,
                 holds_on_demand, exhausted, home) {
    if runs_here and holds_spot { return keep; }
    let useful = max(lifetime - start_time, 0s);
    let there = value_planned * (useful / max(lifetime, 1s)) - spot_price - egress / max(lifetime, 1s);
    let dear = value_planned - on_demand_price;
    if not exhausted { return there > max(dear, 0 * dear) ? spot : next; }
    if holds_on_demand { return dear < 0 * dear ? idle : keep; }
    if holds_spot { return keep; }
    return home and dear >= 0 * dear ? on_demand : next;
  }
  value probe(since_seen, seen) { return not seen or since_seen >= 2h ? yes : no; }
}
)",
      R"(# Moves to where spot has lasted of late, and works on demand at home while too little time is left to wait.
policy lasting_spot for multi_region {
  stat common = mean(available, 24);
  stat lasts = mean(run, 4);
  rank region(spot_price, runs_here, last_available, seen) {
    let hours = lasts / 1h;
    return (common + (runs_here ? 0.5 : 0) + 0.1 * min(hours, 5) + (seen and not last_available ? -0.5 : 0)) /
           max(spot_price * 1h / $1, 0.01);
  }
  value instance(runs_here, holds_spot, home, exhausted, slack, overhead) {
    if holds_spot and runs_here { return keep; }
    if not exhausted { return spot; }
    if holds_spot { return keep; }
    if slack > 12 * overhead + 1h { return idle; }
    return home ? on_demand : next;
  }
  value probe(since_seen, losses) { return since_seen > 3h + 1h * min(losses, 5) ? yes : no; }
}
)",
  };
  return programs;
}

}  // namespace syswright::multi_region
