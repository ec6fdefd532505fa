#include "judge/explain/explain_questions.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <map>
#include <tuple>

#include "base/error.h"
#include "policy/semantics.h"

namespace syswright::judge {

using policy::Node;
using policy::Op;

bool drive(const Scenario& scenario, const policy::ProgramPtr& program, std::stop_token stop,
           const std::function<void(const Question&, const Simulation&)>& look) {
  const std::unique_ptr<Simulation> simulation = scenario.start(program);
  while (const Question* question = simulation->next()) {
    if (stop.stop_requested()) return false;
    look(*question, *simulation);
    simulation->answer(interpret_answers(*program, *question));
  }
  return true;
}

bool same_content(const policy::Statistic& a, const policy::Statistic& b) {
  return a.kind == b.kind && a.source == b.source && a.decision == b.decision && a.parameter == b.parameter &&
         a.window == b.window;
}

namespace {

policy::Input as_kept_by(const policy::Program& host, policy::Input input, const policy::Program& program) {
  if (input.source == policy::Input::Source::feature) return input;
  const policy::Statistic& wanted = program.statistics()[input.index];
  const auto found = std::ranges::find_if(host.statistics(),
                                          [&](const policy::Statistic& kept) { return same_content(kept, wanted); });
  if (found == host.statistics().end()) {
    throw InputError("'" + program.name() + "' reads the statistic '" + wanted.name + "', which '" + host.name() +
                     "' does not keep");
  }
  input.index = static_cast<std::size_t>(found - host.statistics().begin());
  return input;
}

}  // namespace

InputReader::InputReader(const policy::Program& program, const policy::Rule& rule, const policy::Program& host)
    : values_(rule.inputs.size()) {
  const SlotLayout layout(host.signature().decisions[rule.decision], host.statistics());
  for (const policy::Input& input : rule.inputs) {
    sources_.push_back({layout.slot(as_kept_by(host, input, program)), input.scope == policy::Scope::global});
  }
}

std::span<const double> InputReader::read(const Question& question, std::size_t candidate) {
  const std::size_t candidates = question.candidates.size();
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    const Source& source = sources_[i];
    values_[i] = source.global ? question.globals[source.slot] : question.columns[source.slot * candidates + candidate];
  }
  return values_;
}

void evaluate_nodes(const policy::Rule& rule, std::span<const double> inputs, std::vector<double>& values) {
  values.resize(rule.graph.size());
  for (std::size_t id = 0; id < values.size(); ++id) {
    const Node& node = rule.graph.nodes()[id];
    if (node.op == Op::constant) {
      values[id] = node.value;
    } else if (node.op == Op::input) {
      values[id] = inputs[node.input];
    } else {
      std::array<double, 3> operands{};
      for (std::size_t i = 0; i < node.operands().size(); ++i) operands[i] = values[node.arguments[i]];
      values[id] = policy::semantics::apply(node.op, operands[0], operands[1], operands[2]);
    }
  }
}

namespace {

double commonest(const std::vector<double>& sorted) {
  double best = 0;
  std::size_t most = 0;
  for (std::size_t i = 0; i < sorted.size();) {
    std::size_t end = i;
    while (end < sorted.size() && sorted[end] == sorted[i]) ++end;
    if (end - i > most) std::tie(best, most) = std::pair(sorted[i], end - i);
    i = end;
  }
  return best;
}

NodeValues summary(std::vector<double> values) {
  NodeValues result;
  if (values.empty()) return result;
  std::sort(values.begin(), values.end());
  // Means of huge values must stay finite: each is divided first.
  for (const double value : values) result.mean += value / static_cast<double>(values.size());
  result.median = values[(values.size() - 1) / 2];
  result.low = values.front();
  result.high = values.back();
  result.commonest = commonest(values);
  return result;
}

/// Takes the sample of one rule.
class RuleWatch {
 public:
  RuleWatch(const policy::Program& program, const policy::Rule& rule, const ObserveOptions& options)
      : ranks_(program.signature().decisions[rule.decision].kind == policy::DecisionKind::rank),
        reader_(program, rule, program),
        candidates_(std::max<std::size_t>(options.candidates, 1)),
        sample_(options.questions) {}

  void look(const Question& question) {
    const std::uint64_t number = sample_.seen();
    if (!sample_.wants_next()) return;
    const std::size_t offered = ranks_ ? question.candidates.size() : 1;
    const std::size_t shown = std::min(candidates_, offered);
    Sample sample{shown, {}};
    for (std::size_t i = 0; i < shown; ++i) {
      // Another candidate first each time, as their order may mean something.
      const auto read = reader_.read(question, (i * offered / shown + number) % offered);
      sample.inputs.insert(sample.inputs.end(), read.begin(), read.end());
    }
    sample_.keep(std::move(sample));
  }
  std::uint64_t questions() const { return sample_.seen(); }
  std::uint64_t samples() const {
    std::uint64_t count = 0;
    for (const Sample& sample : sample_.items()) count += sample.candidates;
    return count;
  }
  std::vector<double> rows() const {
    std::vector<double> rows;
    for (const Sample& sample : sample_.items()) rows.insert(rows.end(), sample.inputs.begin(), sample.inputs.end());
    return rows;
  }

 private:
  struct Sample {
    std::size_t candidates = 0;
    std::vector<double> inputs;
  };
  bool ranks_;
  InputReader reader_;
  std::size_t candidates_;
  EvenSample<Sample> sample_;
};

std::vector<std::uint64_t> identities(const policy::Program& program, const policy::Rule& rule) {
  std::vector<std::uint64_t> result;
  for (const auto& info :
       policy::describe_inputs(rule.inputs, program.signature(), rule.decision, program.statistics()))
    result.push_back(info.identity);
  return result;
}

}  // namespace

Observations::Observations(const Scenario& scenario, const policy::ProgramPtr& program, const ObserveOptions& options,
                           std::stop_token stop) {
  std::vector<RuleWatch> watches;
  std::map<std::size_t, std::size_t> rule_of;
  for (const policy::Rule& rule : program->rules()) {
    rule_of[rule.decision] = watches.size();
    watches.emplace_back(*program, rule, options);
  }
  complete_ = drive(scenario, program, stop, [&](const Question& question, const Simulation&) {
    watches[rule_of.at(question.decision)].look(question);
  });
  for (std::size_t r = 0; r < watches.size(); ++r) {
    const policy::Rule& rule = program->rules()[r];
    rules_.push_back(
        {rule.decision, identities(*program, rule), watches[r].rows(), watches[r].samples(), watches[r].questions()});
  }
}

ObservedValues Observations::values(const policy::Program& program) const {
  ObservedValues observed;
  for (const policy::Rule& rule : program.rules()) {
    const auto watched = std::ranges::find(rules_, rule.decision, &Watched::decision);
    assert(watched != rules_.end());
    std::vector<std::size_t> columns;
    for (const std::uint64_t identity : identities(program, rule)) {
      const auto column = std::ranges::find(watched->identities, identity);
      assert(column != watched->identities.end());
      columns.push_back(static_cast<std::size_t>(column - watched->identities.begin()));
    }
    std::vector<std::vector<double>> seen(rule.graph.size());
    std::vector<double> inputs(columns.size());
    std::vector<double> values;
    for (std::uint64_t row = 0; row < watched->samples; ++row) {
      const double* first = watched->rows.data() + row * watched->identities.size();
      for (std::size_t i = 0; i < columns.size(); ++i) inputs[i] = first[columns[i]];
      evaluate_nodes(rule, inputs, values);
      for (std::size_t id = 0; id < values.size(); ++id) seen[id].push_back(values[id]);
    }
    std::vector<NodeValues> summaries;
    for (std::vector<double>& node : seen) summaries.push_back(summary(std::move(node)));
    observed.nodes.push_back(std::move(summaries));
    observed.questions.push_back(watched->questions);
    observed.samples = std::max(observed.samples, watched->samples);
  }
  return observed;
}

std::vector<ShownFeature> shown_features(const policy::Program& program, std::size_t decision) {
  const policy::Decision& asked = program.signature().decisions[decision];
  const SlotLayout layout(asked, program.statistics());
  std::vector<ShownFeature> shown;
  for (std::size_t f = 0; f < asked.features.size(); ++f) {
    const policy::Feature& feature = asked.features[f];
    for (std::size_t element = 0; element < feature.slots(); ++element) {
      const policy::Input input{policy::Input::Source::feature, f, element, feature.scope};
      shown.push_back({policy::input_name(input, asked, {}), feature.dimension, feature.kind,
                       feature.scope == policy::Scope::global, layout.slot(input), !(feature.high < 1e300)});
    }
  }
  return shown;
}

double feature_value(const Question& question, const ShownFeature& feature, std::size_t candidate) {
  return feature.global ? question.globals[feature.slot]
                        : question.columns[feature.slot * question.candidates.size() + candidate];
}

}  // namespace syswright::judge
