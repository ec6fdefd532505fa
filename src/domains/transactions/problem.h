#pragma once

#include <span>
#include <string>
#include <string_view>

#include "domain/instances.h"
#include "domains/transactions/machine.h"
#include "domains/transactions/workload.h"

namespace syswright::transactions {

/// The domain, as domain/instances.h wants it described.
struct Problem {
  using Instance = transactions::Instance;
  using Machine = transactions::Machine;

  static constexpr std::string_view name = "transactions";
  static constexpr std::string_view summary =
      "in which order a batch of transactions takes its locks, so that it ends soon";

  static const std::shared_ptr<const policy::Signature>& signature() { return transactions_signature(); }
  static std::span<const Metric> metrics();
  static std::span<const Method<Problem>> methods();
  static std::span<const Option> options();
  static std::span<const std::string> exemplars();
  static std::span<const Cheat> cheats();
  static std::uint64_t events(const Instance& batch) { return batch.transactions.size(); }
  static void digest(const Instance& batch, DigestBuilder& digest);
  static std::vector<double> worst(const Instance& batch);
  static std::vector<Bound> bounds(const Instance& batch);
  static std::vector<double> audit(const Instance& batch, std::span<const DecisionLog::Record> records,
                                   Violations& violations);
  static std::unique_ptr<Workload> open(const ScenarioRequest& request);
};

}  // namespace syswright::transactions
