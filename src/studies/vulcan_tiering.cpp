#include "studies/vulcan_tiering.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/intervals.h"
#include "base/text.h"
#include "policy/compile.h"
#include "studies/budget.h"
#include "studies/design_run.h"

namespace syswright::studies {
namespace {

/// Speed of the synthesised policy over that of ARMS on one machine.
struct Published {
  const char* program;  ///< as the domain calls it
  const char* name;
  double ratio;
};
constexpr std::array<Published, 4> published{{
    {"bc", "GapBS-BC", 0.973},
    {"pagerank", "GapBS-PR", 1.00},
    {"gups", "GUPS", 1.015},
    {"silo", "Silo", 1.029},
}};

/// The search does not start from the rule that Vulcan found.
constexpr std::string_view held_back = "rising";

class VulcanTiering final : public Study {
 public:
  const std::string& name() const override { return name_; }
  const std::string& claim() const override { return claim_; }
  const std::string& source() const override { return source_; }
  std::span<const Option> options() const override { return options_; }
  Result run(const StudyContext& context) const override;

 private:
  std::string name_ = "vulcan_tiering";
  std::string claim_ =
      "A policy that a search without a language model designs for one program, on the first three quarters of its "
      "run, is at least as fast against ARMS on the last quarter as Vulcan's policy is against ARMS on its machine";
  std::string source_ = "Vulcan (arXiv 2512.25065v2), results_c220g5.csv: BC 0.973, PR 1.00, GUPS 1.015, Silo 1.029";
  std::vector<Option> options_{
      {"seeds", "1,2,3", "of programs, samples and searches; one search for each, and each program", true},
      {"budget", "200evals", "of each search: '60s', '2000evals'"},
      {"designer", "evolve", "name of the designer"},
      {"fast", "20%", "pages that fit into fast memory"},
      {"pages", "4096", "of a program's memory"},
      {"ticks", "320", "of a run"},
      {"hardware", "cxl", "cxl or nvm"},
  };
};

const judge::Standing& standing(const judge::ScenarioComparison& scenario, const std::string& policy) {
  return *std::find_if(scenario.standings.begin(), scenario.standings.end(),
                       [&](const judge::Standing& one) { return one.policy.name() == policy; });
}

/// Blocks of several searches, end to end: time of one policy against that of another in the same ticks.
class Ratio {
 public:
  void add(const Evaluation& slower, const Evaluation& faster) {
    for (const Block& block : slower.blocks) over_.push_back(block.cost);
    for (const Block& block : faster.blocks) under_.push_back(block.cost);
  }
  Interval interval() const { return ratio_interval({over_, under_}); }
  bool empty() const { return over_.empty(); }

 private:
  std::vector<double> over_;
  std::vector<double> under_;
};

/// What the searches for one program came to.
struct Found {
  Ratio against_arms;
  Ratio against_best;
  double designed = 0;  ///< sums of mean access times
  double arms = 0;
  double bound = 0;
  std::vector<std::string> rivals;
};

class Runner {
 public:
  Runner(const Study& study, const StudyContext& context)
      : study_(study),
        context_(context),
        domain_(context.domains.find("tiering")),
        designer_(context.designers.find(option("designer"))),
        budget_(parse_budget(option("budget"), "--budget")),
        seeds_(split_list(option("seeds"), "--seeds")) {
    for (const std::string& text : domain_.exemplars()) {
      policy::ProgramPtr program = policy::compile(text, "exemplar", std::array{domain_.signature()});
      if (program->name() != held_back) starts_.push_back(std::move(program));
    }
  }

  Result run() {
    for (std::size_t i = 0; i < published.size() && result_.complete; ++i) add(i);
    result_.holds = result_.complete && held_ == published.size();
    result_.verdict = fmt::format(
        "at least the published ratio to ARMS on {} of {} programs, surely faster than our ARMS on {}, surely slower "
        "on {}; ours is a model of memory, theirs a machine{}",
        held_, published.size(), faster_, slower_, result_.complete ? "" : "; interrupted before the end");
    return std::move(result_);
  }

 private:
  std::string option(const std::string& name) const { return option_value(study_, context_, name); }

  void add(std::size_t index) {
    Found found;
    for (std::size_t seed = 0; seed < seeds_.size(); ++seed) {
      const double done = static_cast<double>(index) + static_cast<double>(seed) / static_cast<double>(seeds_.size());
      context_.progress(done / published.size(), fmt::format("{}, seed {}", published[index].name, seeds_[seed]));
      if (!search(published[index].program, seeds_[seed], found)) {
        result_.complete = false;
        return;
      }
    }
    const Published& theirs = published[index];
    const Interval ratio = found.against_arms.interval();
    const bool holds = ratio.estimate >= theirs.ratio;
    held_ += holds ? 1 : 0;
    faster_ += ratio.low > 1 ? 1 : 0;
    slower_ += ratio.high < 1 ? 1 : 0;
    result_.figures.push_back({fmt::format("{}: speed over ARMS", theirs.name), fmt::format("{:.3f}", theirs.ratio),
                               ratio.estimate, spoken(ratio), "", holds});
    const Interval best = found.against_best.interval();
    result_.figures.push_back({fmt::format("{}: speed over the best baseline", theirs.name), "(for information)",
                               best.estimate, fmt::format("{}: {}", spoken(best), join(found.rivals)), "", true});
    const double closed = (found.arms - found.designed) / (found.arms - found.bound);
    result_.figures.push_back({fmt::format("{}: closed of the gap from ARMS to the offline bound", theirs.name),
                               "(for information)", closed, fmt::format("{:.0f} %", 100 * closed), "", true});
  }

  static std::string spoken(const Interval& interval) {
    return fmt::format("{:.3f} ({:.3f} to {:.3f})", interval.estimate, interval.low, interval.high);
  }

  /// False if a stop came first.
  bool search(const std::string& program, const std::string& seed, Found& found) {
    const std::uint64_t number = parse_count(seed, "--seeds");
    const auto workload = domain_.open({.options = {{"program", program},
                                                    {"fast", option("fast")},
                                                    {"pages", option("pages")},
                                                    {"ticks", option("ticks")},
                                                    {"hardware", option("hardware")}},
                                        .seed = number});
    const Suite suite = workload->suite();
    const DesignPlan plan{.domain = domain_,
                          .suite = suite,
                          .designer = designer_,
                          .budget = budget_,
                          .seed = number,
                          .seeds = starts_,
                          .name = fmt::format("designed_for_{}", program)};
    const DesignRun run = run_design(plan, context_.evaluator(domain_), context_.stop, context_.stop);
    if (context_.stop.stop_requested() || !run.test.complete) return false;
    const judge::ScenarioComparison& test = run.test.scenarios.front();
    const Evaluation& designed = test.standings.front().evaluation;
    const Evaluation& arms = standing(test, "arms").evaluation;
    const judge::Standing& rival = test.standings[run.against.front().rival];
    found.against_arms.add(arms, designed);
    found.against_best.add(rival.evaluation, designed);
    found.designed += designed.objective();
    found.arms += arms.objective();
    found.bound += test.bound ? test.bound->value : 0;
    if (std::count(found.rivals.begin(), found.rivals.end(), rival.policy.name()) == 0) {
      found.rivals.push_back(rival.policy.name());
    }
    return true;
  }

  const Study& study_;
  const StudyContext& context_;
  const Domain& domain_;
  const design::Designer& designer_;
  design::Budget budget_;
  std::vector<std::string> seeds_;
  std::vector<policy::ProgramPtr> starts_;
  std::size_t held_ = 0;
  std::size_t faster_ = 0;
  std::size_t slower_ = 0;
  Result result_;
};

Result VulcanTiering::run(const StudyContext& context) const { return Runner(*this, context).run(); }

}  // namespace

std::unique_ptr<const Study> make_vulcan_tiering_study() { return std::make_unique<VulcanTiering>(); }

}  // namespace syswright::studies
