#include "studies/skypilot.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/error.h"
#include "base/file.h"
#include "base/intervals.h"
#include "base/text.h"
#include "domains/broker/solver.h"

namespace syswright::studies {
namespace {

using namespace broker;

/// Of the programmes, against the size of a result.
constexpr double agreement = 1e-6;
/// Milliseconds. A minute is what starting the first instance takes.
constexpr double a_second = 1'000;
constexpr double a_minute = 60'000;

class SkyPilot final : public Study {
 public:
  const std::string& name() const override { return name_; }
  const std::string& claim() const override { return claim_; }
  const std::string& source() const override { return source_; }
  std::span<const Option> options() const override { return options_; }
  Result run(const StudyContext& context) const override;

 private:
  std::string name_ = "skypilot";
  std::string claim_ =
      "A broker can place a job's tasks at the least cost, or for the soonest end, in less time than an instance takes "
      "to "
      "start: a dynamic programme on chains finds what an integer programme does, branch and bound the same on DAGs, "
      "and both do better than each task's own best offer";
  std::string source_ = "Yang et al., SkyPilot, NSDI 2023, section 4.2 (its methods; the jobs are generated here)";
  std::vector<Option> options_{
      {"jobs", "40", "jobs of each shape, 3 to 1,000"},
      {"tasks", "20", "tasks of a job at most, 3 to 40"},
      {"seed", "1", "of the jobs"},
      {"egress", "", "csv of prices a GB, such as cloudcast's cost.csv; empty: the built-in ones"},
  };
};

struct Timed {
  Solution solution;
  double ms = 0;
};

template <typename Solver>
Timed timed(Solver solver) {
  const auto before = std::chrono::steady_clock::now();
  Timed result{solver(), 0};
  result.ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - before).count();
  return result;
}

/// What was measured of the jobs of one shape under one objective.
struct Measured {
  std::vector<double> first_ms;      ///< dynamic programme or branch and bound
  std::vector<double> programme_ms;  ///< CBC
  std::size_t compared = 0;
  double worst_difference = 0;  ///< relative, of those that both proved
  std::vector<double> best;     ///< totals
  std::vector<double> naive;    ///< of each task's own best offer
};

/// The bill of each task's own best offer, moving data ignored in the choice.
double naive_total(const Instance& job) {
  Plan plan;
  for (std::size_t task = 0; task < job.tasks.size(); ++task) {
    const auto own = [&](std::size_t candidate) {
      return Bill{job.tables->choices[task][candidate].rent, 0, job.tasks[task].candidates[candidate].hours}.total(
          job.objective);
    };
    std::uint32_t best = 0;
    for (std::uint32_t c = 1; c < job.tasks[task].candidates.size(); ++c) {
      if (own(c) < own(best)) best = c;
    }
    plan.push_back(best);
  }
  return bill_of(job, plan).total(job.objective);
}

void measure(const Instance& job, const StudyContext& context, Measured& measured) {
  const SolverOptions options{20'000, context.stop};
  const Reduced problem({&job, {}, {}, {}});
  const Timed first = timed([&] {
    std::optional<Solution> chain = solve_chain(problem);
    return chain ? *chain : branch_and_bound(problem, options);
  });
  const Timed programme = timed([&] { return solve_by_cbc(problem, options); });
  measured.first_ms.push_back(first.ms);
  measured.programme_ms.push_back(programme.ms);
  if (first.solution.proved && programme.solution.proved) {
    ++measured.compared;
    const double difference = std::abs(first.solution.total - programme.solution.total) / programme.solution.total;
    measured.worst_difference = std::max(measured.worst_difference, difference);
  }
  measured.best.push_back(std::min(first.solution.total, programme.solution.total));
  measured.naive.push_back(naive_total(job));
}

std::string milliseconds(std::vector<double> all) {
  std::sort(all.begin(), all.end());
  return fmt::format("median {:.4g} ms, longest {:.4g} ms", all[all.size() / 2], all.back());
}

Figure agreement_figure(const std::string& of, const std::string& whom, const Measured& measured) {
  return {.name = of + ": " + whom + " against CBC, largest difference",
          .expected = fmt::format("0, to {:g}", agreement),
          .ours = measured.worst_difference,
          .ours_text = fmt::format("{:.2g} over {} of {} jobs that both proved", measured.worst_difference,
                                   measured.compared, measured.best.size()),
          .unit = "of the bill",
          .holds = measured.compared > 0 && measured.worst_difference <= agreement};
}

Figure time_figure(const std::string& of, const std::string& whom, const std::vector<double>& ms, double limit) {
  const double longest = *std::max_element(ms.begin(), ms.end());
  return {.name = of + ": " + whom,
          .expected = "at most " + with_thousands(static_cast<std::uint64_t>(limit)),
          .ours = longest,
          .ours_text = milliseconds(ms),
          .unit = "ms a job",
          .holds = longest <= limit};
}

Figure saving_figure(const std::string& of, const Measured& measured) {
  std::vector<double> weights = measured.naive;
  std::vector<double> saved;
  for (std::size_t i = 0; i < weights.size(); ++i) saved.push_back(measured.naive[i] - measured.best[i]);
  const Interval interval = ratio_interval({saved, weights});
  return {.name = of + ": saved against each task's own best",
          .expected = "above 0",
          .ours = interval.estimate,
          .ours_text = fmt::format("{:.1f}% ({:.1f}% to {:.1f}%)", 100 * interval.estimate, 100 * interval.low,
                                   100 * interval.high),
          .unit = "of the bill",
          .holds = interval.low > 0};
}

struct Part {
  std::string name;
  Shape shape;
  Objective objective;
};

const std::vector<Part>& parts() {
  static const std::vector<Part> all{{"chains, cost", Shape::chain, {true, 0}},
                                     {"chains, time", Shape::chain, {false, 1}},
                                     {"DAGs, cost", Shape::dag, {true, 0}},
                                     {"DAGs, time", Shape::dag, {false, 1}}};
  return all;
}

void add_figures(const Part& part, const Measured& measured, Result& result) {
  const std::string first = part.shape == Shape::chain ? "dynamic programme" : "branch and bound";
  result.figures.push_back(agreement_figure(part.name, first, measured));
  result.figures.push_back(time_figure(part.name, first, measured.first_ms, a_second));
  result.figures.push_back(time_figure(part.name, "integer programme (CBC)", measured.programme_ms, a_minute));
  result.figures.push_back(saving_figure(part.name, measured));
}

std::uint64_t count_option(const Study& study, const StudyContext& context, const char* name, std::uint64_t low,
                           std::uint64_t high) {
  const std::uint64_t value = parse_count(option_value(study, context, name), name);
  if (value < low || value > high) throw InputError(fmt::format("{} {} is not from {} to {}", name, value, low, high));
  return value;
}

Result SkyPilot::run(const StudyContext& context) const {
  const std::uint64_t jobs = count_option(*this, context, "jobs", 3, 1'000);
  const std::uint64_t tasks = count_option(*this, context, "tasks", 3, 40);
  const std::uint64_t seed = parse_count(option_value(*this, context, "seed"), "seed");
  auto market = std::make_shared<Catalogue>(built_in_catalogue());
  if (const std::string egress = option_value(*this, context, "egress"); !egress.empty()) {
    read_egress(read_file(egress), egress, *market);
  }
  Result result;
  for (std::size_t p = 0; p < parts().size(); ++p) {
    const Part& part = parts()[p];
    Measured measured;
    for (std::uint64_t i = 0; i < jobs && !context.stop.stop_requested(); ++i) {
      if (context.progress) {
        context.progress((static_cast<double>(p) + static_cast<double>(i) / static_cast<double>(jobs)) /
                             static_cast<double>(parts().size()),
                         part.name);
      }
      Instance job = generate({.seed = seed, .number = i, .shape = part.shape, .most_tasks = tasks}, market);
      job.objective = part.objective;
      measure(job, context, measured);
    }
    if (context.stop.stop_requested()) {
      result.complete = false;
      break;
    }
    add_figures(part, measured, result);
  }
  const auto held =
      std::count_if(result.figures.begin(), result.figures.end(), [](const Figure& figure) { return figure.holds; });
  result.holds = result.complete && static_cast<std::size_t>(held) == result.figures.size();
  result.verdict = fmt::format("{} of {} figures hold{}", held, result.figures.size(),
                               result.complete ? "" : "; interrupted before the end");
  return result;
}

}  // namespace

std::unique_ptr<const Study> make_skypilot_study() { return std::make_unique<SkyPilot>(); }

}  // namespace syswright::studies
