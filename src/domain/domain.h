#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "domain/cheat.h"
#include "domain/policy.h"
#include "domain/scenario.h"
#include "policy/signature.h"

/// domain/: what a domain is. A Domain describes one kind of system (decisions, metrics, baselines, options) and turns
/// a workload into Scenarios; a Scenario evaluates a Policy, states bounds, audits decision logs, and can be stepped as
/// a forkable Simulation. Designers, judges, the ledger, the farm and the application know these interfaces only.
namespace syswright {

/// A measured quantity of an evaluation; Evaluation::metrics follows the order of Domain::metrics().
struct Metric {
  std::string name;
  Dimension dimension;
  bool lower_is_better = true;
  std::string doc;
};

/// A standard policy of the field, built into the domain.
struct Baseline {
  std::string name;
  std::string doc;     ///< one line
  std::string source;  ///< paper or system
};

/// A program written for a host that users of the domain have: a language's export, inside what that host calls.
struct HostExport {
  std::string name;       ///< "skypilot-strategy"
  std::string language;   ///< that the text is in, as policy::find_exporter knows it
  std::string extension;  ///< of a file with the text: ".py"
  std::string doc;        ///< one line: which host, and what it does with the text
  std::string (*write)(const policy::Program& program);
};

/// A setting of a domain's scenarios, such as the cache size; the command line offers each as --name.
struct Option {
  std::string name;
  std::string default_value;
  std::string doc;    ///< with the form of a value: "objects, bytes with a unit, or % of the footprint"
  bool list = false;  ///< a comma-separated list: one scenario for each item
};

/// Which scenarios a user asks for.
struct ScenarioRequest {
  std::string workload;                        ///< file; empty: the bundled workload
  std::string format;                          ///< of the file; empty: detected
  std::map<std::string, std::string> options;  ///< by name; missing ones take their default
  std::uint64_t seed = 1;
};

/// Named scenarios, split. A designer sees train and validation, never test.
struct Suite {
  std::string name;
  std::vector<ScenarioPtr> train;
  std::vector<ScenarioPtr> validation;
  std::vector<ScenarioPtr> test;
};

/// A workload as read, for messages and reports.
struct WorkloadSummary {
  std::string name;
  std::vector<std::pair<std::string, std::string>> facts;  ///< "requests" → "914,145"
  std::vector<std::string> warnings;
};

/// A workload once read, from which scenarios are cut.
class Workload {
 public:
  virtual ~Workload() = default;
  virtual const WorkloadSummary& summary() const = 0;
  /// The whole workload, one scenario for each combination of the options' values.
  virtual std::vector<ScenarioPtr> scenarios() const = 0;
  /// The same, split in train, validation and test.
  virtual Suite suite() const = 0;
};

class Domain {
 public:
  virtual ~Domain() = default;
  virtual const std::string& name() const = 0;
  virtual const std::string& summary() const = 0;  ///< one line
  virtual const std::shared_ptr<const policy::Signature>& signature() const = 0;
  /// The first is the objective.
  virtual std::span<const Metric> metrics() const = 0;
  virtual std::span<const Baseline> baselines() const = 0;
  virtual std::span<const Option> options() const = 0;
  /// Known heuristics as programs in the policy language: documentation, and seeds for a search that asks for them.
  virtual std::span<const std::string> exemplars() const = 0;
  /// At least five ways to look better than one is in this system, for the auditor to catch: each makes a dishonest
  /// claim from an honest one over scenarios of this domain. common_cheats() are planted besides.
  virtual std::span<const Cheat> cheats() const = 0;
  /// Hosts that a program can be written for, if there are any.
  virtual std::span<const HostExport> host_exports() const { return {}; }
  /// Whether scenarios draw on EvaluationOptions::timeline.
  virtual bool draws_timelines() const { return false; }
  /// Throws InputError for a workload or an option that cannot be used.
  virtual std::unique_ptr<Workload> open(const ScenarioRequest& request) const = 0;
};

}  // namespace syswright
