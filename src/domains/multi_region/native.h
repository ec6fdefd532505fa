#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "domains/multi_region/market.h"

namespace syswright::multi_region {

/// A policy of the field, with books of its own. It sees the market as a deployed scheduler would.
class Native {
 public:
  virtual ~Native() = default;
  /// A tick begins: what has happened is in the market's events. scores: [regions], the highest is looked at first.
  virtual void order(const Market& market, std::span<double> scores) = 0;
  virtual Action instance(const Market& market, int region) = 0;
  virtual bool probe(const Market& market, int region) = 0;
};

struct NativePolicy {
  std::string_view name;
  std::string_view doc;
  std::string_view source;
  /// For one job in this market.
  std::unique_ptr<Native> (*make)(const Market& market);
};

/// Standard policies. None of them looks ahead.
std::span<const NativePolicy> native_policies();

/// Throws InputError that names the nearest one.
const NativePolicy& find_native(std::string_view name);

/// Answers of a policy, made anew for every job: for run_mechanism().
class NativeRun {
 public:
  explicit NativeRun(std::unique_ptr<Native> (*make)(const Market&)) : make_(make) {}
  void operator()(const Market& market, const Ask& ask, std::span<double> answers);

 private:
  std::unique_ptr<Native> (*make_)(const Market&);
  std::unique_ptr<Native> native_;
  std::size_t job_ = 0;
};

}  // namespace syswright::multi_region
