#include "design/model_choice.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace syswright::design {
namespace {

constexpr double least_share_of_dearest = 0.01;

}  // namespace

double ModelChoice::mean_cost(const Arm& arm) const {
  const bool priced = std::any_of(arms_.begin(), arms_.end(), [](const Arm& one) { return one.money > 0; });
  const auto mean = [priced](const Arm& one) {
    return one.told == 0 ? 0 : (priced ? one.money : one.tokens) / static_cast<double>(one.told);
  };
  double dearest = 0;
  for (const Arm& one : arms_) dearest = std::max(dearest, mean(one));
  return dearest == 0 ? 1 : std::max(mean(arm), least_share_of_dearest * dearest);
}

std::optional<std::size_t> ModelChoice::choose() {
  std::uint64_t total = 0;
  for (const Arm& arm : arms_) total += arm.asked;
  std::optional<std::size_t> chosen;
  double best = -1;
  for (std::size_t i = 0; i < arms_.size(); ++i) {
    const Arm& arm = arms_[i];
    if (arm.retired) continue;
    const auto asked = static_cast<double>(arm.asked);
    double index = std::numeric_limits<double>::infinity();
    if (arm.asked > 0) {
      const double mean = arm.told == 0 ? 0 : arm.gain / static_cast<double>(arm.told);
      const double width = std::sqrt(2 * std::log(static_cast<double>(total)) / asked);
      index = (mean + width) / mean_cost(arm);
    }
    if (index > best) {
      best = index;
      chosen = i;
    }
  }
  if (chosen) ++arms_[*chosen].asked;
  return chosen;
}

void ModelChoice::learn(std::size_t model, double gain, const ChatCost& cost) {
  Arm& arm = arms_[model];
  ++arm.told;
  arm.gain += std::clamp(gain, 0.0, 1.0);
  arm.tokens += static_cast<double>(cost.tokens);
  arm.money += cost.money;
}

bool ModelChoice::any_left() const {
  return std::any_of(arms_.begin(), arms_.end(), [](const Arm& arm) { return !arm.retired; });
}

}  // namespace syswright::design
