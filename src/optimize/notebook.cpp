#include "optimize/notebook.h"

#include <set>

namespace syswright::optimize {

Notebook::Notebook(std::vector<Instance> instances, Measure measure)
    : instances_(std::move(instances)), measure_(std::move(measure)) {}

Digest Notebook::digest_of(const std::string& text) { return DigestBuilder().add(std::string_view(text)).finish(); }

bool Notebook::measure(const std::vector<Request>& requests, const std::vector<std::size_t>& instances,
                       std::uint64_t affordable, const std::stop_token& stop) {
  std::vector<Pair> pairs;
  for (const Request& request : requests) {
    for (const std::size_t instance : instances) pairs.push_back({request.text, request.digest, instance});
  }
  return measure_pairs(pairs, affordable, stop);
}

bool Notebook::measure_pairs(const std::vector<Pair>& pairs, std::uint64_t affordable, const std::stop_token& stop) {
  std::vector<Trial> trials;
  std::vector<std::pair<Digest, std::size_t>> places;
  std::set<std::pair<Digest, std::size_t>> asked;
  bool whole = true;
  for (const Pair& pair : pairs) {
    const auto known = texts_.find(pair.digest);
    if (known != texts_.end() && known->second.contains(pair.instance)) continue;
    if (!asked.emplace(pair.digest, pair.instance).second) continue;
    if (trials.size() == affordable) {
      whole = false;
      continue;
    }
    trials.push_back({.text = pair.text, .instance = &instances_[pair.instance]});
    places.emplace_back(pair.digest, pair.instance);
  }
  std::vector<Measurement> measured = measure_(trials, stop);
  for (std::size_t i = 0; i < measured.size(); ++i) {
    if (measured[i].cancelled) {
      whole = false;
      continue;
    }
    ++spent_;
    seconds_ += measured[i].seconds;
    if (!measured[i].score) ++failures_[measured[i].reason];
    texts_[places[i].first][places[i].second] = std::move(measured[i]);
  }
  return whole;
}

std::optional<std::vector<Measurement>> Notebook::find(const Digest& text,
                                                       const std::vector<std::size_t>& instances) const {
  const auto known = texts_.find(text);
  if (known == texts_.end()) return std::nullopt;
  std::vector<Measurement> found;
  for (const std::size_t instance : instances) {
    const auto measurement = known->second.find(instance);
    if (measurement == known->second.end()) return std::nullopt;
    found.push_back(measurement->second);
  }
  return found;
}

}  // namespace syswright::optimize
