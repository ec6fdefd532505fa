#include "domains/cache/lazy_queue.h"

#include <array>

namespace syswright::cache {

namespace {

/// The run is sorted by two passes over this many bits each.
constexpr int pass_bits = 11;
/// Shorter runs are not worth them.
constexpr std::size_t short_run = 512;

}  // namespace

void LazyQueue::refill() {
  heap_.clear();
  next_ = 0;
  threshold_ = quarter_of_a_sample();
  collect();
  if (run_.size() < places_.size() / 16) {  // an odd sample
    run_ = places_;
    const auto nth = run_.begin() + static_cast<std::ptrdiff_t>(run_.size() / 4);
    std::nth_element(run_.begin(), nth, run_.end());
    threshold_ = nth->rank;
    collect();
  }
  sort_run();
}

std::uint64_t LazyQueue::quarter_of_a_sample() const {
  constexpr std::size_t sample = 64;
  std::array<std::uint64_t, sample> ranks;
  const std::size_t count = std::min(sample, places_.size());
  for (std::size_t i = 0; i < count; ++i) ranks[i] = places_[i * places_.size() / count].rank;
  const auto quarter = ranks.begin() + static_cast<std::ptrdiff_t>(count / 4);
  std::nth_element(ranks.begin(), quarter, ranks.begin() + static_cast<std::ptrdiff_t>(count));
  return *quarter;
}

/// The run of all residents up to the threshold, unsorted. Written so that no branch depends on a score.
void LazyQueue::collect() {
  run_.resize(places_.size());
  std::size_t size = 0;
  for (const Entry& place : places_) {
    run_[size] = place;
    size += place.rank <= threshold_;
  }
  run_.resize(size);
}

/// Nearly sorts by the upper 22 of the bits in which ranks differ, without a comparison, and finishes by insertion.
/// Where many ranks are alike in those bits, the same is done by touches first. Comparisons do what is left.
void LazyQueue::sort_run() {
  if (run_.size() >= short_run) {
    const auto lowest = std::min_element(run_.begin(), run_.end());
    const std::uint64_t lowest_rank = lowest->rank;
    // Differences are looked at, as ranks on two sides of a power of two may be near.
    const auto rank = [=](const Entry& entry) { return entry.rank - lowest_rank; };
    const auto touch = [](const Entry& entry) { return std::uint64_t{entry.touch}; };
    const bool alike = lowest_rank == threshold_;
    for (const bool by_touch : {alike, true}) {
      if (by_touch) scatter_twice(touch);
      if (!alike) scatter_twice(rank);
      if (finish_by_insertion()) return;
    }
  }
  std::sort(run_.begin(), run_.end());
}

/// Sorts by the upper bits of a key, of those that any entry has; equal ones keep their order.
template <typename Key>
void LazyQueue::scatter_twice(const Key& key) {
  std::uint64_t any = 0;
  for (const Entry& entry : run_) any |= key(entry);
  const int shift = std::max(0, static_cast<int>(std::bit_width(any)) - 2 * pass_bits);
  scatter([&](const Entry& entry) { return key(entry) >> shift; });
  scatter([&](const Entry& entry) { return key(entry) >> (shift + pass_bits); });
}

/// One pass of a radix sort, by the lowest bits of a key.
template <typename Key>
void LazyQueue::scatter(const Key& key) {
  constexpr std::uint64_t mask = (std::uint64_t{1} << pass_bits) - 1;
  std::array<std::uint32_t, mask + 2> starts{};
  for (const Entry& entry : run_) ++starts[(key(entry) & mask) + 1];
  for (std::size_t i = 1; i < starts.size(); ++i) starts[i] += starts[i - 1];
  scratch_.resize(run_.size());
  for (const Entry& entry : run_) scratch_[starts[key(entry) & mask]++] = entry;
  run_.swap(scratch_);
}

/// Returns false, with the run in some order, if it would take more than a few steps an entry.
bool LazyQueue::finish_by_insertion() {
  std::size_t steps = 4 * run_.size();
  for (std::size_t i = 1; i < run_.size(); ++i) {
    const Entry entry = run_[i];
    std::size_t at = i;
    for (; at > 0 && entry < run_[at - 1]; --at) run_[at] = run_[at - 1];
    run_[at] = entry;
    if (steps < i - at) return false;
    steps -= i - at;
  }
  return true;
}

}  // namespace syswright::cache
