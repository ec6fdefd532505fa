#include "domains/spot/skypilot_strategy.h"

#include <fmt/format.h>

#include "domains/spot/features.h"
#include "policy/export.h"
#include "policy/export_plan.h"

namespace syswright::spot {
namespace {

using policy::ExportPlan;

constexpr std::string_view opening = R"(

# The strategy for the public Can't-Be-Late simulator.
import os

from sky_spot.strategies.strategy import Strategy
from sky_spot.utils import ClusterType


class {type}(Strategy):
    """Shows the policy what the simulator knows. Prices in dollars an hour: change them if yours differ."""

    NAME = "syswright_{name}"
    SPOT_PRICE = 0.9731
    ON_DEMAND_PRICE = 3.06

    def reset(self, env, task):
        super().reset(env, task)
        self._ticks = 0
        self._available = 0
        self._now = None
        self._spell = 0
        self._changes = 0
        self._spells = [0, 0]  # that are over: without spot, with it
        self._spell_ticks = [0, 0]
{statistics}
    def _see(self, ran_spot, has_spot):
        gap = self.env.gap_seconds
        over = None
        if self._now is not None and has_spot != self._now:
            over = (self._now, self._spell)
            self._changes += 1
            self._spells[self._now] += 1
            self._spell_ticks[self._now] += self._spell
            self._spell = 0
        self._now = has_spot
        self._spell += 1
        self._ticks += 1
        self._available += has_spot
{reports}
    def _mean_spell(self, kind):
        if self._spells[kind] == 0:
            return 0.0
        return self._spell_ticks[kind] * self.env.gap_seconds / self._spells[kind]

    def _step(self, last_cluster_type, has_spot):
        has_spot = bool(has_spot)
        gap = self.env.gap_seconds
        elapsed = self.env.elapsed_seconds
        done = sum(self.task_done_time)
        remaining = self.task_duration - done
        if remaining <= 1e-3:
            return ClusterType.NONE
        ran_spot = last_cluster_type == ClusterType.SPOT
        self._see(ran_spot, has_spot)
        time_left = self.deadline - elapsed
        holds_spot = ran_spot and has_spot
        holds_on_demand = last_cluster_type == ClusterType.ON_DEMAND
        ticks_needed = math.ceil((remaining + self.restart_overhead) / gap)
        facts = {{
            "elapsed": elapsed,
            "done": done,
            "remaining": remaining,
            "work_left": remaining / self.task_duration,
            "time_left": time_left,
            "slack": time_left - remaining,
            "reserve": (math.floor(time_left / gap) - ticks_needed) * gap,
            "lead": (done * self.deadline - elapsed * self.task_duration) / self.deadline,
            "overhead": self.restart_overhead,
            "pending": self.remaining_restart_overhead if holds_spot or holds_on_demand else 0.0,
            "tick": gap,
            "job": self.task_duration,
            "deadline": self.deadline,
            "spot_available": has_spot,
            "holds_spot": holds_spot,
            "holds_on_demand": holds_on_demand,
            "preempted": ran_spot and not has_spot,
            "available_share": self._available / self._ticks,
            "spell": self._spell * gap,
            "changes": self._changes,
            "available_spell": self._mean_spell(True),
            "unavailable_spell": self._mean_spell(False),
            "spot_price": self.SPOT_PRICE / 3600,
            "on_demand_price": self.ON_DEMAND_PRICE / 3600,
        }}
        answer = int({answer})
        wanted = (ClusterType.SPOT, ClusterType.NONE, ClusterType.ON_DEMAND)[answer]
        if wanted == ClusterType.SPOT and not has_spot:
            return ClusterType.NONE
        return wanted

    @classmethod
    def _from_args(cls, parser):
        args, _ = parser.parse_known_args()
        return cls(args)


class Solution:
    """What the leaderboard calls: its evaluator loads the strategy class from the file that solve() names."""

    def solve(self, spec_path=None):
        return os.path.abspath(__file__)
)";

/// "instance(InstanceFeatures(reserve=facts["reserve"]), self._statistics)"; spot where the program says nothing.
std::string call_of(const ExportPlan& plan) {
  if (plan.rules.empty()) return "0";
  const ExportPlan::RulePlan& rule = plan.rules.front();
  std::string features;
  for (const ExportPlan::FeatureField& field : rule.features) {
    features += fmt::format("{}{}=facts[\"{}\"]", features.empty() ? "" : ", ", field.name, field.feature->name);
  }
  std::string arguments = features.empty() ? "" : fmt::format("{}Features({})", rule.type, features);
  if (rule.reads_global) arguments += arguments.empty() ? "self._statistics" : ", self._statistics";
  return fmt::format("{}({})", rule.name, arguments);
}

/// What the market reports at a tick, in its order (Market::observe), as far as the policy keeps it.
std::string reports_of(const ExportPlan& plan) {
  std::string text;
  const auto observer = [&plan](Report report) -> const ExportPlan::StatisticGroup::Observer* {
    const std::string& name = plan.program->signature().signals[static_cast<std::size_t>(report)].name;
    for (const auto& one : plan.global.observers) {
      if (one.signal->name == name) return &one;
    }
    return nullptr;
  };
  const auto report = [&](Report what, const char* condition, const char* value) {
    const auto* one = observer(what);
    if (one == nullptr) return;
    text += fmt::format("{}        {}self._statistics.{}({})\n",
                        condition[0] == 0 ? "" : fmt::format("        {}\n", condition),
                        condition[0] == 0 ? "" : "    ", one->name, value);
  };
  report(Report::available, "", "float(has_spot)");
  report(Report::available_spell, "if over is not None and over[0]:", "over[1] * gap");
  report(Report::unavailable_spell, "if over is not None and not over[0]:", "over[1] * gap");
  report(Report::preemption, "if ran_spot:", "float(not has_spot)");
  return text;
}

}  // namespace

std::string write_skypilot_strategy(const policy::Program& program) {
  const ExportPlan plan(program);
  const bool keeps = !plan.global.fields.empty();
  return policy::find_exporter("python").write(program) +
         fmt::format(opening, fmt::arg("type", policy::type_identifier(plan.name) + "Strategy"),
                     fmt::arg("name", plan.name),
                     fmt::arg("statistics", keeps ? "        self._statistics = Statistics()\n" : ""),
                     fmt::arg("reports", reports_of(plan)), fmt::arg("answer", call_of(plan)));
}

}  // namespace syswright::spot
