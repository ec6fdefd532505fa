#include <fmt/format.h>

#include <algorithm>

#include "app/judge_views.h"
#include "app/results.h"

namespace syswright::app {
namespace {

using judge::FeatureShift;
using judge::Hold;
using judge::ScenarioDrift;

constexpr std::size_t features_shown = 12;

Tone tone_of(Hold hold) {
  return hold == Hold::holds ? Tone::good : hold == Hold::cannot_tell ? Tone::level : Tone::bad;
}

std::string objective_text(const Domain& domain, const Evaluation& evaluation) {
  return evaluation.status == Evaluation::Status::ok
             ? format_metric(evaluation.objective(), domain.metrics().front().dimension)
             : "no result";
}

Sheet advantage_sheet(const Domain& domain, const ScenarioDrift& drift, const Policy& deployed,
                      const Policy& reference) {
  Sheet sheet{{{"workload"},
               {fit(deployed.name(), 20), Align::right},
               {fit(reference.name(), 20), Align::right},
               {"advantage", Align::right},
               {"p", Align::right},
               {"blocks", Align::right}},
              {}};
  const auto add = [&](std::string_view name, std::size_t which, const judge::Advantage& advantage) {
    sheet.rows.push_back({std::string(name), objective_text(domain, drift.deployed[which]),
                          objective_text(domain, drift.reference[which]),
                          advantage.blocks == 0 ? "not paired" : format_relative(advantage.interval),
                          advantage.blocks == 0 ? "" : format_p(advantage.corrected_p),
                          with_thousands(std::uint64_t{advantage.blocks})});
  };
  add("older", 0, drift.before);
  add("newer", 1, drift.now);
  sheet.rows.push_back({"change", "", "", format_relative(drift.change)});
  return sheet;
}

Sheet features_sheet(const ScenarioDrift& drift) {
  Sheet sheet{{{"feature"},
               {"read"},
               {"distance", Align::right},
               {"stability", Align::right},
               {"p", Align::right},
               {"median, older", Align::right},
               {"newer", Align::right},
               {""}},
              {}};
  for (std::size_t i = 0; i < std::min(features_shown, drift.features.size()); ++i) {
    const FeatureShift& shift = drift.features[i];
    const Cell moved = shift.clock ? Cell("a clock") : shift.moved ? Cell("moved", Tone::level) : Cell();
    sheet.rows.push_back({fit(shift.name, 28), shift.read ? "yes" : "", fmt::format("{:.3f}", shift.distance),
                          fmt::format("{:.3f}", shift.stability), shift.clock ? "" : format_p(shift.corrected_p),
                          format_metric(shift.older[1], shift.dimension),
                          format_metric(shift.newer[1], shift.dimension), moved});
  }
  return sheet;
}

Json advantage_json(const judge::Advantage& advantage) {
  return Json::object()
      .set("interval", interval_json(advantage.interval))
      .set("p_value", advantage.p_value)
      .set("corrected_p", advantage.corrected_p)
      .set("blocks", advantage.blocks)
      .set("verdict", judge::in_words(advantage.verdict));
}

Json feature_json(const FeatureShift& shift) {
  return Json::object()
      .set("name", shift.name)
      .set("read", shift.read)
      .set("moved", shift.moved)
      .set("clock", shift.clock)
      .set("distance", shift.distance)
      .set("stability", shift.stability)
      .set("p_value", shift.p_value)
      .set("corrected_p", shift.corrected_p)
      .set("older", json_array(shift.older))
      .set("newer", json_array(shift.newer));
}

Json scenario_json(const ScenarioDrift& drift) {
  Json features = Json::array();
  for (const FeatureShift& shift : drift.features) features.push(feature_json(shift));
  const auto objectives = [](const std::array<Evaluation, 2>& evaluations) {
    Json array = Json::array();
    for (const Evaluation& evaluation : evaluations) {
      array.push(evaluation.status == Evaluation::Status::ok ? Json(evaluation.objective()) : Json());
    }
    return array;
  };
  return Json::object()
      .set("older", drift.older->label())
      .set("newer", drift.newer->label())
      .set("setting", drift.newer->setting())
      .set("deployed", objectives(drift.deployed))
      .set("reference", objectives(drift.reference))
      .set("before", advantage_json(drift.before))
      .set("now", advantage_json(drift.now))
      .set("change", interval_json(drift.change))
      .set("hold", judge::to_string(drift.hold))
      .set("features", std::move(features));
}

std::string hold_sentence(Hold hold, const std::string& reference) {
  switch (hold) {
    case Hold::holds:
      return fmt::format("its advantage over {} still holds", reference);
    case Hold::gone:
      return fmt::format("its advantage over {} is gone", reference);
    case Hold::reversed:
      return fmt::format("{} is better by now", reference);
    case Hold::cannot_tell:
      return fmt::format("whether it is still better than {} cannot be told", reference);
  }
  return "";
}

}  // namespace

std::string drift_verdict(const judge::DriftResult& result, const Policy& deployed, const Policy& reference) {
  std::vector<std::string> moved;
  for (const ScenarioDrift& drift : result.scenarios) {
    for (const FeatureShift& shift : drift.features) {
      if (shift.moved && shift.read && std::ranges::find(moved, shift.name) == moved.end()) moved.push_back(shift.name);
    }
  }
  const std::string read =
      moved.empty() ? "nothing that it reads has surely moved" : fmt::format("of what it reads, {} moved", join(moved));
  return fmt::format("{}: {}; {}.", deployed.name(), hold_sentence(result.hold, reference.name()), read);
}

Tone drift_tone(const judge::DriftResult& result) { return tone_of(result.hold); }

Panel drift_panel(const Domain& domain, const judge::DriftResult& result, const Policy& deployed,
                  const Policy& reference) {
  Panel panel{
      .title = fmt::format("Whether {} is still worth its place", deployed.name()),
      .note = fmt::format(
          "The advantage over {} is relative, paired by blocks, with 95 % intervals. \"distance\" is the largest "
          "distance between the two distributions (Kolmogorov–Smirnov), \"stability\" the population stability "
          "index (custom: above 0.25 is a large shift); p by permuting blocks of questions, corrected for all "
          "features. Features as {} meets them.",
          reference.name(), result.driver)};
  for (const ScenarioDrift& drift : result.scenarios) {
    panel.items.emplace_back(Subheading{fmt::format("{}: the advantage", drift.newer->setting())});
    panel.items.emplace_back(Statement{fmt::format("older: {}", drift.older->label()), Tone::plain, ""});
    panel.items.emplace_back(Statement{fmt::format("newer: {}", drift.newer->label()), Tone::plain, ""});
    panel.items.emplace_back(advantage_sheet(domain, drift, deployed, reference));
    panel.items.emplace_back(Statement{hold_sentence(drift.hold, reference.name()), tone_of(drift.hold),
                                       std::string(to_string(drift.hold))});
    if (drift.features.empty()) continue;
    panel.items.emplace_back(Subheading{fmt::format("{}: what a policy sees", drift.newer->setting())});
    panel.items.emplace_back(features_sheet(drift));
    if (drift.features.size() > features_shown) {
      panel.items.emplace_back(
          Remark{fmt::format("… and {} more, which moved less.", drift.features.size() - features_shown)});
    }
  }
  return panel;
}

Json drift_json(const Domain& domain, const judge::DriftResult& result, const Policy& deployed,
                const Policy& reference) {
  Json scenarios = Json::array();
  for (const ScenarioDrift& drift : result.scenarios) scenarios.push(scenario_json(drift));
  return Json::object()
      .set("objective", domain.metrics().front().name)
      .set("deployed", deployed.name())
      .set("reference", reference.name())
      .set("driver", result.driver)
      .set("hold", judge::to_string(result.hold))
      .set("scenarios", std::move(scenarios));
}

}  // namespace syswright::app
