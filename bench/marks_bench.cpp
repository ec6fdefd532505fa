#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "optimize/search.h"

// What a search of marks reaches on functions whose optimum is 0, and what it takes beside the evaluations: the counter
// `loss` is the median over ten seeds. Arguments: evaluations; 0 CMA-ES, 1 Bayesian optimisation.
namespace {

using namespace syswright::optimize;
using Numbers = std::vector<double>;

struct Function {
  std::string text;
  double (*loss)(const Numbers&);
};

std::string marks(int count, const std::string& range, const std::string& start) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "x" + std::to_string(i) + " = " + start + " # @tune(" + range + ")\n";
  return text;
}

double sphere(const Numbers& x) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += std::pow(x[i] - 1.1 - 0.3 * static_cast<double>(i), 2);
  return sum;
}

double rosenbrock(const Numbers& x) {
  double sum = 0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    sum += 100 * std::pow(x[i + 1] - x[i] * x[i], 2) + std::pow(1 - x[i], 2);
  }
  return sum;
}

double branin(const Numbers& x) {
  const double pi = std::numbers::pi;
  return std::pow(x[1] - 5.1 / (4 * pi * pi) * x[0] * x[0] + 5 / pi * x[0] - 6, 2) +
         10 * (1 - 1 / (8 * pi)) * std::cos(x[0]) + 10 - 0.397887;
}

double ackley(const Numbers& x) {
  double squares = 0;
  double waves = 0;
  const auto n = static_cast<double>(x.size());
  for (const double value : x) {
    squares += (value - 0.7) * (value - 0.7);
    waves += std::cos(2 * std::numbers::pi * (value - 0.7));
  }
  return -20 * std::exp(-0.2 * std::sqrt(squares / n)) - std::exp(waves / n) + 20 + std::numbers::e;
}

/// A logarithm, a whole number, a choice of four, and a number whose best place depends on the choice.
double mixed(const Numbers& x) {
  const bool right = x[2] == 3;
  return std::pow(std::log10(x[0]) + 2, 2) + 0.02 * std::pow(x[1] - 23, 2) + (right ? 0 : 1 + 0.3 * x[2]) +
         2 * std::pow(x[3] - 0.3 * (right ? 1 : 2), 2);
}

Numbers read(const std::string& text) {
  Numbers numbers;
  for (std::size_t at = text.find("= "); at != text.npos; at = text.find("= ", at + 2)) {
    numbers.push_back(std::stod(text.substr(at + 2)));
  }
  return numbers;
}

double found(const Function& function, std::uint64_t evaluations, std::uint64_t seed, Source source) {
  const Artifact artifact(function.text, "marks");
  const Task task{.artifact = artifact,
                  .train = {Instance{}},
                  .measure =
                      [&](std::span<const Trial> trials, const std::stop_token&) {
                        std::vector<Measurement> measurements(trials.size());
                        for (std::size_t i = 0; i < trials.size(); ++i) {
                          measurements[i].score = function.loss(read(*trials[i].text));
                        }
                        return measurements;
                      },
                  .direction = Direction::minimise,
                  .evaluations = evaluations,
                  .seed = seed,
                  .source = source};
  const Outcome outcome = search(task);
  if (outcome.spent > evaluations || outcome.best.train.loss < -1e-6) throw std::runtime_error("wrong answer");
  return outcome.best.train.loss;
}

void search_marks(benchmark::State& state, const Function& function) {
  constexpr std::uint64_t seeds = 10;
  const Source source = state.range(1) == 0 ? Source::cma : Source::bayes;
  const auto evaluations = static_cast<std::uint64_t>(state.range(0));
  for (auto _ : state) {
    Numbers losses;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) losses.push_back(found(function, evaluations, seed, source));
    std::sort(losses.begin(), losses.end());
    state.counters["loss"] = (losses[seeds / 2 - 1] + losses[seeds / 2]) / 2;
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(seeds * evaluations));
}

void budgets(benchmark::internal::Benchmark* bench) {
  bench->ArgsProduct({{20, 50, 120}, {0, 1}})->Iterations(1)->Unit(benchmark::kMillisecond);
}

BENCHMARK_CAPTURE(search_marks, sphere_6, Function{marks(6, "-5, 5", "-3"), sphere})->Apply(budgets);
BENCHMARK_CAPTURE(search_marks, rosenbrock_4, Function{marks(4, "-2, 2", "-1"), rosenbrock})->Apply(budgets);
BENCHMARK_CAPTURE(search_marks, branin, Function{"x = 0.5 # @tune(-5, 10)\ny = 1.5 # @tune(0, 15)\n", branin})
    ->Apply(budgets);
BENCHMARK_CAPTURE(search_marks, ackley_6, Function{marks(6, "-5, 5", "-3"), ackley})->Apply(budgets);
BENCHMARK_CAPTURE(search_marks, mixed_4,
                  Function{"a = 1 # @tune(0.00001, 10, log)\nn = 3 # @tune(1, 64, int)\n"
                           "k = 0 # @choose(0, 1, 2, 3)\nw = 0.9 # @tune(0, 1)\n",
                           mixed})
    ->Apply(budgets);

}  // namespace
