#include <benchmark/benchmark.h>

#include <cstdlib>
#include <stdexcept>
#include <string>

#include "base/random.h"
#include "domains/llm_serving/cluster.h"
#include "domains/llm_serving/requests_reader.h"
#include "domains/llm_serving/step_time_linear.h"
#include "domains/llm_serving/step_time_measured.h"

// The cluster's speed. Items are scheduler steps, so that items a second is the rate of the goal (1 M a core); the time
// of an iteration is that of a run. With SYSWRIGHT_DATA set also the two runs of the goals: the measured one of 300
// requests (20 ms) and the Azure conversation on 8 replicas (1 s).
namespace {

using namespace syswright;
using namespace syswright::llm_serving;

std::string data() {
  const char* folder = std::getenv("SYSWRIGHT_DATA");
  return folder == nullptr ? "" : folder;
}

std::string profile() { return data() + "/llm/llmservingsim_rtxpro6000_llama3.1-8b"; }

Evaluation run(const SetupPtr& setup) {
  Cluster cluster(setup, 0);
  ProgramState state;
  Ask ask;
  if (cluster.next(ask, state)) throw std::runtime_error("a question, though none may be asked");
  return cluster.result();
}

double metric(const Evaluation& evaluation, Measure measure) {
  return evaluation.metrics[static_cast<std::size_t>(measure)];
}

double steps_of(const Evaluation& evaluation) {
  for (const auto& [name, value] : evaluation.details) {
    if (name == "steps") return value;
  }
  throw std::runtime_error("no count of steps");
}

void measure(benchmark::State& state, const SetupPtr& setup) {
  const Evaluation once = run(setup);
  double completed = 0;
  for (const Block& block : once.blocks) completed += block.weight;
  if (completed != static_cast<double>(setup->requests->list.size())) throw std::runtime_error("requests are missing");
  for (auto _ : state) benchmark::DoNotOptimize(run(setup));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(steps_of(once)));
  state.counters["steps"] = steps_of(once);
  state.counters["mean_e2e_s"] = metric(once, Measure::e2e);
  state.counters["preemptions"] = metric(once, Measure::preemptions);
}

ReplicaGroup group(std::uint32_t count, std::uint32_t blocks, StepTimePtr step_time) {
  ReplicaGroup made;
  made.count = count;
  made.replica.kv_blocks = blocks;
  made.replica.step_time = std::move(step_time);
  return made;
}

SetupPtr drawn(std::size_t count, double rate, std::uint32_t blocks, bool caching) {
  auto requests = std::make_shared<Requests>();
  Random random(1, "benchmark requests");
  double arrival = 0;
  for (std::size_t i = 0; i < count; ++i) {
    arrival += random.exponential(rate);
    Request request;
    request.arrival = arrival;
    request.prompt = 1 + static_cast<std::uint32_t>(random.exponential(1.0 / 300));
    request.output = 1 + static_cast<std::uint32_t>(random.exponential(1.0 / 200));
    requests->list.push_back(request);
  }
  auto setup = std::make_shared<Setup>();
  setup->requests = requests;
  setup->cluster.groups = {group(1, blocks, make_linear_step_time({.base = 0.02, .decode = 2e-4, .prefill = 5e-5}))};
  setup->cluster.groups[0].replica.prefix_caching = caching;
  check_setup(*setup);
  return setup;
}

void drawn_counted(benchmark::State& state) { measure(state, drawn(20000, 2, 8000, false)); }
void drawn_told_apart(benchmark::State& state) { measure(state, drawn(20000, 2, 8000, true)); }
void drawn_short_of_memory(benchmark::State& state) { measure(state, drawn(5000, 4, 700, false)); }

void real_run(benchmark::State& state) {
  if (data().empty()) return state.SkipWithError("SYSWRIGHT_DATA is not set");
  auto setup = std::make_shared<Setup>();
  setup->requests = std::make_shared<Requests>(
      read_request_log(profile() + "/vllm/requests.jsonl", {.format = "vllm-queued"}).requests);
  setup->cluster.groups = {group(1, 30000, make_measured_step_time({.folder = profile()}))};
  setup->cluster.groups[0].replica.max_running = 128;
  measure(state, setup);
}

void azure_conversation(benchmark::State& state) {
  if (data().empty()) return state.SkipWithError("SYSWRIGHT_DATA is not set");
  auto setup = std::make_shared<Setup>();
  setup->requests =
      std::make_shared<Requests>(read_request_log(data() + "/llm/AzureLLMInferenceTrace_conv.csv").requests);
  setup->cluster.groups = {group(8, 10000, make_measured_step_time({.folder = profile()}))};
  setup->cluster.groups[0].replica.prefix_caching = state.range(0) != 0;
  measure(state, setup);
}

BENCHMARK(drawn_counted)->Unit(benchmark::kMillisecond);
BENCHMARK(drawn_told_apart)->Unit(benchmark::kMillisecond);
BENCHMARK(drawn_short_of_memory)->Unit(benchmark::kMillisecond);
BENCHMARK(real_run)->Unit(benchmark::kMillisecond);
BENCHMARK(azure_conversation)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace
