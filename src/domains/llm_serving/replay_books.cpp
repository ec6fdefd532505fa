#include "domains/llm_serving/replay_books.h"

#include <algorithm>

namespace syswright::llm_serving::replay {
namespace {

/// The objective is stated over so many groups of consecutive requests.
constexpr std::uint64_t parts = 40;

double ratio(double part, double whole) { return whole > 0 ? part / whole : 0; }

bool within(double value, double limit) { return limit == 0 || value <= limit; }

}  // namespace

Books::Books(const Setup& setup)
    : setup_(setup),
      all_(setup.requests->list.size()),
      parts_(std::min(parts, all_)),
      slowdowns_(setup.requests->tenants.size()) {}

std::size_t Books::part_of(std::uint32_t request) const { return request * parts_.size() / all_; }

/// What a request would take on a replica of its own: its prompt in one step, then a step a token, at its mean length.
double Books::alone(const Request& request) const {
  const ReplicaGroup* first = &setup_.cluster.groups.front();
  for (auto group = setup_.cluster.groups.rbegin(); group != setup_.cluster.groups.rend(); ++group) {
    if (group->model == request.model && group->role != Role::decode) first = &*group;
  }
  const ReplicaSettings& replica = first->replica;
  StepShape whole;
  whole.prefill_tokens = request.prompt;
  whole.prefills = whole.sampled = 1;
  const double prompt = replica.step_time->seconds(whole) + replica.host_overhead;
  if (request.output == 1) return prompt;
  StepShape one;
  one.decodes = one.decode_tokens = one.sampled = 1;
  one.decode_kv_min = one.decode_kv_max = request.prompt + request.output / 2;
  one.decode_kv_mean = one.decode_kv_max;
  return prompt + (request.output - 1) * (replica.step_time->seconds(one) + replica.host_overhead);
}

void Books::ended(std::uint32_t number, double released, double first_token, double last_token, std::uint64_t again) {
  const Request& request = setup_.requests->list[number];
  const double first = first_token - request.arrival;
  const double end = last_token - request.arrival;
  const double rest = request.output - 1.0;
  const double each = request.output > 1 ? (last_token - first_token) / rest : 0;
  first_tokens_.add(first);
  ends_.add(end);
  if (request.output > 1) per_token_.add(each);
  gaps_.sum += last_token - first_token;
  waited_ += released - request.arrival;
  ++served_;
  answers_ += request.output;
  latest_ = std::max(latest_, last_token);
  const Limits& limits = setup_.limits;
  const bool kept = within(first, limits.ttft) && within(each, limits.tpot) && within(end, limits.e2e);
  kept_promises_ += kept ? 1 : 0;
  const Weights& weights = setup_.weights;
  Share& part = parts_[part_of(number)];
  part.sum += weights.e2e * end + weights.ttft * first + weights.tpot * each + (kept ? 0 : weights.miss) +
              weights.recompute * static_cast<double>(again);
  part.count += 1;
  if (slowdowns_.size() < 2) return;
  slowdowns_[request.tenant].sum += end / std::max(alone(request), 1e-9);
  slowdowns_[request.tenant].count += 1;
}

void Books::refused(std::uint32_t request) {
  ++refused_;
  parts_[part_of(request)].sum += setup_.weights.refused;
  parts_[part_of(request)].count += 1;
}

void Books::Kind::append(std::vector<double>& metrics) const {
  const auto count = static_cast<double>(sketch.count());
  metrics.push_back(ratio(sum, count));
  for (const double p : {0.5, 0.9, 0.95, 0.99}) metrics.push_back(count > 0 ? sketch.quantile(p) : 0);
}

std::vector<double> Books::metrics() const {
  const auto over = static_cast<double>(served_ + refused_);
  const double span = std::max(latest_ - setup_.requests->list.front().arrival, 0.0);
  double cost = 0;
  for (const Share& part : parts_) cost += part.sum + setup_.weights.gpu * ratio(gpu_seconds * part.count, over);
  std::vector<double> metrics{ratio(cost, over)};
  for (const Kind* kind : {&first_tokens_, &per_token_, &gaps_, &ends_}) kind->append(metrics);
  const auto add = [&](double value) { metrics.push_back(value); };
  add(ratio(static_cast<double>(kept_promises_), over));
  add(ratio(static_cast<double>(kept_promises_), span));
  add(ratio(static_cast<double>(answers_), span));
  add(ratio(waited_, static_cast<double>(served_)));
  add(ratio(static_cast<double>(preemptions), over));
  add(ratio(static_cast<double>(recomputed), static_cast<double>(computed)));
  add(ratio(static_cast<double>(found), static_cast<double>(looked_up)));
  add(ratio(block_seconds, room_seconds));
  add(peak);
  add(gpu_seconds);
  add(joules);
  double sum = 0;
  double squares = 0;
  double tenants = 0;
  for (const Share& tenant : slowdowns_) {
    if (tenant.count == 0) continue;
    const double mean = tenant.sum / tenant.count;
    sum += mean;
    squares += mean * mean;
    tenants += 1;
  }
  add(tenants > 0 ? sum * sum / (tenants * squares) : 1);
  add(ratio(static_cast<double>(refused_), over));
  add(span);
  return metrics;
}

}  // namespace syswright::llm_serving::replay
