#include "app/optimize_output.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "app/results.h"
#include "app/shell.h"
#include "base/text.h"
#include "optimize/files.h"

namespace syswright::app {
namespace {

using optimize::Ending;
using optimize::Found;
using optimize::Measurement;
using optimize::Score;
using optimize::user_value;
using optimize::Verdict;

Json from_text(const nlohmann::json& value) {
  if (value.is_object()) {
    Json object = Json::object();
    for (const auto& [name, item] : value.items()) object.set(name, from_text(item));
    return object;
  }
  if (value.is_array()) {
    Json array = Json::array();
    for (const auto& item : value) array.push(from_text(item));
    return array;
  }
  if (value.is_string()) return Json(value.get<std::string>());
  if (value.is_boolean()) return Json(value.get<bool>());
  if (value.is_number_unsigned()) return Json(value.get<std::uint64_t>());
  if (value.is_number_integer()) return Json(value.get<std::int64_t>());
  if (value.is_number()) return Json(value.get<double>());
  return Json();
}

Json score_json(const Score& score, optimize::Direction direction) {
  return Json::object().set("mean", user_value(score.loss, direction)).set("failures", score.failures);
}

Json measurement_json(const Measurement& measurement) {
  Json json = Json::object();
  json.set("score", measurement.score ? Json(*measurement.score) : Json());
  if (!measurement.reason.empty()) json.set("reason", measurement.reason);
  if (!measurement.parts.empty()) {
    Json parts = Json::object();
    for (const auto& [name, value] : measurement.parts) parts.set(name, value);
    json.set("parts", std::move(parts));
  }
  if (!measurement.info.empty()) json.set("info", from_text(nlohmann::json::parse(measurement.info, nullptr, false)));
  return json;
}

/// Empty for a text that was written anew.
Json settings_json(const optimize::Artifact& artifact, const Found& found) {
  Json settings = Json::object();
  if (found.setting.empty()) return settings;
  for (std::size_t i = 0; i < artifact.marks().size(); ++i) {
    settings.set(artifact.marks()[i].name, artifact.value_text(i, found.setting[i]));
  }
  return settings;
}

Json found_json(const OptimizeReport& report, const Found& found) {
  Json json = Json::object()
                  .set("origin", found.origin)
                  .set("settings", settings_json(report.artifact, found))
                  .set("train", score_json(found.train, report.direction));
  if (found.validation) json.set("validation", score_json(*found.validation, report.direction));
  Json measurements = Json::array();
  for (const Measurement& measurement : found.measurements) measurements.push(measurement_json(measurement));
  return json.set("measurements", std::move(measurements));
}

Json files_json(const OptimizeReport& report) {
  Json files = Json::object();
  const std::vector<std::string> texts = optimize::split_files(report.outcome.best.text);
  for (std::size_t i = 0; i < texts.size() && i < report.file_names.size(); ++i) {
    files.set(report.file_names[i], texts[i]);
  }
  return files;
}

Json verdict_json(const OptimizeReport& report, const Verdict& verdict) {
  Json rows = Json::array();
  for (std::size_t i = 0; i < verdict.instances.size(); ++i) {
    rows.push(Json::object()
                  .set("instance", verdict.instances[i].name)
                  .set("original", measurement_json(verdict.original[i]))
                  .set("best", measurement_json(verdict.best[i])));
  }
  return Json::object()
      .set("held_out", report.held_out)
      .set("original", score_json(verdict.original_score, report.direction))
      .set("best", score_json(verdict.best_score, report.direction))
      .set("difference", verdict.difference ? interval_json(*verdict.difference) : Json())
      .set("better", verdict.better)
      .set("instances", std::move(rows));
}

std::string_view ending_name(Ending ending) {
  switch (ending) {
    case Ending::budget:
      return "budget spent";
    case Ending::all_tried:
      return "all settings tried";
    case Ending::stopped:
      return "stopped";
    case Ending::writer_over:
      return "the language model has no more to give";
  }
  return "";
}

std::vector<std::string> names_of(const std::vector<optimize::Instance>& instances) {
  std::vector<std::string> names;
  for (const optimize::Instance& instance : instances) names.push_back(instance.name);
  return names;
}

std::string number(double value) { return fmt::format("{:.10g}", value); }

std::string score_text(const Score& score, std::size_t of, optimize::Direction direction) {
  if (score.failures == 0) return number(user_value(score.loss, direction));
  if (score.failures == of) return "failed";
  return fmt::format("{} ({} of {} failed)", number(user_value(score.loss, direction)), score.failures, of);
}

std::string settings_table(const OptimizeReport& report) {
  Table table({{"setting"}, {"original"}, {"best"}, {"range"}});
  for (std::size_t i = 0; i < report.artifact.marks().size(); ++i) {
    const optimize::Mark& mark = report.artifact.marks()[i];
    const std::string range = mark.kind == optimize::Mark::Kind::choice
                                  ? join(mark.options)
                                  : fmt::format("{:.12g} to {:.12g}{}{}", mark.low, mark.high,
                                                mark.logarithmic ? ", log" : "", mark.integer ? ", int" : "");
    const std::string before = report.artifact.value_text(i, mark.original);
    const std::string now = report.artifact.value_text(i, report.outcome.best.setting[i]);
    table.add_row({mark.name, before, now == before ? "=" : now, range});
  }
  return table.text();
}

/// How a text came about that was written anew.
std::string gains_table(const OptimizeReport& report) {
  Table table({{"evaluations", Align::right}, {"best", Align::right}, {"by"}});
  for (const optimize::Outcome::Step& step : report.outcome.history) {
    table.add_row({with_thousands(step.spent), number(step.best), step.origin});
  }
  return table.text();
}

std::string score_table(const OptimizeReport& report) {
  const optimize::Outcome& outcome = report.outcome;
  Table table({{"mean score"}, {"instances", Align::right}, {"original", Align::right}, {"best", Align::right}});
  const auto row = [&](const std::string& name, std::size_t of, const Score& original, const Score& best) {
    table.add_row({name, of == 1 && name == "score" ? "" : std::to_string(of),
                   score_text(original, of, report.direction), score_text(best, of, report.direction)});
  };
  row(report.verdict ? "training" : "score", report.train.size(), outcome.original.train, outcome.best.train);
  if (outcome.original.validation && outcome.best.validation) {
    row("validation", report.validation.size(), *outcome.original.validation, *outcome.best.validation);
  }
  if (report.held_out) {
    row("held out", report.verdict->instances.size(), report.verdict->original_score, report.verdict->best_score);
  }
  return table.text();
}

std::string verdict_text(const OptimizeReport& report) {
  const Verdict& verdict = *report.verdict;
  const std::string where = report.held_out ? fmt::format("{} held-out instances", verdict.instances.size())
                                            : fmt::format(
                                                  "the {} instances that were searched (none was held out: "
                                                  "'--test' does)",
                                                  verdict.instances.size());
  if (!verdict.difference) {
    return fmt::format("On {}: {} failures instead of {}; no interval of a mean that failures are left out of.\n",
                       where, verdict.best_score.failures, verdict.original_score.failures);
  }
  const Interval& interval = *verdict.difference;
  return fmt::format("Best minus original on {}: {:+.6g}, 95 % interval {:+.6g} to {:+.6g}, in pairs: {}.\n", where,
                     interval.estimate, interval.low, interval.high,
                     verdict.better ? "better" : "not shown to be better");
}

std::string front_text(const OptimizeReport& report) {
  if (report.outcome.front.size() < 2) return "";
  constexpr std::size_t most = 8;
  std::string text = fmt::format("\nFront: {} {} that lead on some instance or objective\n",
                                 report.outcome.front.size(), report.designer == "reflect" ? "texts" : "settings");
  Table table({{"mean", Align::right}, {"leads on"}});
  for (std::size_t i = 0; i < std::min(most, report.outcome.front.size()); ++i) {
    const optimize::FrontMember& member = report.outcome.front[i];
    table.add_row({score_text(member.found.train, report.train.size(), report.direction), fit(join(member.leads), 70)});
  }
  text += indented(table.text());
  if (report.outcome.front.size() > most) text += "  … all of them with --json\n";
  return text;
}

std::string isolation_text(const optimize::Isolation& isolation) {
  std::string text = fmt::format("{}; {}", isolation.network ? "no network" : "THE NETWORK IS OPEN to it",
                                 isolation.processes ? "its processes are shut in and end with it"
                                                     : "its processes share the machine's process numbers");
  if (!isolation.refused.empty()) text += fmt::format(" ({})", isolation.refused);
  return text + "; files of yours stay readable and writable";
}

std::string headline(const OptimizeReport& report) {
  const std::string what = report.designer == "reflect" ? "rewritten by a language model"
                                                        : fmt::format("{} marks", report.artifact.marks().size());
  return fmt::format("{}, {}: {}, {} is better\n", report.artifact_name, report.mode, what,
                     report.direction == optimize::Direction::maximise ? "higher" : "lower");
}

}  // namespace

Json optimize_json(const OptimizeReport& report) {
  const optimize::Outcome& outcome = report.outcome;
  Json history = Json::array();
  for (const optimize::Outcome::Step& step : outcome.history) {
    history.push(Json::object().set("spent", step.spent).set("best", step.best).set("origin", step.origin));
  }
  Json front = Json::array();
  for (const optimize::FrontMember& member : outcome.front) {
    front.push(found_json(report, member.found).set("leads", json_array(member.leads)));
  }
  Json failures = Json::object();
  for (const auto& [reason, count] : outcome.failures) failures.set(reason, count);
  return Json::object()
      .set("artifact", report.artifact_name)
      .set("designer", report.designer)
      .set("mode", report.mode)
      .set("evaluator", report.evaluator)
      .set("direction", report.direction == optimize::Direction::maximise ? "maximise" : "minimise")
      .set("budget", report.budget)
      .set("seed", report.seed)
      .set("isolation", Json::object()
                            .set("network_shut_off", report.isolation.network)
                            .set("processes_shut_in", report.isolation.processes)
                            .set("refused", report.isolation.refused))
      .set("train", json_array(names_of(report.train)))
      .set("validation", json_array(names_of(report.validation)))
      .set("spent", outcome.spent)
      .set("candidates", outcome.candidates)
      .set("measured_in_full", outcome.accepted)
      .set("restarts", outcome.restarts)
      .set("ending", ending_name(outcome.ending))
      .set("failures", std::move(failures))
      .set("original", found_json(report, outcome.original))
      .set("best", found_json(report, outcome.best))
      .set("verdict", report.verdict ? verdict_json(report, *report.verdict) : Json())
      .set("front", std::move(front))
      .set("history", std::move(history))
      .set("notes", json_array(outcome.notes))
      .set("text", outcome.best.text)
      .set("files", files_json(report))
      .set("output", report.output.empty() ? Json() : Json(report.output));
}

void print_optimize(const Context& context, const OptimizeReport& report) {
  const optimize::Outcome& outcome = report.outcome;
  context.out() << context.styled(Style::bold, headline(report)) << '\n'
                << (report.designer == "reflect" ? gains_table(report) : settings_table(report)) << '\n'
                << score_table(report) << '\n';
  if (report.verdict) context.out() << verdict_text(report);
  if (outcome.best.text == outcome.original.text) {
    context.out() << "Nothing was found to be better than the original.\n";
  }
  context.out() << fmt::format("{} evaluations, {} texts, {} measured in full, {} restarts; {}.\n",
                               with_thousands(outcome.spent), with_thousands(outcome.candidates),
                               with_thousands(outcome.accepted), outcome.restarts, ending_name(outcome.ending));
  for (const auto& [reason, count] : outcome.failures) {
    context.out() << fit(fmt::format("{} failed: {}", with_thousands(count), reason), 160) << '\n';
  }
  for (const std::string& note : outcome.notes) context.out() << note << '\n';
  context.out() << front_text(report) << context.styled(Style::dim, "\nevaluator: " + isolation_text(report.isolation))
                << '\n';
  if (!report.output.empty()) context.out() << fmt::format("best: {}\n", report.output);
}

}  // namespace syswright::app
