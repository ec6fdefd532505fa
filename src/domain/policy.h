#pragma once

#include <string>

#include "base/digest.h"
#include "policy/program.h"

namespace syswright {

/// Who answers a domain's decisions: a program in the policy language, or a native baseline of the domain by name.
/// Cheap to copy.
class Policy {
 public:
  static Policy native(std::string name) { return Policy(std::move(name), nullptr); }
  static Policy of(policy::ProgramPtr program) {
    std::string name = program->name();
    return Policy(std::move(name), std::move(program));
  }

  const std::string& name() const { return name_; }
  /// nullptr for a native policy.
  const policy::ProgramPtr& program() const { return program_; }
  /// Equal for policies that give equal answers by construction: equal canonical programs, or one native policy.
  Digest digest() const;

 private:
  Policy(std::string name, policy::ProgramPtr program) : name_(std::move(name)), program_(std::move(program)) {}
  std::string name_;
  policy::ProgramPtr program_;
};

}  // namespace syswright
