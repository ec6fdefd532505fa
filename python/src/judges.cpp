#include <fmt/format.h>

#include "app/judge_audit_view.h"
#include "app/judge_views.h"
#include "base/error.h"
#include "farm/thread_farm.h"
#include "src/bindings.h"

// Judges give their findings as the JSON that the command line writes; the package reads it into dictionaries.
namespace syswright::python {
namespace {

using Scenarios = std::vector<BoundScenario>;
using Policies = std::vector<PolicyLike>;

py::list run(const Policies& named, const Scenarios& scenarios, unsigned threads) {
  const Domain& domain = domain_of(scenarios);
  const std::vector<Policy> policies = find_policies(domain, named);
  std::vector<Job> jobs;
  for (const BoundScenario& bound : scenarios) {
    for (const Policy& policy : policies) jobs.push_back({policy, bound.scenario});
  }
  const std::vector<Evaluation> evaluations =
      interruptible([&](std::stop_token stop) { return ThreadFarm(threads).evaluate(jobs, stop); });
  py::list rows;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    py::dict row;
    row["policy"] = jobs[i].policy.name();
    row["scenario"] = jobs[i].scenario->label();
    row["setting"] = jobs[i].scenario->setting();
    for (const auto& item : evaluation_dict(domain, evaluations[i])) row[item.first] = item.second;
    rows.append(row);
  }
  return rows;
}

judge::Correction correction_named(const std::string& name) {
  if (name == "holm") return judge::Correction::holm;
  if (name == "benjamini-hochberg") return judge::Correction::benjamini_hochberg;
  if (name == "none") return judge::Correction::none;
  throw InputError(fmt::format("unknown correction '{}' (there are: holm, benjamini-hochberg, none)", name));
}

std::string opinion(const char* judge, const std::string& verdict, bool holds, app::Json details) {
  return app::Json::object()
      .set("judge", judge)
      .set("verdict", verdict)
      .set("holds", holds)
      .set("details", std::move(details))
      .text();
}

std::string compare(const Policies& named, const Scenarios& scenarios, double confidence, const std::string& correction,
                    std::uint64_t seed, unsigned threads) {
  const Domain& domain = domain_of(scenarios);
  const std::vector<Policy> policies = find_policies(domain, named);
  if (policies.size() < 2) throw InputError("a comparison needs two policies or more, or 'all' baselines");
  if (!(confidence > 0.5 && confidence < 1))
    throw InputError(fmt::format("confidence {} is not in (0.5, 1)", confidence));
  const judge::Correction how = correction_named(correction);
  return interruptible([&](std::stop_token stop) {
    ThreadFarm farm(threads);
    const judge::Comparison comparison =
        judge::compare(domain, policies, bare(scenarios), farm, {.reference = 0, .seed = seed, .bounds = false}, stop);
    if (!comparison.complete) return std::string();
    const judge::PairedComparison pairs = judge::compare_pairs(
        domain, comparison, {.reference = 0, .confidence = confidence, .correction = how, .seed = seed});
    return opinion("compare", app::pairs_verdict(domain, comparison, pairs), !app::reference_beaten(pairs),
                   app::pairs_json(domain, comparison, pairs));
  });
}

std::string bound(const Policies& named, const Scenarios& scenarios, std::uint64_t seed, unsigned threads) {
  const Domain& domain = domain_of(scenarios);
  const std::vector<Policy> policies = find_policies(domain, named);
  return interruptible([&](std::stop_token stop) {
    ThreadFarm farm(threads);
    const judge::BoundResult result =
        judge::bound(domain, policies, bare(scenarios), farm, {.naive = {}, .seed = seed}, stop);
    if (!result.complete) return std::string();
    return opinion("bound", app::bound_verdict(result, policies, 0), result.sound(),
                   app::bound_json(domain, result, policies));
  });
}

std::string audit(const Policies& named, const Scenarios& scenarios, std::optional<std::uint64_t> replay,
                  unsigned threads) {
  const Domain& domain = domain_of(scenarios);
  const std::vector<Policy> policies = find_policies(domain, named);
  return interruptible([&](std::stop_token stop) {
    ThreadFarm farm(threads);
    const std::vector<judge::RunAudit> audits =
        judge::audit(domain, policies, bare(scenarios), farm,
                     {.replay_events = replay.value_or(judge::AuditOptions::all_events), .threads = threads}, stop);
    return opinion("audit", app::audit_verdict(audits), judge::summarise(audits).holds(),
                   app::audit_json(domain, audits));
  });
}

std::string certify(const BoundProgram& bound, double coverage, std::size_t boxes, bool solver, std::uint64_t seed) {
  if (bound.program->contracts().empty()) {
    throw InputError(
        fmt::format("policy '{}' states no contract: add 'ensure' to a rule, for example 'ensure output "
                    "in [0, 1];' (docs/language.md, \"Contracts\")",
                    bound.program->name()));
  }
  return interruptible([&](std::stop_token stop) {
    const judge::Certificate certificate = judge::certify(
        *bound.program, {.max_boxes = boxes, .coverage = coverage, .solver = solver, .seed = seed}, stop);
    return opinion("certify", app::certificate_verdict(certificate), !certificate.any_refuted(),
                   app::certificate_json(certificate));
  });
}

}  // namespace

void add_judges(py::module_& module) {
  module.def("run", &run, py::arg("policies"), py::arg("scenarios"), py::arg("threads"));
  module.def("compare", &compare, py::arg("policies"), py::arg("scenarios"), py::arg("confidence"),
             py::arg("correction"), py::arg("seed"), py::arg("threads"));
  module.def("bound", &bound, py::arg("policies"), py::arg("scenarios"), py::arg("seed"), py::arg("threads"));
  module.def("audit", &audit, py::arg("policies"), py::arg("scenarios"), py::arg("replay"), py::arg("threads"));
  module.def("certify", &certify, py::arg("program"), py::arg("coverage"), py::arg("boxes"), py::arg("solver"),
             py::arg("seed"));
}

}  // namespace syswright::python
