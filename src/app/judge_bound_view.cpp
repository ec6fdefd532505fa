#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "app/judge_views.h"
#include "app/results.h"

namespace syswright::app {
namespace {

using judge::Gap;
using judge::ScenarioGaps;

std::string gap_text(const std::optional<double>& gap, const std::optional<Interval>& interval) {
  if (!gap) return "";
  return interval ? format_relative(*interval) : fmt::format("{:+.1f} %", 100 * *gap);
}

bool any_closed(const ScenarioGaps& scenario) {
  return std::ranges::any_of(scenario.gaps, [](const Gap& gap) { return gap.closed.has_value(); });
}

std::vector<Cell> row_of(const Domain& domain, const Policy& policy, const Gap& gap, bool closed) {
  std::vector<Cell> cells{fit(policy.name(), 24)};
  if (gap.failed) {
    cells.emplace_back("failed", Tone::bad);
    return cells;
  }
  cells.emplace_back(format_metric(gap.objective, domain.metrics().front().dimension));
  cells.emplace_back(gap.to_best_known == 0 ? "the best" : gap_text(gap.to_best_known, gap.to_best));
  cells.emplace_back(gap_text(gap.to_provable, gap.to_provable_interval));
  if (closed) cells.emplace_back(gap.closed ? fmt::format("{:.1f} %", 100 * *gap.closed) : "");
  return cells;
}

/// Indices of the gaps, smallest first; those of failed runs last.
std::vector<std::size_t> by_gap(const ScenarioGaps& scenario) {
  std::vector<std::size_t> order(scenario.gaps.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    const Gap& one = scenario.gaps[a];
    const Gap& other = scenario.gaps[b];
    return one.failed != other.failed ? other.failed : one.to_best_known < other.to_best_known;
  });
  return order;
}

Sheet limits_sheet(const Domain& domain, const ScenarioGaps& scenario) {
  Sheet sheet{{{"limit"}, {readable(domain.metrics().front().name), Align::right}, {"what it is"}}, {}};
  const auto add = [&](const Bound& bound, const std::string& kind) {
    sheet.rows.push_back({bound.name, format_metric(bound.value, domain.metrics()[bound.metric].dimension), kind});
  };
  if (scenario.provable) add(*scenario.provable, "bound: no policy does better");
  for (const Bound& bound : scenario.looser) add(bound, "bound, looser");
  for (const judge::Reference& reference : scenario.references) {
    add(reference.bound, reference.beaten ? "reference, beaten here" : "reference: nothing is proved");
  }
  return sheet;
}

Json bound_json(const Domain& domain, const Bound& bound) {
  return Json::object()
      .set("name", bound.name)
      .set("metric", domain.metrics()[bound.metric].name)
      .set("value", bound.value)
      .set("doc", bound.doc);
}

Json number_json(const std::optional<double>& value) { return value ? Json(*value) : Json(); }
Json ends_json(const std::optional<Interval>& value) { return value ? interval_json(*value) : Json(); }

Json scenario_json(const Domain& domain, const ScenarioGaps& scenario, std::span<const Policy> policies) {
  Json looser = Json::array();
  for (const Bound& bound : scenario.looser) looser.push(bound_json(domain, bound));
  Json references = Json::array();
  for (const judge::Reference& reference : scenario.references) {
    references.push(bound_json(domain, reference.bound).set("beaten", reference.beaten));
  }
  Json gaps = Json::array();
  for (const Gap& gap : scenario.gaps) {
    gaps.push(Json::object()
                  .set("policy", policies[gap.policy].name())
                  .set("failed", gap.failed)
                  .set("objective", gap.failed ? Json() : Json(gap.objective))
                  .set("to_best_known", gap.failed ? Json() : Json(gap.to_best_known))
                  .set("to_best_known_interval", ends_json(gap.to_best))
                  .set("to_provable", number_json(gap.to_provable))
                  .set("to_provable_interval", ends_json(gap.to_provable_interval))
                  .set("closed", number_json(gap.closed)));
  }
  return Json::object()
      .set("label", scenario.scenario->label())
      .set("setting", scenario.scenario->setting())
      .set("best_known", policies[scenario.best_known].name())
      .set("provable", scenario.provable ? bound_json(domain, *scenario.provable) : Json())
      .set("looser", std::move(looser))
      .set("references", std::move(references))
      .set("gaps", std::move(gaps))
      .set("contradictions", json_array(scenario.contradictions));
}

}  // namespace

std::string bound_verdict(const judge::BoundResult& result, std::span<const Policy> policies, std::size_t subject) {
  if (!result.sound()) return "A result is better than a bound that no policy can pass: simulator or bound is wrong.";
  std::vector<std::string> parts;
  for (const ScenarioGaps& scenario : result.scenarios) {
    const Gap& gap = scenario.gaps[subject];
    const std::string& setting = scenario.scenario->setting();
    if (gap.failed) {
      parts.push_back(fmt::format("{}: its run failed", setting));
    } else if (gap.to_provable) {
      parts.push_back(fmt::format("{}: {:.1f} % from the bound, {}", setting, 100 * *gap.to_provable,
                                  gap.to_best_known == 0
                                      ? "and the best known"
                                      : fmt::format("{:.1f} % from the best known, {}", 100 * gap.to_best_known,
                                                    policies[scenario.best_known].name())));
    } else {
      parts.push_back(fmt::format("{}: no provable bound; {:.1f} % from the best known, {}", setting,
                                  100 * gap.to_best_known, policies[scenario.best_known].name()));
    }
  }
  return fmt::format("{}: {}.", policies[subject].name(), join(parts, "; "));
}

Panel bound_panel(const Domain& domain, const judge::BoundResult& result, std::span<const Policy> policies,
                  std::size_t subject) {
  Panel panel{.title = "Gap to the best known and to the best possible",
              .note =
                  "Gaps are relative to the objective of the best policy here, and to the tightest provable bound, "
                  "with 95 % intervals. A bound holds for every policy, even one that knows the future; a reference "
                  "proves nothing. What remains to the bound may be out of reach of any policy that does not know "
                  "the future."};
  for (const ScenarioGaps& scenario : result.scenarios) {
    const bool closed = any_closed(scenario);
    Sheet sheet{{{"policy"},
                 {readable(domain.metrics().front().name), Align::right},
                 {"to the best known", Align::right},
                 {"to the bound", Align::right}},
                {}};
    if (closed) sheet.columns.push_back({"closed", Align::right});
    for (const std::size_t index : by_gap(scenario)) {
      const Gap& gap = scenario.gaps[index];
      if (gap.policy == subject && policies.size() > 1) sheet.own.push_back(sheet.rows.size());
      sheet.rows.push_back(row_of(domain, policies[gap.policy], gap, closed));
    }
    panel.items.emplace_back(Subheading{scenario.scenario->label()});
    panel.items.emplace_back(std::move(sheet));
    panel.items.emplace_back(Subheading{"Limits"});
    panel.items.emplace_back(limits_sheet(domain, scenario));
    for (const std::string& text : scenario.contradictions) {
      panel.items.emplace_back(Statement{text, Tone::bad, "contradiction"});
    }
  }
  return panel;
}

Json bound_json(const Domain& domain, const judge::BoundResult& result, std::span<const Policy> policies) {
  Json scenarios = Json::array();
  for (const ScenarioGaps& scenario : result.scenarios) scenarios.push(scenario_json(domain, scenario, policies));
  return Json::object().set("sound", result.sound()).set("scenarios", std::move(scenarios));
}

}  // namespace syswright::app
