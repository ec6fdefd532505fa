#include <cmath>

#include "judge/certify/property.h"
#include "policy/semantics.h"
#include "tests/support/random_program.h"

// What the prover says of random programs is checked at random points of the boxes of which it says so.
namespace syswright::judge {
namespace {

using policy::Clause;
using policy::ClauseKind;

constexpr std::size_t programs = 1000;
constexpr std::size_t points = 1000;  // for each program

/// A point of a box, on an end of a side now and then; `magnitudes`: by order of magnitude.
std::vector<double> draw(Random& random, const Box& box, const SearchSpace& space) {
  std::vector<double> point;
  for (std::size_t i = 0; i < box.size(); ++i) {
    const policy::Interval& side = box[i];
    const double which = random.uniform();
    double value = side.low + (side.high - side.low) * random.uniform();
    if (which < 0.15 || (space.discrete[i] && which < 0.5)) value = side.low;
    if (which > 0.85 || (space.discrete[i] && which >= 0.5)) value = side.high;
    if (!space.discrete[i] && which > 0.4 && which < 0.6) {
      value = side.low + (side.high - side.low) * std::exp(random.uniform(-30, 0));
    }
    point.push_back(std::clamp(value, side.low, side.high));
  }
  return point;
}

struct Piece {
  Box box;
  bool reals = false;
};

/// Proved pieces of a statement, drawn evenly.
std::vector<Piece> pieces_of(const ContractBox& contract, const Clause& clause, PropertyCertificate& property) {
  std::vector<Piece> pieces;
  CertifyOptions options;
  options.max_boxes = 200;
  options.samples = 20;
  options.solver_limit = 20000;
  property = examine_property(contract, clause, options, {},
                              [&](const Box& box, const Finding& finding) { pieces.push_back({box, finding.reals}); });
  return pieces;
}

policy::ProgramPtr with_contract(const policy::Program& program, policy::Contract contract) {
  return std::make_shared<policy::Program>(program.name(), program.signature_pointer(), program.statistics(),
                                           program.rules(), std::vector<policy::Contract>{std::move(contract)});
}

/// Outputs at random points of the box.
std::vector<double> sampled_outputs(const ContractBox& contract, Random& random) {
  const SearchSpace space = contract.space();
  std::vector<double> outputs;
  for (int i = 0; i < 64; ++i) outputs.push_back(contract.ask(draw(random, space.box, space)));
  std::ranges::sort(outputs);
  return outputs;
}

/// ensure output <= bound, which holds for about `share` of random points.
Clause upper_bound(const policy::Type& type, double bound) {
  policy::GraphBuilder builder({{.type = type, .identity = 1}}, false);
  Clause clause{.kind = ClauseKind::holds};
  clause.condition =
      builder.finish(builder.apply(policy::Op::less_equal, {builder.input(0), builder.constant(bound, type)}));
  return clause;
}

struct Tally {
  std::size_t checked = 0;
  std::size_t proved = 0;  ///< statements
  std::size_t refuted = 0;
  std::size_t reals = 0;  ///< pieces that speak of the reals only, which doubles cannot check to the last bit
};

void check_bound(const policy::Program& program, const policy::Rule& rule, Random& random, Tally& tally) {
  const policy::Type type = rule.graph[rule.graph.root()].type;
  if (type.kind != policy::ValueKind::number) return;
  policy::Contract contract{.decision = rule.decision, .inputs = {}, .clauses = {upper_bound(type, 0)}};
  const auto first = with_contract(program, contract);
  const std::vector<double> outputs = sampled_outputs(ContractBox(*first, first->contracts()[0]), random);
  const double largest = outputs.back() + std::fabs(outputs.back()) * (random.chance(0.5) ? 0.25 : 0);
  contract.clauses[0] = upper_bound(type, random.chance(0.5) ? largest : outputs[random.below(outputs.size())]);
  const auto stated = with_contract(program, contract);
  const ContractBox box(*stated, stated->contracts()[0]);
  const Clause& clause = box.contract().clauses[0];
  PropertyCertificate property;
  const auto pieces = pieces_of(box, clause, property);
  tally.proved += property.ruling == Ruling::proved;
  tally.refuted += property.ruling == Ruling::refuted;
  if (property.counterexample) {
    const Point& point = property.counterexample->points[0];
    ASSERT_FALSE(box.holds_at(clause, point.inputs, box.ask(point.inputs)));
  }
  const SearchSpace space = box.space();
  const bool whole = property.ruling == Ruling::proved && property.arithmetic == Arithmetic::doubles;
  for (std::size_t i = 0; i < points; ++i) {
    if (pieces.empty() && !whole) break;
    const Piece& piece = pieces.empty() || (whole && i % 2 == 0) ? Piece{space.box} : pieces[i % pieces.size()];
    const auto point = draw(random, piece.box, space);
    ++tally.checked;
    ASSERT_TRUE(box.holds_at(clause, point, box.ask(point)))
        << policy::to_source(*stated) << box.describe({point, box.ask(point)});
  }
}

/// Whether a program's output could fall by rounding alone: compared with room, relative to what its nodes reach.
double room(Enclosure& enclosure, const std::vector<double>& point) {
  Box there;
  for (double each : point) there.push_back({each, each});
  const Enclosed& enclosed = enclosure.both(there);
  return enclosed.saturated ? std::numeric_limits<double>::infinity() : enclosed.error.back();
}

void check_pairs(const policy::Program& program, const policy::Rule& rule, ClauseKind kind, Random& random,
                 Tally& tally) {
  const policy::Type type = rule.graph[rule.graph.root()].type;
  const bool acts = type.kind != policy::ValueKind::number;
  std::vector<policy::Input> numbers;
  const auto described = policy::describe_inputs(rule.inputs, program.signature(), rule.decision, program.statistics());
  for (std::size_t i = 0; i < rule.inputs.size(); ++i) {
    if (described[i].type.kind == policy::ValueKind::number) numbers.push_back(rule.inputs[i]);
  }
  if (numbers.empty() || (acts && kind != ClauseKind::robust)) return;
  Clause clause{.kind = kind, .inputs = {0}};
  policy::Contract contract{.decision = rule.decision, .inputs = {numbers[random.below(numbers.size())]}};
  if (kind == ClauseKind::robust) {
    clause.change = random.chance(0.5) ? 0.01 : 0.2;
    contract.clauses = {clause};
    const auto draft = with_contract(program, contract);
    const auto outputs = sampled_outputs(ContractBox(*draft, draft->contracts()[0]), random);
    if (!acts) clause.effect = std::fabs(outputs[48] - outputs[16]) * random.uniform() + 1e-9;
  }
  contract.clauses = {clause};
  const auto stated = with_contract(program, contract);
  const ContractBox box(*stated, stated->contracts()[0]);
  PropertyCertificate property;
  const auto pieces = pieces_of(box, box.contract().clauses[0], property);
  tally.proved += property.ruling == Ruling::proved;
  tally.refuted += property.ruling == Ruling::refuted;
  const SearchSpace space = box.space();
  const std::size_t input = box.place(0);
  Enclosure enclosure(rule.graph, space.box.size());
  const auto output_at = [&](std::vector<double> point, double value) {
    point[input] = value;
    return box.ask(point);
  };
  for (std::size_t i = 0; i < points && !pieces.empty(); ++i) {
    const Piece& piece = pieces[i % pieces.size()];
    const auto point = draw(random, piece.box, space);
    double other = 0;
    double allowed = 0;
    double moved = 0;
    if (kind == ClauseKind::robust) {
      const double share = clause.change * (1 - 1e-12) * (random.chance(0.5) ? 1 : random.uniform());
      other = point[input] + (random.chance(0.5) ? 1 : -1) * share * point[input];
      if (!space.box[input].contains(other)) continue;
      moved = std::fabs(policy::semantics::subtract(output_at(point, other), box.ask(point)));
      allowed = clause.effect;
    } else {
      other = draw(random, piece.box, space)[input];
      const double low = output_at(point, std::min(point[input], other));
      const double high = output_at(point, std::max(point[input], other));
      moved = kind == ClauseKind::increasing ? low - high : high - low;
      if (piece.reals) {
        auto second = point;
        second[input] = other;
        allowed = room(enclosure, point) + room(enclosure, second);
        ++tally.reals;
      }
    }
    ++tally.checked;
    ASSERT_LE(moved, allowed) << policy::to_source(*stated) << box.describe({point, box.ask(point)}) << "; other "
                              << other << "\n";
  }
}

/// One million points in all: a thousand programs, about a thousand points a statement.
TEST(Soundness, NothingProvedIsFalseAtARandomPoint) {
  Tally bounds;
  Tally trends;
  Tally robust;
  for (std::size_t i = 0; i < programs; ++i) {
    Random random(11, "certify soundness", i);
    const policy::ProgramPtr program = support::random_program(random, {.nodes = 30, .statistics = 2});
    const policy::Rule& rule = program->rules()[random.below(program->rules().size())];
    check_bound(*program, rule, random, bounds);
    check_pairs(*program, rule, random.chance(0.5) ? ClauseKind::increasing : ClauseKind::decreasing, random, trends);
    check_pairs(*program, rule, ClauseKind::robust, random, robust);
    if (::testing::Test::HasFatalFailure()) {
      FAIL() << "program " << i;
    }
  }
  RecordProperty("points", static_cast<int>(bounds.checked + trends.checked + robust.checked));
  fmt::print("points checked: {} of bounds, {} of trends ({} with room for rounding), {} of robustness\n",
             bounds.checked, trends.checked, trends.reals, robust.checked);
  fmt::print("proved {}, {}, {}; refuted {}, {}, {}\n", bounds.proved, trends.proved, robust.proved, bounds.refuted,
             trends.refuted, robust.refuted);
  EXPECT_GE(bounds.checked + trends.checked + robust.checked, 1'000'000u);
  for (const Tally* tally : {&bounds, &trends, &robust}) {
    EXPECT_GE(tally->proved, 50u);
    EXPECT_GE(tally->refuted, 50u);
  }
}

/// Values and errors of nodes against the program run in long doubles, which rounds 2,048 times more finely.
TEST(Soundness, ErrorsBoundTheDistanceFromTheReals) {
  std::size_t compared = 0;
  for (std::size_t i = 0; i < 300; ++i) {
    Random random(13, "certify errors", i);
    const policy::ProgramPtr program = support::random_program(random, {.nodes = 25, .statistics = 1});
    const policy::Rule& rule = program->rules()[0];
    const policy::Contract contract{.decision = rule.decision};
    const ContractBox box(*program, contract);
    const SearchSpace space = box.space();
    Enclosure enclosure(rule.graph, space.box.size());
    for (int k = 0; k < 40; ++k) {
      const auto point = draw(random, space.box, space);
      Box there;
      for (double each : point) there.push_back({each * (each > 0 ? 1 : 1.001), each * (each > 0 ? 1.001 : 1)});
      const Enclosed& enclosed = enclosure.both(there);
      if (enclosed.saturated) continue;
      const auto values = enclosure.at(point);
      std::vector<long double> exact;
      for (NodeId id = 0; id < rule.graph.size(); ++id) {
        const policy::Node& node = rule.graph[id];
        const auto x = [&](std::size_t operand) { return exact[node.arguments[operand]]; };
        using policy::Op;
        switch (node.op) {
          case Op::constant:
            exact.push_back(node.value);
            break;
          case Op::input:
            exact.push_back(point[node.input]);
            break;
          case Op::add:
            exact.push_back(x(0) + x(1));
            break;
          case Op::subtract:
            exact.push_back(x(0) - x(1));
            break;
          case Op::multiply:
            exact.push_back(x(0) * x(1));
            break;
          case Op::divide:
            exact.push_back(x(0) / x(1));
            break;
          case Op::negate:
            exact.push_back(-x(0));
            break;
          case Op::absolute:
            exact.push_back(std::fabs(x(0)));
            break;
          case Op::minimum:
            exact.push_back(std::min(x(0), x(1)));
            break;
          case Op::maximum:
            exact.push_back(std::max(x(0), x(1)));
            break;
          case Op::square_root:
            exact.push_back(x(0) > 0 ? std::sqrt(x(0)) : 0.0L);
            break;
          case Op::logarithm:
            exact.push_back(std::log(x(0)));
            break;
          case Op::exponential:
            exact.push_back(std::exp(x(0)));
            break;
          case Op::power:
            exact.push_back(std::pow(x(0), x(1)));
            break;
          case Op::floor:
            exact.push_back(std::floor(x(0)));
            break;
          case Op::less:
            exact.push_back(x(0) < x(1));
            break;
          case Op::less_equal:
            exact.push_back(x(0) <= x(1));
            break;
          case Op::equal:
            exact.push_back(x(0) == x(1));
            break;
          case Op::logical_and:
            exact.push_back(x(0) != 0 && x(1) != 0);
            break;
          case Op::logical_or:
            exact.push_back(x(0) != 0 || x(1) != 0);
            break;
          case Op::logical_not:
            exact.push_back(x(0) == 0);
            break;
          case Op::select:
            exact.push_back(x(0) != 0 ? x(1) : x(2));
            break;
        }
        ASSERT_TRUE(enclosed.reals[id].contains(values[id]));
        // The long doubles themselves err by a 2,048th of what is allowed, or so.
        const long double slack = 0.01L * enclosed.error[id] + 1e-18L * std::fabs(exact[id]);
        ASSERT_LE(std::fabs(exact[id] - values[id]), enclosed.error[id] + slack)
            << policy::to_source(*program) << "node " << id << " " << info(node.op).name;
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 20'000u);
}

}  // namespace
}  // namespace syswright::judge
