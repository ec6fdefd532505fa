#include "design/policysmith.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "design/consultations.h"
#include "design/program_answers.h"
#include "design/prompt.h"
#include "policy/compile.h"

namespace syswright::design {
namespace {

using Field = std::vector<Candidate*>;

/// Candidates race against the one in this place of the hall, once it is filled.
constexpr std::size_t place_to_beat = 8;

/// One run of the search. A turn is a round of conversations.
class Smithy final : public Strategy {
 public:
  Smithy(Search& search, const PolicySmithOptions& options)
      : search_(search),
        task_(search.task()),
        options_(options),
        signatures_{task_.domain.signature()},
        consultations_(*task_.chat, task_.seed,
                       {.temperature = options.temperature, .max_tokens = options.max_tokens}) {}

  bool turn() override {
    if (!started_) {
      started_ = true;
      try_known();
      return true;
    }
    if (idle_ >= options_.patience || !consultations_.may_go_on()) return false;
    idle_ = round() ? 0 : idle_ + 1;
    return true;
  }

  std::vector<std::string> notes() const override {
    std::vector<std::string> notes = consultations_.notes();
    notes.push_back(fmt::format("programs of the model: {} new, {} known already; {} conversations ended without one",
                                fresh_, repeated_, useless_));
    if (fresh_ == 0) notes.emplace_back("no program came of the model: the policy that is handed over is not its work");
    return notes;
  }

 private:
  Trials& trials() { return search_.trials(); }

  /// Seeds of the task, and the domain's known heuristics.
  void try_known() {
    Field field = search_.propose_seeds();
    for (const std::string& text : task_.domain.exemplars()) {
      policy::ProgramPtr program = policy::compile(text, "exemplar", signatures_);
      std::string origin = "known " + program->name();
      if (Candidate* candidate = trials().propose(std::move(program), std::move(origin))) field.push_back(candidate);
    }
    trials().set_note("known heuristics");
    race(trials(), std::move(field), 0, trials().top(), nullptr, options_.race);
    crown();
  }

  /// False where no new program came of it.
  bool round() {
    ++round_;
    const std::vector<ChatMessage> question = ask_for_program(task_.domain, best());
    const std::vector<Consultations::Opening> openings(samples(), question);
    std::vector<policy::ProgramPtr> programs(openings.size());
    const auto check = [&](std::size_t i, const ChatReply& reply) -> std::optional<std::string> {
      ReadProgram read = read_program(task_.domain, reply);
      programs[i] = std::move(read.program);
      return programs[i] ? std::nullopt : std::optional(std::move(read.complaint));
    };
    trials().set_note(fmt::format("round {}, asking for {} programs", round_, openings.size()));
    trials().report();
    const std::vector<Consultations::Result> results =
        consultations_.hold(openings, options_.repairs, check, search_.spending().token());
    std::vector<Candidate*> born(results.size());
    Field field;
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (!results[i].served) {
        ++useless_;
        continue;
      }
      born[i] = trials().propose(programs[i], "model " + task_.chat->models[results[i].model]->name(), parents());
      ++(born[i] == nullptr ? repeated_ : fresh_);
      if (born[i] != nullptr) field.push_back(born[i]);
    }
    const bool any = !field.empty();
    trials().set_note(fmt::format("round {}, {} new programs", round_, field.size()));
    race(trials(), std::move(field), 0, trials().top(), incumbent(), options_.race);
    for (std::size_t i = 0; i < results.size(); ++i) consultations_.learn(results[i], share_of_hall(trials(), born[i]));
    crown();
    return any;
  }

  /// No more than the budget lets race.
  std::size_t samples() {
    const double affordable = search_.spending().affordable() / trials().levels().front().cost;
    const double most = std::min(affordable, static_cast<double>(options_.samples));
    return std::max<std::size_t>(1, static_cast<std::size_t>(most));
  }

  /// The lead, and the best of the others.
  Field best_candidates() {
    Field chosen;
    if (leader_ != nullptr) chosen.push_back(leader_);
    for (Candidate* candidate : trials().hall()) {
      if (chosen.size() >= options_.shown) break;
      if (candidate != leader_ && std::isfinite(candidate->loss(trials().top()))) chosen.push_back(candidate);
    }
    return chosen;
  }

  std::vector<ShownProgram> best() {
    std::vector<ShownProgram> shown;
    for (const Candidate* candidate : best_candidates()) {
      shown.push_back({policy::to_source(*candidate->program), trials().objective(candidate->loss(trials().top()))});
    }
    return shown;
  }

  std::vector<Digest> parents() {
    std::vector<Digest> digests;
    for (const Candidate* candidate : best_candidates()) digests.push_back(candidate->digest());
    return digests;
  }

  Candidate* incumbent() {
    const Field& hall = trials().hall();
    return hall.size() < place_to_beat ? nullptr : hall[place_to_beat - 1];
  }

  /// The lead passes to the first of the hall that is surely better.
  void crown() {
    const std::size_t top = trials().top();
    for (Candidate* challenger : trials().hall()) {
      if (!std::isfinite(challenger->loss(top))) break;
      if (leader_ != nullptr && !surely_better(trials(), *challenger, *leader_, top)) continue;
      leader_ = challenger;
      break;
    }
  }

  Search& search_;
  const Task& task_;
  PolicySmithOptions options_;
  std::vector<std::shared_ptr<const policy::Signature>> signatures_;
  Consultations consultations_;
  Candidate* leader_ = nullptr;
  bool started_ = false;
  std::size_t idle_ = 0;  // rounds in a row without a new program
  std::size_t round_ = 0;
  std::uint64_t fresh_ = 0;
  std::uint64_t repeated_ = 0;
  std::uint64_t useless_ = 0;
};

}  // namespace

std::unique_ptr<Strategy> PolicySmith::start(Search& search) const {
  const ChatService* const chat = search.task().chat;
  if (chat == nullptr || chat->models.empty()) {
    throw InputError(
        "designer 'policysmith' asks a language model, and this search has none; 'syswright design DOMAIN --designer "
        "policysmith' takes one from the environment");
  }
  return std::make_unique<Smithy>(search, options_);
}

}  // namespace syswright::design
