#include "base/quantile.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <limits>

namespace syswright {
namespace {

constexpr double smallest_magnitude = 1e-300;
constexpr double largest_magnitude = std::numeric_limits<double>::max();
constexpr int mantissa_bits = 52;
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace

QuantileSketch::QuantileSketch(int precision) : precision_(precision) { assert(precision >= 1 && precision <= 16); }

void QuantileSketch::Buckets::add(std::int64_t bucket, std::uint64_t times) {
  if (counts.empty()) first = bucket;
  if (bucket < first) {
    counts.insert(counts.begin(), static_cast<std::size_t>(first - bucket), 0);
    first = bucket;
  }
  const auto place = static_cast<std::size_t>(bucket - first);
  if (place >= counts.size()) counts.resize(place + 1);
  counts[place] += times;
}

/// The leading bits of a positive double, exponent and first bits of the mantissa, number the buckets in rising order.
std::int64_t QuantileSketch::bucket_of(double magnitude) const {
  return static_cast<std::int64_t>(std::bit_cast<std::uint64_t>(magnitude) >> (mantissa_bits - precision_));
}

double QuantileSketch::middle_of(std::int64_t bucket) const {
  const int dropped = mantissa_bits - precision_;
  const auto bits = static_cast<std::uint64_t>(bucket) << dropped;
  return std::bit_cast<double>(bits | (std::uint64_t{1} << (dropped - 1)));
}

void QuantileSketch::add(double value, std::uint64_t times) {
  assert(!std::isnan(value));
  if (times == 0) return;
  value = std::clamp(value, -largest_magnitude, largest_magnitude);
  min_ = count_ == 0 ? value : std::min(min_, value);
  max_ = count_ == 0 ? value : std::max(max_, value);
  count_ += times;
  const double magnitude = std::abs(value);
  if (magnitude < smallest_magnitude) {
    zeros_ += times;
  } else {
    (value > 0 ? positive_ : negative_).add(bucket_of(magnitude), times);
  }
}

void QuantileSketch::merge(const QuantileSketch& other) {
  assert(precision_ == other.precision_);
  if (other.count_ == 0) return;
  min_ = count_ == 0 ? other.min_ : std::min(min_, other.min_);
  max_ = count_ == 0 ? other.max_ : std::max(max_, other.max_);
  count_ += other.count_;
  zeros_ += other.zeros_;
  const auto add_all = [](Buckets& to, const Buckets& from) {
    for (std::size_t i = 0; i < from.counts.size(); ++i) {
      if (from.counts[i] > 0) to.add(from.first + static_cast<std::int64_t>(i), from.counts[i]);
    }
  };
  add_all(positive_, other.positive_);
  add_all(negative_, other.negative_);
}

template <typename Visit>
void QuantileSketch::for_each_rising(Visit visit) const {
  for (std::size_t i = negative_.counts.size(); i-- > 0;) {
    const double value = -middle_of(negative_.first + static_cast<std::int64_t>(i));
    if (negative_.counts[i] > 0 && !visit(value, negative_.counts[i])) return;
  }
  if (zeros_ > 0 && !visit(0.0, zeros_)) return;
  for (std::size_t i = 0; i < positive_.counts.size(); ++i) {
    const double value = middle_of(positive_.first + static_cast<std::int64_t>(i));
    if (positive_.counts[i] > 0 && !visit(value, positive_.counts[i])) return;
  }
}

double QuantileSketch::min() const { return count_ == 0 ? not_a_number : min_; }
double QuantileSketch::max() const { return count_ == 0 ? not_a_number : max_; }

double QuantileSketch::quantile(double p) const {
  assert(p >= 0 && p <= 1);
  if (count_ == 0) return not_a_number;
  // 0.07 * 100 is a little more than 7 in doubles, and still means rank 7.
  const double wanted = std::ceil(p * static_cast<double>(count_) * (1 - 4 * std::numeric_limits<double>::epsilon()));
  const std::uint64_t rank = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(wanted), 1, count_);
  if (rank == 1) return min_;
  if (rank == count_) return max_;
  double result = max_;
  std::uint64_t seen = 0;
  for_each_rising([&](double value, std::uint64_t times) {
    seen += times;
    result = value;
    return seen < rank;
  });
  return std::clamp(result, min_, max_);
}

double QuantileSketch::fraction_up_to(double x) const {
  if (count_ == 0) return not_a_number;
  if (x >= max_) return 1;
  std::uint64_t seen = 0;
  for_each_rising([&](double value, std::uint64_t times) {
    if (value > x) return false;
    seen += times;
    return true;
  });
  return static_cast<double>(seen) / static_cast<double>(count_);
}

double QuantileSketch::relative_error() const { return std::ldexp(0.5, -precision_); }

}  // namespace syswright
