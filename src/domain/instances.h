#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/error.h"
#include "domain/code_version.h"
#include "domain/domain.h"
#include "domain/stepping.h"
#include "domain/timeline.h"

/// Instances: a scenario that holds many small problems of one kind, each solved from its start, one after another. A
/// problem is described once, as a type with static members, and gets scenarios, suites, miniatures and a domain. The
/// objective is the mean over the instances; each instance is a block, so that policies are compared in pairs.
namespace syswright {

/// Collects what an auditor objects to: the first twenty in words, the others counted.
class Violations {
 public:
  void add(std::string text);
  std::vector<std::string> take();

 private:
  std::vector<std::string> texts_;
  std::uint64_t unlisted_ = 0;
};

/// What a native method of an instance problem may use.
struct MethodOptions {
  std::uint64_t seed = 1;    ///< of the scenario; combine it with the instance's number
  std::uint64_t effort = 0;  ///< iterations that a search may take on an instance
  std::stop_token stop;      ///< a search looks at it every few milliseconds; what it returns then is not used
};

/// A native policy: what it answers in one instance. `prepare` is called at the instance's first question.
template <typename P>
struct Method {
  std::string name;
  std::string doc;     ///< one line
  std::string source;  ///< paper or system
  std::function<NativeAnswers<typename P::Machine>(const typename P::Instance&, const MethodOptions&)> prepare;
};

/// One kind of problem.
///   Instance: raw input; `name` for messages, `number` in its workload.
///   Machine: the mechanism of one instance, made of one that outlives it; a copy is a fork. metrics(): of the steps so
///     far, in the order of metrics(). It counts its events from 0 to events(instance) - 1, which no policy changes.
///   worst: metrics as bad as any policy's.  bounds: of one instance; the same names in the same order for each.
///   audit: recomputes the metrics of one instance from its records, whose events count from 0.
template <typename P>
concept InstanceProblem =
    std::copyable<typename P::Machine> &&
    requires(const typename P::Instance& instance, const typename P::Machine& machine, DigestBuilder& digest,
             std::span<const DecisionLog::Record> records, Violations& violations, const ScenarioRequest& request) {
      { P::name } -> std::convertible_to<std::string_view>;
      { P::summary } -> std::convertible_to<std::string_view>;
      { instance.name } -> std::convertible_to<std::string>;
      { instance.number } -> std::convertible_to<std::uint64_t>;
      typename P::Machine;
      { machine.metrics() } -> std::same_as<std::vector<double>>;
      { P::signature() } -> std::convertible_to<std::shared_ptr<const policy::Signature>>;
      { P::metrics() } -> std::convertible_to<std::span<const Metric>>;
      { P::methods() } -> std::convertible_to<std::span<const Method<P>>>;
      { P::options() } -> std::convertible_to<std::span<const Option>>;
      { P::exemplars() } -> std::convertible_to<std::span<const std::string>>;
      { P::cheats() } -> std::convertible_to<std::span<const Cheat>>;
      { P::events(instance) } -> std::same_as<std::uint64_t>;
      P::digest(instance, digest);
      { P::worst(instance) } -> std::same_as<std::vector<double>>;
      { P::bounds(instance) } -> std::same_as<std::vector<Bound>>;
      { P::audit(instance, records, violations) } -> std::same_as<std::vector<double>>;
      { P::open(request) } -> std::same_as<std::unique_ptr<Workload>>;
    };

/// A problem whose runs can be drawn: draw() shows one instance from its logged decisions, whose events count from 0,
/// and which begin at `start` seconds with a millisecond an event.
template <typename P>
concept DrawnProblem = requires(const typename P::Instance& instance, std::span<const DecisionLog::Record> records,
                                double start, Timeline& timeline) { P::draw(instance, records, start, timeline); };

/// Which instances of `count` make up a share of them, spread evenly: for a miniature. At least one. Throws InputError
/// unless 0 < fraction < 1.
std::vector<std::size_t> spread(std::size_t count, double fraction);

/// Ends of the training and the validation part of `count` instances: half and a quarter, each part at least one.
/// Throws InputError that names the workload for fewer than three.
std::pair<std::size_t, std::size_t> split_instances(std::size_t count, const std::string& workload);

/// Throws InputError: `policy` is no method of `domain`; names the nearest one.
[[noreturn]] void refuse_method(std::string_view domain, const std::string& policy,
                                const std::vector<std::string>& methods);
/// Throws InputError if the program is for another domain.
void check_domain(const policy::Program& program, std::string_view domain);

/// The instances of a scenario, solved one after another. A program's statistics start anew with each.
template <typename P>
class InstanceSequence {
 public:
  using Instance = typename P::Instance;
  using Machine = typename P::Machine;

  explicit InstanceSequence(std::shared_ptr<const std::vector<Instance>> instances)
      : instances_(std::move(instances)) {}

  bool next(Ask& ask, ProgramState& state) {
    for (; at_ < instances_->size(); finish()) {
      if (!machine_) begin(state);
      ask.clear();
      if (machine_->next(ask, state)) {
        ask.event += first_event_;
        return true;
      }
    }
    return false;
  }
  void reply(const Reply& reply) { machine_->reply(reply); }
  void default_answers(const Ask& ask, std::span<double> answers) const { machine_->default_answers(ask, answers); }

  Evaluation result() const {
    std::vector<std::vector<double>> done = done_;
    if (machine_) done.push_back(machine_->metrics());
    return evaluation(done, first_event_);
  }
  Evaluation failed(std::string why) const {
    std::vector<std::vector<double>> worst;
    for (const Instance& instance : *instances_) worst.push_back(P::worst(instance));
    Evaluation failure = evaluation(worst, 0);
    failure.status = Evaluation::Status::failed;
    failure.failure = std::move(why);
    failure.details.clear();
    return failure;
  }

  /// Of the question that is asked.
  std::size_t instance() const { return at_; }
  const Machine& machine() const { return *machine_; }

 private:
  void begin(ProgramState& state) {
    if (state.program() != nullptr && !state.program()->statistics().empty()) {
      if (!fresh_) fresh_ = state;
      state = *fresh_;
    }
    machine_.emplace((*instances_)[at_]);
  }
  void finish() {
    done_.push_back(machine_->metrics());
    machine_.reset();
    first_event_ += P::events((*instances_)[at_]);
    ++at_;
  }

  static Evaluation evaluation(const std::vector<std::vector<double>>& metrics, std::uint64_t events) {
    Evaluation evaluation;
    evaluation.metrics.assign(P::metrics().size(), 0);
    for (const std::vector<double>& one : metrics) {
      for (std::size_t i = 0; i < one.size(); ++i) evaluation.metrics[i] += one[i];
      evaluation.blocks.push_back({one[0], 1});
    }
    evaluation.details = {{"instances", static_cast<double>(metrics.size())}, {"sum", evaluation.metrics[0]}};
    if (!metrics.empty()) {
      for (double& metric : evaluation.metrics) metric /= static_cast<double>(metrics.size());
    }
    evaluation.events = events;
    return evaluation;
  }

  std::shared_ptr<const std::vector<Instance>> instances_;
  std::size_t at_ = 0;
  std::uint64_t first_event_ = 0;
  std::optional<Machine> machine_;  ///< of instance at_, once it was begun
  std::vector<std::vector<double>> done_;
  std::optional<ProgramState> fresh_;
};

/// What makes a scenario of instances.
template <typename P>
struct InstanceSetup {
  std::vector<typename P::Instance> instances;
  std::string label;
  std::string setting;
  std::uint64_t seed = 1;
  std::uint64_t effort = 0;
};

template <typename P>
class InstanceScenario final : public Scenario, public std::enable_shared_from_this<InstanceScenario<P>> {
 public:
  using Instance = typename P::Instance;

  /// Throws InputError where there is no instance.
  explicit InstanceScenario(InstanceSetup<P> setup)
      : instances_(std::make_shared<std::vector<Instance>>(std::move(setup.instances))),
        label_(std::move(setup.label)),
        setting_(std::move(setup.setting)),
        seed_(setup.seed),
        effort_(setup.effort) {
    if (instances_->empty()) throw InputError(label_ + " has no instance to solve");
    DigestBuilder builder;
    builder.add(P::name).add(seed_).add(effort_).add(instances_->size());
    for (const Instance& instance : *instances_) {
      builder.add(instance.number);
      P::digest(instance, builder);
      events_ += P::events(instance);
    }
    digest_ = builder.finish();
  }

  const std::string& label() const override { return label_; }
  const std::string& setting() const override { return setting_; }
  Digest digest() const override { return digest_; }
  std::string_view code_version() const override { return syswright::code_version(); }
  std::uint64_t events() const override { return events_; }

  Evaluation evaluate(const Policy& policy, const EvaluationOptions& options = {}) const override {
    if constexpr (DrawnProblem<P>) {
      if (options.timeline != nullptr) return evaluate_drawn(policy, options);
    }
    InstanceSequence<P> machine(instances_);
    if (policy.program() != nullptr) {
      check_domain(*policy.program(), P::name);
      return evaluate_program(std::move(machine), policy.program(), options);
    }
    return run_method(method(policy.name()), std::move(machine), options);
  }

  Evaluation failed(std::string why) const override { return InstanceSequence<P>(instances_).failed(std::move(why)); }

  std::vector<Bound> bounds() const override {
    std::vector<Bound> mean;
    for (const Instance& instance : *instances_) {
      const std::vector<Bound> one = P::bounds(instance);
      if (mean.empty()) {
        mean = one;
        continue;
      }
      for (std::size_t i = 0; i < one.size(); ++i) {
        mean[i].value += one[i].value;
        mean[i].provable = mean[i].provable && one[i].provable;
      }
    }
    for (Bound& bound : mean) bound.value /= static_cast<double>(instances_->size());
    return mean;
  }

  Audit audit(const DecisionLog& log) const override {
    Audit audit{std::vector<double>(P::metrics().size()), {}};
    Violations violations;
    auto record = log.records.begin();
    std::uint64_t first = 0;
    for (const Instance& instance : *instances_) {
      const std::uint64_t end = first + P::events(instance);
      std::vector<DecisionLog::Record> records;
      for (; record != log.records.end() && record->event >= first && record->event < end; ++record) {
        records.push_back(*record);
        records.back().event -= first;
      }
      const std::vector<double> metrics = P::audit(instance, records, violations);
      for (std::size_t i = 0; i < metrics.size(); ++i) audit.metrics[i] += metrics[i];
      first = end;
    }
    if (record != log.records.end()) {
      violations.add("the decision at event " + std::to_string(record->event) +
                     " is out of its order, or behind the end");
    }
    for (double& metric : audit.metrics) metric /= static_cast<double>(instances_->size());
    audit.violations = violations.take();
    return audit;
  }

  std::unique_ptr<Simulation> start(const policy::ProgramPtr& program) const override {
    check_domain(*program, P::name);
    return std::make_unique<SteppedSimulation<InstanceSequence<P>>>(InstanceSequence<P>(instances_), program);
  }

  /// Some of the instances, spread evenly. nullptr for a single one.
  ScenarioPtr miniature(double fraction) const override {
    const std::vector<std::size_t> chosen = spread(instances_->size(), fraction);
    if (chosen.size() == instances_->size()) return nullptr;
    InstanceSetup<P> some = setup();
    some.instances.clear();
    for (const std::size_t i : chosen) some.instances.push_back((*instances_)[i]);
    some.label += ", " + std::to_string(chosen.size()) + " of " + std::to_string(instances_->size()) + " instances";
    return std::make_shared<InstanceScenario>(std::move(some));
  }

  const std::vector<Instance>& instances() const { return *instances_; }
  /// What it was made of.
  InstanceSetup<P> setup() const { return {*instances_, label_, setting_, seed_, effort_}; }

 private:
  static const Method<P>& method(const std::string& name) {
    std::vector<std::string> names;
    for (const Method<P>& one : std::span<const Method<P>>(P::methods())) {
      if (one.name == name) return one;
      names.push_back(one.name);
    }
    refuse_method(P::name, name, names);
  }

  Evaluation run_method(const Method<P>& method, InstanceSequence<P> machine, const EvaluationOptions& options) const {
    NativeAnswers<typename P::Machine> answers;
    std::size_t prepared = instances_->size();
    const NativeAnswers<InstanceSequence<P>> in_sequence = [&](const InstanceSequence<P>& at, const Ask& ask,
                                                               std::span<double> out) {
      if (prepared != at.instance()) {
        prepared = at.instance();
        answers = method.prepare((*instances_)[prepared], {seed_, effort_, options.stop});
      }
      answers(at.machine(), ask, out);
    };
    Evaluation evaluation = evaluate_native(std::move(machine), *P::signature(), in_sequence, options);
    // A search that was stopped half-way has given an answer that it would not have given.
    if (options.stop.stop_requested()) return {.status = Evaluation::Status::cancelled};
    return evaluation;
  }

  /// Drawn from the log, after the run.
  Evaluation evaluate_drawn(const Policy& policy, const EvaluationOptions& options) const {
    DecisionLog own;
    DecisionLog& log = options.log != nullptr ? *options.log : own;
    Evaluation evaluation = evaluate(policy, {.log = &log, .stop = options.stop});
    if (evaluation.status == Evaluation::Status::cancelled) return evaluation;
    auto record = log.records.begin();
    std::uint64_t first = 0;
    for (const Instance& instance : *instances_) {
      const std::uint64_t end = first + P::events(instance);
      std::vector<DecisionLog::Record> records;
      for (; record != log.records.end() && record->event < end; ++record) {
        records.push_back(*record);
        records.back().event -= first;
      }
      P::draw(instance, records, static_cast<double>(first) / 1000, *options.timeline);
      first = end;
    }
    return evaluation;
  }

  std::shared_ptr<const std::vector<Instance>> instances_;
  std::string label_;
  std::string setting_;
  std::uint64_t seed_;
  std::uint64_t effort_;
  std::uint64_t events_ = 0;
  Digest digest_;
};

/// Instances that belong together, such as those of one kind: a scenario.
template <typename P>
struct InstanceGroup {
  std::string setting;
  std::vector<typename P::Instance> instances;
};

template <typename P>
class InstanceWorkload final : public Workload {
 public:
  InstanceWorkload(WorkloadSummary summary, std::vector<InstanceGroup<P>> groups, std::uint64_t seed,
                   std::uint64_t effort)
      : summary_(std::move(summary)), groups_(std::move(groups)), seed_(seed), effort_(effort) {}

  const WorkloadSummary& summary() const override { return summary_; }
  std::vector<ScenarioPtr> scenarios() const override {
    std::vector<ScenarioPtr> all;
    for (const InstanceGroup<P>& group : groups_) all.push_back(part(group, 0, group.instances.size(), ""));
    return all;
  }
  /// The first half of each group trains, the next quarter validates, the last is for the test.
  Suite suite() const override {
    Suite suite;
    suite.name = summary_.name;
    for (const InstanceGroup<P>& group : groups_) {
      const auto [train, validation] = split_instances(group.instances.size(), summary_.name);
      suite.train.push_back(part(group, 0, train, ", training"));
      suite.validation.push_back(part(group, train, validation, ", validation"));
      suite.test.push_back(part(group, validation, group.instances.size(), ", test"));
    }
    return suite;
  }

 private:
  ScenarioPtr part(const InstanceGroup<P>& group, std::size_t from, std::size_t to, const std::string& which) const {
    const auto at = [&](std::size_t i) { return group.instances.begin() + static_cast<std::ptrdiff_t>(i); };
    return std::make_shared<InstanceScenario<P>>(InstanceSetup<P>{
        {at(from), at(to)}, summary_.name + ", " + group.setting + which, group.setting, seed_, effort_});
  }

  WorkloadSummary summary_;
  std::vector<InstanceGroup<P>> groups_;
  std::uint64_t seed_;
  std::uint64_t effort_;
};

template <InstanceProblem P>
class InstanceDomain final : public Domain {
 public:
  InstanceDomain() {
    for (const Method<P>& method : std::span<const Method<P>>(P::methods())) {
      baselines_.push_back({method.name, method.doc, method.source});
    }
  }
  const std::string& name() const override { return name_; }
  const std::string& summary() const override { return summary_; }
  const std::shared_ptr<const policy::Signature>& signature() const override { return P::signature(); }
  std::span<const Metric> metrics() const override { return P::metrics(); }
  std::span<const Baseline> baselines() const override { return baselines_; }
  std::span<const Option> options() const override { return P::options(); }
  std::span<const std::string> exemplars() const override { return P::exemplars(); }
  std::span<const Cheat> cheats() const override { return P::cheats(); }
  bool draws_timelines() const override { return DrawnProblem<P>; }
  std::unique_ptr<Workload> open(const ScenarioRequest& request) const override { return P::open(request); }

 private:
  std::string name_{P::name};
  std::string summary_{P::summary};
  std::vector<Baseline> baselines_;
};

}  // namespace syswright
