#include "research/playground.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>

#include "base/distributions.h"
#include "base/error.h"
#include "design/drift.h"
#include "domain/aggregate.h"
#include "judge/bound/bound.h"
#include "judge/compare/compare_blocks.h"
#include "judge/compare/correction.h"

namespace syswright::research {

using design::Level;
using design::LevelResult;
using design::PairedDifference;
using judge::EditKind;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
/// Events of the interpreted runs in which judges observe.
constexpr std::uint64_t observed_events = 20'000;
/// Programs larger than the grammar's limit by more than this are not taken: exemplars may be larger than it.
constexpr std::size_t grace_nodes = 32;
/// Fewer edits than this tell too little.
constexpr std::size_t fewest_edits = 4;

/// Which edits are worth knowing most: whole rules, terms, then constants.
int urgency(EditKind kind) {
  switch (kind) {
    case EditKind::rule:
      return 0;
    case EditKind::hold:
      return 1;
    case EditKind::doubled:
    case EditKind::halved:
      return 2;
    case EditKind::branch:
      return 3;
    case EditKind::neutral:
      return 4;
    default:
      return 5;
  }
}

/// What a judge gets to see of a candidate in one scenario of a level.
Evaluation seen(const Candidate& candidate, std::size_t level, std::size_t top, std::size_t scenario) {
  if (level == top) return candidate.training[scenario];
  const LevelResult& result = candidate.levels[level];
  Evaluation evaluation;
  evaluation.metrics = {result.objectives[scenario]};
  if (scenario < result.blocks.size()) evaluation.blocks = result.blocks[scenario];
  if (!std::isfinite(result.objectives[scenario])) {
    evaluation.status = Evaluation::Status::failed;
    evaluation.failure = "it failed";
  }
  return evaluation;
}

}  // namespace

/// For judges: programs go through the trials, everything else to the task's evaluator, all of it charged.
class Playground::Charged final : public Evaluator {
 public:
  Charged(Playground& playground, std::size_t level) : playground_(playground), level_(level) {}

  std::vector<Evaluation> evaluate(std::span<const Job> jobs, std::stop_token stop) override {
    design::Trials& trials = playground_.trials();
    const Level& level = trials.levels()[level_];
    std::vector<Evaluation> results(jobs.size(), Evaluation{.status = Evaluation::Status::cancelled});
    Field programs;
    std::vector<std::size_t> others;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      if (jobs[i].policy.program() == nullptr) {
        others.push_back(i);
      } else if (Candidate* known = trials.find(jobs[i].policy.digest())) {
        programs.push_back(known);
      }
    }
    trials.measure(programs, level_);
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      const auto place = std::find(level.scenarios.begin(), level.scenarios.end(), jobs[i].scenario);
      const Candidate* const known = jobs[i].policy.program() ? trials.find(jobs[i].policy.digest()) : nullptr;
      if (known == nullptr || !known->known(level_) || place == level.scenarios.end()) continue;
      results[i] = seen(*known, level_, trials.top(), static_cast<std::size_t>(place - level.scenarios.begin()));
    }
    run(jobs, others, stop, results);
    return results;
  }

 private:
  void run(std::span<const Job> jobs, const std::vector<std::size_t>& which, const std::stop_token& stop,
           std::vector<Evaluation>& results) {
    std::vector<Job> batch;
    double cost = 0;
    for (const std::size_t i : which) {
      batch.push_back(jobs[i]);
      cost += static_cast<double>(jobs[i].scenario->events()) /
              static_cast<double>(playground_.task().train.front()->events());
    }
    if (batch.empty() || cost > playground_.affordable()) return;
    std::vector<Evaluation> evaluations = playground_.task().evaluator.evaluate(batch, stop);
    playground_.search().spending().charge(cost);
    for (std::size_t k = 0; k < which.size(); ++k) results[which[k]] = std::move(evaluations[k]);
  }

  Playground& playground_;
  std::size_t level_;
};

std::string in_words(const Change& change) {
  const auto percent = [](double share) { return fmt::format("{:+.2f}", 100 * share); };
  if (!std::isfinite(change.share.estimate)) return change.share.estimate < 0 ? "much better" : "it failed";
  if (!std::isfinite(change.share.low)) return percent(change.share.estimate) + " % (spread unknown)";
  return fmt::format("{} % ({} to {})", percent(change.share.estimate), percent(change.share.low),
                     percent(change.share.high));
}

Playground::Playground(design::Search& search) : search_(search) {}

Candidate* Playground::propose(policy::ProgramPtr program, std::string origin, std::vector<Digest> parents) {
  const design::Grammar& grammar = search_.grammar();
  if (program == nullptr || program->size() > grammar.options().max_nodes + grace_nodes) return nullptr;
  if (design::drifts(*program, grammar.vocabulary())) return nullptr;
  return trials().propose(std::move(program), std::move(origin), std::move(parents));
}

Change Playground::compare(const Candidate& a, const Candidate& b, std::size_t level, std::size_t tests) const {
  const design::Trials& trials = search_.trials();
  const PairedDifference difference = trials.compare(a, b, level);
  const double scale = std::abs(b.loss(level)) > 0 ? std::abs(b.loss(level)) : 1;
  Change change{{difference.difference / scale, -infinity, infinity}, false};
  change.sure = design::surely_negative(difference, 0.025 / static_cast<double>(std::max<std::size_t>(tests, 1)));
  if (std::isfinite(difference.error) && (difference.blocks >= 2 || difference.error == 0)) {
    const double reach = difference.error == 0
                             ? 0
                             : student_quantile(0.975, static_cast<double>(difference.blocks - 1)) * difference.error;
    change.share.low = (difference.difference - reach) / scale;
    change.share.high = (difference.difference + reach) / scale;
  }
  return change;
}

std::string Playground::loss_text(double loss) const {
  if (!std::isfinite(loss)) return "failed";
  return quantity_text(search_.trials().objective(loss));
}

std::string Playground::quantity_text(double objective) const {
  return format_quantity(design::rounded(objective, 5), metric().dimension);
}

std::size_t Playground::level_for(std::size_t programs, double most) const {
  const std::vector<Level>& levels = search_.trials().levels();
  for (std::size_t level = home(); level > 0; --level) {
    if (static_cast<double>(programs) * levels[level].cost <= most) return level;
  }
  return 0;
}

/// An interpreted run in which a judge looks at questions.
bool Playground::charge_look(const Scenario& scenario) {
  const double cost = static_cast<double>(std::min(scenario.events(), observed_events)) /
                      static_cast<double>(task().train.front()->events());
  if (cost > affordable()) return false;
  search_.spending().charge(cost);
  return true;
}

std::optional<Playground::Examination> Playground::examine(Candidate& candidate, double most) {
  const std::size_t level = level_for(3 * candidate.size(), most);
  const Level& place = trials().levels()[level];
  const auto payable = static_cast<std::size_t>(std::min(std::min(most, affordable() * 0.9) / place.cost, 4096.0));
  Candidate* const one = &candidate;
  trials().measure({&one, 1}, level);
  if (payable < fewest_edits || !candidate.known(level) || !std::isfinite(candidate.loss(level))) return std::nullopt;
  const ScenarioPtr observed = judge::sampled(trials().levels().front().scenarios.front(), observed_events);
  if (!charge_look(*observed)) return std::nullopt;
  const judge::Observations observations(*observed, candidate.program, {}, search_.spending().token());
  if (!observations.complete()) return std::nullopt;

  Examination examination{.level = level};
  examination.ablations.values = observations.values(*candidate.program);
  std::vector<judge::Edit> edits = judge::list_edits(*candidate.program, examination.ablations.values);
  std::stable_sort(edits.begin(), edits.end(),
                   [](const judge::Edit& a, const judge::Edit& b) { return urgency(a.kind) < urgency(b.kind); });
  examination.whole = edits.size() <= payable;
  if (!examination.whole) edits.resize(payable);
  Field batch;
  for (judge::Edit& edit : edits) {
    propose(edit.program, "ablation", {candidate.digest()});
    Candidate* tried = trials().find(edit.program->digest());
    if (tried != nullptr) batch.push_back(tried);
    examination.tried.push_back(tried);
    examination.ablations.ablations.push_back({.edit = std::move(edit)});
  }
  trials().measure(batch, level);
  if (std::any_of(batch.begin(), batch.end(), [&](const Candidate* c) { return !c->known(level); }))
    return std::nullopt;
  conclude(examination, candidate);
  return examination;
}

/// Changes, their p-values corrected over the distinct programs, and what follows.
void Playground::conclude(Examination& examination, const Candidate& candidate) const {
  judge::Ablations& all = examination.ablations;
  all.objective = 1;
  all.tolerance = judge::AblateOptions{}.tolerance;
  std::map<Digest, double> p_values;
  for (std::size_t i = 0; i < all.ablations.size(); ++i) {
    const Candidate* const tried = examination.tried[i];
    judge::Ablation& ablation = all.ablations[i];
    if (tried == nullptr || !std::isfinite(tried->loss(examination.level))) {
      ablation.improvement = {-infinity, -infinity, infinity};
      ablation.failure = tried == nullptr ? "not tried: it would change its ways as time passes" : "it failed";
      ablation.effect = judge::Effect::worse;
      continue;
    }
    ablation.improvement = judge::negated(compare(*tried, candidate, examination.level).share);
    const PairedDifference difference = search_.trials().compare(*tried, candidate, examination.level);
    double& p_value = p_values.try_emplace(tried->digest(), 1).first->second;
    if (difference.error == 0) {
      p_value = difference.difference != 0 ? 0 : 1;
    } else if (std::isfinite(difference.error) && difference.blocks >= 2) {
      p_value = std::min(1.0, 2 * student_probability(-std::abs(difference.difference) / difference.error,
                                                      static_cast<double>(difference.blocks - 1)));
    }
  }
  std::vector<double> plain;
  for (const auto& [digest, p_value] : p_values) plain.push_back(p_value);
  const std::vector<double> adjusted = judge::corrected(plain, judge::Correction::holm);
  std::size_t next = 0;
  for (auto& [digest, p_value] : p_values) p_value = adjusted[next++];
  for (std::size_t i = 0; i < all.ablations.size(); ++i) {
    judge::Ablation& ablation = all.ablations[i];
    if (!ablation.failure.empty()) continue;
    ablation.p_value = p_values.at(examination.tried[i]->digest());
    ablation.effect = judge::effect_of(ablation.improvement, ablation.p_value, all.tolerance);
  }
  all.programs = p_values.size();
  examination.dead = all.dead(*candidate.program);
}

std::optional<judge::Slices> Playground::slice(Candidate& candidate, const Policy& rival, std::size_t scenario) {
  const std::size_t level = top();
  const ScenarioPtr& place = task().train[scenario];
  if (!candidate.known(level) || !charge_look(*place)) return std::nullopt;
  Charged evaluator(*this, level);
  judge::Experiments experiments({.domain = task().domain,
                                  .scenarios = {place},
                                  .evaluator = evaluator,
                                  .seed = task().seed,
                                  .stop = search_.spending().token()});
  const std::array policies{Policy::of(candidate.program), rival};
  if (!experiments.measure(policies)) return std::nullopt;
  const judge::Score& own = experiments.score(policies[0]);
  const judge::Score& other = experiments.score(policies[1]);
  if (!own.ran() || !other.ran() || !judge::comparable(own.evaluations[0], other.evaluations[0])) return std::nullopt;
  std::vector<judge::Slices> slices =
      judge::slice(experiments, candidate.program, rival, {.observed_events = observed_events});
  if (!slices.front().complete) return std::nullopt;
  return std::move(slices.front());
}

const std::vector<Yardstick>& Playground::yardsticks(double most) {
  if (yardsticks_) return *yardsticks_;
  std::vector<Yardstick>& found = yardsticks_.emplace();
  const Level& place = trials().levels().front();
  const std::span<const Baseline> baselines = task().domain.baselines();
  if (trials().weights().empty() || place.cost * static_cast<double>(baselines.size()) > most) return found;
  Charged evaluator(*this, 0);
  std::vector<Job> jobs;
  for (const Baseline& baseline : baselines) {
    for (const ScenarioPtr& scenario : place.scenarios) jobs.push_back({Policy::native(baseline.name), scenario});
  }
  const std::vector<Evaluation> evaluations = evaluator.evaluate(jobs, search_.spending().token());
  for (std::size_t b = 0; b < baselines.size(); ++b) {
    Yardstick yardstick{.name = baselines[b].name, .objectives = {}, .loss = 0};
    bool known = true;
    for (std::size_t s = 0; s < place.scenarios.size(); ++s) {
      const Evaluation& evaluation = evaluations[b * place.scenarios.size() + s];
      known = known && evaluation.status == Evaluation::Status::ok;
      if (!known) break;
      yardstick.objectives.push_back(evaluation.objective());
      yardstick.loss += trials().weights()[s] * trials().sign() * evaluation.objective();
    }
    if (known) found.push_back(std::move(yardstick));
  }
  std::stable_sort(found.begin(), found.end(), [](const Yardstick& a, const Yardstick& b) { return a.loss < b.loss; });
  return found;
}

std::vector<std::optional<double>> Playground::gaps(const Candidate& candidate, double most) {
  const std::vector<ScenarioPtr>& scenarios = task().train;
  const auto cost = static_cast<double>(scenarios.size());
  if (!bounds_) {
    bounds_.emplace();
    if (cost <= std::min(most, affordable() / 2)) {
      search_.spending().charge(cost);
      for (const ScenarioPtr& scenario : scenarios) {
        const auto bound = judge::tightest_provable(task().domain, scenario->bounds());
        bounds_->push_back(bound ? std::optional(bound->value) : std::nullopt);
      }
    }
  }
  std::vector<std::optional<double>> gaps;
  for (std::size_t s = 0; s < bounds_->size(); ++s) {
    const std::optional<double> bound = (*bounds_)[s];
    const double objective = candidate.training[s].objective();
    if (!bound || *bound == 0) {
      gaps.emplace_back(std::nullopt);
    } else {
      gaps.emplace_back(trials().sign() * (objective - *bound) / std::abs(*bound));
    }
  }
  return gaps;
}

}  // namespace syswright::research
