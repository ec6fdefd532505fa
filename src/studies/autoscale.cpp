#include "studies/autoscale.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "base/text.h"
#include "studies/serving.h"

namespace syswright::studies {
namespace {

using serving::less;
using serving::mean;
using serving::Measure;
using serving::Options;
using serving::Runs;
using serving::spoken;

constexpr std::uint64_t first_training_seed = 1001;
constexpr std::uint64_t training_days = 3;
constexpr std::uint64_t validation_days = 2;
constexpr double hour = 3600;

/// One rule of scaling with one knob, turned from thrift to plenty.
struct Family {
  const char* name;
  const char* text;  ///< {0}: the knob
  std::array<double, 9> knobs;
};

constexpr std::array<Family, 4> families{{
    // One replica more where any wait or more of the memory is in use than the knob says; one fewer below half of that.
    {"threshold",
     R"(policy threshold for llm_serving {{
       value scale(wanted, group_waiting, queue_length, occupancy) {{
         if group_waiting + queue_length > 0 or occupancy > {0} {{ return wanted + 1; }}
         return occupancy < 0.5 * {0} ? wanted - 1 : wanted;
       }}
     }})",
     {0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.25, 0.2}},
    // As many replicas as would have the knob's share of their memory in use: what Kubernetes does.
    {"utilisation",
     R"(policy utilisation for llm_serving {{
       value scale(wanted, ready, occupancy) {{
         if occupancy in [0.9 * {0}, 1.1 * {0}] {{ return wanted; }}
         return max(-floor(-(ready * occupancy / {0})), 1);
       }}
     }})",
     {0.8, 0.7, 0.6, 0.5, 0.4, 0.35, 0.3, 0.25, 0.2}},
    // Room for the knob times what is in use, one replica fewer at a time.
    {"head-room",
     R"(policy head_room for llm_serving {{
       value scale(wanted, ready, group_waiting, queue_length, occupancy) {{
         let needed = -floor(-({0} * ready * occupancy)) + (group_waiting + queue_length > ready ? 1 : 0);
         return max(needed, wanted - 1, 1);
       }}
     }})",
     {1, 1.3, 1.7, 2, 2.5, 3, 3.5, 4.5, 6}},
    // The same number all day: replicas for each request a second.
    {"fixed number",
     R"(policy fixed for llm_serving {{ value scale(wanted) {{ return {0} + 0 * wanted; }} }})",
     {0.5, 0.7, 0.8, 1, 1.2, 1.4, 1.7, 2, 2.5}},
}};

class Autoscale final : public Study {
 public:
  const std::string& name() const override { return name_; }
  const std::string& claim() const override { return claim_; }
  const std::string& source() const override { return source_; }
  std::span<const Option> options() const override { return options_; }
  Result run(const StudyContext& context) const override;

 private:
  std::string name_ = "autoscale";
  std::string claim_ =
      "At equal attainment of latency limits over a day of traffic, scaling with head-room takes fewer GPU-hours than "
      "thresholds, utilisation and a fixed number of replicas do, and a designed rule fewer than all four, on days "
      "that "
      "it never saw";
  std::string source_ = "this project's own";
  std::vector<Option> options_ = serving::with_search(
      {{"hardware", "A10", "of a replica"},
       {"rate", "6", "requests a second, on average over a day, 1 to 1,000"},
       {"day", "2h", "length of a day: traffic swings by 80 % around its mean"},
       {"days", "6", "that are held out, 3 to 50"},
       {"start-up", "120s", "of a replica"},
       {"ttft", "2s", "limit of the time to the first token"},
       {"tpot", "100ms", "limit of the time a token after it"},
       {"attainment", "99", "% of the requests within both limits, at which the known rules are compared"},
       {"miss-penalty", "20s", "GPU time that the search counts for a request out of limits"}},
      "100evals");
};

/// A family's rule with one setting, on the held-out days.
struct Member {
  double knob = 0;
  Runs runs;
  double attainment() const { return mean(runs, Measure::attainment); }
  double gpu_hours() const { return mean(runs, Measure::gpu_time) / hour; }
};

/// The cheapest that attains as much; nullptr if none does.
const Member* cheapest(const std::vector<Member>& members, double attainment) {
  const Member* best = nullptr;
  for (const Member& member : members) {
    if (member.attainment() < attainment) continue;
    if (best == nullptr || member.gpu_hours() < best->gpu_hours()) best = &member;
  }
  return best;
}

class Runner {
 public:
  explicit Runner(const serving::Trial& trial)
      : trial_(trial),
        days_(trial.count("days", 3, 50)),
        rate_(trial.count("rate", 1, 1000)),
        asked_(static_cast<double>(trial.count("attainment", 1, 100)) / 100) {}

  Result run() {
    test_ = days(1, days_);
    if (measure_families()) {
      add_known();
      add_designed();
    }
    conclude(result_, !trial_.stopped(), words_);
    return std::move(result_);
  }

 private:
  void add(std::string name, std::string expected, double ours, std::string text, std::string unit, bool holds) {
    result_.figures.push_back({std::move(name), std::move(expected), ours, std::move(text), std::move(unit), holds});
  }

  std::vector<ScenarioPtr> days(std::uint64_t seed, std::uint64_t count) const {
    const std::string day = trial_.option("day");
    return trial_.open(
        {{"generate", fmt::format("azure-conversation diurnal:{}/s,period={},swing=0.8 duration={}", rate_, day, day)},
         {"seeds", std::to_string(count)},
         {"hardware", trial_.option("hardware")},
         {"replicas", "4"},
         {"min-replicas", "1"},
         {"max-replicas", std::to_string(4 + 4 * rate_)},
         {"scaling-interval", "30s"},
         {"start-up", trial_.option("start-up")},
         {"objective", "gpu_hours"},
         {"miss-penalty", trial_.option("miss-penalty")},
         {"slo-ttft", trial_.option("ttft")},
         {"slo-tpot", trial_.option("tpot")}},
        seed);
  }

  /// Returns false if a stop came first.
  bool measure_families() {
    for (const Family& family : families) {
      if (!trial_.told(0.075 * static_cast<double>(members_.size()), family.name)) return false;
      std::vector<Policy> policies;
      for (double knob : family.knobs) {
        if (&family == &families.back()) knob = std::ceil(knob * static_cast<double>(rate_));
        policies.push_back(Policy::of(trial_.program(fmt::format(fmt::runtime(family.text), knob))));
      }
      std::vector<Runs> runs = trial_.evaluated(policies, test_);
      if (trial_.stopped()) return false;
      std::vector<Member> members;
      for (std::size_t i = 0; i < runs.size(); ++i) members.push_back({family.knobs[i], std::move(runs[i])});
      members_.push_back(std::move(members));
    }
    return true;
  }

  static std::string described(const Member& member) {
    return fmt::format("{:.2f} at {:.2f} %, knob {:g}", member.gpu_hours(), 100 * member.attainment(), member.knob);
  }

  void add_known() {
    for (std::size_t i = 0; i < families.size(); ++i) {
      const Member* member = cheapest(members_[i], asked_);
      const std::string name = fmt::format("{} at {:g} % or more", families[i].name, 100 * asked_);
      if (member == nullptr) {
        add(name, "(for information)", std::nan(""), "no setting attains it", "GPU-hours a day", true);
      } else {
        add(name, "(for information)", member->gpu_hours(), described(*member), "GPU-hours a day", true);
      }
    }
    const Member* head_room = cheapest(members_[2], asked_);
    for (const std::size_t i : {0, 1, 3}) {
      add_against("head-room", head_room == nullptr ? nullptr : &head_room->runs, i, asked_);
    }
  }

  /// Less the cheapest setting of the family, chosen in hindsight, that attains as much.
  void add_against(const std::string& name, const Runs* runs, std::size_t family, double attainment) {
    const Member* rival = cheapest(members_[family], attainment);
    const std::string what = fmt::format("{} less {}", name, families[family].name);
    if (runs == nullptr || rival == nullptr) {
      double most = 0;
      for (const Member& member : members_[family]) most = std::max(most, member.attainment());
      add(what, "below 0", std::nan(""),
          runs == nullptr ? "attained by no setting" : fmt::format("the other attains {:.2f} % at most", 100 * most),
          "GPU-hours a day", runs != nullptr);
      return;
    }
    const Interval saved = less(*runs, rival->runs, Measure::gpu_time);
    add(what, "below 0", saved.estimate / hour,
        fmt::format("{}: {:+.0f} %", spoken(saved, 2, 1 / hour), 100 * saved.estimate / hour / rival->gpu_hours()),
        "GPU-hours a day", saved.high < 0);
  }

  void add_designed() {
    const policy::ProgramPtr program =
        trial_.designed({.train = days(first_training_seed, training_days),
                         .validation = days(first_training_seed + training_days, validation_days),
                         .name = "designed_scaling",
                         .decisions = {"scale"},
                         .from_exemplars = true,
                         .told_from = 0.3,
                         .told_to = 0.95});
    if (program == nullptr) return;
    const Runs runs = trial_.evaluated(Policy::of(program), test_);
    if (trial_.stopped()) return;
    const double attainment = mean(runs, Measure::attainment);
    const double gpu_hours = mean(runs, Measure::gpu_time) / hour;
    add("designed", "(for information)", gpu_hours, fmt::format("{:.2f} at {:.2f} %", gpu_hours, 100 * attainment),
        "GPU-hours a day", true);
    for (std::size_t i = 0; i < families.size(); ++i) add_against("designed", &runs, i, attainment);
    words_ = fmt::format("the designed rule, {}, takes {:.2f} GPU-hours a day at {:.2f} %",
                         serving::rule_line(*program), gpu_hours, 100 * attainment);
    for (std::size_t i = 0; i < families.size(); ++i) {
      const Member* rival = cheapest(members_[i], attainment);
      words_ += rival == nullptr ? fmt::format(", which no setting of {} attains", families[i].name)
                                 : fmt::format(", {} {:.2f} for as much", families[i].name, rival->gpu_hours());
    }
  }

  const serving::Trial& trial_;
  std::uint64_t days_;
  std::uint64_t rate_;
  double asked_;
  std::vector<ScenarioPtr> test_;
  std::vector<std::vector<Member>> members_;  ///< [families]
  std::string words_;
  Result result_;
};

Result Autoscale::run(const StudyContext& context) const {
  const serving::Trial trial(*this, context);
  return Runner(trial).run();
}

}  // namespace

std::unique_ptr<const Study> make_autoscale_study() { return std::make_unique<Autoscale>(); }

}  // namespace syswright::studies
