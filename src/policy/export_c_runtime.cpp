#include "policy/export_runtime.h"

namespace syswright::policy {

// Calls of the C library go through volatile pointers: a compiler that knows a function would put pow(x, 2) = x * x and
// constants of its own rounding in its place, and the last bit would differ.
std::string_view c_semantics() {
  return R"(#ifndef SYSWRIGHT_SEMANTICS_1
#define SYSWRIGHT_SEMANTICS_1
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#if defined(__FAST_MATH__)
#error "compile without -ffast-math: this policy relies on IEEE arithmetic"
#endif
#if defined(FLT_EVAL_METHOD) && FLT_EVAL_METHOD != 0
#error "compile for arithmetic in double precision, on 32-bit x86 with -msse2 -mfpmath=sse"
#endif
#if defined(__GNUC__)
#define SW_INLINE static inline __attribute__((unused))
#else
#define SW_INLINE static inline
#endif

/* Operations with one meaning for every finite input. */
SW_INLINE double sw_finite(double x) {
  if (x > DBL_MAX) return DBL_MAX;
  if (x < -DBL_MAX) return -DBL_MAX;
  return x == x ? x : 0.0;
}
SW_INLINE double sw_divide(double a, double b) {
  if (b == 0.0) return a > 0.0 ? DBL_MAX : a < 0.0 ? -DBL_MAX : 0.0;
  return sw_finite(a / b);
}
SW_INLINE double sw_min(double a, double b) { return a < b ? a : b; }
SW_INLINE double sw_max(double a, double b) { return a > b ? a : b; }
SW_INLINE double sw_abs(double x) { return fabs(x); }
SW_INLINE double sw_floor(double x) { return floor(x); }
SW_INLINE double sw_sqrt(double x) { return x > 0.0 ? sqrt(x) : 0.0; }
/* Through volatile pointers, so that no compiler puts its own idea of the function in its place. */
SW_INLINE double sw_log(double x) {
  double (*volatile function)(double) = log;
  return x > 0.0 ? function(x) : -DBL_MAX;
}
SW_INLINE double sw_exp(double x) {
  double (*volatile function)(double) = exp;
  return sw_finite(function(x));
}
SW_INLINE double sw_pow(double x, double y) {
  double (*volatile function)(double, double) = pow;
  if (x == 0.0) return y > 0.0 ? 0.0 : y < 0.0 ? DBL_MAX : 1.0;
  return sw_finite(function(x, y));
}
#endif
)";
}

std::string_view c_statistics() {
  return R"(#ifndef SYSWRIGHT_STATISTICS_1
#define SYSWRIGHT_STATISTICS_1
/* Statistics: each is an array of doubles. Copying it copies the statistic; a value is 0 before the first one. */
SW_INLINE double sw_clamp(double x, double low, double high) { return x < low ? low : high < x ? high : x; }

/* Exponentially weighted moving average: {seen, average}. */
SW_INLINE void sw_ewma_observe(double *state, double kept, double value) {
  double mixed;
  if (state[0] == 0.0) {
    state[0] = 1.0;
    state[1] = value;
    return;
  }
  mixed = sw_finite(kept * state[1] + (1.0 - kept) * value);
  state[1] = sw_clamp(mixed, value < state[1] ? value : state[1], state[1] < value ? value : state[1]);
}
SW_INLINE double sw_ewma_value(const double *state) { return state[0] == 0.0 ? 0.0 : state[1]; }

/* Sliding windows: {seen, position, prefix, suffix[window]}. suffix[i] for i >= position joins the block of values
   before from i to its end; prefix joins the current block, whose values stand in suffix[i] for i < position. */
SW_INLINE double sw_sum(double a, double b) { return sw_finite(a + b); }
SW_INLINE void sw_window_reset(double *state, size_t window, double neutral) {
  size_t i;
  state[0] = state[1] = 0.0;
  for (i = 0; i <= window; ++i) state[2 + i] = neutral;
}
SW_INLINE void sw_window_observe(double *state, size_t window, double neutral, double (*join)(double, double),
                                 double value) {
  double *suffix = state + 3;
  const size_t position = (size_t)state[1];
  size_t i;
  if (state[0] < (double)window) state[0] += 1.0;
  state[2] = join(state[2], value);
  suffix[position] = value;
  state[1] = (double)(position + 1);
  if (position + 1 < window) return;
  for (i = window - 1; i-- > 0;) suffix[i] = join(suffix[i], suffix[i + 1]);
  state[1] = 0.0;
  state[2] = neutral;
}
SW_INLINE double sw_window_value(const double *state, double (*join)(double, double)) {
  return state[0] == 0.0 ? 0.0 : join(state[3 + (size_t)state[1]], state[2]);
}
SW_INLINE double sw_mean_value(const double *state) {
  return state[0] == 0.0 ? 0.0 : sw_window_value(state, sw_sum) / state[0];
}

/* The value `window` observations ago: {seen, position, ring[window + 1]}. */
SW_INLINE void sw_last_observe(double *state, size_t window, double value) {
  const size_t position = (size_t)state[1];
  state[2 + position] = value;
  if (state[0] < (double)(window + 1)) state[0] += 1.0;
  state[1] = (double)((position + 1) % (window + 1));
}
SW_INLINE double sw_last_value(const double *state, size_t window) {
  return state[0] < (double)(window + 1) ? 0.0 : state[2 + (size_t)state[1]];
}

/* Streaming quantile, the P2 algorithm of Jain and Chlamtac (1985): {seen, heights[5], positions[5]}. */
SW_INLINE void sw_quantile_move(double *heights, double *positions, size_t i, double step) {
  const double above = positions[i + 1] - positions[i];
  const double below = positions[i] - positions[i - 1];
  const double rise = (heights[i + 1] - heights[i]) / above;
  const double fall = (heights[i] - heights[i - 1]) / below;
  const double parabola = heights[i] + step / (above + below) * ((below + step) * rise + (above - step) * fall);
  if (heights[i - 1] < parabola && parabola < heights[i + 1]) {
    heights[i] = parabola;
  } else {
    const double line = step > 0.0 ? heights[i] + rise : heights[i] - fall;
    heights[i] = sw_clamp(sw_finite(line), heights[i - 1], heights[i + 1]);
  }
  positions[i] += step;
}
SW_INLINE void sw_quantile_observe(double *state, double quantile, double value) {
  double *heights = state + 1;
  double *positions = state + 6;
  const double wanted[5] = {0.0, quantile / 2.0, quantile, (1.0 + quantile) / 2.0, 1.0};
  size_t i;
  if (state[0] < 5.0) {
    for (i = (size_t)state[0]; i > 0 && value < heights[i - 1]; --i) heights[i] = heights[i - 1];
    heights[i] = value;
    positions[(size_t)state[0]] = state[0] + 1.0;
    state[0] += 1.0;
    return;
  }
  state[0] += 1.0;
  if (value < heights[0]) heights[0] = value;
  if (heights[4] < value) heights[4] = value;
  for (i = 1; i < 5; ++i) {
    if (value < heights[i] || i == 4) positions[i] += 1.0;
  }
  for (i = 1; i < 4; ++i) {
    const double lag = 1.0 + (state[0] - 1.0) * wanted[i] - positions[i];
    if (lag >= 1.0 && positions[i + 1] - positions[i] > 1.0) sw_quantile_move(heights, positions, i, 1.0);
    if (lag <= -1.0 && positions[i - 1] - positions[i] < -1.0) sw_quantile_move(heights, positions, i, -1.0);
  }
}
SW_INLINE double sw_quantile_value(const double *state, double quantile) {
  double rank;
  if (state[0] == 0.0) return 0.0;
  if (state[0] >= 5.0) return state[3];
  rank = ceil(quantile * state[0]);
  return state[(size_t)(rank < 1.0 ? 1.0 : rank)];
}
#endif
)";
}

}  // namespace syswright::policy
