#include "domains/llm_serving/request_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/text.h"
#include "trace/text_lines.h"

namespace syswright::llm_serving {
namespace {

constexpr double most_tokens = 1e8;
constexpr double three_years = 1e8;  ///< seconds: no run is so long, and every clock shows more

/// Days from 1970-01-01 in the Gregorian calendar; years count from March, so that a leap day ends one.
std::int64_t days_from_civil(std::int64_t year, std::int64_t month, std::int64_t day) {
  if (month <= 2) --year;
  const std::int64_t era = year / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

/// Takes exactly `digits` digits off the front.
std::optional<std::int64_t> take_digits(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take_char(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

/// Fields parted by `separators`; nullopt unless each has its digits and is in its range.
std::optional<std::int64_t> take_field(std::string_view& text, std::size_t digits, std::string_view separators,
                                       std::int64_t low, std::int64_t high) {
  if (!separators.empty() && !take_char(text, separators)) return std::nullopt;
  const auto value = take_digits(text, digits);
  return value && *value >= low && *value <= high ? value : std::nullopt;
}

std::int64_t take_fraction(std::string_view& text) {
  if (text.empty() || (text.front() != '.' && text.front() != ',')) return 0;
  text.remove_prefix(1);
  std::int64_t nanoseconds = 0;
  std::int64_t unit = 100'000'000;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1), unit /= 10) {
    nanoseconds += unit * (text.front() - '0');
  }
  return nanoseconds;
}

/// Seconds east of Greenwich.
std::optional<std::int64_t> take_zone(std::string_view& text) {
  if (text.empty() || take_char(text, "Zz")) return 0;
  const bool west = text.front() == '-';
  const auto hours = take_field(text, 2, "+-", 0, 23);
  if (!hours) return std::nullopt;
  take_char(text, ":");
  const auto minutes = text.empty() ? 0 : take_field(text, 2, "", 0, 59);
  if (!minutes) return std::nullopt;
  return (west ? -1 : 1) * (*hours * 3600 + *minutes * 60);
}

std::optional<std::int64_t> nanoseconds_of(std::string_view text) {
  text = trace::trimmed(text);
  const auto year = take_field(text, 4, "", 1970, 2200);
  const auto month = take_field(text, 2, "-/", 1, 12);
  const auto day = take_field(text, 2, "-/", 1, 31);
  const auto hour = take_field(text, 2, " Tt", 0, 23);
  const auto minute = take_field(text, 2, ":", 0, 59);
  const auto second = take_field(text, 2, ":", 0, 60);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  const std::int64_t fraction = take_fraction(text);
  text = trace::trimmed(text);
  if (text == "UTC") text = {};
  const auto zone = take_zone(text);
  if (!zone || !text.empty()) return std::nullopt;
  const std::int64_t seconds =
      days_from_civil(*year, *month, *day) * 86400 + *hour * 3600 + *minute * 60 + *second - *zone;
  return seconds * 1'000'000'000 + fraction;
}

}  // namespace

std::optional<double> DateClock::nanoseconds(std::string_view text) {
  const std::optional<std::int64_t> stamp = nanoseconds_of(text);
  if (!stamp) return std::nullopt;
  if (!first_) first_ = stamp;
  return static_cast<double>(*stamp - *first_);
}

double units_of_unix_time(double value) {
  if (value > 1e17) return 1e9;
  if (value > 1e14) return 1e6;
  return value > 1e11 ? 1e3 : 1;
}

RequestRecords::RequestRecords(std::string path, std::string format, std::uint64_t limit)
    : path_(std::move(path)), limit_(limit) {
  log_.format = std::move(format);
  log_.requests.name = path_;
}

void RequestRecords::refuse(std::size_t line, const std::string& problem) const {
  throw InputError(SourceLocation{path_, line, 0}, problem);
}

std::uint32_t RequestRecords::tokens(double value, const char* what, std::size_t line) const {
  if (!(value >= 0 && value <= most_tokens && value == std::floor(value))) {
    refuse(line, fmt::format("{} of {} is no number of tokens (whole, from 0 to {})", what, value,
                             with_thousands(static_cast<std::uint64_t>(most_tokens))));
  }
  return static_cast<std::uint32_t>(value);
}

std::uint16_t RequestRecords::number_of(Names& names, std::string_view name, const char* what, std::size_t line) {
  if (name.empty()) name = what == std::string_view("tenant") ? "all" : "model";
  const auto found = names.numbers.find(std::string(name));
  if (found != names.numbers.end()) return found->second;
  if (names.list.size() >= std::numeric_limits<std::uint16_t>::max()) {
    refuse(line, fmt::format("more than {} names of a {}; leave that column out", names.list.size(), what));
  }
  const auto number = static_cast<std::uint16_t>(names.list.size());
  names.numbers.emplace(name, number);
  names.list.emplace_back(name);
  return number;
}

void RequestRecords::add(const RequestRecord& record, std::size_t line) {
  if (!std::isfinite(record.time)) refuse(line, "the arrival time is not finite");
  Request request;
  request.arrival = record.time;
  request.prompt = tokens(record.prompt, "a prompt", line);
  request.output = tokens(record.output, "an output", line);
  if (request.prompt == 0 || request.output == 0) {
    ++left_out_;
    return;
  }
  Requests& requests = log_.requests;
  if (requests.blocks.size() + record.blocks.size() > std::numeric_limits<std::uint32_t>::max()) {
    refuse(line, "more than four thousand million prefix blocks; read fewer requests");
  }
  request.first_block = static_cast<std::uint32_t>(requests.blocks.size());
  request.block_count = static_cast<std::uint32_t>(record.blocks.size());
  requests.blocks.insert(requests.blocks.end(), record.blocks.begin(), record.blocks.end());
  request.tenant = number_of(tenants_, record.tenant, "tenant", line);
  request.model = number_of(models_, record.model, "model", line);
  request.priority = record.priority;
  requests.list.push_back(request);
}

void RequestRecords::spread_seconds() {
  std::vector<Request>& list = log_.requests.list;
  const auto whole = [](const Request& request) { return request.arrival == std::floor(request.arrival); };
  if (!coarse_ || !std::all_of(list.begin(), list.end(), whole)) return;
  bool spread = false;
  for (std::size_t i = 0; i < list.size();) {
    std::size_t end = i;
    while (end < list.size() && list[end].arrival == list[i].arrival) ++end;
    const double second = list[i].arrival;
    for (std::size_t k = i; k < end; ++k) {
      list[k].arrival = second + static_cast<double>(k - i) / static_cast<double>(end - i);
    }
    spread = spread || end - i > 1;
    i = end;
  }
  if (spread) warn("times are whole seconds: requests of one second are spread evenly over it");
}

void RequestRecords::sort_by_arrival() {
  std::vector<Request>& list = log_.requests.list;
  const auto earlier = [](const Request& a, const Request& b) { return a.arrival < b.arrival; };
  if (std::is_sorted(list.begin(), list.end(), earlier)) return;
  std::stable_sort(list.begin(), list.end(), earlier);
  warn("arrivals are not in order in the file, and were sorted");
}

void RequestRecords::start_at_zero() {
  std::vector<Request>& list = log_.requests.list;
  const double first = list.front().arrival;
  const bool elsewhere = clock_ || first < 0 || first / units_per_second_ > three_years;
  for (Request& request : list) request.arrival = (request.arrival - (elsewhere ? first : 0)) / units_per_second_;
}

RequestLog RequestRecords::finish() {
  std::vector<Request>& list = log_.requests.list;
  if (list.empty()) {
    refuse(0, left_out_ > 0 ? fmt::format("none of its {} requests has both a prompt and an output", left_out_)
                            : "holds no requests");
  }
  if (left_out_ > 0) {
    warn(fmt::format("{} requests without prompt or output were left out", with_thousands(left_out_)));
  }
  log_.requests.tenants = std::move(tenants_.list);
  log_.requests.models = std::move(models_.list);
  if (log_.has_arrivals) {
    sort_by_arrival();
    start_at_zero();
    spread_seconds();
  } else {
    for (Request& request : list) request.arrival = 0;
  }
  return std::move(log_);
}

}  // namespace syswright::llm_serving
