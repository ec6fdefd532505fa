#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/judge_explain_view.h"
#include "app/judge_views.h"
#include "app/results.h"

namespace syswright::app {
namespace {

using judge::Ablation;
using judge::Effect;

Tone tone_of(Effect effect) {
  return effect == Effect::worse ? Tone::bad : effect == Effect::better ? Tone::good : Tone::plain;
}

Dimension unit_of(const Domain& domain) { return domain.metrics().front().dimension; }
std::string objective_name(const Domain& domain) { return readable(domain.metrics().front().name); }

std::string value_of(const judge::ShownFeature& feature, double value) {
  if (feature.kind == policy::ValueKind::boolean) return fmt::format("{:.0f} % true", 100 * value);
  return format_metric(value, feature.dimension);
}

std::string percent(double share) { return fmt::format("{:.0f} %", 100 * share); }

/// "hits 3.1 here, 1.2 typically": what stands out in a phase.
std::string unusual_text(const judge::Slices& slices, const judge::Phase& phase) {
  std::vector<std::string> parts;
  for (const judge::PhaseFeature& unusual : phase.features) {
    if (std::abs(unusual.contrast) < 0.2) continue;
    const judge::ShownFeature& feature = slices.features[unusual.feature];
    parts.push_back(fmt::format("{} {} ({:+.1f} sd)", feature.name, value_of(feature, unusual.mean), unusual.contrast));
  }
  if (parts.size() > 2) parts.resize(2);
  return join(parts);
}

}  // namespace

Panel ablations_panel(const Domain& domain, const judge::Ablations& ablations, const policy::Program& program) {
  constexpr std::size_t shown = 14;
  Panel panel{.title = "What each part is worth",
              .note = fmt::format(
                  "The policy was run once for each change of one part. \"change\" is by how much {} "
                  "improves (negative: the part is needed), with its paired 95 % interval; the effect is "
                  "corrected for all {} programs tried. none: within ± {}.",
                  objective_name(domain), ablations.programs, format_metric(ablations.tolerance, unit_of(domain)))};
  Sheet sheet{{{"without, or changed"}, {"change", Align::right}, {"p", Align::right}, {"effect"}}, {}, {}, 0};
  const std::vector<std::size_t> order = ablations.by_cost();
  for (std::size_t i = 0; i < std::min(shown, order.size()); ++i) {
    const Ablation& ablation = ablations.ablations[order[i]];
    const bool failed = !ablation.failure.empty();
    sheet.rows.push_back({ablation.edit.words,
                          failed ? "the run failed" : format_difference(ablation.improvement, unit_of(domain)),
                          failed ? "" : format_p(ablation.p_value),
                          {std::string(judge::to_string(ablation.effect)), tone_of(ablation.effect)}});
  }
  panel.items.emplace_back(std::move(sheet));
  if (order.size() > shown)
    panel.items.emplace_back(Remark{fmt::format("… and {} changes more.", order.size() - shown)});
  const std::vector<std::string> dead = ablations.dead(program);
  for (const std::string& term : dead) {
    panel.items.emplace_back(
        Statement{fmt::format("{} — taking it out changes nothing measurable", term), Tone::level, "dead"});
  }
  if (dead.empty())
    panel.items.emplace_back(Remark{"No part is dead: none can go from everywhere without a measurable change."});
  return panel;
}

Panel attribution_panel(const Domain& domain, const judge::Attribution& attribution) {
  Panel panel{
      .title = "Whose gain it is",
      .note = fmt::format("Shapley values: the gain of {} over the policy with every part held at its typical "
                          "value ({} against {}), shared out fairly; the shares add up to it. {} "
                          "Intervals, 95 %, over blocks of the workload{}.",
                          format_metric(attribution.gain, unit_of(domain)),
                          format_metric(attribution.objective, unit_of(domain)),
                          format_metric(attribution.empty_objective, unit_of(domain)),
                          attribution.exact ? fmt::format("All {} coalitions were run.", attribution.coalitions)
                                            : fmt::format("{} coalitions were sampled.", attribution.coalitions),
                          attribution.exact ? "" : ", and over the sampled orders")};
  Sheet sheet{
      {{"part"}, {"share of the gain", Align::right}, {"95 % interval", Align::right}, {"of all", Align::right}},
      {},
      {},
      0};
  if (!attribution.exact) sheet.columns.push_back({"over orders", Align::right});
  Figure figure;
  figure.plot = {.title = "Shapley values of the parts",
                 .x_label = fmt::format("improvement of {}", objective_name(domain)),
                 .rows = {},
                 .line = IntervalPlot::Line{"nothing", 0}};
  std::vector<const judge::Share*> order;
  for (const judge::Share& share : attribution.shares) order.push_back(&share);
  std::ranges::stable_sort(order, [](const auto* a, const auto* b) { return a->value > b->value; });
  for (const judge::Share* share : order) {
    std::vector<Cell> cells{share->player.name, format_metric(share->value, unit_of(domain)),
                            format_interval(share->over_blocks, unit_of(domain)),
                            attribution.gain == 0 ? "" : percent(share->value / attribution.gain)};
    if (!attribution.exact) cells.emplace_back(format_interval(share->over_orders, unit_of(domain)));
    sheet.rows.push_back(std::move(cells));
    figure.plot.rows.push_back({.name = fit(share->player.name, 20),
                                .value_text = format_metric(share->value, unit_of(domain)),
                                .value = share->value,
                                .low = share->over_blocks.low,
                                .high = share->over_blocks.high});
  }
  panel.items.emplace_back(std::move(figure));
  panel.items.emplace_back(std::move(sheet));
  return panel;
}

Panel slices_panel(const Domain& domain, const std::vector<judge::Slices>& slices, const std::string& reference) {
  Panel panel{.title = fmt::format("When it wins, against {}", reference),
              .note =
                  "Consecutive phases of the workload, cut where the cost of both policies together changes. The "
                  "improvement is over the reference, positive where the policy is better, paired by blocks with "
                  "95 % intervals. What stands out: features far from their mean over the run, in standard "
                  "deviations (sd)."};
  for (const judge::Slices& one : slices) {
    panel.items.emplace_back(Subheading{one.scenario->label()});
    Sheet sheet{{{"phase"},
                 {objective_name(domain), Align::right},
                 {fit(reference, 16), Align::right},
                 {"improvement", Align::right},
                 {"effect"},
                 {"what stands out"}},
                {},
                {},
                5};
    for (const judge::Phase& phase : one.phases) {
      sheet.rows.push_back({fmt::format("{}–{}", percent(phase.begin), percent(phase.end)),
                            format_metric(phase.objective, unit_of(domain)),
                            format_metric(phase.reference_objective, unit_of(domain)),
                            format_difference(phase.improvement, unit_of(domain)),
                            {std::string(judge::to_string(phase.effect)), tone_of(phase.effect)},
                            unusual_text(one, phase)});
    }
    panel.items.emplace_back(std::move(sheet));
  }
  return panel;
}

Panel distillation_panel(const Domain& domain, const judge::Distillation& distillation, bool verified_elsewhere) {
  Panel panel{.title = "The shortest program that does nearly as well",
              .note = fmt::format("Parts were taken out one after another ({} programs tried). \"loss\" is by how much "
                                  "{} is worse than the original's; {} may be lost where it was searched, {} where it "
                                  "was {}.",
                                  distillation.tried, objective_name(domain),
                                  format_metric(distillation.allowed, unit_of(domain)),
                                  format_metric(distillation.validation_allowed, unit_of(domain)),
                                  verified_elsewhere ? "verified, on work that the search did not see"
                                                     : "checked, on the same work: nothing is verified")};
  Sheet sheet{{{"operations", Align::right},
               {"loss", Align::right},
               {"loss, verified", Align::right},
               {"ruling"},
               {"last change"}},
              {},
              {},
              4};
  for (std::size_t i = 0; i < distillation.front.size(); ++i) {
    const judge::Distilled& step = distillation.front[i];
    const std::string ruling = i == 0                  ? "the original"
                               : !step.failure.empty() ? "fails"
                               : step.certain          ? "within, surely"
                               : step.verified         ? "within"
                                                       : "too much";
    if (i == distillation.chosen) sheet.own.push_back(i);
    sheet.rows.push_back({fmt::format("{}", step.size), format_metric(step.loss, unit_of(domain)),
                          i == 0 ? "" : format_difference(step.validation_loss, unit_of(domain)), ruling,
                          step.edits.empty() ? "" : step.edits.back()});
  }
  panel.items.emplace_back(std::move(sheet));
  if (distillation.front.empty()) return panel;
  if (distillation.chosen == 0) {
    panel.items.emplace_back(Remark{"No shorter program stays within the loss: the original stands."});
  } else {
    panel.items.emplace_back(Listing{policy::to_source(*distillation.front[distillation.chosen].program)});
  }
  return panel;
}

Panel contrast_panel(const Domain& domain, const judge::Contrast& contrast, const policy::Program& program,
                     const policy::Program& rival) {
  Panel panel{
      .title = fmt::format("Where it decides otherwise than {}", rival.name()),
      .note = fmt::format(
          "{} ran through {} and {} was asked the same questions. At {} of those answered "
          "differently, spread over the run, the simulation was forked: one fork took the one answer, the "
          "other the other, and both went on as {} with the same randomness.",
          program.name(), contrast.scenario->label(), rival.name(), contrast.divergences.size(), program.name())};
  const std::vector<policy::Decision>& decisions = program.signature().decisions;
  for (const judge::DecisionContrast& one : contrast.decisions) {
    const std::string share =
        one.questions == 0
            ? ""
            : fmt::format(" ({:.1f} %)", 100 * static_cast<double>(one.different) / static_cast<double>(one.questions));
    panel.items.emplace_back(Statement{fmt::format(
        "'{}': {} of {} questions{} answered differently{}.", decisions[one.decision].name,
        with_thousands(one.different), with_thousands(one.questions), share,
        one.foreign_mode ? fmt::format("; both asked '{}', though one ranks in another way", one.mode) : "")});
    if (one.typical.empty()) continue;
    Sheet sheet{{{"feature of what is chosen"},
                 {fit(program.name(), 20), Align::right},
                 {fit(rival.name(), 20), Align::right},
                 {"contrast", Align::right}},
                {}};
    for (std::size_t i = 0; i < std::min<std::size_t>(6, one.typical.size()); ++i) {
      const judge::DivergingFeature& feature = one.typical[i];
      sheet.rows.push_back({feature.feature.name, value_of(feature.feature, feature.mean_a),
                            value_of(feature.feature, feature.mean_b), fmt::format("{:+.2f} sd", feature.contrast)});
    }
    panel.items.emplace_back(std::move(sheet));
  }
  if (!contrast.divergences.empty()) {
    const bool dearer = contrast.extra_cost.low > 0;
    const bool cheaper = contrast.extra_cost.high < 0;
    panel.items.emplace_back(Statement{
        fmt::format("each answer as {}'s costs {} more, in what {} counts (mean, 95 % interval)", rival.name(),
                    format_difference(contrast.extra_cost, number_dimension), objective_name(domain)),
        dearer    ? Tone::good
        : cheaper ? Tone::bad
                  : Tone::level,
        "afterwards"});
  }
  return panel;
}

}  // namespace syswright::app
