#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domains/broker/catalogue.h"

namespace syswright::broker {

/// Where a task can run, and for how long.
struct Candidate {
  std::uint32_t offer = 0;
  double hours = 0;
};

/// Data from another task.
struct Edge {
  std::uint32_t parent = 0;
  double gb = 0;
};

/// Data that lies, or has to lie, in a region.
struct Store {
  std::uint32_t region = 0;
  double gb = 0;
};

/// A task waits for its parents, fetches from them and from stores (all at once), runs, and stores its outputs.
struct Task {
  std::string name;
  std::vector<Candidate> candidates;
  std::vector<Edge> parents;  ///< each an earlier task
  std::vector<Store> inputs;
  std::vector<Store> outputs;
};

/// What is to be small: money spent (or not counted), and what an hour until the job is done is worth.
struct Objective {
  bool dollars = true;
  double hour = 0;  ///< dollars
};

struct Tables;

/// A job: tasks in topological order, and the market that it meets.
struct Instance {
  std::string name;
  std::uint64_t number = 0;
  std::shared_ptr<const Catalogue> catalogue;
  std::vector<Task> tasks;
  Objective objective;
  std::vector<std::uint8_t> blocked;  ///< [offers] not to be had when tried; nobody knows before
  double retry_hours = 0;             ///< lost with each try that fails
  std::shared_ptr<const Tables> tables;
};

/// What a job still asks for after each of its tasks, by the region in which that one runs. Exact where every task
/// behind has one parent. Where one has several, its future counts for the parent that sends most alone, and what
/// moving it is worth for each: dollars are an estimate. Hours are a lower bound everywhere.
struct Ahead {
  std::vector<std::vector<double>> dollars;  ///< [tasks][regions] more than if data moved for nothing
  std::vector<std::vector<double>> hours;    ///< [tasks][regions] from its end to the job's
};

/// What follows from a job and is looked up often. Made by finished(); hours and dollars.
struct Tables {
  struct Choice {
    double rent = 0;      ///< dollars
    double moving = 0;    ///< dollars, from inputs and to outputs
    double hours = 0;     ///< fetching the inputs, running, storing the outputs
    double transfer = 0;  ///< hours of those that are not running
  };
  std::vector<std::vector<Choice>> choices;           ///< [tasks][candidates]
  std::vector<std::vector<Edge>> children;            ///< [tasks]; Edge::parent is the child
  Ahead ahead;                                        ///< if every offer is to be had
  std::vector<std::vector<std::uint32_t>> in_region;  ///< [tasks] regions in which it can run, ascending
};

/// Checks a job and makes its tables. Throws InputError that names the job, the task and the remedy: no task, no
/// candidate, every candidate blocked, a parent that is not earlier, a number that is negative or not finite, data that
/// would have to move where no egress price is known.
Instance finished(Instance job);

/// What is ahead if these offers are not to be had. O(edges * regions^2).
Ahead look_ahead(const Instance& job, const Tables& tables, std::span<const std::uint8_t> blocked);

/// What a plan comes to if every try succeeds.
struct Bill {
  double dollars = 0;
  double egress = 0;  ///< dollars of those that pay for moving data
  double hours = 0;   ///< until the last task is done
  double total(const Objective& objective) const { return (objective.dollars ? dollars : 0) + objective.hour * hours; }
};

/// [tasks] places in Task::candidates.
using Plan = std::vector<std::uint32_t>;

/// delay: [tasks] hours lost before each starts; empty: none. O(tasks + edges).
Bill bill_of(const Instance& job, const Plan& plan, const std::vector<double>& delay = {});

/// Reads a job from JSON:
///   {"name": "...", "tasks": [{"name": "train", "hours": {"p3.2xlarge": 5, "A100:8": 0.8},
///     "after": [{"task": "prepare", "gb": 40}], "inputs": [{"region": "aws:us-east-1", "gb": 300}],
///     "outputs": [{"region": "gcp:us-central1-a", "gb": 2}], "clouds": ["aws"], "regions": [...], "spot": false}],
///    "unavailable": ["aws:us-east-1/p3.2xlarge/spot"]}
/// A key of `hours` is an instance type or accelerators; every offer of it is a candidate. Tasks may stand in any
/// order. spot_stretch: run time on spot over that on demand. Throws InputError.
Instance read_job(std::string_view json, const std::string& path, std::shared_ptr<const Catalogue> catalogue,
                  double spot_stretch);

enum class Shape { chain, dag };

struct GeneratorOptions {
  std::uint64_t seed = 1;
  std::uint64_t number = 0;  ///< seed and number decide the draws
  Shape shape = Shape::dag;
  std::uint64_t least_tasks = 3;
  std::uint64_t most_tasks = 20;
  double spot_stretch = 1.15;
};

/// A job of prepare, train and infer tasks on the catalogue's offers. In a chain each task follows the one before; in a
/// DAG it follows one to three of the five before. First tasks read 20 GB to 2 TB from a store; half of the last ones
/// write to one. Throws InputError if the catalogue has no offer for a kind of task.
Instance generate(const GeneratorOptions& options, std::shared_ptr<const Catalogue> catalogue);

/// Blocks about `share` of the offers, spot and accelerators more often than others, and leaves every task a candidate.
/// Adds to what is blocked already. Draws are decided by seed and number.
Instance with_blocked(Instance job, double share, std::uint64_t seed);

}  // namespace syswright::broker
