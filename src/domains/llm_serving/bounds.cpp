#include "domains/llm_serving/bounds.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <queue>

#include "domains/llm_serving/accounts.h"

namespace syswright::llm_serving {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Sums are in other orders here than in a run.
constexpr double below_rounding = 1 - 1e-9;

/// What a request takes at least, from its arrival.
struct Least {
  double first_token = 0;  ///< seconds
  double decodes = 0;      ///< seconds
  double kv_seconds = 0;   ///< tokens × seconds, through its decodes
  double end() const { return first_token + decodes; }
};

struct Job {
  double arrival;
  double work;
};

/// Smallest sum of completion times of jobs on one machine of speed 1 that may be interrupted: shortest remaining work
/// first. Jobs by arrival. O(n log n).
double least_completion_sum(const std::vector<Job>& jobs) {
  std::priority_queue<double, std::vector<double>, std::greater<>> left;
  double now = 0;
  double sum = 0;
  std::size_t next = 0;
  while (next < jobs.size() || !left.empty()) {
    if (left.empty()) now = std::max(now, jobs[next].arrival);
    for (; next < jobs.size() && jobs[next].arrival <= now; ++next) left.push(jobs[next].work);
    const double until = next < jobs.size() ? jobs[next].arrival : infinity;
    const double work = left.top();
    left.pop();
    if (now + work <= until) {
      now += work;
      sum += now;
    } else {
      left.push(work - (until - now));
      now = until;
    }
  }
  return sum;
}

class Bounds {
 public:
  explicit Bounds(const Setup& setup) : setup_(setup) {}

  std::vector<Bound> run() {
    const std::vector<Request>& list = setup_.requests->list;
    double objective = 0;
    double first_tokens = 0;
    double ends = 0;
    std::uint64_t served = 0;
    std::vector<Least> least(list.size());
    std::vector<bool> fitting(list.size());
    for (std::size_t i = 0; i < list.size(); ++i) {
      fitting[i] = fits(list[i]);
      if (!fitting[i]) {
        objective += setup_.weights.refused;
        continue;
      }
      least[i] = least_of(list[i]);
      objective += objective_of(list[i], least[i]);
      first_tokens += least[i].first_token;
      ends += least[i].end();
      ++served;
    }
    const auto all = static_cast<double>(list.size());
    const auto some = static_cast<double>(std::max<std::uint64_t>(served, 1));
    const double memory = std::max(completion_sum(least, fitting, true), completion_sum(least, fitting, false));
    const bool provable = rises();
    const auto bound = [&](const char* name, Measure metric, double value, const char* doc) {
      return Bound{name, static_cast<std::size_t>(metric), value * below_rounding, provable, doc};
    };
    const char* alone =
        "every request from its arrival on alone on an idle replica, its prompt cached as far as it could be; needs "
        "steps that take no less time with more work in them";
    const char* crowded =
        "all memory (or all places in the steps) can be given to any request at once, shortest first; needs steps that "
        "take no less time with more work in them";
    std::vector<Bound> bounds{bound("alone", Measure::objective, objective / all, alone),
                              bound("alone", Measure::ttft, first_tokens / some, alone),
                              bound("alone", Measure::e2e, ends / some, alone),
                              bound("memory", Measure::e2e, memory / some, crowded)};
    if (memory > ends && setup_.weights.e2e > 0) {
      bounds.push_back(
          bound("memory", Measure::objective, (objective + setup_.weights.e2e * (memory - ends)) / all, crowded));
    }
    return bounds;
  }

 private:
  bool rises() const {
    return std::all_of(setup_.cluster.groups.begin(), setup_.cluster.groups.end(),
                       [](const ReplicaGroup& group) { return group.replica.step_time->rises_with_work(); });
  }

  template <typename Visit>
  void for_each_group(const Request& request, Visit visit) const {
    for (const ReplicaGroup& group : setup_.cluster.groups) {
      if (group.model == request.model) visit(group);
    }
  }

  static std::uint64_t capacity(const ReplicaSettings& settings) {
    return std::uint64_t{settings.kv_blocks} * settings.block_size;
  }

  bool fits(const Request& request) const {
    bool prefills = false;
    bool decodes = false;
    for_each_group(request, [&](const ReplicaGroup& group) {
      const std::uint64_t most = group.replica.max_length > 0 ? group.replica.max_length : capacity(group.replica);
      const bool fits = std::uint64_t{request.prompt} + request.output <= std::min(most, capacity(group.replica));
      prefills = prefills || (fits && group.role != Role::decode);
      decodes = decodes || (fits && group.role != Role::prefill);
    });
    return prefills && decodes;
  }

  /// Tokens at the front of the prompt that a cache could hold already.
  std::uint64_t shareable(const Request& request, const ReplicaSettings& settings) const {
    if (!settings.prefix_caching || request.block_count == 0) return 0;
    const std::uint64_t named = std::uint64_t{request.block_count} * setup_.requests->block_tokens;
    return std::min<std::uint64_t>(named, request.prompt - 1);
  }

  Least least_of(const Request& request) const {
    Least least{infinity, infinity, infinity};
    for_each_group(request, [&](const ReplicaGroup& group) {
      const ReplicaSettings& settings = group.replica;
      const std::uint64_t shared = shareable(request, settings);
      if (group.role != Role::decode) {
        least.first_token = std::min(least.first_token, prompt_time(settings, request.prompt - shared));
      }
      if (group.role == Role::prefill) return;
      const double steps = std::ceil((request.output - 1.0) / (1.0 + settings.drafts));
      const double kv = request.prompt + std::max(0.0, (steps - 1) / 2);
      const double step = decode_time(settings, kv);
      least.decodes = std::min(least.decodes, steps * step);
      // The caches grow as the steps get longer, so that the mean of the products is at least the product of the means.
      const double own = std::max(0.0, kv - static_cast<double>(shared));
      least.kv_seconds = std::min(least.kv_seconds, steps * step * own);
    });
    return least;
  }

  static double prompt_time(const ReplicaSettings& settings, std::uint64_t tokens) {
    const bool whole = settings.scheduler == Scheduler::orca || !settings.chunked;
    const std::uint64_t budget = std::max<std::uint64_t>(settings.token_budget, whole ? tokens : 1);
    const auto step = [&](std::uint64_t chunk) {
      StepShape shape;
      // As chunks of one token: with the least attention that so many tokens can have.
      shape.prefill_tokens = static_cast<std::uint32_t>(chunk);
      shape.prefills = shape.prefill_tokens;
      return settings.step_time->seconds(shape) + settings.host_overhead;
    };
    if (tokens <= budget) return step(tokens);
    const double full = step(budget);
    return std::max(full, full * static_cast<double>(tokens) / static_cast<double>(budget));
  }

  static double decode_time(const ReplicaSettings& settings, double kv) {
    StepShape shape;
    shape.decodes = shape.decode_tokens = shape.sampled = 1;
    shape.decode_kv_mean = kv;
    shape.decode_kv_min = static_cast<std::uint32_t>(kv);
    shape.decode_kv_max = shape.decode_kv_min;
    return settings.step_time->seconds(shape) + settings.host_overhead;
  }

  double objective_of(const Request& request, const Least& least) const {
    const Weights& weights = setup_.weights;
    const Limits& limits = setup_.limits;
    const double tpot = request.output > 1 ? least.decodes / (request.output - 1.0) : 0;
    const bool missed = (limits.ttft > 0 && least.first_token > limits.ttft) ||
                        (limits.tpot > 0 && tpot > limits.tpot) || (limits.e2e > 0 && least.end() > limits.e2e);
    return weights.e2e * least.end() + weights.ttft * least.first_token + weights.tpot * tpot +
           (missed ? weights.miss : 0);
  }

  /// Of times from arrival to last token, over all models: at most all memory (or all places) of a model's groups is
  /// used at a time.
  double completion_sum(const std::vector<Least>& least, const std::vector<bool>& fitting, bool memory) const {
    const std::vector<Request>& list = setup_.requests->list;
    double sum = 0;
    for (std::uint16_t model = 0; model < setup_.requests->models.size(); ++model) {
      double room = 0;
      for (const ReplicaGroup& group : setup_.cluster.groups) {
        if (group.model != model || group.role == Role::prefill) continue;
        const double one =
            memory ? static_cast<double>(capacity(group.replica)) : static_cast<double>(group.replica.max_running);
        room += one * group.upper();
      }
      std::vector<Job> jobs;
      double arrivals = 0;
      for (std::size_t i = 0; i < list.size(); ++i) {
        if (list[i].model != model || !fitting[i]) continue;
        jobs.push_back({list[i].arrival, (memory ? least[i].kv_seconds : least[i].decodes) / room});
        arrivals += list[i].arrival;
      }
      sum += least_completion_sum(jobs) - arrivals;
    }
    return sum;
  }

  const Setup& setup_;
};

}  // namespace

std::vector<Bound> serving_bounds(const Setup& setup) { return Bounds(setup).run(); }

}  // namespace syswright::llm_serving
