#include "judge/explain/slice.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "base/error.h"
#include "judge/compare/compare_blocks.h"
#include "judge/compare/correction.h"

namespace syswright::judge {
namespace {

/// What one question showed: the mean of each feature over its candidates, and how far the run was.
struct Sight {
  double place = 0;  ///< share of the run's weight that lay before it
  std::vector<double> features;
};

double weight_of(const std::vector<Block>& blocks) {
  double weight = 0;
  for (const Block& block : blocks) weight += block.weight;
  return weight;
}

/// Decision of the program's rule that is asked most often, in the first questions of a run.
std::size_t main_decision(const Scenario& scenario, const policy::ProgramPtr& program) {
  constexpr int looked_at = 2000;
  std::map<std::size_t, int> asked;
  const std::unique_ptr<Simulation> simulation = scenario.start(program);
  for (int i = 0; i < looked_at; ++i) {
    const Question* question = simulation->next();
    if (question == nullptr) break;
    ++asked[question->decision];
    simulation->answer(interpret_answers(*program, *question));
  }
  std::size_t best = program->rules().front().decision;
  for (const auto& [decision, times] : asked) {
    if (times > asked[best]) best = decision;
  }
  return best;
}

std::vector<double> mean_features(const Question& question, const std::vector<ShownFeature>& features) {
  std::vector<double> means;
  for (const ShownFeature& feature : features) {
    const std::size_t count = feature.global ? 1 : question.candidates.size();
    double mean = 0;
    for (std::size_t c = 0; c < count; ++c) mean += feature_value(question, feature, c) / static_cast<double>(count);
    means.push_back(mean);
  }
  return means;
}

/// Looks at questions of one decision, evenly spread over the counted part of the run. Adds how many it saw and
/// whether the run ended to the slices.
std::vector<Sight> look(const Scenario& scenario, const policy::ProgramPtr& program, std::size_t decision,
                        const SliceOptions& options, std::stop_token stop, Slices& slices) {
  EvenSample<Sight> sample(options.questions);
  double whole = 0;
  const std::unique_ptr<Simulation> simulation = scenario.start(program);
  while (const Question* question = simulation->next()) {
    if (stop.stop_requested()) {
      slices.complete = false;
      return {};
    }
    // Weight so far is known to the block only where blocks count as they begin: good enough for phases of many.
    if (question->decision == decision && sample.wants_next()) {
      sample.keep({weight_of(simulation->result().blocks), mean_features(*question, slices.features)});
    }
    simulation->answer(interpret_answers(*program, *question));
  }
  whole = weight_of(simulation->result().blocks);
  std::vector<Sight> sights = sample.items();
  // Questions before anything counts belong to no block.
  std::erase_if(sights, [](const Sight& sight) { return sight.place <= 0; });
  for (Sight& sight : sights) sight.place /= whole;
  slices.questions = sights.size();
  return sights;
}

struct Moments {
  double mean = 0;
  double deviation = 0;
  std::size_t count = 0;
};

template <typename Chosen>
Moments moments(const std::vector<Sight>& sights, std::size_t feature, Chosen chosen) {
  Moments result;
  double squares = 0;
  for (const Sight& sight : sights) {
    if (!chosen(sight)) continue;
    ++result.count;
    const double before = sight.features[feature] - result.mean;  // Welford
    result.mean += before / static_cast<double>(result.count);
    squares += before * (sight.features[feature] - result.mean);
  }
  if (result.count > 0) result.deviation = std::sqrt(squares / static_cast<double>(result.count));
  return result;
}

/// Whether a quantity without a limit grows from each sixteenth of the run to the next: it tells the time, no more.
bool tells_the_time(const std::vector<Sight>& sights, std::size_t feature, const ShownFeature& shown) {
  constexpr int parts = 16;
  if (!shown.unlimited) return false;
  double last = 0;
  for (int part = 0; part < parts; ++part) {
    const double begin = static_cast<double>(part) / parts;
    const double end = static_cast<double>(part + 1) / parts;
    const Moments here =
        moments(sights, feature, [&](const Sight& sight) { return sight.place >= begin && sight.place < end; });
    if (here.count == 0) continue;
    if (part > 0 && here.mean <= last) return false;
    last = here.mean;
  }
  return true;
}

void describe(Slices& slices, const std::vector<Sight>& sights, const SliceOptions& options) {
  for (std::size_t f = 0; f < slices.features.size(); ++f) {
    const Moments all = moments(sights, f, [](const Sight&) { return true; });
    if (all.count == 0 || all.deviation == 0 || tells_the_time(sights, f, slices.features[f])) continue;
    for (Phase& phase : slices.phases) {
      const Moments here =
          moments(sights, f, [&](const Sight& sight) { return sight.place > phase.begin && sight.place <= phase.end; });
      if (here.count > 0) phase.features.push_back({f, here.mean, (here.mean - all.mean) / all.deviation});
    }
  }
  for (Phase& phase : slices.phases) {
    std::stable_sort(phase.features.begin(), phase.features.end(), [](const PhaseFeature& a, const PhaseFeature& b) {
      return std::abs(a.contrast) > std::abs(b.contrast);
    });
    if (phase.features.size() > options.features) phase.features.resize(options.features);
  }
}

/// Mean cost of both policies per weight, block by block.
std::vector<double> common_cost(const PairedBlocks& blocks) {
  std::vector<double> costs;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    costs.push_back(blocks.weights[i] > 0 ? (blocks.a[i] + blocks.b[i]) / 2 / blocks.weights[i] : 0);
  }
  return costs;
}

double ratio(std::span<const Block> blocks) {
  double cost = 0;
  double weight = 0;
  for (const Block& block : blocks) {
    cost += block.cost;
    weight += block.weight;
  }
  return weight > 0 ? cost / weight : 0;
}

Score part_of(const Evaluation& evaluation, std::size_t first, std::size_t count) {
  Evaluation part;
  const auto begin = evaluation.blocks.begin() + static_cast<std::ptrdiff_t>(first);
  part.blocks.assign(begin, begin + static_cast<std::ptrdiff_t>(count));
  part.metrics = {ratio(part.blocks)};
  const double objective = part.metrics.front();
  return {{std::move(part)}, objective, ""};
}

void compare_phases(const Experiments& experiments, const Evaluation& mine, const Evaluation& other,
                    const SliceOptions& options, Slices& slices) {
  std::vector<double> p_values;
  for (Phase& phase : slices.phases) {
    const Score a = part_of(mine, phase.first_block, phase.blocks);
    const Score b = part_of(other, phase.first_block, phase.blocks);
    phase.objective = a.objective;
    phase.reference_objective = b.objective;
    const Difference difference = difference_of(a, b, experiments.ground().seed);
    phase.improvement = experiments.lower_is_better() ? negated(difference.objective) : difference.objective;
    p_values.push_back(difference.p_value);
  }
  const std::vector<double> adjusted = corrected(p_values, Correction::holm);
  const double tolerance = options.tolerance * std::abs(other.objective());
  for (std::size_t i = 0; i < adjusted.size(); ++i) {
    Phase& phase = slices.phases[i];
    phase.p_value = adjusted[i];
    phase.effect = effect_of(phase.improvement, phase.p_value, tolerance);
  }
}

void cut(const PairedBlocks& blocks, const SliceOptions& options, Slices& slices) {
  const std::vector<std::size_t> begins = cut_in_order(common_cost(blocks), options.phases, options.shortest_phase);
  const double whole = std::accumulate(blocks.weights.begin(), blocks.weights.end(), 0.0);
  double before = 0;
  for (std::size_t i = 0; i < begins.size(); ++i) {
    const std::size_t end = i + 1 < begins.size() ? begins[i + 1] : blocks.size();
    Phase phase;
    phase.first_block = begins[i];
    phase.blocks = end - begins[i];
    phase.begin = before / whole;
    for (std::size_t b = begins[i]; b < end; ++b) before += blocks.weights[b];
    phase.end = end == blocks.size() ? 1 : before / whole;
    slices.phases.push_back(phase);
  }
}

}  // namespace

std::vector<Slices> slice(Experiments& experiments, const policy::ProgramPtr& program, const Policy& reference,
                          const SliceOptions& options) {
  const Ground& ground = experiments.ground();
  const Policy policy = Policy::of(program);
  std::vector<Slices> result;
  for (const ScenarioPtr& scenario : ground.scenarios) result.emplace_back().scenario = scenario;
  if (!experiments.measure(std::vector{policy, reference})) {
    for (Slices& slices : result) slices.complete = false;
    return result;
  }
  for (const Policy& one : {policy, reference}) {
    const Score& score = experiments.score(one);
    if (!score.ran()) throw InputError("policy '" + one.name() + "' cannot be sliced: " + score.failure);
  }
  for (std::size_t s = 0; s < result.size(); ++s) {
    Slices& slices = result[s];
    const Evaluation& mine = experiments.score(policy).evaluations[s];
    const Evaluation& other = experiments.score(reference).evaluations[s];
    if (!comparable(mine, other)) {
      throw InputError("'" + policy.name() + "' and '" + reference.name() + "' did not meet the same blocks in " +
                       slices.scenario->label() + ", so that it cannot be sliced");
    }
    cut(paired_blocks(mine, other), options, slices);
    compare_phases(experiments, mine, other, options, slices);
    const ScenarioPtr observed = sampled(slices.scenario, options.observed_events);
    slices.observed_events = observed->events();
    const std::size_t decision = main_decision(*observed, program);
    slices.features = shown_features(*program, decision);
    describe(slices, look(*observed, program, decision, options, ground.stop, slices), options);
  }
  return result;
}

}  // namespace syswright::judge
