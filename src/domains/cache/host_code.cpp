#include "domains/cache/host_code.h"

#include <array>
#include <cassert>
#include <vector>

#include "domains/cache/features.h"
#include "domains/cache/replay.h"
#include "domains/cache/sampled_ranking.h"

namespace syswright::cache {

namespace {

/// Nodes that the interpreter could evaluate while a program is compiled (bench/cache_host_bench.cpp measures both).
constexpr std::uint64_t break_even_nodes = 200'000;

bool is_sampled(const policy::Rule& rule) {
  return rule.decision == evict_decision && rule.mode == static_cast<std::size_t>(RankingMode::sample);
}

/// Only a sample is scored in batches, and nothing else is.
policy::JitParts parts_for(const policy::Program& program) {
  std::size_t sampled = 0;
  for (const policy::Rule& rule : program.rules()) sampled += is_sampled(rule) ? 1 : 0;
  if (sampled == 0) return policy::JitParts::scalar;
  return sampled == program.rules().size() ? policy::JitParts::batch : policy::JitParts::both;
}

/// Nodes to be evaluated if every request missed: more than there will be, mostly.
std::uint64_t expected_nodes(const policy::Program& program, std::uint64_t events) {
  std::uint64_t nodes = 0;
  for (const policy::Rule& rule : program.rules()) {
    nodes += rule.graph.size() * (is_sampled(rule) ? sample_size : 1) * events;
  }
  return nodes;
}

constexpr std::size_t most_columns = 64;

}  // namespace

void RuleCode::many(const double* globals, const double* columns, std::size_t stride, std::span<double> out) const {
  const std::size_t global_count = rule_->global_inputs;
  const std::size_t column_count = rule_->inputs.size() - global_count;
  if (code_.batch != nullptr) {
    std::array<const double*, most_columns> few;
    std::vector<const double*> many;
    const double** pointers = few.data();
    if (column_count > few.size()) {
      many.resize(column_count);
      pointers = many.data();
    }
    for (std::size_t i = 0; i < column_count; ++i) pointers[i] = columns + i * stride;
    code_.batch(globals, pointers, out.data(), out.size());
    return;
  }
  std::vector<double> inputs(globals, globals + global_count);
  inputs.resize(rule_->inputs.size());
  for (std::size_t candidate = 0; candidate < out.size(); ++candidate) {
    for (std::size_t i = 0; i < column_count; ++i) inputs[global_count + i] = columns[i * stride + candidate];
    out[candidate] = policy::interpret(*rule_, inputs);
  }
}

ProgramCode::ProgramCode(policy::ProgramPtr program, std::uint64_t events) : program_(std::move(program)) {
  if (expected_nodes(*program_, events) > break_even_nodes)
    compiled_ = policy::jit_compile(*program_, parts_for(*program_));
  for (std::size_t i = 0; i < program_->rules().size(); ++i) {
    const policy::Rule& rule = program_->rules()[i];
    RuleCode& code = rule.decision == admit_decision ? admit_ : evict_;
    code = compiled_ ? RuleCode(rule, compiled_->rules()[i]) : RuleCode(rule);
  }
}

}  // namespace syswright::cache
