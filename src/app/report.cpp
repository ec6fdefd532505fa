#include "app/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "app/results.h"
#include "app/scenarios.h"
#include "base/file.h"
#include "domain/aggregate.h"

namespace syswright::app {
namespace {

const design::Ancestor* find(const design::Outcome& outcome, const Digest& digest) {
  for (const design::Ancestor& ancestor : outcome.history) {
    if (ancestor.program->digest() == digest) return &ancestor;
  }
  return nullptr;
}

Json score_json(const Domain& domain, const std::vector<ScenarioPtr>& scenarios, const design::Score& score) {
  Json array = Json::array();
  for (std::size_t i = 0; i < scenarios.size() && i < score.evaluations.size(); ++i) {
    Json metrics = Json::object();
    for (std::size_t m = 0; m < score.evaluations[i].metrics.size(); ++m) {
      metrics.set(domain.metrics()[m].name, score.evaluations[i].metrics[m]);
    }
    array.push(Json::object().set("label", scenarios[i]->label()).set("metrics", std::move(metrics)));
  }
  return array;
}

Json ancestor_json(const design::Ancestor& ancestor) {
  Json parents = Json::array();
  for (const Digest& parent : ancestor.parents) parents.push(parent.hex());
  return Json::object()
      .set("digest", ancestor.program->digest().hex())
      .set("origin", ancestor.origin)
      .set("parents", std::move(parents))
      .set("train", ancestor.train)
      .set("spent", ancestor.spent)
      .set("source", policy::to_source(*ancestor.program));
}

Json search_json(const DesignReport& report) {
  const design::Outcome& outcome = report.run.outcome;
  Json history = Json::array();
  for (const design::Ancestor& ancestor : outcome.history) history.push(ancestor_json(ancestor));
  Json convergence = Json::array();
  for (const auto& point : outcome.convergence) convergence.push(Json::array().push(point.spent).push(point.best));
  return Json::object()
      .set("designer", report.designer)
      .set("budget", report.budget)
      .set("seed", report.seed)
      .set("evaluations", outcome.spent)
      .set("candidates", outcome.candidates)
      .set("stopped", outcome.stopped)
      .set("notes", json_array(outcome.notes))
      .set("train", score_json(report.domain, report.suite.train, outcome.train))
      .set("validation", score_json(report.domain, report.suite.validation, outcome.validation))
      .set("convergence", std::move(convergence))
      .set("history", std::move(history));
}

Json program_json(const policy::Program& program) {
  return Json::object()
      .set("name", program.name())
      .set("digest", program.digest().hex())
      .set("operations", program.size())
      .set("source", policy::to_source(program));
}

Json curves_json(const DesignReport& report) {
  if (!report.curves) return {};
  Json json = Json::object();
  add_curves(json, report.domain, report.curves->sweep, report.curves->curves);
  return json;
}

Json test_json(const DesignReport& report) {
  Json scenarios = Json::array();
  for (std::size_t i = 0; i < report.run.test.scenarios.size(); ++i) {
    const judge::ScenarioComparison& scenario = report.run.test.scenarios[i];
    const judge::AgainstBest& against = report.run.against[i];
    Json json = comparison_json(report.domain, scenario);
    json.set("against_best_baseline",
             Json::object()
                 .set("baseline", scenario.standings[against.rival].policy.name())
                 .set("difference", against.difference ? interval_json(*against.difference) : Json())
                 .set("verdict", judge::to_string(against.verdict)));
    scenarios.push(std::move(json));
  }
  return scenarios;
}

}  // namespace

std::vector<std::string> verdict_sentences(const DesignReport& report) {
  std::vector<std::string> sentences;
  const Metric& metric = report.domain.metrics().front();
  for (std::size_t i = 0; i < report.run.test.scenarios.size(); ++i) {
    const judge::ScenarioComparison& scenario = report.run.test.scenarios[i];
    const judge::AgainstBest& against = report.run.against[i];
    const judge::Standing& designed = scenario.standings[0];
    const judge::Standing& rival = scenario.standings[against.rival];
    const auto value = [&](const judge::Standing& standing) {
      return standing.evaluation.status == Evaluation::Status::ok
                 ? format_metric(standing.evaluation.objective(), metric.dimension)
                 : std::string("no result");
    };
    const std::string_view word = against.verdict == judge::Verdict::better  ? "beats"
                                  : against.verdict == judge::Verdict::worse ? "loses to"
                                                                             : "cannot be told apart from";
    std::string sentence =
        fmt::format("{}: the designed policy {} the best baseline, {}: {} {} against {}", scenario.scenario->setting(),
                    word, rival.policy.name(), readable(metric.name), value(designed), value(rival));
    if (against.difference) {
      sentence += fmt::format(", paired difference {}", format_difference(*against.difference, metric.dimension));
    }
    sentences.push_back(sentence + ".");
  }
  return sentences;
}

std::string verdict_headline(const DesignReport& report) {
  const std::size_t all = report.run.against.size();
  const std::size_t wins = report.run.count(judge::Verdict::better);
  const std::size_t losses = report.run.count(judge::Verdict::worse);
  const std::size_t level = all - wins - losses;
  if (all == 0) return "The designed policy was not measured on the held-out part.";
  if (wins == all) {
    return all == 1 ? "The designed policy beats every baseline on the held-out part."
                    : fmt::format("The designed policy beats every baseline in all {} held-out scenarios.", all);
  }
  if (losses == all) return "A baseline beats the designed policy on the held-out part: use the baseline.";
  if (level == all) return "The designed policy and the best baseline cannot be told apart on the held-out part.";
  std::vector<std::string> parts;
  if (wins > 0) parts.push_back(fmt::format("beats every baseline in {}", wins));
  if (level > 0) parts.push_back(fmt::format("cannot be told apart from the best baseline in {}", level));
  if (losses > 0) parts.push_back(fmt::format("loses to a baseline in {}", losses));
  return fmt::format("Of {} held-out scenarios, the designed policy {}.", all, fmt::join(parts, ", "));
}

std::string overall_sentence(const DesignReport& report) {
  const std::vector<judge::ScenarioComparison>& scenarios = report.run.test.scenarios;
  const Metric& metric = report.domain.metrics().front();
  if (scenarios.size() < 2) return "";
  const auto mean = [&](const auto& value_of) {
    double sum = 0;
    for (const judge::ScenarioComparison& scenario : scenarios) sum += value_of(scenario);
    return sum / static_cast<double>(scenarios.size());
  };
  const double failed = worst_objective(metric.lower_is_better);
  const auto mean_of_policy = [&](std::size_t place) {
    return mean([&](const judge::ScenarioComparison& scenario) {
      return objective_or_worst(scenario.standings[place].evaluation, metric.lower_is_better);
    });
  };
  const double designed = mean_of_policy(0);
  if (designed == failed) return "";
  std::string sentence = fmt::format("Over all {} held-out scenarios: mean {} {}", scenarios.size(),
                                     readable(metric.name), format_metric(designed, metric.dimension));
  std::size_t rival = 0;
  double best = failed;
  for (std::size_t place = 1; place < scenarios.front().standings.size(); ++place) {
    const double own = mean_of_policy(place);
    if (metric.lower_is_better ? own < best : own > best) rival = place;
    if (rival == place) best = own;
  }
  if (rival != 0) {
    sentence += fmt::format("; best baseline {}: {}", scenarios.front().standings[rival].policy.name(),
                            format_metric(best, metric.dimension));
  }
  if (std::all_of(scenarios.begin(), scenarios.end(),
                  [](const auto& scenario) { return scenario.bound.has_value(); })) {
    const double bound = mean([](const judge::ScenarioComparison& scenario) { return scenario.bound->value; });
    sentence += fmt::format("; bound {}", format_metric(bound, metric.dimension));
    if (bound != 0) sentence += fmt::format(", gap {:+.1f} %", 100 * (designed / bound - 1));
  }
  return sentence + ".";
}

std::vector<design::Ancestor> lineage(const design::Outcome& outcome) {
  std::vector<design::Ancestor> chain;
  const design::Ancestor* at = find(outcome, outcome.best->digest());
  while (at != nullptr && chain.size() <= outcome.history.size()) {
    chain.push_back(*at);
    const design::Ancestor* next = nullptr;
    for (const Digest& parent : at->parents) {
      if (next == nullptr && parent != at->program->digest()) next = find(outcome, parent);
    }
    at = next;
  }
  std::reverse(chain.begin(), chain.end());
  return chain;
}

Json report_json(const DesignReport& report) {
  const design::Outcome& outcome = report.run.outcome;
  Json options = Json::object();
  for (const auto& [name, value] : report.options) options.set(name, value);
  return Json::object()
      .set("verdict", verdict_headline(report))
      .set("verdicts", json_array(verdict_sentences(report)))
      .set("overall", overall_sentence(report))
      .set("domain", report.domain.name())
      .set("workload", workload_json(report.workload))
      .set("options", std::move(options))
      .set("policy", program_json(*outcome.best))
      .set("runner_up", outcome.runner_up ? program_json(*outcome.runner_up) : Json())
      .set("search", search_json(report))
      .set("test", test_json(report))
      .set("evidence", report.evidence ? evidence_json(report.domain, report.run, *report.evidence) : Json())
      .set("curves", curves_json(report))
      .set("command", report.command)
      .set("version", report.version);
}

std::string write_report(const DesignReport& report, const std::string& folder) {
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure) throw SystemError(fmt::format("cannot create the folder {}", folder), failure.value());
  const std::filesystem::path base(folder);
  write_file_atomically((base / "results.csv").string(), comparison_csv(report.domain, report.run.test));
  write_file_atomically((base / "report.json").string(), report_json(report).text());
  const std::string page = (base / "report.html").string();
  write_file_atomically(page, report_html(report));
  return page;
}

}  // namespace syswright::app
