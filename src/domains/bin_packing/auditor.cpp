#include "domains/bin_packing/auditor.h"

#include <fmt/format.h>

#include <map>

namespace syswright::bin_packing {

std::vector<double> audit_packing(const Instance& instance, std::span<const DecisionLog::Record> records,
                                  Violations& violations) {
  const auto object = [&](const std::string& what) { violations.add(instance.name + ": " + what); };
  std::map<std::uint64_t, std::uint64_t> contents;  // size held, by bin
  std::vector<bool> placed(instance.sizes.size());
  std::uint64_t expected = 0;
  for (const DecisionLog::Record& record : records) {
    if (record.decision != 0) object(fmt::format("there is no decision {}", record.decision));
    if (record.event >= placed.size()) {
      object(fmt::format("there is no item {}", record.event));
      continue;
    }
    if (placed[record.event]) {
      object(fmt::format("item {} is placed a second time", record.event));
      continue;
    }
    if (record.event != expected) object(fmt::format("item {} is placed out of its order", record.event));
    expected = record.event + 1;
    placed[record.event] = true;
    if (record.subject > contents.size()) {
      object(fmt::format("item {} goes to bin {}, and only {} were opened", record.event, record.subject,
                         contents.size()));
    }
    std::uint64_t& held = contents[record.subject];
    held += instance.sizes[record.event];
    if (held > instance.capacity) {
      object(fmt::format("bin {} holds {:g} with item {}, and its capacity is {:g}", record.subject,
                         static_cast<double>(held) / instance.steps, record.event,
                         static_cast<double>(instance.capacity) / instance.steps));
    }
  }
  std::uint64_t total = 0;
  std::uint64_t left = 0;
  std::uint64_t size_placed = 0;
  for (std::size_t item = 0; item < placed.size(); ++item) {
    total += instance.sizes[item];
    placed[item] ? size_placed += instance.sizes[item] : ++left;
  }
  if (left > 0) object(fmt::format("{} of {} items are in no bin", left, placed.size()));
  // As many bins as hold the total size if it could be poured.
  std::uint64_t poured = total / instance.capacity;
  if (poured * instance.capacity < total || poured == 0) ++poured;
  const auto bins = static_cast<double>(contents.size());
  const double fill =
      contents.empty() ? 0 : static_cast<double>(size_placed) / (bins * static_cast<double>(instance.capacity));
  return {(bins - static_cast<double>(poured)) / static_cast<double>(poured), bins, fill};
}

}  // namespace syswright::bin_packing
