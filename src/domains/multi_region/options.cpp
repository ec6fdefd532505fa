#include "domains/multi_region/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/text.h"
#include "domain/options.h"

namespace syswright::multi_region {
namespace {

Milliseconds read_time(const std::string& text, const std::string& what) {
  const double milliseconds = std::round(parse_duration(text, what).value() * 1000);
  constexpr double longest = 366.0 * 86400 * 1000;
  if (!(milliseconds <= longest)) throw InputError(fmt::format("{}: '{}' is more than a year", what, text));
  return static_cast<Milliseconds>(milliseconds);
}

Milliseconds read_positive_time(const std::string& text, const std::string& what) {
  const Milliseconds time = read_time(text, what);
  if (time == 0) throw InputError(fmt::format("{}: '{}' is no time at all; give one above 0", what, text));
  return time;
}

double read_gigabytes(const std::string& text, const std::string& what) {
  // A bare number would be bytes, and moving a checkpoint of 50 bytes costs nothing.
  if (text.find_first_not_of("0123456789.,") == std::string::npos && parse_size(text, what).value() > 0) {
    throw InputError(fmt::format("{}: '{}' has no unit; say {}GB", what, text, text));
  }
  return parse_size(text, what).value() / 1e9;
}

double read_price(std::string text, const std::string& what) {
  if (text.empty()) return 0;
  if (text.starts_with('$')) text.erase(0, 1);
  const double price = parse_number(text, what);
  if (!(price >= 0)) throw InputError(fmt::format("{}: '{}' is not a price; it is negative", what, text));
  return price;
}

template <typename T>
T choose(const OptionValues& values, const std::string& what, const std::vector<std::pair<std::string, T>>& choices) {
  std::vector<std::string> names;
  for (const auto& [name, value] : choices) {
    if (name == values.text(what)) return value;
    names.push_back(name);
  }
  throw InputError(fmt::format("{}: '{}' is not one of {}{}", what, values.text(what), join(names),
                               did_you_mean(values.text(what), names)));
}

template <typename T>
std::vector<T> read_each(const OptionValues& values, const std::string& what,
                         T (*read)(const std::string&, const std::string&)) {
  std::vector<T> all;
  for (const std::string& item : split_list(values.text(what), what)) {
    all.push_back(read(item, what));
    if (std::count(all.begin(), all.end(), all.back()) > 1) {
      throw InputError(fmt::format("{}: '{}' names {} twice", what, values.text(what), item));
    }
  }
  return all;
}

std::vector<std::size_t> read_starts(const std::string& text) {
  std::vector<std::size_t> starts;
  std::string rest = text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('+'), rest.size());
    starts.push_back(static_cast<std::size_t>(parse_count(rest.substr(0, end), "starts")));
    rest.erase(0, end + 1);
  }
  return starts;
}

}  // namespace

const std::vector<Option>& multi_region_options() {
  static const std::vector<Option> options{
      {"set", "split",
       "split: train on the first quarter of the time, validate on the second, test on the second half; zones: the "
       "same, "
       "and test on other regions; all: everything on jobs from the whole trace"},
      {"cut", "whole", "whole: jobs start anywhere in whole series; windows: one in each numbered window of the trace"},
      {"regions", "all",
       "in which the job may run: all, a number (the first so many by name), or names with + between them; one "
       "scenario "
       "for each",
       true},
      {"practice", "varied",
       "varied: training and validation jobs also run without the cheapest regions, and with the availability of "
       "regions exchanged; recorded: only in the regions as they were recorded (with set split or zones)"},
      {"deadline", "45h", "from the start of a job; one scenario for each", true},
      {"checkpoint", "50GB", "that is moved with the job; one scenario for each", true},
      {"job", "30h", "work of a job"},
      {"overhead", "6min", "time without work at each start of an instance, the download of the checkpoint included"},
      {"jobs", "12", "of each part, at even distances"},
      {"starts", "", "ticks at which jobs start, with + between them, instead of even distances (with set all)"},
      {"transfer-time", "ignored",
       "counted: a checkpoint from another cloud region delays a start, by 8.20 Gb/s within a continent and 3.59 Gb/s "
       "between two, less what 9.72 Gb/s takes within a region; ignored: it does not"},
      {"egress-price", "0.02", "dollars a GB between cloud regions, where no table has it"},
      {"egress", "", "CSV file of egress prices: from_region,to_region,price_usd_per_gb"},
      {"spot-price", "", "dollars an hour, where the trace has none"},
      {"on-demand-price", "", "dollars an hour, where the trace has none"},
      {"probe-charge", "1min", "of spot, paid for a probe that finds some"},
      {"probe-every", "2h", "after which a region is probed again where a program does not answer `probe`"},
      {"polarity", "unavailable", "what a 1 in the trace means: available or unavailable"},
  };
  return options;
}

MultiRegionOptions read_options(const ScenarioRequest& request) {
  const OptionValues values("multi_region", multi_region_options(), request);
  MultiRegionOptions options;
  options.cut = choose<Cut>(values, "set", {{"split", Cut::split}, {"zones", Cut::zones}, {"all", Cut::all}});
  options.practice = choose<bool>(values, "practice", {{"varied", true}, {"recorded", false}});
  options.windows_only = choose<bool>(values, "cut", {{"whole", false}, {"windows", true}});
  options.regions = split_list(values.text("regions"), "regions");
  options.deadlines = read_each(values, "deadline", read_positive_time);
  options.checkpoints = read_each(values, "checkpoint", read_gigabytes);
  options.job = read_positive_time(values.text("job"), "job");
  options.overhead = read_time(values.text("overhead"), "overhead");
  options.jobs = static_cast<std::size_t>(values.count("jobs", 1, 100'000));
  options.starts = read_starts(values.text("starts"));
  if (!options.starts.empty() && (options.cut != Cut::all || options.windows_only)) {
    throw InputError("starts: given starts take all of the time; add set all, and no cut windows");
  }
  options.count_transfers = choose<bool>(values, "transfer-time", {{"ignored", false}, {"counted", true}});
  options.egress_price = values.number("egress-price", 0, 1e3);
  options.egress_file = values.text("egress");
  options.spot_price = read_price(values.text("spot-price"), "spot-price");
  options.on_demand_price = read_price(values.text("on-demand-price"), "on-demand-price");
  options.probe_charge = read_time(values.text("probe-charge"), "probe-charge");
  options.probe_every = read_positive_time(values.text("probe-every"), "probe-every");
  options.polarity = choose<Polarity>(values, "polarity",
                                      {{"unavailable", Polarity::unavailable}, {"available", Polarity::available}});
  return options;
}

}  // namespace syswright::multi_region
