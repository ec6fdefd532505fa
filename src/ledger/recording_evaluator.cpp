#include "ledger/recording_evaluator.h"

#include <chrono>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/random.h"
#include "domain/aggregate.h"
#include "domain/wrapped_scenario.h"

namespace syswright {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto longest_unwritten = std::chrono::milliseconds(500);

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

struct DigestHash {
  std::size_t operator()(const Digest& digest) const { return digest.low; }
};

struct KeyHash {
  std::size_t operator()(const EvaluationKey& key) const { return key.policy.low ^ mix64(key.scenario.low); }
};

/// What of a batch must be evaluated, once each.
struct Plan {
  std::vector<Job> jobs;
  std::vector<EvaluationKey> keys;  // [jobs]
};

/// Writes results down as they come in, from any thread. The clock decides only when.
class Recorder {
 public:
  Recorder(Ledger& ledger, const std::string& domain, const Plan& plan)
      : ledger_(ledger), domain_(domain), plan_(plan), taken_(plan.jobs.size(), 0) {}

  void take(std::size_t i, const Evaluation& evaluation, std::optional<double> seconds) {
    const bool of_the_machine = evaluation.status == Evaluation::Status::failed && evaluation.metrics.empty();
    if (evaluation.status == Evaluation::Status::cancelled || of_the_machine) return;
    const std::lock_guard lock(mutex_);
    if (std::exchange(taken_[i], 1) != 0) return;
    describe(i);
    unwritten_.evaluations.push_back({plan_.keys[i], evaluation, seconds});
    ++count_;
    if (Clock::now() - written_ > longest_unwritten) write();
  }

  /// Writes what is left.
  void finish() {
    const std::lock_guard lock(mutex_);
    write();
  }
  std::uint64_t count() const { return count_; }

 private:
  void describe(std::size_t i) {
    const EvaluationKey& key = plan_.keys[i];
    if (policies_.insert(key.policy).second && !ledger_.knows_program(key.policy)) {
      unwritten_.policies.push_back(describe_policy(plan_.jobs[i].policy, domain_));
    }
    if (scenarios_.insert(key.scenario).second) {
      unwritten_.scenarios.push_back({key.scenario, domain_, plan_.jobs[i].scenario->label()});
    }
  }

  void write() {
    if (!unwritten_.evaluations.empty()) ledger_.record(std::exchange(unwritten_, {}));
    written_ = Clock::now();
  }

  Ledger& ledger_;
  const std::string& domain_;
  const Plan& plan_;
  std::mutex mutex_;
  std::vector<char> taken_;
  std::unordered_set<Digest, DigestHash> policies_;
  std::unordered_set<Digest, DigestHash> scenarios_;
  LedgerBatch unwritten_;
  std::uint64_t count_ = 0;
  Clock::time_point written_ = Clock::now();
};

/// A scenario that tells the recorder what came of its evaluation, and is otherwise the one it stands for.
class ObservedScenario final : public WrappedScenario {
 public:
  ObservedScenario(ScenarioPtr scenario, Recorder& recorder, std::size_t job)
      : WrappedScenario(std::move(scenario)), recorder_(recorder), job_(job) {}

  Evaluation evaluate(const Policy& policy, const EvaluationOptions& options) const override {
    const Clock::time_point start = Clock::now();
    Evaluation evaluation = evaluate_checked(wrapped(), policy, options);
    recorder_.take(job_, evaluation, seconds_since(start));
    return evaluation;
  }

 private:
  Recorder& recorder_;
  std::size_t job_;
};

/// A batch has few scenarios: each is asked for its digest once.
std::vector<EvaluationKey> keys_of(std::span<const Job> jobs) {
  std::unordered_map<const Scenario*, EvaluationKey> by_scenario;
  std::vector<EvaluationKey> keys;
  keys.reserve(jobs.size());
  for (const Job& job : jobs) {
    const auto [entry, is_new] = by_scenario.try_emplace(job.scenario.get());
    if (is_new) entry->second = {{}, job.scenario->digest(), std::string(job.scenario->code_version())};
    entry->second.policy = job.policy.digest();
    keys.push_back(entry->second);
  }
  return keys;
}

std::vector<Job> observed(const Plan& plan, Recorder& recorder) {
  std::vector<Job> jobs;
  jobs.reserve(plan.jobs.size());
  for (std::size_t i = 0; i < plan.jobs.size(); ++i) {
    jobs.push_back({plan.jobs[i].policy, std::make_shared<ObservedScenario>(plan.jobs[i].scenario, recorder, i)});
  }
  return jobs;
}

std::vector<Evaluation> evaluate_and_record(Evaluator& evaluator, const Plan& plan, Recorder& recorder,
                                            std::stop_token stop) {
  try {
    std::vector<Evaluation> results = evaluator.evaluate(observed(plan, recorder), std::move(stop));
    // An evaluator that runs elsewhere never calls the observed scenarios here.
    for (std::size_t i = 0; i < results.size(); ++i) recorder.take(i, results[i], std::nullopt);
    recorder.finish();
    return results;
  } catch (const LedgerError&) {
    throw;
  } catch (...) {
    recorder.finish();
    throw;
  }
}

}  // namespace

RecordingEvaluator::RecordingEvaluator(Evaluator& evaluator, Ledger& ledger, std::string domain)
    : evaluator_(evaluator), ledger_(ledger), domain_(std::move(domain)) {}

std::vector<Evaluation> RecordingEvaluator::evaluate(std::span<const Job> jobs, std::stop_token stop) {
  std::vector<Evaluation> results(jobs.size());
  std::vector<std::pair<std::size_t, std::size_t>> waiting;  // of the batch → of the plan
  std::unordered_map<EvaluationKey, std::size_t, KeyHash> planned;
  Plan plan;
  const std::vector<EvaluationKey> keys = keys_of(jobs);
  std::vector<std::optional<Evaluation>> known = ledger_.find(keys);
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    if (known[i]) {
      results[i] = std::move(*known[i]);
      continue;
    }
    const auto [entry, is_new] = planned.try_emplace(keys[i], plan.jobs.size());
    if (is_new) {
      plan.jobs.push_back(jobs[i]);
      plan.keys.push_back(keys[i]);
    }
    waiting.emplace_back(i, entry->second);
  }
  counts_.asked += jobs.size();
  counts_.remembered += jobs.size() - waiting.size();
  counts_.repeated += waiting.size() - plan.jobs.size();
  if (plan.jobs.empty()) return results;

  Recorder recorder(ledger_, domain_, plan);
  const std::vector<Evaluation> fresh = evaluate_and_record(evaluator_, plan, recorder, std::move(stop));
  counts_.evaluated += recorder.count();
  for (const auto& [i, source] : waiting) results[i] = fresh[source];
  return results;
}

}  // namespace syswright
