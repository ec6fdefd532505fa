#include "domains/transactions/problem.h"

namespace syswright::transactions {

std::span<const std::string> Problem::exemplars() {
  static const std::vector<std::string> programs{
      R"(# The one that lets the makespan grow least.
policy least_growth for transactions {
  rank next(growth) { return -growth; }
}
)",
      R"(# The one that can start first.
policy earliest_start for transactions {
  rank next(start) { return -start; }
}
)",
      R"(# The one that stands least in the way of the others.
policy least_in_the_way for transactions {
  rank next(growth, push) { return -(growth + push); }
}
)",
      R"(# While there is room at the end, what many others wait for.
policy busy_keys_first for transactions {
  rank next(start, busiest_key, push) { return busiest_key / 4 - push - start / 2; }
}
)",
      R"(# Keeps the end of the whole batch, placed and left, as early as can be.
policy least_bound for transactions {
  rank next(bound, push, end) { return -(bound + push) - end / 10; }
}
)",
      R"(# Growth counts for more the faster the makespan has grown of late.
policy paced for transactions {
  stat pace = ewma(grown, 0.8);
  rank next(growth, push, start) { return -(growth * (1 + pace) + push) - start / 10; }
}
)",
  };
  return programs;
}

}  // namespace syswright::transactions
