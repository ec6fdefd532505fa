#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "domain/scenario.h"
#include "domain/simulation.h"

namespace syswright::judge {

/// An even sample of a sequence of unknown length: every stride-th item, where the stride doubles and every second item
/// kept is forgotten when the capacity is reached. Holds between capacity / 2 and capacity items of a long sequence.
template <typename T>
class EvenSample {
 public:
  explicit EvenSample(std::size_t capacity) : capacity_(capacity < 2 ? 2 : capacity) {}

  /// Whether the next item is to be kept: if so it must be given to keep(). Call once for each item.
  bool wants_next() { return seen_++ % stride_ == 0; }
  void keep(T item) {
    items_.push_back(std::move(item));
    if (items_.size() < capacity_) return;
    for (std::size_t i = 1; 2 * i < items_.size(); ++i) items_[i] = std::move(items_[2 * i]);
    items_.resize((items_.size() + 1) / 2);
    stride_ *= 2;
  }
  const std::vector<T>& items() const { return items_; }
  std::uint64_t seen() const { return seen_; }

 private:
  std::size_t capacity_;
  std::vector<T> items_;
  std::uint64_t seen_ = 0;
  std::uint64_t stride_ = 1;
};

/// A run of a scenario in which the program answers, by the reference interpreter. `look` sees every question before it
/// is answered, and the simulation. Returns false if a stop came first.
bool drive(const Scenario& scenario, const policy::ProgramPtr& program, std::stop_token stop,
           const std::function<void(const Question&, const Simulation&)>& look);

/// Whether two statistics keep the same numbers, whatever their names.
bool same_content(const policy::Statistic& a, const policy::Statistic& b);

/// Reads the inputs of a rule from the questions about its decision. Cheap to make.
class InputReader {
 public:
  /// program  whose rule it is
  /// host     that the simulation was started for: keeps every statistic that the rule reads. Throws InputError else.
  InputReader(const policy::Program& program, const policy::Rule& rule, const policy::Program& host);
  /// One number for each of rule.inputs. candidate: of a ranking; 0 of a value decision. Lives until the next call.
  std::span<const double> read(const Question& question, std::size_t candidate);

 private:
  struct Source {
    std::size_t slot = 0;
    bool global = false;
  };
  std::vector<Source> sources_;
  std::vector<double> values_;
};

/// Value of every node of a rule, in graph order. O(nodes).
void evaluate_nodes(const policy::Rule& rule, std::span<const double> inputs, std::vector<double>& values);

/// What one node was seen to be. Booleans and actions count as 0, 1, …
struct NodeValues {
  double mean = 0;
  double median = 0;  ///< the smallest value that half of those seen do not exceed
  double low = 0;
  double high = 0;
  double commonest = 0;  ///< of booleans and actions: seen most often, the smallest of equals
};

/// What the nodes of a program were seen to be while it ran.
struct ObservedValues {
  /// [rules][nodes], in the order of Program::rules(); all zero for a rule that was never asked.
  std::vector<std::vector<NodeValues>> nodes;
  std::vector<std::uint64_t> questions;  ///< [rules] that the run asked
  std::uint64_t samples = 0;             ///< values of each node that stand behind the summary, at most
};

struct ObserveOptions {
  std::size_t questions = 512;  ///< of each rule that are looked at, at most, spread over the whole run
  std::size_t candidates = 8;   ///< of each question that are looked at, at most
};

/// What a program looked at during a run: from it the values of its nodes follow, and those of any program that reads
/// no more.
class Observations {
 public:
  /// Runs the program through the scenario and looks. Cost: one run with the interpreter, O(questions · candidates ·
  /// inputs) memory: give it a miniature of a large scenario.
  Observations(const Scenario& scenario, const policy::ProgramPtr& program, const ObserveOptions& options = {},
               std::stop_token stop = {});
  bool complete() const { return complete_; }
  /// Of the program that ran, or of one whose rules are made of its parts. O(samples · nodes).
  ObservedValues values(const policy::Program& program) const;

 private:
  /// What was seen of one rule: the inputs of some candidates of some questions.
  struct Watched {
    std::size_t decision = 0;
    std::vector<std::uint64_t> identities;  ///< of the inputs
    std::vector<double> rows;               ///< [samples][inputs]
    std::uint64_t samples = 0;
    std::uint64_t questions = 0;
  };
  std::vector<Watched> rules_;
  bool complete_ = true;
};

/// A numeric feature that is shown in the questions about one decision, for tables.
struct ShownFeature {
  std::string name;  ///< "gaps[2]"
  Dimension dimension;
  policy::ValueKind kind = policy::ValueKind::number;
  bool global = false;
  std::size_t slot = 0;
  bool unlimited = false;  ///< the signature states no upper limit, so that it may grow as long as the system runs
};
/// Every feature of a decision, arrays element by element, for a simulation that `program` started.
std::vector<ShownFeature> shown_features(const policy::Program& program, std::size_t decision);
double feature_value(const Question& question, const ShownFeature& feature, std::size_t candidate);

}  // namespace syswright::judge
