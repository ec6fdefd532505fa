#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "domains/transactions/workload.h"

namespace syswright::transactions {
namespace {

/// Keys drawn with probability proportional to 1 / (rank + 1)^skew.
class Keys {
 public:
  Keys(std::size_t count, double skew) {
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
      sum += std::pow(static_cast<double>(i + 1), -skew);
      cumulative_.push_back(sum);
    }
  }
  std::uint32_t draw(Random& random) const {
    const double at = random.uniform() * cumulative_.back();
    const auto found = std::upper_bound(cumulative_.begin(), cumulative_.end(), at);
    return static_cast<std::uint32_t>(
        std::min<std::ptrdiff_t>(found - cumulative_.begin(), static_cast<std::ptrdiff_t>(cumulative_.size()) - 1));
  }
  std::size_t size() const { return cumulative_.size(); }

 private:
  std::vector<double> cumulative_;
};

/// 16 operations on keys of its own choice, each key once; somewhat more than half are reads.
Transaction dense(Random& random, const Keys& keys) {
  Transaction transaction;
  transaction.length = 16;
  std::vector<bool> used(keys.size());
  for (std::uint32_t position = 1; position <= transaction.length; ++position) {
    std::uint32_t key = keys.draw(random);
    while (used[key]) key = keys.draw(random);
    used[key] = true;
    transaction.operations.push_back({position, key, random.chance(0.45)});
  }
  return transaction;
}

/// Up to three rounds of read and write, then work on nothing; 9 to 21 ticks.
Transaction mixed(Random& random, const Keys& keys) {
  Transaction transaction;
  transaction.length = static_cast<std::uint32_t>(9 + random.below(13));
  std::uint32_t position = 1;
  const std::uint64_t rounds = 1 + random.below(3);
  for (std::uint64_t i = 0; i < rounds; ++i) {
    transaction.operations.push_back({position++, keys.draw(random), false});
    if (random.chance(0.4)) transaction.operations.push_back({position++, keys.draw(random), true});
  }
  return transaction;
}

Transaction sparse(Random& random, const Keys& keys) {
  Transaction transaction;
  transaction.length = 9;
  transaction.operations.push_back({1, keys.draw(random), false});
  transaction.operations.push_back({9, keys.draw(random), true});
  return transaction;
}

}  // namespace

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::dense:
      return "dense";
    case Kind::mixed:
      return "mixed";
    case Kind::sparse:
      return "sparse";
  }
  return "";
}

Instance generate(const GeneratorOptions& options) {
  Random random(options.seed, fmt::format("transactions {}", to_string(options.kind)), options.number);
  const Keys keys = options.kind == Kind::dense   ? Keys(160, 1.0)
                    : options.kind == Kind::mixed ? Keys(40, 0.8)
                                                  : Keys(10, 0.3);
  Instance batch;
  batch.name = fmt::format("{} {}", to_string(options.kind), options.number);
  batch.number = options.number;
  for (std::size_t key = 0; key < keys.size(); ++key) batch.keys.push_back(std::to_string(key));
  for (std::size_t i = 0; i < options.transactions; ++i) {
    Transaction transaction = options.kind == Kind::dense   ? dense(random, keys)
                              : options.kind == Kind::mixed ? mixed(random, keys)
                                                            : sparse(random, keys);
    transaction.name = fmt::format("txn{}", i);
    batch.transactions.push_back(std::move(transaction));
  }
  return finished(std::move(batch));
}

}  // namespace syswright::transactions
