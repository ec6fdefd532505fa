#pragma once

#include <memory>

#include "policy/signature.h"

namespace syswright::broadcast {

/// What `extend` may look at, in the order of its features.
enum class Fact {
  // of a candidate
  price,
  bandwidth,
  destination,
  onward,
  star,
  completion,
  reach,
  hops,
  carried,
  leaving,
  fanout,
  branches,
  arriving,
  new_region,
  same_provider,
  link_time,
  pressure,
  full_time,
  // of the question
  partition,
  left,
  partitions,
  remaining,
  destinations,
  busy,
  regions,
  rent,
  count
};

const std::shared_ptr<const policy::Signature>& broadcast_signature();

}  // namespace syswright::broadcast
