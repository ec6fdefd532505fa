#include "judge/audit/audit_replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace syswright::judge {
namespace {

using Records = std::vector<DecisionLog::Record>;

std::string describe(const policy::Signature& signature, const DecisionLog::Record& record) {
  const std::string decision = record.decision < signature.decisions.size()
                                   ? signature.decisions[record.decision].name
                                   : fmt::format("decision {}", record.decision);
  return fmt::format("{} {} = {} at event {}", decision, record.subject, record.answer, record.event);
}

std::string differs(const policy::Signature& signature, std::size_t place, const DecisionLog::Record* claimed,
                    const DecisionLog::Record* own) {
  const auto text = [&](const DecisionLog::Record* record) {
    return record == nullptr ? std::string("none") : describe(signature, *record);
  };
  return fmt::format("decision {} of the log is {}; the policy's own is {}", place + 1, text(claimed), text(own));
}

/// Answers as interpret_answers() gives them, with the places of a rule's inputs looked up once.
class Interpreter {
 public:
  explicit Interpreter(const policy::Program& program) : places_(program.signature().decisions.size()) {
    for (const policy::Rule& rule : program.rules()) {
      const policy::Decision& decision = program.signature().decisions[rule.decision];
      const SlotLayout layout(decision, program.statistics());
      Place& place = places_[rule.decision];
      place.rule = &rule;
      place.ranks = decision.kind == policy::DecisionKind::rank;
      for (const policy::Input& input : rule.inputs) place.slots.push_back(layout.slot(input));
    }
  }

  const std::vector<double>& answers(const Question& question) {
    const Place& place = places_[question.decision];
    const std::size_t subjects = question.candidates.size();
    answers_.resize(place.ranks ? subjects : 1);
    inputs_.resize(place.slots.size());
    for (std::size_t candidate = 0; candidate < answers_.size(); ++candidate) {
      for (std::size_t i = 0; i < inputs_.size(); ++i) {
        const bool global = place.rule->inputs[i].scope == policy::Scope::global;
        inputs_[i] =
            global ? question.globals[place.slots[i]] : question.columns[place.slots[i] * subjects + candidate];
      }
      answers_[candidate] = policy::interpret(*place.rule, inputs_);
    }
    return answers_;
  }

 private:
  struct Place {
    const policy::Rule* rule = nullptr;
    bool ranks = false;
    std::vector<std::size_t> slots;
  };
  std::vector<Place> places_;
  std::vector<double> inputs_;
  std::vector<double> answers_;
};

/// Holds what a simulation logs against a log, and forgets what was equal.
class Matcher {
 public:
  Matcher(const policy::Signature& signature, const Records& claimed) : signature_(signature), claimed_(claimed) {}

  DecisionLog& own() { return own_; }
  std::uint64_t matched() const { return matched_; }

  /// False at the first difference.
  bool match(Replay& replay) {
    for (const DecisionLog::Record& record : own_.records) {
      const DecisionLog::Record* claimed = matched_ < claimed_.size() ? &claimed_[matched_] : nullptr;
      if (claimed == nullptr || !(*claimed == record)) {
        replay.difference = differs(signature_, matched_, claimed, &record);
        return false;
      }
      ++matched_;
    }
    own_.records.clear();
    return true;
  }

  /// After all decisions of the events before `event` were matched: nothing may be left of these in the log.
  bool end(Replay& replay, std::uint64_t event) {
    if (matched_ >= claimed_.size() || claimed_[matched_].event >= event) return true;
    replay.difference = differs(signature_, matched_, &claimed_[matched_], nullptr);
    return false;
  }

 private:
  const policy::Signature& signature_;
  const Records& claimed_;
  DecisionLog own_;
  std::size_t matched_ = 0;
};

constexpr std::uint64_t all = ~std::uint64_t{0};

}  // namespace

Replay replay_decisions(const Scenario& scenario, const policy::ProgramPtr& program, const DecisionLog& log,
                        std::uint64_t events, std::stop_token stop) {
  Replay replay;
  if (events == 0) return replay;
  const auto simulation = scenario.start(program);
  Interpreter interpreter(*program);
  Matcher matcher(program->signature(), log.records);
  simulation->log_to(&matcher.own());
  std::optional<std::uint64_t> end;
  bool same = true;
  std::uint64_t asked = 0;
  for (const Question* question = simulation->next(); question != nullptr; question = simulation->next()) {
    if (!end) end = events > all - question->event ? all : question->event + events;
    if (question->event >= *end) {
      if (matcher.match(replay)) matcher.end(replay, question->event);
      replay.decisions = matcher.matched();
      return replay;
    }
    if (++asked % 1024 == 0) {
      replay.stopped = stop.stop_requested();
      same = matcher.match(replay);
      if (replay.stopped || !same) break;
    }
    simulation->answer(interpreter.answers(*question));
  }
  same = same && matcher.match(replay);
  if (same && !replay.stopped && matcher.end(replay, all)) replay.result = simulation->result();
  replay.decisions = matcher.matched();
  return replay;
}

ReferenceRun reference_run(const Scenario& scenario, const policy::ProgramPtr& program, std::stop_token stop) {
  ReferenceRun run;
  const auto simulation = scenario.start(program);
  Interpreter interpreter(*program);
  simulation->log_to(&run.log);
  std::uint64_t asked = 0;
  while (const Question* question = simulation->next()) {
    if (++asked % 1024 == 0 && stop.stop_requested()) return run;
    simulation->answer(interpreter.answers(*question));
  }
  run.result = simulation->result();
  return run;
}

Replay replay_from(const policy::Signature& signature, const ReferenceRun& reference, const DecisionLog& log) {
  Replay replay{.stopped = !reference.result};
  if (replay.stopped) return replay;
  const std::vector<DecisionLog::Record>& own = reference.log.records;
  const auto apart = std::mismatch(log.records.begin(), log.records.end(), own.begin(), own.end()).second;
  replay.decisions = static_cast<std::uint64_t>(apart - own.begin());
  replay.difference = describe_log_difference(signature, log, reference.log);
  if (!replay.difference) replay.result = reference.result;
  return replay;
}

std::optional<std::string> describe_log_difference(const policy::Signature& signature, const DecisionLog& claimed,
                                                   const DecisionLog& own) {
  const auto [left, right] =
      std::mismatch(claimed.records.begin(), claimed.records.end(), own.records.begin(), own.records.end());
  if (left == claimed.records.end() && right == own.records.end()) return std::nullopt;
  return differs(signature, static_cast<std::size_t>(left - claimed.records.begin()),
                 left == claimed.records.end() ? nullptr : &*left, right == own.records.end() ? nullptr : &*right);
}

}  // namespace syswright::judge
