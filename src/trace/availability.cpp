#include "trace/availability.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace syswright::trace {
namespace {

using Json = nlohmann::json;

std::optional<double> number_at(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || !found->is_number()) return std::nullopt;
  return found->get<double>();
}

void take_metadata(const Json& metadata, AvailabilitySeries& series) {
  series.gap_seconds = number_at(metadata, "gap_seconds");
  if (const auto prices = metadata.find("price_info"); prices != metadata.end()) {
    series.price = number_at(*prices, "price");
    series.on_demand_price = number_at(*prices, "on_demand_price");
  }
  if (const auto filled = metadata.find("gap_filled"); filled != metadata.end() && filled->is_object()) {
    const auto first = filled->find("gap_start_index");
    const auto last = filled->find("gap_end_index");
    if (first != filled->end() && last != filled->end()) {
      series.unmeasured.emplace(first->get<std::size_t>(), last->get<std::size_t>() + 1);
    }
  }
}

}  // namespace

AvailabilitySeries parse_availability_json(std::string_view text, const std::string& file) {
  AvailabilitySeries series;
  try {
    const Json json = Json::parse(text);
    for (const auto& value : json.at("data")) {
      series.values.push_back(value.is_boolean() ? static_cast<std::int64_t>(value.get<bool>())
                                                 : value.get<std::int64_t>());
    }
    if (const auto prices = json.find("prices"); prices != json.end() && !prices->is_null()) {
      series.prices = prices->get<std::vector<double>>();
    }
    if (const auto metadata = json.find("metadata"); metadata != json.end()) take_metadata(*metadata, series);
  } catch (const Json::exception& error) {
    throw InputError(
        SourceLocation{file},
        fmt::format("this is not availability as JSON, {{\"metadata\": {{\"gap_seconds\": 600}}, \"data\": "
                    "[0, 1]}}: {}",
                    error.what()));
  }
  if (series.values.empty()) throw InputError(SourceLocation{file}, "there is no availability in it");
  if (!series.prices.empty() && series.prices.size() != series.values.size()) {
    throw InputError(SourceLocation{file}, fmt::format("{} prices for {} ticks; give one each, or none",
                                                       series.prices.size(), series.values.size()));
  }
  return series;
}

}  // namespace syswright::trace
