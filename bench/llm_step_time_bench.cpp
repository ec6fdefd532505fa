#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/random.h"
#include "domains/llm_serving/step_time_factory.h"

// One question for the time of a step, as an engine asks it. Measured tables need SYSWRIGHT_DATA; each step time is
// first asked twice for the same steps and compared.
namespace {

using namespace syswright;
using namespace syswright::llm_serving;

enum class Steps { decode, mixed };

std::vector<StepShape> shapes_of(Steps steps) {
  Random random(1, "bench shapes");
  std::vector<StepShape> shapes;
  for (int i = 0; i < 1024; ++i) {
    StepShape shape;
    shape.decodes = shape.decode_tokens = shape.sampled = 2 + static_cast<std::uint32_t>(random.below(127));
    shape.decode_kv_min = 16 + static_cast<std::uint32_t>(random.below(500));
    shape.decode_kv_max = shape.decode_kv_min + 1 + static_cast<std::uint32_t>(random.below(4000));
    shape.decode_kv_mean = random.uniform(shape.decode_kv_min, shape.decode_kv_max);
    if (steps == Steps::mixed) {
      shape.prefill_tokens = 1 + static_cast<std::uint32_t>(random.below(1900));
      shape.prefills = 1;
      shape.prefill_past = static_cast<double>(random.below(4000));
    }
    shapes.push_back(shape);
  }
  return shapes;
}

double sum_of(const StepTime& step, const std::vector<StepShape>& shapes) {
  double sum = 0;
  for (const StepShape& shape : shapes) sum += step.seconds(shape);
  return sum;
}

void ask(benchmark::State& state, const char* hardware, const char* model, Steps steps) {
  StepTimeSpec spec;
  spec.hardware = hardware;
  spec.model = model;
  if (spec.hardware == "measured") {
    const char* root = std::getenv("SYSWRIGHT_DATA");
    if (root == nullptr) return state.SkipWithError("SYSWRIGHT_DATA is not set");
    spec.hardware = std::string("measured:") + root + "/llm/llmservingsim_rtxpro6000_llama3.1-8b";
  }
  const StepTimePtr step = make_step_time(spec);
  const std::vector<StepShape> shapes = shapes_of(steps);
  const double sum = sum_of(*step, shapes);
  if (!(sum > 0) || sum != sum_of(*make_step_time(spec), shapes)) throw std::runtime_error("the times differ");
  for (auto _ : state) benchmark::DoNotOptimize(sum_of(*step, shapes));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(shapes.size()));
}
BENCHMARK_CAPTURE(ask, measured_decode, "measured", "", Steps::decode);
BENCHMARK_CAPTURE(ask, measured_mixed, "measured", "", Steps::mixed);
BENCHMARK_CAPTURE(ask, roofline_decode, "H100", "Llama-3.1-8B", Steps::decode);
BENCHMARK_CAPTURE(ask, roofline_mixed, "H100", "Llama-3.1-8B", Steps::mixed);
BENCHMARK_CAPTURE(ask, experts_mixed, "H100x2", "Mixtral-8x7B", Steps::mixed);
BENCHMARK_CAPTURE(ask, linear_mixed, "linear:30ms,0.2ms,0.19ms,0s", "", Steps::mixed);

}  // namespace
