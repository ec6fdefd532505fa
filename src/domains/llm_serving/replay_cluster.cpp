#include "domains/llm_serving/replay_cluster.h"

#include <algorithm>
#include <cmath>

#include "domains/llm_serving/features.h"

namespace syswright::llm_serving::replay {
namespace {

constexpr double never = std::numeric_limits<double>::infinity();

int id(Question question) { return static_cast<int>(question); }

}  // namespace

SlowCluster::SlowCluster(const Setup& setup, Answers& answers, Drawing* drawing)
    : setup_(setup), answers_(answers), books_(setup), queues_(setup.requests->models.size()) {
  oracle_.drawing = drawing;
  oracle_.asked = [this](int question) { return answers_.asked(question); };
  oracle_.chunk = [this] { return answers_.value(id(Question::chunk), event(), stepping_); };
  oracle_.victim = [this](const std::vector<std::uint32_t>& requests) -> std::optional<std::size_t> {
    const auto picks = answers_.picks(id(Question::victim), event(), requests, 1);
    return picks ? std::optional(picks->front()) : std::nullopt;
  };
  oracle_.order = [this](const std::vector<std::uint32_t>& requests, std::size_t count) {
    return answers_.picks(id(Question::order), event(), requests, count);
  };
  const ClusterSettings& cluster = setup.cluster;
  for (std::uint32_t number = 0; number < cluster.groups.size(); ++number) {
    const ReplicaGroup& group = cluster.groups[number];
    for (std::uint32_t i = 0; i < group.upper(); ++i) {
      Place place{.group = number,
                  .replica = SlowReplica(setup, group, oracle_, static_cast<std::uint32_t>(places_.size()) + 1),
                  .fails_at = never,
                  .failures = Random(setup.seed, "replica failures", places_.size())};
      if (i < group.count) {
        become(place, State::ready);
        draw_failure(place);
      }
      places_.push_back(std::move(place));
    }
  }
  const bool scales = cluster.scaling_interval > 0 && answers.asked(id(Question::scale));
  scales_at_ = scales ? cluster.scaling_interval : never;
}

bool SlowCluster::run() {
  while (next_ < setup_.requests->list.size() || open_ > 0) {
    if (!to_next_instant()) return false;
    if (scaling_) scale();
    scaling_ = false;
    move();
    if (dispatching_) {
      for (std::uint16_t model = 0; model < queues_.size(); ++model) dispatch(model);
    }
    dispatching_ = false;
    begin_steps();
  }
  for (Place& place : places_) count(place);
  if (oracle_.drawing != nullptr) oracle_.drawing->finish(now_);
  return true;
}

double SlowCluster::due_at(const Place& place) const {
  switch (place.state) {
    case State::off:
      return never;
    case State::starting:
    case State::failed:
      return place.comes_at;
    case State::ready:
    case State::draining:
      return place.replica.stepping() ? std::min(place.fails_at, place.replica.step_end()) : place.fails_at;
  }
  return never;
}

bool SlowCluster::to_next_instant() {
  const std::vector<Request>& requests = setup_.requests->list;
  double next = scales_at_;
  if (next_ < requests.size()) next = std::min(next, requests[next_].arrival);
  for (const Place& place : places_) next = std::min(next, due_at(place));
  for (const Sending& sending : sendings_) next = std::min(next, sending.arrives);
  if (next == never) return false;
  now_ = next;
  handle_replicas();
  while (!sendings_.empty() && sendings_.front().arrives <= now_) {
    const Sending sending = sendings_.front();
    sendings_.erase(sendings_.begin());
    deliver(sending);
  }
  while (next_ < requests.size() && requests[next_].arrival <= now_) arrive();
  if (scales_at_ <= now_) {
    scales_at_ = now_ + setup_.cluster.scaling_interval;
    scaling_ = true;
  }
  return true;
}

/// Failures, then ends of steps, then those that come up.
void SlowCluster::handle_replicas() {
  std::vector<std::uint32_t> due;
  for (std::uint32_t i = 0; i < places_.size(); ++i) {
    if (due_at(places_[i]) <= now_) due.push_back(i);
  }
  for (const std::uint32_t i : due) {
    if (places_[i].up() && places_[i].fails_at <= now_) fail(i);
  }
  for (const std::uint32_t i : due) {
    if (places_[i].replica.stepping() && places_[i].replica.step_end() <= now_) end_step(i);
  }
  for (const std::uint32_t i : due) {
    const bool coming = places_[i].state == State::starting || places_[i].state == State::failed;
    if (coming && places_[i].comes_at <= now_) come_up(i);
  }
}

void SlowCluster::draw_failure(Place& place) {
  const double between = setup_.cluster.mean_time_between_failures;
  place.fails_at = between > 0 ? now_ + place.failures.exponential(1 / between) : never;
}

/// Costs since it was counted last.
void SlowCluster::count(Place& place) {
  if (place.state == State::off) return;
  const double time = now_ - place.counted_to;
  const ReplicaSettings& settings = place.replica.group().replica;
  books_.gpu_seconds += time * settings.gpus;
  books_.joules += time * settings.step_time->idle_watts();
  if (place.up()) books_.room_seconds += time * settings.kv_blocks;
  place.counted_to = now_;
}

void SlowCluster::switch_off(Place& place) {
  count(place);
  become(place, State::off);
}

void SlowCluster::become(Place& place, State state) {
  constexpr std::string_view names[] = {"", "starting", "ready", "draining", "failed"};
  place.state = state;
  if (oracle_.drawing == nullptr) return;
  oracle_.drawing->state(place.replica.place(), names[static_cast<std::size_t>(state)], now_);
}

/// A request comes to the router.
void SlowCluster::queue_up(Job& job) {
  job.phase.why = "";
  if (oracle_.drawing != nullptr) oracle_.drawing->enter(job.phase, job.shown(), Drawing::router, "held", now_);
}

void SlowCluster::fail(std::uint32_t number) {
  Place& place = places_[number];
  std::erase_if(moves_, [&](const Move& move) { return move.from == number; });
  std::vector<Sending> kept;
  for (const Sending& sending : sendings_) {
    if (sending.from != number && sending.to != number) {
      kept.push_back(sending);
      continue;
    }
    --places_[sending.to].incoming;
    if (sending.from != number) moves_.push_back({sending.from, sending.request});
  }
  sendings_ = std::move(kept);
  place.incoming = 0;
  place.link_busy_until = 0;
  std::vector<Job> lost = place.replica.fail();
  for (Job& job : lost) queue_up(job);
  std::deque<Job>& queue = queues_[place.replica.group().model];
  queue.insert(queue.begin(), lost.begin(), lost.end());
  dispatching_ = true;
  if (place.state == State::draining) {
    switch_off(place);
    return;
  }
  count(place);
  become(place, State::failed);
  place.comes_at = now_ + setup_.cluster.repair_time;
}

void SlowCluster::end_step(std::uint32_t number) {
  Place& place = places_[number];
  const SlowReplica::Ended ended = place.replica.finish(books_);
  for (const Job& job : ended.done) {
    books_.ended(job.number, job.released, job.first, job.last, job.again);
    --open_;
    dispatching_ = true;
  }
  for (const std::uint32_t request : ended.to_move) moves_.push_back({number, request});
  may_step_.push_back(number);
  if (place.state == State::draining && place.in_flight() == 0) switch_off(place);
}

void SlowCluster::come_up(std::uint32_t number) {
  Place& place = places_[number];
  count(place);
  become(place, State::ready);
  draw_failure(place);
  dispatching_ = true;
}

void SlowCluster::deliver(const Sending& sending) {
  Place& from = places_[sending.from];
  Place& to = places_[sending.to];
  --to.incoming;
  to.replica.enqueue(from.replica.take_leaving(sending.request), now_);
  may_step_.push_back(sending.from);
  may_step_.push_back(sending.to);
  if (from.state == State::draining && from.in_flight() == 0) switch_off(from);
}

bool SlowCluster::fits(const Request& request, const ReplicaGroup& group) const {
  const ReplicaSettings& settings = group.replica;
  const std::uint64_t length = std::uint64_t{request.prompt} + request.output;
  if (settings.max_length > 0 && length > settings.max_length) return false;
  const bool in_one_step = !settings.chunked && settings.scheduler != Scheduler::orca;
  if (in_one_step && length > settings.token_budget) return false;
  const std::uint64_t tokens = length + settings.drafts;
  const std::uint64_t blocks = tokens / settings.block_size + (tokens % settings.block_size > 0 ? 1 : 0);
  const auto kept = static_cast<std::uint64_t>(settings.watermark * settings.kv_blocks);
  return blocks + kept <= settings.kv_blocks;
}

void SlowCluster::arrive() {
  const auto number = static_cast<std::uint32_t>(next_++);
  const Request& request = setup_.requests->list[number];
  bool prefills = false;
  bool decodes = false;
  for (const ReplicaGroup& group : setup_.cluster.groups) {
    if (group.model != request.model || !fits(request, group)) continue;
    prefills = prefills || group.role != Role::decode;
    decodes = decodes || group.role != Role::prefill;
    if (group.role == Role::mixed) prefills = decodes = true;
  }
  if (!prefills || !decodes) {
    books_.refused(number);
    return;
  }
  Job job;
  job.number = number;
  job.request = &request;
  queue_up(job);
  queues_[request.model].push_back(std::move(job));
  ++open_;
  dispatching_ = true;
}

void SlowCluster::scale() {
  for (std::uint32_t group = 0; group < setup_.cluster.groups.size(); ++group) {
    if (setup_.cluster.groups[group].lower() == setup_.cluster.groups[group].upper()) continue;
    if (const std::optional<double> answer = answers_.value(id(Question::scale), event(), group)) {
      set_wanted(group, *answer);
    }
  }
}

void SlowCluster::set_wanted(std::uint32_t group, double answer) {
  const ReplicaGroup& settings = setup_.cluster.groups[group];
  const auto wanted = static_cast<std::uint32_t>(
      std::clamp<long>(std::lround(std::clamp(answer, 0.0, 4096.0)), settings.lower(), settings.upper()));
  std::vector<Place*> places;
  for (Place& place : places_) {
    if (place.group == group) places.push_back(&place);
  }
  auto there = static_cast<std::uint32_t>(std::count_if(places.begin(), places.end(), [](const Place* place) {
    return place->state != State::off && place->state != State::draining;
  }));
  // Those that drain stay; then idle ones start. Too many: those that start end; then the emptiest drain.
  for (auto place = places.begin(); place != places.end() && there < wanted; ++place) {
    if ((*place)->state != State::draining) continue;
    become(**place, State::ready);
    dispatching_ = true;
    ++there;
  }
  for (auto place = places.begin(); place != places.end() && there < wanted; ++place) {
    if ((*place)->state != State::off) continue;
    become(**place, State::starting);
    (*place)->counted_to = now_;
    (*place)->comes_at = now_ + setup_.cluster.start_up;
    ++there;
  }
  for (auto place = places.rbegin(); place != places.rend() && there > wanted; ++place) {
    if ((*place)->state != State::starting) continue;
    switch_off(**place);
    --there;
  }
  for (; there > wanted; --there) {
    Place* emptiest = nullptr;
    for (Place* place : places) {
      if (place->state != State::ready) continue;
      if (emptiest == nullptr || place->in_flight() <= emptiest->in_flight()) emptiest = place;
    }
    if (emptiest == nullptr) return;
    become(*emptiest, State::draining);
    if (emptiest->in_flight() == 0) switch_off(*emptiest);
  }
}

std::vector<std::uint32_t> SlowCluster::takers(const Request& request, bool decoding) const {
  std::vector<std::uint32_t> takers;
  for (std::uint32_t i = 0; i < places_.size(); ++i) {
    const ReplicaGroup& group = places_[i].replica.group();
    const bool role = group.role == Role::mixed || group.role == (decoding ? Role::decode : Role::prefill);
    if (places_[i].state == State::ready && group.model == request.model && role && fits(request, group)) {
      takers.push_back(i);
    }
  }
  return takers;
}

std::uint32_t SlowCluster::emptiest(const std::vector<std::uint32_t>& candidates) const {
  std::uint32_t best = candidates.front();
  for (const std::uint32_t i : candidates) {
    if (places_[i].in_flight() < places_[best].in_flight()) best = i;
  }
  return best;
}

std::uint32_t SlowCluster::route(const std::vector<std::uint32_t>& candidates) {
  if (candidates.size() > 1 && answers_.asked(id(Question::route))) {
    if (const auto picks = answers_.picks(id(Question::route), event(), candidates, 1)) return candidates[(*picks)[0]];
  }
  return emptiest(candidates);
}

/// Requests whose prompt is computed on a replica that does only that.
void SlowCluster::move() {
  while (!moves_.empty()) {
    const Move move = moves_.front();
    Place& from = places_[move.from];
    const Job& job = from.replica.leaving(move.request);
    const std::vector<std::uint32_t> candidates = takers(*job.request, true);
    if (candidates.empty()) return;
    const std::uint32_t to = route(candidates);
    moves_.pop_front();
    const ClusterSettings& cluster = setup_.cluster;
    const double bytes = job.computed * from.replica.group().replica.step_time->kv_bytes_per_token();
    const double sending = cluster.link_bandwidth > 0 ? bytes / cluster.link_bandwidth : 0;
    from.link_busy_until = std::max(from.link_busy_until, now_) + sending;
    ++places_[to].incoming;
    sendings_.push_back({from.link_busy_until + cluster.link_latency, move.from, move.request, to});
    std::stable_sort(sendings_.begin(), sendings_.end(),
                     [](const Sending& a, const Sending& b) { return a.arrives < b.arrives; });
  }
}

/// Releases from the front of a queue, as long as the log lets it.
void SlowCluster::dispatch(std::uint16_t model) {
  std::deque<Job>& queue = queues_[model];
  while (!queue.empty()) {
    if (queue.size() > 1 && answers_.asked(id(Question::order)) && !takers(*queue.front().request, false).empty()) {
      std::vector<std::uint32_t> requests;
      for (const Job& job : queue) requests.push_back(job.number);
      if (const auto picks = answers_.picks(id(Question::order), event(), requests, 1)) {
        const auto chosen = queue.begin() + static_cast<std::ptrdiff_t>((*picks)[0]);
        Job job = std::move(*chosen);
        queue.erase(chosen);
        queue.push_front(std::move(job));
      }
    }
    Job& head = queue.front();
    const std::vector<std::uint32_t> candidates = takers(*head.request, false);
    if (candidates.empty()) {
      for (Job& job : queue) job.phase.why = "a replica that is ready";
      return;
    }
    const std::uint32_t to = route(candidates);
    const bool busy = std::any_of(places_.begin(), places_.end(), [&](const Place& place) {
      return place.replica.group().model == model && place.in_flight() > 0;
    });
    if (busy && answers_.asked(id(Question::admit))) {
      const std::optional<double> answer = answers_.value(id(Question::admit), event(), head.number);
      if (answer && *answer != 1) {
        for (Job& job : queue) job.phase.why = &job == &head ? "admit, which held it" : "admit, which held another";
        return;
      }
    }
    Job released = std::move(queue.front());
    queue.pop_front();
    if (released.released < 0) released.released = now_;
    places_[to].replica.enqueue(std::move(released), now_);
    if (!places_[to].replica.stepping()) may_step_.push_back(to);
  }
}

void SlowCluster::begin_steps() {
  std::sort(may_step_.begin(), may_step_.end());
  may_step_.erase(std::unique(may_step_.begin(), may_step_.end()), may_step_.end());
  for (const std::uint32_t i : may_step_) {
    Place& place = places_[i];
    if (!place.up() || place.replica.stepping() || place.replica.idle()) continue;
    stepping_ = i;
    place.replica.begin(now_);
  }
  may_step_.clear();
}

}  // namespace syswright::llm_serving::replay
