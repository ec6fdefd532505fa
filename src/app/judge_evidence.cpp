#include "app/judge_evidence.h"

#include "app/judge_audit_view.h"
#include "app/judge_explain_view.h"
#include "app/judge_views.h"

namespace syswright::app {
namespace {

/// What is explained: the winner where the search never saw it, against the best baseline there.
judge::ExplainTask explain_task(const Suite& suite, const studies::DesignRun& run) {
  const judge::ScenarioComparison& first = run.test.scenarios.front();
  return {.program = run.outcome.best->renamed("designed"),
          .reference = first.standings[run.against.front().rival].policy,
          .validation = suite.validation,
          .rival = run.outcome.runner_up};
}

}  // namespace

std::vector<judge::RunAudit> audit_comparison(const Domain& domain, const judge::Comparison& comparison,
                                              std::span<const ScenarioPtr> scenarios, unsigned threads,
                                              std::stop_token stop) {
  std::vector<judge::ScoredRun> runs;
  for (std::size_t i = 0; i < scenarios.size(); ++i) {
    for (const judge::Standing& standing : comparison.scenarios[i].standings) {
      runs.push_back({standing.policy, scenarios[i], standing.evaluation});
    }
  }
  return judge::audit(domain, runs, {.replay_events = replayed_events, .threads = threads}, std::move(stop));
}

bool Evidence::holds() const {
  return judge::summarise(audits).holds() && bounds.sound() && (!certificate || !certificate->any_refuted());
}

Evidence gather_evidence(const Domain& domain, const Suite& suite, const studies::DesignRun& run, Evaluator& evaluator,
                         const EvidenceOptions& options) {
  Evidence evidence;
  std::vector<judge::ScoredRun> runs;
  for (std::size_t i = 0; i < suite.test.size(); ++i) {
    const judge::Standing& designed = run.test.scenarios[i].standings[0];
    runs.push_back({designed.policy, suite.test[i], designed.evaluation});
  }
  evidence.audits =
      judge::audit(domain, runs, {.replay_events = replayed_events, .threads = options.threads}, options.stop);
  if (run.test.scenarios.empty()) return evidence;
  for (const judge::Standing& standing : run.test.scenarios.front().standings) {
    evidence.policies.push_back(standing.policy);
  }
  if (run.test.complete) {
    evidence.pairs = judge::compare_pairs(domain, run.test, {.reference = 0});
    evidence.bounds = judge::bound(domain, run.test);
  }
  if (!run.outcome.best->contracts().empty()) {
    evidence.certificate = judge::certify(*run.outcome.best, {}, options.stop);
  }
  if (options.explain && run.test.complete && !options.stop.stop_requested()) {
    evidence.task = explain_task(suite, run);
    judge::ExplainOptions explain;
    explain.began = options.began;
    evidence.explanation =
        judge::explain({.domain = domain, .scenarios = suite.test, .evaluator = evaluator, .stop = options.stop},
                       *evidence.task, explain);
  }
  return evidence;
}

std::vector<Statement> evidence_statements(const Domain& domain, const studies::DesignRun& run,
                                           const Evidence& evidence) {
  std::vector<Statement> statements{{audit_verdict(evidence.audits), audit_tone(evidence.audits), "audit"}};
  if (!evidence.pairs.overall.empty()) {
    statements.push_back({pairs_verdict(domain, run.test, evidence.pairs), pairs_tone(evidence.pairs), "compare"});
  }
  if (!evidence.bounds.scenarios.empty()) {
    statements.push_back({bound_verdict(evidence.bounds, evidence.policies, 0),
                          evidence.bounds.sound() ? Tone::plain : Tone::bad, "bound"});
  }
  if (evidence.certificate) {
    statements.push_back(
        {certificate_verdict(*evidence.certificate), certificate_tone(*evidence.certificate), "certify"});
  }
  if (evidence.explanation) {
    statements.push_back({explain_verdict(*evidence.task, *evidence.explanation), Tone::plain, "explain"});
  }
  return statements;
}

std::vector<Panel> evidence_panels(const Domain& domain, const studies::DesignRun& run, const Evidence& evidence) {
  std::vector<Panel> panels{audit_panel(domain, evidence.audits)};
  if (!evidence.pairs.overall.empty()) panels.push_back(pairs_panel(domain, run.test, evidence.pairs));
  if (!evidence.bounds.scenarios.empty()) {
    panels.push_back(bound_panel(domain, evidence.bounds, evidence.policies, 0));
  }
  if (evidence.certificate) panels.push_back(certificate_panel(*evidence.certificate));
  if (evidence.explanation) {
    for (Panel& panel : explain_panels(domain, *evidence.task, *evidence.explanation)) {
      panels.push_back(std::move(panel));
    }
  }
  return panels;
}

Json evidence_json(const Domain& domain, const studies::DesignRun& run, const Evidence& evidence) {
  const bool compared = !evidence.pairs.overall.empty();
  return Json::object()
      .set("holds", evidence.holds())
      .set("audit", audit_json(domain, evidence.audits))
      .set("compare", compared ? pairs_json(domain, run.test, evidence.pairs) : Json())
      .set("bound", compared ? bound_json(domain, evidence.bounds, evidence.policies) : Json())
      .set("certify", evidence.certificate ? certificate_json(*evidence.certificate) : Json())
      .set("explain", evidence.explanation ? explain_json(domain, *evidence.task, *evidence.explanation) : Json());
}

}  // namespace syswright::app
