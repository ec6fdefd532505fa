#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "domain/stepping.h"
#include "domains/transactions/separation.h"
#include "domains/transactions/workload.h"

namespace syswright::transactions {

/// The one decision: which of the transactions that are left is placed next.
const std::shared_ptr<const policy::Signature>& transactions_signature();

/// What a key still has before it.
struct KeyLoad {
  std::uint32_t uses = 0;    ///< transactions left that touch it
  std::uint32_t writes = 0;  ///< those that write it
};

/// The mechanism: asks for each place of the order. One event a place.
class Machine {
 public:
  /// The batch outlives the machine.
  explicit Machine(const Instance& instance);

  bool next(Ask& ask, ProgramState& state);
  void reply(const Reply& reply);
  /// In the order in which they came.
  void default_answers(const Ask& ask, std::span<double> answers) const;
  /// makespan, mean_end and longest_wait of what is placed so far.
  std::vector<double> metrics() const;

  const Instance& instance() const { return *instance_; }
  const Placing& placing() const { return placing_; }
  std::span<const std::uint32_t> left() const { return left_; }

 private:
  void fill_globals(std::vector<double>& globals) const;
  void fill_columns(std::vector<double>& columns, const ProgramState& state) const;
  void fill_pushes(std::vector<double>& columns, const ProgramState& state) const;
  void fill_key_loads(std::vector<double>& columns, const ProgramState& state) const;

  const Instance* instance_;
  Placing placing_;
  std::vector<std::uint32_t> left_;  ///< transactions not yet placed, ascending
  std::vector<KeyLoad> keys_;
  std::int32_t longest_wait_ = 0;
  std::vector<double> news_;  ///< of each signal, from the last placing; empty: nothing to report
};

}  // namespace syswright::transactions
