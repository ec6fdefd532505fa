#include "base/units.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdlib>

namespace syswright {
namespace {

// Larger units first within a dimension: format_quantity takes the first that fits.
constexpr double kib = 1024.0;
constexpr std::array<Unit, 18> table{{
    {"d", time_dimension, 86400},
    {"h", time_dimension, 3600},
    {"min", time_dimension, 60},
    {"s", time_dimension, 1},
    {"ms", time_dimension, 1e-3},
    {"us", time_dimension, 1e-6},
    {"ns", time_dimension, 1e-9},
    {"TiB", bytes_dimension, kib* kib* kib* kib},
    {"GiB", bytes_dimension, kib* kib* kib},
    {"MiB", bytes_dimension, kib* kib},
    {"KiB", bytes_dimension, kib},
    {"TB", bytes_dimension, 1e12},
    {"GB", bytes_dimension, 1e9},
    {"MB", bytes_dimension, 1e6},
    {"KB", bytes_dimension, 1e3},
    {"B", bytes_dimension, 1},
    {"$", money_dimension, 1},
    {"%", number_dimension, 0.01},
}};

std::optional<Dimension> checked(int time, int bytes, int money) {
  for (int exponent : {time, bytes, money}) {
    if (std::abs(exponent) > max_dimension_exponent) return std::nullopt;
  }
  return Dimension{static_cast<std::int8_t>(time), static_cast<std::int8_t>(bytes), static_cast<std::int8_t>(money)};
}

}  // namespace

std::optional<Dimension> multiply(Dimension a, Dimension b) {
  return checked(a.time + b.time, a.bytes + b.bytes, a.money + b.money);
}
std::optional<Dimension> divide(Dimension a, Dimension b) {
  return checked(a.time - b.time, a.bytes - b.bytes, a.money - b.money);
}
std::optional<Dimension> power(Dimension a, int exponent) {
  if (std::abs(exponent) > max_dimension_exponent) return a.is_number() ? std::optional(a) : std::nullopt;
  return checked(a.time * exponent, a.bytes * exponent, a.money * exponent);
}
std::optional<Dimension> square_root(Dimension a) {
  if (a.time % 2 != 0 || a.bytes % 2 != 0 || a.money % 2 != 0) return std::nullopt;
  return checked(a.time / 2, a.bytes / 2, a.money / 2);
}

std::string to_string(Dimension dimension) {
  if (dimension.is_number()) return "number";
  std::string above;
  std::string below;
  const auto append = [](std::string& side, std::string_view name, int exponent) {
    if (!side.empty()) side += "*";
    side += name;
    if (exponent > 1) side += fmt::format("^{}", exponent);
  };
  const std::array<std::pair<std::string_view, int>, 3> parts{
      {{"time", dimension.time}, {"bytes", dimension.bytes}, {"money", dimension.money}}};
  for (const auto& [name, exponent] : parts) {
    if (exponent > 0) append(above, name, exponent);
    if (exponent < 0) append(below, name, -exponent);
  }
  if (below.empty()) return above;
  return fmt::format("{}/{}", above.empty() ? "1" : above, below.find('*') == below.npos ? below : "(" + below + ")");
}

std::span<const Unit> units() { return table; }

const Unit* find_unit(std::string_view name) {
  for (const Unit& unit : table) {
    if (unit.name == name) return &unit;
  }
  return nullptr;
}

std::string format_quantity(double value, Dimension dimension) {
  if (dimension == money_dimension) return value < 0 ? fmt::format("-${}", -value) : fmt::format("${}", value);
  if (dimension != time_dimension && dimension != bytes_dimension) return fmt::format("{}", value);
  // The unit that gives the shortest text; it must read back exactly.
  const Unit* base = find_unit(dimension == time_dimension ? "s" : "B");
  std::string best = fmt::format("{}{}", value, base->name);
  for (const Unit& unit : table) {
    if (unit.dimension != dimension) continue;
    const double scaled = value / unit.scale;
    if (std::abs(scaled) < 1 || scaled * unit.scale != value) continue;
    const std::string text = fmt::format("{}{}", scaled, unit.name);
    if (text.size() < best.size()) best = text;
  }
  return best;
}

}  // namespace syswright
