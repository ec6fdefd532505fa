#include "domains/llm_serving/options.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "domain/options.h"
#include "domains/llm_serving/groups.h"
#include "domains/llm_serving/spec.h"

namespace syswright::llm_serving {
namespace {

/// Each item of a list once.
std::vector<std::string> items_of(const OptionValues& values, const std::string& what) {
  std::vector<std::string> items;
  for (const std::string& item : split_list(values.text(what), what)) {
    if (std::find(items.begin(), items.end(), item) != items.end()) {
      throw InputError(fmt::format("{}: '{}' names {} twice", what, values.text(what), item));
    }
    items.push_back(item);
  }
  return items;
}

double seconds_of(const OptionValues& values, const std::string& what) {
  return values.text(what) == "none" ? 0 : parse_duration(values.text(what), what).value();
}

/// "7.5/s", "480/min"; a number alone is requests a second.
double rate_of(const std::string& text) {
  if (text == "as-is") return 0;
  const bool bare = text.find('/') == std::string::npos;
  return rate_from(bare ? text + "/s" : text, "rate");
}

ShapeOptions read_shape(const OptionValues& values, std::uint64_t seed) {
  ShapeOptions shape;
  shape.seed = seed;
  if (!values.text("arrivals").empty()) shape.arrivals = arrivals_from(values.text("arrivals"));
  shape.from = seconds_of(values, "from");
  if (values.text("duration") != "all") shape.duration = parse_duration(values.text("duration"), "duration").value();
  if (values.text("requests") != "all") shape.limit = values.count("requests", 1, 1'000'000'000);
  if (values.text("context") != "none") {
    shape.context = static_cast<std::uint32_t>(values.count("context", 2, 1u << 30));
  }
  if (!values.text("tenants").empty()) shape.tenants = tenants_from(values.text("tenants"), "tenants");
  if (!values.text("priorities").empty()) {
    shape.priorities = priorities_from(values.text("priorities"), "priorities");
  }
  shape.predictor_error = predictor_error_from(values.text("predictor"), "predictor");
  return shape;
}

Limits read_limits(const OptionValues& values) {
  return {.ttft = seconds_of(values, "slo-ttft"),
          .tpot = seconds_of(values, "slo-tpot"),
          .e2e = seconds_of(values, "slo-e2e")};
}

Weights read_weights(const OptionValues& values, const Limits& limits) {
  const std::string& objective = values.text("objective");
  const double penalty = parse_duration(values.text("miss-penalty"), "miss-penalty").value();
  Weights weights{.e2e = 0, .ttft = 0, .tpot = 0, .miss = 0, .gpu = 0};
  weights.refused = parse_duration(values.text("refused-penalty"), "refused-penalty").value();
  const bool promised = limits.ttft > 0 || limits.tpot > 0 || limits.e2e > 0;
  const auto needs_promise = [&] {
    if (promised) return;
    throw InputError(
        fmt::format("objective: '{}' counts requests out of their limits, and none are set; add slo-ttft, slo-tpot or "
                    "slo-e2e",
                    objective));
  };
  if (objective == "latency") {
    weights.e2e = 1;
  } else if (objective == "ttft") {
    weights.ttft = 1;
  } else if (objective == "tpot") {
    weights.tpot = 1;
  } else if (objective == "recompute") {
    weights.recompute = 0.001;
  } else if (objective == "slo") {
    needs_promise();
    weights.miss = weights.refused = 1;
  } else if (objective == "gpu_hours") {
    needs_promise();
    weights.gpu = 1;
    weights.miss = weights.refused = penalty;
  } else {
    const std::vector<std::string> names{"latency", "ttft", "tpot", "slo", "recompute", "gpu_hours"};
    throw InputError(
        fmt::format("objective: '{}' is not one of {}{}", objective, join(names), did_you_mean(objective, names)));
  }
  return weights;
}

}  // namespace

ServingOptions read_options(const ScenarioRequest& request) {
  const OptionValues values("llm_serving", serving_options(), request);
  ServingOptions options;
  options.generate = values.text("generate");
  options.seeds = static_cast<std::size_t>(values.count("seeds", 1, 1000));
  options.shape = read_shape(values, request.seed);
  for (const std::string& rate : items_of(values, "rate")) options.rates.push_back(rate_of(rate));
  for (const std::string& replicas : items_of(values, "replicas")) {
    for (const std::string& blocks : items_of(values, "kv-blocks")) {
      options.clusters.push_back(read_cluster(values, replicas, blocks));
    }
  }
  options.limits = read_limits(values);
  options.weights = read_weights(values, options.limits);
  options.check = is_on(values, "check");
  return options;
}

}  // namespace syswright::llm_serving
