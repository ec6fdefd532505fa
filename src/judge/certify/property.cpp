#include "judge/certify/property.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "judge/certify/pairs.h"
#include "judge/certify/scaling.h"
#include "judge/certify/solver.h"

namespace syswright::judge {

using policy::Clause;
using policy::ClauseKind;
using policy::Interval;
using policy::no_node;
using policy::Op;

namespace {

/// Differences below this share are taken for rounding where a statement is about real arithmetic.
constexpr double rounding_share = 1e-9;

Box hull(const std::vector<Box>& boxes) {
  Box result = boxes.front();
  for (const Box& box : boxes) {
    for (std::size_t i = 0; i < box.size(); ++i) {
      result[i] = {std::min(result[i].low, box[i].low), std::max(result[i].high, box[i].high)};
    }
  }
  return result;
}

class Examination {
 public:
  Examination(const ContractBox& contract, const Clause& clause, const CertifyOptions& options, std::stop_token stop,
              const ProvedObserver& on_proved)
      : contract_(contract), clause_(clause), options_(options), stop_(std::move(stop)), on_proved_(on_proved) {
    result_.property = policy::to_source(clause, contract.contract(), contract.program());
    result_.kind = clause.kind;
    result_.line = clause.line;
  }

  PropertyCertificate run() {
    if (contract_.empty()) {
      result_.note = "no input was found that satisfies what is required";
      return result_;
    }
    switch (clause_.kind) {
      case ClauseKind::require:
      case ClauseKind::holds:
      case ClauseKind::range:
        condition();
        break;
      case ClauseKind::increasing:
      case ClauseKind::decreasing:
        monotone();
        break;
      case ClauseKind::scaling:
        scaling();
        break;
      case ClauseKind::starvation:
        starvation();
        break;
      case ClauseKind::robust:
        robust();
        break;
    }
    return std::move(result_);
  }

 private:
  SearchResult search_for(Statement& statement, const SearchSpace& space) {
    const SearchOptions options{.max_boxes = options_.max_boxes,
                                .coverage = options_.coverage,
                                .samples = options_.samples,
                                .seed = options_.seed,
                                .on_proved = on_proved_};
    SearchResult found = search(statement, space, options, stop_);
    report(found);
    return found;
  }

  void report(const SearchResult& found) {
    result_.boxes = found.boxes;
    const double spoken_of = found.proved + found.failed + found.left;
    if (!(spoken_of > 0)) {
      result_.note = "no input was found that satisfies what is required";
      return;
    }
    const bool whole = found.open.empty() && found.failed == 0;
    result_.proved = whole ? 1 : found.proved / spoken_of;
    result_.refuted = found.failed / spoken_of;
    result_.left = found.open.empty() ? 0 : found.left / spoken_of;
    result_.arithmetic = found.reals ? Arithmetic::reals : Arithmetic::doubles;
    if (found.proved > 0) result_.method = found.derivatives ? Method::derivatives : Method::intervals;
    result_.regions_left = found.open.size();
    for (std::size_t i = 0; i < std::min(options_.regions, found.open.size()); ++i) {
      const Box& box = found.open[i];
      const std::size_t sides = std::min(box.size(), contract_.sides().size());
      result_.regions.push_back({{box.begin(), box.begin() + static_cast<std::ptrdiff_t>(sides)}});
    }
    if (whole) {
      result_.ruling = Ruling::proved;
    } else if (found.stopped) {
      result_.note = "stopped before the end";
    } else if (found.open.empty() && !found.witness) {
      result_.note = "false over the reals in a part of the box, but no double was found that shows it";
    }
  }

  /// A statement proved by the solver on the hull of what was left.
  void settle(const SolverResult& answer) {
    if (answer.answer != SolverAnswer::proved && answer.answer != SolverAnswer::proved_reals) return;
    if (answer.answer == SolverAnswer::proved_reals) result_.arithmetic = Arithmetic::reals;
    result_.method = Method::solver;
    result_.proved = 1;
    result_.left = 0;
    result_.regions.clear();
    result_.regions_left = 0;
    result_.ruling = Ruling::proved;
  }

  bool wants_solver(const SearchResult& found) const {
    return options_.solver && result_.ruling == Ruling::undecided && !found.open.empty() && found.failed == 0 &&
           !found.witness && !found.stopped;
  }

  bool refute(std::vector<Point> points) {
    std::string text;
    for (const Point& point : points) text += (text.empty() ? "" : "; ") + contract_.describe(point);
    result_.counterexample = Counterexample{std::move(points), std::move(text)};
    result_.ruling = Ruling::refuted;
    return true;
  }

  Point point_at(std::vector<double> values) const {
    const double output = contract_.ask(values);
    return {std::move(values), output};
  }

  // A condition on inputs and output.
  void condition() {
    const Formula formula = condition_formula(contract_, clause_);
    const SearchSpace space = contract_.space();
    const auto statement = make_statement(formula, space);
    const SearchResult found = search_for(*statement, space);
    if (found.witness && replay_condition(*found.witness)) return;
    if (!wants_solver(found)) return;
    const SolverResult answer =
        ask_solver(formula, hull(found.open), options_.solver_limit, SolverMode::doubles_then_reals);
    if (answer.answer == SolverAnswer::broken && replay_condition(answer.point)) return;
    settle(answer);
  }

  bool replay_condition(const std::vector<double>& values) {
    const Point point = point_at(values);
    if (!contract_.required_at(values) || contract_.holds_at(clause_, values, point.output)) return false;
    return refute({point});
  }

  // The output against one input.
  Formula output_formula() {
    FormulaBuilder builder(contract_.described());
    const auto inputs = contract_.input_nodes(builder);
    contract_.assume_required(builder, inputs);
    return builder.finish(contract_.output(builder, inputs));
  }

  void monotone() {
    const std::size_t input = contract_.place(clause_.inputs[0]);
    if (contract_.is_boolean(input)) return monotone_in_truth(input);
    const Trendwise wise = clause_.kind == ClauseKind::increasing ? Trendwise::increasing : Trendwise::decreasing;
    const Formula formula = output_formula();
    const SearchSpace space = contract_.space();
    const auto statement = make_monotone_statement(formula, space, static_cast<std::uint32_t>(input), wise);
    const SearchResult found = search_for(*statement, space);
    if (result_.method == Method::intervals) result_.method = Method::structure;
    if (found.witness && replay_pair(*found.witness, input)) return;
    if (!wants_solver(found)) return;
    // The whole box, as what is left may lie on both sides of what is proved.
    settle(ask_solver(pair_formula(input), pair_space(input).box, options_.solver_limit, SolverMode::reals));
  }

  bool replay_pair(const std::vector<double>& witness, std::size_t input) {
    std::vector<double> first(witness.begin(), witness.end() - 1);
    std::vector<double> second = first;
    second[input] = witness.back();
    if (!contract_.required_at(first) || !contract_.required_at(second)) return false;
    return refute({point_at(std::move(first)), point_at(std::move(second))});
  }

  /// Input and, as one more variable, by how much it grows.
  SearchSpace pair_space(std::size_t input) const {
    SearchSpace space = contract_.space();
    const Interval side = space.box[input];
    space.box.push_back({0, side.high - side.low});
    space.discrete.push_back(false);
    return space;
  }

  Formula pair_formula(std::size_t input) const {
    auto described = contract_.described();
    auto growth = described[input];
    growth.identity = DigestBuilder().add("growth").add(growth.identity).finish().low;
    const double high = growth.high;
    growth.high = growth.high - growth.low;
    growth.low = 0;
    described.push_back(growth);
    FormulaBuilder builder(described);
    const auto lower = contract_.input_nodes(builder);
    auto upper = lower;
    const NodeId step = builder.builder().input(static_cast<std::uint32_t>(lower.size()));
    upper[input] = builder.builder().apply(Op::add, {lower[input], step});
    builder.assume(
        builder.builder().apply(Op::less_equal, {upper[input], builder.number(high, growth.type.dimension)}));
    contract_.assume_required(builder, lower);
    contract_.assume_required(builder, upper);
    NodeId first = contract_.output(builder, lower);
    NodeId second = contract_.output(builder, upper);
    if (clause_.kind == ClauseKind::decreasing) std::swap(first, second);
    return builder.finish(builder.builder().apply(Op::less_equal, {first, second}));
  }

  /// Of a boolean: false against true.
  void monotone_in_truth(std::size_t input) {
    FormulaBuilder builder(contract_.described());
    auto inputs = contract_.input_nodes(builder);
    inputs[input] = builder.truth(false);
    contract_.assume_required(builder, inputs);
    NodeId first = contract_.output(builder, inputs);
    inputs[input] = builder.truth(true);
    contract_.assume_required(builder, inputs);
    NodeId second = contract_.output(builder, inputs);
    if (clause_.kind == ClauseKind::decreasing) std::swap(first, second);
    const Formula formula = builder.finish(builder.builder().apply(Op::less_equal, {first, second}));
    SearchSpace space = contract_.space();
    space.box[input] = {0, 0};
    const auto statement = make_statement(formula, space);
    const SearchResult found = search_for(*statement, space);
    if (!found.witness) return;
    std::vector<double> witness = *found.witness;
    witness[input] = 0;
    witness.push_back(1);
    replay_pair(witness, input);
  }

  void robust() {
    const std::size_t input = contract_.place(clause_.inputs[0]);
    const Formula formula = output_formula();
    const SearchSpace space = contract_.space();
    if (in_band(formula, static_cast<std::uint32_t>(input))) {
      result_.proved = 1;
      result_.left = 0;
      result_.method = Method::structure;
      result_.ruling = Ruling::proved;
      return;
    }
    const Robustness robustness{static_cast<std::uint32_t>(input), clause_.change, clause_.effect};
    const auto statement = make_robust_statement(formula, space, robustness);
    const SearchResult found = search_for(*statement, space);
    if (found.witness) replay_pair(*found.witness, input);
  }

  /// The output is kept between two values that do not move with the input and lie no farther apart than allowed:
  /// whatever is kept there moves no farther either.
  bool in_band(const Formula& output, std::uint32_t input) {
    const policy::Graph& graph = output.graph;
    const policy::Node& root = graph[output.claim];
    if (root.op != Op::minimum || !contract_.decision().actions.empty()) return false;
    for (const auto& [high, inner] :
         {std::pair(root.arguments[0], root.arguments[1]), std::pair(root.arguments[1], root.arguments[0])}) {
      if (graph[inner].op != Op::maximum || moves(graph, high, input)) continue;
      for (const NodeId low : graph[inner].operands()) {
        if (!moves(graph, low, input) && surely_near(output, low, high)) return true;
      }
    }
    return false;
  }

  static bool moves(const policy::Graph& graph, NodeId root, std::uint32_t input) {
    std::vector<bool> needed(root + 1, false);
    needed[root] = true;
    for (NodeId id = root + 1; id-- > 0;) {
      if (!needed[id]) continue;
      if (graph[id].op == Op::input && graph[id].input == input) return true;
      for (NodeId operand : graph[id].operands()) needed[operand] = true;
    }
    return false;
  }

  /// 0 <= high - low <= effect, both as the program computes them.
  bool surely_near(const Formula& output, NodeId low, NodeId high) {
    FormulaBuilder builder(contract_.described());
    const auto inputs = contract_.input_nodes(builder);
    contract_.assume_required(builder, inputs);
    std::vector<NodeId> copies;
    for (NodeId id = 0; id < output.graph.size(); ++id) {
      const policy::Node& node = output.graph[id];
      if (node.op == Op::constant) {
        copies.push_back(builder.builder().constant(node.value, node.type));
      } else if (node.op == Op::input) {
        copies.push_back(inputs[node.input]);
      } else {
        std::vector<NodeId> operands;
        for (NodeId operand : node.operands()) operands.push_back(copies[operand]);
        copies.push_back(builder.builder().apply(node.op, operands));
      }
    }
    auto& nodes = builder.builder();
    const NodeId wide = nodes.apply(Op::subtract, {copies[high], copies[low]});
    const NodeId effect = builder.number(clause_.effect, contract_.output_type().dimension);
    const Formula formula =
        builder.finish(nodes.apply(Op::logical_and, {nodes.apply(Op::less_equal, {wide, effect}),
                                                     nodes.apply(Op::less_equal, {copies[low], copies[high]})}));
    const SearchSpace space = contract_.space();
    const auto statement = make_statement(formula, space);
    const SearchResult found = search(*statement, space,
                                      {.max_boxes = std::max<std::size_t>(1, options_.max_boxes / 10),
                                       .coverage = 0,
                                       .samples = 0,
                                       .seed = options_.seed},
                                      stop_);
    result_.boxes += found.boxes;
    return found.open.empty() && found.failed == 0 && !found.witness;
  }

  void scaling() {
    const Formula formula = output_formula();
    const SearchSpace space = contract_.space();
    std::vector<bool> scaled(space.box.size(), false);
    bool read = false;
    for (std::size_t input : clause_.inputs) {
      scaled[contract_.place(input)] = true;
      read = read || moves(formula.graph, formula.claim, static_cast<std::uint32_t>(contract_.place(input)));
    }
    Enclosure enclosure(formula.graph, space.box.size());
    const Enclosed& enclosed = enclosure.both(space.box);
    const bool saturated = enclosed.saturated;
    const Scale scale = scale_of(formula.graph, formula.claim, enclosed.reals, scaled);
    const bool ranks = contract_.decision().kind == policy::DecisionKind::rank;
    result_.boxes = 1;
    if (!read) {
      prove_scaling(Arithmetic::doubles);
    } else if (!saturated && (ranks ? scale.kind != Scale::Kind::unknown : scale.invariant())) {
      prove_scaling(Arithmetic::reals);
    } else if (!refute_scaling(space, scaled, ranks)) {
      result_.note = saturated ? "something in the box may saturate or divide by 0; narrow it by 'require'"
                               : "the structure of the rule does not show it, and no counterexample was found";
    }
  }

  void prove_scaling(Arithmetic arithmetic) {
    result_.ruling = Ruling::proved;
    result_.method = Method::structure;
    result_.arithmetic = arithmetic;
    result_.proved = 1;
    result_.left = 0;
  }

  bool refute_scaling(const SearchSpace& space, const std::vector<bool>& scaled, bool ranks) {
    const Random stream(options_.seed, "certify scaling");
    for (std::size_t i = 0; i < 10 * options_.samples; ++i) {
      Random random = stream.at(i);
      const double factor = std::exp(random.uniform(-4, 4));
      std::vector<Point> before;
      std::vector<Point> after;
      for (int candidate = 0; candidate < (ranks ? 2 : 1); ++candidate) {
        std::vector<double> values = draw(random, space);
        if (candidate == 1) share_globals(values, before[0].inputs);
        before.push_back(point_at(values));
        for (std::size_t side = 0; side < values.size(); ++side) {
          if (scaled[side]) values[side] *= factor;
        }
        after.push_back(point_at(values));
      }
      const bool inside = std::ranges::all_of(after, [&](const Point& point) { return allowed(point, space); }) &&
                          std::ranges::all_of(before, [&](const Point& point) { return allowed(point, space); });
      if (!inside) continue;
      if (!ranks && apart(before[0].output, after[0].output)) return refute({before[0], after[0]});
      if (!ranks) continue;
      const bool rises = before[0].output < before[1].output && after[0].output > after[1].output;
      const bool falls = before[0].output > before[1].output && after[0].output < after[1].output;
      if ((rises || falls) && apart(before[0].output, before[1].output) && apart(after[0].output, after[1].output)) {
        return refute({before[0], before[1], after[0], after[1]});
      }
    }
    return false;
  }

  bool apart(double a, double b) const {
    if (!contract_.decision().actions.empty()) return a != b;
    return std::fabs(a - b) > rounding_share * std::max(std::fabs(a), std::fabs(b));
  }

  std::vector<double> draw(Random& random, const SearchSpace& space) const {
    std::vector<double> values;
    for (std::size_t i = 0; i < space.box.size(); ++i) {
      const Interval& side = space.box[i];
      const double share = random.chance(0.5) ? random.uniform() : std::exp(random.uniform(std::log(1e-9), 0));
      const bool whole = space.discrete[i];
      const double drawn =
          whole ? (random.chance(0.5) ? side.low : side.high) : side.low + (side.high - side.low) * share;
      values.push_back(std::clamp(drawn, side.low, side.high));
    }
    return values;
  }

  void share_globals(std::vector<double>& values, const std::vector<double>& other) const {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (contract_.inputs()[i].scope == policy::Scope::global) values[i] = other[i];
    }
  }

  bool allowed(const Point& point, const SearchSpace& space) const {
    for (std::size_t i = 0; i < space.box.size(); ++i) {
      if (!space.box[i].contains(point.inputs[i])) return false;
    }
    return contract_.required_at(point.inputs);
  }

  void starvation() {
    const Overtaking overtaking = overtaking_formula(contract_, clause_);
    if (!overtaking.possible) {
      result_.note = "no two candidates of the box are so many rounds apart: widen it by 'require', or state fewer";
      return;
    }
    const auto statement = make_statement(overtaking.formula, overtaking.space);
    const SearchResult found = search_for(*statement, overtaking.space);
    if (found.witness && replay_overtaking(overtaking, *found.witness)) return;
    if (!wants_solver(found)) return;
    const SolverResult answer =
        ask_solver(overtaking.formula, hull(found.open), options_.solver_limit, SolverMode::doubles_then_reals);
    if (answer.answer == SolverAnswer::broken && replay_overtaking(overtaking, answer.point)) return;
    settle(answer);
  }

  bool replay_overtaking(const Overtaking& overtaking, const std::vector<double>& witness) {
    const std::size_t grows = contract_.place(clause_.inputs[0]);
    const std::size_t count = contract_.inputs().size();
    std::vector<double> younger(witness.begin(), witness.begin() + static_cast<std::ptrdiff_t>(count));
    std::vector<double> older;
    for (std::size_t place : overtaking.copies) older.push_back(witness[place]);
    const double gap = clause_.rounds * clause_.growth;
    older[grows] = younger[grows] + (gap + older[grows]);
    if (older[grows] - younger[grows] < gap || older[grows] > contract_.sides()[grows].range.high) return false;
    if (!contract_.required_at(younger) || !contract_.required_at(older)) return false;
    Point young = point_at(std::move(younger));
    Point old = point_at(std::move(older));
    if (young.output < old.output) return false;
    return refute({std::move(young), std::move(old)});
  }

  const ContractBox& contract_;
  const Clause& clause_;
  const CertifyOptions& options_;
  std::stop_token stop_;
  const ProvedObserver& on_proved_;
  PropertyCertificate result_;
};

}  // namespace

PropertyCertificate examine_property(const ContractBox& contract, const Clause& clause, const CertifyOptions& options,
                                     std::stop_token stop, const ProvedObserver& on_proved) {
  return Examination(contract, clause, options, std::move(stop), on_proved).run();
}

}  // namespace syswright::judge
