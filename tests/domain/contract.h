#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "domain/aggregate.h"
#include "domain/domain.h"
#include "judge/audit/audit.h"
#include "policy/compile.h"
#include "tests/domain/recorded_timeline.h"

/// What every domain must keep, whatever it is of. A domain's test includes this and instantiates DomainContract with a
/// maker of the domain and small requests: a few thousand events each, since simulations answer by the interpreter.
/// The domain's exemplars and baselines are the policies; they must cover every decision and mode.
namespace syswright::contract {

struct Subject {
  std::string name;
  std::function<std::unique_ptr<const Domain>()> make;
  std::function<std::vector<ScenarioRequest>()> requests;
};

/// Answers every question of a simulation with the program's own answers, and shows each question first.
inline void drive(
    Simulation& simulation, const policy::Program& program,
    const std::function<void(const Question&)>& show = [](const Question&) {},
    std::size_t most_questions = ~std::size_t{0}) {
  for (std::size_t asked = 0; asked < most_questions; ++asked) {
    const Question* question = simulation.next();
    if (question == nullptr) return;
    show(*question);
    simulation.answer(interpret_answers(program, *question));
  }
}

class DomainContract : public testing::TestWithParam<Subject> {
 protected:
  void SetUp() override {
    domain_ = GetParam().make();
    for (const std::string& text : domain_->exemplars()) {
      programs_.push_back(policy::compile(text, "exemplar", std::vector{domain_->signature()}));
      policies_.push_back(Policy::of(programs_.back()));
    }
    for (const Baseline& baseline : domain_->baselines()) policies_.push_back(Policy::native(baseline.name));
    for (const ScenarioRequest& request : GetParam().requests()) {
      const Suite suite = domain_->open(request)->suite();
      for (const auto* split : {&suite.train, &suite.validation, &suite.test}) {
        ASSERT_FALSE(split->empty());
        scenarios_.insert(scenarios_.end(), split->begin(), split->end());
      }
    }
  }

  std::unique_ptr<const Domain> domain_;
  std::vector<policy::ProgramPtr> programs_;
  std::vector<Policy> policies_;  ///< programs and baselines
  std::vector<ScenarioPtr> scenarios_;
};

TEST_P(DomainContract, DescribesItself) {
  EXPECT_FALSE(domain_->name().empty());
  EXPECT_FALSE(domain_->summary().empty());
  EXPECT_EQ(domain_->signature()->domain, domain_->name());
  EXPECT_GE(domain_->baselines().size(), 3u);
  EXPECT_FALSE(domain_->exemplars().empty());
  ASSERT_FALSE(domain_->metrics().empty());
  std::set<std::string> names;
  for (const Baseline& baseline : domain_->baselines()) {
    EXPECT_TRUE(names.insert(baseline.name).second) << baseline.name;
    EXPECT_FALSE(baseline.doc.empty() || baseline.source.empty()) << baseline.name;
  }
  for (const Metric& metric : domain_->metrics()) EXPECT_FALSE(metric.doc.empty()) << metric.name;
  for (const Option& option : domain_->options()) EXPECT_FALSE(option.doc.empty()) << option.name;
}

TEST_P(DomainContract, DocumentsEveryDecisionFeatureAndSignal) {
  for (const policy::Decision& decision : domain_->signature()->decisions) {
    EXPECT_FALSE(decision.doc.empty()) << decision.name;
    for (const policy::Feature& feature : decision.features) {
      EXPECT_FALSE(feature.doc.empty()) << feature.name;
      EXPECT_LT(feature.low, feature.high) << feature.name;
      EXPECT_EQ(feature.doc.find('\n'), std::string::npos) << feature.name;
    }
  }
  for (const policy::Signal& signal : domain_->signature()->signals) {
    EXPECT_FALSE(signal.doc.empty()) << signal.name;
    EXPECT_LT(signal.low, signal.high) << signal.name;
  }
}

TEST_P(DomainContract, ExemplarsCoverEveryDecisionAndMode) {
  std::set<std::pair<std::size_t, std::size_t>> covered;
  std::set<Digest> digests;
  for (const policy::ProgramPtr& program : programs_) {
    EXPECT_TRUE(digests.insert(program->digest()).second) << program->name() << " says what another one does";
    for (const policy::Rule& rule : program->rules()) covered.emplace(rule.decision, rule.mode);
  }
  for (std::size_t i = 0; i < domain_->signature()->decisions.size(); ++i) {
    const policy::Decision& decision = domain_->signature()->decisions[i];
    for (std::size_t mode = 0; mode < std::max<std::size_t>(decision.modes.size(), 1); ++mode) {
      EXPECT_TRUE(covered.count({i, mode})) << decision.name << ", mode " << mode;
    }
  }
}

TEST_P(DomainContract, ScenariosHaveLabelsAndDigestsOfTheirOwn) {
  std::set<Digest> digests;
  std::set<std::string> labels;
  for (const ScenarioPtr& scenario : scenarios_) {
    EXPECT_TRUE(digests.insert(scenario->digest()).second) << scenario->label();
    EXPECT_FALSE(scenario->label().empty() || scenario->setting().empty());
    EXPECT_FALSE(scenario->code_version().empty());
    EXPECT_GT(scenario->events(), 0u);
  }
}

TEST_P(DomainContract, OpeningAgainGivesTheSameScenarios) {
  std::vector<Digest> again;
  for (const ScenarioRequest& request : GetParam().requests()) {
    const Suite suite = GetParam().make()->open(request)->suite();
    for (const auto* split : {&suite.train, &suite.validation, &suite.test}) {
      for (const ScenarioPtr& scenario : *split) again.push_back(scenario->digest());
    }
  }
  ASSERT_EQ(again.size(), scenarios_.size());
  for (std::size_t i = 0; i < again.size(); ++i) EXPECT_EQ(again[i], scenarios_[i]->digest());
}

TEST_P(DomainContract, EvaluationIsPureOnAnyThread) {
  for (const ScenarioPtr& scenario : scenarios_) {
    std::vector<Evaluation> first;
    for (const Policy& policy : policies_) first.push_back(scenario->evaluate(policy));
    std::vector<Evaluation> second(policies_.size());
    std::vector<std::thread> threads;
    for (std::size_t part = 0; part < 3; ++part) {
      threads.emplace_back([&, part] {
        for (std::size_t i = part; i < policies_.size(); i += 3) second[i] = scenario->evaluate(policies_[i]);
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (std::size_t i = 0; i < policies_.size(); ++i) EXPECT_EQ(first[i], second[i]) << policies_[i].name();
  }
}

TEST_P(DomainContract, EvaluationsAreWhole) {
  for (const ScenarioPtr& scenario : scenarios_) {
    for (const Policy& policy : policies_) {
      const Evaluation evaluation = scenario->evaluate(policy);
      ASSERT_EQ(evaluation.status, Evaluation::Status::ok) << policy.name() << ": " << evaluation.failure;
      ASSERT_EQ(evaluation.metrics.size(), domain_->metrics().size());
      for (const double metric : evaluation.metrics) EXPECT_TRUE(std::isfinite(metric));
      EXPECT_EQ(evaluation.events, scenario->events());
      ASSERT_FALSE(evaluation.blocks.empty());
      double cost = 0;
      double weight = 0;
      for (const Block& block : evaluation.blocks) {
        cost += block.cost;
        weight += block.weight;
      }
      EXPECT_NEAR(cost / weight, evaluation.objective(), 1e-9 * std::abs(evaluation.objective()));
    }
  }
}

TEST_P(DomainContract, ALogChangesNothingAndIsTheSameAgain) {
  for (const Policy& policy : policies_) {
    DecisionLog log;
    DecisionLog again;
    const Evaluation logged = scenarios_[0]->evaluate(policy, {.log = &log});
    scenarios_[0]->evaluate(policy, {.log = &again});
    EXPECT_EQ(logged, scenarios_[0]->evaluate(policy)) << policy.name();
    EXPECT_EQ(log.records, again.records) << policy.name();
  }
}

/// Whether spans lie behind or within each other: sorted by start, outer ones first, none ends behind one that it
/// starts in.
inline bool nested(std::vector<RecordedTimeline::Span> spans) {
  std::stable_sort(spans.begin(), spans.end(), [](const auto& a, const auto& b) {
    return a.start < b.start || (a.start == b.start && a.end > b.end);
  });
  std::vector<double> open;
  for (const RecordedTimeline::Span& span : spans) {
    while (!open.empty() && open.back() <= span.start) open.pop_back();
    if (!open.empty() && span.end > open.back()) return false;
    open.push_back(span.end);
  }
  return true;
}

TEST_P(DomainContract, ATimelineChangesNothingAndCanBeShown) {
  if (!domain_->draws_timelines()) GTEST_SKIP() << domain_->name() << " draws no timelines";
  for (const Policy& policy : policies_) {
    RecordedTimeline timeline;
    EXPECT_EQ(scenarios_[0]->evaluate(policy, {.timeline = &timeline}), scenarios_[0]->evaluate(policy));
    EXPECT_FALSE(timeline.spans.empty()) << policy.name();
    std::vector<std::vector<RecordedTimeline::Span>> rows(timeline.rows.size());
    for (const RecordedTimeline::Span& span : timeline.spans) {
      ASSERT_LT(span.row, rows.size());
      EXPECT_TRUE(std::isfinite(span.start) && std::isfinite(span.end) && 0 <= span.start && span.start <= span.end)
          << policy.name() << ": " << span.name << " from " << span.start << " to " << span.end;
      rows[span.row].push_back(span);
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
      EXPECT_TRUE(nested(rows[i])) << policy.name() << ": " << timeline.rows[i].group << ", " << timeline.rows[i].name;
    }
  }
}

TEST_P(DomainContract, AuditsAreCleanAndAgree) {
  for (const ScenarioPtr& scenario : scenarios_) {
    for (const Policy& policy : policies_) {
      DecisionLog log;
      const Evaluation evaluation = scenario->evaluate(policy, {.log = &log});
      const Audit audit = scenario->audit(log);
      EXPECT_TRUE(audit.violations.empty()) << policy.name() << ": " << audit.violations.front();
      ASSERT_EQ(audit.metrics.size(), evaluation.metrics.size());
      for (std::size_t i = 0; i < audit.metrics.size(); ++i) {
        if (std::isnan(audit.metrics[i])) continue;
        EXPECT_DOUBLE_EQ(audit.metrics[i], evaluation.metrics[i])
            << policy.name() << ", " << domain_->metrics()[i].name;
      }
    }
  }
}

TEST_P(DomainContract, FailingIsAsBadAsAnyResult) {
  for (const ScenarioPtr& scenario : scenarios_) {
    const Evaluation failure = scenario->failed("out of fuel");
    EXPECT_EQ(failure.status, Evaluation::Status::failed);
    EXPECT_EQ(failure.failure, "out of fuel");
    ASSERT_EQ(failure.metrics.size(), domain_->metrics().size());
    for (const Policy& policy : policies_) {
      const Evaluation evaluation = scenario->evaluate(policy);
      for (std::size_t i = 0; i < failure.metrics.size(); ++i) {
        const bool lower = domain_->metrics()[i].lower_is_better;
        EXPECT_TRUE(lower ? failure.metrics[i] >= evaluation.metrics[i] : failure.metrics[i] <= evaluation.metrics[i])
            << policy.name() << " is worse than a failure in " << domain_->metrics()[i].name;
      }
    }
  }
}

/// Scenarios that are set together, as a claim over several needs them; a miniature among them.
TEST_P(DomainContract, CatchesEveryPlantedCheatAndChargesNoHonestRun) {
  EXPECT_GE(domain_->cheats().size(), 5u);
  std::set<std::string> names;
  for (const auto& cheats : {domain_->cheats(), common_cheats()}) {
    for (const Cheat& cheat : cheats) {
      EXPECT_TRUE(names.insert(cheat.name).second) << cheat.name << " is planted twice";
      EXPECT_FALSE(cheat.doc.empty()) << cheat.name;
    }
  }
  std::vector<ScenarioPtr> set{scenarios_.front(), scenarios_.back()};
  for (std::size_t i = 0; i < scenarios_.size() && set.size() < 3; ++i) {
    if (ScenarioPtr small = scenarios_[i]->miniature(0.5)) set.push_back(std::move(small));
  }
  const judge::SelfTest test = judge::self_test(*domain_, policies_, set);
  EXPECT_EQ(test.honest, policies_.size());
  for (const std::string& alarm : test.false_alarms) ADD_FAILURE() << "false alarm: " << alarm;
  for (const judge::PlantedCheat& cheat : test.cheats) {
    EXPECT_TRUE(cheat.common || cheat.planted > 0) << cheat.name << " found no occasion in any honest run";
    EXPECT_TRUE(cheat.planted == 0 || cheat.independent > 0) << cheat.name << " was caught by a second run alone";
    for (const std::string& policy : cheat.got_through) ADD_FAILURE() << cheat.name << " got through with " << policy;
  }
  EXPECT_TRUE(test.passed());
}

TEST_P(DomainContract, SimulationsLogWhatEvaluationsLog) {
  for (const policy::ProgramPtr& program : programs_) {
    const ScenarioPtr& scenario = scenarios_[scenarios_.size() / 2];
    DecisionLog expected;
    scenario->evaluate(Policy::of(program), {.log = &expected});
    DecisionLog log;
    const auto simulation = scenario->start(program);
    simulation->log_to(&log);
    drive(*simulation, *program, [](const Question&) {}, scenario->events() / 8);
    const std::size_t before = log.records.size();
    drive(*simulation->fork(), *program);
    EXPECT_EQ(log.records.size(), before) << program->name() << ": a fork writes to the log of its original";
    drive(*simulation, *program);
    EXPECT_EQ(log.records, expected.records) << program->name();
  }
}

TEST_P(DomainContract, SimulationEqualsEvaluation) {
  for (const ScenarioPtr& scenario : scenarios_) {
    for (const policy::ProgramPtr& program : programs_) {
      const auto simulation = scenario->start(program);
      drive(*simulation, *program);
      EXPECT_EQ(simulation->result(), scenario->evaluate(Policy::of(program))) << program->name();
    }
  }
}

TEST_P(DomainContract, TheSameQuestionIsAskedUntilAnswered) {
  const auto simulation = scenarios_[0]->start(programs_[0]);
  drive(*simulation, *programs_[0], [](const Question&) {}, 50);
  const Question* question = simulation->next();
  ASSERT_NE(question, nullptr);
  const std::vector<double> globals(question->globals.begin(), question->globals.end());
  const std::uint64_t event = question->event;
  question = simulation->next();
  EXPECT_EQ(question->event, event);
  EXPECT_TRUE(std::equal(globals.begin(), globals.end(), question->globals.begin(), question->globals.end()));
}

TEST_P(DomainContract, AForkContinuesAsTheOriginalAndDoesNotDisturbIt) {
  for (const policy::ProgramPtr& program : programs_) {
    const ScenarioPtr& scenario = scenarios_[scenarios_.size() / 2];
    const auto original = scenario->start(program);
    drive(*original, *program, [](const Question&) {}, scenario->events() / 8);
    ASSERT_NE(original->next(), nullptr) << program->name();
    const auto faithful = original->fork();
    const auto contrary = original->fork();
    while (const Question* question = contrary->next()) {
      std::vector<double> answers = interpret_answers(*program, *question);
      if (domain_->signature()->decisions[question->decision].kind == policy::DecisionKind::rank) {
        for (double& answer : answers) answer = -answer;
      }
      contrary->answer(answers);
    }
    drive(*faithful, *program);
    drive(*original, *program);
    EXPECT_EQ(original->result(), faithful->result()) << program->name();
    EXPECT_EQ(original->result(), scenario->evaluate(Policy::of(program))) << program->name();
  }
}

TEST_P(DomainContract, FeaturesStayInTheirRanges) {
  for (const policy::ProgramPtr& program : programs_) {
    for (const ScenarioPtr& scenario : {scenarios_.front(), scenarios_.back()}) {
      const auto simulation = scenario->start(program);
      drive(*simulation, *program, [&](const Question& question) {
        const policy::Decision& decision = domain_->signature()->decisions[question.decision];
        const SlotLayout layout(decision, program->statistics());
        ASSERT_EQ(question.globals.size(), layout.globals());
        ASSERT_EQ(question.columns.size(), layout.columns() * question.candidates.size());
        for (std::size_t i = 0; i < decision.features.size(); ++i) {
          const policy::Feature& feature = decision.features[i];
          for (std::size_t element = 0; element < feature.slots(); ++element) {
            const std::size_t slot = layout.slot({policy::Input::Source::feature, i, element, feature.scope});
            const bool global = feature.scope == policy::Scope::global;
            for (std::size_t one = 0; one < (global ? 1 : question.candidates.size()); ++one) {
              const double value =
                  global ? question.globals[slot] : question.columns[slot * question.candidates.size() + one];
              ASSERT_GE(value, feature.low) << feature.name << " at event " << question.event;
              ASSERT_LE(value, feature.high) << feature.name << " at event " << question.event;
              if (feature.kind == policy::ValueKind::boolean) {
                ASSERT_TRUE(value == 0 || value == 1) << feature.name;
              }
            }
          }
        }
      });
    }
  }
}

TEST_P(DomainContract, MiniaturesAreSmallerDeterministicAndWhole) {
  bool any = false;
  for (const ScenarioPtr& scenario : scenarios_) {
    const ScenarioPtr small = scenario->miniature(0.5);
    if (small == nullptr) continue;
    any = true;
    EXPECT_LT(small->events(), scenario->events());
    EXPECT_EQ(small->digest(), scenario->miniature(0.5)->digest());
    EXPECT_NE(small->digest(), scenario->digest());
    for (const Policy& policy : policies_) {
      DecisionLog log;
      const Evaluation evaluation = small->evaluate(policy, {.log = &log});
      EXPECT_EQ(evaluation.status, Evaluation::Status::ok);
      EXPECT_TRUE(small->audit(log).violations.empty()) << policy.name();
    }
    const auto simulation = small->start(programs_[0]);
    drive(*simulation, *programs_[0]);
    EXPECT_EQ(simulation->result(), small->evaluate(policies_[0]));
  }
  EXPECT_TRUE(any) << "no scenario of the contract can be made smaller: give larger ones";
  EXPECT_THROW(scenarios_[0]->miniature(0), InputError);
  EXPECT_THROW(scenarios_[0]->miniature(1), InputError);
}

TEST_P(DomainContract, NoPolicyPassesAProvableBound) {
  for (const ScenarioPtr& scenario : scenarios_) {
    for (const Bound& bound : scenario->bounds()) {
      EXPECT_FALSE(bound.name.empty() || bound.doc.empty());
      if (!bound.provable) continue;
      for (const Policy& policy : policies_) {
        const double value = scenario->evaluate(policy).metrics.at(bound.metric);
        if (domain_->metrics()[bound.metric].lower_is_better) {
          EXPECT_GE(value, bound.value) << policy.name() << " passes " << bound.name;
        } else {
          EXPECT_LE(value, bound.value) << policy.name() << " passes " << bound.name;
        }
      }
    }
  }
}

TEST_P(DomainContract, RefusesWhatItDoesNotKnow) {
  EXPECT_THROW(scenarios_[0]->evaluate(Policy::native("no_such_policy")), InputError);
  ScenarioRequest request = GetParam().requests().front();
  request.options["no_such_option"] = "1";
  EXPECT_THROW(domain_->open(request), InputError);
  request = GetParam().requests().front();
  request.workload = "/no/such/file";
  EXPECT_THROW(domain_->open(request), Error);
}

TEST_P(DomainContract, AStopIsHonoured) {
  std::stop_source source;
  source.request_stop();
  for (const Policy& policy : policies_) {
    EXPECT_EQ(scenarios_[0]->evaluate(policy, {.stop = source.get_token()}).status, Evaluation::Status::cancelled)
        << policy.name();
  }
}

}  // namespace syswright::contract
