#include "optimize/pool.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <span>

#include "base/error.h"
#include "base/random.h"

namespace syswright::optimize {

std::vector<Instance> instances_of(const Task& task) {
  std::vector<Instance> all = task.train;
  all.insert(all.end(), task.validation.begin(), task.validation.end());
  return all;
}

std::size_t minibatch_size(const Task& task) {
  constexpr std::size_t few = 6;
  constexpr std::size_t usual = 3;
  if (task.minibatch != 0) return std::min(task.minibatch, task.train.size());
  return task.train.size() < few ? task.train.size() : usual;
}

std::vector<std::size_t> draw_minibatch(const std::vector<std::size_t>& train, std::size_t size, std::uint64_t seed,
                                        std::uint64_t number) {
  std::vector<std::size_t> part = train;
  if (size >= train.size()) return part;
  Random random(seed, "optimize minibatch", number);
  random.shuffle(std::span(part));
  part.resize(size);
  std::sort(part.begin(), part.end());
  return part;
}

void measure_original(Notebook& notebook, const Allowance& allowance, const std::string& text,
                      const std::vector<std::size_t>& train, const std::stop_token& stop) {
  const Digest digest = Notebook::digest_of(text);
  if (!notebook.measure({{&text, digest}}, train, allowance.affordable(), stop)) {
    throw InputError("stopped before the original was measured");
  }
  const std::vector<Measurement> measured = *notebook.find(digest, train);
  if (std::any_of(measured.begin(), measured.end(), [](const Measurement& m) { return m.score.has_value(); })) return;
  throw InputError(fmt::format("the evaluator gives the original no score: {}", measured.front().reason));
}

Pool::Pool(const Task& task, Notebook& notebook)
    : task_(task),
      notebook_(notebook),
      train_(task.train.size()),
      validation_(task.validation.size()),
      front_(task.direction) {
  std::iota(train_.begin(), train_.end(), std::size_t{0});
  std::iota(validation_.begin(), validation_.end(), train_.size());
}

std::optional<std::size_t> Pool::enter(Found found, const Digest& digest) {
  if (entered_.contains(digest)) return std::nullopt;
  auto measurements = notebook_.find(digest, train_);
  if (!measurements) return std::nullopt;
  entered_.insert(digest);
  const std::size_t member = known_.size();
  found.spent = notebook_.spent();
  found.train = score_of(*measurements, task_.direction);
  front_.offer(member, *measurements, task_.train);
  if (member == 0 || found.train < best().train) {
    best_ = member;
    history_.push_back(
        {.spent = notebook_.spent(), .best = user_value(found.train.loss, task_.direction), .origin = found.origin});
  }
  found.measurements = std::move(*measurements);
  known_.push_back(std::move(found));
  digests_.push_back(digest);
  ranking_.insert(std::upper_bound(ranking_.begin(), ranking_.end(), member,
                                   [&](std::size_t a, std::size_t b) { return known_[a].train < known_[b].train; }),
                  member);
  return member;
}

void Pool::prune(std::size_t kept) {
  constexpr std::size_t slack = 64;
  if (ranking_.size() < kept + slack) return;
  std::set<std::size_t> needed{0};
  for (const Front::Entry& entry : front_.entries()) needed.insert(entry.member);
  for (std::size_t i = kept; i < ranking_.size(); ++i) {
    if (needed.contains(ranking_[i])) continue;
    known_[ranking_[i]].text.clear();
    known_[ranking_[i]].measurements.clear();
  }
  ranking_.resize(kept);
}

void Pool::choose(const Allowance& allowance, Outcome& outcome) {
  outcome.original = known_[0];
  outcome.best = best();
  if (validation_.empty()) return;
  std::vector<std::size_t> last{0};
  const std::size_t most = allowance.held_back() / validation_.size();
  for (const std::size_t member : ranking_) {
    if (last.size() < most && member != 0) last.push_back(member);
  }
  std::vector<Notebook::Request> requests;
  for (const std::size_t member : last) requests.push_back({&known_[member].text, digests_[member]});
  notebook_.measure(requests, validation_, allowance.left(), task_.stop);
  const Found* chosen = nullptr;
  for (const std::size_t member : last) {
    const auto measurements = notebook_.find(digests_[member], validation_);
    if (!measurements) continue;
    Found& found = known_[member];
    found.validation = score_of(*measurements, task_.direction);
    if (chosen == nullptr || *found.validation < *chosen->validation) chosen = &found;
  }
  outcome.original = known_[0];
  if (chosen != nullptr) outcome.best = *chosen;
}

void Pool::finish(const Allowance& allowance, Outcome& outcome) {
  choose(allowance, outcome);
  for (const Front::Entry& entry : front_.entries()) {
    outcome.front.push_back({.found = known_[entry.member], .leads = entry.leads});
  }
  outcome.history = std::move(history_);
  outcome.accepted = known_.size();
  outcome.spent = notebook_.spent();
  outcome.candidates = notebook_.texts();
  outcome.failures = notebook_.failures();
}

}  // namespace syswright::optimize
