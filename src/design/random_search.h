#pragma once

#include "design/designer.h"

namespace syswright::design {

/// Samples programs from the grammar, one independent of another, and races them: what a cleverer search has to beat.
class RandomSearch final : public Designer {
 public:
  const std::string& name() const override { return name_; }
  const std::string& summary() const override { return summary_; }
  Outcome design(const Task& task) const override;

 private:
  std::string name_ = "random";
  std::string summary_ = "independent random programs, raced on growing samples";
};

}  // namespace syswright::design
