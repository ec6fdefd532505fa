#include "studies/narrow.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "domain/wrapped_scenario.h"
#include "policy/compile.h"

namespace syswright::studies {
namespace {

using Decisions = std::vector<std::size_t>;
using SignaturePtr = std::shared_ptr<const policy::Signature>;

policy::ProgramPtr widen(const policy::ProgramPtr& program, const SignaturePtr& whole, const Decisions& decisions) {
  if (program->signature().decisions.size() == whole->decisions.size()) return program;
  std::vector<policy::Rule> rules = program->rules();
  for (policy::Rule& rule : rules) rule.decision = decisions[rule.decision];
  std::vector<policy::Statistic> statistics = program->statistics();
  for (policy::Statistic& statistic : statistics) {
    if (statistic.kind == policy::StatisticKind::percentile) statistic.decision = decisions[statistic.decision];
  }
  return std::make_shared<const policy::Program>(program->name(), whole, std::move(statistics), std::move(rules));
}

/// Counts decisions as the narrow signature does.
class NarrowSimulation : public Simulation {
 public:
  NarrowSimulation(std::unique_ptr<Simulation> simulation, Decisions decisions)
      : simulation_(std::move(simulation)), decisions_(std::move(decisions)) {}

  const Question* next() override {
    const Question* asked = simulation_->next();
    if (asked == nullptr) return nullptr;
    question_ = *asked;
    const auto found = std::find(decisions_.begin(), decisions_.end(), asked->decision);
    question_.decision = static_cast<std::size_t>(found - decisions_.begin());
    return &question_;
  }
  void answer(std::span<const double> answers) override { simulation_->answer(answers); }
  std::unique_ptr<Simulation> fork() const override {
    return std::make_unique<NarrowSimulation>(simulation_->fork(), decisions_);
  }
  void log_to(DecisionLog* log) override { simulation_->log_to(log); }
  Evaluation result() const override { return simulation_->result(); }

 private:
  std::unique_ptr<Simulation> simulation_;
  Decisions decisions_;
  Question question_;
};

class NarrowScenario : public WrappedScenario {
 public:
  NarrowScenario(ScenarioPtr scenario, SignaturePtr whole, Decisions decisions, Miniatures miniatures)
      : WrappedScenario(std::move(scenario)),
        whole_(std::move(whole)),
        decisions_(std::move(decisions)),
        miniatures_(miniatures) {}

  Digest digest() const override {
    DigestBuilder builder;
    builder.add("narrow").add(wrapped().digest());
    for (const std::size_t decision : decisions_) builder.add(decision);
    return builder.finish();
  }
  Evaluation evaluate(const Policy& policy, const EvaluationOptions& options) const override {
    if (policy.program() == nullptr) return wrapped().evaluate(policy, options);
    return wrapped().evaluate(Policy::of(widen(policy.program(), whole_, decisions_)), options);
  }
  std::unique_ptr<Simulation> start(const policy::ProgramPtr& program) const override {
    return std::make_unique<NarrowSimulation>(wrapped().start(widen(program, whole_, decisions_)), decisions_);
  }
  ScenarioPtr miniature(double fraction) const override {
    if (miniatures_ == Miniatures::none) return nullptr;
    ScenarioPtr small = wrapped().miniature(fraction);
    if (small == nullptr) return nullptr;
    return std::make_shared<NarrowScenario>(std::move(small), whole_, decisions_, miniatures_);
  }

 private:
  SignaturePtr whole_;
  Decisions decisions_;
  Miniatures miniatures_;
};

class NarrowWorkload : public Workload {
 public:
  NarrowWorkload(const NarrowDomain& domain, std::unique_ptr<Workload> workload)
      : domain_(domain), workload_(std::move(workload)) {}

  const WorkloadSummary& summary() const override { return workload_->summary(); }
  std::vector<ScenarioPtr> scenarios() const override { return narrowed(workload_->scenarios()); }
  Suite suite() const override {
    Suite suite = workload_->suite();
    for (auto* part : {&suite.train, &suite.validation, &suite.test}) *part = narrowed(std::move(*part));
    return suite;
  }

 private:
  std::vector<ScenarioPtr> narrowed(std::vector<ScenarioPtr> scenarios) const {
    for (ScenarioPtr& scenario : scenarios) scenario = domain_.narrowed(std::move(scenario));
    return scenarios;
  }

  const NarrowDomain& domain_;
  std::unique_ptr<Workload> workload_;
};

}  // namespace

NarrowDomain::NarrowDomain(const Domain& domain, const std::vector<std::string>& decisions, Miniatures miniatures)
    : domain_(domain), miniatures_(miniatures) {
  const policy::Signature& whole = *domain.signature();
  policy::Signature narrow;
  narrow.domain = whole.domain;
  narrow.signals = whole.signals;
  for (const std::string& name : decisions) {
    const auto found = whole.find_decision(name);
    if (!found) {
      std::vector<std::string> names;
      for (const policy::Decision& decision : whole.decisions) names.push_back(decision.name);
      throw InputError("the domain '" + domain.name() + "' has no decision '" + name + "'" + did_you_mean(name, names) +
                       " (there are: " + join(names) + ")");
    }
    decisions_.push_back(*found);
    narrow.decisions.push_back(whole.decisions[*found]);
  }
  signature_ = std::make_shared<const policy::Signature>(std::move(narrow));
  for (const std::string& text : domain.exemplars()) {
    try {
      policy::compile(text, "exemplar", std::vector{signature_});
      exemplars_.push_back(text);
    } catch (const InputError&) {
      // It answers something else, too.
    }
  }
}

std::unique_ptr<Workload> NarrowDomain::open(const ScenarioRequest& request) const {
  return std::make_unique<NarrowWorkload>(*this, domain_.open(request));
}

ScenarioPtr NarrowDomain::narrowed(ScenarioPtr scenario) const {
  return std::make_shared<NarrowScenario>(std::move(scenario), domain_.signature(), decisions_, miniatures_);
}

policy::ProgramPtr NarrowDomain::widened(const policy::ProgramPtr& program) const {
  return widen(program, domain_.signature(), decisions_);
}

}  // namespace syswright::studies
