#include "design/portfolio.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "design/anneal.h"
#include "design/evolve.h"
#include "design/mcts.h"
#include "design/random_search.h"

namespace syswright::design {
namespace {

/// Places of the hall that count as a gain.
constexpr std::size_t places = 8;
/// A gain that everybody is credited with at the start: who found nothing yet is not told apart by its first luck.
constexpr double prior_gain = 0.05;
/// Turns in a row, of each member, that tried nothing new: then there is nothing left to try.
constexpr std::size_t most_idle = 50;

struct Member {
  std::string name;
  std::unique_ptr<Strategy> strategy;
  double spent = 0;
  double gain = 0;  // of its turns, decayed
  double cost = 0;  // of the same turns
  double owed = 0;  // evaluations that it is behind its share; negative: ahead
  std::size_t turns = 0;
  std::size_t leads = 0;  // times that it found a new best
  bool over = false;      // nothing left to try
};

std::string list(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : ", ") + item;
  return text;
}

/// One run of the search. A turn is a turn of one member.
class Shares final : public Strategy {
 public:
  Shares(Search& search, const Portfolio::Members& members, const PortfolioOptions& options)
      : search_(search), options_(options), opening_(opening_of(search, options)) {
    search.propose_seeds();  // before the first turn: nobody found them
    for (const auto& member : members) members_.push_back({.name = member->name(), .strategy = member->start(search)});
  }

  bool turn() override {
    Member* const member = next();
    if (member == nullptr) return false;
    take_turn(*member);
    return true;
  }

  std::vector<std::string> notes() const override {
    std::vector<std::string> shares;
    for (const Member& member : members_) {
      const double all = std::max(total_, 1e-12);
      shares.push_back(fmt::format("{} {:.0f} % ({} turns, {} new best)", member.name, 100 * member.spent / all,
                                   member.turns, member.leads));
    }
    std::vector<std::string> notes{fmt::format("of what was spent, {}", list(shares))};
    if (const Candidate* winner = search_.winner()) notes.push_back(origin_of(*winner));
    for (const Member& member : members_) {
      for (const std::string& note : member.strategy->notes()) notes.push_back(member.name + ": " + note);
    }
    return notes;
  }

  /// Of the first member that keeps one.
  std::shared_ptr<const Notebook> notebook() const override {
    for (const Member& member : members_) {
      if (auto notebook = member.strategy->notebook()) return notebook;
    }
    return nullptr;
  }

 private:
  static double opening_of(Search& search, const PortfolioOptions& options) {
    const double most = options.opening_programs * search.trials().levels().back().cost;
    return std::min(options.opening * search.spending().affordable(), most);
  }

  /// In the opening the first member that has not had its share; then who is furthest behind.
  Member* next() {
    Member* chosen = nullptr;
    for (Member& member : members_) {
      if (member.over) continue;
      if (member.turns == 0 || (member.spent < opening_ && member.turns <= most_idle)) return &member;
      if (chosen == nullptr || member.owed > chosen->owed) chosen = &member;
    }
    return idle_ > most_idle * members_.size() ? nullptr : chosen;
  }

  void take_turn(Member& member) {
    Trials& trials = search_.trials();
    const double before = search_.spending().spent();
    const std::vector<Candidate*> hall = trials.hall();
    const Candidate* const best = trials.best();
    const std::size_t first = trials.proposed();
    ++member.turns;
    if (!member.strategy->turn()) member.over = true;
    if (trials.proposed() > first) turns_.push_back({first, static_cast<std::size_t>(&member - members_.data())});
    if (trials.best() != best) ++member.leads;
    const double spent = search_.spending().spent() - before;
    idle_ = spent > 0 ? 0 : idle_ + 1;
    credit(member, gain_over(hall), spent);
  }

  double gain_over(const std::vector<Candidate*>& before) {
    const std::vector<Candidate*>& hall = search_.trials().hall();
    double gain = 0;
    double worth = 0.5;
    for (std::size_t place = 0; place < std::min(places, hall.size()); ++place, worth /= 2) {
      if (std::find(before.begin(), before.end(), hall[place]) == before.end()) gain += worth;
    }
    return gain;
  }

  void credit(Member& member, double gain, double spent) {
    const double kept = std::exp2(-spent / (options_.memory * opening_));
    member.gain = member.gain * kept + gain;
    member.cost = member.cost * kept + spent;
    member.spent += spent;
    total_ += spent;
    // A turn that cost nothing still takes its place in the queue.
    const double dues = std::max(spent, opening_ / 100);
    const std::vector<double> shares = shares_now();
    const bool opening = std::any_of(members_.begin(), members_.end(), [this](const Member& one) {
      return !one.over && (one.turns == 0 || (one.spent < opening_ && one.turns <= most_idle));
    });
    if (opening) return;
    for (std::size_t i = 0; i < members_.size(); ++i) members_[i].owed += dues * shares[i];
    member.owed -= dues;
  }

  std::vector<double> shares_now() const {
    std::vector<double> shares;
    double sum = 0;
    std::size_t going = 0;
    for (const Member& member : members_) {
      const double rate = (member.gain + prior_gain) / (member.cost + opening_);
      shares.push_back(member.over ? 0 : std::pow(rate * opening_, options_.sharpness));
      sum += shares.back();
      going += member.over ? 0 : 1;
    }
    const double rest = std::max(0.0, 1 - options_.floor * static_cast<double>(going));
    for (std::size_t i = 0; i < shares.size(); ++i) {
      if (!members_[i].over) shares[i] = options_.floor + rest * shares[i] / sum;
    }
    return shares;
  }

  /// Whose turn a candidate was proposed in.
  const Member& proposer(const Candidate& candidate) const {
    const auto after =
        std::upper_bound(turns_.begin(), turns_.end(), candidate.number,
                         [](std::size_t number, const Turn& turn) { return number < turn.first_candidate; });
    return members_[std::prev(after)->member];
  }

  std::string origin_of(const Candidate& winner) const {
    if (turns_.empty() || winner.number < turns_.front().first_candidate) return "the winner was there before";
    std::vector<std::string> others;
    const std::string& finder = proposer(winner).name;
    for (const Candidate* one = &winner; one != nullptr && !one->parents.empty();) {
      one = search_.trials().find(one->parents.front());
      if (one == nullptr || one->number < turns_.front().first_candidate) break;
      const std::string& name = proposer(*one).name;
      if (name != finder && std::find(others.begin(), others.end(), name) == others.end()) others.push_back(name);
    }
    return fmt::format("{} found the winner ({}){}", finder, winner.origin,
                       others.empty() ? "" : ", from what " + list(others) + " had found");
  }

  struct Turn {
    std::size_t first_candidate = 0;
    std::size_t member = 0;
  };

  Search& search_;
  PortfolioOptions options_;
  double opening_;  // evaluations
  std::vector<Member> members_;
  std::vector<Turn> turns_;  // in which something was proposed
  double total_ = 0;
  std::size_t idle_ = 0;
};

}  // namespace

Portfolio::Portfolio(Members members, PortfolioOptions options)
    : StrategyDesigner("portfolio", "several designers on one search; budget moves to the one that is gaining",
                       "portfolio"),
      members_(std::move(members)),
      options_(options) {
  assert(!members_.empty());
}

bool Portfolio::keeps_notebook() const {
  return std::any_of(members_.begin(), members_.end(), [](const auto& member) { return member->keeps_notebook(); });
}

std::unique_ptr<Strategy> Portfolio::start(Search& search) const {
  return std::make_unique<Shares>(search, members_, options_);
}

Portfolio::Members own_strategies() {
  Portfolio::Members members;
  members.push_back(std::make_unique<Evolve>(EvolveOptions{.part = 0.5}));
  members.push_back(std::make_unique<Anneal>());
  members.push_back(std::make_unique<Mcts>());
  members.push_back(std::make_unique<RandomSearch>());
  return members;
}

}  // namespace syswright::design
