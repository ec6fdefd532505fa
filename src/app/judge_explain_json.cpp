#include "app/judge_explain_view.h"
#include "app/results.h"

namespace syswright::app {
namespace {

Json ablations_json(const judge::Ablations& ablations, const policy::Program& program) {
  Json list = Json::array();
  for (const std::size_t index : ablations.by_cost()) {
    const judge::Ablation& ablation = ablations.ablations[index];
    list.push(Json::object()
                  .set("kind", judge::to_string(ablation.edit.kind))
                  .set("term", ablation.edit.term)
                  .set("words", ablation.edit.words)
                  .set("improvement", interval_json(ablation.improvement))
                  .set("p_value", ablation.p_value)
                  .set("effect", judge::to_string(ablation.effect))
                  .set("failure", ablation.failure));
  }
  return Json::object()
      .set("objective", ablations.objective)
      .set("tolerance", ablations.tolerance)
      .set("programs", ablations.programs)
      .set("dead", json_array(ablations.dead(program)))
      .set("changes", std::move(list));
}

Json attribution_json(const judge::Attribution& attribution) {
  Json shares = Json::array();
  for (const judge::Share& share : attribution.shares) {
    shares.push(Json::object()
                    .set("part", share.player.name)
                    .set("value", share.value)
                    .set("over_blocks", interval_json(share.over_blocks))
                    .set("over_orders", interval_json(share.over_orders)));
  }
  Json scenarios = Json::array();
  for (const ScenarioPtr& scenario : attribution.scenarios) scenarios.push(scenario->label());
  return Json::object()
      .set("objective", attribution.objective)
      .set("empty_objective", attribution.empty_objective)
      .set("gain", attribution.gain)
      .set("exact", attribution.exact)
      .set("coalitions", attribution.coalitions)
      .set("programs", attribution.programs)
      .set("scenarios", std::move(scenarios))
      .set("shares", std::move(shares));
}

Json phase_json(const judge::Slices& slices, const judge::Phase& phase) {
  Json features = Json::array();
  for (const judge::PhaseFeature& unusual : phase.features) {
    features.push(Json::object()
                      .set("feature", slices.features[unusual.feature].name)
                      .set("mean", unusual.mean)
                      .set("contrast", unusual.contrast));
  }
  return Json::object()
      .set("begin", phase.begin)
      .set("end", phase.end)
      .set("blocks", phase.blocks)
      .set("objective", phase.objective)
      .set("reference_objective", phase.reference_objective)
      .set("improvement", interval_json(phase.improvement))
      .set("p_value", phase.p_value)
      .set("effect", judge::to_string(phase.effect))
      .set("features", std::move(features));
}

Json slices_json(const std::vector<judge::Slices>& slices) {
  Json list = Json::array();
  for (const judge::Slices& one : slices) {
    Json phases = Json::array();
    for (const judge::Phase& phase : one.phases) phases.push(phase_json(one, phase));
    list.push(Json::object().set("scenario", one.scenario->label()).set("phases", std::move(phases)));
  }
  return list;
}

Json distillation_json(const judge::Distillation& distillation) {
  Json front = Json::array();
  for (const judge::Distilled& step : distillation.front) {
    front.push(Json::object()
                   .set("operations", step.size)
                   .set("edits", json_array(step.edits))
                   .set("loss", step.loss)
                   .set("validation_loss", interval_json(step.validation_loss))
                   .set("verified", step.verified)
                   .set("certain", step.certain)
                   .set("failure", step.failure)
                   .set("source", policy::to_source(*step.program)));
  }
  return Json::object()
      .set("objective", distillation.objective)
      .set("validation_objective", distillation.validation_objective)
      .set("allowed", distillation.allowed)
      .set("validation_allowed", distillation.validation_allowed)
      .set("tried", distillation.tried)
      .set("chosen", distillation.chosen)
      .set("front", std::move(front));
}

Json decision_json(const judge::DecisionContrast& contrast, const policy::Signature& signature) {
  Json typical = Json::array();
  for (const judge::DivergingFeature& feature : contrast.typical) {
    typical.push(Json::object()
                     .set("feature", feature.feature.name)
                     .set("mean", feature.mean_a)
                     .set("rival_mean", feature.mean_b)
                     .set("contrast", feature.contrast));
  }
  return Json::object()
      .set("decision", signature.decisions[contrast.decision].name)
      .set("mode", contrast.mode)
      .set("foreign_mode", contrast.foreign_mode)
      .set("questions", contrast.questions)
      .set("different", contrast.different)
      .set("typical", std::move(typical));
}

Json contrast_json(const judge::Contrast& contrast, const policy::Program& program, const policy::Program& rival) {
  Json decisions = Json::array();
  for (const judge::DecisionContrast& one : contrast.decisions) {
    decisions.push(decision_json(one, program.signature()));
  }
  Json divergences = Json::array();
  for (const judge::Divergence& divergence : contrast.divergences) {
    divergences.push(Json::object()
                         .set("event", divergence.event)
                         .set("decision", program.signature().decisions[divergence.decision].name)
                         .set("candidate", divergence.candidate_a)
                         .set("rival_candidate", divergence.candidate_b)
                         .set("answer", divergence.answer_a)
                         .set("rival_answer", divergence.answer_b)
                         .set("cost", divergence.cost_a)
                         .set("rival_cost", divergence.cost_b)
                         .set("until", divergence.until));
  }
  return Json::object()
      .set("scenario", contrast.scenario->label())
      .set("rival", rival.name())
      .set("extra_cost", interval_json(contrast.extra_cost))
      .set("decisions", std::move(decisions))
      .set("divergences", std::move(divergences));
}

}  // namespace

Json explain_json(const Domain& domain, const judge::ExplainTask& task, const judge::Explanation& explanation) {
  const policy::ProgramPtr& rival = task.rival ? task.rival : task.reference.program();
  return Json::object()
      .set("objective", domain.metrics().front().name)
      .set("policy", task.program->name())
      .set("reference", task.reference.name())
      .set("ablations", ablations_json(explanation.ablations, *task.program))
      .set("attribution", attribution_json(explanation.attribution))
      .set("slices", slices_json(explanation.slices))
      .set("distillation", distillation_json(explanation.distillation))
      .set("contrast",
           explanation.contrast && rival ? contrast_json(*explanation.contrast, *task.program, *rival) : Json())
      .set("runs", explanation.runs)
      .set("events", explanation.events);
}

}  // namespace syswright::app
