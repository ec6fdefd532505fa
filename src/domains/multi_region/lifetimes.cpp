#include "domains/multi_region/lifetimes.h"

#include <algorithm>
#include <cmath>

namespace syswright::multi_region {
namespace {

constexpr double no_hazard = 1e-8;
constexpr double most_exposure = 8;  ///< expected losses that are remembered
constexpr double equal_lengths = 1e-9;

void insert_sorted(std::vector<double>& values, double value) {
  values.insert(std::upper_bound(values.begin(), values.end(), value), value);
}

}  // namespace

double Lifetimes::tail() const { return knots_.empty() ? no_hazard : std::max(knots_.back().step, no_hazard); }

void Lifetimes::add_run(double hours, bool lost) {
  insert_sorted(lengths_, hours);
  if (lost) insert_sorted(lost_, hours);
  knots_.clear();
  for (auto at = lost_.begin(); at != lost_.end();) {
    const double length = *at;
    const auto next = std::upper_bound(at, lost_.end(), length + equal_lengths);
    const auto as_long = lengths_.end() - std::lower_bound(lengths_.begin(), lengths_.end(), length - equal_lengths);
    knots_.push_back({length, static_cast<double>(next - at) / static_cast<double>(as_long)});
    at = next;
  }
}

double Lifetimes::hazard(double age) const {
  if (age <= 0) return 0;
  double sum = 0;
  double last = 0;
  for (const Knot& knot : knots_) {
    if (knot.length >= age) break;
    sum += knot.step;
    last = knot.length;
  }
  return sum + (age - last) * tail();
}

double Lifetimes::expected(double age) const {
  double hours = 0;
  double survival = 1;
  double at = std::max(age, 0.0);
  for (const Knot& knot : knots_) {
    if (knot.length <= at + 1e-12) continue;
    hours += survival * (knot.length - at);
    survival *= std::exp(-volatility_ * knot.step);
    at = knot.length;
  }
  // From the last knot on, a geometric series with that hazard in each tick.
  const double lost = 1 - std::exp(-volatility_ * tail());
  return hours + survival * tick_ / (lost > 1e-9 ? lost : std::max(volatility_ * tail(), 1e-9));
}

void Lifetimes::expose(bool running, double from, double to, int losses) {
  double risk = running ? std::max(0.0, hazard(to) - hazard(from)) : 0;
  if (risk <= 0 && (running || losses > 0)) {
    if (knots_.empty()) {
      risk = tail() * tick_;
    } else if (running && from >= knots_.back().length) {
      risk = tail() * std::max(0.0, to - from);
    }
  }
  if (losses > 0 && risk <= 0) risk = tail() * tick_;
  if (risk <= 0) return;
  exposures_.push_back({risk, losses});
  double total = 0;
  for (const Exposure& one : exposures_) total += one.risk;
  while (total - exposures_.front().risk >= most_exposure) {
    total -= exposures_.front().risk;
    exposures_.pop_front();
  }
  update_volatility();
}

void Lifetimes::update_volatility() {
  double total = 0;
  for (const Exposure& one : exposures_) total += one.risk;
  volatility_ = 1;
  if (total < 1) return;
  double risk = 0;
  double losses = 0;
  bool first = true;
  for (auto at = exposures_.rbegin(); at != exposures_.rend(); ++at, first = false) {
    risk += at->risk;
    losses += at->losses;
    if (risk > 1 + 1e-9 && !first) break;
    volatility_ = std::max(volatility_, losses / std::max(risk, 1e-12));
    if (risk > 1 + 1e-9) break;
  }
}

}  // namespace syswright::multi_region
