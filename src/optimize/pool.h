#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <vector>

#include "optimize/allowance.h"
#include "optimize/notebook.h"
#include "optimize/score.h"
#include "optimize/search.h"

namespace syswright::optimize {

/// The texts of a search that are known on all training instances: the best so far, the front, and the last choice.
/// Members are numbered in the order in which they came; the first is the original.
class Pool {
 public:
  /// The notebook's instances are those of the task: training, then validation.
  Pool(const Task& task, Notebook& notebook);

  /// Indices of instances.
  const std::vector<std::size_t>& train() const { return train_; }

  /// Takes up a text that is known on all training instances; its number. Nothing for others, and for one that was
  /// taken up before. found: setting, text and origin; the rest is filled in.
  std::optional<std::size_t> enter(Found found, const Digest& digest);
  bool empty() const { return known_.empty(); }
  std::size_t size() const { return known_.size(); }
  const Found& operator[](std::size_t member) const { return known_[member]; }
  const Digest& digest(std::size_t member) const { return digests_[member]; }
  const Found& best() const { return known_[best_]; }
  std::size_t best_member() const { return best_; }
  /// Members by their mean on the training instances, the best first, ties in their order.
  const std::vector<std::size_t>& ranking() const { return ranking_; }
  std::vector<Front::Entry> front() const { return front_.entries(); }

  /// Forgets text and measurements of what is neither on the front nor among the best `kept`, once there are many.
  void prune(std::size_t kept);

  /// Ends the search: the best of the finalists and the original on validation, where there is any, else the best in
  /// training; with the front, the history and what was spent.
  void finish(const Allowance& allowance, Outcome& outcome);

 private:
  void choose(const Allowance& allowance, Outcome& outcome);

  const Task& task_;
  Notebook& notebook_;
  std::vector<std::size_t> train_;
  std::vector<std::size_t> validation_;
  Front front_;
  std::vector<Found> known_;
  std::vector<Digest> digests_;
  std::set<Digest> entered_;
  std::vector<std::size_t> ranking_;
  std::size_t best_ = 0;
  std::vector<Outcome::Step> history_;
};

/// The instances of a task, in the order in which notebooks know them.
std::vector<Instance> instances_of(const Task& task);

/// Instances of a first look.
std::size_t minibatch_size(const Task& task);
/// `size` of the training instances, in their order, drawn by seed and number; all where they are no more.
std::vector<std::size_t> draw_minibatch(const std::vector<std::size_t>& train, std::size_t size, std::uint64_t seed,
                                        std::uint64_t number);

/// Measures the original on the training instances. Throws InputError where it is stopped before that, or fails on
/// every instance.
void measure_original(Notebook& notebook, const Allowance& allowance, const std::string& text,
                      const std::vector<std::size_t>& train, const std::stop_token& stop);

}  // namespace syswright::optimize
