#include "design/anneal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "design/race.h"
#include "design/variation.h"

namespace syswright::design {
namespace {

using Field = std::vector<Candidate*>;

struct Chain {
  Candidate* current = nullptr;
  Candidate* best = nullptr;  // of this round
};

/// One run of the search. A turn is a step of every chain.
class Annealing final : public Strategy {
 public:
  Annealing(Search& search, const AnnealOptions& options)
      : search_(search),
        options_(options),
        variation_(search.grammar()),
        home_(search.trials().top() == 0 ? 0 : search.trials().top() - 1),
        chains_(options.chains),
        steps_(options.first_round) {}

  bool turn() override {
    if (step_ == 0) {
      start();
      if (!search_.may_go_on()) return true;
    }
    const double cooled = static_cast<double>(step_) / static_cast<double>(steps_ - 1);
    move(options_.hot * std::pow(options_.cold / options_.hot, cooled));
    ++step_;
    if (step_ % 10 == 0 || step_ == steps_) try_whole();
    if (step_ == steps_) {
      step_ = 0;
      steps_ *= 2;
      ++round_;
    }
    return true;
  }

 private:
  Trials& trials() { return search_.trials(); }

  Random random_for(std::string_view purpose) { return Random(search_.task().seed, purpose, draws_++); }

  /// Programs to start from: the seeds, or the best of a few random ones for each chain; from the second round on, the
  /// best program so far for every other chain.
  void start() {
    Random random = random_for("anneal start");
    Field field = round_ == 0 ? search_.propose_seeds() : Field{};
    const Field fresh = search_.propose_random(random, 4 * chains_.size());
    field.insert(field.end(), fresh.begin(), fresh.end());
    trials().set_note(fmt::format("round {}, starting", round_ + 1));
    trials().measure(field, 0);
    field = promoted(trials(), field, 0, nullptr, {.keep = 0.25});
    trials().measure(field, home_);
    std::erase_if(field, [this](const Candidate* c) { return !c->known(home_) || !std::isfinite(c->loss(home_)); });
    std::size_t next = 0;
    for (std::size_t i = 0; i < chains_.size(); ++i) {
      const bool from_best = round_ > 0 && i % 2 == 0 && trials().best() != nullptr;
      if (from_best) {
        chains_[i] = {trials().best(), trials().best()};
      } else if (!field.empty()) {
        Candidate* const candidate = field[next++ % field.size()];
        chains_[i] = {candidate, candidate};
      }
    }
  }

  void move(double temperature) {
    Random random = random_for("anneal step");
    Field neighbours;
    for (Chain& chain : chains_) neighbours.push_back(neighbour(random, chain));
    trials().set_note(fmt::format("round {}, step {} of {}", round_ + 1, step_ + 1, steps_));
    measure(neighbours, 0);
    for (std::size_t i = 0; i < chains_.size() && home_ > 0; ++i) {
      if (neighbours[i] != nullptr && !worth_a_look(*neighbours[i], chains_[i], temperature)) neighbours[i] = nullptr;
    }
    measure(neighbours, home_);
    for (std::size_t i = 0; i < chains_.size(); ++i) decide(random, chains_[i], neighbours[i], temperature);
  }

  Candidate* neighbour(Random& random, const Chain& chain) {
    if (chain.current == nullptr) return nullptr;
    const Chain& other = chains_[random.below(chains_.size())];
    for (int tries = 0; tries < 10; ++tries) {
      const auto child = other.current != nullptr && random.chance(0.15)
                             ? variation_.cross(random, *chain.current->program, *other.current->program)
                             : variation_.mutate(random, *chain.current->program);
      if (!child) continue;
      std::vector<Digest> parents{chain.current->digest()};
      if (Candidate* fresh = trials().propose(child->program, child->origin, std::move(parents))) return fresh;
      // Met before: a step back is a step too, if it got as far as home.
      Candidate* const known = trials().find(child->program->digest());
      if (known->known(home_)) return known;
    }
    return nullptr;
  }

  void measure(const Field& neighbours, std::size_t level) {
    Field batch;
    for (Candidate* candidate : neighbours) {
      if (candidate != nullptr) batch.push_back(candidate);
    }
    trials().measure(batch, level);
  }

  bool worth_a_look(const Candidate& candidate, const Chain& chain, double temperature) {
    if (!candidate.known(0) || !std::isfinite(candidate.loss(0))) return false;
    Candidate* const current = chain.current;
    trials().measure({&current, 1}, 0);
    if (!current->known(0)) return false;
    const PairedDifference behind = trials().compare(candidate, *current, 0);
    // Without blocks (forgotten) the error is unknown: let the larger sample decide.
    return behind.difference <= options_.patience * (behind.error + temperature * std::abs(current->loss(0)));
  }

  void decide(Random& random, Chain& chain, Candidate* neighbour, double temperature) {
    const double draw = random.uniform();
    if (neighbour == nullptr || !neighbour->known(home_) || !std::isfinite(neighbour->loss(home_))) return;
    const double now = chain.current->loss(home_);
    const double rise = neighbour->loss(home_) - now;
    if (rise <= 0 || draw < std::exp(-rise / (temperature * std::abs(now) + 1e-300))) chain.current = neighbour;
    if (chain.current->loss(home_) < chain.best->loss(home_)) chain.best = chain.current;
  }

  void try_whole() {
    Field bests;
    for (const Chain& chain : chains_) {
      if (chain.best != nullptr) bests.push_back(chain.best);
    }
    trials().measure(bests, trials().top());
  }

  Search& search_;
  AnnealOptions options_;
  Variation variation_;
  std::size_t home_;
  std::vector<Chain> chains_;
  std::size_t steps_;     // of this round
  std::size_t step_ = 0;  // taken in it
  std::size_t round_ = 0;
  std::uint64_t draws_ = 0;
};

}  // namespace

std::unique_ptr<Strategy> Anneal::start(Search& search) const { return std::make_unique<Annealing>(search, options_); }

}  // namespace syswright::design
