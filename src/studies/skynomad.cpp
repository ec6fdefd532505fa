#include "studies/skynomad.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/text.h"
#include "domain/aggregate.h"
#include "policy/compile.h"
#include "studies/budget.h"
#include "studies/design_run.h"
#include "studies/skynomad_published.h"

namespace syswright::studies {
namespace {

using namespace skynomad;

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

/// The utility rule as a program, with its cadence of probes to be filled in: for what probing costs.
constexpr const char* probing_rule = R"(
policy utility_probing for multi_region {{
  rank region(value_planned, lifetime, start_time, spot_price, egress, runs_here) {{
    let useful = runs_here ? lifetime : max(lifetime - start_time, 0s);
    return value_planned * (useful / max(lifetime, 1s)) - spot_price - egress / max(lifetime, 1s);
  }}
  value instance(holds_spot, holds_on_demand, runs_here, home, exhausted, lead, overhead) {{
    if runs_here and holds_spot {{ return keep; }}
    if not exhausted {{ return spot; }}
    if holds_spot or holds_on_demand and lead <= 2 * overhead {{ return keep; }}
    if lead >= 0s {{ return idle; }}
    return home ? on_demand : next;
  }}
  value probe(since_seen, seen) {{ return not seen or since_seen >= {} ? yes : no; }}
}}
)";

class SkyNomad final : public Study {
 public:
  const std::string& name() const override { return name_; }
  const std::string& claim() const override { return claim_; }
  const std::string& source() const override { return source_; }
  std::span<const Option> options() const override { return options_; }
  Result run(const StudyContext& context) const override;

 private:
  std::string name_ = "skynomad";
  std::string claim_ =
      "On recorded H100 regions SkyNomad's utility rule costs what was published, is cheaper than Uniform Progress in "
      "any number of regions, costs the same in all its published forms, and a search finds a policy that is cheaper "
      "on later jobs";
  std::string source_ = "SkyNomad, NSDI 2027, and the values of its artifact; the search is this project's own claim";
  std::vector<Option> options_{
      {"trace", "", "folder with the artifact's H100 series (skynomad_h100_full); must be given"},
      {"budget", "60s", "of each search: '60s', '2000evals'; '0' searches nothing"},
      {"seeds", "1,2,3", "of the searches; one search for each", true},
      {"designer", "evolve", "name of the designer"},
      {"start", "exemplars", "what a search starts from: 'exemplars', the known heuristics as programs; or 'nothing'"},
      {"sets", "split,zones",
       "what is held out: split: later jobs in the same regions; zones: later jobs in other regions", true},
  };
};

class Runner {
 public:
  Runner(const SkyNomad& study, const StudyContext& context)
      : study_(study), context_(context), domain_(context.domains.find("multi_region")) {
    if (value("trace").empty()) {
      throw InputError("--trace: this study needs the recorded regions; name the folder that has them");
    }
    if (value("start") != "exemplars" && value("start") != "nothing") {
      throw InputError(fmt::format("--start: '{}' is not one of exemplars, nothing", value("start")));
    }
  }

  Result run() {
    add_sweep();
    add_crossing();
    add_forms();
    add_probing();
    if (value("budget") != "0") add_searches();
    conclude();
    return std::move(result_);
  }

 private:
  /// What one policy costs over the jobs of one setting.
  struct Run {
    double cost = nothing;
    double without_last_tick = nothing;
    double probing = nothing;
  };

  std::string value(const char* name) const { return option_value(study_, context_, name); }

  void report(double fraction, const std::string& note) const {
    if (context_.progress) context_.progress(fraction, note);
  }
  void add(std::string name, std::string expected, double ours, std::string text, bool holds) {
    result_.figures.push_back({.name = std::move(name),
                               .expected = std::move(expected),
                               .ours = ours,
                               .ours_text = std::move(text),
                               .unit = "$ a job",
                               .holds = holds});
  }

  ScenarioPtr open(std::map<std::string, std::string> options) const {
    options["set"] = "all";
    return domain_.open({.workload = value("trace"), .options = std::move(options)})->scenarios().front();
  }
  static std::string first_names(std::size_t regions) {
    std::string names;
    for (std::size_t i = 0; i < regions; ++i) names += (i > 0 ? "+" : "") + std::string(regions_in_order[i]);
    return names;
  }
  /// The six jobs of the published sweep, one behind the other.
  ScenarioPtr swept(std::size_t regions) const {
    return open({{"regions", first_names(regions)},
                 {"starts", "0+311+622+933+1244+1556"},
                 {"deadline", "186600s"},
                 {"job", "155500s"},
                 {"overhead", "12min"}});
  }

  Run run(const Policy& policy, const ScenarioPtr& scenario) {
    const Job job{policy, scenario};
    const Evaluation evaluation = context_.evaluator(domain_).evaluate(std::span(&job, 1), context_.stop).front();
    if (!is_result(evaluation)) {
      result_.complete = result_.complete && evaluation.status != Evaluation::Status::cancelled;
      return {};
    }
    Run found{.cost = evaluation.objective()};
    for (std::size_t i = 0; i < domain_.metrics().size(); ++i) {
      if (domain_.metrics()[i].name == "probing") found.probing = evaluation.metrics[i];
    }
    for (const auto& [name, spend] : evaluation.details) {
      if (name == "last_tick_spend") found.without_last_tick = evaluation.objective() - spend;
    }
    return found;
  }
  Run run(const char* baseline, const ScenarioPtr& scenario) { return run(Policy::native(baseline), scenario); }

  void add_sweep() {
    // Where every cost is published to a millionth; an unbilled minute is known to a cent.
    const auto same = [](double ours, double published) { return std::abs(ours - published) < 2e-3; };
    for (const Row& row : sweep) {
      const ScenarioPtr scenario = swept(row.regions);
      const double rule = run("skynomad", scenario).without_last_tick;
      add(fmt::format("utility rule, {} regions", row.regions),
          row.unbilled == 0
              ? fmt::format("{:.2f}", row.utility_rule)
              : fmt::format("{:.2f}, and {:.2f} that its simulator forgets", row.utility_rule, row.unbilled),
          rule, fmt::format("{:.2f}", rule), same(rule, row.utility_rule + row.unbilled));
      if (row.regions > 1) {
        const double simple = run("up_s", scenario).without_last_tick;
        add(fmt::format("UP(S), {} regions", row.regions), fmt::format("{:.2f}", row.cheapest_first), simple,
            fmt::format("{:.2f}", simple), same(simple, row.cheapest_first));
      }
      if (row.regions == 6) {
        const double optimum = scenario->bounds().front().value;
        add("optimum, 6 regions", fmt::format("at most {:.2f}, which takes 20 min for starts of 12", row.optimum),
            optimum, fmt::format("{:.2f}", optimum), optimum <= row.optimum);
      }
    }
    const ScenarioPtr eight = swept(8);
    std::string order;
    double last = eight->bounds().front().value;
    bool ordered = true;
    for (const char* name : {"skynomad", "up_s", "up_ap", "up_a"}) {
      const double cost = run(name, eight).cost;
      ordered = ordered && cost > last;
      last = cost;
      order += fmt::format("{}{} {:.0f}", order.empty() ? "" : ", ", name, cost);
    }
    add("ranking above the optimum, 8 regions", "utility rule, UP(S), UP(AP), UP(A)", last, order, ordered);
  }

  /// The published plot ends at eight regions; the artifact runs up to thirteen.
  void add_crossing() {
    for (std::size_t regions = 9; regions <= regions_in_order.size() && result_.complete; ++regions) {
      const ScenarioPtr scenario = swept(regions);
      const double rule = run("skynomad", scenario).cost;
      const double simple = run("up_s", scenario).cost;
      add(fmt::format("utility rule less UP(S), {} regions", regions), "below 0, as up to 8 (no plot)", rule - simple,
          fmt::format("{:+.2f}: {:.2f} against {:.2f}", rule - simple, rule, simple), rule < simple);
    }
  }

  /// The paper prints one value of work, its ablation ran another, and its H100 sweeps a third.
  void add_forms() {
    const ScenarioPtr eight = swept(8);
    const double shipped = run("skynomad", eight).cost;
    const std::array<std::pair<const char*, const char*>, 2> forms{
        {{"skynomad_printed", "as printed"}, {"skynomad_planned", "as in the ablation"}}};
    for (const auto& [name, what] : forms) {
      const double cost = run(name, eight).cost;
      add(fmt::format("value of work {}, 8 regions", what), fmt::format("{:.2f} of what ran, to 1 %", shipped), cost,
          fmt::format("{:.2f}, {:+.1f} %", cost, 100 * (cost / shipped - 1)), std::abs(cost / shipped - 1) < 0.01);
    }
  }

  /// Published for other traces; what can be compared is how much dearer the short cadence is.
  void add_probing() {
    const ScenarioPtr scenario = open({{"regions", first_names(8)},
                                       {"starts", "0+1000"},
                                       {"deadline", "150h"},
                                       {"job", "100h"},
                                       {"overhead", "12min"}});
    const auto cadence = [&](const char* every) {
      return run(Policy::of(policy::compile(fmt::format(fmt::runtime(probing_rule), every), "probing",
                                            std::array{domain_.signature()})),
                 scenario);
    };
    const Run often = cadence("10min");
    const Run seldom = cadence("2h");
    const double published = probes_every_tick / probes_every_two_hours;
    const double ours = often.probing / seldom.probing;
    add("probes every 10 min over every 2 h",
        fmt::format("{:.1f} times: $2,011 (56 % of all) over $170, other traces", published), ours,
        fmt::format("{:.1f} times: ${:.0f} ({:.0f} % of all) over ${:.0f} ({:.0f} %)", ours, often.probing,
                    100 * often.probing / often.cost, seldom.probing, 100 * seldom.probing / seldom.cost),
        std::abs(ours / published - 1) < 0.2);
    result_.figures.back().unit = "times";
  }

  void add_searches() {
    const std::vector<std::string> sets = split_list(value("sets"), "--sets");
    const std::vector<std::string> seeds = split_list(value("seeds"), "--seeds");
    const auto total = static_cast<double>(sets.size() * seeds.size());
    double done = 0;
    for (const std::string& set : sets) {
      for (const std::string& seed : seeds) {
        if (!result_.complete) return;
        add_search(set, seed, [&](const design::Progress& progress) {
          report((done + progress.fraction) / total, fmt::format("set {}, seed {}: {}", set, seed, progress.note));
        });
        ++done;
      }
    }
  }

  void add_search(const std::string& set, const std::string& seed,
                  const std::function<void(const design::Progress&)>& progress) {
    const auto workload = domain_.open({.workload = value("trace"), .options = {{"set", set}}});
    const Suite suite = workload->suite();
    DesignPlan plan{.domain = domain_,
                    .suite = suite,
                    .designer = context_.designers.find(value("designer")),
                    .budget = parse_budget(value("budget"), "--budget"),
                    .seed = parse_count(seed, "--seeds"),
                    .progress = progress};
    if (value("start") == "exemplars") {
      for (const std::string& text : domain_.exemplars()) {
        plan.seeds.push_back(policy::compile(text, "exemplar", std::array{domain_.signature()}));
      }
    }
    const DesignRun run = run_design(plan, context_.evaluator(domain_), context_.stop, context_.stop);
    if (run.outcome.stopped || !run.test.complete) {
      result_.complete = false;
      return;
    }
    for (const judge::ScenarioComparison& scenario : run.test.scenarios) add_against_rule(set, seed, scenario);
  }

  /// The designed policy stands first, and differences are taken from it.
  void add_against_rule(const std::string& set, const std::string& seed, const judge::ScenarioComparison& scenario) {
    const judge::Standing& designed = scenario.standings.front();
    for (const judge::Standing& standing : scenario.standings) {
      if (standing.policy.name() != "skynomad" || !standing.difference) continue;
      const Interval& less = *standing.difference;
      const std::string verdict = less.low > 0 ? "cheaper" : less.high < 0 ? "dearer" : "cannot tell";
      add(fmt::format("designed less the utility rule, set {}, seed {}", set, seed), "below 0 beyond doubt",
          -less.estimate,
          fmt::format("{:+.2f} ({:+.2f} to {:+.2f}), {}: {:.2f} against {:.2f}", -less.estimate, -less.high, -less.low,
                      verdict, designed.evaluation.objective(), standing.evaluation.objective()),
          less.low > 0);
      searched_ += 1;
      cheaper_ += less.low > 0 ? 1 : 0;
      dearer_ += less.high < 0 ? 1 : 0;
    }
  }

  void conclude() {
    std::string words;
    if (searched_ > 0) {
      words = fmt::format(
          "of {} searches {} beat the utility rule on held-out jobs (paired 95 % interval), {} lost to it, {} cannot "
          "be told apart from it",
          searched_, cheaper_, dearer_, searched_ - cheaper_ - dearer_);
    }
    studies::conclude(result_, result_.complete, words);
  }

  const SkyNomad& study_;
  const StudyContext& context_;
  const Domain& domain_;
  Result result_;
  std::size_t searched_ = 0;
  std::size_t cheaper_ = 0;
  std::size_t dearer_ = 0;
};

Result SkyNomad::run(const StudyContext& context) const { return Runner(*this, context).run(); }

}  // namespace

std::unique_ptr<const Study> make_skynomad_study() { return std::make_unique<SkyNomad>(); }

}  // namespace syswright::studies
