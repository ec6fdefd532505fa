#include "tests/domains/llm_serving/plain_cluster.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <stdexcept>
#include <tuple>

#include "base/random.h"
#include "domains/llm_serving/prefix_blocks.h"

namespace syswright::llm_serving::plain {
namespace {

constexpr double never = std::numeric_limits<double>::infinity();
using Key = std::pair<std::uint64_t, std::uint64_t>;  // named: (0, hash); else (request + 1, index)

struct Job {
  std::uint32_t number = 0;
  const Request* request = nullptr;
  std::uint32_t generated = 0;
  std::uint32_t computed = 0;
  std::uint32_t high = 0;
  std::uint32_t restarts = 0;
  bool prefilled = false;
  std::vector<std::size_t> blocks;
  std::uint32_t step_tokens = 0;  // 0: not in this step
  double first = -1;
  double last = -1;
  std::uint32_t tokens() const { return request->prompt + generated; }
};

struct Block {
  int references = 0;
  std::optional<Key> key;
  std::uint64_t keyed_at = 0;
};

class Machine {
 public:
  Machine(const ReplicaSettings& settings, const Setup& setup, const Answers& answers, Result& result)
      : settings_(settings), setup_(setup), answers_(answers), result_(result), blocks_(settings.kv_blocks) {
    for (std::size_t i = 0; i < blocks_.size(); ++i) free_.push_back(i);
  }

  std::vector<Job*> waiting, running;
  double step_end = never;

  std::size_t in_flight() const { return waiting.size() + unseen_.size() + running.size(); }
  bool idle() const { return in_flight() == 0; }

  void enqueue(Job* job, double now) {
    if (settings_.async_scheduling && (step_end != never || now == ended_at_)) {
      unseen_.push_back(job);
      return;
    }
    waiting.push_back(job);
    sort_by_urgency();
  }

  /// With asynchronous scheduling a step is planned as of the start of the one before it, if anything can be planned.
  void begin(double now) {
    const bool ahead = settings_.async_scheduling && now == ended_at_;
    if (!ahead) catch_up();
    plan(now, ahead);
    if (!ahead) return;
    catch_up();
    if (step_end == never) plan(now, false);
  }

 private:
  void catch_up() {
    for (Job* job : ghosts_) release(*job);
    ghosts_.clear();
    for (Job* job : unseen_) {
      waiting.push_back(job);
      sort_by_urgency();
    }
    unseen_.clear();
  }

  bool has_place() const { return running.size() + ghosts_.size() < settings_.max_running; }

  void plan(double now, bool ahead) {
    budget_ = settings_.token_budget;
    prefill_budget_ = std::numeric_limits<std::uint32_t>::max();
    for (Job* job : running) job->step_tokens = 0;
    for (Job* job : waiting) job->step_tokens = 0;
    bool preempted = false;
    if (settings_.scheduler == Scheduler::orca) {
      admit();
      if (std::none_of(running.begin(), running.end(), [](const Job* job) { return job->step_tokens > 0; })) {
        preempted = walk();
      }
    } else {
      ask_chunk();
      preempted = walk();
      if (!preempted) admit();
    }
    launch(now);
    // A request that preempts itself ends the walk. Where none ran before it, the next step begins at once.
    if (step_end == never && preempted && !ahead) plan(now, false);
  }

 public:
  /// Jobs that ended.
  std::vector<Job*> finish() {
    const double now = step_end;
    step_end = never;
    ended_at_ = now;
    ++result_.steps;
    std::vector<Job*> ended;
    for (Job* job : running) {
      if (job->step_tokens == 0) continue;
      result_.computed += job->step_tokens;
      if (!job->prefilled) {
        for (std::uint32_t i = 0; i < job->step_tokens; ++i) result_.recomputed += job->computed + i < job->high;
        job->computed += job->step_tokens;
        if (job->computed == job->tokens()) {
          job->prefilled = true;
          gain(*job, 1, now);
        }
      } else {
        std::uint32_t accepted = 0;
        Random draws(setup_.seed, "accepted drafts", (std::uint64_t{job->number} << 32) | job->generated);
        while (accepted + 1 < job->step_tokens && draws.chance(settings_.acceptance)) ++accepted;
        const std::uint32_t gained = std::min(1 + accepted, job->request->output - job->generated);
        job->computed += gained;
        gain(*job, gained, now);
      }
      name(*job, job->computed, true);
      if (job->generated == job->request->output) ended.push_back(job);
    }
    for (Job* job : ended) {
      running.erase(std::find(running.begin(), running.end(), job));
      if (settings_.async_scheduling) {
        ghosts_.push_back(job);
      } else {
        release(*job);
      }
      result_.first_tokens[job->number] = job->first;
      result_.last_tokens[job->number] = job->last;
      result_.restarts[job->number] = job->restarts;
    }
    return ended;
  }

 private:
  static void gain(Job& job, std::uint32_t tokens, double now) {
    job.generated += tokens;
    if (job.first < 0) job.first = now;
    job.last = now;
  }
  static auto urgency(const Job* job) { return std::tuple(job->request->priority, job->request->arrival, job->number); }
  void sort_by_urgency() {
    if (settings_.scheduler != Scheduler::vllm_priority) return;
    std::stable_sort(waiting.begin(), waiting.end(), [](Job* a, Job* b) { return urgency(a) < urgency(b); });
  }
  std::size_t room(std::uint64_t tokens) const { return (tokens + settings_.block_size - 1) / settings_.block_size; }

  void ask_chunk() {
    if (!answers_.chunk || !settings_.chunked) return;
    const auto prefills = std::count_if(running.begin(), running.end(), [](Job* job) { return !job->prefilled; });
    if (prefills == 0 && (waiting.empty() || !has_place())) return;
    const double least = static_cast<std::size_t>(prefills) < running.size() ? 0 : 1;
    prefill_budget_ = static_cast<std::uint32_t>(std::max(answers_.chunk(running.size()), least));
  }

  std::uint32_t wanted(const Job& job) const {
    if (job.prefilled) return 1 + settings_.drafts;
    std::uint32_t tokens = job.tokens() - job.computed;
    if (settings_.long_prefill > 0) tokens = std::min(tokens, settings_.long_prefill);
    return std::min(tokens, prefill_budget_);
  }

  bool walk() {
    std::vector<Job*> order = running;
    if (settings_.scheduler == Scheduler::sarathi) {
      std::stable_partition(order.begin(), order.end(), [](Job* job) { return job->prefilled; });
    }
    bool preempted = false;
    for (Job* job : order) {
      if (std::find(running.begin(), running.end(), job) == running.end()) continue;
      if (budget_ == 0) break;
      const std::uint32_t tokens = std::min(wanted(*job), budget_);
      if (tokens == 0) continue;
      bool there = true;
      while (there && job->blocks.size() + free_.size() < room(job->computed + tokens)) {
        Job* victim = pick_victim();
        preempt(victim);
        preempted = true;
        there = victim != job;
      }
      if (!there) break;
      while (job->blocks.size() < room(job->computed + tokens)) job->blocks.push_back(allocate());
      job->step_tokens = tokens;
      budget_ -= tokens;
      if (!job->prefilled) prefill_budget_ -= tokens;
      name(*job, std::min(job->computed + tokens, job->tokens()), false);
    }
    return preempted;
  }

  Job* pick_victim() const {
    if (answers_.victim && running.size() > 1) {
      return *std::max_element(running.begin(), running.end(),
                               [&](Job* a, Job* b) { return answers_.victim(a->number) < answers_.victim(b->number); });
    }
    if (settings_.scheduler != Scheduler::vllm_priority) return running.back();
    return *std::max_element(running.begin(), running.end(), [](Job* a, Job* b) { return urgency(a) < urgency(b); });
  }

  void preempt(Job* job) {
    budget_ += job->step_tokens;
    if (!job->prefilled) prefill_budget_ += job->step_tokens;
    running.erase(std::find(running.begin(), running.end(), job));
    release(*job);
    job->high = std::max(job->high, job->computed);
    job->computed = 0;
    job->step_tokens = 0;
    job->prefilled = false;
    ++job->restarts;
    ++result_.preemptions;
    waiting.insert(waiting.begin(), job);
    sort_by_urgency();
  }

  void admit() {
    if (answers_.order && waiting.size() > 1 && has_place() && budget_ > 0 && prefill_budget_ > 0) {
      std::vector<Job*> best = waiting;
      std::stable_sort(best.begin(), best.end(),
                       [&](Job* a, Job* b) { return answers_.order(a->number) > answers_.order(b->number); });
      best.resize(std::min(best.size(), settings_.max_running - running.size() - ghosts_.size()));
      for (Job* job : waiting) {
        if (std::find(best.begin(), best.end(), job) == best.end()) best.push_back(job);
      }
      waiting = best;
    }
    while (!waiting.empty() && has_place() && budget_ > 0) {
      if (!admit(*waiting.front())) return;
    }
  }

  bool admit(Job& job) {
    const bool orca = settings_.scheduler == Scheduler::orca;
    std::vector<std::size_t> hits;
    if (settings_.prefix_caching) {
      while ((hits.size() + 1) * settings_.block_size <= job.tokens() - 1) {
        const std::optional<std::size_t> block = find(key(job, hits.size()));
        if (!block) break;
        hits.push_back(*block);
      }
    }
    const auto start = static_cast<std::uint32_t>(hits.size() * settings_.block_size);
    std::uint32_t tokens = job.tokens() - start;
    if (orca) {
      const bool first = std::none_of(running.begin(), running.end(), [](Job* one) { return one->step_tokens > 0; });
      if (tokens > budget_ && !first) return false;
    } else {
      if (settings_.long_prefill > 0) tokens = std::min(tokens, settings_.long_prefill);
      if (!settings_.chunked && tokens > budget_) return false;
      tokens = std::min({tokens, budget_, prefill_budget_});
      if (tokens == 0) return false;
    }
    const bool whole = orca || settings_.scheduler == Scheduler::sarathi;
    const std::size_t blocks = room(whole ? job.tokens() : start + tokens);
    const std::size_t must_fit = settings_.whole_sequence ? room(job.tokens()) : blocks;
    std::size_t free = free_.size();
    for (const std::size_t block : hits) free -= blocks_[block].references == 0;
    const auto kept = static_cast<std::size_t>(settings_.watermark * settings_.kv_blocks);
    if (must_fit - hits.size() + kept > free) return false;
    waiting.erase(waiting.begin());
    for (const std::size_t block : hits) {
      if (blocks_[block].references++ == 0) free_.erase(std::find(free_.begin(), free_.end(), block));
      job.blocks.push_back(block);
    }
    result_.hits += start;
    while (job.blocks.size() < blocks) job.blocks.push_back(allocate());
    job.computed = start;
    job.step_tokens = tokens;
    budget_ -= std::min(tokens, budget_);
    prefill_budget_ -= tokens;
    running.push_back(&job);
    name(job, std::min(start + tokens, job.tokens()), false);
    return true;
  }

  Key key(const Job& job, std::size_t index) const {
    const Requests& requests = *setup_.requests;
    if (index < prefix_block_count(requests, *job.request, settings_.block_size, ~std::uint64_t{0})) {
      return {0, prefix_block(requests, *job.request, settings_.block_size, static_cast<std::uint32_t>(index))};
    }
    return {job.number + 1, index};
  }
  std::optional<std::size_t> find(const Key& wanted) const {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      if (blocks_[i].key == wanted && (!found || blocks_[i].keyed_at < blocks_[*found].keyed_at)) found = i;
    }
    return found;
  }
  /// Blocks that have equals elsewhere get their keys as they are scheduled, others as they are computed.
  void name(Job& job, std::uint32_t tokens, bool own) {
    if (!settings_.prefix_caching) return;
    for (std::size_t i = 0; (i + 1) * settings_.block_size <= tokens; ++i) {
      const Key its = key(job, i);
      Block& block = blocks_[job.blocks[i]];
      if (block.key || (its.first != 0) != own) continue;
      block.key = its;
      block.keyed_at = ++clock_;
    }
  }
  std::size_t allocate() {
    const std::size_t block = free_.front();
    free_.erase(free_.begin());
    blocks_[block] = {1, std::nullopt, 0};
    return block;
  }
  void release(Job& job) {
    for (std::size_t i = job.blocks.size(); i-- > 0;) {
      if (--blocks_[job.blocks[i]].references == 0) free_.push_back(job.blocks[i]);
    }
    job.blocks.clear();
  }

  void launch(double now) {
    StepShape shape;
    std::uint64_t kv = 0;
    std::uint64_t past = 0;
    for (const Job* job : running) {
      if (job->step_tokens == 0) continue;
      if (job->prefilled) {
        shape.decode_kv_min = shape.decodes == 0 ? job->computed : std::min(shape.decode_kv_min, job->computed);
        ++shape.decodes;
        ++shape.sampled;
        shape.decode_tokens += job->step_tokens;
        kv += job->computed;
        shape.decode_kv_max = std::max(shape.decode_kv_max, job->computed);
      } else {
        ++shape.prefills;
        shape.prefill_tokens += job->step_tokens;
        past += std::uint64_t{job->computed} * job->step_tokens;
        shape.sampled += job->computed + job->step_tokens == job->tokens();
      }
    }
    if (shape.tokens() == 0) return;
    if (shape.decodes > 0) shape.decode_kv_mean = static_cast<double>(kv) / shape.decodes;
    if (shape.prefill_tokens > 0) shape.prefill_past = static_cast<double>(past) / shape.prefill_tokens;
    step_end = now + (settings_.step_time->seconds(shape) + settings_.host_overhead);
  }

  const ReplicaSettings& settings_;
  const Setup& setup_;
  const Answers& answers_;
  Result& result_;
  std::vector<Block> blocks_;
  std::vector<std::size_t> free_;  // longest free first
  std::uint64_t clock_ = 0;
  double ended_at_ = -1;  // the last step
  std::vector<Job*> unseen_, ghosts_;
  std::uint32_t budget_ = 0;
  std::uint32_t prefill_budget_ = 0;
};

}  // namespace

QuestionSet Answers::asked() const {
  QuestionSet asked = 0;
  if (route) asked |= question_bit(Question::route);
  if (release) asked |= question_bit(Question::admit);
  if (order) asked |= question_bit(Question::order);
  if (victim) asked |= question_bit(Question::victim);
  if (chunk) asked |= question_bit(Question::chunk);
  return asked;
}

Result run(const Setup& setup, const Answers& answers) {
  const std::vector<Request>& requests = setup.requests->list;
  Result result;
  result.first_tokens.assign(requests.size(), -1);
  result.last_tokens.assign(requests.size(), -1);
  result.restarts.assign(requests.size(), 0);
  std::vector<Machine> machines;
  for (const ReplicaGroup& group : setup.cluster.groups) {
    for (std::uint32_t i = 0; i < group.count; ++i) machines.emplace_back(group.replica, setup, answers, result);
  }
  std::vector<Job> jobs(requests.size());
  std::vector<Job*> queue;
  std::size_t next = 0;
  for (;;) {
    double now = next < requests.size() ? requests[next].arrival : never;
    for (const Machine& machine : machines) now = std::min(now, machine.step_end);
    if (now == never) break;
    bool dispatch = false;
    for (Machine& machine : machines) {
      if (machine.step_end <= now) dispatch = !machine.finish().empty() || dispatch;
    }
    for (; next < requests.size() && requests[next].arrival <= now; ++next) {
      const ReplicaSettings& replica = setup.cluster.groups[0].replica;
      const std::uint64_t length = std::uint64_t{requests[next].prompt} + requests[next].output;
      const auto kept = static_cast<std::uint64_t>(replica.watermark * replica.kv_blocks);
      if ((length + replica.drafts + replica.block_size - 1) / replica.block_size + kept > replica.kv_blocks) continue;
      if (!replica.chunked && replica.scheduler != Scheduler::orca && length > replica.token_budget) continue;
      jobs[next].number = static_cast<std::uint32_t>(next);
      jobs[next].request = &requests[next];
      queue.push_back(&jobs[next]);
      dispatch = true;
    }
    while (dispatch && !queue.empty()) {
      std::size_t head = 0;
      if (answers.order && queue.size() > 1) {
        for (std::size_t i = 1; i < queue.size(); ++i) {
          if (answers.order(queue[i]->number) > answers.order(queue[head]->number)) head = i;
        }
        std::rotate(queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(head),
                    queue.begin() + static_cast<std::ptrdiff_t>(head) + 1);
      }
      Job* job = queue.front();
      std::size_t best = 0;
      std::size_t in_flight = machines[0].in_flight();
      for (std::size_t i = 1; i < machines.size(); ++i) {
        in_flight += machines[i].in_flight();
        const bool better = answers.route ? answers.route(job->number, i) > answers.route(job->number, best)
                                          : machines[i].in_flight() < machines[best].in_flight();
        if (better) best = i;
      }
      if (answers.release && in_flight > 0 && !answers.release(job->number, machines[best].in_flight())) break;
      machines[best].enqueue(job, now);
      queue.erase(queue.begin());
    }
    for (Machine& machine : machines) {
      if (machine.step_end == never && machine.in_flight() > 0) machine.begin(now);
    }
  }
  for (const Job& job : jobs) {
    if (job.request != nullptr && job.generated != job.request->output)
      throw std::runtime_error("a request never ended");
  }
  return result;
}

}  // namespace syswright::llm_serving::plain
