#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

#include "domains/cache/requests.h"

/// The true optimum on tiny traces, by trying every answer to every question.
namespace syswright::cache {

enum class Admission { may_refuse, forced };

/// Fewest counted misses, or missed bytes, that any sequence of evictions and refusals reaches: a dynamic programme
/// over every content that the cache can have, an object's size being that of the request that brought it in. Forced:
/// every miss that fits into the empty cache is taken in.
class Exhaustive {
 public:
  Exhaustive(const Requests& requests, const Window& window, const Capacity& capacity)
      : requests_(requests), window_(window), capacity_(capacity) {}

  std::uint64_t fewest(bool bytes, Admission admission = Admission::may_refuse) const {
    Costs costs{{Content(requests_.object_count(), 0), 0}};
    for (std::uint64_t i = window_.begin; i < window_.end; ++i) costs = step(costs, i, bytes, admission);
    return std::min_element(costs.begin(), costs.end(), [](auto& a, auto& b) { return a.second < b.second; })->second;
  }

 private:
  using Content = std::vector<std::uint32_t>;  ///< [objects] size held, 0: not in the cache
  using Costs = std::map<Content, std::uint64_t>;

  Costs step(const Costs& costs, std::uint64_t i, bool bytes, Admission admission) const {
    const Object object = requests_.objects[i];
    const std::uint32_t size = capacity_.in_bytes ? requests_.request_bytes(i) : 1;
    const std::uint64_t price = i < window_.counted ? 0 : bytes ? requests_.request_bytes(i) : 1;
    Costs next;
    const auto reach = [&next](const Content& content, std::uint64_t cost) {
      const auto [place, is_new] = next.emplace(content, cost);
      if (!is_new) place->second = std::min(place->second, cost);
    };
    for (const auto& [content, cost] : costs) {
      if (content[object] != 0) {
        reach(content, cost);
        continue;
      }
      if (admission == Admission::may_refuse || size > capacity_.amount) reach(content, cost + price);
      if (size > capacity_.amount) continue;
      for (std::uint32_t kept = 0; kept < (1u << content.size()); ++kept) {
        Content after = content;
        std::uint64_t used = size;
        for (std::size_t other = 0; other < after.size(); ++other) {
          if ((kept >> other & 1) == 0) after[other] = 0;
          used += after[other];
        }
        after[object] = size;
        if (used <= capacity_.amount) reach(after, cost + price);
      }
    }
    return next;
  }

  const Requests& requests_;
  Window window_;
  Capacity capacity_;
};

}  // namespace syswright::cache
