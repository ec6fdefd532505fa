#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "design/grammar.h"

namespace syswright::design {

/// Makes programs from programs. Every operator gives a well-typed program within the grammar's limits, or nothing
/// where it does not apply; the outcome depends on the parents and the random draws only.
///
///   subtree         a subexpression is grown anew
///   point           a feature, an operation or a comparison becomes another of the same type
///   constant        one or more constants move by log-normal steps, now and then across zero
///   hoist           a subexpression takes the place of what holds it
///   insert          a subexpression x becomes x + y, x * y, min(x, y), … with a new y
///   condition       a subexpression x becomes `if c then x else y`
///   statistic       a statistic is brought in, changed, or replaced by a feature
///   mode            a ranking is applied in another way
///   rule            a decision gains or loses its rule
///   crossover       a subexpression comes from the other parent's rule for the same decision
///   blend           both parents' rules in one: a sum, a product, or a choice by a condition
///   exchange        whole rules come from the other parent
class Variation {
 public:
  struct Child {
    policy::ProgramPtr program;
    std::string origin;    ///< name of the operator
    bool crossed = false;  ///< has two parents
  };

  explicit Variation(const Grammar& grammar) : grammar_(grammar) {}

  /// One operator on one parent; nullopt if none applied in a dozen tries.
  std::optional<Child> mutate(Random& random, const policy::Program& parent) const;
  /// One operator on two parents.
  std::optional<Child> cross(Random& random, const policy::Program& a, const policy::Program& b) const;
  /// mutate or cross, as searches mix them.
  std::optional<Child> vary(Random& random, const policy::Program& a, const policy::Program& b) const;

 private:
  using Parts = std::vector<RulePart>;
  std::optional<RulePart> subtree(Random& random, const RulePart& part) const;
  std::optional<RulePart> point(Random& random, const RulePart& part) const;
  std::optional<RulePart> constant(Random& random, const RulePart& part) const;
  std::optional<RulePart> hoist(Random& random, const RulePart& part) const;
  std::optional<RulePart> insert(Random& random, const RulePart& part) const;
  std::optional<RulePart> condition(Random& random, const RulePart& part) const;
  std::optional<RulePart> statistic(Random& random, const RulePart& part) const;
  std::optional<RulePart> mode(Random& random, const RulePart& part) const;
  std::optional<Parts> rule(Random& random, const Parts& parts) const;

  std::optional<RulePart> crossover(Random& random, const RulePart& a, const RulePart& b) const;
  std::optional<RulePart> blend(Random& random, const RulePart& a, const RulePart& b) const;
  std::optional<Parts> exchange(Random& random, const Parts& a, const Parts& b) const;

  std::optional<Parts> apply(Random& random, std::size_t op, const Parts& parts) const;
  Draft draft_for(Random& random, const RulePart& part, double fresh) const;
  bool ranks(const RulePart& part) const;
  policy::NodeId changed_point(Random& random, Draft& draft, const policy::Node& node,
                               std::span<const policy::NodeId> operands) const;
  policy::NodeId partnered(Random& random, Draft& draft, policy::NodeId node) const;
  std::optional<policy::ProgramPtr> assembled(const Parts& parts) const;

  const Grammar& grammar_;
};

}  // namespace syswright::design
