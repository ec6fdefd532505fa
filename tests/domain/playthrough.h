#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "base/file.h"
#include "domain/domain.h"
#include "policy/compile.h"

/// A golden run of a domain, short enough to review: scenario, the first questions with what may be looked at, the
/// answers of a few programs, metrics, bounds. tests/playthroughs/NAME.txt holds it; a change of a domain shows there.
/// To write the file anew: SYSWRIGHT_WRITE_PLAYTHROUGHS=1, then run the test and read the difference.
namespace syswright::contract {

inline std::string show_question(const Domain& domain, const policy::Program& program, const Question& question,
                                 const std::vector<double>& answers, std::size_t most_candidates) {
  const policy::Decision& decision = domain.signature()->decisions[question.decision];
  const SlotLayout layout(decision, program.statistics());
  std::string text = fmt::format("event {}: {}, {} candidate{}\n", question.event, decision.name,
                                 question.candidates.size(), question.candidates.size() == 1 ? "" : "s");
  const auto line = [&](const policy::Input& input, const std::string& name) {
    text += fmt::format("    {:<14}", name);
    if (input.scope == policy::Scope::global) {
      text += fmt::format(" {:.10g}\n", question.globals[layout.slot(input)]);
      return;
    }
    for (std::size_t i = 0; i < std::min(question.candidates.size(), most_candidates); ++i) {
      text += fmt::format(" {:.10g}", question.columns[layout.slot(input) * question.candidates.size() + i]);
    }
    text += '\n';
  };
  for (std::size_t i = 0; i < decision.features.size(); ++i) {
    const policy::Feature& feature = decision.features[i];
    for (std::size_t element = 0; element < feature.slots(); ++element) {
      line({policy::Input::Source::feature, i, element, feature.scope},
           feature.length == 0 ? feature.name : fmt::format("{}[{}]", feature.name, element));
    }
  }
  for (std::size_t i = 0; i < program.statistics().size(); ++i) {
    const policy::Statistic& statistic = program.statistics()[i];
    line({policy::Input::Source::statistic, i, 0, statistic.scope},
         fmt::format("{} {}", policy::to_string(statistic.kind), statistic.source));
  }
  text += "  answers";
  for (std::size_t i = 0; i < std::min(answers.size(), most_candidates); ++i)
    text += fmt::format(" {:.10g}", answers[i]);
  return text + '\n';
}

inline std::string show_evaluation(const Domain& domain, const Evaluation& evaluation) {
  std::string text;
  for (std::size_t i = 0; i < evaluation.metrics.size(); ++i) {
    text += fmt::format("  {} {:.10g}\n", domain.metrics()[i].name, evaluation.metrics[i]);
  }
  return text;
}

/// The run of one program: questions number `from` to `to`, and the metrics.
inline std::string play(const Domain& domain, const Scenario& scenario, const std::string& source, std::size_t from,
                        std::size_t to, std::size_t most_candidates) {
  const policy::ProgramPtr program = policy::compile(source, "playthrough", std::vector{domain.signature()});
  const auto simulation = scenario.start(program);
  std::string text = fmt::format("policy {}\n", program->name());
  std::size_t asked = 0;
  while (const Question* question = simulation->next()) {
    const std::vector<double> answers = interpret_answers(*program, *question);
    if (asked >= from && asked < to) {
      text +=
          fmt::format("  question {}, {}", asked, show_question(domain, *program, *question, answers, most_candidates));
    }
    ++asked;
    simulation->answer(answers);
  }
  return text + fmt::format("  questions {}\n", asked) + show_evaluation(domain, simulation->result());
}

inline std::string show_baselines_and_bounds(const Domain& domain, const Scenario& scenario) {
  std::string text;
  for (const Baseline& baseline : domain.baselines()) {
    text += fmt::format("baseline {}\n", baseline.name);
    text += show_evaluation(domain, scenario.evaluate(Policy::native(baseline.name)));
  }
  for (const Bound& bound : scenario.bounds()) {
    text += fmt::format("{} {}: {} {:.10g}\n", bound.provable ? "bound" : "reference", bound.name,
                        domain.metrics()[bound.metric].name, bound.value);
  }
  return text;
}

/// Compares with tests/playthroughs/NAME.txt below `source_folder`, or writes it.
inline void expect_playthrough(const std::string& source_folder, const std::string& name, const std::string& text) {
  const std::string path = source_folder + "/tests/playthroughs/" + name + ".txt";
  if (const char* write = std::getenv("SYSWRIGHT_WRITE_PLAYTHROUGHS"); write != nullptr && *write != 0) {
    write_file_atomically(path, text);
  }
  EXPECT_EQ(text, read_file(path)) << "if the change is meant, run this test with SYSWRIGHT_WRITE_PLAYTHROUGHS=1 and "
                                      "commit "
                                   << path;
}

}  // namespace syswright::contract
