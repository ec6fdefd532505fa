#include "domains/spot/exemplars.h"

#include <vector>

namespace syswright::spot {

std::span<const std::string> spot_exemplars() {
  static const std::vector<std::string> programs{
      R"(# Spot where there is any; the safety net alone keeps the deadline.
policy spot_first for spot {
  value instance() { return spot; }
}
)",
      R"(# On demand from start to end.
policy on_demand_first for spot {
  value instance() { return on_demand; }
}
)",
      R"(# Waits for spot, and goes on demand for good once two more starts no longer fit.
policy greedy_wait for spot {
  value instance(remaining, overhead, tick, time_left, holds_spot) {
    let needed = -floor(-((remaining + 2 * overhead) / tick));
    if needed >= floor(time_left / tick) and not holds_spot { return on_demand; }
    return spot;
  }
}
)",
      R"(# On demand while behind even progress. After Uniform Progress (Wu et al., 2024), without its hysteresis.
policy even_progress for spot {
  value instance(spot_available, holds_spot, lead, remaining, overhead, tick, time_left) {
    let needed = -floor(-((remaining + 2 * overhead) / tick));
    if needed >= floor(time_left / tick) { return holds_spot ? spot : on_demand; }
    if spot_available { return spot; }
    return lead < 0s ? on_demand : idle;
  }
}
)",
      R"(# The same with hysteresis: on demand is given up when two change-overs are affordable and there is spot to go to.
policy even_progress_held for spot {
  value instance(spot_available, holds_spot, holds_on_demand, lead, remaining, overhead, tick, time_left, job,
                 deadline) {
    let needed = -floor(-((remaining + 2 * overhead) / tick));
    if needed >= floor(time_left / tick) { return holds_spot ? spot : on_demand; }
    if holds_on_demand {
      return spot_available and lead > 2 * overhead * (job / deadline) ? spot : on_demand;
    }
    if spot_available { return spot; }
    return lead < 0s ? on_demand : idle;
  }
}
)",
      R"(# Waits while there is time to spare for some twenty starts, and works on demand from then on while there is no spot.
policy spare_some_starts for spot {
  value instance(spot_available, slack, overhead) {
    if spot_available { return spot; }
    return slack > 20 * overhead ? idle : on_demand;
  }
}
)",
      R"(# Waits only where spot was seen often enough that what is left can be done on it.
policy as_seen for spot {
  value instance(spot_available, available_share, remaining, time_left) {
    if spot_available { return spot; }
    return available_share * time_left > remaining ? idle : on_demand;
  }
}
)",
      R"(# Leaves on demand only for spot that has lasted a while, as long as spot is lost often.
policy wary_of_change for spot {
  stat lost = mean(preemption, 36);
  stat common = mean(available, 144);
  value instance(spot_available, holds_on_demand, spell, slack, overhead, lead) {
    if holds_on_demand and lost > 0.2 and spell < 30min { return on_demand; }
    if spot_available { return spot; }
    return slack > 4 * overhead + 2h and (lead > 0s or common > 0.5) ? idle : on_demand;
  }
}
)",
  };
  return programs;
}

}  // namespace syswright::spot
