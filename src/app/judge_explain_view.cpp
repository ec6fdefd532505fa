#include "app/judge_explain_view.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/results.h"

namespace syswright::app {
namespace {

/// The part whose loss costs most, if one surely costs something.
const judge::Ablation* dearest(const judge::Ablations& ablations) {
  for (const std::size_t index : ablations.by_cost()) {
    const judge::Ablation& ablation = ablations.ablations[index];
    if (ablation.effect == judge::Effect::worse && ablation.failure.empty()) return &ablation;
  }
  return nullptr;
}

}  // namespace

std::string explain_verdict(const judge::ExplainTask& task, const judge::Explanation& explanation) {
  if (!explanation.complete) return "Interrupted: what follows is a part of the explanation.";
  std::vector<std::string> parts;
  if (const judge::Ablation* most = dearest(explanation.ablations)) {
    parts.push_back(fmt::format("what matters most is {} (changed: {})", most->edit.term, most->edit.words));
  } else {
    parts.emplace_back("no single part surely matters");
  }
  const std::vector<std::string> dead = explanation.ablations.dead(*task.program);
  parts.push_back(dead.empty() ? "no part is dead" : fmt::format("dead: {}", join(dead)));
  const judge::Distillation& distilled = explanation.distillation;
  if (!distilled.front.empty() && distilled.chosen > 0) {
    parts.push_back(fmt::format("{} operations do as well as its {} within the loss allowed",
                                distilled.front[distilled.chosen].size, distilled.front.front().size));
  }
  return fmt::format("{}: {}.", task.program->name(), join(parts, "; "));
}

std::vector<Panel> explain_panels(const Domain& domain, const judge::ExplainTask& task,
                                  const judge::Explanation& explanation) {
  std::vector<Panel> panels;
  if (explanation.ablations.complete) panels.push_back(ablations_panel(domain, explanation.ablations, *task.program));
  if (!explanation.attribution.shares.empty()) panels.push_back(attribution_panel(domain, explanation.attribution));
  if (!explanation.slices.empty()) panels.push_back(slices_panel(domain, explanation.slices, task.reference.name()));
  if (!explanation.distillation.front.empty()) {
    panels.push_back(distillation_panel(domain, explanation.distillation, !task.validation.empty()));
  }
  const policy::ProgramPtr& rival = task.rival ? task.rival : task.reference.program();
  if (explanation.contrast && rival) {
    panels.push_back(contrast_panel(domain, *explanation.contrast, *task.program, *rival));
  }
  return panels;
}

}  // namespace syswright::app
