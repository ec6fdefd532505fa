#pragma once

#include <cmath>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "domains/cache/admission/admission.h"

/// Plain models of the rules of admission, written from their descriptions without regard to speed.
namespace syswright::cache::slow {

class Gate {
 public:
  virtual ~Gate() = default;
  virtual void meet(std::uint64_t /*key*/, std::uint32_t /*bytes*/) {}
  virtual bool takes(std::uint64_t request, std::uint64_t key, std::uint32_t bytes) = 0;
};

inline double draw(std::uint64_t seed, std::uint64_t request) {
  return Random(seed, "cache admission", request).uniform();
}

class SizeGate : public Gate {
 public:
  explicit SizeGate(double most) : most_(most) {}
  bool takes(std::uint64_t, std::uint64_t, std::uint32_t bytes) override { return !(bytes > most_); }

 private:
  double most_;
};

class ChanceGate : public Gate {
 public:
  /// c: 0 for a fixed probability.
  ChanceGate(std::uint64_t seed, double probability, double c) : seed_(seed), probability_(probability), c_(c) {}
  bool takes(std::uint64_t request, std::uint64_t, std::uint32_t bytes) override {
    return draw(seed_, request) < (c_ > 0 ? std::exp(-(bytes / c_)) : probability_);
  }

 private:
  std::uint64_t seed_;
  double probability_;
  double c_;
};

/// Generations of names, each as the set of the bits that its names set.
class BloomGate : public Gate {
 public:
  explicit BloomGate(const AdmissionSetup& setup)
      : names_(std::max<std::uint64_t>(64, 4 * setup.expected_objects)),
        bits_((names_ * 10 + 63) / 64 * 64),
        salt_(Random(setup.seed, "cache bloom filter").next()) {}
  bool takes(std::uint64_t, std::uint64_t key, std::uint32_t) override {
    std::vector<std::uint64_t> own;
    const std::uint64_t hash = mix64(key ^ salt_);
    for (std::uint64_t i = 0; i < 7; ++i) own.push_back((hash + i * (mix64(hash) | 1)) % bits_);
    const auto in = [&](const std::set<std::uint64_t>& set) {
      for (const std::uint64_t bit : own) {
        if (set.count(bit) == 0) return false;
      }
      return true;
    };
    const bool known = in(younger_) || in(older_);
    if (in(younger_)) return known;
    if (held_++ == names_) {
      older_ = std::move(younger_);
      younger_ = {};
      held_ = 1;
    }
    younger_.insert(own.begin(), own.end());
    return known;
  }

 private:
  std::uint64_t names_;
  std::uint64_t bits_;
  std::uint64_t salt_;
  std::set<std::uint64_t> younger_;
  std::set<std::uint64_t> older_;
  std::uint64_t held_ = 0;
};

class AdaptSizeGate : public Gate {
 public:
  explicit AdaptSizeGate(const AdmissionSetup& setup) : setup_(setup) {}
  void meet(std::uint64_t key, std::uint32_t bytes) override {
    ++count_[key];
    bytes_[key] = bytes;
    if (++met_ != interval_) return;
    met_ = 0;
    adapt();
    const double before = interval_;
    interval_ = std::min(2 * interval_, 250'000.0);
    growth_ = interval_ / before;
  }
  bool takes(std::uint64_t request, std::uint64_t, std::uint32_t bytes) override {
    return c_ == 0 || draw(setup_.seed, request) < std::exp(-(bytes / c_));
  }
  double c() const { return c_; }

 private:
  struct Kind {
    double rate;
    double bytes;
    double objects;
  };

  void adapt() {
    std::map<std::pair<long, long>, double> kinds;
    std::map<std::uint64_t, float> rates;
    for (const auto& [key, bytes] : bytes_) {
      const double rate = 0.3 * growth_ * rate_[key] + 0.7 * static_cast<double>(count_[key]);
      if (rate < 0.1) continue;
      rates[key] = static_cast<float>(rate);
      ++kinds[{std::lround(16 * std::log2(rates[key])), std::lround(16 * std::log2(static_cast<double>(bytes)))}];
    }
    rate_ = rates;
    count_.clear();
    if (kinds.empty()) return;
    kinds_.clear();
    long least = kinds.begin()->first.second;
    long most = least;
    for (const auto& [steps, objects] : kinds) {
      kinds_.push_back({std::exp2(static_cast<double>(steps.first) / 16),
                        std::exp2(static_cast<double>(steps.second) / 16), objects});
      least = std::min(least, steps.second);
      most = std::max(most, steps.second);
    }
    std::map<double, double> hits;  // by the logarithm of c
    for (double at = std::floor(static_cast<double>(least) / 16); at <= std::ceil(static_cast<double>(most) / 16) + 6;
         ++at) {
      hits[at] = ratio(at);
    }
    double best = hits.rbegin()->first;
    for (auto at = hits.rbegin(); at != hits.rend(); ++at) {
      if (at->second > 1.0001 * hits[best]) best = at->first;
    }
    for (const double step : {0.25, -0.25}) {
      while (std::abs(best) < 64 && ratio(best + step) > 1.0001 * ratio(best)) best += step;
    }
    c_ = std::exp2(best);
  }

  double inside(const Kind& kind, double c, double log_time) const {
    const double taken = std::exp(-kind.bytes / c);
    if (taken == 0) return 0;
    const double a = std::expm1(kind.rate * std::exp2(log_time)) * taken;
    return std::isinf(a) ? 1 : a / (1 + a);
  }
  double ratio(double log_c) const {
    const double c = std::exp2(log_c);
    double low = -64;
    double high = 64;
    for (int i = 0; i < 60; ++i) {
      double content = 0;
      for (const Kind& kind : kinds_) {
        content += kind.objects * (setup_.in_bytes ? kind.bytes : 1) * inside(kind, c, (low + high) / 2);
      }
      (content > static_cast<double>(setup_.capacity) ? high : low) = (low + high) / 2;
    }
    double hits = 0;
    double all = 0;
    for (const Kind& kind : kinds_) {
      hits += kind.rate * kind.objects * inside(kind, c, high);
      all += kind.rate * kind.objects;
    }
    return hits / all;
  }

  AdmissionSetup setup_;
  double interval_ = 4000;
  double growth_ = 1;
  double met_ = 0;
  double c_ = 0;  // not chosen yet
  std::map<std::uint64_t, std::uint64_t> count_;
  std::map<std::uint64_t, float> rate_;
  std::map<std::uint64_t, std::uint32_t> bytes_;
  std::vector<Kind> kinds_;
};

/// nullptr where nothing is refused.
inline std::unique_ptr<Gate> make_gate(const AdmissionRule& rule, const AdmissionSetup& setup) {
  switch (rule.kind) {
    case AdmissionRule::Kind::all:
      return nullptr;
    case AdmissionRule::Kind::size:
      return std::make_unique<SizeGate>(rule.parameter);
    case AdmissionRule::Kind::probability:
      return std::make_unique<ChanceGate>(setup.seed, rule.parameter, 0);
    case AdmissionRule::Kind::size_probability:
      return std::make_unique<ChanceGate>(setup.seed, 0, rule.parameter);
    case AdmissionRule::Kind::bloom:
      return std::make_unique<BloomGate>(setup);
    case AdmissionRule::Kind::adaptsize:
      return std::make_unique<AdaptSizeGate>(setup);
  }
  return nullptr;
}

}  // namespace syswright::cache::slow
