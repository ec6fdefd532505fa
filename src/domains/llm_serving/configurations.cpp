#include "domains/llm_serving/configurations.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/text.h"
#include "domains/llm_serving/options.h"

namespace syswright::llm_serving {
namespace {

using tune::Parameter;
using tune::Point;
using tune::Space;

constexpr std::uint64_t most_gpus = 256;
constexpr double largest_split = 8;

/// Adds a parameter unless the request states what it would set.
class Builder {
 public:
  Builder(const ScenarioRequest& request, Space& space) : request_(request), space_(space) {}

  bool open(const std::string& option) const { return !request_.options.contains(option); }
  std::optional<std::size_t> add(Parameter parameter) {
    if (!open(parameter.name)) return std::nullopt;
    return space_.add(std::move(parameter));
  }

 private:
  const ScenarioRequest& request_;
  Space& space_;
};

std::string value_of(const ScenarioRequest& request, const std::string& name) {
  const auto found = request.options.find(name);
  if (found != request.options.end()) return found->second;
  const auto& options = serving_options();
  return std::find_if(options.begin(), options.end(), [&](const Option& one) { return one.name == name; })
      ->default_value;
}

double number_at(const Space& space, const Point& point, std::size_t parameter) {
  const Parameter& one = space.parameters()[parameter];
  return one.kind == Parameter::Kind::levels ? one.numbers[static_cast<std::size_t>(point[parameter])]
                                             : point[parameter];
}

std::optional<std::size_t> find(const Space& space, const std::string& name) {
  for (std::size_t i = 0; i < space.size(); ++i) {
    if (space.parameters()[i].name == name) return i;
  }
  return std::nullopt;
}

/// GPUs of a replica: a card alone may be split over several, one that says how many, or a measured one, may not.
bool may_split(const std::string& hardware) {
  if (hardware.find(':') != std::string::npos) return false;
  const std::size_t digits = hardware.find_last_not_of("0123456789");
  return digits == std::string::npos || digits + 1 == hardware.size() || hardware[digits] != 'x';
}

/// How the GPUs are put together.
void add_cluster(Builder& builder, Space& space, const ScenarioRequest& request, std::uint64_t gpus) {
  if (!builder.open("groups")) return;
  const auto all = static_cast<double>(gpus);
  std::optional<std::size_t> split;
  if (may_split(value_of(request, "hardware"))) {
    std::vector<double> levels;
    for (double level = 1; level <= std::min(all, largest_split); level *= 2) levels.push_back(level);
    if (levels.size() > 1) split = space.add(Parameter::levels("tensor-parallel", levels, 0));
  }
  if (!builder.open("replicas")) return;
  Parameter replicas = Parameter::integer("replicas", 1, all, std::min(all, 4.0));
  replicas.sparse = true;
  const std::size_t count = space.add(std::move(replicas));
  const auto gpus_used = [=, names = space](const Point& point) {
    return point[count] * (split ? number_at(names, point, *split) : 1);
  };
  space.require({fmt::format("replicas x tensor-parallel is at most {}", gpus),
                 split ? std::vector<std::size_t>{*split, count} : std::vector<std::size_t>{count},
                 [=](const Point& point) { return gpus_used(point) <= all; }});
  if (gpus < 2) return;
  const std::size_t phases = space.add(Parameter::choice("phases", {"together", "apart"}));
  Parameter prefill = Parameter::integer("prefill-replicas", 1, all - 1, 1);
  prefill.sparse = true;
  const std::size_t first = space.add(std::move(prefill));
  space.only_if(phases, {1});
  space.require({"a replica is left that decodes", {count, phases, first}, [=](const Point& point) {
                   return point[phases] == 0 || point[first] < point[count];
                 }});
}

/// How a replica fills its steps.
void add_engine(Builder& builder, Space& space) {
  const auto scheduler = builder.add(Parameter::choice("scheduler", {"vllm", "sarathi", "orca"}));
  const auto chunked = builder.add(Parameter::choice("chunked", {"on", "off"}));
  if (chunked && scheduler) space.only_if(*scheduler, {0});
  builder.add(Parameter::choice("prefix-caching", {"on", "off"}));
  builder.add(Parameter::choice("whole-sequence", {"off", "on"}));
  builder.add(Parameter::choice("long-prefill", {"none", "512", "2048"}));
  const auto running = builder.add(Parameter::levels("max-running", {8, 16, 32, 64, 128, 256, 512}, 5).dense());
  const auto budget =
      builder.add(Parameter::levels("token-budget", {256, 512, 1024, 2048, 4096, 8192, 16384}, 3).dense());
  // A stated number of blocks would be more or less memory with another size.
  if (builder.open("kv-blocks")) builder.add(Parameter::levels("block-size", {8, 16, 32, 64}, 1).dense());
  builder.add(Parameter::levels("watermark", {0, 0.01, 0.02, 0.05, 0.1}, 0, false).dense());
  if (running && budget) {
    space.require({"token-budget is at least max-running", {*running, *budget}, [=, names = space](const Point& point) {
                     return number_at(names, point, *budget) >= number_at(names, point, *running);
                   }});
  }
}

}  // namespace

std::span<const Option> configuration_limits() {
  static const std::vector<Option> options{
      {"gpus", "8", "GPUs of all replicas together, of the card that --hardware names, at most"}};
  return options;
}

Space serving_configurations(const ScenarioRequest& request, const Configurable::Values& limits) {
  const auto given = limits.find("gpus");
  const std::string text = given == limits.end() ? configuration_limits()[0].default_value : given->second;
  const std::uint64_t gpus = parse_count(text, "gpus");
  if (gpus < 1 || gpus > most_gpus) {
    throw InputError(fmt::format("gpus '{}' is not between 1 and {}", text, most_gpus));
  }
  Space space;
  Builder builder(request, space);
  add_cluster(builder, space, request, gpus);
  add_engine(builder, space);
  if (space.size() == 0) throw InputError("every setting is stated: nothing is left to search");
  return space;
}

Configurable::Values serving_configuration(const ScenarioRequest& request, const Space& space, const Point& point) {
  Configurable::Values values;
  const auto at = [&](const std::string& name) -> std::optional<std::string> {
    const auto parameter = find(space, name);
    if (!parameter || !space.active(point, *parameter)) return std::nullopt;
    return space.text(*parameter, point[*parameter]);
  };
  if (const auto split = at("tensor-parallel")) {
    const std::string card = value_of(request, "hardware");
    values["hardware"] = *split == "1" ? card : fmt::format("{}x{}", card, *split);
  }
  const auto first = at("prefill-replicas");
  if (first) {
    const auto all = parse_count(*at("replicas"), "replicas");
    const auto prefill = parse_count(*first, "prefill-replicas");
    values["groups"] = fmt::format("name=prefill role=prefill replicas={}; name=decode role=decode replicas={}",
                                   prefill, all - prefill);
  } else if (const auto replicas = at("replicas")) {
    values["replicas"] = *replicas;
  }
  const std::vector<std::string> own{"tensor-parallel", "replicas", "phases", "prefill-replicas"};
  for (const Parameter& parameter : space.parameters()) {
    if (std::find(own.begin(), own.end(), parameter.name) != own.end()) continue;
    if (const auto value = at(parameter.name)) values[parameter.name] = *value;
  }
  return values;
}

}  // namespace syswright::llm_serving
