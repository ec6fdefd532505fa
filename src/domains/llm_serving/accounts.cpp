#include "domains/llm_serving/accounts.h"

#include <algorithm>
#include <array>

namespace syswright::llm_serving {
namespace {

/// Seconds; longer than any run.
constexpr double worst_time = 1e7;

Metric seconds(std::string name, std::string doc) { return {std::move(name), time_dimension, true, std::move(doc)}; }

void add_times(std::vector<Metric>& metrics, const std::string& name, const std::string& what) {
  metrics.push_back(seconds(name, what + ", mean"));
  for (const char* p : {"50", "90", "95", "99"}) {
    metrics.push_back(seconds(name + "_p" + p, what + ", " + p + " % are not longer (within 0.4 %)"));
  }
}

std::size_t group_of(const Setup& setup, std::uint16_t model) {
  const std::vector<ReplicaGroup>& groups = setup.cluster.groups;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (groups[i].model == model && groups[i].role != Role::decode) return i;
  }
  return 0;
}

bool out_of(double value, double limit) { return limit > 0 && value > limit; }

}  // namespace

std::span<const Metric> serving_metrics() {
  static const std::vector<Metric> metrics = [] {
    const Dimension rate{-1, 0, 0};
    std::vector<Metric> made{seconds("objective",
                                     "a request on average: its end-to-end time, unless weights say otherwise; a "
                                     "request that is refused counts as weights.refused")};
    add_times(made, "ttft", "from arrival to the first token");
    add_times(made, "tpot",
              "from the first token to the last, by tokens after the first; of requests with two or more");
    add_times(made, "itl", "between two tokens of a request (between steps, where drafts bring several)");
    add_times(made, "e2e", "from arrival to the last token");
    made.push_back({"attainment", number_dimension, false, "share of the requests within all of their limits"});
    made.push_back({"goodput", rate, false, "requests within their limits, by makespan"});
    made.push_back({"throughput", rate, false, "tokens that were generated, by makespan"});
    made.push_back(seconds("held", "from arrival to the release to a replica, mean"));
    made.push_back({"preemptions", number_dimension, true, "by number of requests"});
    made.push_back({"recompute_tax", number_dimension, true,
                    "share of the computed tokens that had been computed before, and were lost"});
    made.push_back({"prefix_hits", number_dimension, false, "share of the tokens that were found in a prefix cache"});
    made.push_back({"kv_mean", number_dimension, true, "share of the KV blocks in use, over the time of the replicas"});
    made.push_back({"kv_peak", number_dimension, true, "the largest share of a replica's KV blocks in use"});
    made.push_back(seconds("gpu_time", "of all GPUs, from the start of a replica to its end"));
    made.push_back({"energy", number_dimension, true, "joules; 0 where nothing is known of power"});
    made.push_back({"fairness", number_dimension, false,
                    "Jain's index of the tenants' mean slowdowns against a replica of their own; 1 is even"});
    made.push_back({"refused", number_dimension, true, "share of the requests that fit into no replica"});
    made.push_back(seconds("makespan", "from the first arrival to the last token"));
    return made;
  }();
  return metrics;
}

double time_alone(const Setup& setup, const Request& request) {
  const ReplicaSettings& replica = setup.cluster.groups[group_of(setup, request.model)].replica;
  StepShape prompt;
  prompt.prefill_tokens = request.prompt;
  prompt.prefills = prompt.sampled = 1;
  double time = replica.step_time->seconds(prompt) + replica.host_overhead;
  if (request.output > 1) {
    StepShape token;
    token.decodes = token.decode_tokens = token.sampled = 1;
    token.decode_kv_max = request.prompt + request.output / 2;
    token.decode_kv_mean = token.decode_kv_max;
    time += (replica.step_time->seconds(token) + replica.host_overhead) * (request.output - 1);
  }
  return time;
}

Accounts::Accounts(const Setup& setup)
    : blocks_(std::min(most_blocks, setup.requests->list.size())), tenants_(setup.requests->tenants.size()) {}

Block& Accounts::block_of(const Setup& setup, std::uint32_t request) {
  return blocks_[std::size_t{request} * blocks_.size() / setup.requests->list.size()];
}

void Accounts::complete(const Setup& setup, const Outcome& outcome) {
  const Request& request = setup.requests->list[outcome.request];
  const double ttft = outcome.first_token - request.arrival;
  const double e2e = outcome.last_token - request.arrival;
  const double tpot = request.output > 1 ? (outcome.last_token - outcome.first_token) / (request.output - 1) : 0;
  ttft_.add(ttft);
  e2e_.add(e2e);
  if (request.output > 1) tpot_.add(tpot);
  // The sum of its gaps, whoever counted them.
  itl_.sum += outcome.last_token - outcome.first_token;
  held_ += outcome.released - request.arrival;
  ++completed_;
  output_tokens_ += request.output;
  last_ = std::max(last_, outcome.last_token);
  const bool missed =
      out_of(ttft, setup.limits.ttft) || out_of(tpot, setup.limits.tpot) || out_of(e2e, setup.limits.e2e);
  in_limits_ += !missed;
  const Weights& weights = setup.weights;
  Block& block = block_of(setup, outcome.request);
  block.cost += weights.e2e * e2e + weights.ttft * ttft + weights.tpot * tpot + (missed ? weights.miss : 0) +
                weights.recompute * static_cast<double>(outcome.recomputed);
  block.weight += 1;
  if (tenants_.size() > 1) {
    tenants_[request.tenant].slowdown += e2e / std::max(time_alone(setup, request), 1e-9);
    ++tenants_[request.tenant].requests;
  }
}

void Accounts::refuse(const Setup& setup, std::uint32_t request) {
  ++refused_;
  Block& block = block_of(setup, request);
  block.cost += setup.weights.refused;
  block.weight += 1;
}

void Accounts::token_gaps(double seconds, std::uint64_t count) { itl_.sketch.add(seconds, count); }

Evaluation Accounts::evaluation(const Setup& setup) const {
  Evaluation evaluation;
  evaluation.metrics.assign(measure_count, 0);
  const auto set = [&](Measure measure, double value) {
    evaluation.metrics[static_cast<std::size_t>(measure)] = value;
  };
  const auto set_times = [&](Measure first, const Times& times) {
    auto at = static_cast<std::size_t>(first);
    const auto count = static_cast<double>(times.sketch.count());
    evaluation.metrics[at++] = count > 0 ? times.sum / count : 0;
    for (const double p : {0.5, 0.9, 0.95, 0.99}) evaluation.metrics[at++] = count > 0 ? times.sketch.quantile(p) : 0;
  };
  const auto share = [](double part, double whole) { return whole > 0 ? part / whole : 0; };
  const auto ended = static_cast<double>(completed_ + refused_);
  const double start = setup.requests->list.front().arrival;
  const double makespan = std::max(last_ - start, 0.0);

  double cost = 0;
  evaluation.blocks = blocks_;
  for (Block& block : evaluation.blocks) {
    block.cost += setup.weights.gpu * share(gpu_seconds * block.weight, ended);
    cost += block.cost;
  }
  set(Measure::objective, share(cost, ended));
  set_times(Measure::ttft, ttft_);
  set_times(Measure::tpot, tpot_);
  set_times(Measure::itl, itl_);
  set_times(Measure::e2e, e2e_);
  set(Measure::attainment, share(static_cast<double>(in_limits_), ended));
  set(Measure::goodput, share(static_cast<double>(in_limits_), makespan));
  set(Measure::throughput, share(static_cast<double>(output_tokens_), makespan));
  set(Measure::held, share(held_, static_cast<double>(completed_)));
  set(Measure::preemptions, share(static_cast<double>(preemptions), ended));
  set(Measure::recompute_tax, share(static_cast<double>(recomputed_tokens), static_cast<double>(computed_tokens)));
  set(Measure::prefix_hits, share(static_cast<double>(hit_tokens), static_cast<double>(prompt_tokens)));
  set(Measure::kv_mean, share(block_seconds, capacity_seconds));
  set(Measure::kv_peak, kv_peak);
  set(Measure::gpu_time, gpu_seconds);
  set(Measure::energy, joules);
  set(Measure::refused, share(static_cast<double>(refused_), ended));
  set(Measure::makespan, makespan);
  double sum = 0;
  double squares = 0;
  double count = 0;
  for (const Tenant& tenant : tenants_) {
    if (tenant.requests == 0) continue;
    const double slowdown = tenant.slowdown / static_cast<double>(tenant.requests);
    sum += slowdown;
    squares += slowdown * slowdown;
    count += 1;
  }
  set(Measure::fairness, count > 0 ? sum * sum / (count * squares) : 1);
  evaluation.details = {{"requests", ended},
                        {"completed", static_cast<double>(completed_)},
                        {"refused", static_cast<double>(refused_)},
                        {"in_limits", static_cast<double>(in_limits_)},
                        {"steps", static_cast<double>(steps)},
                        {"preemptions", static_cast<double>(preemptions)},
                        {"computed_tokens", static_cast<double>(computed_tokens)},
                        {"recomputed_tokens", static_cast<double>(recomputed_tokens)},
                        {"hit_tokens", static_cast<double>(hit_tokens)},
                        {"lost_to_failures", lost_requests}};
  evaluation.events = setup.requests->list.size();
  return evaluation;
}

Evaluation failed_evaluation(const Setup& setup, std::string why) {
  Evaluation evaluation;
  evaluation.status = Evaluation::Status::failed;
  evaluation.failure = std::move(why);
  for (const Metric& metric : serving_metrics()) evaluation.metrics.push_back(metric.lower_is_better ? worst_time : 0);
  const std::size_t requests = setup.requests->list.size();
  evaluation.blocks.assign(std::min(Accounts::most_blocks, requests), {});
  for (std::size_t request = 0; request < requests; ++request) {
    Block& block = evaluation.blocks[request * evaluation.blocks.size() / requests];
    block.cost += worst_time;
    block.weight += 1;
  }
  evaluation.events = requests;
  return evaluation;
}

}  // namespace syswright::llm_serving
