#pragma once

#include <memory>
#include <string>
#include <vector>

#include "domain/domain.h"

/// A part of a domain's decisions as a domain of its own, for a search that is to design these and leave the others to
/// the mechanism: a study of one kind of decision would be answered by another that is worth more.
namespace syswright::studies {

/// Whether a search may try candidates on the front of a workload first. Not where the front is another matter than the
/// whole: a queue that has not built up, a morning instead of a day.
enum class Miniatures { as_the_domain, none };

class NarrowDomain : public Domain {
 public:
  /// decisions  names, in the order in which a search is to see them: some searches look at the first one hardest
  /// Throws InputError for a decision that the domain does not have. The domain is borrowed.
  NarrowDomain(const Domain& domain, const std::vector<std::string>& decisions,
               Miniatures miniatures = Miniatures::as_the_domain);

  const std::string& name() const override { return domain_.name(); }
  const std::string& summary() const override { return domain_.summary(); }
  const std::shared_ptr<const policy::Signature>& signature() const override { return signature_; }
  std::span<const Metric> metrics() const override { return domain_.metrics(); }
  std::span<const Baseline> baselines() const override { return domain_.baselines(); }
  std::span<const Option> options() const override { return domain_.options(); }
  /// Of the domain's, those that answer nothing but these decisions.
  std::span<const std::string> exemplars() const override { return exemplars_; }
  std::span<const Cheat> cheats() const override { return domain_.cheats(); }
  std::unique_ptr<Workload> open(const ScenarioRequest& request) const override;

  /// The scenario, for programs of either signature. The result borrows nothing.
  ScenarioPtr narrowed(ScenarioPtr scenario) const;
  /// A program of this domain as one of the whole domain's, which decides the same.
  policy::ProgramPtr widened(const policy::ProgramPtr& program) const;

 private:
  const Domain& domain_;
  std::shared_ptr<const policy::Signature> signature_;
  std::vector<std::size_t> decisions_;  ///< of the whole domain, by ours
  std::vector<std::string> exemplars_;
  Miniatures miniatures_;
};

}  // namespace syswright::studies
