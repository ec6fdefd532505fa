#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "trace/cache_trace.h"
#include "trace/generator.h"
#include "trace/key_index.h"
#include "trace/statistics.h"

namespace syswright::trace {
namespace {

constexpr std::uint64_t requests = 2'000'000;

const CacheTrace& sample() {
  static const CacheTrace trace = reference_zipf(requests);
  return trace;
}

/// Files of the sample in every format, removed at the end.
class SampleFiles {
 public:
  SampleFiles() : folder_(std::filesystem::temp_directory_path() / ("syswright-bench-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder_);
  }
  ~SampleFiles() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  std::string path(const std::string& extension) const { return (folder_ / ("sample." + extension)).string(); }
  std::string written(const std::string& extension) const {
    if (!std::filesystem::exists(path(extension))) {
      write_cache_trace(sample(), path(extension), cache_trace_format_of(path(extension)));
    }
    return path(extension);
  }

 private:
  std::filesystem::path folder_;
};

const SampleFiles& files() {
  static const SampleFiles all;
  return all;
}

void count(benchmark::State& state, std::uintmax_t bytes) {
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * requests));
  if (bytes > 0) state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes));
}

void read_file(benchmark::State& state, const std::string& extension) {
  const std::string path = files().written(extension);
  if (read_cache_trace(path).keys != sample().keys) return state.SkipWithError("read other keys than were written");
  for (auto _ : state) benchmark::DoNotOptimize(read_cache_trace(path).keys.data());
  count(state, std::filesystem::file_size(path));
}

void write_file(benchmark::State& state, const std::string& extension) {
  const std::string path = files().path("written." + extension);
  const std::string format = cache_trace_format_of(path);
  for (auto _ : state) write_cache_trace(sample(), path, format);
  if (read_cache_trace(path).keys != sample().keys) return state.SkipWithError("wrote other keys than there are");
  count(state, std::filesystem::file_size(path));
}

void number(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(number_keys(sample().keys).data());
  count(state, 0);
}

void measure_sample(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(measure(sample()).objects);
  count(state, 0);
}

void generate(benchmark::State& state) {
  GeneratorOptions options;
  options.requests = requests;
  options.scan_share = options.loop_share = options.one_hit_share = 0.1;
  options.drift = 0.2;
  options.sizes.kind = SizeKind::log_normal;
  for (auto _ : state) benchmark::DoNotOptimize(generate_cache_trace(options).keys.data());
  count(state, 0);
}

void draw_reference(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(reference_zipf(requests).keys.data());
  count(state, 0);
}

BENCHMARK_CAPTURE(read_file, oracle_general, "oracleGeneral")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_file, oracle_general_zst, "oracleGeneral.zst")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_file, vscsi, "vscsi")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_file, csv, "csv")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_file, txt, "txt")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_file, lis, "lis")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(write_file, oracle_general, "oracleGeneral")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(write_file, oracle_general_zst, "oracleGeneral.zst")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(write_file, csv, "csv")->Unit(benchmark::kMillisecond);
BENCHMARK(number)->Unit(benchmark::kMillisecond);
BENCHMARK(measure_sample)->Unit(benchmark::kMillisecond);
BENCHMARK(generate)->Unit(benchmark::kMillisecond);
BENCHMARK(draw_reference)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace syswright::trace
