#include <fmt/format.h>

#include <cmath>

#include "base/random.h"
#include "domains/column_order/table.h"

namespace syswright::column_order {
namespace {

using Row = std::vector<std::string>;

/// Few of many: the square of a uniform draw favours low numbers.
std::uint64_t skewed(Random& random, std::uint64_t count) {
  const double at = random.uniform();
  return static_cast<std::uint64_t>(at * at * at * static_cast<double>(count));
}

/// A name of three to five syllables that a number decides.
std::string name_of(std::uint64_t number, std::uint64_t seed) {
  static constexpr std::string_view syllables[] = {"ba", "ro",  "lin", "ster", "mo", "ken", "ti", "var",
                                                   "do", "sel", "pa",  "wick", "he", "gor", "na", "fel"};
  Random random(seed, "column order names", number);
  std::string name;
  const std::uint64_t count = 3 + random.below(3);
  for (std::uint64_t i = 0; i < count; ++i) name += syllables[random.below(16)];
  return name;
}

Row review(Random& random, std::uint64_t seed) {
  const std::uint64_t item = skewed(random, 120);
  const std::uint64_t user = skewed(random, 300);
  const std::uint64_t quality = mix64(item) % 3;
  const auto rating = [&](std::uint64_t high) {
    return fmt::format("{}/{}", high - 3 + quality + random.below(2), high);
  };
  return {name_of(1'000'000 + user, seed),
          std::to_string(1'150'000'000 + random.below(90'000'000)),
          rating(20),
          rating(10),
          rating(5),
          rating(5),
          fmt::format("{} {}", name_of(2'000'000 + item % 40, seed), name_of(3'000'000 + item, seed)),
          name_of(4'000'000 + item % 17, seed),
          std::to_string(40'000 + item)};
}

Row event(Random& random, std::uint64_t seed) {
  const std::uint64_t service = skewed(random, 12);
  const std::uint64_t message = service * 8 + skewed(random, 8);
  static constexpr std::string_view levels[] = {"INFO", "WARNING", "ERROR"};
  return {fmt::format("{:08x}", random.below(std::uint64_t{1} << 32)),
          fmt::format("host-{:03}.rack{}.example", service * 7 + random.below(7), service % 5),
          name_of(5'000'000 + service, seed),
          std::string(levels[mix64(message) % 3]),
          fmt::format("{} {} for {}", name_of(6'000'000 + message, seed), name_of(7'000'000 + message, seed),
                      name_of(8'000'000 + random.below(60), seed)),
          std::to_string(200 + mix64(message) % 4 * 100)};
}

}  // namespace

std::string_view to_string(Kind kind) { return kind == Kind::reviews ? "reviews" : "events"; }

Instance generate(const GeneratorOptions& options) {
  Random random(options.seed, fmt::format("column order {}", to_string(options.kind)), options.number);
  const bool reviews = options.kind == Kind::reviews;
  const std::vector<std::string> fields =
      reviews ? std::vector<std::string>{"user",       "time", "overall", "taste", "palate",
                                         "appearance", "name", "style",   "item"}
              : std::vector<std::string>{"request", "host", "service", "level", "message", "status"};
  std::vector<Row> rows;
  for (std::uint32_t row = 0; row < options.rows; ++row) {
    rows.push_back(reviews ? review(random, options.seed) : event(random, options.seed));
  }
  Instance table = make_table(fmt::format("{} {}", to_string(options.kind), options.number), fields, rows);
  table.number = options.number;
  return table;
}

}  // namespace syswright::column_order
