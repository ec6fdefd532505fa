#include "domains/model_placement/fleet.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/random.h"

namespace syswright::model_placement {

double Instance::total_demand() const {
  double sum = 0;
  for (const Model& model : models) sum += model.demand;
  return sum;
}

double Instance::total_size() const {
  double sum = 0;
  for (const Model& model : models) sum += model.size;
  return sum;
}

double pressure(double demand, double size, double capacity) {
  const double free = capacity - size;
  return free < least_free ? std::numeric_limits<double>::infinity() : demand / free;
}

double unplaced_pressure(const Instance& fleet) { return fleet.total_demand() / least_free; }

namespace {

/// First fit of the largest first.
bool fits(const Instance& fleet) {
  std::vector<Model> models = fleet.models;
  std::stable_sort(models.begin(), models.end(), [](const Model& a, const Model& b) { return a.size > b.size; });
  std::vector<double> used(fleet.gpus);
  for (const Model& model : models) {
    const auto gpu = std::find_if(used.begin(), used.end(),
                                  [&](double size) { return fleet.capacity - size - model.size >= least_free; });
    if (gpu == used.end()) return false;
    *gpu += model.size;
  }
  return true;
}

}  // namespace

Instance generate(const GeneratorOptions& options) {
  Random random(options.seed, "model placement", options.number);
  Instance fleet;
  fleet.name = "fleet " + std::to_string(options.number);
  fleet.number = options.number;
  fleet.capacity = options.capacity;
  // 19.5 GB are the mean of 10 to 29, and a GPU has two models.
  const double scale = options.fill * options.capacity / (2 * 19.5);
  do {
    fleet.gpus = options.least_gpus + random.below(options.most_gpus - options.least_gpus + 1);
    fleet.models.clear();
    for (std::uint64_t i = 0; i < 2 * fleet.gpus; ++i) {
      const auto size = std::max(1.0, std::round(scale * static_cast<double>(10 + random.below(20))));
      const auto rate = static_cast<double>(1 + random.below(9));
      const auto objective = static_cast<double>(5 + random.below(5));
      fleet.models.push_back({size, rate / objective});
    }
  } while (!fits(fleet));
  return fleet;
}

}  // namespace syswright::model_placement
