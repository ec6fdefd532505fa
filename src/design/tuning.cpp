#include "design/tuning.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "base/cma_es.h"
#include "base/error.h"

namespace syswright::design {
namespace {

bool tunable(const policy::Node& node) {
  return node.op == policy::Op::constant && node.type.kind == policy::ValueKind::number && node.value != 0;
}

/// One program's search for constants.
struct Bench {
  Candidate* original = nullptr;
  std::vector<double> signs;
  std::unique_ptr<CmaEs> strategy;
  std::vector<std::vector<double>> points;
  std::vector<Candidate*> tried;  // of the points, in order; nullptr for one that could not be made
  Candidate* best = nullptr;
};

std::vector<Bench> set_up(std::span<Candidate* const> programs, const TuningRules& rules) {
  std::vector<Bench> benches;
  for (Candidate* program : programs) {
    const std::vector<double> constants = constants_of(*program->program);
    if (constants.empty() || constants.size() > rules.max_constants) continue;
    Bench bench;
    bench.original = bench.best = program;
    std::vector<double> logs;
    for (const double constant : constants) {
      bench.signs.push_back(constant < 0 ? -1 : 1);
      logs.push_back(std::log(std::abs(constant)));
    }
    bench.strategy = std::make_unique<CmaEs>(std::move(logs), rules.spread, rules.points);
    benches.push_back(std::move(bench));
  }
  return benches;
}

void draw(Search& search, Bench& bench, Random& random) {
  bench.points = bench.strategy->ask(random);
  bench.tried.clear();
  for (const std::vector<double>& point : bench.points) {
    std::vector<double> values(point.size());
    for (std::size_t i = 0; i < point.size(); ++i) {
      values[i] = bench.signs[i] * rounded(std::exp(std::clamp(point[i], -300.0, 300.0)), 3);
    }
    const policy::ProgramPtr program = with_constants(search.grammar().vocabulary(), *bench.original->program, values);
    Candidate* candidate = search.trials().propose(program, std::string(tuning_origin), {bench.original->digest()});
    bench.tried.push_back(candidate != nullptr ? candidate : search.trials().find(program->digest()));
  }
}

bool learn(Bench& bench, std::size_t level) {
  std::vector<double> losses;
  for (Candidate* candidate : bench.tried) {
    if (!candidate->known(level)) return false;
    losses.push_back(candidate->loss(level));
    if (candidate->loss(level) < bench.best->loss(level)) bench.best = candidate;
  }
  bench.strategy->tell(bench.points, losses);
  return true;
}

}  // namespace

std::vector<double> constants_of(const policy::Program& program) {
  std::vector<double> constants;
  for (const policy::Rule& rule : program.rules()) {
    for (const policy::Node& node : rule.graph.nodes()) {
      if (tunable(node)) constants.push_back(node.value);
    }
  }
  return constants;
}

policy::ProgramPtr with_constants(const Vocabulary& vocabulary, const policy::Program& program,
                                  std::span<const double> values) {
  std::size_t next = 0;
  std::vector<RulePart> parts;
  for (const policy::Rule& rule : program.rules()) {
    RulePart part = extract(program, rule.decision);
    std::vector<policy::Node> nodes(part.graph.nodes().begin(), part.graph.nodes().end());
    for (policy::Node& node : nodes) {
      if (!tunable(node)) continue;
      if (next == values.size()) throw InputError("a program was given fewer constants than it has");
      node.value = values[next++];
    }
    part.graph = policy::Graph(std::move(nodes));
    Draft draft(vocabulary, part.decision, part.statistics);
    const policy::NodeId root = draft.import(part, part.graph.root());
    parts.push_back(draft.finish(root, part.mode));
  }
  if (next != values.size()) throw InputError("a program was given more constants than it has");
  return assemble("candidate", vocabulary.signature_pointer(), parts);
}

std::vector<Tuned> tune(Search& search, std::span<Candidate* const> programs, std::size_t level, std::uint64_t turn,
                        const TuningRules& rules) {
  std::vector<Bench> benches = set_up(programs, rules);
  for (std::size_t round = 0; round < rules.rounds && search.may_go_on(); ++round) {
    std::vector<Candidate*> batch;
    for (std::size_t i = 0; i < benches.size(); ++i) {
      Random random(search.task().seed, "tune constants", (turn * rules.rounds + round) * programs.size() + i);
      draw(search, benches[i], random);
      batch.insert(batch.end(), benches[i].tried.begin(), benches[i].tried.end());
    }
    search.trials().measure(batch, level);
    for (Bench& bench : benches) {
      if (!learn(bench, level)) return {};
    }
  }
  std::vector<Tuned> tuned;
  for (const Bench& bench : benches) {
    if (bench.best != bench.original) tuned.push_back({bench.original, bench.best});
  }
  return tuned;
}

}  // namespace syswright::design
