#include "judge/explain/explain.h"

#include "base/error.h"

namespace syswright::judge {
namespace {

/// Contrasts with whoever is there, or says why not.
void contrast_with_rival(const Ground& ground, const ExplainTask& task, const ExplainOptions& options,
                         Explanation& explanation) {
  const policy::ProgramPtr rival = task.rival ? task.rival : task.reference.program();
  if (rival == nullptr) {
    explanation.no_contrast =
        "'" + task.reference.name() + "' is native: only programs can be asked the same questions";
  } else if (rival->digest() == task.program->digest()) {
    explanation.no_contrast = "'" + rival->name() + "' is the same program";
  } else {
    ContrastOptions chosen = options.contrast;
    chosen.seed = ground.seed;
    chosen.stop = ground.stop;
    try {
      explanation.contrast = contrast(ground.scenarios.front(), task.program, rival, chosen);
    } catch (const InputError& error) {
      if (task.rival) throw;  // was asked for by name
      explanation.no_contrast = error.what();
    }
  }
}

}  // namespace

Explanation explain(const Ground& ground, const ExplainTask& task, const ExplainOptions& options) {
  Experiments experiments(ground);
  Ground held_out = ground;
  if (!task.validation.empty()) held_out.scenarios = task.validation;
  Experiments validation(held_out);
  Explanation result;
  const auto part = [&](std::string_view name, auto&& work) {
    if (ground.stop.stop_requested()) result.complete = false;
    if (!result.complete) return;
    if (options.began) options.began(name);
    result.complete = work();
  };
  part("ablate", [&] {
    result.ablations = ablate(experiments, task.program, options.ablate);
    return result.ablations.complete;
  });
  part("slice", [&] {
    result.slices = slice(experiments, task.program, task.reference, options.slice);
    for (const Slices& slices : result.slices) {
      if (!slices.complete) return false;
    }
    return true;
  });
  part("contrast", [&] {
    contrast_with_rival(ground, task, options, result);
    return !result.contrast || result.contrast->complete;
  });
  part("attribute", [&] {
    result.attribution = attribute(experiments, task.program, options.shapley);
    return result.attribution.complete;
  });
  part("distil", [&] {
    result.distillation = distil(experiments, validation, task.program, &task.reference, options.distil);
    return result.distillation.complete;
  });
  result.runs = experiments.runs() + validation.runs();
  result.events = experiments.events() + validation.events();
  return result;
}

}  // namespace syswright::judge
