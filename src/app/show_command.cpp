#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <limits>
#include <ostream>

#include "app/commands.h"
#include "app/json.h"
#include "app/shell.h"
#include "base/text.h"

namespace syswright::app {
namespace {

using policy::Decision;
using policy::Feature;
using policy::Scope;
using policy::Signal;

bool is_unlimited(double value) { return std::abs(value) >= std::numeric_limits<double>::max(); }

std::string range_text(double low, double high, Dimension dimension) {
  const auto end = [dimension](double value) {
    return is_unlimited(value) ? std::string(value < 0 ? "-∞" : "∞") : format_quantity(value, dimension);
  };
  return fmt::format("{} … {}", end(low), end(high));
}

Json range_json(double low, double high) {
  return Json::array().push(is_unlimited(low) ? Json() : Json(low)).push(is_unlimited(high) ? Json() : Json(high));
}

std::string type_text(const Feature& feature) {
  const std::string one = feature.kind == policy::ValueKind::boolean ? "bool" : to_string(feature.dimension);
  return feature.length == 0 ? one : fmt::format("{}[{}]", one, feature.length);
}

std::string_view scope_text(Scope scope) { return scope == Scope::global ? "global" : "candidate"; }

std::string kind_text(const Decision& decision) {
  if (decision.kind == policy::DecisionKind::rank) return "rank";
  return decision.actions.empty() ? "value" : fmt::format("value: {}", join(decision.actions, " or "));
}

Json feature_json(const Feature& feature) {
  return Json::object()
      .set("name", feature.name)
      .set("type", type_text(feature))
      .set("scope", scope_text(feature.scope))
      .set("range", range_json(feature.low, feature.high))
      .set("doc", feature.doc);
}

Json decision_json(const Decision& decision) {
  Json features = Json::array();
  for (const Feature& feature : decision.features) features.push(feature_json(feature));
  return Json::object()
      .set("name", decision.name)
      .set("kind", decision.kind == policy::DecisionKind::rank ? "rank" : "value")
      .set("actions", json_array(decision.actions))
      .set("modes", json_array(decision.modes))
      .set("doc", decision.doc)
      .set("features", std::move(features));
}

Json domain_json(const Domain& domain) {
  Json decisions = Json::array();
  for (const Decision& decision : domain.signature()->decisions) decisions.push(decision_json(decision));
  Json signals = Json::array();
  for (const Signal& signal : domain.signature()->signals) {
    signals.push(Json::object()
                     .set("name", signal.name)
                     .set("type", to_string(signal.dimension))
                     .set("scope", scope_text(signal.scope))
                     .set("range", range_json(signal.low, signal.high))
                     .set("doc", signal.doc));
  }
  Json metrics = Json::array();
  for (const Metric& metric : domain.metrics()) {
    metrics.push(Json::object()
                     .set("name", metric.name)
                     .set("type", to_string(metric.dimension))
                     .set("lower_is_better", metric.lower_is_better)
                     .set("doc", metric.doc));
  }
  Json baselines = Json::array();
  for (const Baseline& baseline : domain.baselines()) {
    baselines.push(Json::object().set("name", baseline.name).set("doc", baseline.doc).set("source", baseline.source));
  }
  Json options = Json::array();
  for (const Option& option : domain.options()) {
    options.push(Json::object()
                     .set("name", option.name)
                     .set("default", option.default_value)
                     .set("list", option.list)
                     .set("doc", option.doc));
  }
  return Json::object()
      .set("name", domain.name())
      .set("summary", domain.summary())
      .set("decisions", std::move(decisions))
      .set("signals", std::move(signals))
      .set("metrics", std::move(metrics))
      .set("baselines", std::move(baselines))
      .set("options", std::move(options))
      .set("exemplars", json_array(domain.exemplars()));
}

class Page {
 public:
  explicit Page(const Context& context) : context_(context) {}
  void heading(const std::string& text) { context_.out() << "\n" << context_.styled(Style::bold, text) << "\n"; }
  void paragraph(const std::string& text) { context_.out() << indented(text) << "\n"; }
  void table(const Table& table) {
    if (table.rows() > 0) context_.out() << indented(table.text());
  }

 private:
  const Context& context_;
};

void show_decision(Page& page, const Decision& decision) {
  page.heading(fmt::format("Decision {} ({})", decision.name, kind_text(decision)));
  page.paragraph(decision.doc);
  if (!decision.modes.empty())
    page.paragraph(fmt::format("Modes: {} (the first is the default)", join(decision.modes)));
  page.paragraph("");
  Table table({{"feature"}, {"type"}, {"range"}, {"of"}, {"what it is"}});
  for (const Feature& feature : decision.features) {
    table.add_row({feature.name, type_text(feature), range_text(feature.low, feature.high, feature.dimension),
                   std::string(scope_text(feature.scope)), feature.doc});
  }
  page.table(table);
}

void show_domain(const Context& context, const Domain& domain, bool with_exemplars) {
  context.out() << fmt::format("{}: {}\n", domain.name(), domain.summary());
  Page page(context);
  for (const Decision& decision : domain.signature()->decisions) show_decision(page, decision);

  page.heading("Signals (what a statistic may summarise)");
  Table signals({{"signal"}, {"type"}, {"of"}, {"what it is"}});
  for (const Signal& signal : domain.signature()->signals) {
    signals.add_row({signal.name, to_string(signal.dimension), std::string(scope_text(signal.scope)), signal.doc});
  }
  page.table(signals);

  page.heading("Metrics (the first is the objective)");
  Table metrics({{"metric"}, {"type"}, {"better"}, {"what it is"}});
  for (const Metric& metric : domain.metrics()) {
    metrics.add_row(
        {metric.name, to_string(metric.dimension), metric.lower_is_better ? "lower" : "higher", metric.doc});
  }
  page.table(metrics);

  page.heading("Baselines");
  Table baselines({{"policy"}, {"what it does"}, {"source"}});
  for (const Baseline& baseline : domain.baselines()) {
    baselines.add_row({baseline.name, baseline.doc, baseline.source});
  }
  page.table(baselines);

  page.heading("Options");
  Table options({{"option"}, {"default"}, {"what it is"}});
  for (const Option& option : domain.options()) {
    options.add_row({"--" + option.name, option.default_value, option.doc + (option.list ? " (a list)" : "")});
  }
  page.table(options);

  if (!with_exemplars) {
    page.paragraph(fmt::format("\n{} known heuristics as programs: syswright show {} --programs",
                               domain.exemplars().size(), domain.name()));
    return;
  }
  page.heading("Known heuristics as programs");
  for (const std::string& program : domain.exemplars()) page.paragraph(program);
}

}  // namespace

void add_show_command(CLI::App& app, Context& context) {
  CLI::App& command =
      add_command(app, context, "show", "Show a domain: decisions, features with units, metrics, baselines, options",
                  "syswright show cache\nsyswright show cache --programs");
  struct Arguments {
    std::string domain;
    bool programs = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  command.add_option("domain", arguments->domain, "Name of the domain ('syswright domains' lists them)")->required();
  command.add_flag("--programs", arguments->programs, "Also print known heuristics as programs in the policy language");
  on_run(command, context, [&context, arguments] {
    const Domain& domain = context.domains.find(arguments->domain);
    if (context.json) {
      context.out() << domain_json(domain).text();
    } else {
      show_domain(context, domain, arguments->programs);
    }
    return ExitCode::ok;
  });
}

}  // namespace syswright::app
