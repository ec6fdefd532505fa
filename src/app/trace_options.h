#pragma once

#include <string>
#include <vector>

#include "app/context.h"
#include "trace/cache_trace.h"
#include "trace/generator.h"

namespace syswright::app {

/// How a trace file is read, as the command line says it.
struct TraceReadArguments {
  std::string format;
  std::string time_column;
  std::string key_column;
  std::string size_column;
  std::string delimiter;
  std::string limit;
};

/// Adds --format, --time-column, --key-column, --size-column, --delimiter and --limit; `arguments` must outlive the
/// parsing.
void add_trace_read_options(CLI::App& command, TraceReadArguments& arguments);
/// Throws InputError that names the option.
trace::ReadOptions trace_read_options(const TraceReadArguments& arguments);

/// A made-up trace, as the command line says it: numbers are texts that may have units.
struct TraceGenerateArguments {
  std::string requests = "1M";
  std::string objects = "100k";
  std::uint64_t seed = 1;
  std::string alpha = "0.9";
  std::string drift = "0";
  std::string scans = "0";
  std::string scan_length = "1k";
  std::string scan_objects = "1M";
  std::string loop = "0";
  std::string loop_length = "10k";
  std::string one_hit = "0";
  std::string sizes = "constant";
  std::string size_mean = "4096";
  std::string size_min = "512";
  std::string size_max = "64MiB";
  std::string size_shape = "1.5";
  std::string large_share = "10%";
  std::string arrivals = "poisson";
  std::string rate = "1000";
  bool reference_zipf = false;
};

void add_trace_generate_options(CLI::App& command, TraceGenerateArguments& arguments);
/// Throws InputError that names the option.
trace::GeneratorOptions trace_generator_options(const TraceGenerateArguments& arguments);

}  // namespace syswright::app
