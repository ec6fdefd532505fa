#pragma once

#include <cstdint>
#include <vector>

#include "domains/cache/host_code.h"
#include "domains/cache/host_contents.h"
#include "domains/cache/lazy_queue.h"
#include "domains/cache/replay.h"
#include "domains/cache/sampled_ranking.h"

/// The mechanisms that run a program as a cache: Host is a ReplayPolicy over one of two rankings. simulation.h asks the
/// same questions of somebody else; both stand on Contents, LazyQueue and SampledRanking.
namespace syswright::cache {

/// Scores 64 random residents at each eviction.
class SampleMode {
 public:
  SampleMode(const HostSetup& setup, const HostPlan& plan, const RuleCode& code);

  void touched(const Contents&, Slot) {}
  Slot victim(const Contents& contents) { return victim(contents, contents.evictions()); }
  /// As if `eviction` evictions had been before.
  Slot victim(const Contents& contents, std::uint64_t eviction);
  void removed(Slot) {}
  void inserted(const Contents& contents) { ranking_.draw_ahead(contents); }
  void prefetch(Slot) const {}

 private:
  const InputPlan* plan_;
  const RuleCode* code_;
  SampledRanking ranking_;
  std::vector<double> globals_;
  std::vector<double> columns_;  // [column][sample_size]
  std::array<double, sample_size> scores_{};
};

/// Scores a resident when it is touched. Without a rule for `evict` the score is its age: the least recently used
/// leaves.
class QueueMode {
 public:
  QueueMode(const HostSetup& setup, const HostPlan& plan, const RuleCode& code);

  void touched(const Contents& contents, Slot slot) {
    queue_.touch(slot, contents[slot].object, score(contents, slot), contents.position());
  }
  Slot victim(const Contents& contents) { return queue_.top(contents); }
  void removed(Slot slot) { queue_.remove_top(slot); }
  void inserted(const Contents& contents) { touched(contents, contents.count() - 1); }
  [[gnu::always_inline]] void prefetch(Slot slot) const { queue_.prefetch(slot); }

 private:
  double score(const Contents& contents, Slot slot) {
    if (code_->empty()) return 0;  // equal scores leave in the order of their last touch
    contents.globals(*plan_, inputs_.data());
    contents.resident_inputs(*plan_, slot, inputs_.data() + plan_->globals.size());
    return code_->one(inputs_);
  }

  const InputPlan* plan_;
  const RuleCode* code_;
  LazyQueue queue_;
  std::vector<double> inputs_;
};

/// A program at work. Requests take O(1) time and an eviction 64 scores (sample), or amortised O(log residents)
/// (queue).
template <typename Mode>
class Host {
 public:
  /// Borrows plan and codes.
  Host(const HostSetup& setup, const HostPlan& plan, const RuleCode& evict, const RuleCode& admit)
      : plan_(&plan),
        admit_(&admit),
        contents_(setup, plan),
        mode_(setup, plan, evict),
        inputs_(plan.admit.globals.size() + plan.admit.columns.size()) {}

  template <typename Listener>
  Reply request(std::uint64_t request, Object object, std::uint32_t size, Listener& listener) {
    contents_.begin(request);
    const std::uint32_t where = contents_.find(object);
    if (Contents::resident(where)) {
      contents_.touch(where);
      mode_.touched(contents_, where);
      return Reply::hit;
    }
    if (contents_.too_large(size)) {
      contents_.pass(size);
      return Reply::bypassed;
    }
    contents_.miss(object, size);
    if (plan_->asks_admit && !admitted()) {
      contents_.refuse();
      return Reply::bypassed;
    }
    while (!contents_.fits()) {
      const Slot victim = mode_.victim(contents_);
      listener.evicted(request, contents_[victim].object);
      contents_.evict(victim);
      mode_.removed(victim);
    }
    contents_.insert();
    mode_.inserted(contents_);
    return Reply::inserted;
  }

  [[gnu::always_inline]] void prefetch_far(Object object) const { contents_.prefetch_where(object); }
  [[gnu::always_inline]] void prefetch_near(Object object) const {
    contents_.prefetch_state(object);
    const std::uint32_t where = contents_.find(object);
    if (Contents::resident(where)) mode_.prefetch(where);
  }

  const Contents& contents() const { return contents_; }

 private:
  bool admitted() {
    contents_.globals(plan_->admit, inputs_.data());
    contents_.incoming_inputs(plan_->admit, inputs_.data() + plan_->admit.globals.size());
    return admit_->one(inputs_) == static_cast<double>(Admission::take);
  }

  const HostPlan* plan_;
  const RuleCode* admit_;
  Contents contents_;
  Mode mode_;
  std::vector<double> inputs_;
};

}  // namespace syswright::cache
