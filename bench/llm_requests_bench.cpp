#include <benchmark/benchmark.h>

#include <string>

#include "domains/llm_serving/requests_generator.h"
#include "domains/llm_serving/requests_reader.h"
#include "domains/llm_serving/requests_shape.h"
#include "domains/llm_serving/requests_statistics.h"

namespace syswright::llm_serving {
namespace {

constexpr std::int64_t count = 20'000;

/// A table as clouds publish them, with dates.
std::string azure_table() {
  std::string text = "TIMESTAMP,ContextTokens,GeneratedTokens\r\n";
  for (std::int64_t i = 0; i < count; ++i) {
    const std::string second = std::to_string(10 + i * 49 / count);
    text += "2023-11-16 18:17:" + second + ".9799600," + std::to_string(100 + i % 5000) + "," +
            std::to_string(1 + i % 900) + "\r\n";
  }
  return text;
}

/// JSON lines with the hashes of 24 blocks of 512 tokens.
std::string mooncake_lines() {
  std::string text;
  for (std::int64_t i = 0; i < count; ++i) {
    text += "{\"timestamp\": " + std::to_string(3 * i) +
            ", \"input_length\": 12035, \"output_length\": 343, \"hash_ids\": [0";
    for (int block = 1; block < 24; ++block) text += ", " + std::to_string(24 * i + block);
    text += "]}\n";
  }
  return text;
}

void read(benchmark::State& state, const std::string& text) {
  const auto bytes = std::as_bytes(std::span(text));
  if (read_request_log_from_memory(bytes, "bench").requests.list.size() != count) state.SkipWithError("requests lost");
  for (auto _ : state) benchmark::DoNotOptimize(read_request_log_from_memory(bytes, "bench"));
  state.SetItemsProcessed(state.iterations() * count);
}

void read_azure(benchmark::State& state) { read(state, azure_table()); }
BENCHMARK(read_azure);

void read_mooncake(benchmark::State& state) { read(state, mooncake_lines()); }
BENCHMARK(read_mooncake);

void generate(benchmark::State& state, const std::string& words) {
  const GeneratorOptions options = generator_from(words + " requests=" + std::to_string(count));
  if (generate_requests(options).requests.list.size() != count) state.SkipWithError("requests lost");
  for (auto _ : state) benchmark::DoNotOptimize(generate_requests(options));
  state.SetItemsProcessed(state.iterations() * count);
}
BENCHMARK_CAPTURE(generate, sharegpt, std::string("sharegpt"));
BENCHMARK_CAPTURE(generate, mooncake, std::string("mooncake"));

void shape(benchmark::State& state) {
  const RequestLog log = generate_requests(generator_from("mooncake requests=" + std::to_string(count)));
  ShapeOptions options;
  options.rate = 8;
  options.tenants = {{"a", 1}, {"b", 3}};
  options.predictor_error = 0.5;
  if (shape_requests(log, options).requests->list.size() != count) state.SkipWithError("requests lost");
  for (auto _ : state) benchmark::DoNotOptimize(shape_requests(log, options));
  state.SetItemsProcessed(state.iterations() * count);
}
BENCHMARK(shape);

void summarise(benchmark::State& state) {
  const RequestLog log = generate_requests(generator_from("mooncake requests=" + std::to_string(count)));
  if (request_statistics(log.requests).requests != count) state.SkipWithError("requests lost");
  for (auto _ : state) benchmark::DoNotOptimize(request_statistics(log.requests));
  state.SetItemsProcessed(state.iterations() * count);
}
BENCHMARK(summarise);

}  // namespace
}  // namespace syswright::llm_serving
