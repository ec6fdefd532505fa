#include <algorithm>
#include <bit>
#include <cmath>

#include "domains/llm_serving/cluster.h"

// What a policy is shown: worked out only where it is read.
namespace syswright::llm_serving {
namespace {

struct Slots {
  std::size_t globals;
  std::size_t columns;
};

Slots slots_of(Question question) {
  Slots slots{0, 0};
  for (const policy::Feature& feature :
       llm_serving_signature()->decisions[static_cast<std::size_t>(question)].features) {
    ++(feature.scope == policy::Scope::global ? slots.globals : slots.columns);
  }
  return slots;
}

/// Where things stand in a question, worked out once.
struct Layout {
  Slots slots[question_count];
  std::size_t start[question_count][section_count];
  std::size_t feature[question_count][section_count];
  Layout() {
    for (std::size_t question = 0; question < question_count; ++question) {
      slots[question] = slots_of(static_cast<Question>(question));
      for (std::size_t section = 0; section < section_count; ++section) {
        const bool has = has_section(static_cast<Question>(question), static_cast<Section>(section));
        start[question][section] =
            has ? section_start(static_cast<Question>(question), static_cast<Section>(section)) : 0;
        feature[question][section] =
            has ? section_feature(static_cast<Question>(question), static_cast<Section>(section)) : 0;
      }
    }
  }
};

const Layout& layout() {
  static const Layout made;
  return made;
}

}  // namespace

template <typename Fact, typename Value>
void Cluster::fill_section(Section section, double* at, std::size_t stride, std::size_t facts, Value value) const {
  const auto question = static_cast<std::size_t>(question_);
  const std::size_t first = layout().feature[question][static_cast<std::size_t>(section)];
  std::uint64_t read = reads_[question] >> first;
  read &= (std::uint64_t{1} << facts) - 1;
  for (; read != 0; read &= read - 1) {
    const auto fact = static_cast<std::size_t>(std::countr_zero(read));
    at[fact * stride] = value(static_cast<Fact>(fact));
  }
}

/// Begins a question. Whether anything must be filled; the globals are there then.
bool Cluster::pose(Ask& ask, Question question, std::uint64_t subject) {
  question_ = question;
  ask.clear();
  ask.decision = static_cast<std::size_t>(question);
  ask.event = next_request_ == 0 ? 0 : next_request_ - 1;
  ask.subject = subject;
  ask.take = 1;
  if (reads_[ask.decision] == 0) return false;
  ask.globals.assign(layout().slots[ask.decision].globals, 0);
  fill_cluster(ask);
  return true;
}

void Cluster::fill_cluster(Ask& ask) const {
  const std::size_t model = stage_ == Stage::dispatch ? stage_at_
                            : stage_ == Stage::scale  ? setup_->cluster.groups[stage_at_].model
                            : stage_ == Stage::steps  ? group_of(asked_replica_).model
                                                      : setup_->requests->list[asked_sequence().request].model;
  fill_section<ClusterFact>(
      Section::cluster, ask.globals.data(), 1, cluster_fact_count, [&](ClusterFact fact) -> double {
        switch (fact) {
          case ClusterFact::time:
            return now_;
          case ClusterFact::time_of_day:
            return std::fmod(now_, 86400.0);
          case ClusterFact::queue_length:
            return static_cast<double>(queues_[model].size());
          case ClusterFact::queue_tokens:
            return static_cast<double>(queue_tokens_[model]);
          case ClusterFact::total_in_flight: {
            std::size_t all = 0;
            for (const Replica& replica : replicas_) all += replica.in_flight();
            return static_cast<double>(all);
          }
          case ClusterFact::ready_replicas:
            return static_cast<double>(std::count_if(replicas_.begin(), replicas_.end(), [](const Replica& replica) {
              return replica.state == Replica::State::ready;
            }));
        }
        return 0;
      });
}

void Cluster::fill_request(double* at, std::size_t stride, const Sequence& sequence, std::uint32_t generated) const {
  fill_section<RequestFact>(Section::request, at, stride, request_fact_count, [&](RequestFact fact) -> double {
    switch (fact) {
      case RequestFact::prompt:
        return sequence.prompt;
      case RequestFact::predicted:
        return sequence.predicted;
      case RequestFact::generated:
        return generated;
      case RequestFact::tokens:
        return static_cast<double>(sequence.prompt) + generated;
      case RequestFact::waited:
        return now_ - sequence.arrival;
      case RequestFact::queued:
        return now_ - sequence.queued;
      case RequestFact::restarts:
        return sequence.restarts;
      case RequestFact::priority:
        return sequence.priority;
      case RequestFact::first_token_out:
        return sequence.first_token >= 0;
      case RequestFact::tenant:
        return setup_->requests->list[sequence.request].tenant;
    }
    return 0;
  });
}

void Cluster::fill_pair(double* at, std::size_t stride, const Sequence& sequence, std::uint32_t replica) const {
  if (replica == npos) {
    at[0] = at[stride] = 0;
    return;
  }
  const Engine& engine = replicas_[replica].engine;
  const auto hits = [&] {
    Sequence here = sequence;
    here.named_blocks = named_blocks_of(*setup_->requests, setup_->requests->list[sequence.request], engine.settings());
    return engine.cached_blocks(here);
  };
  const std::uint32_t size = engine.settings().block_size;
  fill_section<PairFact>(Section::pair, at, stride, pair_fact_count, [&](PairFact fact) -> double {
    switch (fact) {
      case PairFact::prefix_hit:
        return static_cast<double>(hits()) * size;
      case PairFact::blocks_needed:
        return static_cast<double>((sequence.tokens() + size - 1) / size - hits());
    }
    return 0;
  });
}

void Cluster::fill_replica(double* at, std::size_t stride, std::uint32_t number) const {
  const Replica& replica = replicas_[number];
  const Engine& engine = replica.engine;
  const ReplicaSettings& settings = engine.settings();
  fill_section<ReplicaFact>(Section::replica, at, stride, replica_fact_count, [&](ReplicaFact fact) -> double {
    switch (fact) {
      case ReplicaFact::capacity:
        return settings.kv_blocks;
      case ReplicaFact::allocated:
        return engine.pool().used();
      case ReplicaFact::kv_free:
        return engine.pool().free();
      case ReplicaFact::block_size:
        return settings.block_size;
      case ReplicaFact::token_budget:
        return settings.token_budget;
      case ReplicaFact::max_running:
        return settings.max_running;
      case ReplicaFact::in_flight:
        return static_cast<double>(replica.in_flight());
      case ReplicaFact::running:
        return static_cast<double>(engine.running().size());
      case ReplicaFact::waiting:
        return static_cast<double>(engine.waiting_count());
      case ReplicaFact::prefilling:
        return static_cast<double>(engine.prefilling());
      case ReplicaFact::pending_tokens:
        return static_cast<double>(engine.waiting_prompt_tokens());
      case ReplicaFact::waiting_tokens:
        return static_cast<double>(engine.waiting_tokens());
      case ReplicaFact::prefill_left:
        return static_cast<double>(engine.prefill_left());
      case ReplicaFact::kv_tokens:
        return static_cast<double>(engine.kv_tokens());
      case ReplicaFact::predicted_left:
        return engine.predicted_left();
      case ReplicaFact::step_time:
        return engine.finished_step_time();
      case ReplicaFact::oldest_wait:
        return engine.oldest_wait(now_);
      case ReplicaFact::preemptions:
        return static_cast<double>(engine.preemptions());
      case ReplicaFact::gpus:
        return settings.gpus;
      case ReplicaFact::since_start:
        return now_ - replica.ready_since;
    }
    return 0;
  });
}

void Cluster::fill_run(double* at, std::size_t stride, const Engine& engine, std::size_t place) const {
  const std::uint32_t slot = engine.running()[place];
  const Sequence& sequence = engine.at(slot);
  fill_section<RunFact>(Section::run, at, stride, run_fact_count, [&](RunFact fact) -> double {
    switch (fact) {
      case RunFact::computed:
        return engine.computed(sequence);
      case RunFact::blocks:
        return engine.held_blocks(sequence);
      case RunFact::reclaimable:
        return engine.reclaimable_blocks(slot);
      case RunFact::running_for:
        return now_ - sequence.started;
      case RunFact::prefilling_now:
        return !sequence.prefilled;
      case RunFact::needs_block:
        return engine.needs_block(sequence);
      case RunFact::scheduled:
        return engine.scheduled_now(sequence);
      case RunFact::younger:
        return static_cast<double>(engine.running().size() - 1 - place);
      case RunFact::predicted_left: {
        const std::uint32_t made = engine.generated(sequence);
        return sequence.predicted > made ? sequence.predicted - made : 0;
      }
      case RunFact::recomputed:
        return sequence.high;
    }
    return 0;
  });
}

void Cluster::fill_group(double* globals, std::uint32_t number) const {
  const ClusterSettings& cluster = setup_->cluster;
  const ReplicaGroup& group = cluster.groups[number];
  const Window& window = windows_[number];
  const auto sum = [&](auto of) {
    double all = 0;
    for (const Replica& replica : replicas_) {
      if (replica.group == number) all += static_cast<double>(of(replica));
    }
    return all;
  };
  const auto up = [&] { return sum([](const Replica& replica) { return replica.up(); }); };
  double* at =
      globals + layout().start[static_cast<std::size_t>(Question::scale)][static_cast<std::size_t>(Section::group)];
  fill_section<GroupFact>(Section::group, at, 1, group_fact_count, [&](GroupFact fact) -> double {
    switch (fact) {
      case GroupFact::ready:
        return ready_count(number);
      case GroupFact::starting:
        return wanted_count(number) - ready_count(number);
      case GroupFact::wanted:
        return wanted_count(number);
      case GroupFact::least:
        return group.lower();
      case GroupFact::most:
        return group.upper();
      case GroupFact::start_up:
        return cluster.start_up;
      case GroupFact::interval:
        return cluster.scaling_interval;
      case GroupFact::group_in_flight:
        return sum([](const Replica& replica) { return replica.in_flight(); });
      case GroupFact::group_running:
        return sum([](const Replica& replica) { return replica.engine.running().size(); });
      case GroupFact::group_waiting:
        return sum([](const Replica& replica) { return replica.engine.waiting_count(); });
      case GroupFact::occupancy:
        return sum([](const Replica& replica) { return replica.up() ? replica.engine.pool().used() : 0; }) /
               std::max(up() * group.replica.kv_blocks, 1.0);
      case GroupFact::busy_share:
        return std::min(window.busy / std::max(up() * cluster.scaling_interval, 1e-9), 1.0);
      case GroupFact::arrivals:
        return window.arrivals;
      case GroupFact::arrival_tokens:
        return window.arrival_tokens;
      case GroupFact::completions:
        return window.completions;
      case GroupFact::output_tokens:
        return window.output_tokens;
      case GroupFact::attainment:
        return window.completions > 0 ? window.in_limits / window.completions : 1;
      case GroupFact::recent_ttft:
        return window.first_tokens > 0 ? window.ttft / window.first_tokens : 0;
    }
    return 0;
  });
}

void Cluster::pose_route(Ask& ask) {
  const Sequence& sequence = asked_sequence();
  const bool fill = pose(ask, Question::route, sequence.request);
  ask.candidates.assign(candidates_.begin(), candidates_.end());
  if (!fill) return;
  const auto& start = layout().start[static_cast<std::size_t>(Question::route)];
  const std::size_t count = candidates_.size();
  fill_request(ask.globals.data() + start[static_cast<std::size_t>(Section::request)], 1, sequence, sequence.generated);
  ask.globals[start[static_cast<std::size_t>(Section::prefilled)]] = stage_ == Stage::moves;
  ask.columns.assign(layout().slots[ask.decision].columns * count, 0);
  for (std::size_t i = 0; i < count; ++i) {
    fill_replica(ask.columns.data() + start[static_cast<std::size_t>(Section::replica)] * count + i, count,
                 candidates_[i]);
    fill_pair(ask.columns.data() + start[static_cast<std::size_t>(Section::pair)] * count + i, count, sequence,
              candidates_[i]);
  }
}

void Cluster::pose_admit(Ask& ask) {
  const Sequence& sequence = asked_sequence();
  if (!pose(ask, Question::admit, sequence.request)) return;
  const auto& start = layout().start[static_cast<std::size_t>(Question::admit)];
  double* globals = ask.globals.data();
  fill_request(globals + start[static_cast<std::size_t>(Section::request)], 1, sequence, sequence.generated);
  fill_replica(globals + start[static_cast<std::size_t>(Section::replica)], 1, chosen_);
  fill_pair(globals + start[static_cast<std::size_t>(Section::pair)], 1, sequence, chosen_);
}

void Cluster::pose_order(Ask& ask) {
  const bool at_router = asked_replica_ == npos;
  const Engine* engine = at_router ? nullptr : &replicas_[asked_replica_].engine;
  const std::size_t count = at_router ? queues_[stage_at_].size() : engine->waiting().size();
  const auto sequence_at = [&](std::size_t i) -> const Sequence& {
    return at_router ? queues_[stage_at_][i] : engine->at(engine->waiting()[i]);
  };
  const bool fill = pose(ask, Question::order, 0);
  ask.take = at_router ? 1 : engine->startable();
  for (std::size_t i = 0; i < count; ++i) ask.candidates.push_back(sequence_at(i).request);
  if (!fill) return;
  const auto& start = layout().start[static_cast<std::size_t>(Question::order)];
  ask.globals[start[static_cast<std::size_t>(Section::at_router)]] = at_router;
  if (!at_router) {
    fill_replica(ask.globals.data() + start[static_cast<std::size_t>(Section::replica)], 1, asked_replica_);
  }
  ask.columns.assign(layout().slots[ask.decision].columns * count, 0);
  for (std::size_t i = 0; i < count; ++i) {
    const Sequence& sequence = sequence_at(i);
    fill_request(ask.columns.data() + start[static_cast<std::size_t>(Section::request)] * count + i, count, sequence,
                 sequence.generated);
    fill_pair(ask.columns.data() + start[static_cast<std::size_t>(Section::pair)] * count + i, count, sequence,
              asked_replica_);
  }
}

void Cluster::pose_victim(Ask& ask) {
  const Engine& engine = replicas_[asked_replica_].engine;
  const std::size_t count = engine.running().size();
  const bool fill = pose(ask, Question::victim, 0);
  for (const std::uint32_t slot : engine.running()) ask.candidates.push_back(engine.at(slot).request);
  if (!fill) return;
  const auto& start = layout().start[static_cast<std::size_t>(Question::victim)];
  fill_replica(ask.globals.data() + start[static_cast<std::size_t>(Section::replica)], 1, asked_replica_);
  ask.columns.assign(layout().slots[ask.decision].columns * count, 0);
  for (std::size_t i = 0; i < count; ++i) {
    const Sequence& sequence = engine.at(engine.running()[i]);
    fill_request(ask.columns.data() + start[static_cast<std::size_t>(Section::request)] * count + i, count, sequence,
                 engine.generated(sequence));
    fill_run(ask.columns.data() + start[static_cast<std::size_t>(Section::run)] * count + i, count, engine, i);
  }
}

}  // namespace syswright::llm_serving
