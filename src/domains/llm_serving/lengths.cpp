#include "domains/llm_serving/lengths.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "base/distributions.h"
#include "base/error.h"
#include "domains/llm_serving/spec.h"

namespace syswright::llm_serving {
namespace {

using Kind = LengthCurve::Kind;

constexpr double longest = 1e8;
constexpr std::uint32_t least_prompt = 16;  ///< tokens of context that an output leaves, as in the Glia experiment

std::uint32_t whole(double tokens) { return static_cast<std::uint32_t>(std::clamp(std::round(tokens), 1.0, longest)); }

std::vector<double> column(const Requests& requests, bool outputs) {
  std::vector<double> values;
  for (const Request& request : requests.list) values.push_back(outputs ? request.output : request.prompt);
  if (values.empty()) throw InputError(fmt::format("{}: there are no requests to fit lengths to", requests.name));
  return values;
}

double order_statistic(const std::vector<double>& sorted, double p) {
  const double place = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

/// Mean ranks, so that equal values count alike.
std::vector<double> ranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> result(values.size());
  for (std::size_t i = 0; i < order.size();) {
    std::size_t end = i;
    while (end < order.size() && values[order[end]] == values[order[i]]) ++end;
    for (std::size_t k = i; k < end; ++k) result[order[k]] = static_cast<double>(i + end - 1) / 2;
    i = end;
  }
  return result;
}

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Pearson's; 0 where a column is constant.
double correlation_of(const std::vector<double>& a, const std::vector<double>& b) {
  const double mean_a = mean_of(a);
  const double mean_b = mean_of(b);
  double both = 0;
  double only_a = 0;
  double only_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    both += (a[i] - mean_a) * (b[i] - mean_b);
    only_a += (a[i] - mean_a) * (a[i] - mean_a);
    only_b += (b[i] - mean_b) * (b[i] - mean_b);
  }
  return only_a > 0 && only_b > 0 ? std::clamp(both / std::sqrt(only_a * only_b), -1.0, 1.0) : 0;
}

LengthCurve log_normal_through(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  LengthCurve curve;
  curve.kind = Kind::log_normal;
  curve.median = order_statistic(values, 0.5);
  curve.sigma = std::log(order_statistic(values, 0.9) / curve.median) / normal_quantile(0.9);
  curve.minimum = values.front();
  curve.maximum = values.back();
  return curve;
}

LengthCurve quantiles_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  LengthCurve curve;
  curve.kind = Kind::quantiles;
  for (const double p : {0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1.0}) {
    curve.knots.push_back({p, order_statistic(values, p)});
  }
  return curve;
}

LengthCurve log_normal(double median, double sigma) {
  LengthCurve curve;
  curve.kind = Kind::log_normal;
  curve.median = median;
  curve.sigma = sigma;
  return curve;
}

LengthCurve constant(double tokens) {
  LengthCurve curve;
  curve.median = tokens;
  return curve;
}

std::pair<double, double> drawn(const Lengths& lengths, Random& random) {
  if (lengths.pairs != nullptr) {
    const auto& [prompt, output] = (*lengths.pairs)[random.below(lengths.pairs->size())];
    return {prompt, output};
  }
  const double first = random.normal();
  const double second = lengths.correlation * first +
                        std::sqrt(std::max(0.0, 1 - lengths.correlation * lengths.correlation)) * random.normal();
  return {lengths.prompt.quantile(normal_probability(first)), lengths.output.quantile(normal_probability(second))};
}

}  // namespace

double LengthCurve::quantile(double p) const {
  if (kind == Kind::constant) return median;
  if (kind == Kind::log_normal) {
    const double bounded = std::clamp(p, 1e-15, 1 - 1e-15);
    return std::clamp(median * std::exp(sigma * normal_quantile(bounded)), minimum, maximum);
  }
  const auto above = std::find_if(knots.begin(), knots.end(), [p](const Knot& knot) { return knot.p >= p; });
  if (above == knots.begin()) return knots.front().tokens;
  if (above == knots.end()) return knots.back().tokens;
  const Knot& below = *(above - 1);
  // Against normal quantiles a log-normal's logarithm runs straight; these have no ends, so that there p itself serves.
  const bool at_end = below.p <= 0 || above->p >= 1;
  const double low = at_end ? below.p : normal_quantile(below.p);
  const double high = at_end ? above->p : normal_quantile(above->p);
  const double share = ((at_end ? p : normal_quantile(p)) - low) / (high - low);
  return below.tokens * std::pow(above->tokens / below.tokens, share);
}

Lengths lengths_from(const std::string& text) {
  Spec spec(text);
  Lengths lengths;
  lengths.name = text;
  if (spec.name() == "fixed") {
    spec.set_example("fixed:prompt=512,output=128");
    lengths.prompt = constant(spec.needed("prompt", 1, longest));
    lengths.output = constant(spec.needed("output", 1, longest));
  } else if (spec.name() == "log-normal") {
    spec.set_example("log-normal:prompt=1020,prompt-sigma=0.9,output=129,output-sigma=0.8");
    const double prompt = spec.needed("prompt", 1, longest);
    lengths.prompt = log_normal(prompt, spec.needed("prompt-sigma", 0, 5));
    const double output = spec.needed("output", 1, longest);
    lengths.output = log_normal(output, spec.needed("output-sigma", 0, 5));
    lengths.correlation = spec.number("correlation", 0, -1, 1);
  } else {
    lengths = length_shape(spec.name());
    spec.set_example("sharegpt:inflated=0.05");
    lengths.inflated_share = spec.number("inflated", lengths.inflated_share, 0, 1);
  }
  spec.finish();
  return lengths;
}

Lengths resample_lengths(const Requests& requests) {
  if (requests.list.empty())
    throw InputError(fmt::format("{}: there are no requests to draw lengths from", requests.name));
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
  for (const Request& request : requests.list) pairs.emplace_back(request.prompt, request.output);
  Lengths lengths;
  lengths.name = "as in " + requests.name;
  lengths.pairs = std::make_shared<const std::vector<std::pair<std::uint32_t, std::uint32_t>>>(std::move(pairs));
  return lengths;
}

Lengths fit_log_normal_lengths(const Requests& requests) {
  std::vector<double> prompts = column(requests, false);
  std::vector<double> outputs = column(requests, true);
  Lengths lengths;
  lengths.name = "log-normal after " + requests.name;
  lengths.prompt = log_normal_through(prompts);
  lengths.output = log_normal_through(outputs);
  for (double& value : prompts) value = std::log(value);
  for (double& value : outputs) value = std::log(value);
  lengths.correlation = correlation_of(prompts, outputs);
  return lengths;
}

Lengths fit_quantile_lengths(const Requests& requests) {
  const std::vector<double> prompts = column(requests, false);
  const std::vector<double> outputs = column(requests, true);
  Lengths lengths;
  lengths.name = "quantiles of " + requests.name;
  lengths.prompt = quantiles_of(prompts);
  lengths.output = quantiles_of(outputs);
  // Spearman's rank correlation, turned into that of the normal draws behind it (Kruskal, JASA 53(284), 1958).
  const double rank = correlation_of(ranks(prompts), ranks(outputs));
  lengths.correlation = std::clamp(2 * std::sin(std::numbers::pi / 6 * rank), -1.0, 1.0);
  return lengths;
}

std::pair<std::uint32_t, std::uint32_t> draw_lengths(const Lengths& lengths, std::uint64_t seed, std::uint64_t index) {
  return draw_lengths(lengths, Random(seed, "llm lengths").at(index));
}

std::pair<std::uint32_t, std::uint32_t> draw_lengths(const Lengths& lengths, Random random) {
  auto [prompt, output] = drawn(lengths, random);
  if (lengths.inflated_share > 0) {
    if (random.chance(lengths.inflated_share)) prompt *= lengths.inflation;
    if (random.chance(lengths.inflated_share)) output *= lengths.inflation;
  }
  if (lengths.context > least_prompt) {
    output = std::min(output, static_cast<double>(lengths.context - least_prompt));
    prompt = std::min(prompt, lengths.context - std::round(output));
  }
  return {whole(prompt), whole(output)};
}

}  // namespace syswright::llm_serving
