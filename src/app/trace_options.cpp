#include "app/trace_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/error.h"
#include "base/text.h"

namespace syswright::app {
namespace {

/// 0: find it; no_column: none.
std::size_t parse_column(const std::string& text, const char* option, bool may_be_none) {
  if (text.empty()) return 0;
  if (may_be_none && text == "none") return trace::no_column;
  const std::uint64_t column = parse_count(text, option);
  if (column == 0) throw InputError(fmt::format("{} is 0, but columns count from 1", option));
  return static_cast<std::size_t>(column);
}

char parse_delimiter(const std::string& text) {
  if (text.empty()) return 0;
  if (text == "tab" || text == "\\t") return '\t';
  if (text == "space") return ' ';
  if (text.size() == 1) return text.front();
  throw InputError(fmt::format("--delimiter is '{}'; expected one character, 'tab' or 'space'", text));
}

}  // namespace

void add_trace_read_options(CLI::App& command, TraceReadArguments& arguments) {
  command.add_option(
      "--format", arguments.format,
      fmt::format("Format of the trace: {} (default: told from its content)", join(trace::cache_trace_formats())));
  command.add_option("--time-column", arguments.time_column,
                     "csv: number of the column with times in seconds, or none");
  command.add_option("--key-column", arguments.key_column, "csv: number of the column with keys, from 1");
  command.add_option("--size-column", arguments.size_column, "csv: number of the column with sizes in bytes, or none");
  command.add_option("--delimiter", arguments.delimiter, "csv: what parts the columns: a character, tab or space");
  command.add_option("--limit", arguments.limit, "Read only so many requests: 100k");
}

trace::ReadOptions trace_read_options(const TraceReadArguments& arguments) {
  trace::ReadOptions options;
  options.format = arguments.format;
  options.time_column = parse_column(arguments.time_column, "--time-column", true);
  options.key_column = parse_column(arguments.key_column, "--key-column", false);
  options.size_column = parse_column(arguments.size_column, "--size-column", true);
  options.delimiter = parse_delimiter(arguments.delimiter);
  if (!arguments.limit.empty()) options.limit = parse_count(arguments.limit, "--limit");
  return options;
}

void add_trace_generate_options(CLI::App& command, TraceGenerateArguments& arguments) {
  const auto add = [&command](const char* name, auto& value, const char* doc) {
    command.add_option(name, value, doc)->capture_default_str();
  };
  add("--requests", arguments.requests, "Requests");
  add("--objects", arguments.objects, "Objects that share the popular requests");
  add("--seed", arguments.seed, "Seed: the same options and seed give the same trace");
  add("--alpha", arguments.alpha, "Exponent of Zipf's law for their popularity; 0: all alike");
  add("--drift", arguments.drift, "Share of the ranking that popularity moves through from start to end");
  add("--scans", arguments.scans, "Share of requests that belong to sequential scans");
  add("--scan-length", arguments.scan_length, "Requests of one scan");
  add("--scan-objects", arguments.scan_objects, "Objects that scans run over");
  add("--loop", arguments.loop, "Share of requests that belong to a loop");
  add("--loop-length", arguments.loop_length, "Objects of the loop");
  add("--one-hit", arguments.one_hit, "Share of requests for objects that are asked for once");
  add("--sizes", arguments.sizes, "Sizes of objects: none, constant, uniform, log-normal, pareto, bimodal");
  add("--size-mean", arguments.size_mean, "Mean size (constant, log-normal)");
  add("--size-min", arguments.size_min, "Smallest size, and the scale of pareto");
  add("--size-max", arguments.size_max, "Largest size");
  add("--size-shape", arguments.size_shape, "pareto: exponent; log-normal: deviation of the logarithm");
  add("--large-share", arguments.large_share, "bimodal: share of objects of the largest size");
  add("--arrivals", arguments.arrivals, "Times of requests: none, constant, poisson");
  add("--rate", arguments.rate, "Requests a second");
  command.add_flag("--reference-zipf", arguments.reference_zipf,
                   "The fixed trace that measurements are compared on (only --requests counts)");
}

trace::GeneratorOptions trace_generator_options(const TraceGenerateArguments& arguments) {
  trace::GeneratorOptions options;
  options.requests = parse_count(arguments.requests, "--requests");
  const std::uint64_t objects = parse_count(arguments.objects, "--objects");
  if (objects > 0xFFFFFFFFu) throw InputError(fmt::format("--objects is {}; expected at most 4294967295", objects));
  options.objects = static_cast<std::uint32_t>(objects);
  options.seed = arguments.seed;
  options.alpha = parse_number(arguments.alpha, "--alpha");
  options.drift = parse_fraction(arguments.drift, "--drift");
  options.scan_share = parse_fraction(arguments.scans, "--scans");
  options.scan_length = parse_count(arguments.scan_length, "--scan-length");
  options.scan_objects = parse_count(arguments.scan_objects, "--scan-objects");
  options.loop_share = parse_fraction(arguments.loop, "--loop");
  options.loop_length = parse_count(arguments.loop_length, "--loop-length");
  options.one_hit_share = parse_fraction(arguments.one_hit, "--one-hit");
  options.sizes.kind = trace::size_kind_from(arguments.sizes);
  options.sizes.mean = parse_size(arguments.size_mean, "--size-mean").value();
  options.sizes.minimum = parse_size(arguments.size_min, "--size-min").value();
  options.sizes.maximum = parse_size(arguments.size_max, "--size-max").value();
  options.sizes.shape = parse_number(arguments.size_shape, "--size-shape");
  options.sizes.large_share = parse_fraction(arguments.large_share, "--large-share");
  options.arrivals = trace::arrival_kind_from(arguments.arrivals);
  options.rate = parse_number(arguments.rate, "--rate");
  return options;
}

}  // namespace syswright::app
