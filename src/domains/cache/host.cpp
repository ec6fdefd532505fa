#include "domains/cache/host.h"

namespace syswright::cache {

SampleMode::SampleMode(const HostSetup& setup, const HostPlan& plan, const RuleCode& code)
    : plan_(&plan.evict),
      code_(&code),
      ranking_(setup.seed),
      globals_(plan_->globals.size()),
      columns_(plan_->columns.size() * sample_size) {}

Slot SampleMode::victim(const Contents& contents, std::uint64_t eviction) {
  const std::span<const Slot> slots = ranking_.candidates(eviction, contents.count());
  contents.globals(*plan_, globals_.data());
  contents.columns(*plan_, slots, columns_.data(), sample_size);
  const std::span<double> scores = std::span(scores_).first(slots.size());
  code_->many(globals_.data(), columns_.data(), sample_size, scores);
  return slots[highest(scores)];
}

QueueMode::QueueMode(const HostSetup& setup, const HostPlan& plan, const RuleCode& code)
    : plan_(&plan.evict), code_(&code), inputs_(plan_->globals.size() + plan_->columns.size()) {
  queue_.reserve(
      std::min<std::uint64_t>(expected_objects(setup.requests, setup.capacity), setup.requests.object_count()));
}

}  // namespace syswright::cache
