#include "domains/llm_serving/requests_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "domains/llm_serving/request_records.h"
#include "trace/input.h"
#include "trace/line_reader.h"
#include "trace/text_lines.h"

namespace syswright::llm_serving {
namespace {

std::string_view first_line(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trace::trimmed(text.substr(0, end));
    if (!line.empty() && line.front() != '#') return line;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return {};
}

std::string detect(std::string_view text, const std::string& path) {
  const std::string_view line = first_line(text);
  if (line.empty()) throw InputError({path}, "holds no requests");
  const std::string format = line.front() == '{' ? json_request_format(text) : csv_request_format(line);
  if (!format.empty()) return format;
  throw InputError({path, 1}, fmt::format("is no log of requests that is known ({}): begins with {}; a table has a "
                                          "header such as arrived_at,input_tokens,output_tokens",
                                          join(request_formats()), trace::shown(line)));
}

RequestLog read_text(std::string_view text, const std::string& path, const RequestsReadOptions& options) {
  if (text.starts_with(trace::byte_order_mark)) text.remove_prefix(trace::byte_order_mark.size());
  const std::vector<std::string>& formats = request_formats();
  if (!options.format.empty() && std::find(formats.begin(), formats.end(), options.format) == formats.end()) {
    throw InputError(fmt::format("unknown format '{}'{}; there are {}", options.format,
                                 did_you_mean(options.format, formats), join(formats)));
  }
  if (options.limit == 0) throw InputError("the limit of requests must be at least 1");
  const std::string format = options.format.empty() ? detect(text, path) : options.format;
  RequestRecords records(path, format, options.limit);
  if (format == "vllm-bench") {
    read_vllm_bench(text, records);
  } else if (format == "azure" || format == "vidur" || format == "csv") {
    read_request_csv(text, format, records);
  } else {
    read_request_json_lines(text, format, records);
  }
  return records.finish();
}

}  // namespace

const std::vector<std::string>& request_formats() {
  static const std::vector<std::string> formats{"azure",       "vidur",      "mooncake", "vllm-log",
                                                "vllm-queued", "vllm-bench", "openai",   "csv"};
  return formats;
}

RequestLog read_request_log_from_memory(std::span<const std::byte> content, const std::string& name,
                                        const RequestsReadOptions& options) {
  const std::string_view text(reinterpret_cast<const char*>(content.data()), content.size());
  if (trace::is_zstd(content)) return read_text(trace::decompressed(std::string(text), name), name, options);
  return read_text(text, name, options);
}

RequestLog read_request_log(const std::string& path, const RequestsReadOptions& options) {
  const std::string content = read_file(path);
  RequestLog log = read_request_log_from_memory(std::as_bytes(std::span(content)), path, options);
  log.requests.name = std::filesystem::path(path).filename().string();
  return log;
}

}  // namespace syswright::llm_serving
