#include <unistd.h>

#include <array>
#include <map>
#include <memory>
#include <new>
#include <optional>

#include "farm/cluster_farm.h"
#include "policy/compile.h"

namespace syswright {
namespace {

/// How long a worker waits for a letter before it looks at its own threads.
constexpr double moment = 0.0005;
constexpr double idle_moment = 0.05;
/// Programs that a worker keeps compiled.
constexpr std::size_t most_programs = 4096;

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "an unknown machine";
}

std::vector<ScenarioPtr> scenarios_of(const Suite& suite) {
  std::vector<ScenarioPtr> all;
  for (const auto* part : {&suite.train, &suite.validation, &suite.test})
    all.insert(all.end(), part->begin(), part->end());
  return all;
}

void to_leader(Transport& transport, messages::Message message) { transport.send(0, messages::encode(message)); }

class ClusterWorker {
 public:
  ClusterWorker(Transport& transport, const Domain& domain, const Suite& suite, unsigned threads)
      : transport_(transport), signature_{domain.signature()}, scenarios_(scenarios_of(suite)), pool_(threads) {}

  void work() {
    for (;;) {
      std::optional<Letter> letter = transport_.receive(pool_.busy() ? moment : idle_moment);
      for (; letter; letter = transport_.receive(0)) {
        if (!take(messages::decode(letter->bytes))) return;
      }
      for (const WorkerPool::Done& done : pool_.fetch()) answer(done);
    }
  }

 private:
  /// False if it is to leave.
  bool take(const messages::Message& message) {
    if (std::holds_alternative<messages::Leave>(message)) {
      pool_.cancel_all();
      to_leader(transport_, messages::Left{});
      return false;
    }
    if (const auto* cancel = std::get_if<messages::Cancel>(&message)) pool_.cancel(cancel->ticket);
    if (const auto* order = std::get_if<messages::Order>(&message)) take_order(*order);
    return true;
  }

  void take_order(const messages::Order& order) {
    const ScenarioPtr scenario = scenarios_.find(order.scenario);
    const policy::ProgramPtr program = order.native.empty() ? find_program(order) : nullptr;
    if (!scenario || (order.native.empty() && !program)) {
      to_leader(transport_, messages::Answer{.ticket = order.ticket,
                                             .seconds = 0,
                                             .kind = messages::Answer::Kind::not_known,
                                             .error = {},
                                             .evaluation = {}});
      return;
    }
    pool_.submit(order.ticket, {program ? Policy::of(program) : Policy::native(order.native), scenario});
  }

  /// nullptr if its text means another program here.
  policy::ProgramPtr find_program(const messages::Order& order) {
    if (const auto known = programs_.find(order.policy); known != programs_.end()) return known->second;
    if (programs_.size() >= most_programs) programs_.clear();
    try {
      policy::ProgramPtr program = policy::compile(order.source, "a program of the leading process", signature_);
      if (program->digest() != order.policy) return nullptr;
      return programs_[order.policy] = std::move(program);
    } catch (const InputError&) {
      return nullptr;
    }
  }

  void answer(const WorkerPool::Done& done) {
    messages::Answer answer{.ticket = done.ticket,
                            .seconds = done.seconds,
                            .kind = messages::Answer::Kind::evaluation,
                            .error = {},
                            .evaluation = done.evaluation};
    if (done.error) {
      try {
        std::rethrow_exception(done.error);
      } catch (const InputError& error) {
        answer.kind = messages::Answer::Kind::input_error;
        answer.error = error.what();
      } catch (const std::bad_alloc&) {
        answer.kind = messages::Answer::Kind::out_of_memory;
      } catch (const std::exception& error) {
        answer.kind = messages::Answer::Kind::other_error;
        answer.error = error.what();
      }
    }
    to_leader(transport_, std::move(answer));
  }

  Transport& transport_;
  std::vector<std::shared_ptr<const policy::Signature>> signature_;
  AddressedScenarios scenarios_;
  std::map<Digest, policy::ProgramPtr> programs_;
  WorkerPool pool_;
};

void wait_for_leave(Transport& transport) {
  for (;;) {
    const std::optional<Letter> letter = transport.receive(1);
    if (letter && std::holds_alternative<messages::Leave>(messages::decode(letter->bytes))) break;
  }
  to_leader(transport, messages::Left{});
}

}  // namespace

std::optional<messages::Begin> wait_to_begin(Transport& transport) {
  for (;;) {
    const std::optional<Letter> letter = transport.receive(1);
    if (!letter) continue;
    messages::Message message = messages::decode(letter->bytes);
    if (auto* begin = std::get_if<messages::Begin>(&message)) return std::move(*begin);
    if (!std::holds_alternative<messages::Leave>(message)) continue;
    to_leader(transport, messages::Left{});
    return std::nullopt;
  }
}

void work_for_leader(Transport& transport, const Domain& domain, const Suite& suite, unsigned threads) {
  ClusterWorker worker(transport, domain, suite, threads);
  to_leader(transport,
            messages::Hello{.host = host_name(), .threads = threads, .workload = digest_of(suite), .problem = {}});
  worker.work();
}

void excuse_from_work(Transport& transport, const std::string& problem) {
  to_leader(transport, messages::Hello{.host = host_name(), .threads = 0, .workload = {}, .problem = problem});
  wait_for_leave(transport);
}

}  // namespace syswright
