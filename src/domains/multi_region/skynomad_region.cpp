#include <algorithm>

#include "domains/multi_region/skynomad.h"

namespace syswright::multi_region {
namespace {

constexpr double window = 12;  ///< hours

std::size_t place(SkyNomadRegion::Source source) { return static_cast<std::size_t>(source); }

}  // namespace

void SkyNomadRegion::start(double now, Source source) {
  start_ = now;
  source_ = source;
  last_age_[place(source)] = 0;
  if (source == Source::run) last_age_[place(Source::probe)].reset();
}

void SkyNomadRegion::end(double now, bool lost) {
  if (start_) {
    runs_.push_back({*start_, now});
    lifetimes_.add_run(now - *start_, lost);
    start_.reset();
  }
  if (lost) ++misses_;
}

void SkyNomadRegion::update(double now, double tick) {
  const std::size_t own = place(source_);
  double age = 0;
  double before = 0;
  if (start_) {
    age = now - *start_;
    before = last_age_[own] ? *last_age_[own] : std::max(age - tick, 0.0);
    last_age_[own] = age;
    last_age_[1 - own].reset();
  } else {
    last_age_[0].reset();
    last_age_[1].reset();
  }
  lifetimes_.expose(start_.has_value(), before, age, misses_);
  misses_ = 0;
}

double SkyNomadRegion::availability(double now) const {
  const double from = std::max(0.0, now - window);
  const double span = std::min(window, now);
  if (span <= 0 || (runs_.empty() && !start_)) return 0;
  double there = 0;
  for (const Run& run : runs_) there += std::max(0.0, std::min(run.end, now) - std::max(run.start, from));
  if (start_) there += std::max(0.0, now - std::max(*start_, from));
  return std::clamp(there / span, 0.0, 1.0);
}

}  // namespace syswright::multi_region
