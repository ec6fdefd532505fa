#pragma once

#include <cstddef>
#include <memory>

#include "policy/signature.h"

/// What the market shows a policy, and the names under which it does.
namespace syswright::spot {

/// Features of the decision `instance`, in the order of its signature.
enum class Fact : std::size_t {
  elapsed,
  done,
  remaining,
  work_left,
  time_left,
  slack,
  reserve,
  lead,
  overhead,
  pending,
  tick,
  job,
  deadline,
  spot_available,
  holds_spot,
  holds_on_demand,
  preempted,
  available_share,
  spell,
  changes,
  available_spell,
  unavailable_spell,
  spot_price,
  on_demand_price,
};
inline constexpr std::size_t fact_count = 24;

/// Signals, in the order of the signature.
enum class Report : std::size_t { available, available_spell, unavailable_spell, preemption };
inline constexpr std::size_t report_count = 4;

/// The signature of the spot domain; one object for the whole process, immutable.
const std::shared_ptr<const policy::Signature>& spot_signature();

}  // namespace syswright::spot
