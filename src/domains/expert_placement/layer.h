#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace syswright::expert_placement {

/// Where experts can lie. GPU g is on node g / (gpus / nodes); expert e is of group e / (experts / groups).
struct Cluster {
  std::uint32_t experts = 256;
  std::uint32_t gpus = 32;
  std::uint32_t slots = 9;  ///< replicas that a GPU holds
  std::uint32_t nodes = 4;
  std::uint32_t groups = 8;

  std::uint32_t all_slots() const { return gpus * slots; }
  /// Replicas beyond one for each expert.
  std::uint32_t extra() const { return all_slots() - experts; }
  std::uint32_t node_of(std::uint32_t gpu) const { return gpu / (gpus / nodes); }
  std::uint32_t group_of(std::uint32_t expert) const { return expert / (experts / groups); }
};

/// Throws InputError for a cluster that cannot be: too few slots, or numbers that do not divide.
void check(const Cluster& cluster);

/// Steps of the past that may be looked at, the present one included.
inline constexpr std::size_t remembered = 4;

/// Load of each expert in one step: tokens, or any other measure of work.
using Loads = std::vector<double>;

/// One layer at one step.
struct Instance {
  std::string name;
  std::uint64_t number = 0;
  Cluster cluster;
  std::array<Loads, remembered> past;  ///< most recent first; the oldest is repeated where there were fewer steps
  Loads next;                          ///< what the placement is judged on; no policy sees it
};

/// Loads of one layer over time, cut into an instance for each step but the last.
std::vector<Instance> cut(const std::string& layer, const Cluster& cluster, std::span<const Loads> steps);

/// Reads recorded loads from csv: a row a step and layer, "step,layer," and then the load of each expert; a header line
/// names them. Steps of a layer in order. Throws InputError with file, line and remedy.
std::vector<Instance> read_loads(std::string_view csv, const std::string& path, Cluster cluster);

/// How loads change from step to step.
enum class Drift {
  slow,   ///< popularity wanders: a tenth of its spread a step
  bursty  ///< the same, and in every step some experts become hot, and cool down over a few steps
};
std::string_view to_string(Drift drift);

struct GeneratorOptions {
  Drift drift = Drift::slow;
  std::uint64_t seed = 1;
  std::uint64_t layer = 0;  ///< seed and layer decide the draws
  std::size_t steps = 4;    ///< instances: one less
  Cluster cluster;
};

/// Log-normal popularity (sigma 0.8) that wanders as an autoregressive process; each step has 2^20 tokens for which
/// experts are drawn by popularity, which adds the noise of sampling. There is no public record of such loads: the
/// numbers are ours, chosen so that the most loaded expert of a layer has some ten times the mean.
std::vector<Instance> generate(const GeneratorOptions& options);

}  // namespace syswright::expert_placement
