#include "tune/space.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/text.h"

namespace syswright::tune {
namespace {

constexpr std::size_t max_steps = 5000;
constexpr std::size_t real_draws = 4;
constexpr int rejections = 60;

double place(double x, double low, double high, bool logarithmic) {
  if (low == high) return 0;
  return logarithmic ? std::log(x / low) / std::log(high / low) : (x - low) / (high - low);
}

std::vector<double> every_value(const Parameter& parameter) {
  std::vector<double> values(parameter.count());
  std::iota(values.begin(), values.end(), parameter.kind == Parameter::Kind::integer ? parameter.low : 0);
  return values;
}

}  // namespace

Parameter Parameter::choice(std::string name, std::vector<std::string> options, std::size_t initial) {
  Parameter parameter;
  parameter.name = std::move(name);
  parameter.options = std::move(options);
  parameter.initial = static_cast<double>(initial);
  return parameter;
}

Parameter Parameter::levels(std::string name, std::vector<double> numbers, std::size_t initial, bool logarithmic) {
  Parameter parameter;
  parameter.name = std::move(name);
  parameter.kind = Kind::levels;
  for (const double number : numbers) parameter.options.push_back(fmt::format("{:.12g}", number));
  parameter.numbers = std::move(numbers);
  parameter.initial = static_cast<double>(initial);
  parameter.logarithmic = logarithmic;
  return parameter;
}

Parameter Parameter::integer(std::string name, double low, double high, double initial, bool logarithmic) {
  Parameter parameter = real(std::move(name), low, high, initial, logarithmic);
  parameter.kind = Kind::integer;
  return parameter;
}

Parameter Parameter::real(std::string name, double low, double high, double initial, bool logarithmic) {
  Parameter parameter;
  parameter.name = std::move(name);
  parameter.kind = Kind::real;
  parameter.low = low;
  parameter.high = high;
  parameter.initial = initial;
  parameter.logarithmic = logarithmic;
  parameter.sparse = false;
  return parameter;
}

Parameter Parameter::dense() && {
  sparse = false;
  return std::move(*this);
}

std::size_t Parameter::count() const {
  switch (kind) {
    case Kind::choice:
    case Kind::levels:
      return options.size();
    case Kind::integer:
      return static_cast<std::size_t>(high - low) + 1;
    case Kind::real:
      return 0;
  }
  return 0;
}

std::size_t Space::add(Parameter parameter) {
  assert(std::none_of(parameters_.begin(), parameters_.end(),
                      [&](const Parameter& other) { return other.name == parameter.name; }));
  assert(parameter.kind == Parameter::Kind::real || parameter.count() > 0);
  assert(!parameter.options.empty() || (parameter.low <= parameter.initial && parameter.initial <= parameter.high &&
                                        parameter.low <= parameter.high));
  assert(!parameter.logarithmic || !parameter.options.empty() || parameter.low > 0);
  parameters_.push_back(std::move(parameter));
  rules_of_.emplace_back();
  return parameters_.size() - 1;
}

void Space::only_if(std::size_t parent, std::vector<double> values) {
  assert(parent + 1 < parameters_.size());
  parameters_.back().conditions.push_back({parent, std::move(values)});
}

void Space::require(Rule rule) {
  for (const std::size_t parameter : rule.parameters) rules_of_[parameter].push_back(rules_.size());
  rules_.push_back(std::move(rule));
}

std::size_t Space::index(std::string_view name) const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (parameters_[i].name == name) return i;
    names.push_back(parameters_[i].name);
  }
  throw InputError(fmt::format("there is no setting '{}' to search{} (there are: {})", name, did_you_mean(name, names),
                               join(names)));
}

Point Space::initial() const {
  Point point;
  for (const Parameter& parameter : parameters_) point.push_back(parameter.initial);
  return point;
}

bool Space::active(const Point& point, std::size_t parameter) const {
  const auto& conditions = parameters_[parameter].conditions;
  return std::all_of(conditions.begin(), conditions.end(), [&](const Parameter::Condition& condition) {
    return std::find(condition.values.begin(), condition.values.end(), point[condition.parent]) !=
               condition.values.end() &&
           active(point, condition.parent);
  });
}

Point Space::canonical(Point point) const {
  assert(point.size() == parameters_.size());
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const Parameter& parameter = parameters_[i];
    if (!active(point, i)) {
      point[i] = parameter.initial;
      continue;
    }
    const bool indexed = !parameter.options.empty();
    const double low = indexed ? 0 : parameter.low;
    const double high = indexed ? static_cast<double>(parameter.options.size() - 1) : parameter.high;
    const double clamped = std::clamp(point[i], low, high);
    point[i] = parameter.discrete() ? low + std::round(clamped - low) : clamped;
  }
  return point;
}

const Rule* Space::broken(const Point& point) const {
  const auto found = std::find_if(rules_.begin(), rules_.end(), [&](const Rule& rule) { return !rule.holds(point); });
  return found == rules_.end() ? nullptr : &*found;
}

double Space::unit(std::size_t index, double value) const {
  const Parameter& parameter = parameters_[index];
  switch (parameter.kind) {
    case Parameter::Kind::choice:
      return place(value, 0, static_cast<double>(parameter.options.size() - 1), false);
    case Parameter::Kind::levels:
      return place(parameter.numbers[static_cast<std::size_t>(value)], parameter.numbers.front(),
                   parameter.numbers.back(), parameter.logarithmic && parameter.numbers.front() > 0);
    default:
      return place(value, parameter.low, parameter.high, parameter.logarithmic);
  }
}

double Space::value(std::size_t index, double unit) const {
  const Parameter& parameter = parameters_[index];
  unit = std::clamp(unit, 0.0, 1.0);
  switch (parameter.kind) {
    case Parameter::Kind::choice: {
      const auto count = static_cast<double>(parameter.options.size());
      return std::min(std::floor(unit * count), count - 1);
    }
    case Parameter::Kind::levels: {
      double best = 0;
      for (std::size_t i = 1; i < parameter.options.size(); ++i) {
        const auto level = static_cast<double>(i);
        if (std::abs(this->unit(index, level) - unit) < std::abs(this->unit(index, best) - unit)) best = level;
      }
      return best;
    }
    default: {
      const double value = parameter.logarithmic
                               ? parameter.low * std::exp(unit * std::log(parameter.high / parameter.low))
                               : parameter.low + unit * (parameter.high - parameter.low);
      const double whole = parameter.kind == Parameter::Kind::integer ? std::round(value) : value;
      return std::clamp(whole, parameter.low, parameter.high);
    }
  }
}

std::string Space::text(std::size_t index, double value) const {
  const Parameter& parameter = parameters_[index];
  if (!parameter.options.empty()) return parameter.options[static_cast<std::size_t>(value)];
  return fmt::format("{:.6g}", value);
}

std::string Space::text(const Point& point) const {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (active(point, i)) parts.push_back(fmt::format("{} {}", parameters_[i].name, text(i, point[i])));
  }
  return join(parts);
}

std::vector<double> Space::values(std::size_t index, Random& random) const {
  const Parameter& parameter = parameters_[index];
  if (parameter.kind != Parameter::Kind::real) return every_value(parameter);
  std::vector<double> drawn;
  for (std::size_t i = 0; i < real_draws; ++i) drawn.push_back(value(index, random.uniform()));
  return drawn;
}

bool Space::may_be(const Point& point, const std::vector<bool>& assigned, std::size_t parameter) const {
  return std::all_of(rules_of_[parameter].begin(), rules_of_[parameter].end(), [&](std::size_t i) {
    const Rule& rule = rules_[i];
    const bool ready = std::all_of(rule.parameters.begin(), rule.parameters.end(),
                                   [&](std::size_t needed) { return assigned[needed]; });
    return !ready || rule.holds(point);
  });
}

bool Space::fill(std::size_t at, Point& point, std::vector<bool>& assigned, Filling& filling) const {
  while (at < parameters_.size() && assigned[at]) ++at;
  if (at == parameters_.size()) return valid(point);
  std::vector<double> open{parameters_[at].initial};
  if (active(point, at)) {
    open = values(at, filling.random);
    filling.random.shuffle(std::span(open));
    if (filling.guide != nullptr && filling.random.chance(filling.guide->keep)) {
      open.insert(open.begin(), filling.guide->point[at]);
    }
  }
  assigned[at] = true;
  for (const double value : open) {
    if (++filling.steps > max_steps) break;
    point[at] = value;
    if (may_be(point, assigned, at) && fill(at + 1, point, assigned, filling)) return true;
  }
  assigned[at] = false;
  return false;
}

std::optional<Point> Space::complete(Point point, std::vector<bool> assigned, Random& random,
                                     const Guide* guide) const {
  Filling filling{random, guide};
  if (!fill(0, point, assigned, filling)) return std::nullopt;
  return canonical(std::move(point));
}

std::optional<Point> Space::draw(Random& random) const {
  for (int again = 0; again < rejections; ++again) {
    Point point = initial();
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
      const Parameter& parameter = parameters_[i];
      if (parameter.kind == Parameter::Kind::real) {
        point[i] = value(i, random.uniform());
      } else {
        const double low = parameter.kind == Parameter::Kind::integer ? parameter.low : 0;
        const auto count = static_cast<double>(parameter.count());
        // Large ranges of whole numbers evenly on their scale, the others evenly by value.
        point[i] = parameter.logarithmic && parameter.options.empty()
                       ? value(i, random.uniform())
                       : low + static_cast<double>(random.below(static_cast<std::uint64_t>(count)));
      }
    }
    point = canonical(std::move(point));
    if (valid(point)) return point;
  }
  return complete(initial(), std::vector<bool>(parameters_.size(), false), random);
}

std::vector<Point> Space::neighbours(const Point& point, Random& random) const {
  std::vector<Point> found;
  const auto offer = [&](std::size_t parameter, double value) {
    Point other = point;
    other[parameter] = value;
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
      if (!active(point, i) && active(other, i)) other[i] = parameters_[i].initial;
    }
    other = canonical(std::move(other));
    if (other != point && valid(other)) found.push_back(std::move(other));
  };
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (!active(point, i)) continue;
    if (parameters_[i].kind == Parameter::Kind::choice) {
      for (const double option : every_value(parameters_[i])) offer(i, option);
    } else if (parameters_[i].discrete()) {
      for (const double step : {-2.0, -1.0, 1.0, 2.0}) offer(i, point[i] + step);
    } else {
      for (const double width : {0.05, 0.05, 0.2, 0.2}) {
        offer(i, value(i, unit(i, point[i]) + width * random.normal()));
      }
    }
  }
  return found;
}

bool Space::visit(std::size_t at, Point& point, std::size_t limit, std::vector<Point>& found) const {
  if (at == parameters_.size()) {
    if (!valid(point)) return true;
    if (found.size() == limit) return false;
    found.push_back(point);
    return true;
  }
  std::vector<bool> assigned(parameters_.size(), false);
  std::fill(assigned.begin(), assigned.begin() + static_cast<std::ptrdiff_t>(at) + 1, true);
  const std::vector<double> open =
      active(point, at) ? every_value(parameters_[at]) : std::vector<double>{parameters_[at].initial};
  for (const double value : open) {
    point[at] = value;
    if (may_be(point, assigned, at) && !visit(at + 1, point, limit, found)) return false;
  }
  return true;
}

std::optional<std::vector<Point>> Space::all(std::size_t limit) const {
  if (!std::all_of(parameters_.begin(), parameters_.end(), [](const Parameter& one) { return one.discrete(); })) {
    return std::nullopt;
  }
  std::vector<Point> found;
  Point point = initial();
  if (!visit(0, point, limit, found)) return std::nullopt;
  return found;
}

std::vector<double> Space::embed(const Point& point) const {
  const double apart = std::sqrt(0.5);  // of two corners of a simplex: 1
  std::vector<double> places;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const bool counts = active(point, i);
    if (parameters_[i].kind == Parameter::Kind::choice) {
      for (std::size_t option = 0; option < parameters_[i].options.size(); ++option) {
        const bool taken = point[i] == static_cast<double>(option);
        places.push_back(!counts ? 0.5 * apart : taken ? apart : 0);
      }
    } else {
      places.push_back(counts ? unit(i, point[i]) : 0.5);
    }
  }
  return places;
}

std::vector<std::size_t> Space::groups() const {
  std::vector<std::size_t> groups;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const bool choice = parameters_[i].kind == Parameter::Kind::choice;
    groups.insert(groups.end(), choice ? parameters_[i].options.size() : 1, i);
  }
  return groups;
}

}  // namespace syswright::tune
