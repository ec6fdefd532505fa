#include "judge/explain/contrast.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "base/error.h"
#include "judge/explain/contrast_driver.h"
#include "judge/explain/explain_experiments.h"

namespace syswright::judge {
namespace {

/// Rounds in which two forks are brought to a common event; each round runs one of them to the next question.
constexpr int most_alignments = 10'000;

double total_cost(const Simulation& simulation, const std::string& what) {
  const Evaluation result = simulation.result();
  if (result.status == Evaluation::Status::failed) throw InputError(what + " fails: " + result.failure);
  double cost = 0;
  for (const Block& block : result.blocks) cost += block.cost;
  return cost;
}

std::size_t best_of(const std::vector<double>& scores) {
  return static_cast<std::size_t>(std::max_element(scores.begin(), scores.end()) - scores.begin());
}

/// What both make of one question.
struct Answers {
  std::vector<double> a;
  std::vector<double> b;
  bool ranks = false;

  std::size_t choice_a() const { return ranks ? best_of(a) : 0; }
  std::size_t choice_b() const { return ranks ? best_of(b) : 0; }
  bool differ() const { return ranks ? choice_a() != choice_b() : a[0] != b[0]; }
};

/// Mean and spread of what the choices show.
struct Tally {
  std::uint64_t count = 0;
  double mean_a = 0;
  double mean_b = 0;
  double mean = 0;  ///< of a - b
  double squares = 0;

  void add(double a, double b) {
    ++count;
    const auto n = static_cast<double>(count);
    mean_a += (a - mean_a) / n;
    mean_b += (b - mean_b) / n;
    const double before = (a - b) - mean;
    mean += before / n;
    squares += before * ((a - b) - mean);
  }
  double contrast() const {
    const double deviation = count > 1 ? std::sqrt(squares / static_cast<double>(count)) : 0;
    return deviation > 0 ? mean / deviation : 0;
  }
};

class Contrasting {
 public:
  Contrasting(const Scenario& scenario, policy::ProgramPtr a, policy::ProgramPtr b, const ContrastOptions& options)
      : scenario_(scenario), options_(options), modes_(contrast_modes(scenario, a, *b)) {
    driver_ = driver_of(*a, *b, modes_);
    a_.emplace(a, *driver_);
    b_.emplace(b, *driver_);
    for (std::size_t r = 0; r < a->rules().size(); ++r) {
      const policy::Rule& mine = a->rules()[r];
      const policy::Rule* other = b->rule_for(mine.decision);
      if (other == nullptr) continue;
      DecisionContrast contrast;
      contrast.decision = mine.decision;
      const policy::Decision& decision = a->signature().decisions[mine.decision];
      if (decision.modes.size() > 1) contrast.mode = decision.modes[modes_[r]];
      contrast.foreign_mode = mine.mode != modes_[r] || other->mode != modes_[r];
      contrast.features = shown_features(*driver_, mine.decision);
      tallies_[mine.decision].resize(contrast.features.size());
      place_[mine.decision] = decisions_.size();
      decisions_.push_back(std::move(contrast));
    }
    if (decisions_.empty()) {
      throw InputError("'" + a->name() + "' and '" + b->name() + "' answer no decision in common: there is nothing " +
                       "to contrast");
    }
  }

  Contrast run() {
    Contrast result;
    result.complete = count_differences() && follow_up(result.divergences);
    for (DecisionContrast& contrast : decisions_) summarise(contrast);
    result.decisions = std::move(decisions_);
    std::vector<double> extra;
    for (const Divergence& divergence : result.divergences) extra.push_back(divergence.cost_b - divergence.cost_a);
    if (!extra.empty()) result.extra_cost = mean_interval(extra, {.seed = options_.seed});
    return result;
  }

 private:
  Answers ask(const Question& question) {
    const policy::Decision& decision = driver_->signature().decisions[question.decision];
    return {a_->answer(question), b_->answer(question), decision.kind == policy::DecisionKind::rank};
  }
  bool shared(const Question& question) const { return place_.contains(question.decision); }

  /// First run: how often, where, and over what they differ.
  bool count_differences() {
    const std::unique_ptr<Simulation> simulation = scenario_.start(driver_);
    std::optional<std::uint64_t> first_event;
    while (const Question* question = simulation->next()) {
      if (options_.stop.stop_requested()) return false;
      if (!first_event) first_event = question->event;
      span_ = question->event - *first_event;
      if (!shared(*question)) {
        simulation->answer(a_->answer(*question));
        continue;
      }
      const Answers answers = ask(*question);
      DecisionContrast& contrast = decisions_[place_.at(question->decision)];
      ++contrast.questions;
      if (answers.differ()) {
        ++contrast.different;
        ++differences_;
        if (answers.ranks) tally(*question, answers, contrast);
      }
      simulation->answer(answers.a);
    }
    return true;
  }

  void tally(const Question& question, const Answers& answers, const DecisionContrast& contrast) {
    std::vector<Tally>& tallies = tallies_.at(question.decision);
    for (std::size_t f = 0; f < tallies.size(); ++f) {
      tallies[f].add(feature_value(question, contrast.features[f], answers.choice_a()),
                     feature_value(question, contrast.features[f], answers.choice_b()));
    }
  }

  /// Second run: forks at differences spread evenly over all of them.
  bool follow_up(std::vector<Divergence>& divergences) {
    const std::uint64_t wanted = std::min<std::uint64_t>(options_.divergences, differences_);
    const std::unique_ptr<Simulation> simulation = scenario_.start(driver_);
    std::uint64_t met = 0;
    for (std::uint64_t asked = 0; divergences.size() < wanted; ++asked) {
      const Question* question = simulation->next();
      if (question == nullptr || options_.stop.stop_requested()) return question == nullptr;
      if (!shared(*question)) {
        simulation->answer(a_->answer(*question));
        continue;
      }
      const Answers answers = ask(*question);
      if (answers.differ()) {
        // The middle of each of `wanted` equal parts of the differences.
        const std::uint64_t next = (2 * divergences.size() + 1) * differences_ / (2 * wanted);
        if (met++ == next) divergences.push_back(follow(*simulation, *question, answers, asked));
      }
      simulation->answer(answers.a);
    }
    return true;
  }

  std::vector<double> features_of(const Question& question, std::size_t candidate) const {
    std::vector<double> values;
    for (const ShownFeature& feature : decisions_[place_.at(question.decision)].features) {
      // A value decision without a subject has global features only.
      const bool absent = !feature.global && question.candidates.empty();
      values.push_back(absent ? 0 : feature_value(question, feature, candidate));
    }
    return values;
  }

  Divergence follow(const Simulation& simulation, const Question& question, const Answers& answers,
                    std::uint64_t asked) {
    Divergence divergence;
    divergence.event = question.event;
    divergence.decision = question.decision;
    divergence.question = asked;
    const std::size_t a = answers.choice_a();
    const std::size_t b = answers.choice_b();
    if (answers.ranks) {
      divergence.candidate_a = question.candidates[a];
      divergence.candidate_b = question.candidates[b];
    }
    divergence.answer_a = answers.a[a];
    divergence.answer_b = answers.b[b];
    divergence.features_a = features_of(question, a);
    divergence.features_b = features_of(question, b);

    const double before = total_cost(simulation, "the run");
    const std::string where = "the run after the question at event " + std::to_string(question.event);
    const std::unique_ptr<Simulation> fork_a = fork(simulation, answers.a);
    const std::unique_ptr<Simulation> fork_b = fork(simulation, answers.b);
    const auto horizon = static_cast<std::uint64_t>(std::ceil(options_.horizon * static_cast<double>(span_)));
    divergence.until = run_together(*fork_a, *fork_b, question.event + std::max<std::uint64_t>(horizon, 1));
    divergence.cost_a = total_cost(*fork_a, where) - before;
    divergence.cost_b = total_cost(*fork_b, where) - before;
    return divergence;
  }

  static std::unique_ptr<Simulation> fork(const Simulation& simulation, const std::vector<double>& answers) {
    std::unique_ptr<Simulation> copy = simulation.fork();
    copy->next();  // the same question again
    copy->answer(answers);
    return copy;
  }

  /// Runs on, answered by a, to the first question at or after an event. Returns its event; the largest number at the
  /// end of the run.
  std::uint64_t run_to(Simulation& simulation, std::uint64_t event) {
    while (const Question* question = simulation.next()) {
      if (question->event >= event || options_.stop.stop_requested()) return question->event;
      simulation.answer(a_->answer(*question));
    }
    return ~std::uint64_t{0};
  }

  /// Both stand at questions of the same event in the end, so that the same events have been counted in both.
  std::uint64_t run_together(Simulation& one, Simulation& other, std::uint64_t event) {
    std::uint64_t first = run_to(one, event);
    std::uint64_t second = run_to(other, event);
    for (int i = 0; i < most_alignments && first != second; ++i) {
      if (first < second) {
        first = run_to(one, second);
      } else {
        second = run_to(other, first);
      }
    }
    return std::max(first, second);
  }

  void summarise(DecisionContrast& contrast) const {
    const std::vector<Tally>& tallies = tallies_.at(contrast.decision);
    for (std::size_t f = 0; f < tallies.size(); ++f) {
      const Tally& tally = tallies[f];
      if (contrast.features[f].global || tally.count == 0) continue;
      contrast.typical.push_back({contrast.features[f], tally.mean_a, tally.mean_b, tally.contrast()});
    }
    std::stable_sort(contrast.typical.begin(), contrast.typical.end(),
                     [](const DivergingFeature& a, const DivergingFeature& b) {
                       return std::abs(a.contrast) > std::abs(b.contrast);
                     });
  }

  const Scenario& scenario_;
  const ContrastOptions& options_;
  std::vector<std::size_t> modes_;
  policy::ProgramPtr driver_;
  std::optional<Answerer> a_;
  std::optional<Answerer> b_;
  std::vector<DecisionContrast> decisions_;
  std::map<std::size_t, std::size_t> place_;  ///< of a decision, into decisions_
  std::map<std::size_t, std::vector<Tally>> tallies_;
  std::uint64_t span_ = 0;  ///< events between the first and the last question
  std::uint64_t differences_ = 0;
};

}  // namespace

Contrast contrast(const ScenarioPtr& scenario, const policy::ProgramPtr& a, const policy::ProgramPtr& b,
                  const ContrastOptions& options) {
  if (a->signature().domain != b->signature().domain) {
    throw InputError("'" + a->name() + "' is for " + a->signature().domain + ", but '" + b->name() + "' for " +
                     b->signature().domain + ": only programs of one domain can be contrasted");
  }
  const ScenarioPtr smaller = sampled(scenario, options.events);
  Contrast result = Contrasting(*smaller, a, b, options).run();
  result.scenario = smaller;
  return result;
}

}  // namespace syswright::judge
