#pragma once

#include <span>
#include <string>
#include <string_view>

#include "domain/instances.h"
#include "domains/bin_packing/instance.h"
#include "domains/bin_packing/machine.h"

namespace syswright::bin_packing {

/// The domain, as domain/instances.h wants it described.
struct Problem {
  using Instance = bin_packing::Instance;
  using Machine = bin_packing::Machine;

  static constexpr std::string_view name = "bin_packing";
  static constexpr std::string_view summary =
      "which bin takes an item that comes alone, so that few bins hold them all";

  static const std::shared_ptr<const policy::Signature>& signature() { return bin_packing_signature(); }
  static std::span<const Metric> metrics();
  static std::span<const Method<Problem>> methods();
  static std::span<const Option> options();
  static std::span<const std::string> exemplars();
  static std::span<const Cheat> cheats();
  static std::uint64_t events(const Instance& instance) { return instance.sizes.size(); }
  static void digest(const Instance& instance, DigestBuilder& digest);
  static std::vector<double> worst(const Instance& instance);
  static std::vector<Bound> bounds(const Instance& instance);
  static std::vector<double> audit(const Instance& instance, std::span<const DecisionLog::Record> records,
                                   Violations& violations);
  /// What became of each item, how many bins there are, and how much room lies in those that are not full.
  static void draw(const Instance& instance, std::span<const DecisionLog::Record> records, double start,
                   Timeline& timeline);
  static std::unique_ptr<Workload> open(const ScenarioRequest& request);
};

}  // namespace syswright::bin_packing
