#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace syswright::bin_packing {

/// Items in the order in which they arrive. Sizes and capacity are whole steps; a file with sizes such as 49.1 has ten
/// steps a unit. Features are shown in units.
struct Instance {
  std::string name;
  std::uint64_t number = 0;  ///< in its workload
  std::uint32_t capacity = 100;
  std::uint32_t steps = 1;           ///< a unit: 1, 10, 100 or 1000
  std::vector<std::uint32_t> sizes;  ///< each from 1 to capacity

  std::uint64_t total() const;
};

/// Most steps of a capacity, and most items: what keeps memory and time of a run in bounds.
inline constexpr std::uint32_t most_capacity = 100'000;
inline constexpr std::uint64_t most_items = 1'000'000;

/// Fewest bins that can hold the total size: at least 1.
std::uint64_t volume_bound(const Instance& instance);

/// Fewest bins that the items need for one who sees them all: the best over k of the items larger than capacity - k,
/// those above half, and what of the items from k to half does not fit beside these. At least volume_bound().
/// O(n log n).
/// Source: Martello and Toth, "Lower bounds and reduction procedures for the bin packing problem", 1990: L2.
std::uint64_t separation_bound(const Instance& instance);

/// Bin of each item, numbered as they are opened when the items come in their order, by best fit of the largest first:
/// what one reaches who may wait for all items. O(n log n).
std::vector<std::uint64_t> pack_all_at_once(const Instance& instance);

/// Metrics, as Problem::metrics() orders them, of so many bins that hold items of this size together.
std::vector<double> metrics_of(const Instance& instance, std::uint64_t bins, std::uint64_t placed);

enum class Distribution {
  weibull,  ///< shape 3, scale 45, rounded, and cut to 1 to 100: the set-up of FunSearch
  uniform,  ///< whole numbers from 20 to 100, as in the classes u of OR-Library
};

struct GeneratorOptions {
  std::uint64_t seed = 1;
  std::uint64_t number = 0;
  Distribution distribution = Distribution::weibull;
  std::uint64_t items = 5'000;
  std::uint32_t capacity = 100;  ///< at least 100
};

/// A pure function of its options; equal numbers with other seeds share nothing.
/// Source of the set-ups: Romera-Paredes et al., "Mathematical discoveries from program search with large language
/// models", Nature 625, 2024; Falkenauer, "A hybrid grouping genetic algorithm for bin packing", 1996.
Instance generate(const GeneratorOptions& options);

/// Instances of an OR-Library file: their number; then for each its name, a line "capacity items best", and the sizes,
/// one a line. `path` is for messages. Throws InputError with the line at fault.
std::vector<Instance> read_or_library(std::string_view text, const std::string& path);

/// Sizes, one a line; an empty line begins another instance, and '#' a comment. Throws InputError with the line at
/// fault. capacity: as written, with at most three decimals.
std::vector<Instance> read_items(std::string_view text, const std::string& path, std::string_view capacity);

/// Whether a text looks like an OR-Library file: its first line is one whole number, its third three numbers.
bool looks_like_or_library(std::string_view text);

}  // namespace syswright::bin_packing
