#include "design/evolve.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "design/archive.h"
#include "design/survey.h"
#include "design/tuning.h"
#include "design/variation.h"

namespace syswright::design {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
/// A narrow search: these constants were tuned on miniatures before, or bred.
constexpr TuningRules polishing{.rounds = 12, .points = 10, .spread = 0.15, .max_constants = 16};

using Field = std::vector<Candidate*>;

struct Island {
  Field members;                // known at the home level, best first
  Candidate* leader = nullptr;  // surely better on the whole scenarios than who led before; nullptr until one is tried
  double best = infinity;
  std::size_t generations_without_progress = 0;
};

/// One run of the search. A turn is a generation.
class Evolution final : public Strategy {
 public:
  Evolution(Search& search, EvolveOptions options)
      : search_(search),
        options_(fitted(options, search)),
        variation_(search.grammar()),
        home_(search.trials().top() == 0 ? 0 : search.trials().top() - 1),
        archive_(home_),
        islands_(options_.islands) {}

  bool turn() override {
    if (generation_ == 0) {
      settle();
    } else {
      take_in();
      live();
      if (generation_ % options_.tune_every == 0) tune_elites();
      polish();
      if (generation_ % options_.migration_every == 0) migrate();
      renew();
    }
    ++generation_;
    met_ = trials().proposed();
    return true;
  }

 private:
  /// A small budget has smaller populations: the first generation costs at most a tenth of it.
  static EvolveOptions fitted(EvolveOptions options, Search& search) {
    const double first = search.trials().levels().front().cost;
    const double affordable = options.part * search.spending().affordable() / 10 / first;
    while (options.islands > 1 && static_cast<double>(options.islands * options.population) > affordable) {
      options.islands -= 1;
    }
    options.population =
        std::clamp<std::size_t>(static_cast<std::size_t>(std::min(affordable, 1e6)), 12, options.population);
    options.brood = std::min(options.brood, options.population);
    return options;
  }

  Trials& trials() { return search_.trials(); }
  double fitness(const Candidate& candidate) const {
    const double loss = candidate.loss(home_);
    return loss + std::abs(loss) * options_.parsimony * static_cast<double>(candidate.size());
  }
  /// With what a retest on the whole scenarios said: how far a member is from the leader, at home and there, counts in
  /// proportion to the size of the two samples, so that who was lucky at home falls back.
  double fitness(const Candidate& candidate, const Island& island) const {
    const std::size_t top = search_.trials().top();
    const double own = fitness(candidate);
    const Candidate* const leader = island.leader;
    if (top == home_ || leader == nullptr || leader == &candidate || !candidate.known(top) || !leader->known(home_)) {
      return own;
    }
    const std::vector<Level>& levels = search_.trials().levels();
    const double retest = levels[top].cost / (levels[top].cost + levels[home_].cost);
    const double at_home = candidate.loss(home_) - leader->loss(home_);
    const double on_retest = candidate.loss(top) - leader->loss(top);
    return std::isfinite(on_retest) ? own + retest * (on_retest - at_home) : infinity;
  }
  Random random_for(std::string_view purpose, std::size_t island) const {
    return Random(search_.task().seed, purpose, generation_ * options_.islands + island);
  }

  /// The first generation: the seeds on every island, the best short programs dealt out, and random ones.
  void settle() {
    const Field seeds = search_.propose_seeds();
    // First, so that a small budget knows what it starts from.
    trials().measure(seeds, 0);
    const Field surveyed = survey(search_, options_.part);
    std::vector<Field> fields;
    for (std::size_t i = 0; i < islands_.size(); ++i) {
      Random random = random_for("evolve settlers", i);
      Field field = search_.propose_random(random, 2 * options_.population);
      const std::size_t dealt = std::min(surveyed.size(), options_.population * islands_.size());
      for (std::size_t s = i; s < dealt; s += islands_.size()) field.push_back(surveyed[s]);
      field.insert(field.end(), seeds.begin(), seeds.end());
      fields.push_back(std::move(field));
    }
    note("settling");
    const std::set<const Candidate*> sure(seeds.begin(), seeds.end());
    compete(fields, sure);
    retest_seeds(seeds);
  }

  /// What was there before the search leads until something is surely better.
  void retest_seeds(const Field& seeds) {
    Candidate* best = nullptr;
    for (Candidate* seed : seeds) {
      if (!seed->known(home_) || !std::isfinite(seed->loss(home_))) continue;
      if (best == nullptr || seed->loss(home_) < best->loss(home_)) best = seed;
    }
    if (best == nullptr) return;
    trials().measure({&best, 1}, trials().top());
    if (!best->known(trials().top())) return;
    for (Island& island : islands_) island.leader = best;
  }

  void live() {
    std::vector<Field> broods;
    for (std::size_t i = 0; i < islands_.size(); ++i) broods.push_back(breed(i));
    note("generation");
    compete(broods, {});
  }

  /// What other strategies on this search have found since the last turn, and is in the hall, joins an island.
  void take_in() {
    Field strangers = trials().hall();
    std::erase_if(strangers, [this](const Candidate* candidate) { return candidate->number < met_; });
    if (strangers.size() > options_.migrants) strangers.resize(options_.migrants);
    if (strangers.empty()) return;
    trials().measure(strangers, home_);
    Island& island = islands_[generation_ % islands_.size()];
    join(island, strangers);
    crown(island);
  }

  void note(std::string_view stage) {
    trials().set_note(generation_ == 0 ? std::string(stage) : fmt::format("{} {}", stage, generation_));
  }

  Candidate* parent(Random& random, const Island& island) {
    if (island.members.empty() || (!archive_.empty() && random.chance(options_.from_archive))) {
      return archive_.empty() ? nullptr : archive_.draw(random);
    }
    Candidate* best = nullptr;
    for (std::size_t i = 0; i < options_.tournament; ++i) {
      Candidate* drawn = island.members[random.below(island.members.size())];
      if (best == nullptr || fitness(*drawn, island) < fitness(*best, island)) best = drawn;
    }
    return best;
  }

  Field breed(std::size_t place) {
    Random random = random_for("evolve brood", place);
    const Island& island = islands_[place];
    Field brood;
    const std::size_t most_tries = 20 * options_.brood;
    for (std::size_t tries = 0; tries < most_tries && brood.size() < options_.brood; ++tries) {
      Candidate* const a = random.chance(options_.fresh) ? nullptr : parent(random, island);
      if (a == nullptr) {
        const Field fresh = search_.propose_random(random, 1);
        brood.insert(brood.end(), fresh.begin(), fresh.end());
        continue;
      }
      Candidate* const b = parent(random, island);
      auto child = variation_.vary(random, *a->program, *b->program);
      if (!child) continue;
      std::vector<Digest> parents{a->digest()};
      if (child->crossed) parents.push_back(b->digest());
      if (Candidate* born = trials().propose(child->program, child->origin, std::move(parents))) brood.push_back(born);
    }
    return brood;
  }

  /// Races each island's field on the levels below home, all islands in one batch, and lets the winners join.
  /// sure: candidates that join without a race.
  void compete(std::vector<Field> fields, const std::set<const Candidate*>& sure) {
    const std::vector<Field> entered = fields;
    for (std::size_t level = 0; level < home_; ++level) {
      measure_all(fields, level);
      for (std::size_t i = 0; i < fields.size(); ++i) {
        Field kept = promoted(trials(), fields[i], level, incumbent(islands_[i], level), options_.race);
        for (Candidate* candidate : fields[i]) {
          const bool is_in = std::find(kept.begin(), kept.end(), candidate) != kept.end();
          if (sure.contains(candidate) && !is_in) kept.push_back(candidate);
        }
        fields[i] = std::move(kept);
      }
    }
    measure_all(fields, home_);
    for (std::size_t i = 0; i < fields.size(); ++i) join(islands_[i], fields[i]);
    promote(fields);
    for (Island& island : islands_) crown(island);
    forget(entered);
  }

  /// The lead of an island passes to a member that is surely better on the whole scenarios, best first.
  void crown(Island& island) {
    const std::size_t top = trials().top();
    Field retested;
    for (Candidate* member : island.members) {
      if (member->known(top) && std::isfinite(member->loss(top))) retested.push_back(member);
    }
    std::stable_sort(retested.begin(), retested.end(),
                     [top](const Candidate* a, const Candidate* b) { return a->loss(top) < b->loss(top); });
    for (Candidate* challenger : retested) {
      if (island.leader != nullptr && !surely_better(trials(), *challenger, *island.leader, top)) continue;
      island.leader = challenger;
      break;
    }
    tidy(island);
  }

  void measure_all(const std::vector<Field>& fields, std::size_t level) {
    Field batch;
    for (const Field& field : fields) batch.insert(batch.end(), field.begin(), field.end());
    trials().measure(batch, level);
  }

  /// The member in the middle: who is surely worse would not stay long.
  Candidate* incumbent(const Island& island, std::size_t level) {
    if (island.members.size() < options_.population / 2) return nullptr;
    Candidate* const middle = island.members[island.members.size() / 2];
    trials().measure({&middle, 1}, level);
    return middle->known(level) ? middle : nullptr;
  }

  void join(Island& island, const Field& field) {
    for (Candidate* candidate : field) {
      if (!candidate->known(home_) || !std::isfinite(candidate->loss(home_))) continue;
      archive_.offer(*candidate);
      island.members.push_back(candidate);
    }
    tidy(island);
  }

  /// Sorts, leaves the simplest of those with equal results, and cuts to size.
  void tidy(Island& island) {
    std::stable_sort(island.members.begin(), island.members.end(),
                     [&](const Candidate* a, const Candidate* b) { return fitness(*a, island) < fitness(*b, island); });
    std::set<std::vector<double>> seen;
    std::erase_if(island.members, [&](const Candidate* c) { return !seen.insert(c->levels[home_].objectives).second; });
    if (island.members.size() > options_.population) island.members.resize(options_.population);
  }

  /// Tries the most promising newcomers on the whole scenarios, if they look better at home than the hall's lower half.
  void promote(const std::vector<Field>& fields) {
    const std::size_t top = trials().top();
    if (top == home_) return;
    Field newcomers;
    for (const Field& field : fields) {
      for (Candidate* candidate : field) {
        if (candidate->known(home_) && !candidate->known(top)) newcomers.push_back(candidate);
      }
    }
    Field hall = trials().hall();
    std::erase_if(hall, [this](const Candidate* candidate) { return !candidate->known(home_); });
    const Candidate* bar = hall.size() < Trials::hall_size / 2 ? nullptr : hall[Trials::hall_size / 2 - 1];
    std::erase_if(newcomers, [&](const Candidate* candidate) {
      return !std::isfinite(candidate->loss(home_)) || (bar != nullptr && fitness(*candidate) > fitness(*bar));
    });
    std::stable_sort(newcomers.begin(), newcomers.end(),
                     [this](const Candidate* a, const Candidate* b) { return fitness(*a) < fitness(*b); });
    if (newcomers.size() > options_.promotions) newcomers.resize(options_.promotions);
    trials().measure(newcomers, top);
  }

  /// Blocks of candidates that nobody keeps are no longer needed.
  void forget(const std::vector<Field>& fields) {
    std::set<const Candidate*> kept;
    for (const Island& island : islands_) {
      kept.insert(island.members.begin(), island.members.end());
      kept.insert(island.leader);
    }
    for (const Candidate* candidate : archive_.members()) kept.insert(candidate);
    kept.insert(trials().hall().begin(), trials().hall().end());
    for (const Field& field : fields) {
      for (Candidate* candidate : field) {
        if (!kept.contains(candidate)) trials().forget_blocks(*candidate);
      }
    }
  }

  void tune_elites() {
    Field elites;
    std::vector<std::size_t> homes;
    for (std::size_t i = 0; i < islands_.size(); ++i) {
      for (Candidate* member : islands_[i].members) {
        if (!tuned_.insert(member).second) continue;
        elites.push_back(member);
        homes.push_back(i);
        break;
      }
    }
    note("tuning constants, generation");
    std::vector<Field> fields(islands_.size());
    for (const Tuned& tuned : tune(search_, elites, home_, generation_)) {
      tuned_.insert(tuned.better);
      for (std::size_t e = 0; e < elites.size(); ++e) {
        if (tuned.original == elites[e]) fields[homes[e]].push_back(tuned.better);
      }
    }
    for (std::size_t i = 0; i < fields.size(); ++i) join(islands_[i], fields[i]);
    promote(fields);
  }

  /// Tunes the best program that was not yet tuned there on the whole scenarios, where a miniature no longer tells its
  /// variants apart; as often as its share of what was spent allows.
  void polish() {
    const std::size_t top = trials().top();
    if (top == home_) return;
    const double price = static_cast<double>(polishing.rounds * polishing.points) * trials().levels()[top].cost;
    if (static_cast<double>(polishings_ + 1) * price > options_.polish * search_.spending().spent()) return;
    const Field& hall = trials().hall();
    const auto rough = std::find_if(hall.begin(), hall.end(), [this](const Candidate* c) { return !is_polished(*c); });
    if (rough == hall.end()) return;
    Candidate* const chosen = *rough;
    polished_.insert(chosen->digest());
    note("polishing the best, generation");
    const std::uint64_t turn = (std::uint64_t{1} << 32) + polishings_++;
    for (const Tuned& tuned : tune(search_, {&chosen, 1}, top, turn, polishing)) {
      trials().measure({&tuned.better, 1}, home_);
      for (Island& island : islands_) {
        const Field& members = island.members;
        if (std::find(members.begin(), members.end(), chosen) == members.end()) continue;
        join(island, {tuned.better});
        crown(island);
      }
    }
  }

  bool is_polished(const Candidate& candidate) const {
    const bool tuned = candidate.origin == tuning_origin && !candidate.parents.empty();
    return polished_.contains(candidate.digest()) || (tuned && polished_.contains(candidate.parents.front()));
  }

  /// The best of each island visit the next one round the ring, once they were retested.
  void migrate() {
    retest();
    std::vector<Field> travellers;
    for (const Island& island : islands_) travellers.push_back(elites(island));
    for (std::size_t i = 0; i < islands_.size(); ++i) join(islands_[(i + 1) % islands_.size()], travellers[i]);
  }

  void retest() {
    Field batch;
    for (const Island& island : islands_) {
      const auto count = static_cast<std::ptrdiff_t>(std::min(options_.retests, island.members.size()));
      batch.insert(batch.end(), island.members.begin(), island.members.begin() + count);
    }
    note("retesting elites, generation");
    trials().measure(batch, trials().top());
    for (Island& island : islands_) crown(island);
  }

  /// The leader, and the best members that hold their own against it on the whole scenarios.
  Field elites(const Island& island) const {
    const std::size_t top = search_.trials().top();
    Field chosen;
    if (island.leader != nullptr) chosen.push_back(island.leader);
    for (Candidate* member : island.members) {
      if (chosen.size() >= options_.migrants) break;
      if (member == island.leader || !member->known(top) || !std::isfinite(member->loss(top))) continue;
      if (island.leader == nullptr || !surely_better(search_.trials(), *island.leader, *member, top)) {
        chosen.push_back(member);
      }
    }
    return chosen;
  }

  /// An island without progress gives its place to newcomers; what it found stays in the hall and the archive.
  void renew() {
    for (std::size_t i = 0; i < islands_.size(); ++i) {
      Island& island = islands_[i];
      const double best = island.members.empty() ? island.best : fitness(*island.members.front(), island);
      if (best < island.best * (1 - std::copysign(1e-4, island.best))) {
        island.best = best;
        island.generations_without_progress = 0;
      } else if (++island.generations_without_progress >= options_.patience) {
        restart(i);
      }
    }
  }

  void restart(std::size_t place) {
    Random random = random_for("evolve restart", place);
    islands_[place] = {};
    std::vector<Field> fields(islands_.size());
    fields[place] = search_.propose_random(random, 2 * options_.population);
    note("new settlers, generation");
    compete(fields, {});
  }

  Search& search_;
  EvolveOptions options_;
  Variation variation_;
  std::size_t home_;
  Archive archive_;
  std::vector<Island> islands_;
  std::set<const Candidate*> tuned_;
  std::set<Digest> polished_;
  std::uint64_t polishings_ = 0;
  std::size_t generation_ = 0;
  std::size_t met_ = 0;  // candidates that had been proposed when the last turn ended
};

}  // namespace

std::unique_ptr<Strategy> Evolve::start(Search& search) const { return std::make_unique<Evolution>(search, options_); }

}  // namespace syswright::design
