#include "design/draft.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "base/error.h"

namespace syswright::design {
namespace {

using policy::Input;
using policy::NodeId;
using policy::Statistic;

std::string parameter_text(const Statistic& statistic) {
  using enum policy::StatisticKind;
  switch (statistic.kind) {
    case ewma:
    case quantile:
    case percentile:
      return std::to_string(std::lround(statistic.parameter * 1000));
    default:
      return std::to_string(statistic.window);
  }
}

std::string content_name(const Statistic& statistic) {
  return std::string(policy::to_string(statistic.kind)) + "_" + statistic.source + "_" + parameter_text(statistic);
}

/// Place of a statistic in a list, where it is added under its own name if it is new.
std::size_t add_statistic(std::vector<Statistic>& all, const Statistic& statistic) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Statistic& s) { return same_content(s, statistic); });
  if (found != all.end()) return static_cast<std::size_t>(found - all.begin());
  all.push_back(statistic);
  const std::string name = content_name(statistic);
  all.back().name = name;
  const auto taken = [&] {
    return std::count_if(all.begin(), all.end(), [&](const Statistic& s) { return s.name == all.back().name; }) > 1;
  };
  for (std::size_t number = 2; taken(); ++number) all.back().name = name + "_" + std::to_string(number);
  return all.size() - 1;
}

std::vector<Vocabulary::Word> gather_words(const Vocabulary& vocabulary, std::size_t decision,
                                           const std::vector<Statistic>& statistics) {
  std::vector<Vocabulary::Word> words = vocabulary.words(decision);
  words.reserve(words.size() + statistics.size());
  for (std::size_t i = 0; i < statistics.size(); ++i) {
    words.push_back(vocabulary.describe(statistics[i], decision));
    words.back().input.index = i;
  }
  return words;
}

std::vector<policy::GraphBuilder::InputInfo> infos(const std::vector<Vocabulary::Word>& words) {
  std::vector<policy::GraphBuilder::InputInfo> all;
  all.reserve(words.size());
  for (const Vocabulary::Word& word : words) all.push_back(word.info);
  return all;
}

std::vector<Statistic> distinct(std::vector<Statistic> statistics) {
  std::vector<Statistic> kept;
  for (const Statistic& statistic : statistics) add_statistic(kept, statistic);
  return kept;
}

}  // namespace

bool same_content(const Statistic& a, const Statistic& b) {
  return a.kind == b.kind && a.source == b.source && a.decision == b.decision && a.parameter == b.parameter &&
         a.window == b.window;
}

RulePart extract(const policy::Program& program, std::size_t decision) {
  const policy::Rule* rule = program.rule_for(decision);
  assert(rule != nullptr);
  RulePart part{rule->decision, rule->mode, rule->inputs, rule->graph, {}};
  for (Input& input : part.inputs) {
    if (input.source != Input::Source::statistic) continue;
    part.statistics.push_back(program.statistics()[input.index]);
    input.index = part.statistics.size() - 1;
  }
  return part;
}

policy::ProgramPtr assemble(std::string name, const std::shared_ptr<const policy::Signature>& signature,
                            std::span<const RulePart> parts) {
  std::vector<Statistic> statistics;
  std::vector<policy::Rule> rules;
  for (const RulePart& part : parts) {
    policy::Rule rule;
    rule.decision = part.decision;
    rule.mode = part.mode;
    rule.inputs = part.inputs;
    rule.graph = part.graph;
    for (Input& input : rule.inputs) {
      if (input.source == Input::Source::statistic) {
        input.index = add_statistic(statistics, part.statistics[input.index]);
      }
    }
    rules.push_back(std::move(rule));
  }
  return std::make_shared<const policy::Program>(std::move(name), signature, std::move(statistics), std::move(rules));
}

Vocabulary::Vocabulary(std::shared_ptr<const policy::Signature> signature, Scales scales)
    : signature_(std::move(signature)), scales_(std::move(scales)) {
  for (std::size_t d = 0; d < signature_->decisions.size(); ++d) {
    const policy::Decision& decision = signature_->decisions[d];
    std::vector<Input> inputs;
    for (std::size_t f = 0; f < decision.features.size(); ++f) {
      for (std::size_t element = 0; element < decision.features[f].slots(); ++element) {
        inputs.push_back({Input::Source::feature, f, element, decision.features[f].scope});
      }
    }
    const auto described = policy::describe_inputs(inputs, *signature_, d, {});
    std::vector<Word>& words = words_.emplace_back();
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      words.push_back({inputs[i], described[i], scales_.features[d][i]});
    }
  }
}

Vocabulary::Word Vocabulary::describe(const Statistic& statistic, std::size_t decision) const {
  Word word;
  word.input = {Input::Source::statistic, 0, 0, statistic.scope};
  word.info = policy::describe_inputs({&word.input, 1}, *signature_, decision, {&statistic, 1}).front();
  if (const auto signal = signature_->find_signal(statistic.source);
      statistic.kind != policy::StatisticKind::percentile && signal) {
    word.scale = scales_.signals[*signal];
  } else {
    for (const Word& feature : words_[statistic.decision]) {
      if (signature_->decisions[statistic.decision].features[feature.input.index].name == statistic.source) {
        word.scale = feature.scale;
      }
    }
  }
  return word;
}

Draft::Draft(const Vocabulary& vocabulary, std::size_t decision, std::vector<Statistic> statistics)
    : vocabulary_(vocabulary),
      decision_(decision),
      statistics_(distinct(std::move(statistics))),
      words_(gather_words(vocabulary, decision, statistics_)),
      builder_(infos(words_)) {}

std::uint32_t Draft::find(const RulePart& part, const Input& input) const {
  for (std::uint32_t i = 0; i < words_.size(); ++i) {
    const Input& word = words_[i].input;
    if (word.source != input.source) continue;
    const bool same = input.source == Input::Source::feature
                          ? word.index == input.index && word.element == input.element
                          : same_content(statistics_[word.index], part.statistics[input.index]);
    if (same) return i;
  }
  throw Error("a rule reads a statistic that its draft was not given");
}

NodeId Draft::copy_node(const RulePart& part, NodeId node, std::span<const NodeId> operands) {
  const policy::Node& original = part.graph[node];
  switch (original.op) {
    case policy::Op::constant:
      return builder_.constant(original.value, original.type);
    case policy::Op::input:
      return builder_.input(find(part, part.inputs[original.input]));
    default:
      return builder_.apply(original.op, operands);
  }
}

NodeId Draft::import(const RulePart& part, NodeId root, NodeId target, const Replace* replace) {
  // Nodes are in topological order, so that one pass copies everything the root may need.
  std::vector<bool> needed(root + 1, false);
  needed[root] = true;
  for (NodeId i = root + 1; i-- > 0;) {
    if (!needed[i]) continue;
    for (const NodeId operand : part.graph[i].operands()) needed[operand] = true;
  }
  std::vector<NodeId> copies(root + 1, policy::no_node);
  for (NodeId i = 0; i <= root; ++i) {
    if (!needed[i]) continue;
    std::array<NodeId, 3> operands{};
    const auto originals = part.graph[i].operands();
    std::transform(originals.begin(), originals.end(), operands.begin(), [&](NodeId o) { return copies[o]; });
    const std::span<const NodeId> mapped(operands.data(), originals.size());
    copies[i] = i == target ? (*replace)(*this, mapped) : copy_node(part, i, mapped);
  }
  return copies[root];
}

NodeId Draft::import(const RulePart& part, NodeId root) { return import(part, root, policy::no_node, nullptr); }

NodeId Draft::rebuild(const RulePart& part, NodeId target, const Replace& replace) {
  return import(part, part.graph.root(), target, &replace);
}

RulePart Draft::finish(NodeId root, std::size_t mode) const {
  RulePart part;
  part.decision = decision_;
  part.mode = mode;
  part.graph = builder_.finish(root);
  part.statistics = statistics_;
  part.inputs.reserve(words_.size());
  for (const Vocabulary::Word& word : words_) part.inputs.push_back(word.input);
  return part;
}

}  // namespace syswright::design
