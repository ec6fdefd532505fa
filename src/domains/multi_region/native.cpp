#include "domains/multi_region/native.h"

#include <array>
#include <limits>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "domains/multi_region/skynomad.h"
#include "domains/multi_region/uniform_progress.h"

namespace syswright::multi_region {
namespace {

constexpr std::string_view skynomad_paper =
    "SkyNomad: On Using Multi-Region Spot Instances to Minimize AI Batch Job Cost, NSDI 2027";

/// On demand in one region from start to end: the cheapest.
class OnDemandOnly final : public Native {
 public:
  void order(const Market& market, std::span<double> scores) override {
    for (std::size_t i = 0; i < scores.size(); ++i) scores[i] = -market.fleet().regions[i].on_demand_price;
  }
  Action instance(const Market& market, int) override {
    return market.job().runs == Mode::idle ? Action::on_demand : Action::keep;
  }
  bool probe(const Market&, int) override { return false; }
};

/// Spot in the cheapest region that has any; on demand when the net says so.
class CheapestSpot final : public Native {
 public:
  void order(const Market& market, std::span<double> scores) override {
    for (std::size_t i = 0; i < scores.size(); ++i) scores[i] = -market.spot_price(static_cast<int>(i));
  }
  Action instance(const Market& market, int) override { return market.exhausted() ? Action::keep : Action::spot; }
  bool probe(const Market&, int) override { return false; }
};

template <typename T>
std::unique_ptr<Native> make(const Market& market) {
  if constexpr (std::is_constructible_v<T, const Market&>) {
    return std::make_unique<T>(market);
  } else {
    return std::make_unique<T>();
  }
}

template <WorkValue value>
std::unique_ptr<Native> skynomad(const Market& market) {
  return make_skynomad(market, {.value = value});
}

}  // namespace

std::span<const NativePolicy> native_policies() {
  static constexpr std::array<NativePolicy, 9> policies{{
      {"on_demand_only", "on demand in the cheapest region from start to end", "naive", make<OnDemandOnly>},
      {"cheapest_spot", "spot in the cheapest region that has any, else idle; the net keeps the deadline", "naive",
       make<CheapestSpot>},
      {"up_home", "Uniform Progress that never leaves the first region",
       "Wu et al., 'Can't Be Late: Optimizing Spot Instance Savings under Deadlines', NSDI 2024", make<UpHome>},
      {"up_s", "UP(S): Uniform Progress, the cheapest region first, the cloud region it was in last at the end",
       skynomad_paper, make<UpSwitching>},
      {"up_a", "UP(A): Uniform Progress, the region with the best share of its last five samples first", skynomad_paper,
       make<UpAvailability>},
      {"up_ap", "UP(AP): Uniform Progress, the region with the best share of its samples over price first",
       skynomad_paper, make<UpAvailabilityPrice>},
      {"skynomad", "utility rule, work valued by the price of a reference plan: as the H100 sweeps ran", skynomad_paper,
       skynomad<WorkValue::reference>},
      {"skynomad_planned", "utility rule, work valued by required over planned rate: as the ablation ran",
       skynomad_paper, skynomad<WorkValue::planned>},
      {"skynomad_printed", "utility rule, work valued by required over achieved rate: as the paper prints it",
       skynomad_paper, skynomad<WorkValue::printed>},
  }};
  return policies;
}

const NativePolicy& find_native(std::string_view name) {
  std::vector<std::string> names;
  for (const NativePolicy& policy : native_policies()) {
    if (policy.name == name) return policy;
    names.emplace_back(policy.name);
  }
  throw InputError("the domain 'multi_region' has no native policy '" + std::string(name) + "'" +
                   did_you_mean(name, names) + " (there are: " + join(names) + ")");
}

void NativeRun::operator()(const Market& market, const Ask& ask, std::span<double> answers) {
  if (native_ == nullptr || job_ != market.job_number()) {
    native_ = make_(market);
    job_ = market.job_number();
  }
  switch (static_cast<Question>(ask.decision)) {
    case Question::region:
      native_->order(market, answers);
      return;
    case Question::instance:
      answers[0] = static_cast<double>(native_->instance(market, static_cast<int>(ask.subject)));
      return;
    case Question::probe:
      answers[0] = native_->probe(market, static_cast<int>(ask.subject)) ? do_probe : do_not_probe;
  }
}

}  // namespace syswright::multi_region
