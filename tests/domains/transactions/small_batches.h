#pragma once

#include <algorithm>
#include <numeric>
#include <vector>

#include "base/random.h"
#include "domain/evaluation.h"
#include "domains/transactions/workload.h"

namespace syswright::transactions {

/// A batch of random short transactions on few keys: repeated keys, gaps, and transactions without keys included.
inline Instance small_batch(std::uint64_t seed, std::size_t count, std::size_t keys) {
  Random random(seed, "small batch", 0);
  Instance batch;
  batch.name = "small";
  batch.number = seed;
  for (std::size_t key = 0; key < keys; ++key) batch.keys.push_back(std::to_string(key));
  for (std::size_t i = 0; i < count; ++i) {
    Transaction transaction;
    transaction.length = static_cast<std::uint32_t>(1 + random.below(5));
    for (std::uint32_t position = 1; position <= transaction.length; ++position) {
      if (random.chance(0.6)) {
        transaction.operations.push_back(
            {position, static_cast<std::uint32_t>(random.below(keys)), random.chance(0.5)});
      }
    }
    batch.transactions.push_back(std::move(transaction));
  }
  return finished(std::move(batch));
}

inline std::vector<std::uint32_t> identity(std::size_t count) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0u);
  return order;
}

/// The log of an order.
inline DecisionLog log_of(const std::vector<std::uint32_t>& order) {
  DecisionLog log;
  for (std::size_t i = 0; i < order.size(); ++i) log.records.push_back({i, 0, order[i], 1});
  return log;
}

}  // namespace syswright::transactions
