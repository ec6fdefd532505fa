#include "design/trials.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <set>

#include "design/tuning.h"
#include "domain/aggregate.h"

namespace syswright::design {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

bool same_results(const Candidate& a, const Candidate& b, std::size_t level) {
  return a.levels[level].objectives == b.levels[level].objectives && a.levels[level].blocks == b.levels[level].blocks;
}

/// Whether both are the same program with other constants.
bool siblings(const Candidate& a, const Candidate& b) {
  return a.origin == tuning_origin && b.origin == tuning_origin && a.parents == b.parents;
}

}  // namespace

std::size_t Candidate::highest() const {
  for (std::size_t level = levels.size(); level-- > 0;) {
    if (levels[level].known) return level;
  }
  assert(false);
  return 0;
}

Trials::Trials(const Task& task, Spending& spending)
    : task_(task), spending_(spending), sign_(task.domain.metrics().front().lower_is_better ? 1 : -1) {
  for (const double fraction : race_fractions) add_level(fraction);
  levels_.push_back({1, task.train, static_cast<double>(task.train.size())});
  if (task.memory == nullptr) return;
  std::vector<std::vector<ScenarioPtr>> scenarios;
  for (const Level& level : levels_) scenarios.push_back(level.scenarios);
  recollection_ = std::make_unique<Recollection>(*task.memory, task, std::move(scenarios));
}

void Trials::add_level(double fraction) {
  Level level{fraction, {}, 0};
  for (const ScenarioPtr& scenario : task_.train) {
    ScenarioPtr small = scenario->miniature(fraction);
    if (!small || small->events() < min_miniature_events) return;
    level.cost += static_cast<double>(small->events()) / static_cast<double>(scenario->events());
    level.scenarios.push_back(std::move(small));
  }
  if (level.cost < 0.7 * static_cast<double>(task_.train.size())) levels_.push_back(std::move(level));
}

Candidate* Trials::find(const Digest& digest) const {
  const auto found = candidates_.find(digest);
  return found == candidates_.end() ? nullptr : found->second.get();
}

Candidate* Trials::propose(policy::ProgramPtr program, std::string origin, std::vector<Digest> parents) {
  const bool fails = recollection_ != nullptr && recollection_->failed(program->digest());
  Candidate* const candidate = admit(std::move(program), std::move(origin), std::move(parents));
  if (candidate == nullptr || !fails) return candidate;
  ++recollection_->uses.failures;
  for (std::size_t level = 0; level < levels_.size(); ++level) {
    LevelResult& result = candidate->levels[level];
    result.known = true;
    result.loss = infinity;
    result.objectives.assign(levels_[level].scenarios.size(), worst_objective(sign_ > 0));
  }
  return nullptr;
}

Candidate* Trials::propose_again(policy::ProgramPtr program, std::string origin) {
  return admit(std::move(program), std::move(origin), {});
}

Candidate* Trials::admit(policy::ProgramPtr program, std::string origin, std::vector<Digest> parents) {
  const auto [place, is_new] = candidates_.try_emplace(program->digest());
  if (!is_new) return nullptr;
  place->second = std::make_unique<Candidate>();
  Candidate& candidate = *place->second;
  candidate.program = std::move(program);
  candidate.origin = std::move(origin);
  candidate.parents = std::move(parents);
  candidate.number = order_.size();
  candidate.levels.resize(levels_.size());
  order_.push_back(&candidate);
  return &candidate;
}

void Trials::measure(std::span<Candidate* const> candidates, std::size_t level) {
  std::vector<Candidate*> missing;
  std::set<const Candidate*> listed;
  for (Candidate* candidate : candidates) {
    if (!candidate->known(level) && listed.insert(candidate).second) missing.push_back(candidate);
  }
  remember(missing, level);
  const Level& place = levels_[level];
  // A hair more than the exact quotient: fractions of evaluations are sums of rounded quotients.
  const double affordable = std::floor(spending_.affordable() / place.cost * (1 + 1e-12));
  if (static_cast<double>(missing.size()) > affordable) {
    missing.resize(static_cast<std::size_t>(affordable));
    spending_.exhaust();
  }
  // Weights are those of the first batch, so it is not cut.
  const std::size_t step = weights_.empty() ? std::max<std::size_t>(missing.size(), 1) : batch_size;
  for (std::size_t i = 0; i < missing.size() && !spending_.token().stop_requested(); i += step) {
    run(std::span(missing).subspan(i, std::min(step, missing.size() - i)), level, spending_.token());
  }
}

void Trials::measure_to_the_end(Candidate& candidate) {
  Candidate* const one = &candidate;
  run({&one, 1}, top(), {});
}

void Trials::run(std::span<Candidate* const> missing, std::size_t level, const std::stop_token& stop) {
  const Level& place = levels_[level];
  std::vector<Job> jobs;
  for (const Candidate* candidate : missing) {
    for (const ScenarioPtr& scenario : place.scenarios) jobs.push_back({Policy::of(candidate->program), scenario});
  }
  const double before = spending_.elapsed_seconds();
  const std::vector<Evaluation> evaluations = task_.evaluator.evaluate(jobs, stop);
  const std::size_t scenarios = place.scenarios.size();
  std::vector<Candidate*> tried;
  for (std::size_t i = 0; i < missing.size(); ++i) {
    take(*missing[i], level, std::span(evaluations).subspan(i * scenarios, scenarios), place.cost);
    if (missing[i]->known(level)) tried.push_back(missing[i]);
  }
  if (level == top()) {
    top_seconds_ += spending_.elapsed_seconds() - before;
    top_evaluations_ += place.cost * static_cast<double>(tried.size());
  }
  weigh(tried, level);
  report();
}

/// Takes from memory what is there, for nothing.
void Trials::remember(std::vector<Candidate*>& missing, std::size_t level) {
  if (recollection_ == nullptr) return;
  std::vector<Candidate*> tried;
  for (Candidate* candidate : missing) {
    const auto evaluations = recollection_->evaluations(candidate->digest(), level);
    if (!evaluations) continue;
    take(*candidate, level, *evaluations, 0);
    tried.push_back(candidate);
    recollection_->uses.evaluations += evaluations->size();
    recollection_->uses.worth += levels_[level].cost;
  }
  weigh(tried, level);
  std::erase_if(missing, [level](const Candidate* candidate) { return candidate->known(level); });
}

/// Losses of candidates that were just tried.
void Trials::weigh(std::span<Candidate* const> tried, std::size_t level) {
  if (weights_.empty() && !tried.empty()) set_weights(tried, level);
  for (Candidate* candidate : tried) {
    candidate->levels[level].loss = loss_of(candidate->levels[level]);
    if (level == top()) welcome(*candidate);
  }
}

/// price: in evaluations
void Trials::take(Candidate& candidate, std::size_t level, std::span<const Evaluation> evaluations, double price) {
  LevelResult result;
  for (const Evaluation& evaluation : evaluations) {
    if (evaluation.status == Evaluation::Status::cancelled) return;
    result.objectives.push_back(objective_or_worst(evaluation, sign_ > 0));
    result.blocks.push_back(evaluation.blocks);
  }
  spending_.charge(price);
  result.known = true;
  candidate.spent = spending_.spent();
  candidate.levels[level] = std::move(result);
  if (level == top()) candidate.training.assign(evaluations.begin(), evaluations.end());
}

void Trials::set_weights(std::span<Candidate* const> tried, std::size_t level) {
  std::vector<std::vector<double>> objectives(levels_[level].scenarios.size());
  for (std::size_t s = 0; s < objectives.size(); ++s) {
    for (const Candidate* candidate : tried) objectives[s].push_back(candidate->levels[level].objectives[s]);
  }
  weights_ = balanced_weights(objectives);
}

double Trials::loss_of(const LevelResult& result) const {
  double loss = 0;
  for (std::size_t s = 0; s < result.objectives.size(); ++s) {
    const double objective = sign_ * result.objectives[s];
    if (!std::isfinite(objective)) return infinity;
    loss += (weights_.empty() ? 1.0 / static_cast<double>(result.objectives.size()) : weights_[s]) * objective;
  }
  return loss;
}

PairedDifference Trials::compare(const Candidate& a, const Candidate& b, std::size_t level) const {
  const LevelResult& left = a.levels[level];
  const LevelResult& right = b.levels[level];
  const double difference = left.loss - right.loss;
  if (!std::isfinite(left.loss) || !std::isfinite(right.loss)) {
    return {left.loss == right.loss ? 0 : difference, 0};
  }
  double error = 0;
  std::size_t blocks = std::numeric_limits<std::size_t>::max();
  if (left.blocks.size() != right.blocks.size()) return {difference, infinity};  // forgotten on one side
  for (std::size_t s = 0; s < left.blocks.size(); ++s) {
    if (left.blocks[s].size() != right.blocks[s].size()) return {difference, infinity};
    // Scenarios cut from one workload err together: their errors add up, which is the cautious assumption.
    error += weights_[s] * paired_difference(left.blocks[s], right.blocks[s]).error;
    blocks = std::min(blocks, left.blocks[s].size());
  }
  // Forgotten on both sides: nothing is known of the spread.
  if (left.blocks.empty()) return {difference, infinity};
  return {difference, error, blocks};
}

bool Trials::pass_over(const Candidate& candidate, std::size_t level) {
  const LevelResult& result = candidate.levels[level];
  if (recollection_ == nullptr || level == top() || !result.known || result.blocks.empty()) return false;
  if (recollection_->knows(candidate.digest(), level + 1)) return false;  // costs nothing
  std::vector<Evaluation> evaluations(result.blocks.size());
  for (std::size_t s = 0; s < evaluations.size(); ++s) {
    evaluations[s].metrics = {result.objectives[s]};
    evaluations[s].blocks = result.blocks[s];
  }
  if (!recollection_->went_on(behaviour_of(evaluations), level, candidate.digest())) return false;
  ++recollection_->uses.twins;
  return true;
}

void Trials::forget_blocks(Candidate& candidate) {
  for (LevelResult& result : candidate.levels) std::vector<std::vector<Block>>().swap(result.blocks);
}

Candidate* Trials::most_promising() const {
  Candidate* chosen = nullptr;
  for (std::size_t level = levels_.size(); level-- > 0 && chosen == nullptr;) {
    for (Candidate* candidate : order_) {
      if (!candidate->known(level)) continue;
      if (chosen == nullptr || candidate->loss(level) < chosen->loss(level)) chosen = candidate;
    }
  }
  return chosen;
}

void Trials::welcome(Candidate& candidate) {
  const std::size_t level = top();
  if (best_ == nullptr || candidate.loss(level) < best_->loss(level)) {
    best_ = &candidate;
    improvements_.push_back(&candidate);
    convergence_.push_back({candidate.spent, objective(candidate.loss(level))});
  }
  // Of one program with several constants the best stays: the others would crowd out what is different.
  const auto sibling =
      std::find_if(hall_.begin(), hall_.end(), [&](const Candidate* other) { return siblings(candidate, *other); });
  if (sibling != hall_.end()) {
    if (candidate.loss(level) >= (*sibling)->loss(level)) return;
    hall_.erase(sibling);
  }
  // Of programs with the same results the simplest stays.
  const auto twin = std::find_if(hall_.begin(), hall_.end(),
                                 [&](const Candidate* other) { return same_results(candidate, *other, level); });
  if (twin != hall_.end()) {
    if (candidate.size() < (*twin)->size()) *twin = &candidate;
    return;
  }
  const auto place = std::upper_bound(hall_.begin(), hall_.end(), candidate.loss(level),
                                      [&](double loss, const Candidate* other) { return loss < other->loss(level); });
  hall_.insert(place, &candidate);
  if (hall_.size() > hall_size) hall_.pop_back();
}

std::vector<Ancestor> Trials::history(const Candidate& winner) const {
  std::map<std::size_t, const Candidate*> chosen;
  for (const Candidate* candidate : improvements_) chosen[candidate->number] = candidate;
  for (const Candidate* candidate = &winner; candidate != nullptr;) {
    chosen[candidate->number] = candidate;
    candidate = candidate->parents.empty() ? nullptr : find(candidate->parents.front());
  }
  std::vector<Ancestor> history;
  for (const auto& [number, candidate] : chosen) {
    const double train = objective(candidate->loss(candidate->highest()));
    history.push_back({candidate->program, candidate->origin, candidate->parents, train, candidate->spent});
  }
  return history;
}

double Trials::seconds_per_evaluation() const { return top_evaluations_ > 0 ? top_seconds_ / top_evaluations_ : 0; }

void Trials::report() const {
  if (!task_.progress) return;
  Progress progress;
  progress.spent_evaluations = spending_.spent();
  progress.elapsed_seconds = spending_.elapsed_seconds();
  progress.fraction = spending_.fraction();
  progress.note = note_;
  if (best_ != nullptr) {
    progress.best = objective(best_->loss(top()));
    progress.best_program = best_->program;
    progress.history = history(*best_);
  }
  task_.progress(progress);
}

}  // namespace syswright::design
