#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "domain/domain.h"
#include "policy/program.h"
#include "policy/statistic.h"

/// A small but whole domain with a known best policy, for tests of designers and judges: one machine serves batches of
/// jobs that all wait from the start, and every job costs money for each second until it is done. The least total cost
/// is reached by serving jobs in the order of falling cost / work (Smith, Naval Research Logistics Quarterly 3, 1956):
/// the bound. Traps: by default only the first four jobs in arrival order are offered (mode "window"; "all" offers
/// every one), and a second decision may run a job at twice the speed for a fee that is never worth it.
namespace syswright::toy {

inline constexpr std::size_t jobs_per_batch = 10;
inline constexpr std::size_t window_length = 4;
inline constexpr std::size_t history_length = 3;
inline constexpr std::size_t dispatch_globals = 3;

struct Setting {
  std::size_t batches = 32;
  std::uint64_t seed = 1;
  double turbo_fee = 1000;  ///< dollars a job
  /// Programs with more nodes fail: a limit that a policy can break.
  std::size_t max_nodes = std::numeric_limits<std::size_t>::max();
};

struct Job {
  double work = 0;                   ///< seconds
  double cost = 0;                   ///< dollars a second until done
  double size = 0;                   ///< bytes; goes with work, loosely
  double urgent = 0;                 ///< boolean; tells nothing
  double history[history_length]{};  ///< noise
};

inline std::shared_ptr<const policy::Signature> make_signature() {
  using policy::Scope;
  using policy::ValueKind;
  const Dimension cost_rate{-1, 0, 1};
  policy::Decision dispatch;
  dispatch.name = "dispatch";
  dispatch.kind = policy::DecisionKind::rank;
  dispatch.modes = {"window", "all"};
  dispatch.doc = "Which waiting job is served next?";
  dispatch.features = {
      {"waiting", Scope::global, ValueKind::number, number_dimension, 0, 1, jobs_per_batch, "jobs that wait"},
      {"now", Scope::global, ValueKind::number, time_dimension, 0, 0, 600, "since the batch began"},
      {"served", Scope::global, ValueKind::number, number_dimension, 0, 0, std::numeric_limits<double>::infinity(),
       "jobs served since the machine was set up"},
      {"work", Scope::candidate, ValueKind::number, time_dimension, 0, 0.5, 50, "time that the job takes"},
      {"cost", Scope::candidate, ValueKind::number, cost_rate, 0, 0.1, 10, "cost of a second until the job is done"},
      {"size", Scope::candidate, ValueKind::number, bytes_dimension, 0, 0, 1e6, "bytes that the job reads"},
      {"urgent", Scope::candidate, ValueKind::boolean, number_dimension, 0, 0, 1, "marked urgent by its sender"},
      {"history", Scope::candidate, ValueKind::number, number_dimension, history_length, 0, 1, "old ratings"},
  };
  policy::Decision gear;
  gear.name = "gear";
  gear.kind = policy::DecisionKind::value;
  gear.actions = {"normal", "turbo"};
  gear.doc = "At which speed does the job run?";
  gear.features = {
      {"waiting", Scope::global, ValueKind::number, number_dimension, 0, 1, jobs_per_batch, "jobs that wait"},
      {"work", Scope::global, ValueKind::number, time_dimension, 0, 0.5, 50, "time that the job takes"},
  };
  auto signature = std::make_shared<policy::Signature>();
  signature->domain = "toy";
  signature->decisions = {dispatch, gear};
  signature->signals = {{"finished_work", Scope::global, time_dimension, 0.5, 50, "work of a job, when it is done"}};
  return signature;
}

class ToyScenario;

/// The machine, stepped question by question.
class ToySimulation final : public Simulation {
 public:
  ToySimulation(std::shared_ptr<const ToyScenario> scenario, policy::ProgramPtr program);
  const Question* next() override;
  void answer(std::span<const double> answers) override;
  std::unique_ptr<Simulation> fork() const override { return std::make_unique<ToySimulation>(*this); }
  void log_to(DecisionLog* log) override { log_ = log; }
  Evaluation result() const override;
  /// A copy logs nothing.
  ToySimulation(const ToySimulation& other);

 private:
  struct Buffers {
    std::vector<std::uint64_t> candidates;
    std::vector<double> globals;
    std::vector<double> columns;
  };
  void begin_batch();
  void ask_dispatch();
  void ask_gear();
  void dispatch(std::size_t place);
  void serve(bool turbo);
  void link();
  void log(std::uint32_t decision, double answer) {
    if (log_ != nullptr) log_->records.push_back({served_, decision, chosen_, answer});
  }

  std::shared_ptr<const ToyScenario> scenario_;
  policy::ProgramPtr program_;
  std::vector<policy::StatisticRuntime> runtimes_;
  std::vector<std::vector<double>> states_;
  std::vector<std::size_t> waiting_;  // into the scenario's jobs
  std::size_t batch_ = 0;
  std::size_t served_ = 0;
  std::size_t chosen_ = 0;
  double now_ = 0;
  double turbo_jobs_ = 0;
  std::vector<Block> blocks_;
  bool failed_ = false;
  std::optional<std::size_t> asked_;
  Question question_;
  Buffers buffers_;
  DecisionLog* log_ = nullptr;
};

class ToyScenario final : public Scenario, public std::enable_shared_from_this<ToyScenario> {
 public:
  explicit ToyScenario(Setting setting, std::shared_ptr<const policy::Signature> signature)
      : setting_(setting), signature_(std::move(signature)) {
    label_ = "toy, " + std::to_string(setting.batches) + " batches, seed " + std::to_string(setting.seed);
    setting_text_ = std::to_string(setting.batches) + " batches";
    for (std::size_t i = 0; i < setting.batches * jobs_per_batch; ++i) {
      Random random(setting.seed, "toy job", i);
      Job job;
      job.work = std::exp(random.uniform(std::log(0.5), std::log(50)));
      job.cost = std::exp(random.uniform(std::log(0.1), std::log(10)));
      job.size = std::min(1e6, job.work * 10000 * random.uniform(0.5, 1.5));
      job.urgent = random.chance(0.3) ? 1 : 0;
      for (double& rating : job.history) rating = random.uniform();
      jobs_.push_back(job);
    }
  }

  const std::string& label() const override { return label_; }
  const std::string& setting() const override { return setting_text_; }
  Digest digest() const override {
    return DigestBuilder()
        .add("toy")
        .add(setting_.batches)
        .add(setting_.seed)
        .add(setting_.turbo_fee)
        .add(setting_.max_nodes)
        .finish();
  }
  std::string_view code_version() const override { return "toy 1"; }
  std::uint64_t events() const override { return jobs_.size(); }

  Evaluation evaluate(const Policy& policy, const EvaluationOptions& options = {}) const override {
    if (options.log != nullptr) options.log->records.clear();
    if (policy.program() == nullptr) return evaluate_native(policy.name(), options.log);
    const policy::ProgramPtr& program = policy.program();
    if (program->signature().domain != signature_->domain) {
      throw InputError("policy '" + policy.name() + "' is for " + program->signature().domain + ", not for toy");
    }
    ToySimulation simulation(shared_from_this(), program);
    simulation.log_to(options.log);
    while (const Question* question = simulation.next()) {
      if (options.stop.stop_requested()) return {.status = Evaluation::Status::cancelled};
      simulation.answer(interpret_answers(*program, *question));
    }
    return simulation.result();
  }

  Evaluation failed(std::string why) const override {
    const double worst = std::numeric_limits<double>::max();
    return {.status = Evaluation::Status::failed, .failure = std::move(why), .metrics = {worst, worst}};
  }

  /// Smith's order; provable.
  std::vector<Bound> bounds() const override {
    return {{"Smith", 0, evaluate_native("smith").objective(), true, "jobs by falling cost / work; Smith 1956"}};
  }

  Audit audit(const DecisionLog& log) const override {
    Audit audit;
    std::vector<double> done(setting_.batches, 0);
    std::vector<bool> served(jobs_.size(), false);
    std::vector<bool> turbo(jobs_.size(), false);
    double total = 0;
    double fees = 0;
    for (const DecisionLog::Record& record : log.records) {
      if (record.subject >= jobs_.size()) {
        audit.violations.push_back("there is no job " + std::to_string(record.subject));
      } else if (record.decision == 1) {
        turbo[record.subject] = record.answer == 1;
      }
    }
    for (const DecisionLog::Record& record : log.records) {
      if (record.decision != 0 || record.subject >= jobs_.size()) continue;
      const std::size_t job = record.subject;
      if (served[job]) audit.violations.push_back("job " + std::to_string(job) + " was served twice");
      served[job] = true;
      double& now = done[job / jobs_per_batch];
      now += turbo[job] ? jobs_[job].work / 2 : jobs_[job].work;
      total += jobs_[job].cost * now + (turbo[job] ? setting_.turbo_fee : 0);
      fees += turbo[job] ? 1 : 0;
    }
    const auto missed = std::count(served.begin(), served.end(), false);
    if (missed > 0) audit.violations.push_back(std::to_string(missed) + " jobs were never served");
    audit.metrics = {total / static_cast<double>(jobs_.size()), fees};
    return audit;
  }

  std::unique_ptr<Simulation> start(const policy::ProgramPtr& program) const override {
    return std::make_unique<ToySimulation>(shared_from_this(), program);
  }

  ScenarioPtr miniature(double fraction) const override {
    Setting smaller = setting_;
    smaller.batches = static_cast<std::size_t>(static_cast<double>(setting_.batches) * fraction);
    if (smaller.batches < 2) return nullptr;
    return std::make_shared<ToyScenario>(smaller, signature_);
  }

  const Setting& parameters() const { return setting_; }
  const std::vector<Job>& jobs() const { return jobs_; }
  const policy::Signature& signature() const { return *signature_; }
  const std::shared_ptr<const policy::Signature>& signature_pointer() const { return signature_; }

 private:
  Evaluation evaluate_native(const std::string& name, DecisionLog* log = nullptr) const {
    const auto key = [&](const Job& job) {
      if (name == "smith") return -job.cost / job.work;
      if (name == "shortest") return job.work;
      if (name == "dearest") return -job.cost;
      if (name == "fifo") return 0.0;
      throw InputError("unknown policy '" + name + "'");
    };
    Evaluation evaluation;
    double total = 0;
    for (std::size_t batch = 0; batch < setting_.batches; ++batch) {
      std::array<std::size_t, jobs_per_batch> order;
      std::iota(order.begin(), order.end(), batch * jobs_per_batch);
      std::stable_sort(order.begin(), order.end(),
                       [&](std::size_t a, std::size_t b) { return key(jobs_[a]) < key(jobs_[b]); });
      Block block{0, jobs_per_batch};
      double now = 0;
      for (std::size_t place = 0; place < order.size(); ++place) {
        const Job& job = jobs_[order[place]];
        if (log != nullptr) log->records.push_back({batch * jobs_per_batch + place, 0, order[place], 1});
        now += job.work;
        block.cost += job.cost * now;
      }
      total += block.cost;
      evaluation.blocks.push_back(block);
    }
    evaluation.metrics = {total / static_cast<double>(jobs_.size()), 0};
    evaluation.events = jobs_.size();
    return evaluation;
  }

  Setting setting_;
  std::shared_ptr<const policy::Signature> signature_;
  std::string label_;
  std::string setting_text_;
  std::vector<Job> jobs_;
};

inline ToySimulation::ToySimulation(std::shared_ptr<const ToyScenario> scenario, policy::ProgramPtr program)
    : scenario_(std::move(scenario)), program_(std::move(program)) {
  for (const policy::Statistic& statistic : program_->statistics()) {
    runtimes_.emplace_back(statistic);
    states_.emplace_back(runtimes_.back().state_size());
    runtimes_.back().reset(states_.back().data());
  }
  failed_ = program_->size() > scenario_->parameters().max_nodes;
  if (!failed_) begin_batch();
}

inline ToySimulation::ToySimulation(const ToySimulation& other)
    : Simulation(other),
      scenario_(other.scenario_),
      program_(other.program_),
      runtimes_(other.runtimes_),
      states_(other.states_),
      waiting_(other.waiting_),
      batch_(other.batch_),
      served_(other.served_),
      chosen_(other.chosen_),
      now_(other.now_),
      turbo_jobs_(other.turbo_jobs_),
      blocks_(other.blocks_),
      failed_(other.failed_),
      asked_(other.asked_),
      question_(other.question_),
      buffers_(other.buffers_) {
  link();
}

inline void ToySimulation::link() {
  question_.candidates = buffers_.candidates;
  question_.globals = buffers_.globals;
  question_.columns = buffers_.columns;
}

inline void ToySimulation::begin_batch() {
  now_ = 0;
  waiting_.clear();
  for (std::size_t i = 0; i < jobs_per_batch; ++i) waiting_.push_back(batch_ * jobs_per_batch + i);
  blocks_.push_back({0, jobs_per_batch});
}

inline void ToySimulation::ask_dispatch() {
  const policy::Rule* rule = program_->rule_for(0);
  const bool all = rule != nullptr && rule->mode == 1;
  const std::size_t offered = all ? waiting_.size() : std::min(waiting_.size(), window_length);
  question_.decision = 0;
  question_.event = served_;
  buffers_.candidates.assign(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(offered));
  buffers_.globals = {static_cast<double>(waiting_.size()), now_, static_cast<double>(served_)};
  std::vector<double>& columns = buffers_.columns;
  columns.clear();
  const auto column = [&](auto&& value) {
    for (std::size_t i = 0; i < offered; ++i) columns.push_back(value(scenario_->jobs()[waiting_[i]]));
  };
  column([](const Job& job) { return job.work; });
  column([](const Job& job) { return job.cost; });
  column([](const Job& job) { return job.size; });
  column([](const Job& job) { return job.urgent; });
  for (std::size_t k = 0; k < history_length; ++k) column([k](const Job& job) { return job.history[k]; });
}

inline void ToySimulation::ask_gear() {
  question_.decision = 1;
  question_.event = served_;
  buffers_.candidates.clear();
  buffers_.globals = {static_cast<double>(waiting_.size()), scenario_->jobs()[chosen_].work};
  buffers_.columns.clear();
}

inline const Question* ToySimulation::next() {
  if (failed_ || batch_ == scenario_->parameters().batches) return nullptr;
  if (asked_) return &question_;
  asked_ = 0;
  ask_dispatch();
  for (std::size_t s = 0; s < runtimes_.size(); ++s) {
    const policy::Statistic& statistic = program_->statistics()[s];
    double value = 0;
    if (statistic.kind == policy::StatisticKind::percentile) {
      const std::size_t slot = *scenario_->signature().decisions[0].find_feature(statistic.source) - dispatch_globals;
      const std::size_t offered = buffers_.candidates.size();
      const auto first = buffers_.columns.begin() + static_cast<std::ptrdiff_t>(slot * offered);
      std::vector<double> values(first, first + static_cast<std::ptrdiff_t>(offered));
      std::sort(values.begin(), values.end());
      value = values[static_cast<std::size_t>(statistic.parameter * static_cast<double>(offered - 1))];
    } else {
      value = runtimes_[s].value(states_[s].data());
    }
    buffers_.globals.push_back(value);
  }
  link();
  // Without a rule the first job in arrival order is served.
  if (program_->rule_for(0) == nullptr) {
    dispatch(0);
    return next();
  }
  return &question_;
}

inline void ToySimulation::answer(std::span<const double> answers) {
  for (const double value : answers) failed_ = failed_ || !std::isfinite(value);
  if (failed_) return;
  if (*asked_ == 1) {
    const bool turbo = answers[0] == 1;
    log(1, answers[0]);
    serve(turbo);
    return;
  }
  dispatch(static_cast<std::size_t>(std::max_element(answers.begin(), answers.end()) - answers.begin()));
}

inline void ToySimulation::dispatch(std::size_t place) {
  chosen_ = waiting_[place];
  log(0, 1);
  if (program_->rule_for(1) == nullptr) {
    serve(false);
    return;
  }
  asked_ = 1;
  const std::vector<double> statistics(buffers_.globals.begin() + dispatch_globals, buffers_.globals.end());
  ask_gear();
  buffers_.globals.insert(buffers_.globals.end(), statistics.begin(), statistics.end());
  link();
}

inline void ToySimulation::serve(bool turbo) {
  const Job& job = scenario_->jobs()[chosen_];
  now_ += turbo ? job.work / 2 : job.work;
  blocks_.back().cost += job.cost * now_ + (turbo ? scenario_->parameters().turbo_fee : 0);
  turbo_jobs_ += turbo ? 1 : 0;
  waiting_.erase(std::find(waiting_.begin(), waiting_.end(), chosen_));
  for (std::size_t s = 0; s < runtimes_.size(); ++s) {
    if (program_->statistics()[s].kind != policy::StatisticKind::percentile) {
      runtimes_[s].observe(states_[s].data(), job.work);
    }
  }
  ++served_;
  asked_.reset();
  if (!waiting_.empty()) return;
  ++batch_;
  if (batch_ < scenario_->parameters().batches) begin_batch();
}

inline Evaluation ToySimulation::result() const {
  Evaluation evaluation;
  evaluation.events = served_;
  if (failed_) {
    Evaluation failure = scenario_->failed("the policy broke a limit of the machine");
    failure.events = served_;
    return failure;
  }
  double total = 0;
  for (const Block& block : blocks_) total += block.cost;
  evaluation.blocks = blocks_;
  evaluation.metrics = {served_ == 0 ? 0 : total / static_cast<double>(served_), turbo_jobs_};
  return evaluation;
}

std::span<const Cheat> toy_cheats();

class ToyDomain final : public Domain {
 public:
  ToyDomain() : signature_(make_signature()) {}

  const std::string& name() const override { return name_; }
  const std::string& summary() const override { return summary_; }
  const std::shared_ptr<const policy::Signature>& signature() const override { return signature_; }
  std::span<const Metric> metrics() const override { return metrics_; }
  std::span<const Baseline> baselines() const override { return baselines_; }
  std::span<const Option> options() const override { return options_; }
  std::span<const std::string> exemplars() const override { return exemplars_; }
  std::span<const Cheat> cheats() const override;

  std::shared_ptr<const ToyScenario> scenario(const Setting& setting) const {
    return std::make_shared<ToyScenario>(setting, signature_);
  }
  std::unique_ptr<Workload> open(const ScenarioRequest& request) const override;

 private:
  std::string name_ = "toy";
  std::string summary_ = "one machine that serves batches of jobs";
  std::shared_ptr<const policy::Signature> signature_;
  std::vector<Metric> metrics_{{"cost", money_dimension, true, "dollars a job"},
                               {"turbo", number_dimension, true, "jobs that ran at twice the speed"}};
  std::vector<Baseline> baselines_{{"fifo", "in arrival order", "folklore"},
                                   {"shortest", "least work first", "folklore"},
                                   {"dearest", "highest cost first", "folklore"},
                                   {"smith", "by cost / work; optimal", "Smith 1956"}};
  std::vector<Option> options_{{"batches", "32", "batches of jobs", false}};
  std::vector<std::string> exemplars_{"policy shortest for toy { rank dispatch(work) by all { return -work; } }",
                                      "policy dearest for toy { rank dispatch(cost) { return cost; } }"};
};

class ToyWorkload final : public Workload {
 public:
  ToyWorkload(const ToyDomain& domain, std::size_t batches, std::uint64_t seed)
      : domain_(domain), batches_(batches), seed_(seed) {
    summary_ = {"toy jobs", {{"batches", std::to_string(batches)}}, {}};
  }
  const WorkloadSummary& summary() const override { return summary_; }
  std::vector<ScenarioPtr> scenarios() const override { return {make(0)}; }
  Suite suite() const override { return {"toy", {make(1)}, {make(2)}, {make(3)}}; }

 private:
  ScenarioPtr make(std::uint64_t part) const {
    return domain_.scenario({.batches = batches_, .seed = seed_ * 4 + part});
  }
  const ToyDomain& domain_;
  std::size_t batches_;
  std::uint64_t seed_;
  WorkloadSummary summary_;
};

inline std::unique_ptr<Workload> ToyDomain::open(const ScenarioRequest& request) const {
  std::size_t batches = 32;
  if (const auto found = request.options.find("batches"); found != request.options.end()) {
    batches = std::stoul(found->second);
  }
  return std::make_unique<ToyWorkload>(*this, batches, request.seed);
}

inline std::span<const Cheat> ToyDomain::cheats() const { return toy_cheats(); }

}  // namespace syswright::toy

#include "tests/support/toy_cheats.h"
