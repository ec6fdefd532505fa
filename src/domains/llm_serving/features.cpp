#include "domains/llm_serving/features.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <span>
#include <string>
#include <vector>

namespace syswright::llm_serving {
namespace {

using policy::Decision;
using policy::DecisionKind;
using policy::Feature;
using policy::Scope;
using policy::ValueKind;

constexpr double most_time = 366.0 * 86400;
constexpr double most_tokens = 1e12;
constexpr double most_count = 1e9;

Feature time(std::string name, std::string doc) {
  return {std::move(name), Scope::global, ValueKind::number, time_dimension, 0, 0, most_time, std::move(doc)};
}
Feature number(std::string name, double high, std::string doc, double low = 0) {
  return {std::move(name), Scope::global, ValueKind::number, number_dimension, 0, low, high, std::move(doc)};
}
Feature tokens(std::string name, std::string doc) { return number(std::move(name), most_tokens, std::move(doc)); }
Feature count(std::string name, std::string doc) { return number(std::move(name), most_count, std::move(doc)); }
Feature flag(std::string name, std::string doc) {
  return {std::move(name), Scope::global, ValueKind::boolean, number_dimension, 0, 0, 1, std::move(doc)};
}

std::vector<Feature> cluster_features() {
  return {time("time", "since the start of the workload"),
          {"time_of_day", Scope::global, ValueKind::number, time_dimension, 0, 0, 86400, "time, modulo a day"},
          count("queue_length", "requests that the router holds, for this model"),
          tokens("queue_tokens", "prompts of these"),
          count("total_in_flight", "requests on all replicas, waiting ones included"),
          count("ready_replicas", "that take requests, in the whole cluster")};
}

std::vector<Feature> request_features() {
  return {tokens("prompt", "tokens of its prompt"),
          tokens("predicted", "tokens of output that a predictor foretells; 0 without one"),
          tokens("generated", "tokens of output so far"),
          tokens("tokens", "prompt + generated"),
          time("waited", "since its arrival"),
          time("queued", "since it came to where it is"),
          count("restarts", "how often its work was lost, by preemption or a failure"),
          number("priority", 2147483648.0, "the smaller the more urgent", -2147483648.0),
          flag("first_token_out", "its first token was sent"),
          number("tenant", 65535, "number of its tenant")};
}

std::vector<Feature> pair_features() {
  return {tokens("prefix_hit", "tokens at its front that the replica has in its cache"),
          count("blocks_needed", "for its tokens so far, beside those in the cache")};
}

std::vector<Feature> replica_features() {
  return {count("capacity", "KV blocks of the replica"),
          count("allocated", "KV blocks in use"),
          count("kv_free", "KV blocks that are free; some may still hold a prefix"),
          number("block_size", 65536, "tokens of a KV block"),
          tokens("token_budget", "most tokens of a step"),
          count("max_running", "most requests of a step"),
          count("in_flight", "requests that are here, waiting or running"),
          count("running", "requests that hold KV blocks and are worked on"),
          count("waiting", "requests that wait here"),
          count("prefilling", "requests that run and whose prompt is not computed yet"),
          tokens("pending_tokens", "prompts of the requests that wait here: no block is held for them yet"),
          tokens("waiting_tokens", "prompts and generated tokens of the requests that wait here"),
          tokens("prefill_left", "waiting_tokens, and what is left of the prompts that are computed"),
          tokens("kv_tokens", "in the cache for requests that run"),
          tokens("predicted_left", "output that a predictor still expects of all requests here"),
          time("step_time", "of its latest step that is over"),
          time("oldest_wait", "since when the first that waits here has been waiting"),
          count("preemptions", "so far"),
          count("gpus", "of the replica"),
          time("since_start", "since it was ready, last")};
}

std::vector<Feature> run_features() {
  return {tokens("computed", "tokens in its KV cache: lost if it is preempted, but for what a prefix cache keeps"),
          count("blocks", "that it holds"),
          count("reclaimable", "blocks that it alone holds: free if it is preempted"),
          time("running_for", "since it was admitted, last"),
          flag("prefilling_now", "its prompt is not computed yet"),
          flag("needs_block", "its next token needs another block"),
          flag("scheduled", "it was given tokens in this step already"),
          count("younger", "requests that were admitted after it and run; 0 for the last"),
          tokens("remaining", "output that a predictor still expects of it; 0 without one"),
          tokens("recomputed", "tokens that it lost so far and has to compute, or has computed, once more")};
}

std::vector<Feature> group_features() {
  return {count("ready", "replicas of the group that take requests"),
          count("starting", "replicas on their way up, or being repaired"),
          count("wanted", "ready and starting ones: what leaves the number as it is"),
          count("least", "replicas that there must be"),
          count("most", "replicas that there may be"),
          time("start_up", "from the start of a replica until it is ready"),
          time("interval", "between two questions"),
          count("group_in_flight", "requests on the group's replicas"),
          count("group_running", "of these, running"),
          count("group_waiting", "of these, waiting"),
          number("occupancy", 1, "KV blocks in use, as a share of those of replicas that are up"),
          number("busy_share", 1, "of the interval, in steps; mean over replicas that are up"),
          count("arrivals", "for the model, in the interval"),
          tokens("arrival_tokens", "prompts of these"),
          count("completions", "for the model, in the interval"),
          tokens("output_tokens", "answers of these"),
          number("attainment", 1, "share of these within their limits; 1 if there were none"),
          time("recent_ttft", "mean time to the first token of those whose first token came in the interval; 0: none")};
}

const std::vector<Feature>& features_of(Section section) {
  static const std::array<std::vector<Feature>, 8> all = {
      cluster_features(),
      request_features(),
      pair_features(),
      replica_features(),
      run_features(),
      group_features(),
      std::vector<Feature>{flag("at_router", "the question is about the router's queue, not a replica's")},
      std::vector<Feature>{flag("prefilled", "the prompt is computed: where does the request decode?")}};
  return all[static_cast<std::size_t>(section)];
}

struct Part {
  Section section;
  Scope scope;
};

std::span<const Part> parts_of(Question question) {
  using enum Section;
  static const std::array<std::vector<Part>, question_count> parts = {{
      {{cluster, Scope::global},
       {request, Scope::global},
       {prefilled, Scope::global},
       {replica, Scope::candidate},
       {pair, Scope::candidate}},
      {{cluster, Scope::global}, {request, Scope::global}, {replica, Scope::global}, {pair, Scope::global}},
      {{cluster, Scope::global},
       {at_router, Scope::global},
       {replica, Scope::global},
       {request, Scope::candidate},
       {pair, Scope::candidate}},
      {{cluster, Scope::global}, {replica, Scope::global}, {request, Scope::candidate}, {run, Scope::candidate}},
      {{cluster, Scope::global}, {group, Scope::global}},
      {{cluster, Scope::global}, {replica, Scope::global}},
  }};
  return parts[static_cast<std::size_t>(question)];
}

Decision decision(Question question, std::string name, DecisionKind kind, std::string doc) {
  Decision made;
  made.name = std::move(name);
  made.kind = kind;
  made.doc = std::move(doc);
  for (const Part& part : parts_of(question)) {
    for (Feature feature : features_of(part.section)) {
      feature.scope = part.scope;
      made.features.push_back(std::move(feature));
    }
  }
  return made;
}

policy::Signature make_signature() {
  policy::Signature made;
  made.domain = "llm_serving";
  Decision route = decision(Question::route, "route", DecisionKind::rank,
                            "Which replica gets the head of the router's queue, or, with prefill and decode apart, "
                            "which one decodes? Asked where two or more take requests for the model. Without an "
                            "answer: the one with the fewest requests in flight.");
  Decision admit = decision(Question::admit, "admit", DecisionKind::value,
                            "Is the head of the queue released to the replica that route chose? Asked at every "
                            "arrival, completion and replica that comes up. hold: nothing behind it may overtake it. "
                            "Where nothing is in flight, it is released unasked. Without an answer: release.");
  admit.actions = {"hold", "release"};
  Decision order = decision(Question::order, "order", DecisionKind::rank,
                            "Who of those that wait comes first? Asked for the router's queue (one is taken) and for "
                            "a replica's own (as many as it could start), where more than one waits. Without an "
                            "answer: as they came, preempted ones first; or by priority, if the engine does.");
  Decision victim = decision(Question::victim, "victim", DecisionKind::rank,
                             "Which running request is preempted, so that its KV blocks are free? All of it is "
                             "computed again later. Without an answer: the one admitted last; or the least urgent, if "
                             "the engine goes by priority.");
  Decision scale = decision(Question::scale, "scale", DecisionKind::value,
                            "How many replicas is the group to have? Rounded, and kept between least and most. "
                            "Without an answer: as many as there are.");
  scale.low = 0;
  scale.high = 4096;
  Decision chunk = decision(Question::chunk, "chunk", DecisionKind::value,
                            "How many tokens of prompts may the replica's next step compute? At least one where "
                            "nothing decodes. Asked where there are any. Without an answer: what the budget leaves.");
  chunk.low = 0;
  chunk.high = 1e6;
  made.decisions = {route, admit, order, victim, scale, chunk};
  const auto signal = [&](std::string name, Dimension dimension, double high, std::string doc) {
    made.signals.push_back({std::move(name), Scope::global, dimension, 0, high, std::move(doc)});
  };
  signal("arrival_gap", time_dimension, most_time, "at each arrival: time since the one before");
  signal("arrival_prompt", number_dimension, most_tokens, "at each arrival: tokens of the prompt");
  signal("answer", number_dimension, most_tokens, "at each completion: tokens of the output");
  signal("ttft", time_dimension, most_time, "at each first token: time since the arrival");
  signal("completion_time", time_dimension, most_time, "at each completion: time since the arrival");
  signal("preemption", number_dimension, most_count,
         "at the end of each step of a replica: requests that were preempted in it");
  signal("steps_time", time_dimension, most_time, "at the end of each step of a replica: its time");
  assert(made.signals.size() == report_count);
  return made;
}

}  // namespace

bool has_section(Question question, Section section) {
  const std::span<const Part> parts = parts_of(question);
  return std::any_of(parts.begin(), parts.end(), [&](const Part& part) { return part.section == section; });
}

std::size_t section_start(Question question, Section section) {
  std::array<std::size_t, 2> at{};
  for (const Part& part : parts_of(question)) {
    std::size_t& here = at[part.scope == Scope::global ? 0 : 1];
    if (part.section == section) return here;
    here += features_of(part.section).size();
  }
  assert(false);
  return 0;
}

std::size_t section_feature(Question question, Section section) {
  std::size_t at = 0;
  for (const Part& part : parts_of(question)) {
    if (part.section == section) return at;
    at += features_of(part.section).size();
  }
  assert(false);
  return 0;
}

const std::shared_ptr<const policy::Signature>& llm_serving_signature() {
  static_assert(cluster_fact_count + request_fact_count + replica_fact_count + pair_fact_count <= 64);
  static const std::shared_ptr<const policy::Signature> signature =
      std::make_shared<const policy::Signature>(make_signature());
  return signature;
}

}  // namespace syswright::llm_serving
