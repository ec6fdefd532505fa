#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "base/text.h"
#include "design/comparison.h"
#include "design/race.h"
#include "design/survey.h"
#include "design/tuning.h"
#include "policy/compile.h"
#include "policy/expression_text.h"
#include "research/inquiry.h"

// The steps of an inquiry.
namespace syswright::research {

using judge::EditKind;
using judge::Effect;

namespace {

constexpr std::size_t rows_shown = 12;

std::string percent(double share) { return std::isfinite(share) ? fmt::format("{:+.2f} %", 100 * share) : "failed"; }

/// Names of the features that a term of a rule reads.
std::vector<std::string> features_of(const policy::Program& program, std::size_t rule, policy::NodeId term) {
  const policy::Rule& read = program.rules()[rule];
  std::vector<bool> needed(term + 1, false);
  needed[term] = true;
  std::vector<std::string> names;
  for (policy::NodeId i = term + 1; i-- > 0;) {
    if (!needed[i]) continue;
    const policy::Node& node = read.graph[i];
    for (const policy::NodeId operand : node.operands()) needed[operand] = true;
    if (node.op != policy::Op::input) continue;
    const policy::Input& input = read.inputs[node.input];
    if (input.source != policy::Input::Source::feature) continue;
    names.push_back(policy::input_name(input, program.signature().decisions[read.decision], program.statistics()));
  }
  return names;
}

/// How much of the leader's cost lies in parts of a scenario where the other does better: [0, 1].
double lost_to(const Evaluation& own, const Evaluation& other) {
  constexpr std::size_t parts = 8;
  if (own.blocks.size() != other.blocks.size() || own.blocks.empty()) return 0;
  std::array<double, parts> behind{};
  double cost = 0;
  const std::size_t count = own.blocks.size();
  for (std::size_t i = 0; i < count; ++i) {
    behind[i * parts / count] += own.blocks[i].cost - other.blocks[i].cost;
    cost += std::abs(own.blocks[i].cost);
  }
  double lost = 0;
  for (const double part : behind) lost += std::max(part, 0.0);
  return cost > 0 ? lost / cost : 0;
}

}  // namespace

bool Inquiry::begin(Kind idea, Findings digest) {
  findings_ = std::move(digest);
  leader_ = nullptr;
  institute_.leaders[place_] = nullptr;
  pool_.clear();
  sliced_.clear();
  stagnant_ = since_examination_ = 0;
  examined_ = false;
  Entry entry = open_entry(idea);
  Random random = random_for("research idea");
  const Field entered = ideas(idea, entry, random);
  const double share = idea == Kind::known ? 0.5 : 0.3;
  const Field finished =
      design::race(ground_.trials(), entered, 0, ground_.top(), nullptr, {.keep = share, .patience = 2});
  keep(entered);
  if (Candidate* first = apart_from_others(finished)) lead(first);
  entry.experiment +=
      fmt::format("{} programs raced, {} as far as the whole training scenarios.", entered.size(), finished.size());
  entry.finding = Entry::Finding::learned;
  entry.worth_a_section = leader_ != nullptr;
  if (leader_ == nullptr) {
    entry.result = "Nothing came of it.";
    entry.conclusion = "Another idea is needed.";
  } else {
    entry.result = fmt::format("The best of them ({}) reaches {}.", leader_->origin,
                               ground_.loss_text(leader_->loss(ground_.top())));
    entry.conclusion = "Work goes on from it.";
    entry.program = policy::to_source(*leader_->program);
  }
  close(std::move(entry), idea, leader_ != nullptr);
  return leader_ != nullptr;
}

/// The best that is not another's line of work already: it behaves differently, block by block. If all are, the best
/// that does not lead anywhere.
Candidate* Inquiry::apart_from_others(const Field& finished) const {
  constexpr double alike = 0.02;
  Candidate* second_best = nullptr;
  for (Candidate* candidate : finished) {
    if (!std::isfinite(candidate->loss(ground_.search().trials().top()))) continue;
    double nearest = std::numeric_limits<double>::infinity();
    for (const Candidate* other : institute_.leaders) {
      if (other == nullptr) continue;
      double distance = 0;
      for (std::size_t s = 0; s < candidate->training.size(); ++s) {
        distance =
            std::max(distance, design::behaviour_distance(candidate->training[s].blocks, other->training[s].blocks));
      }
      nearest = std::min(nearest, other == candidate ? -1 : distance);
    }
    if (nearest > alike) return candidate;
    if (nearest >= 0 && second_best == nullptr) second_best = candidate;
  }
  return second_best;
}

/// Programs to begin with.
Field Inquiry::ideas(Kind idea, Entry& entry, Random& random) {
  design::Trials& trials = ground_.trials();
  Field field;
  switch (idea) {
    case Kind::known: {
      entry.hypothesis = "What people use already is a good start.";
      field = ground_.search().propose_seeds();
      const std::vector<std::shared_ptr<const policy::Signature>> signatures{ground_.task().domain.signature()};
      for (const std::string& text : ground_.task().domain.exemplars()) {
        policy::ProgramPtr program = policy::compile(text, "exemplar", signatures);
        std::string origin = "known " + program->name();
        if (Candidate* candidate = trials.propose(std::move(program), std::move(origin))) field.push_back(candidate);
      }
      return field;
    }
    case Kind::survey: {
      entry.hypothesis = "A short program that ranks or decides by one to three quantities goes far.";
      field = design::survey(ground_.search());
      if (field.size() > 2 * field_size()) field.resize(2 * field_size());
      if (field.empty()) field = trials.hall();
      return field;
    }
    case Kind::changed: {
      const Field& hall = trials.hall();
      const std::size_t from = std::min<std::size_t>(hall.size(), 8);
      entry.hypothesis = "Near a good program there are better ones that no single change reaches.";
      for (std::size_t tries = 0; from > 0 && tries < 4 * field_size() && field.size() < field_size(); ++tries) {
        Candidate* const parent = hall[random.below(from)];
        policy::ProgramPtr program = bench_.kicked(random, *parent->program, 2 + random.below(3));
        if (Candidate* made = ground_.propose(std::move(program), "changed", {parent->digest()})) field.push_back(made);
      }
      return field;
    }
    default:
      entry.hypothesis = "There are good programs that nobody would think of.";
      return ground_.search().propose_random(random, 2 * field_size());
  }
}

void Inquiry::examine() {
  Entry entry = open_entry(Kind::examine);
  since_examination_ = 0;
  examined_ = true;
  examined_loss_ = leader_->loss(ground_.top());
  entry.hypothesis = "Not every part of the leader carries it; which do?";
  entry.finding = Entry::Finding::learned;
  auto examination = ground_.examine(*leader_, most_for_examining());
  if (!examination) {
    entry.result = "There was too little budget left for it.";
    entry.conclusion = "Work goes on without.";
    return close(std::move(entry), Kind::examine, false);
  }
  examination_ = std::move(examination);
  entry.worth_a_section = true;
  describe(entry, *examination_);
  for (const judge::Ablation& one : examination_->ablations.ablations) {
    if (one.edit.kind != EditKind::hold || one.improvement.estimate >= 0 || one.effect == Effect::none) continue;
    const double cost = std::isfinite(one.improvement.estimate) ? -one.improvement.estimate : 0.2;
    for (const std::string& name : features_of(*leader_->program, one.edit.rule, one.edit.node)) {
      findings_.learn(name, cost);
    }
  }
  const Playground::Examination kept = *examination_;
  adopt_edit(entry, kept);
  close(std::move(entry), Kind::examine, true);
}

/// An edit that is better than the leader where it was tried goes on to the whole.
void Inquiry::adopt_edit(Entry& entry, const Playground::Examination& examination) {
  Field promising;
  for (std::size_t i = 0; i < examination.tried.size(); ++i) {
    Candidate* const tried = examination.tried[i];
    if (tried == nullptr || !tried->known(examination.level)) continue;
    if (tried->loss(examination.level) < leader_->loss(examination.level)) promising.push_back(tried);
  }
  std::stable_sort(promising.begin(), promising.end(), [&](const Candidate* a, const Candidate* b) {
    return a->loss(examination.level) < b->loss(examination.level);
  });
  promising.erase(std::unique(promising.begin(), promising.end()), promising.end());
  if (promising.size() > 3) promising.resize(3);
  if (!promising.empty()) {
    for (std::size_t level = examination.level + 1; level <= ground_.top(); ++level) {
      ground_.trials().measure(promising, level);
    }
    std::erase_if(promising, [this](const Candidate* c) { return !c->known(ground_.top()); });
    std::stable_sort(promising.begin(), promising.end(), [this](const Candidate* a, const Candidate* b) {
      return a->loss(ground_.top()) < b->loss(ground_.top());
    });
  }
  const Field tried = examination.tried;
  const std::string learned = entry.result;
  if (promising.empty()) {
    entry.conclusion = "No part is better away; the next steps work on the parts that matter.";
  } else {
    consider(entry, promising);
    entry.result = learned + " " + entry.result;
  }
  Field known;
  for (Candidate* candidate : tried) {
    if (candidate != nullptr) known.push_back(candidate);
  }
  keep(known);
}

void Inquiry::describe(Entry& entry, const Playground::Examination& examination) const {
  const judge::Ablations& all = examination.ablations;
  const double fraction = ground_.search().trials().levels()[examination.level].fraction;
  entry.experiment =
      fmt::format("{} distinct programs, each with one part changed, on {} of the training scenarios{}. ", all.programs,
                  fraction == 1 ? "the whole" : fmt::format("1/{:.0f}", 1 / fraction),
                  examination.whole ? "" : "; the budget did not pay for every part");
  design::NotebookTable table{
      .title = "What the loss changes by", .columns = {"change", "improvement", "95 % interval", "effect"}, .rows = {}};
  design::NotebookPlot plot{.title = "Improvement by taking a part out", .x_label = "% of the loss", .rows = {}};
  std::set<Digest> listed;
  for (const std::size_t i : all.by_cost()) {
    if (table.rows.size() >= rows_shown) break;
    const judge::Ablation& one = all.ablations[i];
    const Interval& by = one.improvement;
    if (!listed.insert(one.edit.program->digest()).second) continue;  // another way to the same program
    table.rows.push_back({one.edit.words, percent(by.estimate),
                          std::isfinite(by.low) ? fmt::format("{} to {}", percent(by.low), percent(by.high)) : "-",
                          std::string(judge::to_string(one.effect))});
    if (!std::isfinite(by.estimate)) continue;
    plot.rows.push_back({.name = fit(one.edit.words, 44),
                         .text = fmt::format("{:+.2f}", 100 * by.estimate),
                         .value = 100 * by.estimate,
                         .low = 100 * by.low,
                         .high = 100 * by.high,
                         .highlighted = one.effect == Effect::better});
  }
  entry.tables.push_back(std::move(table));
  if (plot.rows.size() > 1) entry.plots.push_back(std::move(plot));
  entry.result = examination.dead.empty()
                     ? "No term is dead."
                     : fmt::format("Dead: {}.", join({examination.dead.begin(), examination.dead.end()}));
  const std::vector<const judge::Ablation*> costly = costly_terms();
  if (!costly.empty()) {
    entry.result += fmt::format(" The dearest term: {} ({}).", costly.front()->edit.words,
                                percent(costly.front()->improvement.estimate));
  }
}

void Inquiry::drop() {
  Entry entry = open_entry(Kind::drop);
  entry.hypothesis = "Terms that each can be held without a change can go together.";
  std::vector<const judge::Edit*> dead = dead_terms();
  std::vector<Making> makings;
  makings.push_back({bench_.held(*leader_->program, dead, examination_->ablations.values), "all dead terms dropped"});
  for (const judge::Edit* edit : dead) makings.push_back({edit->program, "dead term dropped"});
  std::stable_sort(makings.begin() + 1, makings.end(),
                   [](const Making& a, const Making& b) { return a.program->size() < b.program->size(); });
  // Those held singly are known since the examination: the smallest of them are retested on the whole.
  Field field;
  for (const Making& making : makings) {
    if (field.size() >= 3) break;
    Candidate* candidate = ground_.propose(making.program, making.what, {leader_->digest()});
    if (candidate == nullptr) candidate = ground_.trials().find(making.program->digest());
    if (candidate != nullptr && candidate != leader_) field.push_back(candidate);
  }
  ground_.trials().measure(field, ground_.home());
  ground_.trials().measure(field, ground_.top());
  keep(field);
  std::erase_if(field, [this](const Candidate* c) { return !c->known(ground_.top()); });
  // Smaller is better here, as long as nothing is lost.
  const std::size_t top = ground_.top();
  const double bar = leader_->loss(top) + 1e-4 * std::abs(leader_->loss(top));
  std::erase_if(field, [&](const Candidate* c) { return !(c->loss(top) <= bar) || c->size() >= leader_->size(); });
  entry.experiment =
      fmt::format("{} dead terms held, all at once and singly, on the whole training scenarios.", dead.size());
  if (field.empty()) {
    entry.result = "Without them the loss rises.";
    entry.conclusion = "They do something after all, together: they stay.";
    return close(std::move(entry), Kind::drop, false);
  }
  Candidate* const smaller = *std::min_element(
      field.begin(), field.end(), [](const Candidate* a, const Candidate* b) { return a->size() < b->size(); });
  entry.result = fmt::format("{} nodes instead of {}; the loss against before: {}.", smaller->size(), leader_->size(),
                             in_words(ground_.compare(*smaller, *leader_, top)));
  entry.conclusion = "The shorter program leads from here on.";
  entry.finding = Entry::Finding::adopted;
  entry.program = policy::to_source(*smaller->program);
  entry.worth_a_section = true;
  lead(smaller);
  close(std::move(entry), Kind::drop, true);
}

void Inquiry::refine(std::size_t index) {
  Entry entry = open_entry(Kind::refine);
  const judge::Ablation& term = *costly_terms()[index];
  entry.hypothesis = fmt::format("'{}' matters (the loss changes by {} without it): it can be made to do more.",
                                 term.edit.term, percent(-term.improvement.estimate));
  Random random = random_for("research refine");
  const std::vector<Making> makings = bench_.refinements(random, *leader_->program, term.edit.rule, term.edit.node,
                                                         findings_.importance, 2 * field_size());
  const bool won = contest(entry, propose(makings, field_size()));
  close(std::move(entry), Kind::refine, won);
}

/// Where the leader loses most against somebody, of what was not looked into yet.
std::optional<Inquiry::Loss> Inquiry::worst_loss() {
  std::optional<Loss> worst;
  const std::size_t scenarios = ground_.task().train.size();
  const auto offer = [&](Loss loss, const std::string& rival) {
    if (loss.share <= 1e-3 || sliced_.contains(fmt::format("{}/{}", rival, loss.scenario))) return;
    if (!worst || loss.share > worst->share) worst = std::move(loss);
  };
  for (Candidate* rival : ground_.trials().hall()) {
    if (rival == leader_ || rival->training.size() != scenarios) continue;
    for (std::size_t s = 0; s < scenarios; ++s) {
      offer({rival, "", s, lost_to(leader_->training[s], rival->training[s])}, rival->digest().hex());
    }
  }
  const double most = 0.01 * ground_.affordable();
  for (const Yardstick& yardstick : ground_.yardsticks(most)) {
    if (!leader_->known(0)) break;
    for (std::size_t s = 0; s < scenarios; ++s) {
      const double own = leader_->levels[0].objectives[s];
      const double share = ground_.trials().sign() * (own - yardstick.objectives[s]) / std::max(std::abs(own), 1e-300);
      offer({nullptr, yardstick.name, s, share}, yardstick.name);
    }
  }
  return worst;
}

std::vector<Mark> Inquiry::marks_of(const judge::Slices& slices, const judge::Phase& phase,
                                    std::size_t& decision) const {
  for (const policy::Rule& rule : leader_->program->rules()) {
    std::vector<Mark> marks;
    for (const judge::PhaseFeature& feature : phase.features) {
      const std::size_t word = bench_.find_word(rule.decision, slices.features[feature.feature].name);
      if (word == Workbench::npos || std::abs(feature.contrast) < 0.1) continue;
      if (bench_.grammar().vocabulary().words(rule.decision)[word].info.type.kind != policy::ValueKind::number)
        continue;
      marks.push_back({word, feature.mean, feature.contrast > 0});
    }
    decision = rule.decision;
    if (!marks.empty()) return marks;
  }
  return {};
}

void Inquiry::slice() {
  Entry entry = open_entry(Kind::slice);
  const std::optional<Loss> loss = worst_loss();
  if (!loss) {
    entry.hypothesis = "There is a part of the workload in which somebody else is better.";
    entry.result = "In no part that was not looked into yet.";
    entry.conclusion = "There is nothing to learn here for now.";
    return close(std::move(entry), Kind::slice, false);
  }
  const std::string rival = loss->rival ? loss->rival->origin : loss->native;
  const std::string& setting = ground_.task().train[loss->scenario]->setting();
  ++sliced_[fmt::format("{}/{}", loss->rival ? loss->rival->digest().hex() : loss->native, loss->scenario)];
  entry.hypothesis = fmt::format(
      "In parts of scenario {} ({}) a rival ({}) does better, {} of the leader's cost: what is special there can be "
      "told "
      "from the features.",
      loss->scenario + 1, setting, rival, percent(loss->share));
  const Policy other = loss->rival ? Policy::of(loss->rival->program) : Policy::native(loss->native);
  const std::optional<judge::Slices> slices = ground_.slice(*leader_, other, loss->scenario);
  if (!slices) {
    entry.result = "The two cannot be compared part by part.";
    entry.conclusion = "A dead end.";
    return close(std::move(entry), Kind::slice, false);
  }
  design::NotebookTable table{.title = fmt::format("Phases of scenario {}", loss->scenario + 1),
                              .columns = {"phase", "leader", "rival", "effect", "unusual there"},
                              .rows = {}};
  const judge::Phase* lost = nullptr;
  for (const judge::Phase& phase : slices->phases) {
    std::vector<std::string> unusual;
    for (const judge::PhaseFeature& feature : phase.features) {
      unusual.push_back(fmt::format("{} {:+.1f} sd", slices->features[feature.feature].name, feature.contrast));
    }
    table.rows.push_back({fmt::format("{:.0f} to {:.0f} %", 100 * phase.begin, 100 * phase.end),
                          ground_.quantity_text(phase.objective), ground_.quantity_text(phase.reference_objective),
                          std::string(judge::to_string(phase.effect)), join(unusual)});
    if (phase.improvement.estimate >= 0) continue;
    if (lost == nullptr || phase.improvement.estimate < lost->improvement.estimate) lost = &phase;
  }
  entry.tables.push_back(std::move(table));
  entry.worth_a_section = true;
  Random random = random_for("research slice");
  std::vector<Making> makings;
  if (lost != nullptr) {
    std::size_t decision = 0;
    const std::vector<Mark> marks = marks_of(*slices, *lost, decision);
    makings = bench_.split(random, *leader_->program, loss->rival ? loss->rival->program.get() : nullptr, decision,
                           marks, field_size());
  }
  entry.experiment = lost == nullptr   ? "No phase of its own is lost: a mixture was tried. "
                     : makings.empty() ? "No feature marks the lost phase: a mixture was tried. "
                                       : "Programs that do otherwise where the features are as in the lost phase. ";
  if (makings.size() < field_size() && loss->rival != nullptr) {
    for (Making& making : bench_.blends(random, *leader_->program, *loss->rival->program, field_size())) {
      makings.push_back(std::move(making));
    }
  }
  const bool won = contest(entry, propose(makings, field_size(), loss->rival));
  close(std::move(entry), Kind::slice, won);
}

void Inquiry::blend() {
  Entry entry = open_entry(Kind::blend);
  const Field& hall = ground_.trials().hall();
  Random random = random_for("research blend");
  Candidate* rival = nullptr;
  double farthest = 0;
  for (std::size_t tries = 0; tries < 4 && !hall.empty(); ++tries) {
    Candidate* const one = hall[random.below(hall.size())];
    if (one == leader_ || one->training.empty()) continue;
    const double distance = design::behaviour_distance(one->training[0].blocks, leader_->training[0].blocks);
    if (rival == nullptr || distance > farthest) {
      rival = one;
      farthest = distance;
    }
  }
  if (rival == nullptr) {
    entry.hypothesis = "Another good program does something that the leader does not.";
    entry.result = "There is no other yet.";
    entry.conclusion = "Nothing was tried.";
    return close(std::move(entry), Kind::blend, false);
  }
  entry.hypothesis = fmt::format(
      "A program that behaves differently ({}, {:.1f} % apart block by block) has something that "
      "the leader lacks.",
      rival->origin, 100 * farthest);
  const std::vector<Making> makings = bench_.blends(random, *leader_->program, *rival->program, 2 * field_size());
  const bool won = contest(entry, propose(makings, field_size(), rival));
  close(std::move(entry), Kind::blend, won);
}

void Inquiry::tune(bool polish) {
  const Kind kind = polish ? Kind::polish : Kind::tune;
  Entry entry = open_entry(kind);
  const std::size_t count = design::constants_of(*leader_->program).size();
  entry.hypothesis = fmt::format("The leader's {} constants are not yet the best.", count);
  design::TuningRules rules;
  if (polish) rules = {.rounds = 8, .points = 8, .spread = 0.15, .max_constants = 12};
  const std::size_t level = polish ? ground_.top() : ground_.home();
  const std::vector<design::Tuned> tuned =
      design::tune(ground_.search(), {&leader_, 1}, level, (std::uint64_t{1} << 40) + institute_.steps, rules);
  polishings_ += polish ? 1 : 0;
  entry.experiment = fmt::format("{} rounds of {} points by CMA-ES. ", rules.rounds, rules.points);
  Field field;
  for (const design::Tuned& one : tuned) field.push_back(one.better);
  ground_.trials().measure(field, ground_.home());
  ground_.trials().measure(field, ground_.top());
  keep(field);
  std::erase_if(field, [this](const Candidate* c) { return !c->known(ground_.top()); });
  const bool won = consider(entry, field);
  // What was tuned is tuned: the same constants again would tell nothing new.
  if (won) {
    tried_[{Kind::tune, 0}] = 1;
    if (polish) tried_[{Kind::polish, 0}] = 1;
  }
  close(std::move(entry), kind, won);
}

void Inquiry::answer(std::size_t decision) {
  Entry entry = open_entry(Kind::open);
  const std::string& name = ground_.search().grammar().vocabulary().decision(decision).name;
  const bool open = leader_->program->rule_for(decision) == nullptr;
  entry.hypothesis = open ? fmt::format("'{}' is left to the mechanism: an answer of its own gains.", name)
                          : fmt::format("There is a better answer to '{}'.", name);
  Random random = random_for("research answer");
  std::vector<policy::ProgramPtr> donors;
  for (const Candidate* candidate : ground_.trials().hall()) {
    if (donors.size() < field_size() / 3) donors.push_back(candidate->program);
  }
  const std::vector<std::shared_ptr<const policy::Signature>> signatures{ground_.task().domain.signature()};
  for (const std::string& text : ground_.task().domain.exemplars()) {
    donors.push_back(policy::compile(text, "exemplar", signatures));
  }
  const std::vector<Making> makings =
      bench_.answers(random, *leader_->program, decision, donors, donors.size() + field_size());
  const bool won = contest(entry, propose(makings, field_size()));
  close(std::move(entry), Kind::open, won);
}

void Inquiry::vary() {
  Entry entry = open_entry(Kind::vary);
  entry.hypothesis = "Nothing that was found points anywhere: something near what survived is better.";
  Random random = random_for("research vary");
  Field field;
  for (std::size_t tries = 0; tries < 20 * field_size() && field.size() < field_size(); ++tries) {
    if (random.chance(0.06)) {
      const Field fresh = ground_.search().propose_random(random, 1);
      field.insert(field.end(), fresh.begin(), fresh.end());
      continue;
    }
    const Candidate* const a = parent(random);
    const Candidate* const b = parent(random);
    auto child = bench_.variation().vary(random, *a->program, *b->program);
    if (!child) continue;
    std::vector<Digest> parents{a->digest()};
    if (child->crossed) parents.push_back(b->digest());
    if (Candidate* born = ground_.propose(std::move(child->program), child->origin, std::move(parents))) {
      field.push_back(born);
    }
  }
  const bool won = contest(entry, std::move(field));
  close(std::move(entry), Kind::vary, won);
}

}  // namespace syswright::research
