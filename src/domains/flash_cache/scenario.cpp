#include "domains/flash_cache/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "domain/code_version.h"
#include "domain/instances.h"
#include "domain/stepping.h"
#include "domains/flash_cache/auditor.h"
#include "domains/flash_cache/bounds.h"
#include "domains/flash_cache/machine.h"
#include "domains/flash_cache/native.h"

namespace syswright::flash_cache {

FlashCacheScenario::FlashCacheScenario(Setup setup) : setup_(std::make_shared<const Setup>(std::move(setup))) {
  check(*setup_);
  digest_ = digest_of(*setup_);
}

std::string_view FlashCacheScenario::code_version() const { return syswright::code_version(); }

Evaluation FlashCacheScenario::evaluate(const Policy& policy, const EvaluationOptions& options) const {
  if (policy.program() != nullptr) {
    check_domain(*policy.program(), "flash_cache");
    return evaluate_program(Tiers(setup_), policy.program(), options);
  }
  return evaluate_native(Tiers(setup_), *flash_cache_signature(), native_answers(policy.name()), options);
}

Evaluation FlashCacheScenario::failed(std::string why) const { return Tiers(setup_).failed(std::move(why)); }

std::vector<Bound> FlashCacheScenario::bounds() const {
  const MissBound bound = fewest_misses(*setup_);
  std::uint64_t bytes = 0;
  for (std::uint64_t i = setup_->counted; i < setup_->end; ++i) bytes += setup_->requests->bytes(i);
  const char* const doc =
      "PFOO-L over both tiers together: space is fungible over time, and writes are free (Berger et al., POMACS 2018)";
  const auto ratio = [](std::uint64_t part, std::uint64_t whole) {
    return static_cast<double>(part) / static_cast<double>(whole);
  };
  return {{"pfoo_l", static_cast<std::size_t>(Measure::request_miss_ratio),
           ratio(bound.misses, setup_->end - setup_->counted), true, doc},
          {"pfoo_l", static_cast<std::size_t>(Measure::byte_miss_ratio), ratio(bound.bytes, bytes), true, doc}};
}

Audit FlashCacheScenario::audit(const DecisionLog& log) const { return flash_cache::audit(*setup_, log); }

std::unique_ptr<Simulation> FlashCacheScenario::start(const policy::ProgramPtr& program) const {
  check_domain(*program, "flash_cache");
  return std::make_unique<SteppedSimulation<Tiers>>(Tiers(setup_), program);
}

ScenarioPtr FlashCacheScenario::miniature(double fraction) const {
  if (!(fraction > 0 && fraction < 1)) {
    throw InputError(fmt::format("a miniature's fraction must lie between 0 and 1, not {}", fraction));
  }
  const Requests& requests = *setup_->requests;
  const auto scaled = [fraction](std::uint64_t amount) {
    return static_cast<std::uint64_t>(std::round(static_cast<double>(amount) * fraction));
  };
  Setup small = *setup_;
  small.share = setup_->share * fraction;
  small.dram = scaled(setup_->dram);
  small.region = scaled(setup_->region);
  small.sets = scaled(setup_->sets);
  if (setup_->sets > 0 && small.sets == 0) return nullptr;
  const std::uint64_t salt = Random(setup_->seed, "flash cache miniature").next();
  const auto limit = static_cast<std::uint64_t>(std::ldexp(small.share, 32));
  trace::CacheTrace sample;
  sample.name = requests.trace.name;
  sample.format = requests.trace.format;
  std::vector<std::uint32_t> positions;
  std::uint64_t counted = 0;
  for (std::uint64_t i = setup_->begin; i < setup_->end; ++i) {
    if (i == setup_->counted) counted = positions.size();
    const std::uint64_t key = requests.trace.keys[i];
    if (mix64(key ^ salt) >> 32 >= limit) continue;
    const std::uint32_t bytes = requests.bytes(i);
    if (bytes <= setup_->largest() && bytes > small.largest() && !small.goes_to_a_set(bytes)) return nullptr;
    sample.keys.push_back(key);
    sample.sizes.push_back(bytes);
    if (!requests.trace.times.empty()) sample.times.push_back(requests.trace.times[i]);
    positions.push_back(requests.position(i));
  }
  if (positions.size() < counted + min_miniature_requests) return nullptr;
  small.requests = prepare(std::move(sample), std::move(positions));
  const double mean = static_cast<double>(small.requests->footprint) / static_cast<double>(small.requests->keys.size());
  if (static_cast<double>(small.dram) < static_cast<double>(min_miniature_objects) * mean) return nullptr;
  small.begin = 0;
  small.counted = counted;
  small.end = small.requests->size();
  small.label = fmt::format("{}, miniature of {:.3g}", setup_->label, fraction);
  return std::make_shared<FlashCacheScenario>(std::move(small));
}

}  // namespace syswright::flash_cache
