#include "domain/stepping.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "domain/compiled.h"
#include "domain/population.h"

namespace syswright {
namespace {

/// Place of a candidate feature among the columns of its decision.
std::size_t column_of(const policy::Decision& decision, std::size_t feature) {
  const SlotLayout layout(decision, {});
  return layout.slot({policy::Input::Source::feature, feature, 0, policy::Scope::candidate});
}

policy::JitParts parts_for(const policy::Program& program) {
  bool ranks = false;
  bool values = false;
  for (const policy::Rule& rule : program.rules()) {
    const bool rank = program.signature().decisions[rule.decision].kind == policy::DecisionKind::rank;
    (rank ? ranks : values) = true;
  }
  if (ranks && values) return policy::JitParts::both;
  return ranks ? policy::JitParts::batch : policy::JitParts::scalar;
}

}  // namespace

ProgramState::ProgramState(policy::ProgramPtr program, bool all_features) : program_(std::move(program)) {
  const policy::Signature& signature = program_->signature();
  for (std::size_t decision = 0; decision < signature.decisions.size(); ++decision) {
    const bool all = all_features && program_->rule_for(decision) != nullptr;
    reads_.emplace_back(signature.decisions[decision].features.size(), all);
    if (const policy::Rule* rule = program_->rule_for(decision)) {
      for (const policy::Input& input : rule->inputs) {
        if (input.source == policy::Input::Source::feature) reads_[decision][input.index] = true;
      }
    }
  }
  for (const policy::Statistic& statistic : program_->statistics()) {
    Kept kept{policy::StatisticRuntime(statistic), {}, 0, {}, {}};
    if (statistic.kind == policy::StatisticKind::percentile) {
      const policy::Decision& decision = signature.decisions[statistic.decision];
      const std::size_t feature = *decision.find_feature(statistic.source);
      reads_[statistic.decision][feature] = true;
      kept.slot = column_of(decision, feature);
      kept.state = {0};
    } else {
      kept.signal = *signature.find_signal(statistic.source);
      kept.state.resize(kept.runtime.state_size());
      kept.runtime.reset(kept.state.data());
    }
    kept_.push_back(std::move(kept));
  }
  for (const std::vector<bool>& features : reads_) {
    reads_any_.push_back(std::find(features.begin(), features.end(), true) != features.end());
  }
}

void ProgramState::report(std::size_t signal, double value) {
  for (Kept& kept : kept_) {
    if (kept.signal == signal) kept.runtime.observe(kept.state.data(), value);
  }
}

void ProgramState::report(std::size_t signal, std::uint64_t candidate, double value) {
  for (Kept& kept : kept_) {
    if (kept.signal != signal) continue;
    // kept.state holds the state of a candidate of which nothing was reported yet.
    std::vector<double>& state = kept.of_candidate.try_emplace(candidate, kept.state).first->second;
    kept.runtime.observe(state.data(), value);
  }
}

void ProgramState::forget() {
  for (Kept& kept : kept_) {
    kept.of_candidate.clear();
    kept.signal ? kept.runtime.reset(kept.state.data()) : kept.state.assign(1, 0);
  }
}

void ProgramState::append_statistics(Ask& ask) {
  for (std::size_t i = 0; i < kept_.size(); ++i) {
    Kept& kept = kept_[i];
    const policy::Statistic& statistic = program_->statistics()[i];
    if (!kept.signal) {
      if (statistic.decision == ask.decision && !ask.columns.empty()) {
        const std::size_t count = ask.candidates.size();
        const auto first = ask.columns.begin() + static_cast<std::ptrdiff_t>(kept.slot * count);
        scratch_.assign(first, first + static_cast<std::ptrdiff_t>(count));
        kept.state[0] = percentile_of(scratch_, statistic.parameter);
      }
      ask.globals.push_back(kept.state[0]);
    } else if (statistic.scope == policy::Scope::global) {
      ask.globals.push_back(kept.runtime.value(kept.state.data()));
    } else {
      for (const std::uint64_t candidate : ask.candidates) {
        const auto found = kept.of_candidate.find(candidate);
        ask.columns.push_back(
            kept.runtime.value(found == kept.of_candidate.end() ? kept.state.data() : found->second.data()));
      }
    }
  }
}

std::optional<Reply> Counter::accept(const Ask& ask, std::span<const double> answers) {
  const policy::Decision& decision = signature_->decisions[ask.decision];
  const std::size_t wanted = answers_wanted(*signature_, ask);
  if (answers.size() != wanted) {
    failure_ = fmt::format("{} answers to '{}', where {} were asked for", answers.size(), decision.name, wanted);
    return std::nullopt;
  }
  for (const double answer : answers) {
    if (std::isfinite(answer)) continue;
    failure_ = fmt::format("an answer to '{}' at event {} is not finite", decision.name, ask.event);
    return std::nullopt;
  }
  const auto note = [&](std::uint64_t subject, double answer) {
    if (log_ != nullptr)
      log_->records.push_back({ask.event, static_cast<std::uint32_t>(ask.decision), subject, answer});
  };
  if (decision.kind == policy::DecisionKind::value) {
    Reply reply{answers[0], {}};
    if (decision.actions.empty()) {
      reply.value = std::clamp(reply.value, decision.low, decision.high);
    } else if (reply.value != std::floor(reply.value) || reply.value < 0 ||
               reply.value >= static_cast<double>(decision.actions.size())) {
      failure_ =
          fmt::format("{} is none of the {} actions of '{}'", reply.value, decision.actions.size(), decision.name);
      return std::nullopt;
    }
    note(ask.subject, reply.value);
    return reply;
  }
  const std::size_t take = std::min(ask.take, answers.size());
  if (take == 1) {
    const auto best = std::max_element(answers.begin(), answers.end());
    taken_.assign(1, static_cast<std::uint32_t>(best - answers.begin()));
  } else {
    taken_.resize(answers.size());
    std::iota(taken_.begin(), taken_.end(), 0u);
    const auto last = taken_.begin() + static_cast<std::ptrdiff_t>(take);
    std::partial_sort(taken_.begin(), last, taken_.end(), [&](std::uint32_t a, std::uint32_t b) {
      return answers[a] > answers[b] || (answers[a] == answers[b] && a < b);
    });
    taken_.resize(take);
  }
  for (const std::uint32_t place : taken_) note(ask.candidates[place], 1);
  return Reply{0, taken_};
}

ProgramAnswers::ProgramAnswers(const policy::ProgramPtr& program)
    : program_(program),
      code_(compiled(*program, parts_for(*program))),
      places_(program->signature().decisions.size()) {
  for (std::size_t i = 0; i < program_->rules().size(); ++i) {
    const policy::Rule& rule = program_->rules()[i];
    const SlotLayout layout(program_->signature().decisions[rule.decision], program_->statistics());
    Place& place = places_[rule.decision];
    place.rule = &rule;
    place.code = code_->rules()[i];
    for (const policy::Input& input : rule.inputs) place.slots.push_back(layout.slot(input));
  }
}

void ProgramAnswers::answer(const Ask& ask, std::span<double> answers) {
  answer(Question{ask.decision, ask.event, ask.candidates, ask.globals, ask.columns}, answers);
}

void ProgramAnswers::answer(const Question& question, std::span<double> answers) {
  const Place& place = places_[question.decision];
  const policy::Rule& rule = *place.rule;
  const bool ranks = program_->signature().decisions[question.decision].kind == policy::DecisionKind::rank;
  inputs_.resize(rule.inputs.size());
  for (std::size_t i = 0; i < rule.global_inputs; ++i) inputs_[i] = question.globals[place.slots[i]];
  if (!ranks) {
    // What is asked about one subject may have it as its only candidate.
    for (std::size_t i = rule.global_inputs; i < rule.inputs.size(); ++i) inputs_[i] = question.columns[place.slots[i]];
    answers[0] = place.code.scalar(inputs_.data());
    return;
  }
  columns_.clear();
  for (std::size_t i = rule.global_inputs; i < rule.inputs.size(); ++i) {
    columns_.push_back(question.columns.data() + place.slots[i] * question.candidates.size());
  }
  place.code.batch(inputs_.data(), columns_.data(), answers.data(), answers.size());
}

}  // namespace syswright
