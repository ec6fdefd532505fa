// How a search scales over processes: measures what a letter costs, records the batches of a real search, and simulates
// clusters of up to 10,000 processes with both. docs/scaling.md explains what comes of it.
//
//   mpirun -n 2 cluster_scaling [TRACE [SIZES [EVALUATIONS]]]

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <string>

#include "base/text.h"
#include "design/evolve.h"
#include "domain/aggregate.h"
#include "domain/wrapped_scenario.h"
#include "domains/domains.h"
#include "farm/messages.h"
#include "farm/mpi_transport.h"
#include "farm/scaling.h"

namespace syswright {
namespace {

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Evaluates one after another, and notes what each took.
class BatchRecorder final : public Evaluator {
 public:
  std::vector<Evaluation> evaluate(std::span<const Job> jobs, std::stop_token stop) override {
    RecordedBatch batch{.thinking = seconds_now() - left_, .seconds = {}};
    std::vector<Evaluation> results;
    for (const Job& job : jobs) {
      const double begin = seconds_now();
      results.push_back(evaluate_checked(*job.scenario, job.policy, {.stop = stop}));
      batch.seconds.push_back(seconds_now() - begin);
    }
    if (!jobs.empty()) batches.push_back(std::move(batch));
    left_ = seconds_now();
    return results;
  }
  std::vector<RecordedBatch> batches;

 private:
  double left_ = seconds_now();
};

struct LetterCosts {
  double leader = 0;   ///< seconds of the leader's work for one letter
  double latency = 0;  ///< seconds from sending to having it, one way
};

const messages::Order typical_order{
    .ticket = 1, .scenario = {{1, 2}, {0.25}}, .policy = {3, 4}, .native = "", .source = std::string(300, 'x')};

/// Letters of the size of an order there, of an answer with 100 blocks back.
LetterCosts measure_letters(Transport& transport) {
  constexpr int rounds = 2000;
  constexpr int in_flight = 64;
  messages::Answer answer{.ticket = 1, .seconds = 1, .error = {}, .evaluation = {}};
  answer.evaluation.blocks.resize(100);
  if (transport.rank() == 1) {
    for (int i = 0; i < rounds + rounds * in_flight; ++i) {
      while (!transport.receive(1)) {
      }
      transport.send(0, messages::encode(answer));
    }
  }
  if (transport.rank() != 0) return {};
  const auto take = [&] {
    std::optional<Letter> letter;
    while (!letter) letter = transport.receive(1);
    if (messages::decode(letter->bytes).index() != messages::Message(answer).index()) std::abort();
  };
  const double begin = seconds_now();
  for (int i = 0; i < rounds; ++i) {
    transport.send(1, messages::encode(typical_order));
    take();
  }
  const double there_and_back = (seconds_now() - begin) / rounds;
  const double crowd = seconds_now();
  for (int i = 0; i < rounds; ++i) {
    for (int k = 0; k < in_flight; ++k) transport.send(1, messages::encode(typical_order));
    for (int k = 0; k < in_flight; ++k) take();
  }
  return {.leader = (seconds_now() - crowd) / (2.0 * rounds * in_flight), .latency = there_and_back / 2};
}

std::vector<RecordedBatch> record_search(const std::string& trace, const std::string& sizes, double evaluations) {
  Registry<Domain> domains("domain");
  register_domains(domains);
  const Domain& cache = domains.find("cache");
  const auto workload = cache.open({.workload = trace, .format = "", .options = {{"size", sizes}}});
  const Suite suite = workload->suite();
  BatchRecorder recorder;
  const design::Evolve evolve;
  evolve.design({.domain = cache,
                 .train = suite.train,
                 .validation = suite.validation,
                 .evaluator = recorder,
                 .budget = {.evaluations = evaluations, .seconds = {}},
                 .seed = 1,
                 .seeds = {},
                 .progress = {},
                 .stop = {}});
  return std::move(recorder.batches);
}

double mean_seconds(const std::vector<RecordedBatch>& batches) {
  double work = 0;
  double jobs = 0;
  for (const RecordedBatch& batch : batches) {
    for (const double seconds : batch.seconds) work += seconds;
    jobs += static_cast<double>(batch.seconds.size());
  }
  return work / jobs;
}

void describe(const std::vector<RecordedBatch>& batches) {
  std::size_t jobs = 0;
  std::size_t widest = 0;
  double work = 0;
  double thinking = 0;
  double longest = 0;
  for (const RecordedBatch& batch : batches) {
    longest += *std::max_element(batch.seconds.begin(), batch.seconds.end());
    jobs += batch.seconds.size();
    widest = std::max(widest, batch.seconds.size());
    thinking += batch.thinking;
    for (const double seconds : batch.seconds) work += seconds;
  }
  fmt::print(
      "{} batches, {} evaluations ({:.1f} a batch, at most {}), {:.2f} s of them ({:.3f} ms each), {:.2f} s of "
      "thinking, {:.2f} s if each batch took as long as its longest evaluation\n",
      batches.size(), jobs, static_cast<double>(jobs) / static_cast<double>(batches.size()), widest, work,
      1e3 * work / static_cast<double>(jobs), thinking, longest);
}

void tabulate(const std::vector<RecordedBatch>& batches, const LetterCosts& letters, bool slow) {
  const double alone = simulate_scaling(batches, {.ranks = 1}).seconds;
  Table table({{"processes"}, {"seconds"}, {"speed-up"}, {"efficiency"}, {"leader at letters"}, {"copies"}});
  for (const std::size_t ranks : {1, 2, 4, 8, 16, 32, 64, 128, 256, 1000, 4000, 10000}) {
    const ScalingResult result = simulate_scaling(batches, {.ranks = ranks,
                                                            .leader_seconds = letters.leader,
                                                            .latency = letters.latency,
                                                            .slow_rank = slow ? ranks - 1 : 0,
                                                            .slowness = 20});
    table.add_row({fmt::format("{}", ranks), fmt::format("{:.3f}", result.seconds),
                   fmt::format("{:.2f}", alone / result.seconds),
                   fmt::format("{:.1f} %", 100 * alone / result.seconds / static_cast<double>(ranks)),
                   fmt::format("{:.1f} %", 100 * result.leader_share), fmt::format("{}", result.copies)});
  }
  fmt::print("{}\n", table.text());
}

/// The same search, with so many times the candidates a batch.
std::vector<RecordedBatch> widened(const std::vector<RecordedBatch>& batches, std::size_t factor) {
  std::vector<RecordedBatch> wide;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    if (i % factor == 0) wide.push_back({.thinking = 0, .seconds = {}});
    wide.back().thinking += batches[i].thinking;
    wide.back().seconds.insert(wide.back().seconds.end(), batches[i].seconds.begin(), batches[i].seconds.end());
  }
  return wide;
}

void run(Transport* transport, int argc, char** argv) {
  if (transport == nullptr || transport->size() < 2) {
    throw InputError("start two processes, to measure what a letter costs: mpirun -n 2 cluster_scaling");
  }
  const LetterCosts letters = measure_letters(*transport);
  if (transport->rank() != 0) return;
  fmt::print("a letter: {:.1f} us of the leader, {:.1f} us on its way\n", 1e6 * letters.leader, 1e6 * letters.latency);
  const auto argument = [&](int i, const char* otherwise) { return argc > i ? argv[i] : otherwise; };
  const auto batches = record_search(argument(1, ""), argument(2, "1%,3%,10%"), std::stod(argument(3, "2000")));
  describe(batches);
  tabulate(batches, letters, false);
  fmt::print("with one process that is 20 times slower:\n");
  tabulate(batches, letters, true);
  fmt::print("with batches 64 times as wide:\n");
  const auto wide = widened(batches, 64);
  describe(wide);
  tabulate(wide, letters, false);
  fmt::print("with one batch of evaluations that all take the mean:\n");
  const std::vector<RecordedBatch> even{
      {.thinking = 0, .seconds = std::vector<double>(200'000, mean_seconds(batches))}};
  describe(even);
  tabulate(even, letters, false);
}

}  // namespace
}  // namespace syswright

int main(int argc, char** argv) {
  try {
    const auto transport = syswright::join_mpi();
    syswright::run(transport.get(), argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "cluster_scaling: error: {}\n", error.what());
    return 1;
  }
}
