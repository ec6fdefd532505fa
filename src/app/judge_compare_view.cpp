#include <fmt/format.h>

#include <algorithm>

#include "app/judge_views.h"
#include "app/results.h"

namespace syswright::app {
namespace {

using judge::Pairing;
using judge::Verdict;

/// A rival's verdict from the side of the reference.
Tone tone_of(Verdict verdict) {
  return verdict == Verdict::worse ? Tone::good : verdict == Verdict::better ? Tone::bad : Tone::level;
}

const std::string& name_of(const judge::Comparison& comparison, std::size_t policy) {
  return comparison.scenarios.front().standings[policy].policy.name();
}

/// Blocks in which the policy was the better one, of those in which the two differ.
std::string blocks_won(const Domain& domain, const Pairing& pairing) {
  const std::size_t won = domain.metrics().front().lower_is_better ? pairing.sign.negative : pairing.sign.positive;
  return fmt::format("{}/{}", won, pairing.sign.negative + pairing.sign.positive);
}

std::string needed_text(const Pairing& pairing) {
  if (!pairing.paired || pairing.verdict != Verdict::level) return "";
  if (!pairing.needed.blocks) return "none would do";
  return fmt::format("+{} blocks", with_thousands(std::uint64_t{*pairing.needed.blocks}));
}

/// `objective`: empty over all scenarios, where objectives are not averaged.
std::vector<Cell> row_of(const Domain& domain, const std::string& name, const std::string& objective,
                         const Pairing& pairing) {
  std::vector<Cell> cells{fit(name, 24)};
  if (!objective.empty()) cells.emplace_back(objective);
  if (pairing.paired) {
    cells.insert(cells.end(),
                 {format_relative(pairing.effect), format_p(pairing.corrected_p), blocks_won(domain, pairing)});
  } else {
    cells.insert(cells.end(), {"not paired", "", ""});
  }
  cells.emplace_back(std::string(judge::in_words(pairing.verdict)), tone_of(pairing.verdict));
  cells.emplace_back(needed_text(pairing));
  return cells;
}

std::vector<Table::Column> columns_of(const Domain& domain, const std::string& reference, bool objective) {
  std::vector<Table::Column> columns{{"policy"}};
  if (objective) columns.push_back({readable(domain.metrics().front().name), Align::right});
  columns.insert(columns.end(), {{fmt::format("against {}", fit(reference, 16)), Align::right},
                                 {"p", Align::right},
                                 {"won", Align::right},
                                 {"verdict"},
                                 {"to decide"}});
  return columns;
}

std::string objective_text(const Domain& domain, const Evaluation& evaluation) {
  return evaluation.status == Evaluation::Status::ok
             ? format_metric(evaluation.objective(), domain.metrics().front().dimension)
             : "no result";
}

Sheet scenario_sheet(const Domain& domain, const judge::ScenarioComparison& scenario,
                     const std::vector<Pairing>& pairings, std::size_t reference) {
  Sheet sheet{columns_of(domain, scenario.standings[reference].policy.name(), true), {}};
  for (const std::size_t index : ranking(domain, scenario)) {
    const judge::Standing& standing = scenario.standings[index];
    const std::string objective = objective_text(domain, standing.evaluation);
    if (index == reference) {
      sheet.own.push_back(sheet.rows.size());
      sheet.rows.push_back({fit(standing.policy.name(), 24), objective});
      continue;
    }
    const auto pairing = std::ranges::find(pairings, index, &Pairing::policy);
    if (pairing != pairings.end()) {
      sheet.rows.push_back(row_of(domain, standing.policy.name(), objective, *pairing));
    }
  }
  return sheet;
}

Json sign_json(const SignTest& sign) {
  return Json::object()
      .set("negative", sign.negative)
      .set("positive", sign.positive)
      .set("zero", sign.zero)
      .set("p_value", sign.p_value);
}

Json count_json(const std::optional<std::size_t>& count) { return count ? Json(*count) : Json(); }

Json pairing_json(const judge::Comparison& comparison, const Pairing& pairing) {
  return Json::object()
      .set("policy", name_of(comparison, pairing.policy))
      .set("verdict", judge::in_words(pairing.verdict))
      .set("paired", pairing.paired)
      .set("effect", interval_json(pairing.effect))
      .set("difference", pairing.difference ? interval_json(*pairing.difference) : Json())
      .set("p_value", pairing.p_value)
      .set("corrected_p", pairing.corrected_p)
      .set("sign_test", sign_json(pairing.sign))
      .set("scenarios_won", pairing.wins ? sign_json(*pairing.wins) : Json())
      .set("blocks", pairing.blocks)
      .set("merged", pairing.merged)
      .set("needed", Json::object()
                         .set("blocks", count_json(pairing.needed.blocks))
                         .set("scenarios", count_json(pairing.needed.scenarios))
                         .set("detectable", pairing.needed.detectable));
}

Json pairings_json(const judge::Comparison& comparison, const std::vector<Pairing>& pairings) {
  Json array = Json::array();
  for (const Pairing& pairing : pairings) array.push(pairing_json(comparison, pairing));
  return array;
}

/// Of the policies with this verdict, the best first.
std::string names_of(const Domain& domain, const judge::Comparison& comparison, const judge::PairedComparison& pairs,
                     Verdict verdict) {
  std::vector<Pairing> pairings = pairs.overall;
  const double sign = domain.metrics().front().lower_is_better ? 1 : -1;
  std::ranges::stable_sort(pairings, {}, [sign](const Pairing& pairing) { return sign * pairing.effect.estimate; });
  std::vector<std::string> names;
  for (const Pairing& pairing : pairings) {
    if (pairing.verdict == verdict) names.push_back(name_of(comparison, pairing.policy));
  }
  constexpr std::size_t most = 4;
  if (names.size() <= most + 1) return join(names);
  const std::size_t rest = names.size() - most;
  names.resize(most);
  return fmt::format("{} and {} more", join(names), rest);
}

}  // namespace

bool reference_beaten(const judge::PairedComparison& pairs) {
  return std::ranges::any_of(pairs.overall, [](const Pairing& pairing) { return pairing.verdict == Verdict::better; });
}

Tone pairs_tone(const judge::PairedComparison& pairs) {
  if (reference_beaten(pairs)) return Tone::bad;
  const bool all =
      std::ranges::all_of(pairs.overall, [](const Pairing& pairing) { return pairing.verdict == Verdict::worse; });
  return all ? Tone::good : Tone::level;
}

std::string pairs_verdict(const Domain& domain, const judge::Comparison& comparison,
                          const judge::PairedComparison& pairs) {
  std::vector<std::string> parts;
  // Verdicts are about the others; the sentence is about the reference.
  const auto add = [&](Verdict verdict, std::string_view words) {
    if (const std::string names = names_of(domain, comparison, pairs, verdict); !names.empty()) {
      parts.push_back(fmt::format("{} {}", words, names));
    }
  };
  add(Verdict::better, "is worse than");
  add(Verdict::level, "cannot be told apart from");
  add(Verdict::worse, "is better than");
  return fmt::format("{} {}.", name_of(comparison, pairs.reference), join(parts, "; "));
}

Panel pairs_panel(const Domain& domain, const judge::Comparison& comparison, const judge::PairedComparison& pairs) {
  const std::string& reference = name_of(comparison, pairs.reference);
  Panel panel{
      .title = "Comparison in pairs",
      .note = fmt::format(
          "Relative differences of {} with {:.4g} % intervals, over pairs of the same blocks; p by randomisation "
          "within "
          "blocks, corrected for {} comparisons ({}). \"better\" and \"worse\" need both; \"won\" counts the blocks in "
          "which the policy does better than {}; \"to decide\" is how many more blocks like these an open question "
          "needs.",
          readable(domain.metrics().front().name), 100 * pairs.confidence,
          pairs.overall.size() * comparison.scenarios.size(), judge::to_string(pairs.correction), reference)};
  for (std::size_t i = 0; i < comparison.scenarios.size(); ++i) {
    panel.items.emplace_back(Subheading{comparison.scenarios[i].scenario->label()});
    panel.items.emplace_back(scenario_sheet(domain, comparison.scenarios[i], pairs.scenarios[i], pairs.reference));
  }
  if (comparison.scenarios.size() > 1) {
    panel.items.emplace_back(Subheading{fmt::format("Over all {} scenarios", comparison.scenarios.size())});
    Sheet sheet{columns_of(domain, reference, false), {}};
    for (const Pairing& pairing : pairs.overall) {
      sheet.rows.push_back(row_of(domain, name_of(comparison, pairing.policy), "", pairing));
    }
    panel.items.emplace_back(std::move(sheet));
  }
  return panel;
}

Json pairs_json(const Domain& domain, const judge::Comparison& comparison, const judge::PairedComparison& pairs) {
  Json scenarios = Json::array();
  for (std::size_t i = 0; i < comparison.scenarios.size(); ++i) {
    scenarios.push(comparison_json(domain, comparison.scenarios[i])
                       .set("pairings", pairings_json(comparison, pairs.scenarios[i])));
  }
  return Json::object()
      .set("reference", name_of(comparison, pairs.reference))
      .set("confidence", pairs.confidence)
      .set("correction", judge::to_string(pairs.correction))
      .set("overall", pairings_json(comparison, pairs.overall))
      .set("scenarios", std::move(scenarios));
}

}  // namespace syswright::app
