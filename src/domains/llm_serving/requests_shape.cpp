#include "domains/llm_serving/requests_shape.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "base/text.h"

namespace syswright::llm_serving {
namespace {

/// Carries a log through the steps, with each request's place in it.
class Shaper {
 public:
  Shaper(RequestLog log, const ShapeOptions& options)
      : options_(options), requests_(std::move(log.requests)), sessions_(std::move(log.sessions)) {
    result_.warnings = std::move(log.warnings);
    has_arrivals_ = log.has_arrivals;
    places_.resize(requests_.list.size());
    for (std::size_t i = 0; i < places_.size(); ++i) places_[i] = i;
  }

  ShapedRequests run() {
    lay_arrivals();
    keep_window();
    keep_first();
    set_rate();
    cut_to_context();
    give_tenants();
    give_priorities();
    foretell();
    requests_.digest = digest();
    result_.requests = std::make_shared<const Requests>(std::move(requests_));
    return std::move(result_);
  }

 private:
  using List = std::vector<Request>;

  [[noreturn]] void refuse(const std::string& problem) const {
    throw InputError(fmt::format("{}: {}", requests_.name, problem));
  }
  void warn(std::string text) { result_.warnings.push_back(std::move(text)); }

  void keep(std::size_t from, std::size_t to) {
    List& list = requests_.list;
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(to), list.end());
    list.erase(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(from));
    places_.erase(places_.begin() + static_cast<std::ptrdiff_t>(to), places_.end());
    places_.erase(places_.begin(), places_.begin() + static_cast<std::ptrdiff_t>(from));
  }

  void lay_arrivals() {
    if (!options_.arrivals) {
      if (!has_arrivals_) refuse("has lengths and no arrival times; say how requests arrive, such as poisson:8/s");
      return;
    }
    const std::vector<double> times = draw_arrivals(*options_.arrivals, requests_.list.size(),
                                                    std::numeric_limits<double>::infinity(), options_.seed);
    if (times.size() < requests_.list.size()) {
      warn(fmt::format("only {} arrivals for {} requests: the others were left out", with_thousands(times.size()),
                       with_thousands(requests_.list.size())));
      keep(0, times.size());
    }
    for (std::size_t i = 0; i < times.size(); ++i) requests_.list[i].arrival = times[i];
  }

  void keep_window() {
    if (!(options_.from >= 0 && options_.duration > 0)) refuse("a window begins at 0 or later and has a length");
    if (options_.from == 0 && std::isinf(options_.duration)) return;
    const auto at = [&](double time) {
      const List& list = requests_.list;
      const auto earlier = [](const Request& request, double limit) { return request.arrival < limit; };
      return static_cast<std::size_t>(std::lower_bound(list.begin(), list.end(), time, earlier) - list.begin());
    };
    const double last = requests_.list.empty() ? 0 : requests_.list.back().arrival;
    keep(at(options_.from), at(options_.from + options_.duration));
    if (requests_.list.empty()) refuse(fmt::format("no request lies in the window; the last arrives at {} s", last));
    for (Request& request : requests_.list) request.arrival -= options_.from;
  }

  void keep_first() {
    if (options_.limit < requests_.list.size()) keep(0, static_cast<std::size_t>(options_.limit));
    if (requests_.list.empty()) refuse("no requests are left");
  }

  void set_rate() {
    if (options_.rate == 0) return;
    if (!(options_.rate > 0 && options_.rate <= 1e9)) refuse("the rate must be positive");
    List& list = requests_.list;
    const double first = list.front().arrival;
    const double span = list.back().arrival - first;
    if (span <= 0) refuse("all requests arrive at one time, so that no stretch of time gives them a rate");
    const double stretch = static_cast<double>(list.size()) / span / options_.rate;
    for (Request& request : list) request.arrival *= stretch;
  }

  void cut_to_context() {
    if (options_.context == 0) return;
    if (options_.context < 2) refuse("a context has at least 2 tokens, one for the prompt and one for the output");
    for (Request& request : requests_.list) {
      if (request.prompt >= options_.context) {
        request.prompt = options_.context - 1;
        cut_blocks(request);
        ++result_.cut_prompts;
      }
      if (request.output > options_.context - request.prompt) {
        request.output = options_.context - request.prompt;
        ++result_.cut_outputs;
      }
    }
    if (result_.cut_prompts + result_.cut_outputs == 0) return;
    warn(fmt::format("{} prompts and {} outputs of {} requests were cut to a context of {} tokens",
                     with_thousands(result_.cut_prompts), with_thousands(result_.cut_outputs),
                     with_thousands(std::uint64_t{requests_.list.size()}),
                     with_thousands(std::uint64_t{options_.context})));
  }

  /// Where ids go on behind the prompt, they would now name tokens that were cut as the answer's: whole blocks of the
  /// prompt stay.
  void cut_blocks(Request& request) const {
    const std::uint32_t size = requests_.block_tokens;
    const std::uint32_t left =
        requests_.blocks_cover_output ? request.prompt / size : (request.prompt + size - 1) / size;
    request.block_count = std::min(request.block_count, left);
  }

  template <typename T>
  static std::vector<double> weights_of(const std::vector<std::pair<T, double>>& shares) {
    std::vector<double> weights;
    for (const auto& [name, weight] : shares) weights.push_back(weight);
    return weights;
  }

  void give_tenants() {
    if (options_.tenants.empty()) return;
    const std::vector<double> weights = weights_of(options_.tenants);
    requests_.tenants.clear();
    for (const auto& [name, weight] : options_.tenants) requests_.tenants.push_back(name);
    const Random random(options_.seed, "llm tenants");
    for (std::size_t i = 0; i < places_.size(); ++i) {
      const std::uint64_t group = sessions_.empty() ? places_[i] : sessions_[places_[i]];
      requests_.list[i].tenant = static_cast<std::uint16_t>(random.at(group).weighted(weights));
    }
  }

  void give_priorities() {
    if (options_.priorities.empty()) return;
    const std::vector<double> weights = weights_of(options_.priorities);
    const Random random(options_.seed, "llm priorities");
    for (std::size_t i = 0; i < places_.size(); ++i) {
      requests_.list[i].priority = options_.priorities[random.at(places_[i]).weighted(weights)].first;
    }
  }

  void foretell() {
    if (!options_.predictor_error) return;
    const double error = *options_.predictor_error;
    if (!(error >= 0 && error <= 10)) refuse("a predictor's error is from 0 to 10");
    const Random random(options_.seed, "llm output predictor");
    for (std::size_t i = 0; i < places_.size(); ++i) {
      const double factor = error == 0 ? 1 : std::exp(error * random.at(places_[i]).normal());
      const double predicted = std::clamp(std::round(requests_.list[i].output * factor), 1.0, 1e9);
      requests_.list[i].predicted = static_cast<std::uint32_t>(predicted);
    }
  }

  /// Of all that a run can see, names of tenants and models included.
  Digest digest() const {
    DigestBuilder builder;
    builder.add(requests_.list.size()).add(requests_.block_tokens).add(requests_.blocks_cover_output);
    for (const Request& request : requests_.list) {
      builder.add(request.arrival).add(request.prompt).add(request.output).add(request.predicted);
      builder.add(request.block_count).add(request.tenant).add(request.model).add(request.priority);
      builder.add_column(requests_.blocks_of(request));
    }
    for (const std::string& tenant : requests_.tenants) builder.add(tenant);
    for (const std::string& model : requests_.models) builder.add(model);
    return builder.finish();
  }

  const ShapeOptions& options_;
  Requests requests_;
  std::vector<std::uint32_t> sessions_;
  std::vector<std::size_t> places_;
  bool has_arrivals_ = true;
  ShapedRequests result_;
};

std::pair<std::string, double> share_from(const std::string& part, const std::string& what) {
  const std::size_t colon = part.rfind(':');
  const std::string name = part.substr(0, colon);
  const double weight = colon == std::string::npos ? 1 : parse_number(part.substr(colon + 1), what);
  if (name.empty() || !(weight > 0 && weight <= 1e9)) {
    throw InputError(fmt::format("{}: '{}' is no name with a positive weight, such as interactive:3", what, part));
  }
  return {name, weight};
}

}  // namespace

ShapedRequests shape_requests(RequestLog log, const ShapeOptions& options) {
  return Shaper(std::move(log), options).run();
}

std::vector<std::pair<std::string, double>> tenants_from(const std::string& text, const std::string& what) {
  std::vector<std::pair<std::string, double>> tenants;
  for (const std::string& part : split_list(text, what)) {
    tenants.push_back(share_from(part, what));
    for (std::size_t i = 0; i + 1 < tenants.size(); ++i) {
      if (tenants[i].first == tenants.back().first) {
        throw InputError(fmt::format("{}: '{}' is named twice", what, tenants[i].first));
      }
    }
  }
  if (tenants.size() > 60'000) throw InputError(fmt::format("{}: at most 60,000 tenants", what));
  return tenants;
}

std::vector<std::pair<std::int32_t, double>> priorities_from(const std::string& text, const std::string& what) {
  std::vector<std::pair<std::int32_t, double>> priorities;
  for (const std::string& part : split_list(text, what)) {
    const auto [name, weight] = share_from(part, what);
    const double priority = parse_number(name, what);
    if (!(std::abs(priority) <= 1e9 && priority == std::floor(priority))) {
      throw InputError(fmt::format("{}: the priority '{}' is no whole number", what, name));
    }
    priorities.emplace_back(static_cast<std::int32_t>(priority), weight);
  }
  return priorities;
}

std::optional<double> predictor_error_from(const std::string& text, const std::string& what) {
  if (text == "none") return std::nullopt;
  const double error = parse_number(text, what);
  if (!(error >= 0 && error <= 10)) {
    throw InputError(fmt::format("{}: {} is no error from 0 (exact) to 10; 'none' for no predictor", what, text));
  }
  return error;
}

}  // namespace syswright::llm_serving
