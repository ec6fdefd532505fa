#pragma once

#include <memory>
#include <string>
#include <vector>

#include "design/designer.h"
#include "design/search.h"

namespace syswright::design {

/// A way of searching that works in turns on a Search. Several may share one: no program is tried twice, and all see
/// the best of the others (Trials::hall).
class Strategy {
 public:
  virtual ~Strategy() = default;
  /// Proposes and tries a few programs. Called only while Search::may_go_on(). False where nothing is left to try.
  virtual bool turn() = 0;
  /// What people should know of how it went, a sentence each.
  virtual std::vector<std::string> notes() const { return {}; }
  /// Of a strategy that keeps one (notebook.h); else null.
  virtual std::shared_ptr<const Notebook> notebook() const { return nullptr; }
};

/// A designer that is one strategy with a search to itself.
class StrategyDesigner : public Designer {
 public:
  const std::string& name() const override { return name_; }
  const std::string& summary() const override { return summary_; }
  /// Takes turns until the budget is spent or nothing is left to try.
  Outcome design(const Task& task) const override;
  /// Its strategy, to take turns on a search that others may share. The search must outlive it. Throws InputError for a
  /// task that it cannot work on.
  virtual std::unique_ptr<Strategy> start(Search& search) const = 0;

 protected:
  /// prefix: of the names of its programs, such as "evolved".
  StrategyDesigner(std::string name, std::string summary, std::string prefix)
      : name_(std::move(name)), summary_(std::move(summary)), prefix_(std::move(prefix)) {}

 private:
  std::string name_;
  std::string summary_;
  std::string prefix_;
};

}  // namespace syswright::design
