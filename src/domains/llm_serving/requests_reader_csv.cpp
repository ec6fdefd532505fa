#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <span>

#include "base/text.h"
#include "domains/llm_serving/request_records.h"
#include "trace/csv_layout.h"
#include "trace/line_reader.h"
#include "trace/text_lines.h"

namespace syswright::llm_serving {
namespace {

constexpr std::array time_names{"timestamp", "arrived_at", "arrival_time", "arrival",    "arrived", "request_time",
                                "time",      "created_at", "created",      "start_time", "ts"};
constexpr std::array prompt_names{
    "contexttokens", "context_tokens", "num_prefill_tokens", "prefill_tokens", "input_tokens",
    "prompt_tokens", "request_tokens", "num_prompt_tokens",  "input_length",   "prompt_length",
    "input_len",     "prompt_len",     "input_toks",         "prompt",         "input"};
constexpr std::array output_names{
    "generatedtokens",   "generated_tokens", "num_decode_tokens", "decode_tokens", "output_tokens",
    "completion_tokens", "response_tokens",  "num_output_tokens", "output_length", "decode_length",
    "output_len",        "completion_len",   "output_toks",       "output",        "completion"};
constexpr std::array tenant_names{"tenant", "user", "user_id", "customer", "team"};
constexpr std::array model_names{"model", "model_name"};
constexpr std::array priority_names{"priority"};

struct Suffix {
  std::string_view text;
  double per_second;
};
constexpr std::array suffixes{Suffix{"", 1},      Suffix{"_s", 1},    Suffix{"_sec", 1}, Suffix{"_seconds", 1},
                              Suffix{"_ms", 1e3}, Suffix{"_us", 1e6}, Suffix{"_ns", 1e9}};

std::string normal_name(std::string_view name) {
  std::string result;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    result += std::isalnum(byte) != 0 ? static_cast<char>(std::tolower(byte)) : '_';
  }
  while (result.ends_with('_')) result.pop_back();
  return result;
}

constexpr std::size_t none = static_cast<std::size_t>(-1);

struct Layout {
  char delimiter = ',';
  std::vector<std::string> names;
  std::size_t time = none;
  std::size_t prompt = none;
  std::size_t output = none;
  std::size_t tenant = none;
  std::size_t model = none;
  std::size_t priority = none;
  double units_per_second = 1;
};

std::size_t find(const std::vector<std::string>& columns, std::span<const char* const> names,
                 std::string_view suffix = "") {
  for (const char* name : names) {
    const auto at = std::find(columns.begin(), columns.end(), name + std::string(suffix));
    if (at != columns.end()) return static_cast<std::size_t>(at - columns.begin());
  }
  return none;
}

Layout layout_of(std::string_view header) {
  Layout layout;
  for (const char delimiter : {',', '\t', ';', '|'}) {
    if (header.find(delimiter) == std::string_view::npos) continue;
    layout.delimiter = delimiter;
    break;
  }
  for (const std::string_view name : trace::split_fields(header, layout.delimiter)) {
    layout.names.push_back(normal_name(name));
  }
  layout.prompt = find(layout.names, prompt_names);
  layout.output = find(layout.names, output_names);
  layout.tenant = find(layout.names, tenant_names);
  layout.model = find(layout.names, model_names);
  layout.priority = find(layout.names, priority_names);
  for (const Suffix& suffix : suffixes) {
    layout.time = find(layout.names, time_names, suffix.text);
    layout.units_per_second = suffix.per_second;
    if (layout.time != none) break;
  }
  return layout;
}

bool is_azure(const Layout& layout) {
  return layout.names == std::vector<std::string>{"timestamp", "contexttokens", "generatedtokens"};
}

bool is_vidur(const Layout& layout) {
  const auto has = [&](const char* name) {
    return std::find(layout.names.begin(), layout.names.end(), name) != layout.names.end();
  };
  return has("num_prefill_tokens") && has("num_decode_tokens");
}

class CsvRows {
 public:
  CsvRows(Layout layout, RequestRecords& records) : layout_(std::move(layout)), records_(records) {}

  void add(std::string_view line, std::size_t number) {
    number_ = number;
    fields_ = trace::split_fields(line, layout_.delimiter);
    if (fields_.size() != layout_.names.size()) {
      records_.refuse(number, fmt::format("{} fields, where the header has {}", fields_.size(), layout_.names.size()));
    }
    RequestRecord record;
    record.prompt = number_in(layout_.prompt);
    record.output = number_in(layout_.output);
    if (layout_.time != none) record.time = time_in(layout_.time);
    if (layout_.tenant != none) record.tenant = fields_[layout_.tenant];
    if (layout_.model != none) record.model = fields_[layout_.model];
    if (layout_.priority != none) record.priority = priority_in(layout_.priority);
    records_.add(record, number);
  }

 private:
  double number_in(std::size_t column) const {
    const std::optional<double> value = trace::parse_decimal(fields_[column]);
    if (!value) {
      records_.refuse(
          number_, fmt::format("{} in column '{}' is no number", trace::shown(fields_[column]), layout_.names[column]));
    }
    return *value;
  }

  std::int32_t priority_in(std::size_t column) const {
    const double value = number_in(column);
    if (!(std::abs(value) <= 1e9 && value == std::floor(value))) {
      records_.refuse(number_, fmt::format("the priority {} is no whole number", value));
    }
    return static_cast<std::int32_t>(value);
  }

  double time_in(std::size_t column) {
    if (!dated_) {
      dated_ = !trace::parse_decimal(fields_[column]);
      records_.set_units_per_second(*dated_ ? 1e9 : layout_.units_per_second);
      if (*dated_) records_.set_clock();
    }
    if (!*dated_) return number_in(column);
    const std::optional<double> time = dates_.nanoseconds(fields_[column]);
    if (!time) {
      records_.refuse(number_, fmt::format("{} is no time, such as 2023-11-16 18:17:03.97 or seconds",
                                           trace::shown(fields_[column])));
    }
    return *time;
  }

  Layout layout_;
  RequestRecords& records_;
  std::vector<std::string_view> fields_;
  std::size_t number_ = 0;
  std::optional<bool> dated_;
  DateClock dates_;
};

void check(const Layout& layout, const std::string& format, std::size_t line, const RequestRecords& records) {
  if (format == "azure" && !is_azure(layout)) {
    records.refuse(line, "the header of an Azure trace is TIMESTAMP,ContextTokens,GeneratedTokens");
  }
  if (format == "vidur" && !is_vidur(layout)) {
    records.refuse(line, "the header of a vidur trace has num_prefill_tokens and num_decode_tokens");
  }
  if (layout.prompt != none && layout.output != none) return;
  records.refuse(line, fmt::format("no column of the header is named as {}: found {}; name it '{}'",
                                   layout.prompt == none ? "the tokens of the prompt" : "the tokens of the output",
                                   join(layout.names), layout.prompt == none ? "input_tokens" : "output_tokens"));
}

}  // namespace

std::string csv_request_format(std::string_view header) {
  const Layout layout = layout_of(header);
  if (is_azure(layout)) return "azure";
  if (is_vidur(layout)) return "vidur";
  return layout.prompt != none && layout.output != none ? "csv" : "";
}

void read_request_csv(std::string_view content, const std::string& format, RequestRecords& records) {
  std::optional<CsvRows> rows;
  std::size_t number = 0;
  while (!content.empty() && !records.full()) {
    const std::size_t end = std::min(content.find('\n'), content.size());
    const std::string_view line = trace::trimmed(content.substr(0, end));
    content.remove_prefix(std::min(end + 1, content.size()));
    ++number;
    if (line.empty() || line.front() == '#') continue;
    if (rows) {
      rows->add(line, number);
      continue;
    }
    const Layout layout = layout_of(line);
    check(layout, format, number, records);
    if (layout.time == none) records.set_no_arrivals();
    rows.emplace(layout, records);
  }
}

}  // namespace syswright::llm_serving
