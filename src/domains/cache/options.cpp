#include "domains/cache/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "base/error.h"
#include "base/text.h"

namespace syswright::cache {

namespace {

UnitChoice read_unit(const std::string& text) {
  if (text == "auto") return UnitChoice::automatic;
  if (text == "yes") return UnitChoice::yes;
  if (text == "no") return UnitChoice::no;
  const std::vector<std::string> choices{"auto", "yes", "no"};
  throw InputError(fmt::format("unit '{}' is not one of auto, yes, no{}", text, did_you_mean(text, choices)));
}

/// "1/3", "0.5" or "20%".
double read_share(const std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) return parse_fraction(text, "split");
  const double whole = parse_number(text.substr(slash + 1), "split");
  return whole > 0 ? parse_number(text.substr(0, slash), "split") / whole : -1;
}

void read_split(const std::string& text, CacheOptions& options) {
  const std::vector<std::string> parts = split_list(text, "split");
  const std::string form = fmt::format("split '{}' must be three parts, each over 0, that sum to 1: 1/3,1/3,1/3", text);
  if (parts.size() != 3) throw InputError(form);
  double sum = 0;
  for (const std::string& part : parts) {
    const double share = read_share(part);
    if (!(share > 0)) throw InputError(form);
    sum += share;
  }
  if (std::abs(sum - 1) > 1e-6) throw InputError(form);
  options.train_share = read_share(parts[0]);
  options.validation_share = read_share(parts[1]);
}

void read_lifetime(const std::string& text, CacheOptions& options) {
  options.trace_lifetimes = text != "none";
  if (text == "none" || text == "auto") return;
  options.default_lifetime = parse_duration(text, "ttl").value();
  if (options.default_lifetime > 0) return;
  throw InputError(fmt::format("ttl '{}' lets objects live for no time: give more than 0s, or none", text));
}

bool is_percent(const std::string& size) { return size.ends_with('%'); }

bool has_unit(const std::string& size) { return size.ends_with('B'); }

std::uint64_t at_least_one(double amount, const std::string& size, const char* what) {
  const double rounded = std::round(amount);
  if (!(rounded >= 1)) {
    throw InputError(
        fmt::format("a cache of size '{}' would hold {:.2g} {}: give a size of at least one", size, amount, what));
  }
  if (rounded >= std::ldexp(1.0, 62)) throw InputError(fmt::format("a cache of size '{}' is too large", size));
  return static_cast<std::uint64_t>(rounded);
}

Capacity share_of_footprint(const std::string& size, bool in_bytes, const Requests& requests) {
  const double share = parse_fraction(size, "size");
  if (in_bytes) return {at_least_one(share * static_cast<double>(requests.footprint_bytes), size, "bytes"), true};
  return {at_least_one(share * static_cast<double>(requests.object_count()), size, "objects"), false};
}

}  // namespace

const std::vector<Option>& cache_options() {
  static const std::vector<Option> options{
      {"size", "1%", "size of the cache: a number of objects (1000), bytes with a unit (64MiB), or % of the footprint",
       true},
      {"unit", "auto",
       "yes: every object counts 1; no: objects count their bytes; auto: as the size is given, and for % by whether "
       "the "
       "trace has sizes",
       false},
      {"admission", "all",
       "what stands in front of every policy and refuses misses: all (nothing), size:64KiB (no larger), "
       "probability:0.5, "
       "size-probability:64KiB (exp(-size/64KiB)), bloom (missed before), adaptsize",
       true},
      {"ttl", "auto",
       "lifetime of objects of which the trace states none: a time (1h); auto: for ever; none: for ever, and the "
       "trace's own do not count",
       false},
      {"split", "1/3,1/3,1/3", "parts of the trace for training, validation and test, in this order", false},
  };
  return options;
}

CacheOptions read_options(const ScenarioRequest& request) {
  std::vector<std::string> names;
  for (const Option& option : cache_options()) names.push_back(option.name);
  for (const auto& [name, value] : request.options) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    throw InputError(fmt::format("the domain 'cache' has no option '{}'{} (there are: {})", name,
                                 did_you_mean(name, names), join(names)));
  }
  const auto value_of = [&request](const Option& option) {
    const auto given = request.options.find(option.name);
    return given == request.options.end() ? option.default_value : given->second;
  };
  CacheOptions options;
  options.sizes = split_list(value_of(cache_options()[0]), "size");
  options.unit = read_unit(value_of(cache_options()[1]));
  for (const std::string& rule : split_list(value_of(cache_options()[2]), "admission")) {
    options.admissions.push_back(read_admission(rule));
  }
  read_lifetime(value_of(cache_options()[3]), options);
  read_split(value_of(cache_options()[4]), options);
  return options;
}

Capacity capacity_of(const std::string& size, UnitChoice unit, const Requests& requests) {
  const bool sized = requests.has_sizes();
  if (size.empty() || std::isdigit(static_cast<unsigned char>(size.front())) == 0) {
    throw InputError(
        fmt::format("size '{}' is not a size of a cache: give a number of objects (1000), bytes with a unit "
                    "(64MiB), or a share of the footprint (1%)",
                    size));
  }
  if (unit == UnitChoice::no && !sized) {
    throw InputError(fmt::format("{} has no object sizes, so objects cannot count their bytes; leave out 'unit'",
                                 requests.trace.name));
  }
  if (is_percent(size)) return share_of_footprint(size, sized && unit != UnitChoice::yes, requests);
  if (has_unit(size)) {
    if (unit == UnitChoice::yes) {
      throw InputError(
          fmt::format("size '{}' is in bytes, but with unit 'yes' every object counts 1: give a number of "
                      "objects, such as 1000, or a percentage",
                      size));
    }
    if (!sized) {
      throw InputError(
          fmt::format("size '{}' is in bytes, but {} has no object sizes: give a number of objects, such "
                      "as 1000, or a percentage",
                      size, requests.trace.name));
    }
    return {at_least_one(parse_size(size, "size").value(), size, "bytes"), true};
  }
  if (unit == UnitChoice::no) {
    throw InputError(
        fmt::format("size '{}' counts objects, but with unit 'no' objects count their bytes: give bytes "
                    "with a unit, such as 64MiB, or a percentage",
                    size));
  }
  return {at_least_one(static_cast<double>(parse_count(size, "size")), size, "objects"), false};
}

std::string describe(const std::string& size, const Capacity& capacity) {
  if (!capacity.in_bytes) {
    const std::string amount = with_thousands(capacity.amount) + (capacity.amount == 1 ? " object" : " objects");
    return is_percent(size) ? fmt::format("{} ({})", size, amount) : amount;
  }
  return is_percent(size) ? fmt::format("{} ({})", size, format_bytes(capacity.amount))
                          : format_quantity(static_cast<double>(capacity.amount), bytes_dimension);
}

}  // namespace syswright::cache
