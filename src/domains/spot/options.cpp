#include "domains/spot/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.h"
#include "base/text.h"

namespace syswright::spot {
namespace {

Milliseconds read_time(const std::string& text, const std::string& what) {
  const double milliseconds = parse_duration(text, what).value() * 1000;
  const double whole = std::round(milliseconds);
  constexpr double longest = 366.0 * 86400 * 1000;
  if (std::abs(milliseconds - whole) > 1e-6 || whole > longest) {
    throw InputError(fmt::format("{}: '{}' is not a whole number of milliseconds, a year at most", what, text));
  }
  return static_cast<Milliseconds>(whole);
}

Milliseconds read_positive_time(const std::string& text, const std::string& what) {
  const Milliseconds time = read_time(text, what);
  if (time == 0) throw InputError(fmt::format("{}: '{}' is no time at all; give one above 0", what, text));
  return time;
}

template <typename T>
T choose(const std::string& text, const std::string& what, const std::vector<std::pair<std::string, T>>& choices) {
  std::vector<std::string> names;
  for (const auto& [name, value] : choices) {
    if (name == text) return value;
    names.push_back(name);
  }
  throw InputError(fmt::format("{}: '{}' is not one of {}{}", what, text, join(names), did_you_mean(text, names)));
}

double read_price(std::string text, const std::string& what) {
  if (text.starts_with('$')) text.erase(0, 1);
  const double price = parse_number(text, what);
  if (!(price >= 0))
    throw InputError(fmt::format("{}: '{}' is not a price: dollars an hour, not negative", what, text));
  return price;
}

template <typename T>
std::vector<T> read_each(const std::string& text, const std::string& what,
                         T (*read)(const std::string&, const std::string&)) {
  std::vector<T> values;
  for (const std::string& item : split_list(text, what)) {
    values.push_back(read(item, what));
    if (std::count(values.begin(), values.end(), values.back()) > 1) {
      throw InputError(fmt::format("{}: '{}' names {} twice", what, text, item));
    }
  }
  return values;
}

}  // namespace

const std::vector<Option>& spot_options() {
  static const std::vector<Option> options{
      {"set", "split",
       "split: train, validate and test on different zones and times; public: everything on the 30 windows each of six "
       "series that public scores are stated for; unseen: test on these, train and validate on other series"},
      {"deadline", "52h,70h", "from the start of a job; one scenario for each, and for each overhead", true},
      {"overhead", "0.02h,0.05h,0.1h", "time without work at each start of an instance", true},
      {"job", "48h", "work of a job"},
      {"windows", "30", "jobs of each series and part, at even distances"},
      {"net", "gamble",
       "safety net: gamble asks once more for a spot instance that is gone, as the public simulator does; strict never "
       "does"},
      {"spot-price", "0.9731", "dollars an hour, where no prices are given"},
      {"on-demand-price", "3.06", "dollars an hour, where no prices are given"},
      {"prices", "", "CSV file of spot prices: tick,spot_price or series,tick,spot_price; 'trace': those in the trace"},
      {"polarity", "auto", "what a 1 in the trace means: available or unavailable; auto: as its format has it"},
      {"tick", "", "time that a value of the trace stands for (default: as the trace says, else 10min)"},
  };
  return options;
}

SpotOptions read_options(const ScenarioRequest& request) {
  std::vector<std::string> names;
  std::map<std::string, std::string> values;
  for (const Option& option : spot_options()) {
    names.push_back(option.name);
    values[option.name] = option.default_value;
  }
  for (const auto& [name, value] : request.options) {
    if (!values.contains(name)) {
      throw InputError(fmt::format("the domain 'spot' has no option '{}'{} (there are: {})", name,
                                   did_you_mean(name, names), join(names)));
    }
    values[name] = value;
  }
  SpotOptions options;
  options.cut =
      choose<Cut>(values["set"], "set", {{"split", Cut::split}, {"public", Cut::published}, {"unseen", Cut::unseen}});
  options.deadlines = read_each(values["deadline"], "deadline", read_positive_time);
  options.overheads = read_each(values["overhead"], "overhead", read_time);
  options.job = read_positive_time(values["job"], "job");
  options.windows = parse_count(values["windows"], "windows");
  if (options.windows == 0) throw InputError("windows: a series needs at least one");
  options.net = choose<Net>(values["net"], "net", {{"gamble", Net::gamble}, {"strict", Net::strict}});
  options.spot_price = read_price(values["spot-price"], "spot-price");
  options.on_demand_price = read_price(values["on-demand-price"], "on-demand-price");
  options.prices = values["prices"];
  options.polarity = choose<Polarity>(
      values["polarity"], "polarity",
      {{"auto", Polarity::automatic}, {"available", Polarity::available}, {"unavailable", Polarity::unavailable}});
  if (!values["tick"].empty()) options.tick = read_positive_time(values["tick"], "tick");
  return options;
}

}  // namespace syswright::spot
