#include "domains/broker/problem.h"

namespace syswright::broker {

std::span<const std::string> Problem::exemplars() {
  static const std::vector<std::string> programs{
      R"(# What the task costs here, with the data that moves; where only time counts, how soon it is done.
policy bill_here for broker {
  rank place(money_counts, hour_worth, rent, moving_cost, run_time, moving_time) {
    let time = hour_worth * (run_time + moving_time);
    return -((money_counts ? rent + moving_cost : $0) + time);
  }
}
)",
      R"(# With what the tasks behind must pay because this one runs here: on chains the dynamic programme, where only
# money or only time counts.
policy look_ahead for broker {
  rank place(money_counts, hour_worth, rent, moving_cost, onward_cost, delay) {
    return -((money_counts ? rent + moving_cost + onward_cost : $0) + hour_worth * delay);
  }
}
)",
      R"(# Time matters only where there is no slack; spot where a failed try is rare.
policy spot_with_slack for broker {
  rank place(money_counts, hour_worth, rent, moving_cost, onward_cost, run_time, onward_time, slack, spot, tries_here) {
    let hurry = run_time + onward_time > slack ? run_time + onward_time - slack : 0s;
    let doubt = spot ? $2 * tries_here : $0;
    return -((money_counts ? rent + moving_cost + onward_cost : $0) + hour_worth * hurry + doubt);
  }
}
)",
      R"(# Stay with the data, unless a task is worth the move: as much as tasks usually cost here.
policy settle for broker {
  stat usual = mean(placed_rent, 4);
  rank place(money_counts, hour_worth, rent, moving_cost, at_home, delay) {
    return (at_home ? usual / 2 : $0) - (money_counts ? rent + moving_cost : $0) - hour_worth * delay;
  }
}
)",
  };
  return programs;
}

}  // namespace syswright::broker
