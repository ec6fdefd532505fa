#include "research/vulcan_prompt.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/units.h"

namespace syswright::research {
namespace {

using design::ChatMessage;
using policy::Decision;
using policy::DecisionKind;
using policy::Scope;

std::string kinds_text(const policy::Signature& signature) {
  std::vector<std::string> values;
  std::vector<std::string> ranks;
  for (const Decision& decision : signature.decisions) {
    (decision.kind == DecisionKind::rank ? ranks : values).push_back(decision.name);
  }
  const auto names = [](const std::vector<std::string>& all) {
    std::string text;
    for (const std::string& name : all) text += fmt::format("{}`{}`", text.empty() ? "" : ", ", name);
    return text;
  };
  std::string text =
      "\nA policy is a function without state; the mechanism asks, does what is answered, and keeps every structure. ";
  if (!values.empty()) {
    text +=
        fmt::format("VALUE decisions ({}) answer with one number or action for the system as it is. ", names(values));
  }
  if (!ranks.empty()) {
    text += fmt::format(
        "RANK decisions ({}) give one score to each candidate by itself: a score sees its own candidate and the global "
        "features, and the mechanism sorts. ",
        names(ranks));
  }
  if (!values.empty() && !ranks.empty())
    text += "They work together: the one orders, the other says how much or what. ";
  return text + "A decision without a rule is left to the mechanism's default.\n";
}

/// Modes in which scores are made when a candidate is touched, and not when it is compared.
bool may_be_lazy(const policy::Signature& signature) {
  return std::any_of(signature.decisions.begin(), signature.decisions.end(), [](const Decision& decision) {
    return std::any_of(decision.modes.begin(), decision.modes.end(),
                       [](const std::string& mode) { return mode.find("queue") != std::string::npos; });
  });
}

std::string programs_text(const Domain& domain, const std::vector<design::ShownProgram>& shown) {
  if (shown.empty()) return "";
  const Metric& metric = domain.metrics().front();
  std::string text = "\nThe best programs of this line of work, with what they reach in training:\n";
  for (const design::ShownProgram& program : shown) {
    text += fmt::format("```policy\n# {}: {}\n{}```\n", metric.name,
                        format_quantity(program.objective, metric.dimension), program.source);
  }
  return text;
}

}  // namespace

std::string describe_statistics(const policy::Signature& signature) {
  std::string text =
      "\nStatistics: what a policy wants to know of the past it declares, and the runtime keeps it. Of a signal:\n"
      "- ewma(signal, w): moving average, slow for w near 1; two of different w tell a trend.\n"
      "- mean, min, max(signal, n): of the last n values; a window forgets at once what an average forgets slowly.\n"
      "- count(signal, n): how many of the last n values were not 0: a rate, of what happens or not.\n"
      "- last(signal, n): the value n reports ago.\n"
      "- quantile(signal, q): of all values so far: what is large here?\n";
  const bool candidates =
      std::any_of(signature.decisions.begin(), signature.decisions.end(), [](const Decision& decision) {
        return std::any_of(decision.features.begin(), decision.features.end(),
                           [](const policy::Feature& feature) { return feature.scope == Scope::candidate; });
      });
  if (candidates) {
    text += "- percentile(feature, q): of a feature over the candidates that are present now.\n";
  }
  if (signature.signals.empty()) {
    text += "This system reports no signals: only percentiles of features can be declared.\n";
  }
  for (const policy::Signal& signal : signature.signals) {
    text += fmt::format("`{}` is reported {}: stat NAME = ewma({}, 0.9);\n", signal.name,
                        signal.scope == Scope::candidate ? "for each candidate by itself" : "for the whole system",
                        signal.name);
  }
  if (may_be_lazy(signature)) {
    text +=
        "Careful with a `by queue` mode: there a score is made when a candidate is touched and kept until then, so "
        "that "
        "the time since its last use is nearly 0 whenever it is looked at. Recency needs the time of the use itself.\n";
  }
  return text;
}

std::vector<ChatMessage> ask_vulcan(const Domain& domain, const VulcanQuestion& question) {
  const policy::Signature& signature = *domain.signature();
  std::string system = "You design policies of computer systems: short programs in a small language of their own.\n\n";
  system += design::language_summary();
  std::string user = design::describe_domain(domain) + kinds_text(signature) + describe_statistics(signature);
  if (!question.contract.empty()) {
    user += fmt::format(
        "\nContract. Every program is held to this, for all inputs; one that is refuted is not "
        "tried:\n```text\n{}```\n",
        question.contract);
  }
  user += programs_text(domain, question.shown);
  const Decision& decision = signature.decisions[question.decision];
  user += fmt::format(
      "\nWrite one new policy that is better. This time work on the rule `{} {}`; the other rules may stay as they are "
      "in the best program, or be left out. Think of what the workload is like and of which statistics would tell; "
      "combine ideas, do not repeat a program. Answer with the whole program in one block that begins with ```policy, "
      "and the program with `policy NAME for {} {{`.\n",
      decision.kind == DecisionKind::rank ? "rank" : "value", decision.name, domain.name());
  return {{ChatMessage::Role::system, std::move(system)}, {ChatMessage::Role::user, std::move(user)}};
}

std::string refuted_complaint(const std::string& refusal) {
  return fmt::format(
      "The program does not keep its contract:\n```text\n{}\n```\nAnswer with the whole program, changed so that every "
      "statement holds for every input.",
      refusal);
}

}  // namespace syswright::research
