#include "design/survey.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "base/error.h"
#include "design/drift.h"

namespace syswright::design {
namespace {

using policy::GraphBuilder;
using policy::NodeId;
using policy::Op;
using policy::Type;
using policy::ValueKind;

using Field = std::vector<Candidate*>;

/// Programs that the third step enlarges, and rules that the fourth completes.
constexpr std::size_t beam = 5;
constexpr std::size_t completed = 2;
/// Share of a budget in evaluations that the survey may take.
constexpr double share = 0.2;

/// One quantity of the ranked decision and the better way round to rank by it.
struct Lead {
  std::size_t word = 0;
  bool rising = true;  ///< larger values have higher scores
  double loss = 0;
};

class Survey {
 public:
  Survey(Search& search, double part)
      : search_(search),
        vocabulary_(search.grammar().vocabulary()),
        allowance_(search.spending().affordable() * part * share / search.trials().levels().front().cost),
        first_(search.trials().proposed()) {}

  Field run() {
    const policy::Decision& first = vocabulary_.decision(0);
    if (first.kind == policy::DecisionKind::rank) {
      const std::size_t modes = std::max<std::size_t>(1, first.modes.size());
      for (std::size_t mode = 0; mode < modes; ++mode) leads_.push_back(singles(mode));
      for (std::size_t mode = 0; mode < modes; ++mode) pairs(mode);
      enlarge();
    }
    complete();
    return tried_;
  }

 private:
  std::vector<std::size_t> words_of(std::size_t decision) const {
    std::vector<std::size_t> chosen;
    const auto& words = vocabulary_.words(decision);
    const bool ranks = vocabulary_.decision(decision).kind == policy::DecisionKind::rank;
    for (std::size_t i = 0; i < words.size(); ++i) {
      // Of a history the latest value; of what is common to all candidates nothing: it ranks none.
      const bool fits = words[i].scale.varies && words[i].info.type.kind == ValueKind::number &&
                        words[i].input.element == 0 && (!ranks || words[i].input.scope == policy::Scope::candidate);
      if (fits) chosen.push_back(i);
    }
    return chosen;
  }

  /// The quantity, away from zero where it can be zero, so that it can divide.
  static NodeId factor(Draft& draft, std::size_t word) {
    GraphBuilder& builder = draft.builder();
    const NodeId input = builder.input(static_cast<std::uint32_t>(word));
    const auto& info = draft.words()[word].info;
    if (info.low > 0 || !info.type.dimension.is_number()) return input;
    return builder.apply(Op::add, {input, builder.constant(1, Type{})});
  }

  /// product * x or product / x, so that the score moves the way of the lead.
  static NodeId times(Draft& draft, NodeId product, const Lead& lead) {
    return draft.builder().apply(lead.rising ? Op::multiply : Op::divide, {product, factor(draft, lead.word)});
  }

  static NodeId signed_word(Draft& draft, const Lead& lead) {
    const NodeId input = draft.builder().input(static_cast<std::uint32_t>(lead.word));
    return lead.rising ? input : draft.builder().apply(Op::negate, {input});
  }

  /// Proposes the program that `build` makes in a fresh draft; known programs and those beyond the allowance are
  /// passed over.
  template <typename Build>
  Candidate* propose(std::size_t decision, std::size_t mode, const std::vector<RulePart>& others, const char* origin,
                     const std::vector<Digest>& parents, const Build& build) {
    if (allowance_ < 1) return nullptr;
    try {
      Draft draft(vocabulary_, decision);
      const NodeId root = build(draft);
      std::vector<RulePart> parts = others;
      parts.push_back(draft.finish(root, mode));
      if (drifts(parts.back(), vocabulary_)) return nullptr;
      std::sort(parts.begin(), parts.end(),
                [](const RulePart& a, const RulePart& b) { return a.decision < b.decision; });
      const policy::ProgramPtr program = assemble("candidate", vocabulary_.signature_pointer(), parts);
      Candidate* candidate = search_.trials().propose(program, origin, parents);
      if (candidate == nullptr) return tried_by_others(program->digest());
      allowance_ -= 1;
      return candidate;
    } catch (const InputError&) {
      return nullptr;  // an exponent of a dimension passed its limit
    }
  }

  /// What another strategy on this search has paid for counts as surveyed, once; else nullptr.
  Candidate* tried_by_others(const Digest& digest) {
    Candidate* const candidate = search_.trials().find(digest);
    const bool known = candidate->number < first_ && candidate->known(0);
    return known && met_.insert(candidate).second ? candidate : nullptr;
  }

  void measure(const Field& field) {
    search_.trials().measure(field, 0);
    for (Candidate* candidate : field) {
      if (candidate->known(0) && std::isfinite(candidate->loss(0))) tried_.push_back(candidate);
    }
    show_best();
  }

  /// Tries the best so far on the whole scenarios, so that there is something to show, and to keep if the search is
  /// stopped here.
  void show_best() {
    Trials& trials = search_.trials();
    sort();
    const double price = trials.levels().back().cost / trials.levels().front().cost;
    if (tried_.empty() || tried_.front()->known(trials.top()) || allowance_ < price) return;
    allowance_ -= price;
    trials.measure({&tried_.front(), 1}, trials.top());
  }

  /// Leads of a mode, one for each quantity that is any good.
  std::vector<Lead> singles(std::size_t mode) {
    struct Trial {
      Lead lead;
      Candidate* candidate;
    };
    std::vector<Trial> trials;
    Field field;
    for (const std::size_t word : words_of(0)) {
      for (const bool rising : {true, false}) {
        const Lead lead{word, rising, 0};
        Candidate* candidate =
            propose(0, mode, {}, "survey of one quantity", {}, [&](Draft& draft) { return signed_word(draft, lead); });
        if (candidate == nullptr) continue;
        trials.push_back({lead, candidate});
        field.push_back(candidate);
      }
    }
    search_.trials().set_note("survey of single quantities");
    measure(field);
    std::map<std::size_t, Lead> best;
    for (Trial& trial : trials) {
      if (!trial.candidate->known(0) || !std::isfinite(trial.candidate->loss(0))) continue;
      trial.lead.loss = trial.candidate->loss(0);
      const auto [place, is_new] = best.try_emplace(trial.lead.word, trial.lead);
      if (!is_new && trial.lead.loss < place->second.loss) place->second = trial.lead;
    }
    std::vector<Lead> leads;
    for (const auto& [word, lead] : best) leads.push_back(lead);
    std::stable_sort(leads.begin(), leads.end(), [](const Lead& a, const Lead& b) { return a.loss < b.loss; });
    return leads;
  }

  void pairs(std::size_t mode) {
    Field field;
    const std::vector<Lead>& leads = leads_[mode];
    for (std::size_t i = 0; i < leads.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) join_pair(field, mode, leads[j], leads[i]);
    }
    search_.trials().set_note("survey of pairs");
    measure(field);
  }

  void join_pair(Field& field, std::size_t mode, const Lead& a, const Lead& b) {
    const auto add = [&](const auto& build) {
      if (Candidate* candidate = propose(0, mode, {}, "survey of pairs", {}, build)) field.push_back(candidate);
    };
    add([&](Draft& draft) {
      // Two falling quantities: the negated product, which stays apart where a reciprocal would vanish.
      if (!a.rising && !b.rising) {
        const NodeId product = draft.builder().apply(Op::multiply, {factor(draft, a.word), factor(draft, b.word)});
        return draft.builder().apply(Op::negate, {product});
      }
      const Lead& first = a.rising ? a : b;
      const Lead& second = a.rising ? b : a;
      return times(draft, factor(draft, first.word), second);
    });
    const auto& words = vocabulary_.words(0);
    if (words[a.word].info.type != words[b.word].info.type) return;
    add([&](Draft& draft) { return draft.builder().apply(Op::add, {signed_word(draft, a), signed_word(draft, b)}); });
    if (a.rising != b.rising) return;
    for (const Op op : {Op::maximum, Op::minimum}) {
      add([&](Draft& draft) { return draft.builder().apply(op, {signed_word(draft, a), signed_word(draft, b)}); });
    }
  }

  /// The best so far, each times one lead more, plain and by its square root.
  void enlarge() {
    const Field parents(tried_.begin(), tried_.begin() + static_cast<std::ptrdiff_t>(std::min(beam, tried_.size())));
    Field field;
    for (const Candidate* parent : parents) {
      const RulePart part = extract(*parent->program, 0);
      for (const Lead& lead : leads_[part.mode]) {
        for (const bool root : {false, true}) {
          Candidate* candidate = propose(0, part.mode, {}, "survey of three quantities", {parent->digest()},
                                         [&](Draft& draft) { return grown(draft, part, lead, root); });
          if (candidate != nullptr) field.push_back(candidate);
        }
      }
    }
    search_.trials().set_note("survey of triples");
    measure(field);
  }

  /// A negative score grows by division where a positive one grows by multiplication: the sign is that of the root.
  NodeId grown(Draft& draft, const RulePart& part, const Lead& lead, bool root) const {
    GraphBuilder& builder = draft.builder();
    const NodeId old = draft.import(part, part.graph.root());
    NodeId more = factor(draft, lead.word);
    if (root) more = builder.apply(Op::square_root, {search_.grammar().number_of(random_, draft, more)});
    const bool negative = part.graph[part.graph.root()].op == Op::negate;
    return builder.apply(lead.rising != negative ? Op::multiply : Op::divide, {old, more});
  }

  /// Thresholds on each quantity for each further decision with actions, both ways round, added to the best programs.
  void complete() {
    const std::size_t first = vocabulary_.decision(0).kind == policy::DecisionKind::rank ? 1 : 0;
    for (std::size_t d = first; d < vocabulary_.signature().decisions.size(); ++d) {
      if (vocabulary_.decision(d).actions.size() >= 2) thresholds(d);
    }
  }

  void thresholds(std::size_t decision) {
    std::vector<const Candidate*> parents;
    for (std::size_t i = 0; i < std::min(completed, tried_.size()); ++i) parents.push_back(tried_[i]);
    if (parents.empty()) parents.push_back(nullptr);
    Field field;
    for (const Candidate* parent : parents) {
      std::vector<RulePart> parts;
      std::vector<Digest> digests;
      if (parent != nullptr) {
        digests.push_back(parent->digest());
        for (const policy::Rule& rule : parent->program->rules()) {
          if (rule.decision != decision) parts.push_back(extract(*parent->program, rule.decision));
        }
      }
      for (const std::size_t word : words_of(decision)) split(field, decision, word, parts, digests);
    }
    search_.trials().set_note("survey of thresholds");
    measure(field);
  }

  void split(Field& field, std::size_t decision, std::size_t word, const std::vector<RulePart>& parts,
             const std::vector<Digest>& parents) {
    const Scale& scale = vocabulary_.words(decision)[word].scale;
    const Type action{ValueKind::action, {}};
    const double last = static_cast<double>(vocabulary_.decision(decision).actions.size() - 1);
    const std::array<double, 3> cuts{rounded(scale.low * 1.5, 2), rounded(scale.middle, 2), rounded(scale.high, 2)};
    for (const double cut : cuts) {
      for (const bool below : {true, false}) {
        Candidate* candidate = propose(decision, 0, parts, "survey of thresholds", parents, [&](Draft& draft) {
          GraphBuilder& builder = draft.builder();
          const NodeId input = builder.input(static_cast<std::uint32_t>(word));
          const NodeId at = builder.constant(cut, draft.words()[word].info.type);
          const NodeId is_below = builder.apply(Op::less, {input, at});
          const NodeId one = builder.constant(below ? 0 : last, action);
          const NodeId other = builder.constant(below ? last : 0, action);
          return builder.apply(Op::select, {is_below, one, other});
        });
        if (candidate != nullptr) field.push_back(candidate);
      }
    }
  }

  void sort() {
    std::stable_sort(tried_.begin(), tried_.end(), [](const Candidate* a, const Candidate* b) {
      return a->loss(0) != b->loss(0) ? a->loss(0) < b->loss(0) : a->size() < b->size();
    });
  }

  Search& search_;
  const Vocabulary& vocabulary_;
  double allowance_;                      // programs that may still be proposed
  std::vector<std::vector<Lead>> leads_;  // [modes]
  Field tried_;                           // best first
  std::size_t first_;                     // number of the first candidate that is proposed here
  std::set<const Candidate*> met_;
  mutable Random random_{1, "survey"};  // number_of draws the divisor of a quantity that has a dimension
};

}  // namespace

std::vector<Candidate*> survey(Search& search, double part) { return Survey(search, part).run(); }

}  // namespace syswright::design
