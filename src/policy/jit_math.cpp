#include "policy/jit_math.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "policy/jit.h"
#include "policy/semantics.h"

namespace syswright::policy {
namespace {

double log_one(double x) { return semantics::logarithm(x); }
double exp_one(double x) { return semantics::exponential(x); }
double pow_one(double x, double y) { return semantics::power(x, y); }
double floor_one(double x) { return std::floor(x); }

void log_lanes(double* x) {
  for (unsigned i = 0; i < jit_lanes; ++i) x[i] = semantics::logarithm(x[i]);
}
void exp_lanes(double* x) {
  for (unsigned i = 0; i < jit_lanes; ++i) x[i] = semantics::exponential(x[i]);
}
void pow_lanes(double* x, const double* y) {
  for (unsigned i = 0; i < jit_lanes; ++i) x[i] = semantics::power(x[i], y[i]);
}

/// A batch of fewer candidates than lanes: the batch function on copies of the columns, filled up with their first
/// value.
void batch_few(CompiledRule::Batch batch, const double* globals, const double* const* columns, double* out,
               std::uint64_t n, std::uint64_t columns_count) {
  if (n == 0) return;
  using Lanes = std::array<double, jit_lanes>;
  std::array<Lanes, 16> few_values;
  std::array<const double*, 16> few_places;
  std::vector<Lanes> many_values;
  std::vector<const double*> many_places;
  Lanes* values = few_values.data();
  const double** places = few_places.data();
  if (columns_count > few_values.size()) {
    many_values.resize(columns_count);
    many_places.resize(columns_count);
    values = many_values.data();
    places = many_places.data();
  }
  for (std::uint64_t j = 0; j < columns_count; ++j) {
    std::copy_n(columns[j], n, values[j].begin());
    std::fill(values[j].begin() + static_cast<std::ptrdiff_t>(n), values[j].end(), columns[j][0]);
    places[j] = values[j].data();
  }
  Lanes results;
  batch(globals, places, results.data(), jit_lanes);
  std::copy_n(results.begin(), n, out);
}

template <typename Function>
void* address_of(Function* function) {
  return reinterpret_cast<void*>(function);
}

}  // namespace

std::span<const JitSymbol> jit_symbols() {
  static const JitSymbol symbols[] = {
      {"syswright_log", address_of(log_one)},         {"syswright_exp", address_of(exp_one)},
      {"syswright_pow", address_of(pow_one)},         {"syswright_log_lanes", address_of(log_lanes)},
      {"syswright_exp_lanes", address_of(exp_lanes)}, {"syswright_pow_lanes", address_of(pow_lanes)},
      {"syswright_batch_few", address_of(batch_few)}, {"floor", address_of(floor_one)},
  };
  return symbols;
}

}  // namespace syswright::policy
