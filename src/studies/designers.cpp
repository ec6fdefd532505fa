#include "studies/designers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/intervals.h"
#include "base/text.h"
#include "domain/aggregate.h"
#include "policy/compile.h"
#include "studies/budget.h"

namespace syswright::studies {
namespace {

/// A difference of the means by less than this share is none that matters.
constexpr double margin = 0.01;

/// A domain's workload in this study.
struct Setting {
  std::string domain;
  std::map<std::string, std::string> options;
  std::string budget;  ///< of one search, by default
};

const std::vector<Setting>& settings() {
  static const std::vector<Setting> all{
      {"cache", {{"size", "1%"}}, "100evals"},
      {"spot", {}, "1000evals"},
      {"llm_serving", {{"generate", "sharegpt duration=60s"}, {"seeds", "4"}}, "300evals"},
      {"model_placement", {}, "2000evals"},
  };
  return all;
}

class Designers final : public Study {
 public:
  const std::string& name() const override { return name_; }
  const std::string& claim() const override { return claim_; }
  const std::string& source() const override { return source_; }
  std::span<const Option> options() const override { return options_; }
  Result run(const StudyContext& context) const override;

 private:
  std::string name_ = "designers";
  std::string claim_ =
      "At equal evaluations the portfolio, and the researcher, are at least as good as the best single designer on the "
      "held-out part of cache, spot, llm_serving and model_placement";
  std::string source_ = "Syswright's own claim";
  std::vector<Option> options_{
      {"domains", "cache,spot,llm_serving,model_placement", "domains, of these", true},
      {"seeds", "1,2,3,4,5", "seeds of the search", true},
      {"budget", "", "of each search in evaluations, '500evals'; without it, one for each domain"},
      {"designers", "", "names; without them, all that need no language model", true},
      {"start", "",
       "'exemplars': every designer starts from the domain's known heuristics, as the researcher does anyway"},
  };
};

/// What a designer's policies reached. [seeds][scenarios], in the sign in which lower is better.
using Losses = std::vector<std::vector<double>>;

/// Searches of one domain.
struct Field {
  std::vector<std::string> designers;
  std::vector<Losses> losses;  // [designers]
  std::string metric;
  double sign = 1;
  bool complete = true;
};

struct Plan {
  std::vector<Setting> settings;
  std::vector<std::uint64_t> seeds;
  std::vector<std::string> designers;
  bool from_exemplars = false;
};

Plan plan_of(const Study& study, const StudyContext& context) {
  Plan plan;
  const std::string budget = option_value(study, context, "budget");
  if (!budget.empty() && !parse_budget(budget, "--budget").evaluations) {
    throw InputError("--budget '" + budget + "': designers are compared at equal evaluations; give '500evals'");
  }
  for (const std::string& domain : split_list(option_value(study, context, "domains"), "--domains")) {
    const auto found = std::find_if(settings().begin(), settings().end(),
                                    [&](const Setting& setting) { return setting.domain == domain; });
    if (found == settings().end()) {
      throw InputError("--domains: the study has no '" + domain +
                       "'; it has cache, spot, llm_serving, model_placement");
    }
    plan.settings.push_back(*found);
    if (!budget.empty()) plan.settings.back().budget = budget;
  }
  for (const std::string& seed : split_list(option_value(study, context, "seeds"), "--seeds")) {
    plan.seeds.push_back(parse_count(seed, "--seeds"));
  }
  const std::string start = option_value(study, context, "start");
  if (!start.empty() && start != "exemplars") throw InputError("--start '" + start + "': give 'exemplars', or nothing");
  plan.from_exemplars = !start.empty();
  const std::string designers = option_value(study, context, "designers");
  if (!designers.empty()) {
    plan.designers = split_list(designers, "--designers");
    for (const std::string& name : plan.designers) context.designers.find(name);
    return plan;
  }
  for (const auto& designer : context.designers.items()) {
    if (!designer->needs_chat()) plan.designers.push_back(designer->name());
  }
  return plan;
}

/// The designers that are compared with the best of the others.
bool is_challenger(const std::string& designer) { return designer == "portfolio" || designer == "researcher"; }

class Run {
 public:
  Run(const StudyContext& context, const Plan& plan)
      : context_(context),
        plan_(plan),
        searches_(static_cast<double>(plan.settings.size() * plan.seeds.size() * plan.designers.size())) {}

  Field field(const Setting& setting) {
    const Domain& domain = context_.domains.find(setting.domain);
    const Suite suite = domain.open({.options = setting.options})->suite();
    Field field{.designers = plan_.designers, .losses = {}, .metric = domain.metrics().front().name};
    field.sign = domain.metrics().front().lower_is_better ? 1 : -1;
    for (const std::string& designer : plan_.designers) {
      Losses& losses = field.losses.emplace_back();
      for (const std::uint64_t seed : plan_.seeds) {
        losses.push_back(search(domain, suite, setting, designer, seed));
        if (losses.back().empty()) field.complete = false;
        if (!field.complete) return field;
      }
    }
    return field;
  }

 private:
  /// [held-out scenarios]; empty if a stop was asked for.
  std::vector<double> search(const Domain& domain, const Suite& suite, const Setting& setting,
                             const std::string& designer, std::uint64_t seed) {
    Evaluator& evaluator = context_.evaluator(domain);
    design::Task task{.domain = domain,
                      .train = suite.train,
                      .validation = suite.validation,
                      .evaluator = evaluator,
                      .budget = parse_budget(setting.budget, "--budget"),
                      .seed = seed};
    task.stop = context_.stop;
    for (const std::string& text : domain.exemplars()) {
      if (!plan_.from_exemplars) break;
      task.seeds.push_back(policy::compile(text, "exemplar", std::vector{domain.signature()}));
    }
    task.progress = [&](const design::Progress& progress) {
      if (!context_.progress) return;
      context_.progress((done_ + progress.fraction) / searches_,
                        fmt::format("{}, {}, seed {}: {}", domain.name(), designer, seed, progress.note));
    };
    const design::Outcome outcome = context_.designers.find(designer).design(task);
    done_ += 1;
    if (outcome.stopped) return {};
    std::vector<Job> jobs;
    for (const ScenarioPtr& scenario : suite.test) jobs.push_back({Policy::of(outcome.best), scenario});
    const bool lower = domain.metrics().front().lower_is_better;
    std::vector<double> losses;
    for (const Evaluation& evaluation : evaluator.evaluate(jobs, context_.stop)) {
      if (evaluation.status == Evaluation::Status::cancelled) return {};
      losses.push_back((lower ? 1 : -1) * objective_or_worst(evaluation, lower));
    }
    return losses;
  }

  const StudyContext& context_;
  const Plan& plan_;
  double searches_;
  double done_ = 0;
};

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// One number a seed: the mean over the scenarios of what `a` has more than `b`, as a share of the scenario's mean over
/// all of b's seeds.
std::vector<double> excess(const Losses& a, const Losses& b) {
  const std::size_t scenarios = b.front().size();
  std::vector<double> scale(scenarios, 0);
  for (const auto& row : b) {
    for (std::size_t s = 0; s < scenarios; ++s) scale[s] += std::abs(row[s]) / static_cast<double>(b.size());
  }
  std::vector<double> excess;
  for (std::size_t seed = 0; seed < a.size(); ++seed) {
    double sum = 0;
    for (std::size_t s = 0; s < scenarios; ++s) sum += (a[seed][s] - b[seed][s]) / scale[s];
    excess.push_back(sum / static_cast<double>(scenarios));
  }
  return excess;
}

/// The single designer that is best on the mean over seeds and scenarios; of these very runs, which favours it.
std::size_t best_single(const Field& field) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < field.designers.size(); ++i) {
    if (is_challenger(field.designers[i])) continue;
    if (!best || mean(excess(field.losses[i], field.losses[*best])) < 0) best = i;
  }
  if (!best) throw InputError("--designers: name a designer to compare with beside portfolio and researcher");
  return *best;
}

Figure standing(const Setting& setting, const Field& field, std::size_t place) {
  std::vector<double> objectives;
  for (const auto& row : field.losses[place]) objectives.push_back(field.sign * mean(row));
  const auto [low, high] = std::minmax_element(objectives.begin(), objectives.end());
  return {.name = fmt::format("{}: {}", setting.domain, field.designers[place]),
          .expected = "no claim",
          .ours = mean(objectives),
          .ours_text = fmt::format("{:.5g} (seeds: {:.5g} to {:.5g})", mean(objectives), *low, *high),
          .unit = "mean " + field.metric,
          .holds = true};
}

/// Holds where the mean is not above the best single designer's, or is by less than the margin with 0 in the interval.
Figure comparison(const Setting& setting, const Field& field, std::size_t challenger, std::size_t single) {
  const std::vector<double> pairs = excess(field.losses[challenger], field.losses[single]);
  const Interval interval = mean_interval(pairs, {.method = IntervalMethod::jackknife});
  const bool apart = !interval.contains(0);
  const bool holds = interval.estimate <= 0 || (!apart && interval.estimate <= margin);
  const auto worse = std::count_if(pairs.begin(), pairs.end(), [](double pair) { return pair > 0; });
  const auto better = std::count_if(pairs.begin(), pairs.end(), [](double pair) { return pair < 0; });
  return {.name = fmt::format("{}: {} against {}, the best single", setting.domain, field.designers[challenger],
                              field.designers[single]),
          .expected = "0 % or less",
          .ours = interval.estimate,
          .ours_text =
              fmt::format("{:+.2f} % ({:+.2f} to {:+.2f}), better for {}, worse for {} of {} seeds{}",
                          100 * interval.estimate, 100 * interval.low, 100 * interval.high, better, worse, pairs.size(),
                          !apart                  ? ""
                          : interval.estimate < 0 ? ": better"
                                                  : ": worse"),
          .unit = field.metric,
          .holds = holds};
}

Result Designers::run(const StudyContext& context) const {
  const Plan plan = plan_of(*this, context);
  Run run(context, plan);
  Result result;
  std::map<std::string, std::pair<std::size_t, std::size_t>> held;  // by challenger: of how many domains
  for (const Setting& setting : plan.settings) {
    const Field field = run.field(setting);
    result.complete = field.complete;
    if (!result.complete) break;
    const std::size_t single = best_single(field);
    for (std::size_t i = 0; i < field.designers.size(); ++i) result.figures.push_back(standing(setting, field, i));
    for (std::size_t i = 0; i < field.designers.size(); ++i) {
      if (!is_challenger(field.designers[i])) continue;
      result.figures.push_back(comparison(setting, field, i, single));
      auto& [holds, all] = held[field.designers[i]];
      holds += result.figures.back().holds ? 1 : 0;
      ++all;
    }
  }
  result.holds = result.complete && !held.empty() &&
                 std::all_of(result.figures.begin(), result.figures.end(), [](const Figure& f) { return f.holds; });
  for (const auto& [name, counts] : held) {
    result.verdict += fmt::format("{}{} is at least as good as the best single designer on {} of {} domains",
                                  result.verdict.empty() ? "" : "; ", name, counts.first, counts.second);
  }
  if (held.empty()) result.verdict = "neither portfolio nor researcher was among the designers";
  if (!result.complete) result.verdict += "; interrupted before the end";
  return result;
}

}  // namespace

std::unique_ptr<const Study> make_designers_study() { return std::make_unique<Designers>(); }

}  // namespace syswright::studies
