#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace syswright::model_placement {

struct Model {
  double size = 0;    ///< GB of memory
  double demand = 0;  ///< requests a second over the service-level objective, as the problem gives it
  friend bool operator==(const Model&, const Model&) = default;
};

/// Models to be placed on GPUs of one size.
struct Instance {
  std::string name;
  std::uint64_t number = 0;
  std::uint64_t gpus = 1;
  double capacity = 80;  ///< GB of each GPU
  std::vector<Model> models;

  double total_demand() const;
  double total_size() const;
};

/// Memory that a GPU has to have left to serve, in GB: with less, its pressure would have no meaning.
inline constexpr double least_free = 1e-3;

/// Demand for each GB that is left on a GPU that holds models of this size and demand. Infinite without room.
double pressure(double demand, double size, double capacity);

/// Pressure that counts for a model that fits nowhere: all demand on the least free memory that there can be. No
/// placement of all models comes near it.
double unplaced_pressure(const Instance& fleet);

/// Reads fleets from csv with the header instance,gpus,model,size_gb,requests_per_s,slo: a row a model, the rows of an
/// instance together; demand is requests_per_s / slo. Throws InputError with file, line and remedy.
std::vector<Instance> read_fleets(std::string_view csv, const std::string& path);

struct GeneratorOptions {
  std::uint64_t seed = 1;
  std::uint64_t number = 0;  ///< seed and number decide the draws
  std::uint64_t least_gpus = 5;
  std::uint64_t most_gpus = 9;
  double capacity = 80;
  /// Share of all memory that the models fill on average; the leaderboard's draws fill 39 of 80.
  double fill = 39.0 / 80;
};

/// Two models a GPU, drawn as the leaderboard's are: sizes from 10 to 29 GB (scaled to the fill asked for), rates from
/// 1 to 9, objectives from 5 to 9, all whole numbers. Drawn again until a greedy packing shows that they fit.
Instance generate(const GeneratorOptions& options);

}  // namespace syswright::model_placement
