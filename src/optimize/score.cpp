#include "optimize/score.h"

#include <algorithm>
#include <limits>

namespace syswright::optimize {
namespace {

double loss_at(const std::map<std::string, double>& losses, const std::string& key) {
  const auto found = losses.find(key);
  return found == losses.end() ? std::numeric_limits<double>::infinity() : found->second;
}

}  // namespace

double user_value(double loss, Direction direction) { return direction == Direction::minimise ? loss : 0 - loss; }

Score score_of(std::span<const Measurement> measurements, Direction direction) {
  Score score;
  std::size_t counted = 0;
  for (const Measurement& measurement : measurements) {
    if (!measurement.score) {
      ++score.failures;
      continue;
    }
    score.loss += user_value(*measurement.score, direction);
    ++counted;
  }
  score.loss = counted == 0 ? std::numeric_limits<double>::infinity() : score.loss / static_cast<double>(counted);
  return score;
}

void Front::offer(std::size_t member, std::span<const Measurement> measurements, std::span<const Instance> instances) {
  Losses losses;
  for (std::size_t i = 0; i < measurements.size(); ++i) {
    const Measurement& measurement = measurements[i];
    if (!measurement.score) continue;
    const std::string& name = instances[i].name;
    losses[name.empty() ? "score" : name] = user_value(*measurement.score, direction_);
    for (const auto& [key, value] : measurement.parts) {
      losses[name.empty() ? key : name + "/" + key] = user_value(value, direction_);
    }
  }
  for (const auto& [key, loss] : losses) keys_.insert(key);
  for (const auto& [other, known] : members_) {
    if (known == losses || dominates(known, losses)) return;
  }
  std::erase_if(members_, [&](const auto& entry) { return dominates(losses, entry.second); });
  members_[member] = std::move(losses);
  const std::vector<Entry> leading = entries();
  std::erase_if(members_, [&](const auto& entry) {
    return std::none_of(leading.begin(), leading.end(), [&](const Entry& kept) { return kept.member == entry.first; });
  });
}

bool Front::dominates(const Losses& a, const Losses& b) const {
  bool better = false;
  for (const std::string& key : keys_) {
    const double of_a = loss_at(a, key);
    const double of_b = loss_at(b, key);
    if (of_a > of_b) return false;
    better = better || of_a < of_b;
  }
  return better;
}

std::vector<Front::Entry> Front::entries() const {
  std::map<std::size_t, Entry> leaders;
  for (const std::string& key : keys_) {
    double best = std::numeric_limits<double>::infinity();
    for (const auto& [member, losses] : members_) best = std::min(best, loss_at(losses, key));
    for (const auto& [member, losses] : members_) {
      if (loss_at(losses, key) != best) continue;
      leaders[member].member = member;
      leaders[member].leads.push_back(key);
    }
  }
  std::vector<Entry> entries;
  for (auto& [member, entry] : leaders) entries.push_back(std::move(entry));
  return entries;
}

}  // namespace syswright::optimize
