#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/error.h"
#include "domain/policy.h"
#include "domain/scenario.h"
#include "domain/simulation.h"
#include "policy/jit.h"
#include "policy/program.h"

/// Stepping: a domain writes its mechanism once, as a copyable machine that stops at every question, and gets from it
/// the evaluation of programs (compiled) and of native baselines, forkable simulations, decision logs and statistics.
namespace syswright {

/// A question as a mechanism poses it. The mechanism fills the features; whoever runs it adds a program's statistics.
struct Ask {
  std::size_t decision = 0;   ///< into Signature::decisions
  std::uint64_t event = 0;    ///< index of the workload's event
  std::uint64_t subject = 0;  ///< value decision: what it is about, for the log, as the raw workload names it
  std::size_t take = 1;       ///< rank: how many candidates are taken
  std::vector<std::uint64_t> candidates;  ///< rank: as the raw workload names them; value: empty
  std::vector<double> globals;            ///< slots of global features, in the order of SlotLayout
  std::vector<double> columns;  ///< slots of candidate features, one column after another: [slots][candidates]

  /// Empties the lists and keeps their memory.
  void clear() {
    candidates.clear();
    globals.clear();
    columns.clear();
  }
};

/// What a mechanism is told.
struct Reply {
  double value = 0;  ///< value decision: a number in the decision's range, or the index of an action
  std::span<const std::uint32_t> taken;  ///< rank: places in Ask::candidates, best first: min(take, candidates) of them
};

/// What is kept for a program during a run: its statistics, fed by the mechanism's signals. Copyable.
class ProgramState {
 public:
  /// Nobody reads features or statistics: for native policies, which look at the mechanism itself.
  ProgramState() = default;
  /// all_features: every feature is read, whether the program reads it or not, as a Simulation shows them all.
  ProgramState(policy::ProgramPtr program, bool all_features);

  /// Whether a feature must be filled with its value; the slots of others may hold anything finite, but must be there.
  bool reads(std::size_t decision, std::size_t feature) const { return !reads_.empty() && reads_[decision][feature]; }
  /// Whether any of a decision's features must be filled. Where not, the mechanism may leave globals and columns empty.
  bool reads_any(std::size_t decision) const { return !reads_.empty() && reads_any_[decision]; }

  /// The mechanism reports a signal of global scope.
  void report(std::size_t signal, double value);
  /// The mechanism reports a signal of candidate scope.
  void report(std::size_t signal, std::uint64_t candidate, double value);

  /// Every statistic begins anew: where a mechanism starts another run of its own, of which nothing was reported yet.
  void forget();

  /// Appends the values of the program's statistics to the question.
  void append_statistics(Ask& ask);

  const policy::ProgramPtr& program() const { return program_; }

 private:
  struct Kept {
    policy::StatisticRuntime runtime;
    std::optional<std::size_t> signal;  ///< not given: percentile of `slot`
    std::size_t slot = 0;
    std::vector<double> state;  ///< of a global one; of percentile, the latest value
    std::unordered_map<std::uint64_t, std::vector<double>> of_candidate;
  };
  policy::ProgramPtr program_;
  std::vector<std::vector<bool>> reads_;
  std::vector<bool> reads_any_;
  std::vector<Kept> kept_;
  std::vector<double> scratch_;
};

/// Turns numbers into replies, and keeps the log.
class Counter {
 public:
  Counter(const policy::Signature& signature, DecisionLog* log) : signature_(&signature), log_(log) {}
  /// answers: as Simulation::answer takes them. The reply lives until the next call. Not given, and failure() says why,
  /// where an answer is not finite, names no action, or the count is wrong.
  std::optional<Reply> accept(const Ask& ask, std::span<const double> answers);
  const std::string& failure() const { return failure_; }
  /// From now on; nullptr: nothing is logged.
  void log_to(DecisionLog* log) { log_ = log; }

 private:
  const policy::Signature* signature_;
  DecisionLog* log_;
  std::vector<std::uint32_t> taken_;
  std::string failure_;
};

/// A mechanism: runs to a question, is told the reply, runs on. A value with all its state, so that a copy is a fork;
/// immutable data lies behind shared pointers.
///   next: to the next question, which it writes to `ask`; false at the end. Reports signals to `state`.
///   reply: to the question just asked. Throws nothing: what a policy may not do, it turns into a failure of its own.
///   default_answers: what the mechanism itself would answer, where a program leaves the decision open.
///   result: of the events so far.  failed: the worst metrics there are, with the reason.
template <typename M>
concept Mechanism = std::copyable<M> && requires(M machine, const M& constant, Ask& ask, const Ask& asked,
                                                 ProgramState& state, const Reply& reply, std::span<double> answers) {
  { machine.next(ask, state) } -> std::same_as<bool>;
  machine.reply(reply);
  constant.default_answers(asked, answers);
  { constant.result() } -> std::same_as<Evaluation>;
  { constant.failed(std::string()) } -> std::same_as<Evaluation>;
};

/// Answers of a native policy, which may look at the mechanism, and must not look at the future there.
/// answers: [candidates] scores, or [1] for a value decision.
template <typename M>
using NativeAnswers = std::function<void(const M& machine, const Ask& ask, std::span<double> answers)>;

/// A program ready to answer: native code of its rules, and where their inputs stand in a question.
class ProgramAnswers {
 public:
  explicit ProgramAnswers(const policy::ProgramPtr& program);
  bool has(std::size_t decision) const { return places_[decision].rule != nullptr; }
  void answer(const Ask& ask, std::span<double> answers);
  /// The same for a question of a Simulation. answers: [candidates], or [1] for a value decision.
  void answer(const Question& question, std::span<double> answers);

 private:
  struct Place {
    const policy::Rule* rule = nullptr;
    policy::CompiledRule code;
    std::vector<std::size_t> slots;  ///< of the rule's inputs
  };
  policy::ProgramPtr program_;
  std::shared_ptr<const policy::CompiledProgram> code_;
  std::vector<Place> places_;  ///< by decision
  std::vector<double> inputs_;
  std::vector<const double*> columns_;
};

/// How many answers a question wants.
inline std::size_t answers_wanted(const policy::Signature& signature, const Ask& ask) {
  return signature.decisions[ask.decision].kind == policy::DecisionKind::rank ? ask.candidates.size() : 1;
}

/// Runs the mechanism to its end with answers from `answer(machine, ask, answers)`.
template <Mechanism M, typename Answer>
Evaluation run_mechanism(M machine, ProgramState state, const policy::Signature& signature, Answer&& answer,
                         const EvaluationOptions& options) {
  if (options.log != nullptr) options.log->records.clear();
  Counter counter(signature, options.log);
  Ask ask;
  std::vector<double> answers;
  for (std::uint64_t asked = 0; machine.next(ask, state); ++asked) {
    if (asked % 256 == 0 && options.stop.stop_requested()) return {.status = Evaluation::Status::cancelled};
    answers.resize(answers_wanted(signature, ask));
    state.append_statistics(ask);
    answer(static_cast<const M&>(machine), ask, std::span(answers));
    const std::optional<Reply> reply = counter.accept(ask, answers);
    if (!reply) return machine.failed(counter.failure());
    machine.reply(*reply);
  }
  return machine.result();
}

template <Mechanism M>
Evaluation evaluate_program(M machine, const policy::ProgramPtr& program, const EvaluationOptions& options) {
  ProgramAnswers answers(program);
  return run_mechanism(
      std::move(machine), ProgramState(program, false), program->signature(),
      [&](const M& at, const Ask& ask, std::span<double> out) {
        answers.has(ask.decision) ? answers.answer(ask, out) : at.default_answers(ask, out);
      },
      options);
}

template <Mechanism M>
Evaluation evaluate_native(M machine, const policy::Signature& signature, const NativeAnswers<M>& native,
                           const EvaluationOptions& options) {
  return run_mechanism(std::move(machine), ProgramState(), signature, native, options);
}

/// The mechanism as a Simulation: questions that the program leaves open are answered by default.
template <Mechanism M>
class SteppedSimulation : public Simulation {
 public:
  SteppedSimulation(M machine, policy::ProgramPtr program)
      : machine_(std::move(machine)),
        program_(std::move(program)),
        state_(program_, true),
        counter_(program_->signature(), nullptr) {}

  const Question* next() override {
    if (failure_) return nullptr;
    while (!asking_ && machine_.next(ask_, state_)) {
      if (program_->rule_for(ask_.decision) != nullptr) {
        state_.append_statistics(ask_);
        asking_ = true;
        break;
      }
      std::vector<double> answers(answers_wanted(program_->signature(), ask_));
      machine_.default_answers(ask_, answers);
      machine_.reply(*counter_.accept(ask_, answers));
    }
    if (!asking_) return nullptr;
    question_ = {ask_.decision, ask_.event, ask_.candidates, ask_.globals, ask_.columns};
    return &question_;
  }

  /// Throws InputError where no question waits.
  void answer(std::span<const double> answers) override {
    if (!asking_) throw InputError("no question waits for an answer; call next() first");
    asking_ = false;
    if (const std::optional<Reply> reply = counter_.accept(ask_, answers)) {
      machine_.reply(*reply);
    } else {
      failure_ = counter_.failure();
    }
  }

  std::unique_ptr<Simulation> fork() const override {
    auto copy = std::make_unique<SteppedSimulation>(*this);
    copy->log_to(nullptr);
    return copy;
  }
  void log_to(DecisionLog* log) override { counter_.log_to(log); }
  Evaluation result() const override { return failure_ ? machine_.failed(*failure_) : machine_.result(); }

 protected:
  const M& machine() const { return machine_; }

 private:
  M machine_;
  policy::ProgramPtr program_;
  ProgramState state_;
  Counter counter_;
  Ask ask_;
  bool asking_ = false;
  std::optional<std::string> failure_;
  Question question_;
};

}  // namespace syswright
