#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"

namespace syswright::tune {

/// A configuration: for each parameter, in their order, the index of an option or a number. See Space::canonical.
using Point = std::vector<double>;

/// One thing that can be set.
struct Parameter {
  enum class Kind {
    choice,   ///< one of a few options without an order; the value is an index
    levels,   ///< one of a few numbers, rising; the value is an index
    integer,  ///< a whole number from low to high
    real,     ///< any number from low to high
  };
  /// The parameter counts only where the parent has one of these values.
  struct Condition {
    std::size_t parent = 0;  ///< added before
    std::vector<double> values;
  };

  std::string name;
  Kind kind = Kind::choice;
  std::vector<std::string> options;  ///< of choice and levels, as they are written
  std::vector<double> numbers;       ///< of levels
  double low = 0;                    ///< of integer and real, both ends included
  double high = 1;
  bool logarithmic = false;           ///< of levels and numbers: equal factors are equal steps
  double initial = 0;                 ///< where it stands before a search, and where it does not count
  bool sparse = true;                 ///< shapes the system (AutoScout's tree); otherwise a knob on a given shape
  std::vector<Condition> conditions;  ///< all of them must hold

  static Parameter choice(std::string name, std::vector<std::string> options, std::size_t initial = 0);
  static Parameter levels(std::string name, std::vector<double> numbers, std::size_t initial, bool logarithmic = true);
  static Parameter integer(std::string name, double low, double high, double initial, bool logarithmic = false);
  static Parameter real(std::string name, double low, double high, double initial, bool logarithmic = false);
  /// The same, as a knob on a given shape.
  Parameter dense() &&;

  bool discrete() const { return kind != Kind::real; }
  /// Number of values; 0 for a real one.
  std::size_t count() const;
};

/// A rule that a configuration must keep. Checked as soon as all the parameters that it looks at are set.
struct Rule {
  std::string says;  ///< "replicas x tensor-parallel is at most 8"
  std::vector<std::size_t> parameters;
  std::function<bool(const Point&)> holds;
};

/// What can be set: a hierarchical mixed space. A value; searchers keep a reference to it.
class Space {
 public:
  /// Returns its index. Asserts a name that is new, an initial value that is possible, and parents added before.
  std::size_t add(Parameter parameter);
  /// The last parameter that was added counts only where the parent has one of these values (indices of options, or
  /// numbers).
  void only_if(std::size_t parent, std::vector<double> values);
  void require(Rule rule);

  const std::vector<Parameter>& parameters() const { return parameters_; }
  std::size_t size() const { return parameters_.size(); }
  const std::vector<Rule>& rules() const { return rules_; }
  /// Throws InputError that names the nearest one.
  std::size_t index(std::string_view name) const;

  Point initial() const;
  /// Whether the parameter counts at this point: its conditions hold, and so do those of the parents.
  bool active(const Point& point, std::size_t parameter) const;
  /// Values clamped and rounded to what is possible; parameters that do not count stand at their initial values. Two
  /// points mean the same configuration if and only if their canonical forms are equal.
  Point canonical(Point point) const;
  /// The first rule that a canonical point breaks; nullptr for a valid one.
  const Rule* broken(const Point& point) const;
  bool valid(const Point& point) const { return broken(point) == nullptr; }

  /// A value as a place in [0, 1], and back. Options of a choice are spread evenly, which means nothing.
  double unit(std::size_t parameter, double value) const;
  double value(std::size_t parameter, double unit) const;
  /// As people write it.
  std::string text(std::size_t parameter, double value) const;
  /// "tensor-parallel 4, replicas 2": of what counts.
  std::string text(const Point& point) const;

  /// All values, for a discrete parameter; a few that are drawn for a real one.
  std::vector<double> values(std::size_t parameter, Random& random) const;
  /// What is not assigned is tried first as it is in `point`, with this probability, each parameter by itself.
  struct Guide {
    const Point& point;
    double keep = 0;
  };
  /// Sets what is not assigned at random so that the point is valid, and returns it in canonical form. Nothing if no
  /// way was found in some thousand steps. Not uniform over valid points: each parameter is drawn evenly from the
  /// values that are possible after those before it.
  std::optional<Point> complete(Point point, std::vector<bool> assigned, Random& random,
                                const Guide* guide = nullptr) const;
  /// Every parameter drawn evenly (on its scale) and the whole drawn again until it is valid; where that does not come
  /// about, by complete().
  std::optional<Point> draw(Random& random) const;
  /// Whether the rules that look at assigned parameters only, this one among them, hold.
  bool may_be(const Point& point, const std::vector<bool>& assigned, std::size_t parameter) const;
  /// Valid points that differ in one parameter: every other option of a choice, the next two levels or whole numbers on
  /// either side, a real one by normal steps of 0.05 and 0.2 of its range. What begins to count with a change starts at
  /// its initial value.
  std::vector<Point> neighbours(const Point& point, Random& random) const;
  /// Every valid point in canonical form, in order; nothing if a parameter is real or there are more than `limit`.
  std::optional<std::vector<Point>> all(std::size_t limit) const;

  /// Places for models of distance: one for a number; one for each option of a choice, so that any two options are 1
  /// apart; 0.5 for what does not count. groups()[i]: the parameter that place i belongs to.
  std::vector<double> embed(const Point& point) const;
  std::vector<std::size_t> groups() const;

 private:
  bool visit(std::size_t at, Point& point, std::size_t limit, std::vector<Point>& found) const;
  struct Filling {
    Random& random;
    const Guide* guide;
    std::size_t steps = 0;
  };
  bool fill(std::size_t at, Point& point, std::vector<bool>& assigned, Filling& filling) const;

  std::vector<Parameter> parameters_;
  std::vector<Rule> rules_;
  std::vector<std::vector<std::size_t>> rules_of_;  // [parameters]
};

}  // namespace syswright::tune
