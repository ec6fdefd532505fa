#include "domains/llm_serving/spec.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "base/error.h"
#include "base/text.h"

namespace syswright::llm_serving {

Spec::Spec(const std::string& text) : text_(text) {
  const std::size_t colon = text.find(':');
  name_ = text.substr(0, colon);
  if (colon == std::string::npos) return;
  for (const std::string& part : split_list(std::string_view(text).substr(colon + 1), fmt::format("'{}'", text))) {
    const std::size_t equals = part.find('=');
    if (equals != std::string::npos) {
      settings_.emplace_back(part.substr(0, equals), part.substr(equals + 1));
    } else if (first_.empty() && settings_.empty()) {
      first_ = part;
    } else {
      throw InputError(fmt::format("'{}': '{}' has no name; write it as name=value", text, part));
    }
  }
}

void Spec::refuse(const std::string& problem) const {
  throw InputError(fmt::format("'{}': {}{}", text_, problem, example_.empty() ? "" : "; for example " + example_));
}

bool Spec::take(const std::string& key, std::string& value) {
  known_.push_back(key);
  for (auto at = settings_.begin(); at != settings_.end(); ++at) {
    if (at->first != key) continue;
    value = at->second;
    settings_.erase(at);
    return true;
  }
  return false;
}

double Spec::in_range(const std::string& key, const std::string& value, double low, double high) const {
  const double number = parse_number(value, fmt::format("'{}': {}", text_, key));
  if (!(number >= low && number <= high)) {
    refuse(fmt::format("{} is {}, and must be from {} to {}", key, value, low, high));
  }
  return number;
}

double Spec::rate() {
  if (first_.empty()) refuse("a rate is missing");
  const std::string text = std::exchange(first_, {});
  return rate_from(text, fmt::format("'{}'", text_));
}

double Spec::number(const std::string& key, double otherwise, double low, double high) {
  std::string value;
  return take(key, value) ? in_range(key, value, low, high) : otherwise;
}

double Spec::needed(const std::string& key, double low, double high) {
  std::string value;
  if (!take(key, value)) refuse(fmt::format("'{}' is missing", key));
  return in_range(key, value, low, high);
}

double Spec::seconds(const std::string& key, double otherwise) {
  std::string value;
  if (!take(key, value)) return otherwise;
  const double length = parse_duration(value, fmt::format("'{}': {}", text_, key)).value();
  if (!(length > 0 && length <= 1e9)) refuse(fmt::format("{} is {}, and must be positive", key, value));
  return length;
}

void Spec::finish() const {
  if (!first_.empty()) refuse(fmt::format("'{}' has no name", first_));
  if (settings_.empty()) return;
  const std::string& key = settings_.front().first;
  if (known_.empty()) refuse(fmt::format("'{}' is not known: there are no settings", key));
  refuse(fmt::format("'{}' is not known{}; settings are {}", key, did_you_mean(key, known_), fmt::join(known_, ", ")));
}

double rate_from(const std::string& text, const std::string& what) {
  const std::size_t slash = text.find('/');
  const std::string unit = slash == std::string::npos ? "" : text.substr(slash + 1);
  const double seconds = unit == "s" ? 1 : unit == "min" || unit == "m" ? 60 : unit == "h" ? 3600 : 0;
  if (seconds == 0) throw InputError(fmt::format("{}: '{}' is no rate, such as 8/s, 480/min or 3600/h", what, text));
  const double rate = parse_number(text.substr(0, slash), what) / seconds;
  if (!(rate >= 1e-9 && rate <= 1e9)) throw InputError(fmt::format("{}: the rate {} must be positive", what, text));
  return rate;
}

}  // namespace syswright::llm_serving
