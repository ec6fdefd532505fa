#include "design/scales.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "base/random.h"
#include "policy/program.h"

namespace syswright::design {
namespace {

using policy::Op;

constexpr std::size_t max_samples = 4096;

/// Whether a quantity grows from one part of the questions to the next, and goes on growing.
class Trend {
 public:
  void add(double value) { values_.push_back(value); }

  bool is_steady() const {
    if (values_.size() < 2 * parts) return false;
    std::array<double, parts> means{};
    for (std::size_t part = 0; part < parts; ++part) {
      means[part] = mean(values_.size() * part / parts, values_.size() * (part + 1) / parts);
      if (part > 0 && means[part] <= means[part - 1]) return false;
    }
    return means[parts - 1] - means[parts / 2] > 0.1 * (means[parts - 1] - means[0]);
  }

 private:
  static constexpr std::size_t parts = 16;
  double mean(std::size_t begin, std::size_t end) const {
    double sum = 0;
    for (std::size_t i = begin; i < end; ++i) sum += values_[i];
    return sum / static_cast<double>(end - begin);
  }
  std::vector<double> values_;
};

/// Values of one quantity as they are seen; keeps an even sample once it is full.
class Samples {
 public:
  /// Values of one question, in the order of its candidates.
  void add(std::span<const double> values) {
    double sum = 0;
    for (const double value : values) {
      add(value);
      sum += value;
    }
    if (!values.empty()) trend_.add(sum / static_cast<double>(values.size()));
  }
  /// What grows as long as the system runs begins anew in another scenario.
  void next_scenario() {
    steady_ = steady_ || trend_.is_steady();
    trend_ = {};
  }
  void refine(Scale& scale) {
    if (count_ < 2) return;
    scale.varies = varies_;
    scale.trends = varies_ && (steady_ || trend_.is_steady());
    refine_quantiles(scale);
  }

 private:
  void add(double value) {
    if (count_ == 0) first_ = value;
    varies_ = varies_ || value != first_;
    ++count_;
    if (value == 0 || !std::isfinite(value)) return;
    const double size = std::abs(value);
    if (values_.size() < max_samples) {
      values_.push_back(size);
    } else {
      values_[mix64(count_) % max_samples] = size;
    }
  }
  void refine_quantiles(Scale& scale) {
    if (values_.empty()) return;
    std::sort(values_.begin(), values_.end());
    const auto quantile = [this](double q) { return values_[static_cast<std::size_t>(q * (values_.size() - 1))]; };
    scale.low = quantile(0.1);
    scale.middle = quantile(0.5);
    scale.high = quantile(0.9);
  }

  Trend trend_;
  bool steady_ = false;  // in a scenario before
  std::vector<double> values_;
  std::uint64_t count_ = 0;
  double first_ = 0;
  bool varies_ = false;
};

Scale declared_scale(double low, double high) {
  const double largest = std::max(std::abs(low), std::abs(high));
  if (!std::isfinite(largest)) return {1, 30, 1000};
  if (largest == 0) return {1, 1, 1, false};
  return {largest / 100, largest / 10, largest, low != high};
}

policy::Statistic latest(const policy::Signal& signal, std::size_t number) {
  policy::Statistic statistic;
  statistic.name = "seen_" + std::to_string(number);
  statistic.kind = policy::StatisticKind::last;
  statistic.source = signal.name;
  statistic.scope = signal.scope;
  statistic.dimension = signal.dimension;
  return statistic;
}

/// A rule that reads the statistics given, whatever it answers with them: the sum of each over one of its unit.
policy::Rule reading_rule(std::size_t decision, const policy::Signature& signature,
                          const std::vector<policy::Statistic>& statistics) {
  const policy::Decision& asked = signature.decisions[decision];
  policy::Rule rule;
  rule.decision = decision;
  for (std::size_t i = 0; i < statistics.size(); ++i) {
    if (asked.kind == policy::DecisionKind::value && statistics[i].scope == policy::Scope::candidate) continue;
    rule.inputs.push_back({policy::Input::Source::statistic, i, 0, statistics[i].scope});
  }
  policy::GraphBuilder builder(policy::describe_inputs(rule.inputs, signature, decision, statistics));
  policy::NodeId sum = builder.constant(0, {});
  for (std::uint32_t i = 0; i < rule.inputs.size(); ++i) {
    const policy::NodeId input = builder.input(i);
    const policy::NodeId unit = builder.constant(1, builder[input].type);
    sum = builder.apply(Op::add, {sum, builder.apply(Op::divide, {input, unit})});
  }
  if (!asked.actions.empty()) {
    const policy::Type action{policy::ValueKind::action, {}};
    const policy::NodeId positive = builder.apply(Op::less, {builder.constant(0, {}), sum});
    sum = builder.apply(Op::select, {positive, builder.constant(0, action), builder.constant(1, action)});
  } else if (asked.kind == policy::DecisionKind::value && !asked.dimension.is_number()) {
    sum = builder.apply(Op::multiply, {sum, builder.constant(1, {policy::ValueKind::number, asked.dimension})});
  }
  rule.graph = builder.finish(sum);
  return rule;
}

/// Answers one decision and leaves the others to the mechanism's default.
policy::ProgramPtr reading_program(const std::shared_ptr<const policy::Signature>& signature, std::size_t decision) {
  std::vector<policy::Statistic> statistics;
  for (const policy::Signal& signal : signature->signals) statistics.push_back(latest(signal, statistics.size()));
  std::vector<policy::Rule> rules{reading_rule(decision, *signature, statistics)};
  return std::make_shared<const policy::Program>("look", signature, std::move(statistics), std::move(rules));
}

std::vector<double> random_answers(const Question& question, const policy::Decision& decision, Random& random) {
  const bool ranks = decision.kind == policy::DecisionKind::rank;
  std::vector<double> answers(ranks ? question.candidates.size() : 1);
  for (double& answer : answers) {
    answer = random.uniform();
    if (!decision.actions.empty()) answer = static_cast<double>(random.below(decision.actions.size()));
    if (!ranks && decision.actions.empty()) answer = std::clamp(answer, decision.low, decision.high);
  }
  return answers;
}

struct Sightings {
  std::vector<std::vector<Samples>> features;
  std::vector<Samples> signals;
};

void look(const Question& question, const policy::Program& program, Sightings& sightings) {
  const policy::Decision& decision = program.signature().decisions[question.decision];
  const SlotLayout layout(decision, program.statistics());
  const std::size_t subjects = question.candidates.size();
  const auto see = [&](const policy::Input& input, Samples& samples) {
    const std::size_t slot = layout.slot(input);
    samples.add(input.scope == policy::Scope::global ? question.globals.subspan(slot, 1)
                                                     : question.columns.subspan(slot * subjects, subjects));
  };
  std::size_t place = 0;
  for (std::size_t f = 0; f < decision.features.size(); ++f) {
    const policy::Feature& feature = decision.features[f];
    for (std::size_t element = 0; element < feature.slots(); ++element) {
      see({policy::Input::Source::feature, f, element, feature.scope}, sightings.features[question.decision][place++]);
    }
  }
  for (std::size_t s = 0; s < program.statistics().size(); ++s) {
    const policy::Statistic& statistic = program.statistics()[s];
    const auto signal = program.signature().find_signal(statistic.source);
    see({policy::Input::Source::statistic, s, 0, statistic.scope}, sightings.signals[*signal]);
  }
}

}  // namespace

Scales declared_scales(const policy::Signature& signature) {
  Scales scales;
  for (const policy::Decision& decision : signature.decisions) {
    std::vector<Scale>& features = scales.features.emplace_back();
    for (const policy::Feature& feature : decision.features) {
      features.insert(features.end(), feature.slots(), declared_scale(feature.low, feature.high));
    }
  }
  for (const policy::Signal& signal : signature.signals) {
    scales.signals.push_back(declared_scale(signal.low, signal.high));
  }
  return scales;
}

namespace {

/// Steps through one scenario and looks at `questions` of its questions about each decision.
void look_at(const Scenario& scenario, std::uint64_t number, const std::shared_ptr<const policy::Signature>& signature,
             std::uint64_t seed, std::size_t questions, Sightings& sightings) {
  constexpr std::size_t stride = 8;
  const std::size_t decisions = signature->decisions.size();
  for (std::size_t decision = 0; decision < decisions; ++decision) {
    const policy::ProgramPtr program = reading_program(signature, decision);
    const std::unique_ptr<Simulation> simulation = scenario.start(program);
    Random random(seed, "observe scales", number * decisions + decision);
    for (std::size_t asked = 0; asked < stride * questions; ++asked) {
      const Question* question = simulation->next();
      if (question == nullptr) break;
      if (asked % stride == 0 && question->decision == decision) look(*question, *program, sightings);
      simulation->answer(random_answers(*question, signature->decisions[question->decision], random));
    }
  }
}

Sightings no_sightings(const Scales& scales) {
  Sightings sightings;
  for (const auto& features : scales.features) sightings.features.emplace_back(features.size());
  sightings.signals.resize(scales.signals.size());
  return sightings;
}

Scales refined(const policy::Signature& signature, Sightings& sightings) {
  Scales scales = declared_scales(signature);
  for (std::size_t d = 0; d < scales.features.size(); ++d) {
    std::size_t place = 0;
    for (const policy::Feature& feature : signature.decisions[d].features) {
      for (std::size_t element = 0; element < feature.slots(); ++element, ++place) {
        sightings.features[d][place].refine(scales.features[d][place]);
        scales.features[d][place].trends &= !std::isfinite(feature.high);
      }
    }
  }
  for (std::size_t i = 0; i < scales.signals.size(); ++i) {
    sightings.signals[i].refine(scales.signals[i]);
    scales.signals[i].trends &= !std::isfinite(signature.signals[i].high);
  }
  return scales;
}

}  // namespace

Scales observe_scales(const Scenario& scenario, const std::shared_ptr<const policy::Signature>& signature,
                      std::uint64_t seed, std::size_t questions) {
  Sightings sightings = no_sightings(declared_scales(*signature));
  look_at(scenario, 0, signature, seed, questions, sightings);
  return refined(*signature, sightings);
}

Scales observe_scales(std::span<const ScenarioPtr> scenarios, const std::shared_ptr<const policy::Signature>& signature,
                      std::uint64_t seed, std::size_t questions) {
  Sightings sightings = no_sightings(declared_scales(*signature));
  for (std::size_t i = 0; i < scenarios.size(); ++i) {
    look_at(*scenarios[i], i, signature, seed, questions / scenarios.size(), sightings);
    for (auto& features : sightings.features) {
      for (Samples& samples : features) samples.next_scenario();
    }
    for (Samples& samples : sightings.signals) samples.next_scenario();
  }
  return refined(*signature, sightings);
}

std::vector<ScenarioPtr> spread_scenarios(std::span<const ScenarioPtr> scenarios, std::size_t count) {
  if (scenarios.size() <= count) return {scenarios.begin(), scenarios.end()};
  std::vector<ScenarioPtr> chosen;
  for (std::size_t i = 0; i < count; ++i) {
    chosen.push_back(scenarios[count == 1 ? 0 : i * (scenarios.size() - 1) / (count - 1)]);
  }
  return chosen;
}

}  // namespace syswright::design
