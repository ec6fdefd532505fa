#include "judge/compare/compare_pairs.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "base/error.h"
#include "judge/compare/compare_blocks.h"

namespace syswright::judge {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// What a policy and the reference did in one scenario, as parts of a pairing: costs relative to the reference's
/// objective, weights with sum 1.
struct Part {
  PairedBlocks blocks;
  double scale = 0;  ///< |reference's objective|
  std::size_t raw_blocks = 0;
};

std::optional<Part> part_of(const ScenarioComparison& scenario, std::size_t policy, std::size_t reference) {
  const Evaluation& a = scenario.standings[policy].evaluation;
  const Evaluation& b = scenario.standings[reference].evaluation;
  if (!comparable(a, b) || b.objective() == 0) return std::nullopt;
  Part part{paired_blocks(a, b), std::abs(b.objective()), a.blocks.size()};
  double weight = 0;
  for (const double one : part.blocks.weights) weight += one;
  if (!(weight > 0)) return std::nullopt;
  for (std::size_t i = 0; i < part.blocks.size(); ++i) {
    part.blocks.a[i] /= weight * part.scale;
    part.blocks.b[i] /= weight * part.scale;
    part.blocks.weights[i] /= weight;
  }
  return part;
}

/// One series for all parts, each scenario counting alike. Parts with equal weights are cut alike: block i of each goes
/// into one.
PairedBlocks pooled(const std::vector<Part>& parts) {
  std::map<std::vector<double>, PairedBlocks> shapes;
  for (const Part& part : parts) {
    PairedBlocks& sum = shapes[part.blocks.weights];
    if (sum.size() == 0) {
      sum = part.blocks;
      continue;
    }
    for (std::size_t i = 0; i < sum.size(); ++i) {
      sum.a[i] += part.blocks.a[i];
      sum.b[i] += part.blocks.b[i];
      sum.weights[i] += part.blocks.weights[i];
    }
  }
  PairedBlocks all;
  for (auto& [weights, sum] : shapes) {
    const PairedBlocks own = decorrelated(std::move(sum));
    all.a.insert(all.a.end(), own.a.begin(), own.a.end());
    all.b.insert(all.b.end(), own.b.begin(), own.b.end());
    all.weights.insert(all.weights.end(), own.weights.begin(), own.weights.end());
    all.merged = std::max(all.merged, own.merged);
  }
  return all;
}

std::size_t ceiling_of(double value) { return static_cast<std::size_t>(std::ceil(value)); }

/// `raw_blocks`: blocks as the scenarios gave them, of `scenarios` scenarios.
Needed needed(const PairedBlocks& blocks, std::size_t raw_blocks, std::size_t scenarios, const PowerRules& rules) {
  const PairedSpread spread = paired_spread(blocks.series_a(), blocks.series_b());
  Needed needed;
  needed.detectable = detectable_difference(spread, rules);
  if (const auto total = blocks_to_decide(spread, rules)) {
    const double growth = static_cast<double>(*total) / static_cast<double>(blocks.size());
    const double further = std::max(0.0, growth - 1);
    needed.blocks = ceiling_of(further * static_cast<double>(raw_blocks));
    needed.scenarios = ceiling_of(further * static_cast<double>(scenarios));
  }
  return needed;
}

/// A pairing but for what depends on the other pairings: corrected p and verdict.
Pairing measure(std::size_t policy, const std::vector<Part>& parts, std::size_t tests, const PairOptions& options) {
  Pairing pairing{.policy = policy};
  const PairedBlocks blocks = pooled(parts);
  std::size_t raw_blocks = 0;
  for (const Part& part : parts) raw_blocks += part.raw_blocks;
  const std::vector<double> differences = blocks.differences();
  pairing.paired = true;
  pairing.effect = difference_interval(blocks.series_a(), blocks.series_b(),
                                       {.confidence = options.confidence, .seed = options.seed});
  pairing.p_value = randomisation_test(differences, options.seed);
  pairing.sign = sign_test(differences);
  pairing.blocks = blocks.size();
  pairing.merged = blocks.merged;
  pairing.correlation = neighbour_correlation(blocks);
  const double level = (1 - options.confidence) / (options.correction == Correction::none ? 1.0 : double(tests));
  pairing.needed = needed(blocks, raw_blocks, parts.size(), {.level = level, .power = options.power});
  return pairing;
}

Pairing unpaired(std::size_t policy) {
  Pairing pairing{.policy = policy, .effect = {0, -infinity, infinity}};
  pairing.needed.detectable = infinity;
  return pairing;
}

void correct(std::vector<Pairing*> pairings, Correction correction) {
  std::erase_if(pairings, [](const Pairing* pairing) { return !pairing->paired; });
  std::vector<double> p_values;
  for (const Pairing* pairing : pairings) p_values.push_back(pairing->p_value);
  const std::vector<double> larger = corrected(p_values, correction);
  for (std::size_t i = 0; i < pairings.size(); ++i) pairings[i]->corrected_p = larger[i];
}

void decide(Pairing& pairing, bool lower_is_better, double confidence) {
  if (!pairing.paired || pairing.corrected_p > 1 - confidence) return;
  if (pairing.effect.high < 0) pairing.verdict = lower_is_better ? Verdict::better : Verdict::worse;
  if (pairing.effect.low > 0) pairing.verdict = lower_is_better ? Verdict::worse : Verdict::better;
}

/// Where no pairs can be made: who failed is worse; else the objectives say which is ahead, but nothing sure.
Verdict without_pairs(const Evaluation& one, const Evaluation& reference) {
  const bool one_ran = ran(one);
  const bool reference_ran = ran(reference);
  const bool cancelled =
      one.status == Evaluation::Status::cancelled || reference.status == Evaluation::Status::cancelled;
  if (one_ran == reference_ran || cancelled) return Verdict::level;
  return one_ran ? Verdict::better : Verdict::worse;
}

class Table {
 public:
  Table(const Domain& domain, const Comparison& comparison, const PairOptions& options)
      : domain_(domain), comparison_(comparison), options_(options) {
    policies_ = comparison.scenarios.empty() ? 0 : comparison.scenarios.front().standings.size();
    if (options.reference >= policies_) {
      throw InputError("the reference of a comparison is policy number " + std::to_string(options.reference) +
                       ", but there are " + std::to_string(policies_) + " (counted from 0)");
    }
  }

  PairedComparison fill() {
    PairedComparison result{options_.reference, options_.confidence, options_.correction, {}, {}};
    const std::size_t tests = (policies_ - 1) * comparison_.scenarios.size();
    for (const ScenarioComparison& scenario : comparison_.scenarios) {
      result.scenarios.push_back(in_scenario(scenario, std::max<std::size_t>(tests, 1)));
    }
    if (comparison_.scenarios.size() == 1) {
      // The same but for the unit: nothing is measured twice.
      result.overall = result.scenarios.front();
      for (Pairing& pairing : result.overall) pairing.difference.reset();
    } else {
      for (std::size_t policy = 0; policy < policies_; ++policy) {
        if (policy != options_.reference) result.overall.push_back(over_all(policy));
      }
    }
    judge(result);
    return result;
  }

 private:
  bool lower() const { return domain_.metrics().front().lower_is_better; }

  std::vector<Pairing> in_scenario(const ScenarioComparison& scenario, std::size_t tests) const {
    std::vector<Pairing> row;
    for (std::size_t policy = 0; policy < policies_; ++policy) {
      if (policy == options_.reference) continue;
      const std::optional<Part> part = part_of(scenario, policy, options_.reference);
      if (!part) {
        row.push_back(unpaired(policy));
        row.back().verdict =
            without_pairs(scenario.standings[policy].evaluation, scenario.standings[options_.reference].evaluation);
        continue;
      }
      Pairing pairing = measure(policy, {*part}, tests, options_);
      const Interval& effect = pairing.effect;
      pairing.difference = {effect.estimate * part->scale, effect.low * part->scale, effect.high * part->scale};
      row.push_back(std::move(pairing));
    }
    return row;
  }

  Pairing over_all(std::size_t policy) const {
    std::vector<Part> parts;
    std::vector<double> effects;
    Verdict failure = Verdict::level;
    for (const ScenarioComparison& scenario : comparison_.scenarios) {
      const Evaluation& own = scenario.standings[policy].evaluation;
      const Evaluation& reference = scenario.standings[options_.reference].evaluation;
      const Verdict here = without_pairs(own, reference);
      // Failing somewhere is worse than not; failing where the other succeeds, and the reverse elsewhere, is a draw.
      if (here != Verdict::level) failure = failure == Verdict::level || failure == here ? here : Verdict::level;
      if (const auto part = part_of(scenario, policy, options_.reference)) {
        parts.push_back(*part);
        effects.push_back((own.objective() - reference.objective()) / part->scale);
      }
    }
    if (failure != Verdict::level || parts.empty()) {
      Pairing pairing = unpaired(policy);
      pairing.verdict = failure;
      return pairing;
    }
    Pairing pairing = measure(policy, parts, policies_ - 1, options_);
    if (effects.size() > 1) pairing.wins = sign_test(effects);
    return pairing;
  }

  void judge(PairedComparison& result) const {
    std::vector<Pairing*> singles;
    std::vector<Pairing*> overall;
    for (auto& row : result.scenarios) {
      for (Pairing& pairing : row) singles.push_back(&pairing);
    }
    for (Pairing& pairing : result.overall) overall.push_back(&pairing);
    for (const auto& family : {singles, overall}) {
      correct(family, options_.correction);
      for (Pairing* pairing : family) decide(*pairing, lower(), options_.confidence);
    }
  }

  const Domain& domain_;
  const Comparison& comparison_;
  const PairOptions& options_;
  std::size_t policies_ = 0;
};

}  // namespace

PairedComparison compare_pairs(const Domain& domain, const Comparison& comparison, const PairOptions& options) {
  return Table(domain, comparison, options).fill();
}

std::string_view in_words(Verdict verdict) {
  return verdict == Verdict::better ? "better" : verdict == Verdict::worse ? "worse" : "cannot tell";
}

}  // namespace syswright::judge
