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

/// 16 operations on as many keys: four that every transaction touches, the others drawn. Programs touch their keys in
/// much the same order, so each key has a home among the 16 places, from which it strays a little.
Transaction dense(Random& random, const Keys& keys, const std::vector<double>& homes) {
  Transaction transaction;
  transaction.length = 16;
  std::vector<bool> used(keys.size());
  std::vector<std::pair<double, std::uint32_t>> drawn;
  while (drawn.size() < transaction.length) {
    const std::uint32_t key = drawn.size() < 4 ? static_cast<std::uint32_t>(drawn.size()) : keys.draw(random);
    if (used[key]) continue;
    used[key] = true;
    drawn.emplace_back(homes[key] + 1.2 * random.normal(), key);
  }
  std::sort(drawn.begin(), drawn.end());
  for (const auto& [place, key] : drawn) {
    const auto position = static_cast<std::uint32_t>(transaction.operations.size() + 1);
    transaction.operations.push_back({position, key, random.chance(0.55)});
  }
  return transaction;
}

/// Half of them short: a read and a write of a hot key and of another one. The others read a hot key, read and write a
/// cold one, and work on nothing for a while.
Transaction mixed(Random& random, const Keys& keys) {
  constexpr std::uint32_t hot = 4;
  Transaction transaction;
  const bool brief = random.chance(0.5);
  transaction.length = brief ? 5 : 21;
  const auto first = static_cast<std::uint32_t>(random.below(hot));
  const std::uint32_t other = hot + keys.draw(random);
  transaction.operations = {{1, first, false}, {2, other, false}, {3, other, true}};
  if (brief) transaction.operations = {{1, first, false}, {2, first, true}, {3, other, false}, {4, other, true}};
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
                    : options.kind == Kind::mixed ? Keys(40, 0.3)
                                                  : Keys(10, 0.3);
  // Homes are alike in all batches: it is the same programs that run.
  Random places(options.seed, "transactions homes");
  std::vector<double> homes;
  for (std::size_t key = 0; key < keys.size(); ++key) homes.push_back(places.uniform(0, 16));
  Instance batch;
  batch.name = fmt::format("{} {}", to_string(options.kind), options.number);
  batch.number = options.number;
  const std::size_t named = options.kind == Kind::mixed ? keys.size() + 4 : keys.size();
  for (std::size_t key = 0; key < named; ++key) batch.keys.push_back(std::to_string(key));
  for (std::size_t i = 0; i < options.transactions; ++i) {
    Transaction transaction = options.kind == Kind::dense   ? dense(random, keys, homes)
                              : options.kind == Kind::mixed ? mixed(random, keys)
                                                            : sparse(random, keys);
    transaction.name = fmt::format("txn{}", i);
    batch.transactions.push_back(std::move(transaction));
  }
  return finished(std::move(batch));
}

}  // namespace syswright::transactions
