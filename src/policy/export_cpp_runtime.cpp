#include "policy/export_runtime.h"

namespace syswright::policy {

// See export_c_runtime.cpp on the volatile pointers.
std::string_view cpp_semantics() {
  return R"(#ifndef SYSWRIGHT_SEMANTICS_CPP_1
#define SYSWRIGHT_SEMANTICS_CPP_1
#if defined(__FAST_MATH__)
#error "compile without -ffast-math: this policy relies on IEEE arithmetic"
#endif
#if defined(FLT_EVAL_METHOD) && FLT_EVAL_METHOD != 0
#error "compile for arithmetic in double precision, on 32-bit x86 with -msse2 -mfpmath=sse"
#endif

/// Operations with one meaning for every finite input.
namespace syswright_semantics {

inline constexpr double largest = std::numeric_limits<double>::max();

inline double finite(double x) {
  if (x > largest) return largest;
  if (x < -largest) return -largest;
  return x == x ? x : 0.0;
}
inline double divide(double a, double b) {
  if (b == 0.0) return a > 0.0 ? largest : a < 0.0 ? -largest : 0.0;
  return finite(a / b);
}
inline double min(double a, double b) { return a < b ? a : b; }
inline double max(double a, double b) { return a > b ? a : b; }
inline double abs(double x) { return std::fabs(x); }
inline double floor(double x) { return std::floor(x); }
inline double sqrt(double x) { return x > 0.0 ? std::sqrt(x) : 0.0; }
// Through volatile pointers, so that no compiler puts its own idea of the function in its place.
inline double log(double x) {
  double (*volatile function)(double) = std::log;
  return x > 0.0 ? function(x) : -largest;
}
inline double exp(double x) {
  double (*volatile function)(double) = std::exp;
  return finite(function(x));
}
inline double pow(double x, double y) {
  double (*volatile function)(double, double) = std::pow;
  if (x == 0.0) return y > 0.0 ? 0.0 : y < 0.0 ? largest : 1.0;
  return finite(function(x, y));
}

}  // namespace syswright_semantics
#endif
)";
}

std::string_view cpp_statistics() {
  return R"(#ifndef SYSWRIGHT_STATISTICS_CPP_1
#define SYSWRIGHT_STATISTICS_CPP_1
/// Statistics: values that can be copied; each is 0 before the first observation.
namespace syswright_semantics {

/// Exponentially weighted moving average.
class Ewma {
 public:
  explicit Ewma(double kept) : kept_(kept) {}
  void observe(double value) {
    if (!seen_) {
      seen_ = true;
      average_ = value;
      return;
    }
    const double mixed = finite(kept_ * average_ + (1.0 - kept_) * value);
    average_ = std::clamp(mixed, std::min(average_, value), std::max(average_, value));
  }
  double value() const { return average_; }

 private:
  double kept_;
  bool seen_ = false;
  double average_ = 0.0;
};

enum class Over { mean, count, minimum, maximum };

/// Of the last `window` values. suffix_[i] for i >= position_ joins the block of values before from i to its end;
/// prefix_ joins the current block, whose values stand in suffix_[i] for i < position_.
template <Over over, std::size_t window>
class Window {
 public:
  Window() { suffix_.fill(neutral); }
  void observe(double value) {
    if (over == Over::count) value = value != 0.0 ? 1.0 : 0.0;
    if (seen_ < window) ++seen_;
    prefix_ = join(prefix_, value);
    suffix_[position_] = value;
    if (++position_ < window) return;
    for (std::size_t i = window - 1; i-- > 0;) suffix_[i] = join(suffix_[i], suffix_[i + 1]);
    position_ = 0;
    prefix_ = neutral;
  }
  double value() const {
    if (seen_ == 0) return 0.0;
    const double total = join(suffix_[position_], prefix_);
    return over == Over::mean ? total / static_cast<double>(seen_) : total;
  }

 private:
  static constexpr double neutral = over == Over::minimum ? largest : over == Over::maximum ? -largest : 0.0;
  static double join(double a, double b) {
    return over == Over::minimum ? min(a, b) : over == Over::maximum ? max(a, b) : finite(a + b);
  }
  std::size_t seen_ = 0;
  std::size_t position_ = 0;
  double prefix_ = neutral;
  std::array<double, window> suffix_{};
};

/// The value `window` observations ago.
template <std::size_t window>
class Last {
 public:
  void observe(double value) {
    ring_[position_] = value;
    if (seen_ < ring_.size()) ++seen_;
    position_ = (position_ + 1) % ring_.size();
  }
  double value() const { return seen_ < ring_.size() ? 0.0 : ring_[position_]; }

 private:
  std::size_t seen_ = 0;
  std::size_t position_ = 0;
  std::array<double, window + 1> ring_{};
};

/// Streaming quantile: the P2 algorithm of Jain and Chlamtac (1985).
class Quantile {
 public:
  explicit Quantile(double quantile) : quantile_(quantile) {}
  void observe(double value) {
    if (seen_ < 5.0) return begin(value);
    seen_ += 1.0;
    heights_[0] = std::min(heights_[0], value);
    heights_[4] = std::max(heights_[4], value);
    for (std::size_t i = 1; i < 5; ++i) {
      if (value < heights_[i] || i == 4) positions_[i] += 1.0;
    }
    const double wanted[5] = {0.0, quantile_ / 2.0, quantile_, (1.0 + quantile_) / 2.0, 1.0};
    for (std::size_t i = 1; i < 4; ++i) {
      const double lag = 1.0 + (seen_ - 1.0) * wanted[i] - positions_[i];
      if (lag >= 1.0 && positions_[i + 1] - positions_[i] > 1.0) move(i, 1.0);
      if (lag <= -1.0 && positions_[i - 1] - positions_[i] < -1.0) move(i, -1.0);
    }
  }
  double value() const {
    if (seen_ == 0.0) return 0.0;
    if (seen_ >= 5.0) return heights_[2];
    return heights_[static_cast<std::size_t>(std::max(std::ceil(quantile_ * seen_), 1.0)) - 1];
  }

 private:
  void begin(double value) {
    std::size_t i = static_cast<std::size_t>(seen_);
    positions_[i] = seen_ + 1.0;
    for (; i > 0 && value < heights_[i - 1]; --i) heights_[i] = heights_[i - 1];
    heights_[i] = value;
    seen_ += 1.0;
  }
  void move(std::size_t i, double step) {
    const double above = positions_[i + 1] - positions_[i];
    const double below = positions_[i] - positions_[i - 1];
    const double rise = (heights_[i + 1] - heights_[i]) / above;
    const double fall = (heights_[i] - heights_[i - 1]) / below;
    const double parabola = heights_[i] + step / (above + below) * ((below + step) * rise + (above - step) * fall);
    if (heights_[i - 1] < parabola && parabola < heights_[i + 1]) {
      heights_[i] = parabola;
    } else {
      const double line = step > 0.0 ? heights_[i] + rise : heights_[i] - fall;
      heights_[i] = std::clamp(finite(line), heights_[i - 1], heights_[i + 1]);
    }
    positions_[i] += step;
  }
  double quantile_;
  double seen_ = 0.0;
  std::array<double, 5> heights_{};
  std::array<double, 5> positions_{};
};

}  // namespace syswright_semantics
#endif
)";
}

}  // namespace syswright::policy
