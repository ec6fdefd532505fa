#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "domains/transactions/separation.h"

namespace syswright::transactions {

/// An operation on a key.
struct Operation {
  std::uint32_t position = 1;  ///< in its transaction, from 1
  std::uint32_t key = 0;       ///< into Instance::keys
  bool write = false;
  friend bool operator==(const Operation&, const Operation&) = default;
};

struct Transaction {
  std::string name;
  std::uint32_t length = 1;           ///< ticks, at least 1
  std::vector<Operation> operations;  ///< by position; a tick without one touches no key
  friend bool operator==(const Transaction&, const Transaction&) = default;
};

/// A batch of transactions, to be ordered.
struct Instance {
  std::string name;
  std::uint64_t number = 0;
  std::vector<Transaction> transactions;
  std::vector<std::string> keys;  ///< by number
  /// Of the transactions: see separate().
  std::shared_ptr<const Separation> separation;

  std::uint64_t total_length() const;
};

/// Most transactions of a batch, and most ticks of all of them: separations are kept for each pair.
inline constexpr std::size_t most_transactions = 2'000;
inline constexpr std::uint64_t most_ticks = 1'000'000;

/// Fills in the separation, and checks the limits. Throws InputError that names the batch.
Instance finished(Instance instance);

/// Reads one workload from JSON: {"transactions": [{"name": …, "operations": ["r-KEY", "w-KEY", "*", …]}, …]}; a bare
/// list of transactions, and transactions that are a bare list of operations, will do too.
/// Throws InputError that names the file, the transaction and the operation.
Instance read_batch(std::string_view json, const std::string& path);

/// All batches below a path: a file, or a folder whose *.json are read in the order of their names (those that hold no
/// transactions are refused). Throws InputError or SystemError.
std::vector<Instance> read_batches(const std::string& path);

/// Kinds of batches that the generator makes.
enum class Kind {
  dense,   ///< every tick touches a key, four of which all touch, in much the same order: every two conflict
  mixed,   ///< long ones that read a hot key and write a cold one, and short ones that write both
  sparse,  ///< one read at the start and one write at the end
};
std::string_view to_string(Kind kind);

struct GeneratorOptions {
  Kind kind = Kind::dense;
  std::uint64_t seed = 1;
  std::uint64_t number = 0;  ///< of the batch: seed and number decide the draws
  std::size_t transactions = 100;
};
Instance generate(const GeneratorOptions& options);

}  // namespace syswright::transactions
