#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "policy/jit.h"
#include "policy/program.h"

namespace syswright::cache {

/// One rule of a program, ready to run: as native code, or by the interpreter where too few questions are to come to
/// pay for a compilation. Both give equal bits.
class RuleCode {
 public:
  /// No rule: is never called.
  RuleCode() = default;
  explicit RuleCode(const policy::Rule& rule) : rule_(&rule) {}
  RuleCode(const policy::Rule& rule, const policy::CompiledRule& code) : rule_(&rule), code_(code) {}

  bool empty() const { return rule_ == nullptr; }
  /// inputs: in the order of Rule::inputs.
  double one(std::span<const double> inputs) const {
    return code_.scalar != nullptr ? code_.scalar(inputs.data()) : policy::interpret(*rule_, inputs);
  }
  /// columns: one after another, `stride` apart. out: one score for each candidate.
  void many(const double* globals, const double* columns, std::size_t stride, std::span<double> out) const;

 private:
  const policy::Rule* rule_ = nullptr;
  policy::CompiledRule code_;
};

/// The codes of a program for a run of `events` requests: compiles unless the interpreter is sure to be faster.
class ProgramCode {
 public:
  ProgramCode(policy::ProgramPtr program, std::uint64_t events);
  const RuleCode& evict() const { return evict_; }
  const RuleCode& admit() const { return admit_; }

 private:
  policy::ProgramPtr program_;
  std::shared_ptr<const policy::CompiledProgram> compiled_;
  RuleCode evict_;
  RuleCode admit_;
};

}  // namespace syswright::cache
