#include "studies/leaderboard.h"

#include <fmt/format.h>

#include <cmath>

#include "base/error.h"
#include "base/text.h"
#include "policy/compile.h"
#include "studies/budget.h"
#include "studies/design_run.h"

namespace syswright::studies::leaderboard {

std::vector<Option> options(const std::string& file, std::vector<Option> more) {
  std::vector<Option> all{{"trace", "", file},
                          {"budget", "60s", "of the search for a rule: '60s', '2000evals'; 0 leaves it out"},
                          {"seed", "1", "of the search, and of the generated instances"},
                          {"designer", "evolve", "name of the designer"}};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

Trial::Trial(const Study& study, const StudyContext& context, const std::string& domain)
    : study_(study), context_(context), domain_(context.domains.find(domain)), evaluator_(context.evaluator(domain_)) {}

ScenarioPtr Trial::instances(std::map<std::string, std::string> options) const {
  const std::string trace = option("trace");
  if (trace.empty()) {
    throw InputError(fmt::format("the study '{}' needs the public instances: give --trace {}", study_.name(),
                                 study_.options()[0].doc));
  }
  return domain_.open({.workload = trace, .options = std::move(options)})->scenarios().front();
}

Evaluation Trial::audited(const std::string& method, const ScenarioPtr& scenario) const {
  DecisionLog log;
  Evaluation evaluation = scenario->evaluate(Policy::native(method), {.log = &log, .stop = context_.stop});
  if (evaluation.status == Evaluation::Status::cancelled) return evaluation;
  const Audit audit = scenario->audit(log);
  if (!audit.violations.empty()) throw Error(method + ": " + audit.violations.front());
  for (std::size_t i = 0; i < audit.metrics.size(); ++i) {
    if (std::abs(audit.metrics[i] - evaluation.metrics[i]) <= 1e-12 * std::abs(audit.metrics[i])) continue;
    throw Error(fmt::format("{}: the auditor gives {} {}", method, domain_.metrics()[i].name, audit.metrics[i]));
  }
  return evaluation;
}

Evaluation Trial::evaluated(const Policy& policy, const ScenarioPtr& scenario) const {
  const Job job{policy, scenario};
  return evaluator_.evaluate(std::span(&job, 1), context_.stop).front();
}

judge::Comparison Trial::compared(std::span<const Policy> policies, std::span<const ScenarioPtr> scenarios,
                                  std::size_t reference) const {
  return judge::compare(domain_, policies, scenarios, evaluator_, {.reference = reference}, context_.stop);
}

std::optional<Policy> Trial::designed(std::map<std::string, std::string> options) const {
  if (option("budget") == "0") return std::nullopt;
  const std::uint64_t seed = parse_count(option("seed"), "--seed");
  const Suite suite = domain_.open({.options = std::move(options), .seed = seed})->suite();
  std::vector<policy::ProgramPtr> seeds;
  for (const std::string& text : domain_.exemplars()) {
    seeds.push_back(policy::compile(text, "exemplar", std::vector{domain_.signature()}));
  }
  const DesignPlan plan{.domain = domain_,
                        .suite = suite,
                        .designer = context_.designers.find(option("designer")),
                        .budget = parse_budget(option("budget"), "--budget"),
                        .seed = seed,
                        .seeds = std::move(seeds),
                        .name = "",
                        .progress =
                            [&](const design::Progress& progress) {
                              told(0.4 + 0.6 * progress.fraction, "a rule from generated instances: " + progress.note);
                            },
                        .searched = {}};
  const DesignRun run = run_design(plan, evaluator_, context_.stop, context_.stop);
  if (run.outcome.stopped || stopped()) return std::nullopt;
  return Policy::of(run.outcome.best);
}

namespace {

/// What an audit of the run alone finds, without running the policy again.
bool refused(const Claim::Run& run, const ScenarioPtr& set) {
  if (run.scenario == nullptr || run.scenario->digest() != set->digest()) return true;
  const Audit audit = set->audit(run.log);
  if (!audit.violations.empty() || audit.metrics.size() != run.evaluation.metrics.size()) return true;
  for (std::size_t i = 0; i < audit.metrics.size(); ++i) {
    if (std::abs(audit.metrics[i] - run.evaluation.metrics[i]) > 1e-9 * std::abs(audit.metrics[i])) return true;
  }
  return false;
}

}  // namespace

Figure Trial::refused_cheats(const std::string& method, const ScenarioPtr& scenario) const {
  const std::vector<ScenarioPtr> scenarios{scenario};
  const Claim honest = honest_claim(Policy::native(method), scenarios, domain_.metrics()[0].lower_is_better);
  std::size_t planted = 0;
  std::size_t caught = 0;
  std::string believed;
  for (const Cheat& cheat : domain_.cheats()) {
    const std::optional<Claim> claim = cheat.make(honest);
    if (!claim) continue;
    ++planted;
    if (refused(claim->runs.front(), scenario)) {
      ++caught;
    } else {
      believed += (believed.empty() ? ", believed: " : ", ") + cheat.name;
    }
  }
  return {.name = "dishonest results refused",
          .expected = "all",
          .ours = static_cast<double>(caught),
          .ours_text = fmt::format("{} of {}{}", caught, planted, believed),
          .unit = "cheats",
          .holds = planted > 0 && caught == planted};
}

bool Trial::told(double fraction, const std::string& note) const {
  if (context_.progress) context_.progress(fraction, note);
  return !stopped();
}

double sum_of(const Evaluation& evaluation) {
  double sum = 0;
  for (const Block& block : evaluation.blocks) sum += block.cost;
  return sum;
}

}  // namespace syswright::studies::leaderboard
