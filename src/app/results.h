#pragma once

#include <span>
#include <string>
#include <vector>

#include "app/context.h"
#include "app/json.h"
#include "base/text.h"
#include "judge/compare/compare.h"

/// Comparisons as people and programs read them.
namespace syswright::app {

/// A metric's value for people: "0.4213", "1.2 GiB", "$0.97".
std::string format_metric(double value, Dimension dimension);
/// "0.4198–0.4229"; empty for an interval without ends.
std::string format_interval(const Interval& interval, Dimension dimension);
/// With signs: "-0.0123 (-0.0150 to -0.0096)".
std::string format_difference(const Interval& interval, Dimension dimension);

/// The policies of one scenario, best first, then its bounds. The best is marked '*', and '=' marks those that the
/// paired 95 % interval does not tell apart from it. `highlight`: index of a policy whose line is styled; it may be
/// none. `metrics`: shown beside the objective; empty: the first ones, as many as leave the table readable.
std::string comparison_text(const Context& context, const Domain& domain, const judge::ScenarioComparison& comparison,
                            std::size_t highlight = ~std::size_t{0}, std::span<const std::size_t> metrics = {});

/// Indices of metrics. Throws InputError for one that the domain does not have; names the nearest.
std::vector<std::size_t> metrics_named(const Domain& domain, const std::vector<std::string>& names);

/// Indices of the standings, best objective first; those that failed last.
std::vector<std::size_t> ranking(const Domain& domain, const judge::ScenarioComparison& comparison);

Json interval_json(const Interval& interval);
Json comparison_json(const Domain& domain, const judge::ScenarioComparison& comparison);

/// One line a policy and scenario, and one for each bound, under a heading. Texts are quoted as RFC 4180 says.
std::string comparison_csv(const Domain& domain, const judge::Comparison& comparison);

/// Bounds of one name, on one metric each: a line of a table. `values` follow Domain::metrics(); NaN: none stated.
struct BoundRow {
  std::string name;  ///< "min (bound)", "belady (reference)"
  std::string doc;
  std::vector<double> values;
};
std::vector<BoundRow> bound_rows(const Domain& domain, const std::vector<Bound>& bounds);

/// A metric's name for people: "request miss ratio".
std::string readable(std::string name);

/// Whether a policy's run failed in a scenario.
bool any_failed(const judge::Comparison& comparison);

}  // namespace syswright::app
