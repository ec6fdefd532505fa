#include "farm/cluster_farm.h"

#include <fmt/format.h>

#include <chrono>
#include <exception>
#include <new>
#include <optional>

#include "domain/aggregate.h"

namespace syswright {
namespace {

constexpr std::size_t leader = 0;
/// How long the leader waits for an answer before it looks at its clock and its own threads.
constexpr double moment = 0.0002;
constexpr double own_moment = 0.001;

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

Digest digest_of(const Suite& suite) {
  DigestBuilder builder;
  for (const auto* part : {&suite.train, &suite.validation, &suite.test}) {
    builder.add(part->size());
    for (const ScenarioPtr& scenario : *part) builder.add(scenario->digest()).add(scenario->code_version());
  }
  return builder.finish();
}

/// The jobs of one evaluate().
class ClusterFarm::Batch {
 public:
  Batch(ClusterFarm& farm, std::span<const Job> jobs, std::stop_token stop)
      : farm_(farm),
        jobs_(jobs),
        stop_(std::move(stop)),
        first_ticket_(farm.next_ticket_),
        results_(jobs.size()),
        errors_(jobs.size()),
        addresses_(jobs.size()),
        dispatcher_(costs(), farm.threads_, farm.options_) {
    farm.next_ticket_ += jobs.size();
  }

  // Jobs refer to what is the caller's.
  ~Batch() { farm_.own_.drain(); }
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  std::vector<Evaluation> run() {
    while (!dispatcher_.done() && !stop_.stop_requested()) {
      for (const Dispatcher::Order& order : dispatcher_.orders(seconds_now())) send(order);
      collect();
    }
    if (!dispatcher_.done()) give_up();
    farm_.counts_.jobs += jobs_.size();
    farm_.counts_.stolen += dispatcher_.stolen();
    farm_.counts_.reissued += dispatcher_.reissued();
    for (const std::size_t job : to_run_here_) run_here(job);
    for (const std::exception_ptr& error : errors_) {
      if (error) std::rethrow_exception(error);
    }
    return std::move(results_);
  }

 private:
  std::vector<Dispatcher::Job> costs() {
    std::vector<Dispatcher::Job> costs;
    for (std::size_t i = 0; i < jobs_.size(); ++i) {
      addresses_[i] = farm_.book_.find(jobs_[i].scenario->digest());
      costs.push_back({.cost = static_cast<double>(jobs_[i].scenario->events()),
                       .pinned = addresses_[i] ? Dispatcher::none : leader});
    }
    return costs;
  }

  void send(const Dispatcher::Order& order) {
    const std::uint64_t ticket = first_ticket_ + order.job;
    const Job& job = jobs_[order.job];
    if (order.worker == leader) {
      farm_.own_.submit(ticket, job);
      return;
    }
    const policy::ProgramPtr& program = job.policy.program();
    messages::Order message{.ticket = ticket,
                            .scenario = *addresses_[order.job],
                            .policy = job.policy.digest(),
                            .native = program ? "" : job.policy.name(),
                            .source = program ? policy::to_source(*program) : ""};
    farm_.transport_.send(static_cast<int>(order.worker), messages::encode(std::move(message)));
  }

  void collect() {
    for (WorkerPool::Done& done : farm_.own_.fetch()) take_own(std::move(done));
    if (farm_.transport_.size() == 1) {
      farm_.own_.wait(own_moment);
      return;
    }
    std::optional<Letter> letter = farm_.transport_.receive(moment);
    for (; letter; letter = farm_.transport_.receive(0)) take(*letter);
  }

  void take_own(WorkerPool::Done done) {
    if (done.ticket < first_ticket_) return;
    const std::size_t job = done.ticket - first_ticket_;
    if (!answered(leader, job, done.seconds)) return;
    if (!done.error) {
      results_[job] = std::move(done.evaluation);
      return;
    }
    try {
      std::rethrow_exception(done.error);
    } catch (const std::bad_alloc&) {
      to_run_here_.push_back(job);
    } catch (...) {
      errors_[job] = done.error;
    }
  }

  void take(const Letter& letter) {
    messages::Message message = messages::decode(letter.bytes);
    auto* const answer = std::get_if<messages::Answer>(&message);
    if (answer == nullptr || answer->ticket < first_ticket_) return;
    const std::size_t job = answer->ticket - first_ticket_;
    if (!answered(static_cast<std::size_t>(letter.from), job, answer->seconds)) return;
    ++farm_.counts_.remote;
    using Kind = messages::Answer::Kind;
    switch (answer->kind) {
      case Kind::evaluation:
        results_[job] = std::move(answer->evaluation);
        break;
      case Kind::input_error:
        errors_[job] = std::make_exception_ptr(InputError(answer->error));
        break;
      case Kind::other_error:
        errors_[job] = std::make_exception_ptr(Error(answer->error));
        break;
      case Kind::out_of_memory:
      case Kind::not_known:
        to_run_here_.push_back(job);
        break;
    }
  }

  bool answered(std::size_t worker, std::size_t job, double seconds) {
    std::vector<std::size_t> holders;
    const bool first = dispatcher_.answered(worker, job, seconds, holders);
    for (const std::size_t holder : holders) cancel(holder, job);
    return first;
  }

  void cancel(std::size_t worker, std::size_t job) {
    const std::uint64_t ticket = first_ticket_ + job;
    if (worker == leader) {
      farm_.own_.cancel(ticket);
    } else {
      farm_.transport_.send(static_cast<int>(worker), messages::encode(messages::Cancel{ticket}));
    }
  }

  /// A stop was asked for: what has no answer yet gets none.
  void give_up() {
    farm_.own_.cancel_all();
    std::vector<std::size_t> ignored;
    for (std::size_t job = 0; job < jobs_.size(); ++job) {
      if (!dispatcher_.answered(leader, job, 0, ignored)) continue;
      results_[job] = Evaluation{.status = Evaluation::Status::cancelled};
      for (const std::size_t holder : ignored) cancel(holder, job);
    }
  }

  void run_here(std::size_t job) {
    try {
      results_[job] = evaluate_checked(*jobs_[job].scenario, jobs_[job].policy, {.stop = stop_});
    } catch (const std::bad_alloc&) {
      results_[job] = Evaluation{.status = Evaluation::Status::failed,
                                 .failure = "the machine ran out of memory; use fewer threads or a smaller workload"};
    } catch (...) {
      errors_[job] = std::current_exception();
    }
  }

  ClusterFarm& farm_;
  std::span<const Job> jobs_;
  std::stop_token stop_;
  std::uint64_t first_ticket_;
  std::vector<Evaluation> results_;
  std::vector<std::exception_ptr> errors_;
  std::vector<std::optional<ScenarioAddress>> addresses_;
  std::vector<std::size_t> to_run_here_;
  Dispatcher dispatcher_;
};

ClusterFarm::ClusterFarm(Transport& transport, const messages::Begin& begin, const AddressBook& book,
                         const Digest& workload, unsigned threads, const DispatchOptions& options)
    : transport_(transport),
      book_(book),
      options_(options),
      threads_(static_cast<std::size_t>(transport.size()), 0),
      own_(threads) {
  threads_[leader] = own_.threads();
  greet(begin, workload);
}

void ClusterFarm::greet(const messages::Begin& begin, const Digest& workload) {
  for (int rank = 1; rank < transport_.size(); ++rank) transport_.send(rank, messages::encode(begin));
  for (int missing = transport_.size() - 1; missing > 0; --missing) {
    std::optional<Letter> letter;
    while (!letter) letter = transport_.receive(1);
    const messages::Message message = messages::decode(letter->bytes);
    const auto* hello = std::get_if<messages::Hello>(&message);
    if (hello == nullptr) throw Error("a process of this run spoke before it said what it has opened");
    const std::string who = fmt::format("process {} on {}", letter->from, hello->host);
    if (!hello->problem.empty()) throw InputError(fmt::format("{}: {}", who, hello->problem));
    if (hello->workload != workload) {
      throw InputError(
          fmt::format("{} has another workload or another version of Syswright: give every machine the same file under "
                      "the same name, and the same program",
                      who));
    }
    threads_[static_cast<std::size_t>(letter->from)] = hello->threads;
  }
}

unsigned ClusterFarm::threads() const {
  unsigned all = 0;
  for (const unsigned threads : threads_) all += threads;
  return all;
}

std::vector<Evaluation> ClusterFarm::evaluate(std::span<const Job> jobs, std::stop_token stop) {
  return Batch(*this, jobs, std::move(stop)).run();
}

void tell_all_to_leave(Transport& transport) {
  for (int rank = 1; rank < transport.size(); ++rank) transport.send(rank, messages::encode(messages::Leave{}));
  for (int there = transport.size() - 1; there > 0;) {
    const std::optional<Letter> letter = transport.receive(1);
    if (letter && std::holds_alternative<messages::Left>(messages::decode(letter->bytes))) --there;
  }
}

}  // namespace syswright
