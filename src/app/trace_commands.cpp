#include "app/trace_commands.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cmath>
#include <ostream>

#include "app/json.h"
#include "app/trace_options.h"
#include "app/trace_profile.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "trace/profile.h"
#include "trace/recorder.h"
#include "trace/statistics.h"

namespace syswright::app {
namespace {

using trace::CacheTrace;
using trace::TraceStatistics;

CacheTrace read(const Context& context, const std::string& path, const TraceReadArguments& arguments) {
  CacheTrace trace = trace::read_cache_trace(path, trace_read_options(arguments));
  for (const std::string& warning : trace.warnings) context.warn(fmt::format("{}: {}", path, warning));
  return trace;
}

std::string percent(double share) { return fmt::format("{:.2f} %", 100 * share); }

/// "2,029,769,728 bytes (1.89 GiB)"
std::string bytes_text(std::uint64_t bytes) {
  const std::string exact = with_thousands(bytes) + " bytes";
  return bytes < 1024 ? exact : fmt::format("{} ({})", exact, format_bytes(bytes));
}

Json optional_number(bool known, double value) { return known && std::isfinite(value) ? Json(value) : Json(); }

Json statistics_json(const CacheTrace& trace, const TraceStatistics& statistics, const trace::TraceProfile& profile) {
  const bool sizes = statistics.has_sizes;
  const bool times = statistics.has_times;
  return Json::object()
      .set("name", trace.name)
      .set("format", trace.format)
      .set("requests", statistics.requests)
      .set("objects", statistics.objects)
      .set("cold_miss_ratio", statistics.cold_miss_ratio())
      .set("one_hit_objects", statistics.one_hit_objects)
      .set("one_hit_ratio", statistics.one_hit_ratio())
      .set("bytes_requested", sizes ? Json(statistics.bytes_requested) : Json())
      .set("footprint_bytes", sizes ? Json(statistics.footprint_bytes) : Json())
      .set("resized_objects", sizes ? Json(statistics.resized_objects) : Json())
      .set("size_min", sizes ? Json(statistics.smallest) : Json())
      .set("size_mean", optional_number(sizes, statistics.mean_size))
      .set("size_max", sizes ? Json(statistics.largest) : Json())
      .set("object_size_mean", optional_number(sizes, statistics.mean_object_size))
      .set("first_time", optional_number(times, statistics.first_time))
      .set("last_time", optional_number(times, statistics.last_time))
      .set("top_key_share", statistics.top_key_share)
      .set("top_percent_share", statistics.top_percent_share)
      .set("zipf_alpha", optional_number(true, statistics.zipf_alpha))
      .set("objects_by_tenth_of_requests", json_array(statistics.growth))
      .set("profile", profile_json(profile))
      .set("warnings", json_array(trace.warnings));
}

std::string growth_text(const TraceStatistics& statistics) {
  std::vector<std::string> shares;
  for (const std::uint64_t objects : statistics.growth) {
    shares.push_back(
        fmt::format("{:.0f}", 100 * static_cast<double>(objects) / static_cast<double>(statistics.objects)));
  }
  return join(shares, " ") + " %";
}

std::string statistics_text(const CacheTrace& trace, const TraceStatistics& statistics,
                            const trace::TraceProfile& profile) {
  Table table({{trace.name}, {trace.format}});
  table.add_row({"requests", with_thousands(statistics.requests)});
  table.add_row({"objects", with_thousands(statistics.objects)});
  table.add_row({"first requests", percent(statistics.cold_miss_ratio()) + " of the requests: no cache misses fewer"});
  table.add_row({"one-hit wonders", percent(statistics.one_hit_ratio()) + " of the objects"});
  table.add_row({"most popular object", percent(statistics.top_key_share) + " of the requests"});
  table.add_row({"most popular 1 %", percent(statistics.top_percent_share) + " of the requests"});
  table.add_row({"Zipf's exponent", std::isfinite(statistics.zipf_alpha) ? fmt::format("{:.2f}", statistics.zipf_alpha)
                                                                         : "too few objects to tell"});
  table.add_row({"objects seen", growth_text(statistics) + " after each tenth of the requests"});
  if (statistics.has_sizes) {
    table.add_row({"bytes requested", bytes_text(statistics.bytes_requested)});
    table.add_row({"footprint", bytes_text(statistics.footprint_bytes) + ", at first sizes"});
    table.add_row({"size of a request",
                   fmt::format("{} to {} bytes, mean {:.0f}", with_thousands(std::uint64_t{statistics.smallest}),
                               with_thousands(std::uint64_t{statistics.largest}), statistics.mean_size)});
    table.add_row({"size of an object", fmt::format("mean {:.0f} bytes", statistics.mean_object_size)});
    if (statistics.resized_objects > 0) {
      table.add_row({"objects that change size", with_thousands(statistics.resized_objects)});
    }
  } else {
    table.add_row({"sizes", "none: every object counts the same"});
  }
  table.add_row({"time", statistics.has_times
                             ? fmt::format("{} (from {} s to {} s)",
                                           format_duration(statistics.last_time - statistics.first_time),
                                           statistics.first_time, statistics.last_time)
                             : "none"});
  add_profile_rows(table, profile);
  return table.text();
}

/// Writes the trace, and says what was written and what was lost.
void write(const Context& context, const CacheTrace& trace, const std::string& path, const std::string& asked_format,
           Json facts) {
  const std::string format = asked_format.empty() ? trace::cache_trace_format_of(path) : asked_format;
  const std::vector<std::string> lost = trace::write_cache_trace(trace, path, format);
  for (const std::string& what : lost) context.warn(fmt::format("{} has no room for {}: left out", format, what));
  if (context.json) {
    facts.set("output", path).set("format", format).set("requests", trace.size()).set("left_out", json_array(lost));
    context.out() << facts.text();
  } else {
    context.out() << fmt::format("{}: {} requests, {}\n", path, with_thousands(std::uint64_t{trace.size()}), format);
  }
}

void add_output_options(CLI::App& command, std::string& format) {
  command.add_option("--to", format,
                     fmt::format("Format to write: {} (default: by the extension, else oracleGeneral)",
                                 join(trace::cache_trace_formats())));
}

void add_info(CLI::App& group, Context& context) {
  CLI::App& command =
      add_command(group, context, "info", "Say what is in a trace: requests, objects, sizes, popularity, reuses, drift",
                  "syswright trace info requests.csv.zst\n"
                  "syswright trace info --plot trace.html requests.csv.zst\n"
                  "syswright trace info --key-column 3 --size-column none log.csv");
  struct Arguments {
    std::string path;
    std::string plot;
    TraceReadArguments reading;
  };
  const auto arguments = std::make_shared<Arguments>();
  command.add_option("file", arguments->path, "The trace; .zst or not")->required();
  command.add_option("--plot", arguments->plot, "Also draw it, as a page that needs nothing else")
      ->type_name("FILE.html");
  add_trace_read_options(command, arguments->reading);
  on_run(command, context, [&context, arguments] {
    const CacheTrace trace = read(context, arguments->path, arguments->reading);
    const TraceStatistics statistics = measure(trace);
    const trace::TraceProfile profile = trace::profile(trace);
    const std::string text = statistics_text(trace, statistics, profile);
    context.out() << (context.json ? statistics_json(trace, statistics, profile).text() : text);
    if (!arguments->plot.empty()) {
      write_file_atomically(arguments->plot, profile_page(trace, profile, text, context.command_line));
      context.note(fmt::format("plot: {}", arguments->plot));
    }
    return ExitCode::ok;
  });
}

void add_convert(CLI::App& group, Context& context) {
  CLI::App& command = add_command(group, context, "convert", "Write a trace in another format",
                                  "syswright trace convert requests.csv requests.oracleGeneral.zst\n"
                                  "syswright trace convert --to txt OLTP.lis.zst keys");
  struct Arguments {
    std::string input;
    std::string output;
    std::string format;
    TraceReadArguments reading;
  };
  const auto arguments = std::make_shared<Arguments>();
  command.add_option("input", arguments->input, "The trace to read")->required();
  command.add_option("output", arguments->output, "The file to write; compressed if it ends in .zst")->required();
  add_output_options(command, arguments->format);
  add_trace_read_options(command, arguments->reading);
  on_run(command, context, [&context, arguments] {
    const CacheTrace trace = read(context, arguments->input, arguments->reading);
    write(context, trace, arguments->output, arguments->format, Json::object().set("input", arguments->input));
    return ExitCode::ok;
  });
}

void add_generate(CLI::App& group, Context& context) {
  CLI::App& command =
      add_command(group, context, "generate", "Make up a trace: Zipf with drift, scans, a loop, one-hit wonders",
                  "syswright trace generate -o t.oracleGeneral.zst --requests 10M --objects 1M --alpha 0.8 \\\n"
                  "  --drift 20% --scans 10% --sizes log-normal --size-mean 16KiB");
  struct Arguments {
    std::string output;
    std::string format;
    TraceGenerateArguments generation;
  };
  const auto arguments = std::make_shared<Arguments>();
  command.add_option("-o,--output", arguments->output, "The file to write; compressed if it ends in .zst")->required();
  add_output_options(command, arguments->format);
  add_trace_generate_options(command, arguments->generation);
  on_run(command, context, [&context, arguments] {
    const trace::GeneratorOptions options = trace_generator_options(arguments->generation);
    const CacheTrace trace = arguments->generation.reference_zipf ? trace::reference_zipf(options.requests)
                                                                  : trace::generate_cache_trace(options);
    write(context, trace, arguments->output, arguments->format, Json::object().set("seed", options.seed));
    return ExitCode::ok;
  });
}

trace::MapCounting parse_maps(const std::string& text) {
  if (text == "none") return trace::MapCounting::none;
  if (text == "data") return trace::MapCounting::data;
  if (text == "all") return trace::MapCounting::all;
  throw InputError(fmt::format("--maps is '{}'; expected none, data or all", text));
}

struct RecordArguments {
  std::vector<std::string> command;
  std::string output;
  std::string format;
  std::string maps = "data";
};

ExitCode record(const Context& context, const RecordArguments& arguments) {
  trace::RecordOptions options;
  options.command = arguments.command;
  options.maps = parse_maps(arguments.maps);
  options.output_to_error = context.json;  // standard output is for the JSON document
  options.stop = context.stop;
  const trace::Recording recording = trace::record_command(options);
  for (const std::string& warning : recording.trace.warnings) context.warn(warning);
  if (recording.trace.keys.empty()) {
    throw Error(fmt::format("'{}' read no regular file (exit code {}): there is nothing to write",
                            arguments.command.front(), recording.exit_code));
  }
  write(context, recording.trace, arguments.output, arguments.format,
        Json::object()
            .set("files", recording.files)
            .set("bytes_read", recording.bytes)
            .set("exit_code", recording.exit_code));
  context.note(fmt::format("{} blocks of {} files, {} read; the command's exit code was {}",
                           with_thousands(std::uint64_t{recording.trace.size()}), with_thousands(recording.files),
                           bytes_text(recording.bytes), recording.exit_code));
  return static_cast<ExitCode>(recording.exit_code);
}

void add_record(CLI::App& group, Context& context) {
  CLI::App& command = add_command(group, context, "record", "Run a command and record the file blocks that it reads",
                                  "syswright trace record -o build.oracleGeneral.zst -- make -j2\n"
                                  "The exit code is the command's own. Needs strace.");
  const auto arguments = std::make_shared<RecordArguments>();
  command.add_option("-o,--output", arguments->output, "The file to write; compressed if it ends in .zst")->required();
  add_output_options(command, arguments->format);
  command
      .add_option("--maps", arguments->maps,
                  "File mappings that count as reads of their range: none, data (not the program loader's), all")
      ->capture_default_str();
  command.add_option("command", arguments->command, "The command and its arguments, behind '--'")->required();
  on_run(command, context, [&context, arguments] { return record(context, *arguments); });
}

}  // namespace

void add_trace_commands(CLI::App& app, Context& context) {
  CLI::App& group = add_group(app, "trace", "Look at, convert, make up and record traces of requests",
                              "syswright trace info requests.csv");
  add_info(group, context);
  add_convert(group, context);
  add_generate(group, context);
  add_record(group, context);
}

}  // namespace syswright::app
