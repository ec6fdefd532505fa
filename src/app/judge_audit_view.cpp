#include "app/judge_audit_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/results.h"

namespace syswright::app {
namespace {

using judge::AuditFinding;
using judge::PlantedCheat;
using judge::RunAudit;

constexpr std::size_t findings_shown = 5;  // of a run; the JSON has all

Cell ruling_of(const RunAudit& audit) {
  if (!audit.complete()) return {"not audited", Tone::level};
  if (!audit.holds()) return {"DISAGREES", Tone::bad};
  if (audit.status == Evaluation::Status::failed) return {"failed, again", Tone::level};
  return {"agrees", Tone::plain};
}

std::string metric_text(double value, Dimension dimension) {
  return std::isnan(value) ? "not known" : format_metric(value, dimension);
}

std::vector<Cell> row_of(const Domain& domain, const RunAudit& audit) {
  std::vector<Cell> cells{fit(audit.policy.name(), 28)};
  if (audit.metrics.empty()) {
    cells.insert(cells.end(), {"", ""});
  } else {
    const Dimension dimension = domain.metrics().front().dimension;
    cells.emplace_back(metric_text(audit.metrics.front().claimed, dimension));
    cells.emplace_back(metric_text(audit.metrics.front().recomputed, dimension));
  }
  cells.emplace_back(with_thousands(audit.decisions));
  cells.emplace_back(with_thousands(audit.replayed));
  cells.push_back(ruling_of(audit));
  return cells;
}

Json findings_json(const std::vector<AuditFinding>& findings) {
  Json array = Json::array();
  for (const AuditFinding& finding : findings) {
    array.push(Json::object().set("check", judge::to_string(finding.check)).set("text", finding.text));
  }
  return array;
}

std::string_view status_name(Evaluation::Status status) {
  return status == Evaluation::Status::ok ? "ok" : status == Evaluation::Status::failed ? "failed" : "cancelled";
}

/// The first check that catches it, and how many others do.
std::string checks_text(const PlantedCheat& cheat) {
  if (cheat.by.empty()) return "";
  const std::string first(judge::to_string(cheat.by.front()));
  return cheat.by.size() == 1 ? first : fmt::format("{} and {} more", first, cheat.by.size() - 1);
}

Cell caught_cell(const PlantedCheat& cheat) {
  const std::string text = fmt::format("{} of {}", cheat.caught, cheat.planted);
  return {text, cheat.caught == cheat.planted && cheat.planted > 0 ? Tone::good : Tone::bad};
}

}  // namespace

Tone audit_tone(std::span<const RunAudit> audits) {
  const judge::AuditSummary summary = judge::summarise(audits);
  return !summary.holds() ? Tone::bad : summary.incomplete > 0 ? Tone::level : Tone::good;
}

std::string audit_verdict(std::span<const RunAudit> audits) {
  const judge::AuditSummary summary = judge::summarise(audits);
  const std::string open =
      summary.incomplete == 0 ? "" : fmt::format("; {} not audited to the end", summary.incomplete);
  if (!summary.holds()) {
    return fmt::format("{} of {} runs DISAGREE with the auditor{}.", summary.disagreeing, summary.runs, open);
  }
  return fmt::format("The auditor agrees with {}{}: {} decisions recomputed from the raw workload, {} taken again.",
                     summary.runs == 1 ? "the one run" : fmt::format("all {} runs", summary.runs), open,
                     with_thousands(summary.decisions), with_thousands(summary.replayed));
}

Panel audit_panel(const Domain& domain, std::span<const RunAudit> audits) {
  Panel panel{.title = "Audit",
              .note =
                  "\"recomputed\" is the objective that the domain's auditor works out from the raw workload and the "
                  "log of decisions, by code of its own; every metric is compared, and every rule of the system. "
                  "\"again\" counts the decisions that a second simulation took again from what the policy may see, "
                  "with the same answer: it shows that they are this policy's, made without the future."};
  Sheet sheet;
  const auto flush = [&] {
    if (!sheet.rows.empty()) panel.items.emplace_back(std::move(sheet));
    sheet = {{{"policy"},
              {readable(domain.metrics().front().name), Align::right},
              {"recomputed", Align::right},
              {"decisions", Align::right},
              {"again", Align::right},
              {"ruling"}},
             {}};
  };
  flush();
  const Scenario* scenario = nullptr;
  std::vector<PanelItem> findings;
  for (const RunAudit& audit : audits) {
    if (audit.scenario.get() != scenario) {
      flush();
      scenario = audit.scenario.get();
      panel.items.emplace_back(Subheading{scenario->label()});
    }
    sheet.rows.push_back(row_of(domain, audit));
    for (std::size_t i = 0; i < std::min(findings_shown, audit.findings.size()); ++i) {
      findings.emplace_back(
          Statement{fmt::format("{}, {}: {}", audit.policy.name(), audit.scenario->setting(), audit.findings[i].text),
                    Tone::bad, std::string(judge::to_string(audit.findings[i].check))});
    }
  }
  flush();
  for (PanelItem& finding : findings) panel.items.push_back(std::move(finding));
  return panel;
}

Json audit_json(const Domain& domain, std::span<const RunAudit> audits) {
  Json runs = Json::array();
  for (const RunAudit& audit : audits) {
    Json metrics = Json::object();
    for (std::size_t m = 0; m < audit.metrics.size(); ++m) {
      metrics.set(
          domain.metrics()[m].name,
          Json::object().set("claimed", audit.metrics[m].claimed).set("recomputed", audit.metrics[m].recomputed));
    }
    runs.push(Json::object()
                  .set("policy", audit.policy.name())
                  .set("digest", audit.policy.digest().hex())
                  .set("scenario", audit.scenario->label())
                  .set("setting", audit.scenario->setting())
                  .set("status", status_name(audit.status))
                  .set("agrees", audit.complete() ? Json(audit.holds()) : Json())
                  .set("decisions", audit.decisions)
                  .set("replayed", audit.replayed)
                  .set("metrics", std::move(metrics))
                  .set("findings", findings_json(audit.findings)));
  }
  const judge::AuditSummary summary = judge::summarise(audits);
  return Json::object()
      .set("agrees", summary.holds())
      .set("disagreeing", summary.disagreeing)
      .set("not_audited", summary.incomplete)
      .set("decisions", summary.decisions)
      .set("replayed", summary.replayed)
      .set("runs", std::move(runs));
}

std::string self_test_verdict(const judge::SelfTest& test) {
  if (!test.complete) return "Interrupted: nothing is concluded.";
  const auto believed = std::ranges::count_if(test.cheats, [](const PlantedCheat& cheat) {
    return cheat.caught < cheat.planted || (cheat.planted == 0 && !cheat.common);
  });
  const auto tested = std::ranges::count_if(test.cheats, [](const PlantedCheat& cheat) { return cheat.planted > 0; });
  std::uint64_t planted = 0;
  for (const PlantedCheat& cheat : test.cheats) planted += cheat.planted;
  if (test.passed()) {
    return fmt::format(
        "The auditor catches {} of {} planted claims ({} kinds of cheat), and raises no alarm on {} "
        "honest ones.",
        planted, planted, tested, test.honest);
  }
  return fmt::format(
      "The auditor is NOT to be relied on: {} of {} cheats got through, {} false alarms on {} honest "
      "claims.",
      believed, test.cheats.size(), test.false_alarms.size(), test.honest);
}

Panel self_test_panel(const judge::SelfTest& test) {
  Panel panel{.title = "The auditor, tested with planted cheats",
              .note =
                  "Each cheat turns the honest claims of several policies into dishonest ones: \"caught\" counts "
                  "those that the auditor refuted. A cheat may have no occasion with some policies."};
  for (const bool common : {false, true}) {
    Sheet sheet{{{"cheat"}, {"caught"}, {"what it does"}, {"caught by"}}, {}, {}, 2};
    for (const PlantedCheat& cheat : test.cheats) {
      if (cheat.common == common) sheet.rows.push_back({cheat.name, caught_cell(cheat), cheat.doc, checks_text(cheat)});
    }
    if (sheet.rows.empty()) continue;
    panel.items.emplace_back(Subheading{common ? "Cheats of any domain" : "Cheats of this domain"});
    panel.items.emplace_back(std::move(sheet));
  }
  for (const PlantedCheat& cheat : test.cheats) {
    if (cheat.planted == 0) {
      panel.items.emplace_back(Statement{fmt::format("{} found no occasion: it was not tested.", cheat.name),
                                         cheat.common ? Tone::level : Tone::bad});
    }
    for (const std::string& policy : cheat.got_through) {
      panel.items.emplace_back(Statement{fmt::format("{} with {}", cheat.name, policy), Tone::bad, "got through"});
    }
  }
  for (const std::string& alarm : test.false_alarms) {
    panel.items.emplace_back(Statement{alarm, Tone::bad, "false alarm"});
  }
  return panel;
}

Json self_test_json(const judge::SelfTest& test) {
  Json cheats = Json::array();
  for (const PlantedCheat& cheat : test.cheats) {
    Json by = Json::array();
    for (const judge::AuditCheck check : cheat.by) by.push(judge::to_string(check));
    cheats.push(Json::object()
                    .set("name", cheat.name)
                    .set("doc", cheat.doc)
                    .set("common", cheat.common)
                    .set("planted", cheat.planted)
                    .set("caught", cheat.caught)
                    .set("by", std::move(by))
                    .set("example", cheat.example)
                    .set("got_through", json_array(cheat.got_through)));
  }
  return Json::object()
      .set("passed", test.passed())
      .set("honest", test.honest)
      .set("false_alarms", json_array(test.false_alarms))
      .set("cheats", std::move(cheats));
}

}  // namespace syswright::app
