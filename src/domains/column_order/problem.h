#pragma once

#include <span>
#include <string>
#include <string_view>

#include "domain/instances.h"
#include "domains/column_order/machine.h"
#include "domains/column_order/table.h"

namespace syswright::column_order {

/// The domain, as domain/instances.h wants it described.
struct Problem {
  using Instance = column_order::Instance;
  using Machine = column_order::Machine;

  static constexpr std::string_view name = "column_order";
  static constexpr std::string_view summary =
      "in which order the cells of a row are sent, so that rows share long prefixes";

  static const std::shared_ptr<const policy::Signature>& signature() { return column_order_signature(); }
  static std::span<const Metric> metrics();
  static std::span<const Method<Problem>> methods();
  static std::span<const Option> options();
  static std::span<const std::string> exemplars();
  static std::span<const Cheat> cheats();
  static std::uint64_t events(const Instance& table) { return table.rows; }
  static void digest(const Instance& table, DigestBuilder& digest);
  static std::vector<double> worst(const Instance& table);
  static std::vector<Bound> bounds(const Instance& table);
  static std::vector<double> audit(const Instance& table, std::span<const DecisionLog::Record> records,
                                   Violations& violations);
  static std::unique_ptr<Workload> open(const ScenarioRequest& request);
};

}  // namespace syswright::column_order
