#include "optimize/merge.h"

#include <algorithm>
#include <array>
#include <span>

#include "base/random.h"
#include "optimize/files.h"

namespace syswright::optimize {
namespace {

/// The youngest ancestor of both that is no better than either.
std::optional<std::size_t> common_ancestor(const Pool& pool, const Lineage& lineage, std::size_t one,
                                           std::size_t other) {
  const std::set<std::size_t> of_one = lineage.ancestors(one);
  const std::set<std::size_t> of_other = lineage.ancestors(other);
  if (of_one.contains(other) || of_other.contains(one)) return std::nullopt;
  for (auto place = of_one.rbegin(); place != of_one.rend(); ++place) {
    const Score& score = pool[*place].train;
    if (of_other.contains(*place) && pool[one].train <= score && pool[other].train <= score) return *place;
  }
  return std::nullopt;
}

std::string merged(const Pool& pool, std::size_t ancestor, std::size_t one, std::size_t better) {
  const std::vector<std::string> base = split_files(pool[ancestor].text);
  const std::vector<std::string> left = split_files(pool[one].text);
  std::vector<std::string> files = split_files(pool[better].text);
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (files[i] == base[i]) files[i] = left[i];
  }
  return join_files(files);
}

/// Some that each wins and some that are tied, by turns.
std::vector<std::size_t> instances_to_try(const Pool& pool, std::size_t one, std::size_t other, Direction direction,
                                          Random random) {
  std::array<std::vector<std::size_t>, 3> kinds;
  for (const std::size_t i : pool.train()) {
    const Score left = score_of(std::span(&pool[one].measurements[i], 1), direction);
    const Score right = score_of(std::span(&pool[other].measurements[i], 1), direction);
    kinds[left < right ? 0 : right < left ? 1 : 2].push_back(i);
  }
  for (std::vector<std::size_t>& kind : kinds) random.shuffle(std::span(kind));
  std::vector<std::size_t> chosen;
  for (std::size_t turn = 0; turn < pool.train().size(); ++turn) {
    for (const std::vector<std::size_t>& kind : kinds) {
      if (turn < kind.size() && chosen.size() < Merges::most_instances) chosen.push_back(kind[turn]);
    }
  }
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

}  // namespace

std::set<std::size_t> Lineage::ancestors(std::size_t member) const {
  std::set<std::size_t> found;
  std::vector<std::size_t> open = parents_[member];
  while (!open.empty()) {
    const std::size_t next = open.back();
    open.pop_back();
    if (found.insert(next).second) open.insert(open.end(), parents_[next].begin(), parents_[next].end());
  }
  return found;
}

std::optional<Merge> Merges::next(const Pool& pool, const Lineage& lineage, Direction direction) {
  const std::vector<Front::Entry> front = pool.front();
  for (std::size_t i = 0; i < front.size(); ++i) {
    for (std::size_t j = i + 1; j < front.size(); ++j) {
      std::size_t one = front[i].member;
      std::size_t better = front[j].member;
      if (pool[one].train < pool[better].train) std::swap(one, better);
      if (!tried_.emplace(one, better).second) continue;
      const std::optional<std::size_t> ancestor = common_ancestor(pool, lineage, one, better);
      if (!ancestor) continue;
      std::string text = merged(pool, *ancestor, one, better);
      if (text == pool[one].text || text == pool[better].text) continue;
      return Merge{
          .one = one,
          .other = better,
          .text = std::move(text),
          .instances = instances_to_try(pool, one, better, direction, Random(seed_, "optimize merge", tried_.size()))};
    }
  }
  return std::nullopt;
}

}  // namespace syswright::optimize
