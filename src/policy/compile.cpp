#include "policy/compile.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "policy/lowering.h"
#include "policy/parser.h"

namespace syswright::policy {
namespace {

using namespace syntax;

constexpr std::size_t max_statistics = 64;
constexpr std::size_t max_window = 4096;
/// A statistic of each candidate takes its window of memory for each of perhaps millions.
constexpr std::size_t max_candidate_window = 64;
constexpr std::size_t max_candidate_bytes = 4096;  ///< of all statistics of a candidate together

template <typename T>
std::vector<std::string> names_of(const std::vector<T>& items) {
  std::vector<std::string> names;
  for (const T& item : items) names.push_back(item.name);
  return names;
}

class Checker {
 public:
  Checker(const SourceText& source, const Tree& tree, std::shared_ptr<const Signature> signature)
      : source_(source), tree_(tree), signature_(std::move(signature)) {}

  ProgramPtr check() {
    for (const StatisticDeclaration& declaration : tree_.statistics) statistics_.push_back(statistic(declaration));
    if (tree_.rules.empty()) {
      fail(tree_.policy.place, fmt::format("the policy answers nothing; write a rule for one of: {}",
                                           fmt::join(names_of(signature_->decisions), ", ")));
    }
    std::vector<Rule> rules;
    for (const RuleDeclaration& declaration : tree_.rules) rules.push_back(rule(declaration, rules));
    std::vector<Contract> contracts;
    for (std::size_t i = 0; i < rules.size(); ++i) {
      if (!tree_.rules[i].clauses.empty()) contracts.push_back(contract(tree_.rules[i], rules[i]));
    }
    try {
      return std::make_shared<Program>(std::string(tree_.policy.text), signature_, std::move(statistics_),
                                       std::move(rules), std::move(contracts));
    } catch (const InputError& error) {
      fail(tree_.policy.place, error.what());
    }
  }

 private:
  [[noreturn]] void fail(Place place, const std::string& problem) const { source_.fail(place, problem); }
  /// "unknown WHAT 'name'; did you mean 'x'? WHERE: a, b, c"
  [[noreturn]] void fail_unknown(std::string_view what, const Name& name, const std::vector<std::string>& choices,
                                 std::string_view where) const {
    fail(name.place, fmt::format("unknown {} {}{}", what, quoted(name.text), advise(name.text, choices, where)));
  }

  Statistic statistic(const StatisticDeclaration& declaration) const {
    check_name(declaration.name);
    if (statistics_.size() >= max_statistics) {
      fail(declaration.name.place, fmt::format("a policy may declare {} statistics; this is one more", max_statistics));
    }
    Statistic result;
    result.name = declaration.name.text;
    result.kind = kind(declaration.kind);
    if (result.kind == StatisticKind::percentile) {
      find_percentile_source(declaration, result);
    } else {
      find_signal(declaration, result);
    }
    set_parameter(declaration, result);
    check_memory(declaration, result);
    return result;
  }

  void check_memory(const StatisticDeclaration& declaration, const Statistic& added) const {
    if (added.scope != Scope::candidate) return;
    std::size_t doubles = StatisticRuntime(added).state_size();
    for (const Statistic& statistic : statistics_) {
      if (statistic.scope == Scope::candidate) doubles += StatisticRuntime(statistic).state_size();
    }
    if (doubles * sizeof(double) > max_candidate_bytes) {
      fail(declaration.name.place,
           fmt::format("with this one, the statistics of each candidate take {} bytes; they may take {}: shorten the "
                       "windows, or keep fewer",
                       doubles * sizeof(double), max_candidate_bytes));
    }
  }

  void check_name(const Name& name) const {
    const auto taken_by = [&](std::string_view what) {
      fail(name.place, fmt::format("{} is the name of {}; choose another", quoted(name.text), what));
    };
    if (std::ranges::find(statistics_, name.text, &Statistic::name) != statistics_.end()) {
      taken_by("another statistic");
    }
    if (std::ranges::find(function_names(), name.text) != function_names().end()) taken_by("a function");
    for (const Decision& decision : signature_->decisions) {
      if (decision.find_feature(name.text)) taken_by(fmt::format("a feature of '{}'", decision.name));
      if (std::ranges::find(decision.actions, name.text) != decision.actions.end()) {
        taken_by(fmt::format("an action of '{}'", decision.name));
      }
    }
  }

  StatisticKind kind(const Name& name) const {
    std::vector<std::string> choices;
    for (int i = 0; i <= static_cast<int>(StatisticKind::percentile); ++i) {
      choices.emplace_back(to_string(static_cast<StatisticKind>(i)));
      if (name.text == choices.back()) return static_cast<StatisticKind>(i);
    }
    fail_unknown("kind of statistic", name, choices, "there are");
  }

  void find_signal(const StatisticDeclaration& declaration, Statistic& result) const {
    const std::string_view kind = declaration.kind.text;
    if (!declaration.decision.text.empty()) {
      fail(declaration.decision.place, fmt::format("'{}' summarises a signal, which belongs to no decision", kind));
    }
    const auto signal = signature_->find_signal(declaration.source.text);
    if (!signal) {
      for (const Decision& decision : signature_->decisions) {
        if (!decision.find_feature(declaration.source.text)) continue;
        fail(declaration.source.place,
             fmt::format("'{}' is a feature of '{}', and '{}' summarises a signal; signals: {}; over a feature of all "
                         "present candidates there is percentile({}, 0.5)",
                         declaration.source.text, decision.name, kind, fmt::join(names_of(signature_->signals), ", "),
                         declaration.source.text));
      }
      fail_unknown("signal", declaration.source, names_of(signature_->signals),
                   fmt::format("signals of {}", signature_->domain));
    }
    const Signal& found = signature_->signals[*signal];
    result.source = found.name;
    result.scope = found.scope;
    if (result.kind != StatisticKind::count) result.dimension = found.dimension;
  }

  void find_percentile_source(const StatisticDeclaration& declaration, Statistic& result) const {
    std::vector<std::string> choices;
    for (std::size_t d = 0; d < signature_->decisions.size(); ++d) {
      const Decision& decision = signature_->decisions[d];
      if (!declaration.decision.text.empty() && declaration.decision.text != decision.name) continue;
      for (const Feature& feature : decision.features) {
        if (feature.scope != Scope::candidate || feature.kind != ValueKind::number || feature.length != 0) continue;
        choices.push_back(feature.name);
        if (feature.name != declaration.source.text) continue;
        result.source = feature.name;
        result.decision = d;
        result.dimension = feature.dimension;
        return;
      }
    }
    if (!declaration.decision.text.empty() && !signature_->find_decision(declaration.decision.text)) {
      fail_unknown("decision", declaration.decision, names_of(signature_->decisions),
                   fmt::format("decisions of {}", signature_->domain));
    }
    if (signature_->find_signal(declaration.source.text)) {
      fail(declaration.source.place,
           fmt::format("'{}' is a signal, and percentile takes a feature of candidates ({}); of a signal there is "
                       "quantile({}, 0.5)",
                       declaration.source.text, fmt::join(choices, ", "), declaration.source.text));
    }
    fail_unknown("candidate feature", declaration.source, choices, "percentile takes one number of each candidate");
  }

  void set_parameter(const StatisticDeclaration& declaration, Statistic& result) const {
    const std::string_view kind = declaration.kind.text;
    const std::string_view source = declaration.source.text;
    if (declaration.argument == none) {
      if (result.kind == StatisticKind::last) return;
      const bool share = takes_share(result.kind);
      fail(declaration.end,
           fmt::format("{} needs a second argument: {}({}, {})", kind, kind, source, share ? "0.9" : "16"));
    }
    const Expression& argument = tree_.expressions[declaration.argument];
    if (argument.kind != ExpressionKind::number || !argument.dimension.is_number()) {
      fail(argument.place,
           fmt::format("the second argument of {} is a plain number, not negative, without a unit", kind));
    }
    const double value = argument.value;
    if (result.kind == StatisticKind::ewma) {
      if (value >= 1) fail(argument.place, "the weight that ewma keeps of the past is at least 0 and below 1");
      result.parameter = value;
    } else if (takes_share(result.kind)) {
      if (value <= 0 || value >= 1) fail(argument.place, fmt::format("the share of {} is above 0 and below 1", kind));
      result.parameter = value;
    } else {
      const std::size_t least = result.kind == StatisticKind::last ? 0 : 1;
      const bool candidate = result.scope == Scope::candidate;
      const std::size_t most = candidate ? max_candidate_window : max_window;
      if (value != std::floor(value) || value < static_cast<double>(least) || value > static_cast<double>(most)) {
        fail(argument.place, fmt::format("{}({}, n) takes a whole number n from {} to {}{}", kind, source, least, most,
                                         candidate ? ", as it is kept for each candidate" : ""));
      }
      result.window = static_cast<std::size_t>(value);
    }
  }

  static bool takes_share(StatisticKind kind) {
    return kind == StatisticKind::ewma || kind == StatisticKind::quantile || kind == StatisticKind::percentile;
  }

  Rule rule(const RuleDeclaration& declaration, const std::vector<Rule>& before) const {
    const auto index = signature_->find_decision(declaration.decision.text);
    if (!index) {
      fail_unknown("decision", declaration.decision, names_of(signature_->decisions),
                   fmt::format("decisions of {}", signature_->domain));
    }
    const Decision& decision = signature_->decisions[*index];
    if (decision.kind != declaration.kind) {
      const bool rank = decision.kind == DecisionKind::rank;
      fail(declaration.decision.place,
           fmt::format("'{}' is answered by a {}; write '{} {}(…)'", decision.name,
                       rank ? "score for each candidate" : "value", rank ? "rank" : "value", decision.name));
    }
    if (std::ranges::find(before, *index, &Rule::decision) != before.end()) {
      fail(declaration.decision.place, fmt::format("'{}' is answered twice; remove one of the rules", decision.name));
    }
    Rule result = Lowering(source_, tree_, *signature_, *index, statistics_, declaration).run();
    result.mode = mode(declaration.mode, decision);
    return result;
  }

  Contract contract(const RuleDeclaration& declaration, const Rule& rule) const {
    const Type& output = rule.graph[rule.graph.root()].type;
    return Lowering(source_, tree_, *signature_, rule.decision, statistics_, declaration, output).contract();
  }

  std::size_t mode(const Name& name, const Decision& decision) const {
    if (name.text.empty()) return 0;
    if (decision.modes.empty()) {
      fail(name.place, fmt::format("'{}' has no modes; remove 'by {}'", decision.name, name.text.substr(0, 40)));
    }
    const auto found = std::ranges::find(decision.modes, name.text);
    if (found == decision.modes.end()) {
      fail_unknown("mode", name, decision.modes, fmt::format("modes of '{}'", decision.name));
    }
    return static_cast<std::size_t>(found - decision.modes.begin());
  }

  const SourceText& source_;
  const Tree& tree_;
  std::shared_ptr<const Signature> signature_;
  std::vector<Statistic> statistics_;
};

}  // namespace

ProgramPtr compile(std::string_view text, const std::string& file,
                   std::span<const std::shared_ptr<const Signature>> signatures) {
  const SourceText source(text, file);
  if (text.size() > max_program_bytes)
    source.fail({}, "the text is larger than 1 MiB, the most that a program may have");
  const Tree tree = parse(source);
  std::vector<std::string> domains;
  for (const auto& signature : signatures) {
    if (signature->domain == tree.domain.text) return Checker(source, tree, signature).check();
    domains.push_back(signature->domain);
  }
  source.fail(tree.domain.place, fmt::format("unknown domain {}{}", quoted(tree.domain.text),
                                             advise(tree.domain.text, domains, "domains")));
}

}  // namespace syswright::policy
