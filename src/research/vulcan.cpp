#include "research/vulcan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "design/consultations.h"
#include "design/draft.h"
#include "design/program_answers.h"
#include "policy/compile.h"
#include "research/gate.h"
#include "research/vulcan_prompt.h"

namespace syswright::research {
namespace {

using design::Candidate;
using design::ChatReply;
using design::Consultations;
using Field = std::vector<Candidate*>;

/// Candidates race against the one in this place of the hall, once it is filled.
constexpr std::size_t place_to_beat = 8;

/// Rules of one kind from one program, the others from another; nothing where that is one of the two.
policy::ProgramPtr put_together(const policy::Program& ranks, const policy::Program& values) {
  std::vector<design::RulePart> parts;
  const policy::Signature& signature = ranks.signature();
  for (std::size_t d = 0; d < signature.decisions.size(); ++d) {
    const bool rank = signature.decisions[d].kind == policy::DecisionKind::rank;
    const policy::Program& source = rank ? ranks : values;
    if (source.rule_for(d) != nullptr) parts.push_back(design::extract(source, d));
  }
  if (parts.empty()) return nullptr;
  try {
    policy::ProgramPtr program = design::assemble("composed", ranks.signature_pointer(), parts);
    const bool known = program->digest() == ranks.digest() || program->digest() == values.digest();
    return known ? nullptr : program;
  } catch (const InputError&) {
    return nullptr;  // too many statistics for one program
  }
}

/// Programs that a line of work has come to, best first.
struct Island {
  Field members;
  Candidate* leader = nullptr;
};

/// One run of the search. A turn is a round of conversations on every island.
class Forge final : public design::Strategy {
 public:
  Forge(design::Search& search, const VulcanOptions& options)
      : search_(search),
        task_(search.task()),
        options_(options),
        gate_(task_.seeds),
        islands_(std::max<std::size_t>(options.islands, 1)),
        consultations_(*task_.chat, task_.seed,
                       {.temperature = options.temperature, .max_tokens = options.max_tokens}) {
    for (const policy::ProgramPtr& seed : task_.seeds) {
      const Gate::Passage passage = gate_.examine(seed);
      if (passage.program) continue;
      throw InputError(
          fmt::format("the program '{}' to start from does not keep the contract that all are held to: {}\n'syswright "
                      "judge certify "
                      "--shield' wraps it so that it does",
                      seed->name(), passage.refusal));
    }
  }

  bool turn() override {
    if (!started_) {
      started_ = true;
      try_known();
      return true;
    }
    if (idle_ >= options_.patience || !consultations_.may_go_on()) return false;
    idle_ = round() ? 0 : idle_ + 1;
    if (round_ % options_.migration == 0 && search_.may_go_on()) migrate();
    return true;
  }

  std::vector<std::string> notes() const override {
    std::vector<std::string> notes = consultations_.notes();
    notes.push_back(fmt::format("programs of the model: {} new, {} known already; {} conversations ended without one",
                                fresh_, repeated_, useless_));
    notes.push_back(fmt::format("contracts: {} programs of the model were refuted and sent back; {} others left out",
                                refuted_, barred_));
    if (composed_ > 0) notes.push_back(fmt::format("{} programs were put together from two islands'", composed_));
    if (fresh_ == 0) notes.emplace_back("no program came of the model: the policy that is handed over is not its work");
    return notes;
  }

 private:
  design::Trials& trials() { return search_.trials(); }
  const policy::Signature& signature() const { return *task_.domain.signature(); }

  /// Seeds of the task, and the domain's known heuristics.
  void try_known() {
    Field field = search_.propose_seeds();
    for (const std::string& text : task_.domain.exemplars()) {
      policy::ProgramPtr program = policy::compile(text, "exemplar", std::vector{task_.domain.signature()});
      std::string origin = "known " + program->name();
      admit(std::move(program), std::move(origin), {}, field);
    }
    trials().set_note("known heuristics");
    field = design::race(trials(), std::move(field), 0, trials().top(), nullptr, options_.race);
    for (Island& island : islands_) settle(island, field);
  }

  /// Proposes a program that passes the gate, and adds it to the field if it is new.
  Candidate* admit(policy::ProgramPtr program, std::string origin, std::vector<Digest> parents, Field& field) {
    Gate::Passage passage = gate_.examine(std::move(program));
    if (!passage.program) {
      ++barred_;
      return nullptr;
    }
    Candidate* candidate = trials().propose(std::move(passage.program), std::move(origin), std::move(parents));
    if (candidate != nullptr) field.push_back(candidate);
    return candidate;
  }

  /// A conversation of the round.
  struct Seat {
    std::size_t island = 0;
    Field shown;
    policy::ProgramPtr program;
    std::uint64_t refuted = 0;
    Candidate* born = nullptr;
  };

  /// False where no new program came of it.
  bool round() {
    std::vector<Seat> seats = seats_of_round();
    std::vector<Consultations::Opening> openings;
    for (std::size_t i = 0; i < seats.size(); ++i) openings.push_back(question(seats[i], round_ + i));
    ++round_;
    trials().set_note(fmt::format("round {}, asking for {} programs", round_, openings.size()));
    trials().report();
    const auto check = [&](std::size_t i, const ChatReply& reply) { return look(reply, seats[i]); };
    const std::vector<Consultations::Result> results =
        consultations_.hold(openings, options_.repairs, check, search_.spending().token());
    Field field;
    for (std::size_t i = 0; i < results.size(); ++i) take(results[i], seats[i], field);
    const bool any = !field.empty();
    trials().set_note(fmt::format("round {}, {} new programs", round_, field.size()));
    const Field finished = design::race(trials(), std::move(field), 0, trials().top(), incumbent(), options_.race);
    for (std::size_t i = 0; i < results.size(); ++i) {
      consultations_.learn(results[i], design::share_of_hall(trials(), seats[i].born));
      const bool done = std::find(finished.begin(), finished.end(), seats[i].born) != finished.end();
      if (done) settle(islands_[seats[i].island], {seats[i].born});
    }
    return any;
  }

  /// No more than the budget lets race, the islands by turns.
  std::vector<Seat> seats_of_round() {
    const double affordable = search_.spending().affordable() / trials().levels().front().cost;
    const double wanted = static_cast<double>(options_.samples * islands_.size());
    const auto count = std::max<std::size_t>(1, static_cast<std::size_t>(std::min(affordable, wanted)));
    std::vector<Seat> seats(count);
    for (std::size_t i = 0; i < count; ++i) {
      seats[i].island = (i + round_) % islands_.size();
      seats[i].shown = shown_of(islands_[seats[i].island], i);
    }
    return seats;
  }

  /// The leader and another member, the better of two draws.
  Field shown_of(const Island& island, std::size_t seat) const {
    Field shown;
    if (island.leader != nullptr) shown.push_back(island.leader);
    Field others = island.members;
    std::erase(others, island.leader);
    if (others.empty()) return shown;
    Random random(task_.seed, "vulcan inspiration", round_ * 1024 + seat);
    shown.push_back(others[std::min(random.below(others.size()), random.below(others.size()))]);
    return shown;
  }

  Consultations::Opening question(const Seat& seat, std::size_t turn) {
    VulcanQuestion question{
        .shown = {}, .decision = turn % signature().decisions.size(), .contract = gate_.statements()};
    for (const Candidate* candidate : seat.shown) {
      question.shown.push_back(
          {policy::to_source(*candidate->program), trials().objective(candidate->loss(trials().top()))});
    }
    return ask_vulcan(task_.domain, question);
  }

  /// Nothing, with the program, where it may be tried; else what to tell the model.
  std::optional<std::string> look(const ChatReply& reply, Seat& seat) const {
    design::ReadProgram read = design::read_program(task_.domain, reply);
    if (!read.program) return std::move(read.complaint);
    Gate::Passage passage = gate_.examine(std::move(read.program));
    seat.program = std::move(passage.program);
    if (seat.program) return std::nullopt;
    ++seat.refuted;
    return refuted_complaint(passage.refusal);
  }

  void take(const Consultations::Result& result, Seat& seat, Field& field) {
    refuted_ += seat.refuted;
    if (!result.served) {
      ++useless_;
      return;
    }
    std::vector<Digest> parents;
    for (const Candidate* shown : seat.shown) parents.push_back(shown->digest());
    seat.born = trials().propose(seat.program, "model " + task_.chat->models[result.model]->name(), std::move(parents));
    ++(seat.born == nullptr ? repeated_ : fresh_);
    if (seat.born != nullptr) field.push_back(seat.born);
  }

  Candidate* incumbent() {
    const Field& hall = trials().hall();
    return hall.size() < place_to_beat ? nullptr : hall[place_to_beat - 1];
  }

  /// Takes up programs that are known on the whole training scenarios. The lead passes to one that is surely better.
  void settle(Island& island, const Field& newcomers) {
    const std::size_t top = trials().top();
    for (Candidate* candidate : newcomers) {
      if (!candidate->known(top) || !std::isfinite(candidate->loss(top))) continue;
      if (std::find(island.members.begin(), island.members.end(), candidate) == island.members.end()) {
        island.members.push_back(candidate);
      }
      const bool leads = island.leader == nullptr || design::surely_better(trials(), *candidate, *island.leader, top);
      if (leads) island.leader = candidate;
    }
    std::stable_sort(island.members.begin(), island.members.end(),
                     [top](const Candidate* a, const Candidate* b) { return a->loss(top) < b->loss(top); });
    if (island.members.size() > options_.members) island.members.resize(options_.members);
  }

  /// Each leader moves on to the next island; what it and the host do well is put together.
  void migrate() {
    Field leaders;
    for (const Island& island : islands_) leaders.push_back(island.leader);
    Field field;
    std::vector<std::pair<std::size_t, Candidate*>> born;
    for (std::size_t i = 0; i < islands_.size(); ++i) {
      Candidate* const guest = leaders[(i + islands_.size() - 1) % islands_.size()];
      Candidate* const host = leaders[i];
      if (guest == nullptr || host == nullptr || guest == host) continue;
      settle(islands_[i], {guest});
      for (const auto& [ranks, values] : {std::pair{guest, host}, {host, guest}}) {
        policy::ProgramPtr program = put_together(*ranks->program, *values->program);
        if (!program) continue;
        Candidate* const candidate =
            admit(std::move(program), "ranks and values of two", {ranks->digest(), values->digest()}, field);
        if (candidate != nullptr) born.emplace_back(i, candidate);
      }
    }
    composed_ += born.size();
    trials().set_note(fmt::format("round {}, migration", round_));
    const Field finished = design::race(trials(), std::move(field), 0, trials().top(), incumbent(), options_.race);
    for (const auto& [island, candidate] : born) {
      if (std::find(finished.begin(), finished.end(), candidate) != finished.end()) {
        settle(islands_[island], {candidate});
      }
    }
  }

  design::Search& search_;
  const design::Task& task_;
  VulcanOptions options_;
  Gate gate_;
  std::vector<Island> islands_;
  Consultations consultations_;
  bool started_ = false;
  std::size_t idle_ = 0;  // rounds in a row without a new program
  std::size_t round_ = 0;
  std::uint64_t fresh_ = 0;
  std::uint64_t repeated_ = 0;
  std::uint64_t useless_ = 0;
  std::uint64_t refuted_ = 0;
  std::uint64_t barred_ = 0;
  std::uint64_t composed_ = 0;
};

}  // namespace

std::unique_ptr<design::Strategy> Vulcan::start(design::Search& search) const {
  const design::ChatService* const chat = search.task().chat;
  if (chat == nullptr || chat->models.empty()) {
    throw InputError(
        "designer 'vulcan' asks a language model, and this search has none; 'syswright design DOMAIN --designer "
        "vulcan' "
        "takes one from the environment");
  }
  return std::make_unique<Forge>(search, options_);
}

}  // namespace syswright::research
