#include "domains/transactions/workload.h"

#include <fmt/format.h>

#include "base/error.h"

namespace syswright::transactions {

std::uint64_t Instance::total_length() const {
  std::uint64_t ticks = 0;
  for (const Transaction& transaction : transactions) ticks += transaction.length;
  return ticks;
}

Instance finished(Instance instance) {
  if (instance.transactions.empty()) throw InputError(instance.name + " has no transactions");
  if (instance.transactions.size() > most_transactions || instance.total_length() > most_ticks) {
    throw InputError(fmt::format(
        "{} has {} transactions of {} ticks in all, and a batch may have {} of {}: cut it into several batches",
        instance.name, instance.transactions.size(), instance.total_length(), most_transactions, most_ticks));
  }
  instance.separation = std::make_shared<Separation>(instance.transactions, instance.keys.size());
  return instance;
}

}  // namespace syswright::transactions
