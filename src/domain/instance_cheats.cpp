#include "domain/instance_cheats.h"

namespace syswright {

void restate(Evaluation& evaluation, const std::vector<std::vector<double>>& metrics) {
  evaluation.blocks.clear();
  for (double& metric : evaluation.metrics) metric = 0;
  for (const std::vector<double>& one : metrics) {
    evaluation.blocks.push_back({one[0], 1});
    for (std::size_t i = 0; i < one.size(); ++i) evaluation.metrics[i] += one[i];
  }
  evaluation.details = {{"instances", static_cast<double>(metrics.size())}, {"sum", evaluation.metrics[0]}};
  for (double& metric : evaluation.metrics) metric /= static_cast<double>(metrics.size());
}

}  // namespace syswright
