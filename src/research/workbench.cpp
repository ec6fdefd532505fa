#include "research/workbench.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <set>

#include "base/error.h"
#include "judge/explain/ablate_edits.h"

namespace syswright::research {

using design::Draft;
using design::RulePart;
using policy::GraphBuilder;
using policy::NodeId;
using policy::Op;
using policy::Type;
using policy::ValueKind;

namespace {

std::vector<RulePart> parts_of(const policy::Program& program) {
  std::vector<RulePart> parts;
  for (const policy::Rule& rule : program.rules()) parts.push_back(design::extract(program, rule.decision));
  return parts;
}

RulePart* part_for(std::vector<RulePart>& parts, std::size_t decision) {
  const auto found = std::ranges::find(parts, decision, &RulePart::decision);
  return found == parts.end() ? nullptr : &*found;
}

/// What was made, each program once.
class Collection {
 public:
  explicit Collection(const policy::Program& original) : seen_{original.digest()} {}
  void add(policy::ProgramPtr program, std::string what) {
    if (program != nullptr && seen_.insert(program->digest()).second)
      all_.push_back({std::move(program), std::move(what)});
  }
  std::size_t size() const { return all_.size(); }
  std::vector<Making> take(std::size_t count) {
    if (all_.size() > count) all_.resize(count);
    return std::move(all_);
  }

 private:
  std::set<Digest> seen_;
  std::vector<Making> all_;
};

}  // namespace

std::string Workbench::word_name(std::size_t decision, std::size_t word) const {
  const auto& words = grammar_.vocabulary().words(decision);
  if (word >= words.size()) return "a statistic";
  return policy::input_name(words[word].input, grammar_.vocabulary().decision(decision), {});
}

std::size_t Workbench::find_word(std::size_t decision, const std::string& name) const {
  const auto& words = grammar_.vocabulary().words(decision);
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (word_name(decision, i) == name) return i;
  }
  return npos;
}

policy::ProgramPtr Workbench::held(const policy::Program& program, std::span<const judge::Edit* const> holds,
                                   const judge::ObservedValues& values) const {
  std::vector<policy::Rule> rules = program.rules();
  for (std::size_t r = 0; r < rules.size(); ++r) {
    std::vector<NodeId> nodes;
    std::vector<double> constants;
    for (const judge::Edit* edit : holds) {
      if (edit->rule != r) continue;
      nodes.push_back(edit->node);
      constants.push_back(judge::typical_value(rules[r].graph[edit->node], values.nodes[r][edit->node]));
    }
    if (!nodes.empty()) rules[r] = judge::hold_nodes(program, r, nodes, constants);
  }
  return std::make_shared<const policy::Program>("candidate", program.signature_pointer(), program.statistics(),
                                                 std::move(rules));
}

std::size_t Workbench::draw_word(Random& random, const Draft& draft,
                                 const std::map<std::string, double>& importance) const {
  const policy::Decision& decision = grammar_.vocabulary().decision(draft.decision());
  const bool ranks = decision.kind == policy::DecisionKind::rank;
  std::vector<double> weights;
  double sum = 0;
  for (std::size_t i = 0; i < draft.words().size(); ++i) {
    const design::Vocabulary::Word& word = draft.words()[i];
    double weight = word.scale.varies && word.info.type.kind == ValueKind::number ? 1 : 0;
    if (word.input.source == policy::Input::Source::feature) {
      weight /= std::sqrt(static_cast<double>(decision.features[word.input.index].slots()));
      const auto found = importance.find(word_name(draft.decision(), i));
      if (found != importance.end()) weight *= found->second;
    }
    if (ranks && word.input.scope == policy::Scope::global) weight *= 0.3;
    weights.push_back(weight);
    sum += weight;
  }
  return sum == 0 ? npos : random.weighted(weights);
}

/// `node` with the word brought in, in one of the ways in which people refine a rule.
NodeId Workbench::refined(Random& random, Draft& draft, NodeId node, std::size_t word, std::string& what) const {
  GraphBuilder& builder = draft.builder();
  const Type type = draft.type(node);
  const NodeId input = builder.input(static_cast<std::uint32_t>(word));
  const Dimension dimension = draft.type(input).dimension;
  const std::string name = word_name(draft.decision(), word);
  // A pure number near 1 where the quantity is as usual, so that the term keeps its scale.
  const auto relative = [&] {
    return builder.apply(Op::divide, {input, builder.constant(design::rounded(draft.words()[word].scale.middle, 2),
                                                              {ValueKind::number, dimension})});
  };
  constexpr std::array<double, 7> weights{3, 3, 2, 2, 1.5, 2, 1};
  switch (random.weighted(weights)) {
    case 0: {
      what = "times " + name;
      const NodeId factor = relative();
      return builder.apply(random.chance(0.5) ? Op::multiply : Op::divide,
                           {node, builder.apply(Op::add, {factor, builder.constant(1, {})})});
    }
    case 1: {
      what = "times a power of " + name;
      constexpr std::array<double, 6> powers{-1, -0.5, -0.25, 0.25, 0.5, 1};
      const NodeId base = builder.apply(Op::maximum, {relative(), builder.constant(1e-3, {})});
      return builder.apply(Op::multiply,
                           {node, builder.apply(Op::power, {base, builder.constant(powers[random.below(6)], {})})});
    }
    case 2: {
      what = "plus " + name;
      const auto unit = divide(type.dimension, dimension);
      if (!unit) return node;
      NodeId more = builder.apply(Op::multiply, {input, grammar_.constant(random, draft, {})});
      if (!unit->is_number()) {
        more = builder.apply(Op::multiply, {more, builder.constant(1, {ValueKind::number, *unit})});
      }
      return builder.apply(random.chance(0.5) ? Op::add : Op::subtract, {node, more});
    }
    case 3: {
      what = "scaled by a condition on " + name;
      const NodeId limit =
          builder.constant(design::draw_near(random, draft.words()[word].scale), {ValueKind::number, dimension});
      constexpr std::array<double, 6> scales{0.1, 0.3, 0.6, 1.7, 3, 10};
      const NodeId scaled = builder.apply(Op::multiply, {node, builder.constant(scales[random.below(6)], {})});
      return builder.apply(Op::select, {builder.apply(Op::less, {input, limit}), scaled, node});
    }
    case 4:
      what = "bounded";
      return builder.apply(random.chance(0.5) ? Op::minimum : Op::maximum,
                           {node, grammar_.expression(random, draft, type, 1)});
    case 5:
      what = "mixed with another term";
      return builder.apply(random.chance(0.5) ? Op::add : Op::subtract,
                           {node, builder.apply(Op::multiply, {grammar_.expression(random, draft, type, 2),
                                                               grammar_.constant(random, draft, {})})});
    default:
      break;
  }
  what = "replaced";
  return grammar_.expression(random, draft, type, 2);
}

std::vector<Making> Workbench::refinements(Random& random, const policy::Program& program, std::size_t rule,
                                           NodeId term, const std::map<std::string, double>& importance,
                                           std::size_t count) const {
  Collection made(program);
  const std::vector<RulePart> parts = parts_of(program);
  const RulePart& part = parts[rule];
  const Type type = part.graph[term].type;
  for (std::size_t tries = 0; tries < 6 * count && made.size() < count; ++tries) {
    try {
      std::vector<policy::Statistic> statistics = part.statistics;
      if (random.chance(0.2)) {
        for (policy::Statistic& statistic : grammar_.random_statistics(random, part.decision, 1)) {
          statistics.push_back(std::move(statistic));
        }
      }
      Draft draft(grammar_.vocabulary(), part.decision, std::move(statistics));
      std::string what;
      const NodeId root = draft.rebuild(part, term, [&](Draft& d, std::span<const NodeId> operands) {
        const NodeId node = d.copy_node(part, term, operands);
        if (type.kind == ValueKind::number) {
          const std::size_t word = draw_word(random, d, importance);
          if (word == npos) return grammar_.expression(random, d, type, 2);
          return refined(random, d, node, word, what);
        }
        what = "under a condition";
        const NodeId decided = grammar_.condition(random, d, 1);
        if (type.kind == ValueKind::action) {
          return d.builder().apply(Op::select, {decided, grammar_.expression(random, d, type, 0), node});
        }
        switch (random.below(3)) {
          case 0:
            return d.builder().apply(Op::logical_and, {node, decided});
          case 1:
            return d.builder().apply(Op::logical_or, {node, decided});
          default:
            return decided;
        }
      });
      std::vector<RulePart> changed = parts;
      changed[rule] = draft.finish(root, part.mode);
      made.add(design::assemble("candidate", program.signature_pointer(), changed), "refine: " + what);
    } catch (const InputError&) {
      // A dimension's exponent or a graph's size passed its limit.
    }
  }
  return made.take(count);
}

std::vector<Making> Workbench::split(Random& random, const policy::Program& own, const policy::Program* rival,
                                     std::size_t decision, std::span<const Mark> marks, std::size_t count) const {
  Collection made(own);
  const std::vector<RulePart> parts = parts_of(own);
  std::vector<RulePart> others = rival != nullptr ? parts_of(*rival) : std::vector<RulePart>{};
  const RulePart* const other = part_for(others, decision);
  const auto mine = std::ranges::find(parts, decision, &RulePart::decision);
  if (mine == parts.end() || marks.empty()) return {};
  for (std::size_t tries = 0; tries < 6 * count && made.size() < count; ++tries) {
    const Mark& mark = marks[tries % marks.size()];
    try {
      std::vector<policy::Statistic> statistics = mine->statistics;
      if (other != nullptr) statistics.insert(statistics.end(), other->statistics.begin(), other->statistics.end());
      Draft draft(grammar_.vocabulary(), decision, std::move(statistics));
      GraphBuilder& builder = draft.builder();
      const design::Vocabulary::Word& word = draft.words()[mark.word];
      const NodeId input = builder.input(static_cast<std::uint32_t>(mark.word));
      // Between what it is there and what it is as a rule.
      const double between = std::abs(mark.at) + random.uniform(0, 0.8) * (word.scale.middle - std::abs(mark.at));
      const NodeId limit =
          builder.constant(design::rounded(std::copysign(between, mark.at == 0 ? 1 : mark.at), 2), word.info.type);
      const NodeId there =
          mark.above ? builder.apply(Op::less, {limit, input}) : builder.apply(Op::less, {input, limit});
      const NodeId here = draft.import(*mine, mine->graph.root());
      const Type type = draft.type(here);
      NodeId otherwise = policy::no_node;
      std::string what = "split on " + word_name(decision, mark.word);
      if (other != nullptr && random.chance(0.6)) {
        otherwise = draft.import(*other, other->graph.root());
        if (draft.type(otherwise) != type) {
          const auto unit = divide(type.dimension, draft.type(otherwise).dimension);
          if (!unit || type.kind != ValueKind::number) continue;
          otherwise = builder.apply(Op::multiply, {otherwise, builder.constant(1, {ValueKind::number, *unit})});
        }
        what += ", there as the rival";
      } else if (type.kind == ValueKind::number && random.chance(0.5)) {
        otherwise = builder.apply(Op::multiply, {here, grammar_.expression(random, draft, {}, 1)});
      } else {
        otherwise = grammar_.expression(random, draft, type, 2);
      }
      const NodeId root = builder.apply(Op::select, {there, otherwise, here});
      std::vector<RulePart> changed = parts;
      *part_for(changed, decision) = draft.finish(root, mine->mode);
      made.add(design::assemble("candidate", own.signature_pointer(), changed), std::move(what));
    } catch (const InputError&) {
      // As above.
    }
  }
  return made.take(count);
}

std::vector<Making> Workbench::answers(Random& random, const policy::Program& program, std::size_t decision,
                                       std::span<const policy::ProgramPtr> donors, std::size_t count) const {
  Collection made(program);
  const std::vector<RulePart> parts = parts_of(program);
  const auto add = [&](const RulePart& answer, std::string what) {
    std::vector<RulePart> changed = parts;
    std::erase_if(changed, [&](const RulePart& part) { return part.decision == decision; });
    changed.push_back(answer);
    std::ranges::sort(changed, {}, &RulePart::decision);
    try {
      made.add(design::assemble("candidate", program.signature_pointer(), changed), std::move(what));
    } catch (const InputError&) {
      // Too many statistics, or too large.
    }
  };
  for (const policy::ProgramPtr& donor : donors) {
    if (donor->rule_for(decision) != nullptr) add(design::extract(*donor, decision), "answer of " + donor->name());
  }
  const std::size_t actions = grammar_.vocabulary().decision(decision).actions.size();
  for (std::size_t a = 0; a < actions; ++a) {
    Draft draft(grammar_.vocabulary(), decision);
    const NodeId root = draft.builder().constant(static_cast<double>(a), {ValueKind::action, {}});
    add(draft.finish(root, 0), "always " + grammar_.vocabulary().decision(decision).actions[a]);
  }
  for (std::size_t tries = 0; tries < 4 * count && made.size() < count; ++tries) {
    add(grammar_.random_rule(random, decision), "an answer of the grammar");
  }
  return made.take(count);
}

std::vector<Making> Workbench::blends(Random& random, const policy::Program& own, const policy::Program& rival,
                                      std::size_t count) const {
  Collection made(own);
  for (std::size_t tries = 0; tries < 4 * count && made.size() < count; ++tries) {
    auto child = variation_.cross(random, own, rival);
    if (child) made.add(std::move(child->program), child->origin);
  }
  return made.take(count);
}

policy::ProgramPtr Workbench::kicked(Random& random, const policy::Program& program, std::size_t times) const {
  policy::ProgramPtr changed;
  for (std::size_t i = 0; i < times; ++i) {
    auto child = variation_.mutate(random, changed ? *changed : program);
    if (child) changed = std::move(child->program);
  }
  return changed;
}

}  // namespace syswright::research
