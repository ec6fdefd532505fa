// What the policy language costs: from text to native code, and one evaluation by each engine beside the same rule
// written by hand in C++. Each benchmark checks its answers before it times them.
#include <benchmark/benchmark.h>

#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/random.h"
#include "policy/compile.h"
#include "policy/jit.h"
#include "policy/semantics.h"

namespace syswright::policy {
namespace {

constexpr std::size_t candidates = 64;

Feature feature(const char* name, Dimension dimension, Scope scope = Scope::candidate) {
  return {.name = name, .scope = scope, .dimension = dimension};
}

std::shared_ptr<const Signature> cache_signature() {
  auto signature = std::make_shared<Signature>();
  signature->domain = "cache";
  Decision evict{.name = "evict"};
  evict.features = {feature("hits", number_dimension), feature("age", time_dimension),
                    feature("size", bytes_dimension),  feature("resident", time_dimension),
                    feature("gap", time_dimension),    feature("typical_age", time_dimension, Scope::global)};
  signature->decisions = {evict};
  return signature;
}

/// 37 nodes, as searches and people write them: arithmetic, comparisons, extrema, a choice, a root.
constexpr std::string_view arithmetic_rule = R"(policy typical for cache {
  rank evict(hits, age, size, resident, gap, typical_age) {
    let heat = hits / max(resident, 1s);
    let staleness = age / (gap + typical_age * 0.25 + 1s);
    let cost = sqrt(size / 1KiB + 1);
    let young = resident < typical_age * 2;
    let worth = young ? heat * 1s * 3 + 0.5 : heat * 1s - staleness * 0.1;
    return min(worth, 1000) / cost - staleness * 0.01;
  }
})";
constexpr std::string_view logarithm_rule = R"(policy logarithms for cache {
  rank evict(hits, age, size) { return log(1 + hits) - log(1 + age / 1s) * 0.7 - 0.1 * log(size / 1B + 1); }
})";

double arithmetic_by_hand(double hits, double age, double size, double resident, double gap, double typical_age) {
  namespace s = semantics;
  const double heat = s::divide(hits, s::maximum(resident, 1));
  const double staleness = s::divide(age, s::add(s::add(gap, typical_age * 0.25), 1));
  const double cost = s::square_root(s::add(size / 1024, 1));
  const double worth =
      resident < s::multiply(typical_age, 2) ? s::add(s::multiply(heat, 3), 0.5) : s::subtract(heat, staleness * 0.1);
  return s::subtract(s::divide(s::minimum(worth, 1000), cost), staleness * 0.01);
}

ProgramPtr compiled(std::string_view text) {
  static const std::vector<std::shared_ptr<const Signature>> signatures{cache_signature()};
  return compile(text, "bench.pol", signatures);
}

/// 64 candidates, as columns and one by one.
struct Data {
  explicit Data(const Rule& measured) : rule(measured), columns(rule.inputs.size() - rule.global_inputs) {
    Random random(1, "policy bench");
    for (std::size_t i = 0; i < rule.global_inputs; ++i) globals.push_back(random.exponential(0.01));
    for (auto& column : columns) {
      for (std::size_t i = 0; i < candidates; ++i) column.push_back(random.exponential(0.01));
    }
    for (const auto& column : columns) pointers.push_back(column.data());
    for (std::size_t i = 0; i < candidates; ++i) {
      std::vector<double>& question = questions.emplace_back(globals);
      for (const auto& column : columns) question.push_back(column[i]);
    }
  }
  bool agrees(const std::vector<double>& answers) const {
    for (std::size_t i = 0; i < candidates; ++i) {
      const double expected = interpret(rule, questions[i]);
      if (std::memcmp(&expected, &answers[i], sizeof expected) != 0) return false;
    }
    return true;
  }
  const Rule& rule;
  std::vector<double> globals;
  std::vector<std::vector<double>> columns;
  std::vector<const double*> pointers;
  std::vector<std::vector<double>> questions;
};

void finish(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(candidates));
}

template <typename Answer>
void evaluate(benchmark::State& state, const Rule& rule, Answer answer) {
  const Data data(rule);
  std::vector<double> answers(candidates);
  answer(data, answers);
  if (!data.agrees(answers)) return state.SkipWithError("the answers differ from the interpreter's");
  for (auto _ : state) {
    answer(data, answers);
    benchmark::DoNotOptimize(answers.data());
    benchmark::ClobberMemory();
  }
  finish(state);
}

void interpreter(benchmark::State& state, std::string_view text) {
  const auto program = compiled(text);
  evaluate(state, program->rules()[0], [&](const Data& data, std::vector<double>& answers) {
    for (std::size_t i = 0; i < candidates; ++i) answers[i] = interpret(program->rules()[0], data.questions[i]);
  });
}

void scalar(benchmark::State& state, std::string_view text) {
  const auto program = compiled(text);
  const auto native = jit_compile(*program);
  evaluate(state, program->rules()[0], [&](const Data& data, std::vector<double>& answers) {
    for (std::size_t i = 0; i < candidates; ++i) answers[i] = native->rules()[0].scalar(data.questions[i].data());
  });
}

void batch(benchmark::State& state, std::string_view text) {
  const auto program = compiled(text);
  const auto native = jit_compile(*program);
  evaluate(state, program->rules()[0], [&](const Data& data, std::vector<double>& answers) {
    native->rules()[0].batch(data.globals.data(), data.pointers.data(), answers.data(), candidates);
  });
}

/// What a C++ programmer would write, over the same columns; the compiler vectorises it if it can.
void by_hand(benchmark::State& state) {
  const auto program = compiled(arithmetic_rule);
  evaluate(state, program->rules()[0], [&](const Data& data, std::vector<double>& answers) {
    const double typical_age = data.globals[0];
    const auto* columns = data.pointers.data();
    for (std::size_t i = 0; i < candidates; ++i)
      answers[i] =
          arithmetic_by_hand(columns[0][i], columns[1][i], columns[2][i], columns[3][i], columns[4][i], typical_age);
  });
}

void parse(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(compiled(arithmetic_rule));
  state.counters["nodes"] = static_cast<double>(compiled(arithmetic_rule)->size());
}

void parse_to_callable(benchmark::State& state, JitParts parts) {
  for (auto _ : state) benchmark::DoNotOptimize(jit_compile(*compiled(arithmetic_rule), parts));
}

BENCHMARK(parse)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(parse_to_callable, both, JitParts::both)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(parse_to_callable, scalar, JitParts::scalar)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(parse_to_callable, batch, JitParts::batch)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(interpreter, arithmetic, arithmetic_rule);
BENCHMARK_CAPTURE(scalar, arithmetic, arithmetic_rule);
BENCHMARK_CAPTURE(batch, arithmetic, arithmetic_rule);
BENCHMARK(by_hand);
BENCHMARK_CAPTURE(interpreter, logarithms, logarithm_rule);
BENCHMARK_CAPTURE(scalar, logarithms, logarithm_rule);
BENCHMARK_CAPTURE(batch, logarithms, logarithm_rule);

}  // namespace
}  // namespace syswright::policy
