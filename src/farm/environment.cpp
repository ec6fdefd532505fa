#include "farm/environment.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"
#include "base/random.h"

namespace syswright {
namespace {

/// Questions that the number of candidates is taken from.
constexpr std::size_t surveyed_questions = 1000;

std::size_t find_decision(const policy::Signature& signature, const std::string& name) {
  if (name.empty()) return 0;
  if (const auto found = signature.find_decision(name)) return *found;
  std::vector<std::string> names;
  for (const policy::Decision& decision : signature.decisions) names.push_back(decision.name);
  throw InputError(fmt::format("'{}' has no decision '{}'{} (there are: {})", signature.domain, name,
                               did_you_mean(name, names), fmt::join(names, ", ")));
}

/// An answer that is never used: a program must have a rule for what it is to be asked.
policy::Rule idle_rule(const policy::Decision& decision, std::size_t index) {
  const bool acts = decision.kind == policy::DecisionKind::value && !decision.actions.empty();
  const Dimension dimension = decision.kind == policy::DecisionKind::value ? decision.dimension : number_dimension;
  policy::GraphBuilder builder({});
  const policy::NodeId root = builder.constant(
      0, {acts ? policy::ValueKind::action : policy::ValueKind::number, acts ? Dimension{} : dimension});
  return {.decision = index, .graph = builder.finish(root)};
}

policy::ProgramPtr asked_program(const std::shared_ptr<const policy::Signature>& signature, std::size_t decision,
                                 const policy::ProgramPtr& given) {
  if (given != nullptr && given->signature().domain != signature->domain) {
    throw InputError(fmt::format("policy '{}' is for the domain '{}', not for '{}'", given->name(),
                                 given->signature().domain, signature->domain));
  }
  if (given != nullptr && given->rule_for(decision) != nullptr) return given;
  std::vector<policy::Rule> rules;
  std::vector<policy::Statistic> statistics;
  if (given != nullptr) {
    rules = given->rules();
    statistics = given->statistics();
  }
  rules.push_back(idle_rule(signature->decisions[decision], decision));
  return std::make_shared<const policy::Program>(given == nullptr ? "learner" : given->name(), signature,
                                                 std::move(statistics), std::move(rules));
}

double sum_of_costs(const Evaluation& evaluation) {
  double sum = 0;
  for (const Block& block : evaluation.blocks) sum += block.cost;
  return evaluation.blocks.empty() ? evaluation.objective() : sum;
}

ObservedInput observed(const policy::Feature& feature, std::size_t element) {
  return {.name = feature.length == 0 ? feature.name : fmt::format("{}[{}]", feature.name, element),
          .kind = feature.kind,
          .dimension = feature.dimension,
          .low = feature.low,
          .high = feature.high,
          .doc = feature.doc};
}

ObservedInput observed(const policy::Statistic& statistic) {
  return {.name = statistic.name,
          .dimension = statistic.dimension,
          .doc = fmt::format("{} of {}", policy::to_string(statistic.kind), statistic.source)};
}

}  // namespace

EnvironmentPlan::EnvironmentPlan(const Domain& domain, std::vector<ScenarioPtr> scenarios, EnvironmentOptions options)
    : signature_(domain.signature()),
      options_(std::move(options)),
      scenarios_(std::move(scenarios)),
      decision_(find_decision(*signature_, options_.decision)),
      ranks_(signature_->decisions[decision_].kind == policy::DecisionKind::rank),
      program_(asked_program(signature_, decision_, options_.program)),
      sign_(domain.metrics().front().lower_is_better ? -1 : 1) {
  if (scenarios_.empty()) throw InputError("an environment needs at least one scenario");
  for (const Metric& metric : domain.metrics()) metrics_.push_back(metric.name);
  describe();
  space_.dense = options_.rewards == Rewards::increments ||
                 (options_.rewards == Rewards::automatic &&
                  dynamic_cast<const RunningCost*>(scenarios_.front()->start(program_).get()) != nullptr);
  const Metric& objective = domain.metrics().front();
  space_.reward =
      fmt::format("{}what was added to the cost behind '{}' ({}){}", sign_ < 0 ? "minus " : "", objective.name,
                  objective.doc, space_.dense ? ", at each step" : ", all of it with the end of the episode");
}

void EnvironmentPlan::describe() {
  const policy::Decision& decision = signature_->decisions[decision_];
  space_.domain = signature_->domain;
  space_.decision = decision.name;
  space_.actions = decision.actions;
  space_.low = decision.low;
  space_.high = decision.high;
  space_.dimension = decision.dimension;
  space_.action = ranks_ ? (options_.scores ? ActionKind::scores : ActionKind::place)
                         : (decision.actions.empty() ? ActionKind::number : ActionKind::choice);
  const auto add = [&](policy::Scope scope, ObservedInput input) {
    (scope == policy::Scope::global ? space_.globals : space_.columns).push_back(std::move(input));
  };
  for (const policy::Feature& feature : decision.features) {
    for (std::size_t i = 0; i < feature.slots(); ++i) add(feature.scope, observed(feature, i));
  }
  for (const policy::Statistic& statistic : program_->statistics()) add(statistic.scope, observed(statistic));
  if (ranks_) {
    space_.candidates = options_.candidates != 0 ? options_.candidates : most_candidates();
    if (space_.candidates <= 1 && !options_.scores) {
      throw InputError(
          fmt::format("a question '{}' shows one candidate at a time here, so that there is no place to "
                      "choose: take scores as actions",
                      decision.name));
    }
    return;
  }
  // Its one subject is no list.
  space_.globals.insert(space_.globals.end(), space_.columns.begin(), space_.columns.end());
  space_.columns.clear();
}

std::size_t EnvironmentPlan::most_candidates() const {
  std::size_t most = 0;
  std::size_t asked = 0;
  Random random(1, "candidates of an environment");
  ProgramAnswers others(program_);
  std::vector<double> answers;
  const std::unique_ptr<Simulation> simulation = scenarios_.front()->start(program_);
  while (const Question* question = simulation->next()) {
    const bool other_ranks = signature_->decisions[question->decision].kind == policy::DecisionKind::rank;
    answers.resize(other_ranks ? question->candidates.size() : 1);
    if (question->decision != decision_) {
      others.answer(*question, answers);
    } else {
      if (++asked > surveyed_questions) break;
      most = std::max(most, question->candidates.size());
      for (double& answer : answers) answer = random.uniform();
    }
    simulation->answer(answers);
  }
  if (most == 0) {
    throw InputError(fmt::format("{} never asks '{}'", scenarios_.front()->label(), space_.decision));
  }
  return most;
}

Environment::Environment(std::shared_ptr<const EnvironmentPlan> plan, std::uint64_t number)
    : plan_(std::move(plan)), number_(number), others_(plan_->program_) {
  answers_.reserve(std::max<std::size_t>(2 * plan_->space_.candidates, 1));
}

void Environment::reset(std::uint64_t seed, const ObservationView& view) {
  seed_ = seed;
  episode_ = 0;
  begin();
  show(view);
}

void Environment::reset(const ObservationView& view) {
  if (begun_) ++episode_;
  begin();
  show(view);
}

void Environment::begin() {
  begun_ = true;
  const std::size_t count = plan_->scenarios_.size();
  const std::size_t first = plan_->options_.in_order
                                ? (number_ + episode_) % count
                                : Random(seed_, "scenario of an episode", number_ << 32 | episode_).below(count);
  // A scenario that never asks has nothing to learn from, and never will: the next one stands in.
  for (std::size_t silent = 0; silent < count; ++silent) {
    scenario_ = (first + silent) % count;
    simulation_ = plan_->scenarios_[scenario_]->start(plan_->program_);
    running_ = plan_->space_.dense ? dynamic_cast<const RunningCost*>(simulation_.get()) : nullptr;
    paid_ = 0;
    if (advance()) return;
  }
  throw InputError(fmt::format("{} never asks '{}'", plan_->scenarios_[first]->label(), plan_->space_.decision));
}

bool Environment::advance() {
  while ((question_ = simulation_->next()) != nullptr) {
    if (question_->decision == plan_->decision_) return true;
    const policy::Decision& decision = plan_->signature_->decisions[question_->decision];
    answers_.resize(decision.kind == policy::DecisionKind::rank ? question_->candidates.size() : 1);
    others_.answer(*question_, answers_);
    simulation_->answer(answers_);
  }
  return false;
}

std::span<const double> Environment::answers_from(std::span<const double> action) {
  if (!plan_->ranks_) return action.first(1);
  const std::size_t count = question_->candidates.size();
  const std::size_t shown = std::min(count, plan_->space_.candidates);
  if (plan_->space_.action == ActionKind::scores) {
    if (count == shown) return action.first(count);
    answers_.assign(count, std::numeric_limits<double>::lowest());
    std::copy_n(action.begin(), shown, answers_.begin());
    return answers_;
  }
  answers_.assign(count, 0);
  if (!(action[0] >= 0) || !std::isfinite(action[0])) {
    answers_[0] = std::numeric_limits<double>::quiet_NaN();  // which ends the run
  } else {
    answers_[static_cast<std::size_t>(std::min(action[0], static_cast<double>(shown - 1)))] = 1;
  }
  return answers_;
}

double Environment::cost_so_far() const {
  if (running_ != nullptr) return running_->cost_so_far();
  return plan_->space_.dense ? sum_of_costs(simulation_->result()) : 0;
}

Environment::Step Environment::step(std::span<const double> action, const ObservationView& view) {
  if (question_ == nullptr) throw InputError("no episode runs: call reset() first");
  simulation_->answer(answers_from(action));
  const bool goes_on = advance();
  if (!goes_on) finish();
  const double cost = goes_on ? cost_so_far() : sum_of_costs(result_);
  const double reward = plan_->sign_ * (cost - paid_) + 0.0;  // never -0
  paid_ = cost;
  show(view);
  return {reward, !goes_on};
}

void Environment::finish() {
  result_ = simulation_->result();
  running_ = nullptr;
  simulation_.reset();
}

void Environment::show(const ObservationView& view) const {
  if (question_ == nullptr) {
    std::fill(view.globals.begin(), view.globals.end(), 0.0);
    std::fill(view.columns.begin(), view.columns.end(), 0.0);
    std::fill(view.mask.begin(), view.mask.end(), std::uint8_t{0});
    return;
  }
  const auto behind = std::copy(question_->globals.begin(), question_->globals.end(), view.globals.begin());
  if (!plan_->ranks_) {
    std::copy(question_->columns.begin(), question_->columns.end(), behind);
    return;
  }
  const std::size_t count = question_->candidates.size();
  const std::size_t rows = plan_->space_.candidates;
  const std::size_t shown = std::min(count, rows);
  const std::size_t width = plan_->space_.columns.size();
  for (std::size_t column = 0; column < width; ++column) {
    const double* from = question_->columns.data() + column * count;
    for (std::size_t row = 0; row < shown; ++row) view.columns[row * width + column] = from[row];
  }
  std::fill(view.columns.begin() + static_cast<std::ptrdiff_t>(shown * width), view.columns.end(), 0.0);
  std::fill_n(view.mask.begin(), shown, std::uint8_t{1});
  std::fill(view.mask.begin() + static_cast<std::ptrdiff_t>(shown), view.mask.end(), std::uint8_t{0});
}

}  // namespace syswright
