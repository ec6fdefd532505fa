#include "design/archive.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

namespace syswright::design {

std::uint32_t Archive::cell_of(const Candidate& candidate) const {
  const std::vector<Block>& blocks = candidate.levels[level_].blocks.front();
  std::array<double, parts> ours{};
  std::array<double, parts> theirs{};
  double our_sum = 0;
  double their_sum = 0;
  const std::size_t count = std::min(blocks.size(), reference_.size());
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t part = i * parts / count;
    ours[part] += blocks[i].cost;
    theirs[part] += reference_[i].cost;
    our_sum += blocks[i].cost;
    their_sum += reference_[i].cost;
  }
  auto cell = static_cast<std::uint32_t>(candidate.size() / size_bin);
  for (std::size_t part = 0; part < parts; ++part) {
    const bool better_here = ours[part] * their_sum < theirs[part] * our_sum;
    cell = cell * 2 + (better_here ? 1 : 0);
  }
  return cell;
}

void Archive::offer(Candidate& candidate) {
  const LevelResult& result = candidate.levels[level_];
  if (!result.known || !std::isfinite(result.loss) || result.blocks.empty()) return;
  if (reference_.empty()) reference_ = result.blocks.front();
  const auto [place, is_new] = cells_.try_emplace(cell_of(candidate), &candidate);
  if (!is_new && result.loss < place->second->loss(level_)) place->second = &candidate;
}

Candidate* Archive::draw(Random& random) const {
  assert(!empty());
  const auto any = [&] {
    return std::next(cells_.begin(), static_cast<std::ptrdiff_t>(random.below(cells_.size())))->second;
  };
  Candidate* const one = any();
  Candidate* const other = any();
  return other->loss(level_) < one->loss(level_) ? other : one;
}

std::vector<Candidate*> Archive::members() const {
  std::vector<Candidate*> all;
  for (const auto& [cell, candidate] : cells_) all.push_back(candidate);
  return all;
}

}  // namespace syswright::design
