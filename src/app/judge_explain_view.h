#pragma once

#include <string>
#include <vector>

#include "app/json.h"
#include "app/panel.h"
#include "domain/domain.h"
#include "judge/explain/explain.h"

/// An explanation as people and programs read it. `task` is what was explained.
namespace syswright::app {

std::string explain_verdict(const judge::ExplainTask& task, const judge::Explanation& explanation);
/// One panel for each part: terms, shares of the gain, phases, the shorter program, the decisions that differ.
std::vector<Panel> explain_panels(const Domain& domain, const judge::ExplainTask& task,
                                  const judge::Explanation& explanation);
Json explain_json(const Domain& domain, const judge::ExplainTask& task, const judge::Explanation& explanation);

// Its parts (judge_explain_parts.cpp).
Panel ablations_panel(const Domain& domain, const judge::Ablations& ablations, const policy::Program& program);
Panel attribution_panel(const Domain& domain, const judge::Attribution& attribution);
Panel slices_panel(const Domain& domain, const std::vector<judge::Slices>& slices, const std::string& reference);
Panel distillation_panel(const Domain& domain, const judge::Distillation& distillation, bool verified_elsewhere);
Panel contrast_panel(const Domain& domain, const judge::Contrast& contrast, const policy::Program& program,
                     const policy::Program& rival);

}  // namespace syswright::app
