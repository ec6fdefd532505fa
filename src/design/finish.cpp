// The end of a search: the finalists meet the validation scenarios.

#include <algorithm>
#include <cmath>
#include <limits>

#include "design/race.h"
#include "design/search.h"
#include "domain/aggregate.h"

namespace syswright::design {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// A finalist is as good as the best if it trails by less than this many standard errors: then a simpler one wins.
constexpr double indistinguishable = 0.5;
/// By this share of the loss a simpler program may trail for each node that it saves.
constexpr double worth_of_a_node = 5e-5;
/// Chance that an incumbent loses its place to a program that is no better.
constexpr double sure = 0.05;
/// Programs whose block costs differ by less than this share behave alike.
constexpr double alike = 0.002;

/// 0 for no scenarios.
Score score_of(std::vector<Evaluation> evaluations, bool lower_is_better) {
  Score score;
  score.mean = mean_objective(evaluations, lower_is_better).value_or(0);
  score.evaluations = std::move(evaluations);
  return score;
}

bool complete(const std::vector<Evaluation>& evaluations) {
  return std::none_of(evaluations.begin(), evaluations.end(),
                      [](const Evaluation& e) { return e.status == Evaluation::Status::cancelled; });
}

std::vector<Job> jobs_of(const Candidate& candidate, const std::vector<ScenarioPtr>& scenarios) {
  std::vector<Job> jobs;
  for (const ScenarioPtr& scenario : scenarios) jobs.push_back({Policy::of(candidate.program), scenario});
  return jobs;
}

}  // namespace

/// At least one program must be known at the top level, whatever stopped the search.
void Search::ensure_one() {
  if (trials_.best() != nullptr) return;
  Candidate* chosen = trials_.most_promising();
  if (chosen == nullptr) {
    Random random(task_.seed, "fallback program");
    std::vector<Candidate*> proposed = propose_seeds();
    if (proposed.empty()) proposed = propose_random(random, 1);
    chosen = proposed.front();
  }
  trials_.measure_to_the_end(*chosen);
}

/// The best of the task's seeds, tried on the whole training scenarios if the budget still allows it; nullptr if there
/// is none, or none that works.
Candidate* Search::incumbent() {
  Candidate* best = nullptr;
  const auto highest = [](const Candidate& candidate) {
    std::size_t known = 0;
    for (std::size_t level = 0; level < candidate.levels.size(); ++level)
      known = candidate.known(level) ? level + 1 : known;
    return known;
  };
  for (Candidate* seed : seeds_) {
    const std::size_t own = highest(*seed);
    if (own == 0 || !std::isfinite(seed->loss(own - 1))) continue;
    const std::size_t other = best == nullptr ? 0 : highest(*best);
    if (own > other || (own == other && seed->loss(own - 1) < best->loss(own - 1))) best = seed;
  }
  // A budget that did not reach for any is no reason to give them up.
  const bool untried = std::none_of(seeds_.begin(), seeds_.end(), [&](const Candidate* s) { return highest(*s) > 0; });
  if (best == nullptr && untried && !seeds_.empty()) best = seeds_.front();
  if (best == nullptr || best->known(trials_.top())) return best;
  const double cost = trials_.levels()[trials_.top()].cost + validation_cost_;
  if (spending_.affordable() < cost || spending_.token().stop_requested()) return nullptr;
  trials_.measure_to_the_end(*best);
  return std::isfinite(best->loss(trials_.top())) ? best : nullptr;
}

/// Those that meet on validation, at most `most`: the incumbent, then the hall from its best down. With room for one
/// only, training decides whether the best of the hall may take the incumbent's place.
std::vector<Candidate*> Search::contenders(Candidate* incumbent, double most) const {
  const std::vector<Candidate*>& hall = trials_.hall();
  const auto room = static_cast<std::size_t>(std::max(most, 1.0));
  std::vector<Candidate*> chosen(hall.begin(), hall.begin() + static_cast<std::ptrdiff_t>(std::min(room, hall.size())));
  if (incumbent == nullptr) return chosen;
  if (room == 1) {
    if (!surely_better(trials_, *chosen.front(), *incumbent, trials_.top(), sure)) chosen.front() = incumbent;
    return chosen;
  }
  std::erase(chosen, incumbent);
  if (chosen.size() == room) chosen.pop_back();
  chosen.insert(chosen.begin(), incumbent);
  return chosen;
}

std::vector<Search::Finalist> Search::validate(Candidate* incumbent) {
  std::vector<Finalist> finalists;
  const std::size_t scenarios = task_.validation.size();
  const bool hurried = spending_.stopped_by_user();
  double most = hurried ? 1 : static_cast<double>(max_finalists);
  if (validation_cost_ > 0) most = std::min(most, std::floor(spending_.affordable() / validation_cost_ * (1 + 1e-12)));
  const Recollection* const past = trials_.recollection();
  std::vector<Job> jobs;
  std::vector<std::size_t> fresh;  // finalists that earlier runs did not judge
  for (Candidate* candidate : contenders(incumbent, most)) {
    finalists.push_back({candidate, {}, 0});
    auto known = past == nullptr ? std::nullopt : past->validation(candidate->digest());
    if (known) {
      finalists.back().evaluations = *std::move(known);
      continue;
    }
    fresh.push_back(finalists.size() - 1);
    for (Job& job : jobs_of(*candidate, task_.validation)) jobs.push_back(std::move(job));
  }
  // The first finalist is judged even if the time is up: an outcome has its scores.
  auto evaluations = task_.evaluator.evaluate(jobs, hurried && !jobs.empty() ? std::stop_token() : spending_.token());
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    const auto first = evaluations.begin() + static_cast<std::ptrdiff_t>(i * scenarios);
    finalists[fresh[i]].evaluations.assign(first, first + static_cast<std::ptrdiff_t>(scenarios));
  }
  if (!complete(finalists.front().evaluations)) {
    finalists.front().evaluations = task_.evaluator.evaluate(jobs_of(*finalists.front().candidate, task_.validation));
  }
  const auto judged =
      std::count_if(fresh.begin(), fresh.end(), [&](std::size_t i) { return complete(finalists[i].evaluations); });
  std::erase_if(finalists, [](const Finalist& finalist) { return !complete(finalist.evaluations); });
  spending_.charge(validation_cost_ * static_cast<double>(judged));
  return finalists;
}

std::vector<double> Search::validation_weights(const std::vector<Finalist>& finalists) const {
  if (task_.validation.empty()) return trials_.weights();
  std::vector<std::vector<double>> objectives(task_.validation.size());
  for (const Finalist& finalist : finalists) {
    for (std::size_t s = 0; s < objectives.size(); ++s) {
      const Evaluation& evaluation = finalist.evaluations[s];
      const bool ok = evaluation.status == Evaluation::Status::ok;
      objectives[s].push_back(ok ? evaluation.objective() : infinity);
    }
  }
  std::vector<double> weights = balanced_weights(objectives);
  if (weights.empty()) weights.assign(objectives.size(), 1.0 / static_cast<double>(objectives.size()));
  return weights;
}

void Search::judge(std::vector<Finalist>& finalists) const {
  const std::vector<double> weights = validation_weights(finalists);
  for (Finalist& finalist : finalists) {
    finalist.loss = task_.validation.empty() ? finalist.candidate->loss(trials_.top()) : 0;
    for (std::size_t s = 0; s < finalist.evaluations.size(); ++s) {
      const bool ok = finalist.evaluations[s].status == Evaluation::Status::ok;
      finalist.loss += ok ? weights[s] * trials_.sign() * finalist.evaluations[s].objective() : infinity;
    }
  }
  std::stable_sort(finalists.begin(), finalists.end(),
                   [](const Finalist& a, const Finalist& b) { return a.loss < b.loss; });
}

/// On validation, or on training where there is no validation.
PairedDifference Search::compare(const Finalist& a, const Finalist& b, std::span<const double> weights) const {
  const bool validated = !task_.validation.empty();
  const std::vector<Evaluation>& left = validated ? a.evaluations : a.candidate->training;
  const std::vector<Evaluation>& right = validated ? b.evaluations : b.candidate->training;
  PairedDifference difference{a.loss == b.loss ? 0 : a.loss - b.loss, 0};
  if (!std::isfinite(difference.difference)) return difference;
  difference.blocks = std::numeric_limits<std::size_t>::max();
  for (std::size_t s = 0; s < weights.size(); ++s) {
    difference.error += weights[s] * paired_difference(left[s].blocks, right[s].blocks).error;
    difference.blocks = std::min(difference.blocks, left[s].blocks.size());
  }
  return difference;
}

/// The best, or, of those that cannot be told from it, the one whose simplicity outweighs what it trails by. Finalists
/// are sorted by loss.
std::size_t Search::simplest_of_best(const std::vector<Finalist>& finalists) const {
  const std::vector<double> weights = validation_weights(finalists);
  const auto burden = [&](const Finalist& one) {
    return one.loss + std::abs(finalists[0].loss) * worth_of_a_node * static_cast<double>(one.candidate->size());
  };
  std::size_t chosen = 0;
  for (std::size_t i = 1; i < finalists.size(); ++i) {
    const PairedDifference behind = compare(finalists[i], finalists[0], weights);
    const bool close = std::isfinite(behind.error) && behind.difference <= indistinguishable * behind.error;
    if (close && burden(finalists[i]) < burden(finalists[chosen])) chosen = i;
  }
  return chosen;
}

/// The simplest of the best; but an incumbent gives way only to one that is surely better on scenarios by which none
/// was bred, or that does the same with less.
std::size_t Search::choose(const std::vector<Finalist>& finalists, const Candidate* incumbent) const {
  const std::size_t favourite = simplest_of_best(finalists);
  const auto place = std::find_if(finalists.begin(), finalists.end(),
                                  [incumbent](const Finalist& one) { return one.candidate == incumbent; });
  if (incumbent == nullptr || place == finalists.end()) return favourite;
  const std::vector<double> weights = validation_weights(finalists);
  // Corrected for the number of those that might look better by luck (Bonferroni).
  const double level = sure / static_cast<double>(std::max<std::size_t>(finalists.size() - 1, 1));
  const auto may_lead = [&](const Finalist& one) {
    const PairedDifference ahead = compare(one, *place, weights);
    const bool same = ahead.difference == 0 && ahead.error == 0;
    return surely_negative(ahead, level) || (same && one.candidate->size() < incumbent->size());
  };
  if (may_lead(finalists[favourite])) return favourite;
  const auto leader = std::find_if(finalists.begin(), finalists.end(), may_lead);
  return static_cast<std::size_t>((leader == finalists.end() ? place : leader) - finalists.begin());
}

Outcome Search::finish(const std::string& prefix) {
  Outcome outcome;
  outcome.stopped = spending_.stopped_by_user();
  spending_.release();
  ensure_one();
  Candidate* const defender = incumbent();
  std::vector<Finalist> finalists = validate(defender);
  judge(finalists);
  const std::size_t chosen = choose(finalists, defender);
  const Finalist& winner = finalists[chosen];
  winner_ = winner.candidate;
  const auto named = [&](const Candidate& candidate) {
    return candidate.program->renamed(prefix + "_" + candidate.digest().hex().substr(0, 6));
  };
  outcome.best = named(*winner.candidate);
  for (const Finalist& other : finalists) {
    double apart = 0;
    for (std::size_t s = 0; s < other.evaluations.size(); ++s) {
      apart = std::max(apart, behaviour_distance(other.evaluations[s].blocks, winner.evaluations[s].blocks));
    }
    if (&other != &winner && !outcome.runner_up && apart > alike) outcome.runner_up = named(*other.candidate);
  }
  outcome.train = score_of(winner.candidate->training, trials_.sign() > 0);
  outcome.validation = score_of(winner.evaluations, trials_.sign() > 0);
  outcome.history = trials_.history(*winner.candidate);
  outcome.convergence = trials_.convergence();
  outcome.spent = spending_.spent();
  outcome.candidates = trials_.proposed();
  if (const Recollection* past = trials_.recollection()) outcome.notes = past->notes();
  trials_.report();
  return outcome;
}

}  // namespace syswright::design
