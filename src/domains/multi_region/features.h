#pragma once

#include <cstddef>
#include <memory>

#include "policy/signature.h"

/// What the regions show a policy, and the names under which they do.
namespace syswright::multi_region {

/// Decisions, in the order of the signature.
enum class Question : std::size_t { region, instance, probe };

/// Answers to `instance`, in the order of its actions.
enum class Action : std::size_t { spot, on_demand, idle, keep, next };
inline constexpr std::size_t action_count = 5;
/// Answers to `probe`.
inline constexpr double do_not_probe = 0;
inline constexpr double do_probe = 1;

/// Facts about the job: first features of every decision, global.
enum class JobFact : std::size_t {
  elapsed,
  done,
  remaining,
  time_left,
  slack,
  reserve,
  lead,
  overhead,
  pending,
  tick,
  job,
  deadline,
  running_for,
  holds_spot,
  holds_on_demand,
  preempted,
  value_printed,
  value_planned,
  cheapest_on_demand,
  cheapest_spot,
};
inline constexpr std::size_t job_fact_count = 20;

/// Facts about a region: behind those about the job; of the candidates of `region`, global elsewhere.
enum class RegionFact : std::size_t {
  spot_price,
  on_demand_price,
  egress,
  start_time,
  home,
  runs_here,
  near,
  refused,
  seen,
  last_available,
  since_seen,
  available_share,
  recent_share,
  age,
  lifetime,
  volatility,
  losses,
};
inline constexpr std::size_t region_fact_count = 17;

/// Further features of `instance`, behind both.
enum class AskingFact : std::size_t { exhausted, asked };
inline constexpr std::size_t asking_fact_count = 2;

/// Signals, in the order of the signature.
enum class Report : std::size_t { available, run, preemption };

/// The signature of the domain; one object for the whole process, immutable.
const std::shared_ptr<const policy::Signature>& multi_region_signature();

}  // namespace syswright::multi_region
