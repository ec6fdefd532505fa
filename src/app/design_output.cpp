#include "app/design_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <ostream>

#include "app/judge_audit_view.h"
#include "app/judge_explain_view.h"
#include "app/results.h"
#include "app/scenarios.h"
#include "base/text.h"
#include "policy/parser.h"

namespace syswright::app {
namespace {

/// Comment lines of the policy language; a line break in `text` does not end the comment.
std::string comment(std::string text) {
  std::replace_if(text.begin(), text.end(), [](unsigned char c) { return c < 0x20; }, ' ');
  return "# " + text + "\n";
}

std::string search_sentence(const DesignReport& report) {
  const design::Outcome& outcome = report.run.outcome;
  return fmt::format("{}, seed {}, budget {}{}: {} candidates for {:.5g} evaluations", report.designer, report.seed,
                     report.budget, outcome.stopped ? " (interrupted)" : "", with_thousands(outcome.candidates),
                     outcome.spent);
}

std::vector<std::string> score_sentences(const DesignReport& report) {
  std::vector<std::string> sentences;
  const Metric& metric = report.domain.metrics().front();
  const auto add = [&](std::string_view part, const std::vector<ScenarioPtr>& scenarios, const design::Score& score) {
    for (std::size_t i = 0; i < scenarios.size() && i < score.evaluations.size(); ++i) {
      sentences.push_back(fmt::format("{} ({}): {} {}", part, scenarios[i]->setting(), readable(metric.name),
                                      format_metric(score.evaluations[i].objective(), metric.dimension)));
    }
  };
  add("training", report.suite.train, report.run.outcome.train);
  add("validation", report.suite.validation, report.run.outcome.validation);
  return sentences;
}

Style style_of(judge::Verdict verdict) {
  return verdict == judge::Verdict::better ? Style::good : verdict == judge::Verdict::worse ? Style::bad : Style::plain;
}

}  // namespace

std::string policy_name_for(const std::string& file, const Domain& domain) {
  std::string name;
  for (const unsigned char c : std::filesystem::path(file).stem().string()) {
    name += std::isalnum(c) != 0 ? static_cast<char>(std::tolower(c)) : '_';
  }
  if (name.empty()) name = "designed";
  const std::span<const Baseline> baselines = domain.baselines();
  const bool taken =
      std::any_of(baselines.begin(), baselines.end(), [&](const Baseline& baseline) { return baseline.name == name; });
  const bool starts_like_a_name = std::isalpha(static_cast<unsigned char>(name.front())) != 0;
  return taken || !starts_like_a_name || policy::is_keyword(name) ? "designed_" + name : name;
}

std::string program_file(const DesignReport& report, bool judged) {
  std::string text = comment(fmt::format("Designed by Syswright {}: {}.", report.version, search_sentence(report)));
  text += comment(fmt::format("Workload: {}.", describe(report.workload)));
  for (const std::string& sentence : score_sentences(report)) text += comment(sentence + ".");
  if (judged) {
    for (const std::string& sentence : verdict_sentences(report)) text += comment("Held out, " + sentence);
    if (report.evidence) text += comment(fmt::format("Audit: {}", audit_verdict(report.evidence->audits)));
  }
  text += comment(fmt::format("Digest: {}.", report.run.outcome.best->digest().hex()));
  text += comment(fmt::format("Again: {}", report.command));
  return text + policy::to_source(*report.run.outcome.best);
}

void print_design(const Context& context, const DesignReport& report) {
  std::ostream& out = context.out();
  out << describe(report.workload) << "\n";
  out << fmt::format("Search: {} in {}\n", search_sentence(report), format_duration(report.seconds));
  for (const std::string& note : report.run.outcome.notes) out << "  " << note << "\n";
  for (const std::string& sentence : score_sentences(report)) out << "  " << sentence << "\n";
  out << "\nOn the held-out part:\n";
  for (const auto& scenario : report.run.test.scenarios) {
    out << "\n" << comparison_text(context, report.domain, scenario, 0);
  }
  out << "\n* best\n\n" << context.styled(Style::bold, verdict_headline(report)) << "\n";
  const std::vector<std::string> sentences = verdict_sentences(report);
  for (std::size_t i = 0; i < sentences.size(); ++i) {
    out << "  " << context.styled(style_of(report.run.against[i].verdict), sentences[i]) << "\n";
  }
  if (const std::string overall = overall_sentence(report); !overall.empty()) out << "  " << overall << "\n";
  if (report.evidence) {
    out << "\n";
    for (const Statement& statement : evidence_statements(report.domain, report.run, *report.evidence)) {
      out << statement_text(context, statement);
    }
    if (report.evidence->explanation) {
      for (const Panel& panel : explain_panels(report.domain, *report.evidence->task, *report.evidence->explanation)) {
        out << "\n" << panel_text(context, panel);
      }
    }
  }
  out << "\n" << policy::to_source(*report.run.outcome.best);
}

}  // namespace syswright::app
