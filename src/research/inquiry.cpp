#include "research/inquiry.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "design/race.h"
#include "design/tuning.h"

// What an inquiry decides to do, and how it takes what came of it.
namespace syswright::research {
namespace {

/// Programs that an inquiry keeps beside its leader, to vary and to mix with.
constexpr std::size_t pool_size = 16;
/// A node more must lower the loss by this share.
constexpr double parsimony = 5e-5;
/// Programs of a step that are tried on the whole training scenarios.
constexpr std::size_t most_retested = 2;
/// A gain must be this many standard errors, or it may as well be chance.
constexpr double credible = 0.5;
/// Gains below this share of the loss do not count as progress.
constexpr double noticeable = 1e-4;
/// Terms of a program that are worked on, those that cost most first.
constexpr std::size_t terms_refined = 4;
constexpr std::size_t patience_between_examinations = 8;
/// Share of what is left that one examination may cost.
constexpr double examination_share = 0.06;
/// Of what was spent, for constants on the whole training scenarios.
constexpr double polishing_share = 0.1;

bool is_value(const design::Vocabulary& vocabulary, std::size_t decision) {
  return vocabulary.decision(decision).kind == policy::DecisionKind::value;
}

}  // namespace

Inquiry::Inquiry(Institute& institute, std::size_t place)
    : institute_(institute),
      ground_(institute.playground),
      bench_(institute.bench),
      name_(1, static_cast<char>('A' + place % 26)),
      place_(place) {
  if (institute_.leaders.size() <= place) institute_.leaders.resize(place + 1, nullptr);
}

Random Inquiry::random_for(std::string_view purpose) const {
  return Random(ground_.task().seed, purpose, institute_.steps);
}

/// As many programs as let some thirty steps be made with what is left, 32 at most.
std::size_t Inquiry::field_size() {
  const double affordable = ground_.affordable() * 0.03 / ground_.trials().levels().front().cost;
  return static_cast<std::size_t>(std::clamp(affordable, 6.0, 32.0));
}

double Inquiry::most_for_examining() {
  const std::vector<design::Level>& levels = ground_.trials().levels();
  const double step = static_cast<double>(field_size()) * levels.front().cost + levels.back().cost;
  return std::min(examination_share * ground_.affordable(), 2.5 * step);
}

std::size_t Inquiry::tried(Kind kind, std::size_t index) const {
  const auto found = tried_.find({kind, index});
  return found == tried_.end() ? 0 : found->second;
}

void Inquiry::plan(std::vector<Plan>& plans, Kind kind, std::size_t index, double prior) {
  const double times = static_cast<double>(tried(kind, index));
  // Variation never gives the same twice; a finding that was followed up in vain points there again, but less.
  const double novelty = kind == Kind::vary ? 1 / (1 + times / 6) : 1 / (1 + 1.5 * times);
  plans.push_back({kind, index, prior * findings_.success[static_cast<std::size_t>(kind)].rate() * novelty});
}

std::vector<Inquiry::Plan> Inquiry::plans() {
  std::vector<Plan> all;
  const design::Vocabulary& vocabulary = ground_.search().grammar().vocabulary();
  const std::size_t decisions = vocabulary.signature().decisions.size();
  const bool moved_on = examined_loss_ - leader_->loss(ground_.top()) > 0.002 * std::abs(examined_loss_);
  // A leader that is hardly another than the one before need not be examined again at once.
  const bool due = !examined_ || moved_on || since_examination_ >= patience_between_examinations;
  if (!examination_ && due && tried(Kind::examine, 0) == 0) all.push_back({Kind::examine, 0, 0.9});
  if (examination_ && !dead_terms().empty() && tried(Kind::drop, 0) == 0) all.push_back({Kind::drop, 0, 2});
  const std::size_t terms = examination_ ? std::min(costly_terms().size(), terms_refined) : 0;
  for (std::size_t i = 0; i < terms; ++i) plan(all, Kind::refine, i, 1 - 0.15 * static_cast<double>(i));
  for (std::size_t d = 0; d < decisions; ++d) {
    const bool open = leader_->program->rule_for(d) == nullptr;
    plan(all, Kind::open, d, open ? 1.1 : is_value(vocabulary, d) ? 0.5 : 0.3);
  }
  const std::size_t constants = design::constants_of(*leader_->program).size();
  if (constants > 0 && constants <= design::TuningRules{}.max_constants) {
    if (tried(Kind::tune, 0) == 0) plan(all, Kind::tune, 0, 0.9);
    if (may_polish() && tried(Kind::polish, 0) == 0) plan(all, Kind::polish, 0, 1.2);
  }
  plan(all, Kind::slice, 0, 0.8);
  plan(all, Kind::blend, 0, 0.8);
  plan(all, Kind::vary, 0, 1);
  return all;
}

bool Inquiry::may_polish() {
  if (ground_.top() == ground_.home()) return false;
  const double price = 64 * ground_.trials().levels()[ground_.top()].cost;
  return static_cast<double>(polishings_ + 1) * price <= polishing_share * ground_.spent() &&
         price <= ground_.affordable();
}

void Inquiry::step() {
  const std::vector<Plan> all = plans();
  const auto best =
      std::max_element(all.begin(), all.end(), [](const Plan& a, const Plan& b) { return a.value < b.value; });
  ++tried_[{best->kind, best->index}];
  ++since_examination_;
  switch (best->kind) {
    case Kind::examine:
      return examine();
    case Kind::drop:
      return drop();
    case Kind::refine:
      return refine(best->index);
    case Kind::slice:
      return slice();
    case Kind::blend:
      return blend();
    case Kind::tune:
      return tune(false);
    case Kind::polish:
      return tune(true);
    case Kind::open:
      return answer(best->index);
    default:
      return vary();
  }
}

Inquiry::Entry Inquiry::open_entry(Kind kind) {
  Entry entry;
  entry.number = ++institute_.steps;
  entry.context = name_;
  entry.kind = std::string(in_words(kind));
  begun_spent_ = ground_.spent();
  begun_proposed_ = ground_.trials().proposed();
  ground_.trials().set_note(fmt::format("step {}, {}: {}", entry.number, name_, entry.kind));
  return entry;
}

void Inquiry::close(Entry entry, Kind kind, bool won) {
  entry.spent_in_all = ground_.spent();
  entry.spent = entry.spent_in_all - begun_spent_;
  entry.programs = ground_.trials().proposed() - begun_proposed_;
  findings_.learn(kind, won);
  institute_.notebook.entries.push_back(std::move(entry));
}

Field Inquiry::propose(const std::vector<Making>& makings, std::size_t most, Candidate* second) {
  Field field;
  for (const Making& making : makings) {
    if (field.size() >= most) break;
    std::vector<Digest> parents{leader_->digest()};
    if (second != nullptr) parents.push_back(second->digest());
    if (Candidate* candidate = ground_.propose(making.program, making.what, std::move(parents))) {
      field.push_back(candidate);
    }
  }
  return field;
}

void Inquiry::keep(const Field& field) {
  const std::size_t home = ground_.home();
  const auto fitness = [home](const Candidate* c) {
    return c->loss(home) + std::abs(c->loss(home)) * parsimony * static_cast<double>(c->size());
  };
  for (Candidate* candidate : field) {
    if (candidate->known(home) && std::isfinite(candidate->loss(home))) pool_.push_back(candidate);
  }
  std::stable_sort(pool_.begin(), pool_.end(),
                   [&](const Candidate* a, const Candidate* b) { return fitness(a) < fitness(b); });
  std::set<std::vector<double>> seen;
  std::erase_if(pool_, [&](const Candidate* c) { return !seen.insert(c->levels[home].objectives).second; });
  if (pool_.size() > pool_size) pool_.resize(pool_size);
}

void Inquiry::lead(Candidate* candidate) {
  leader_ = candidate;
  institute_.leaders[place_] = candidate;
  examination_.reset();
  tried_.clear();
}

bool Inquiry::contest(Entry& entry, Field field) {
  design::Trials& trials = ground_.trials();
  const Field entered = field;
  const std::size_t home = ground_.home();
  const auto measure = [&](std::size_t level) {
    Field batch = field;
    batch.push_back(leader_);
    trials.measure(batch, level);
  };
  for (std::size_t level = 0; level < home; ++level) {
    measure(level);
    field = design::promoted(trials, std::move(field), level, leader_, {.keep = 0.15, .patience = 1.5});
  }
  measure(home);
  keep(entered);
  const std::size_t reached = field.size();
  field = hopeful(std::move(field));
  trials.measure(field, ground_.top());
  std::erase_if(field, [this](const Candidate* c) { return !c->known(ground_.top()); });
  const std::size_t top = ground_.top();
  std::stable_sort(field.begin(), field.end(),
                   [top](const Candidate* a, const Candidate* b) { return a->loss(top) < b->loss(top); });
  entry.experiment += fmt::format(
      "{} programs raced against the leader; {} reached {}, {} the whole training scenarios.", entered.size(), reached,
      home == top ? "the end" : fmt::format("1/{:.0f}", 1 / trials.levels()[home].fraction), field.size());
  const bool won = consider(entry, field);
  // Blocks of what nobody keeps are no longer needed.
  for (Candidate* candidate : entered) {
    const auto is_in = [candidate](const auto& list) {
      return std::find(list.begin(), list.end(), candidate) != list.end();
    };
    if (!is_in(trials.hall()) && !is_in(institute_.leaders)) trials.forget_blocks(*candidate);
  }
  return won;
}

/// Those of a field known at home that look better there than the leader, or nearly: two at most.
Field Inquiry::hopeful(Field field) const {
  const std::size_t home = ground_.home();
  const design::Trials& trials = ground_.search().trials();
  std::erase_if(field, [&](const Candidate* c) {
    if (!c->known(home) || !std::isfinite(c->loss(home))) return true;
    if (home == ground_.top()) return false;
    if (!leader_->known(home)) return false;
    const design::PairedDifference behind = trials.compare(*c, *leader_, home);
    return behind.difference > (std::isfinite(behind.error) ? 0.5 * behind.error : 0);
  });
  std::stable_sort(field.begin(), field.end(),
                   [home](const Candidate* a, const Candidate* b) { return a->loss(home) < b->loss(home); });
  if (home != ground_.top() && field.size() > most_retested) field.resize(most_retested);
  return field;
}

/// Whether the best of those known at the top takes the lead; what it says goes into the entry.
bool Inquiry::consider(Entry& entry, const Field& finished) {
  const std::size_t top = ground_.top();
  if (finished.empty() || !std::isfinite(finished.front()->loss(top))) {
    entry.result = "None of them held its own against the leader.";
    entry.conclusion = "A dead end.";
    ++stagnant_;
    return false;
  }
  Candidate* const best = finished.front();
  const Change change = ground_.compare(*best, *leader_, top, finished.size());
  entry.result = fmt::format("The best ({}) against the leader: {}.", best->origin, in_words(change));
  design::NotebookPlot plot{.title = "Loss against the leader's", .x_label = "% (lower is better)", .rows = {}};
  for (const Candidate* one : finished) {
    const Change its = ground_.compare(*one, *leader_, top);
    plot.rows.push_back({.name = one->origin,
                         .text = fmt::format("{:+.2f}", 100 * its.share.estimate),
                         .value = 100 * its.share.estimate,
                         .low = 100 * its.share.low,
                         .high = 100 * its.share.high,
                         .highlighted = one == best});
  }
  if (finished.size() > 1) entry.plots.push_back(std::move(plot));
  const double dearer = parsimony * (static_cast<double>(best->size()) - static_cast<double>(leader_->size()));
  const double error = std::isfinite(change.share.low) ? (change.share.high - change.share.low) / 4 : 0;
  if (!(-change.share.estimate > std::max(dearer, 0.0) + credible * error + 1e-12) &&
      !(best->size() < leader_->size() && change.share.estimate <= 0)) {
    entry.conclusion = "Not better: a dead end from here.";
    ++stagnant_;
    return false;
  }
  entry.finding = change.sure ? Entry::Finding::confirmed : Entry::Finding::adopted;
  entry.conclusion = change.sure ? "Better beyond doubt, by the paired interval: it leads from here on."
                     : change.share.estimate < 0
                         ? "Better on the whole training scenarios, though it may be chance: it leads for now."
                         : "As good, and shorter: it leads from here on.";
  entry.program = policy::to_source(*best->program);
  entry.worth_a_section = true;
  stagnant_ = -change.share.estimate > noticeable ? 0 : stagnant_ + 1;
  lead(best);
  return true;
}

std::vector<const judge::Edit*> Inquiry::dead_terms() const {
  std::vector<const judge::Edit*> dead;
  for (const judge::Ablation& ablation : examination_->ablations.ablations) {
    if (ablation.edit.kind == judge::EditKind::hold && ablation.effect == judge::Effect::none) {
      dead.push_back(&ablation.edit);
    }
  }
  return dead;
}

/// Terms whose loss costs, dearest first.
std::vector<const judge::Ablation*> Inquiry::costly_terms() const {
  std::vector<const judge::Ablation*> terms;
  const judge::Ablations& all = examination_->ablations;
  for (const std::size_t i : all.by_cost()) {
    const judge::Ablation& one = all.ablations[i];
    if (one.edit.kind == judge::EditKind::hold && one.effect != judge::Effect::none && one.improvement.estimate < 0) {
      terms.push_back(&one);
    }
  }
  return terms;
}

Candidate* Inquiry::parent(Random& random) {
  const Field& hall = ground_.trials().hall();
  const bool elsewhere = !hall.empty() && random.chance(0.06);
  const Field& from = elsewhere ? hall : pool_;
  if (from.empty()) return leader_;
  if (!elsewhere && random.chance(0.25)) return leader_;
  // Both lists stand best first: the better of a few draws is the first of them.
  std::size_t best = from.size() - 1;
  for (int i = 0; i < 2; ++i) best = std::min(best, static_cast<std::size_t>(random.below(from.size())));
  return from[best];
}

}  // namespace syswright::research
