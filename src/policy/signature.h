#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"

namespace syswright::policy {

/// Whether a quantity is the same for all candidates of a question or has a value for each.
enum class Scope { global, candidate };

enum class ValueKind { number, boolean, action };

/// A named, typed quantity that a decision may look at, as a deployed system would know it at that moment.
struct Feature {
  std::string name;
  Scope scope = Scope::candidate;
  ValueKind kind = ValueKind::number;  ///< number or boolean; a boolean is 0 or 1
  Dimension dimension;                 ///< of a number
  std::size_t length = 0;              ///< 0: one value; n: a fixed-length array (a history, most recent first)
  double low = 0;                      ///< range, in base units; infinite where there is no limit
  double high = std::numeric_limits<double>::infinity();
  std::string doc;  ///< one line

  std::size_t slots() const { return length == 0 ? 1 : length; }
};

/// A quantity that the mechanism reports each time something happens, and that a statistic may summarise.
struct Signal {
  std::string name;
  Scope scope = Scope::global;
  Dimension dimension;
  double low = 0;
  double high = std::numeric_limits<double>::infinity();
  std::string doc;  ///< one line; says when it is reported
};

enum class DecisionKind { value, rank };

/// A question that a mechanism asks. value: one number, or one of a few named actions. rank: a score for each of
/// several candidates; the mechanism takes those with the highest scores.
struct Decision {
  std::string name;
  DecisionKind kind = DecisionKind::rank;
  std::vector<std::string> actions;  ///< of a value decision; empty: the answer is a number
  Dimension dimension;               ///< of a number that answers a value decision; scores may have any dimension
  double low = -std::numeric_limits<double>::infinity();  ///< range that a numeric answer is clamped to
  double high = std::numeric_limits<double>::infinity();
  /// Ways in which the mechanism can apply a ranking (when it asks, and for which candidates), default first;
  /// a program picks one with `by`. Empty: there is only one way.
  std::vector<std::string> modes;
  std::vector<Feature> features;
  std::string doc;

  std::optional<std::size_t> find_feature(std::string_view feature) const;
};

/// All that the language needs to know of a domain.
struct Signature {
  std::string domain;
  std::vector<Decision> decisions;
  std::vector<Signal> signals;

  std::optional<std::size_t> find_decision(std::string_view decision) const;
  std::optional<std::size_t> find_signal(std::string_view signal) const;
};

}  // namespace syswright::policy
