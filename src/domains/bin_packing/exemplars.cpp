#include "domains/bin_packing/problem.h"

namespace syswright::bin_packing {

std::span<const std::string> Problem::exemplars() {
  static const std::vector<std::string> programs{
      R"(# Best fit: the least room.
policy tightest for bin_packing {
  rank place(room) { return -room; }
}
)",
      R"(# Fill a bin, all but, or leave room for an item of usual size: gaps in between are lost.
policy no_small_gaps for bin_packing {
  rank place(room_after, capacity) {
    let gap = room_after / capacity;
    return gap <= 0.02 ? 2 - gap : gap >= 0.3 ? 1 - gap : gap - 1;
  }
}
)",
      R"(# Sum of squares: as many open bins with one room as with another.
policy evenly_many for bin_packing {
  rank place(alike, alike_after, room_after, fresh) {
    let leaves = room_after > 0 ? 2 * alike_after + 1 : 0;
    let takes = fresh ? 0 : 2 * alike - 1;
    return takes - leaves;
  }
}
)",
      R"(# Leave what many items fit into, or what some fill.
policy fillable for bin_packing {
  rank place(room_after, fit, match, fresh) {
    return room_after <= 0 ? 2 : fit + 4 * match - (fresh ? 1 : 0);
  }
}
)",
      R"(# A gap is as good as the items that came lately are small.
policy lately_small for bin_packing {
  stat usual = ewma(arrived_size, 0.95);
  rank place(room_after) { return room_after >= usual ? 1 - room_after / (usual + 1) : -room_after; }
}
)",
  };
  return programs;
}

}  // namespace syswright::bin_packing
