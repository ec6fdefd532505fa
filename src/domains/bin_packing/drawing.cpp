#include <unordered_map>

#include "domain/timeline.h"
#include "domains/bin_packing/problem.h"

namespace syswright::bin_packing {

void Problem::draw(const Instance& instance, std::span<const DecisionLog::Record> records, double start,
                   Timeline& timeline) {
  const auto moment = [&](std::uint64_t item) { return start + static_cast<double>(item) / 1000; };
  const Timeline::Row items = timeline.add_row(instance.name, "items");
  const Timeline::Row bins = timeline.add_row(instance.name, "bins");
  const Timeline::Row slack = timeline.add_row(instance.name, "room in open bins");
  const double steps = instance.steps;
  std::unordered_map<std::uint64_t, std::uint32_t> room;
  std::uint64_t free = 0;
  for (const DecisionLog::Record& record : records) {
    const double at = moment(record.event);
    const std::uint32_t size = instance.sizes[record.event];
    const auto [bin, fresh] = room.try_emplace(record.subject, instance.capacity);
    const std::uint32_t before = bin->second;
    bin->second -= size;
    free += fresh ? instance.capacity : 0;
    free -= size;
    const char* what = fresh ? "opens a bin" : bin->second == 0 ? "fills a bin" : "joins a bin";
    timeline.span(items, what, at, moment(record.event + 1),
                  {{"size", size / steps},
                   {"bin", static_cast<double>(record.subject)},
                   {"room before", before / steps},
                   {"room after", bin->second / steps}});
    if (fresh) timeline.level(bins, at, static_cast<double>(room.size()));
    timeline.level(slack, at, static_cast<double>(free) / steps);
  }
}

}  // namespace syswright::bin_packing
