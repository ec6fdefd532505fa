#include "studies/serving.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/text.h"
#include "policy/compile.h"
#include "studies/budget.h"
#include "studies/narrow.h"

namespace syswright::studies::serving {

std::vector<double> column(const Runs& runs, Measure measure) {
  std::vector<double> values;
  for (const Evaluation& run : runs) values.push_back(run.metrics[static_cast<std::size_t>(measure)]);
  return values;
}

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double mean(const Runs& runs, Measure measure) { return mean(column(runs, measure)); }

Interval less(const Runs& a, const Runs& b, Measure measure) {
  std::vector<double> differences = column(a, measure);
  const std::vector<double> other = column(b, measure);
  for (std::size_t i = 0; i < differences.size(); ++i) differences[i] -= other[i];
  // Few scenarios: Student's t, which does not trust them too far.
  return mean_interval(differences, {.method = IntervalMethod::jackknife});
}

std::string spoken(const Interval& interval, int digits, double scale) {
  const auto number = [&](double value) { return fmt::format("{:+.{}f}", scale * value, digits); };
  return fmt::format("{} ({} to {})", number(interval.estimate), number(interval.low), number(interval.high));
}

std::string rule_line(const policy::Program& program) {
  const std::string source = policy::to_source(program);
  const std::size_t from = source.find('{') + 1;
  std::string line;
  for (const char c : source.substr(from, source.rfind('}') - from)) {
    const bool space = c == '\n' || c == ' ';
    if (!space) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

Trial::Trial(const Study& study, const StudyContext& context)
    : study_(study),
      context_(context),
      domain_(context.domains.find("llm_serving")),
      evaluator_(context.evaluator(domain_)) {}

std::uint64_t Trial::count(const std::string& name, std::uint64_t low, std::uint64_t high) const {
  const std::uint64_t value = parse_count(option(name), "--" + name);
  if (value < low || value > high) {
    throw InputError(fmt::format("--{}: {} is not from {} to {}", name, value, low, high));
  }
  return value;
}

std::vector<ScenarioPtr> Trial::open(Options options, std::uint64_t seed, const std::string& workload,
                                     const std::string& format) const {
  return domain_.open({.workload = workload, .format = format, .options = std::move(options), .seed = seed})
      ->scenarios();
}

policy::ProgramPtr Trial::program(const std::string& text) const {
  return policy::compile(text, study_.name(), std::vector{domain_.signature()});
}

std::vector<Runs> Trial::evaluated(std::span<const Policy> policies, std::span<const ScenarioPtr> scenarios) const {
  std::vector<Job> jobs;
  for (const Policy& policy : policies) {
    for (const ScenarioPtr& scenario : scenarios) jobs.push_back({policy, scenario});
  }
  std::vector<Evaluation> all = evaluator_.evaluate(jobs, stop());
  std::vector<Runs> runs(policies.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].status == Evaluation::Status::failed) {
      throw Error(fmt::format("{} on {}: {}", jobs[i].policy.name(), jobs[i].scenario->label(), all[i].failure));
    }
    all[i].metrics.resize(llm_serving::measure_count);
    runs[i / scenarios.size()].push_back(std::move(all[i]));
  }
  return runs;
}

Runs Trial::evaluated(const Policy& policy, std::span<const ScenarioPtr> scenarios) const {
  return evaluated(std::span(&policy, 1), scenarios).front();
}

policy::ProgramPtr Trial::designed(const Search& search) const {
  const std::string budget = search.budget.empty() ? option("budget") : search.budget;
  if (budget == "0" || stopped()) return nullptr;
  const NarrowDomain domain(domain_, search.decisions, Miniatures::none);
  const auto narrowed = [&](std::vector<ScenarioPtr> scenarios) {
    for (ScenarioPtr& scenario : scenarios) scenario = domain.narrowed(std::move(scenario));
    return scenarios;
  };
  design::Task task{.domain = domain,
                    .train = narrowed(search.train),
                    .validation = narrowed(search.validation),
                    .evaluator = evaluator_,
                    .budget = parse_budget(budget, "--budget"),
                    .seed = search.seed ? *search.seed : parse_count(option("seed"), "--seed"),
                    .seeds = {},
                    .progress =
                        [&](const design::Progress& at) {
                          told(search.told_from + (search.told_to - search.told_from) * at.fraction,
                               search.name + ": " + at.note);
                        },
                    .stop = stop()};
  if (search.from_exemplars) {
    for (const std::string& text : domain.exemplars()) {
      task.seeds.push_back(policy::compile(text, "exemplar", std::vector{domain.signature()}));
    }
  }
  const design::Outcome outcome =
      context_.designers.find(search.designer.empty() ? option("designer") : search.designer).design(task);
  if (outcome.stopped || stopped()) return nullptr;
  return domain.widened(outcome.best)->renamed(search.name);
}

bool Trial::told(double fraction, const std::string& note) const {
  if (context_.progress) context_.progress(fraction, note);
  return !stopped();
}

std::vector<Option> with_search(std::vector<Option> own, const std::string& budget) {
  own.push_back({"budget", budget, "of each search: '60s', '2000evals'; 0 searches nothing"});
  own.push_back({"seed", "1", "of the search"});
  own.push_back({"designer", "evolve", "name of the designer"});
  return own;
}

}  // namespace syswright::studies::serving
