#include "optimize/search.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <numeric>
#include <set>
#include <thread>

#include "base/error.h"
#include "base/random.h"
#include "optimize/notebook.h"
#include "optimize/proposals.h"

namespace syswright::optimize {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t finalists = 3;
constexpr std::size_t elite_size = 8;
constexpr std::size_t idle_generations = 100;  // without a text that is new: the settings are used up
constexpr std::uint64_t small_space = 64;      // tried whole under a limit in seconds only

/// A stop token that fires when another does, or at a time.
class Deadline {
 public:
  Deadline(const std::stop_token& other, Clock::time_point time)
      : other_(other, [this] { source_.request_stop(); }), thread_([this, time](const std::stop_token& quit) {
          std::unique_lock lock(mutex_);
          changed_.wait_until(lock, quit, time, [] { return false; });
          if (!quit.stop_requested()) source_.request_stop();
        }) {}
  std::stop_token token() const { return source_.get_token(); }

 private:
  std::stop_source source_;
  std::stop_callback<std::function<void()>> other_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::jthread thread_;
};

std::vector<std::size_t> range(std::size_t begin, std::size_t end) {
  std::vector<std::size_t> indices(end - begin);
  std::iota(indices.begin(), indices.end(), begin);
  return indices;
}

std::vector<Instance> joined(std::vector<Instance> a, const std::vector<Instance>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// A proposal with its text.
struct Candidate {
  Proposal proposal;
  std::string text;
  Digest digest;
};

class Search {
 public:
  explicit Search(const Task& task)
      : task_(task),
        notebook_(joined(task.train, task.validation), task.measure),
        train_(range(0, task.train.size())),
        validation_(range(task.train.size(), task.train.size() + task.validation.size())),
        front_(task.direction),
        proposals_(task.artifact, task.seed) {
    const std::size_t few = 6;
    minibatch_ = task.minibatch != 0   ? std::min(task.minibatch, train_.size())
                 : train_.size() < few ? train_.size()
                                       : 3;
  }

  Outcome run() {
    check_budget();
    begin();
    const auto budget = std::chrono::duration<double>(search_seconds());
    const auto end = task_.seconds ? begin_ + std::chrono::duration_cast<Clock::duration>(budget)
                                   : Clock::time_point::max() - std::chrono::hours(1);
    {
      const Deadline deadline(task_.stop, end);
      stop_ = deadline.token();
      loop();
    }
    if (task_.stop.stop_requested()) outcome_.ending = Ending::stopped;
    choose();
    return finish();
  }

 private:
  void check_budget() const {
    if (!task_.evaluations) return;
    const std::uint64_t least = train_.size() + 2 * validation_.size() + 1;
    if (*task_.evaluations >= least) return;
    throw InputError(fmt::format(
        "a budget of {} evaluations is too small: the original on {} training {}{} and one "
        "proposal need {}",
        *task_.evaluations, train_.size(), train_.size() == 1 ? "instance" : "instances",
        validation_.empty() ? "" : fmt::format(", two texts on {} for validation", validation_.size()), least));
  }

  /// For the last choice.
  std::uint64_t held_back() const {
    const std::uint64_t all = (finalists + 1) * validation_.size();
    if (!task_.evaluations || all <= *task_.evaluations / 2) return all;
    return 2 * validation_.size();
  }

  double search_seconds() const {
    if (!task_.seconds) return 0;
    const double each = notebook_.seconds() / static_cast<double>(std::max<std::uint64_t>(1, notebook_.spent()));
    const double last = each * static_cast<double>(held_back()) / task_.threads;
    return *task_.seconds - std::min(last, *task_.seconds / 4);
  }

  std::uint64_t affordable() const {
    if (!task_.evaluations) return std::numeric_limits<std::uint64_t>::max();
    const std::uint64_t kept = notebook_.spent() + held_back();
    return *task_.evaluations > kept ? *task_.evaluations - kept : 0;
  }

  bool over() const { return stop_.stop_requested() || affordable() == 0; }

  void begin() {
    Candidate original = make({.setting = task_.artifact.original(), .origin = "original"});
    if (!notebook_.measure({{&original.text, original.digest}}, train_, affordable(), task_.stop)) {
      throw InputError("stopped before the original was measured");
    }
    enter(original);
    if (known_.front().train.failures == train_.size()) {
      throw InputError(
          fmt::format("the evaluator gives the original no score: {}", known_.front().measurements.front().reason));
    }
  }

  Candidate make(Proposal proposal) const {
    Candidate candidate{.proposal = std::move(proposal), .text = "", .digest = {}};
    candidate.text = task_.artifact.render(candidate.proposal.setting);
    candidate.digest = Notebook::digest_of(candidate.text);
    return candidate;
  }

  void loop() {
    const std::uint64_t whole = task_.evaluations ? affordable() / train_.size() : small_space;
    if (const auto count = task_.artifact.settings(whole)) return try_all(*count);
    std::size_t idle = 0;
    while (!over() && idle < idle_generations) {
      const std::uint64_t before = notebook_.spent();
      if (!generation()) break;
      idle = notebook_.spent() == before ? idle + 1 : 0;
      report(fmt::format("{} texts, {} restarts", notebook_.texts(), proposals_.restarts()));
    }
    if (idle == idle_generations) outcome_.ending = Ending::all_tried;
  }

  void try_all(std::uint64_t count) {
    constexpr std::size_t batch = 32;
    const std::vector<Setting> all = all_settings(task_.artifact, count);
    for (std::size_t at = 0; at < all.size(); at += batch) {
      if (over() && at > 0) return;
      std::vector<Candidate> candidates;
      for (std::size_t i = at; i < std::min(at + batch, all.size()); ++i) {
        candidates.push_back(make({.setting = all[i], .origin = "one by one"}));
      }
      const bool measured = measure(candidates, train_);
      for (const Candidate& candidate : candidates) enter(candidate);
      report(fmt::format("setting {} of {}", std::min(at + batch, all.size()), all.size()));
      if (!measured) return;
    }
    outcome_.ending = Ending::all_tried;
  }

  bool measure(const std::vector<Candidate>& candidates, const std::vector<std::size_t>& instances) {
    std::vector<Notebook::Request> requests;
    for (const Candidate& candidate : candidates) requests.push_back({&candidate.text, candidate.digest});
    return notebook_.measure(requests, instances, affordable(), stop_);
  }

  /// False if the budget ended within it.
  bool generation() {
    std::vector<Candidate> candidates;
    for (Proposal& proposal : proposals_.next(elite())) candidates.push_back(make(std::move(proposal)));
    const std::vector<std::size_t> part = draw_minibatch();
    const bool measured = measure(candidates, part);
    const Score before = best().train;
    bool paid = true;
    if (part.size() == train_.size()) {
      for (const Candidate& candidate : candidates) enter(candidate);
    } else if (measured) {
      paid = promote(candidates, part);
    }
    if (!measured) return false;
    proposals_.tell(ranks_of(candidates, part), best().train < before);
    return paid;
  }

  std::vector<std::size_t> draw_minibatch() {
    std::vector<std::size_t> part = train_;
    if (minibatch_ == train_.size()) return part;
    Random random(task_.seed, "optimize minibatch", generation_++);
    random.shuffle(std::span(part));
    part.resize(minibatch_);
    std::sort(part.begin(), part.end());
    return part;
  }

  /// Those that beat the best so far on the minibatch go on to all training instances, best first.
  bool promote(const std::vector<Candidate>& candidates, const std::vector<std::size_t>& part) {
    const Score bar = score_of(*notebook_.find(best_digest_, part), task_.direction);
    std::vector<std::pair<Score, std::size_t>> better;
    std::set<Digest> seen;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const Score score = score_of(*notebook_.find(candidates[i].digest, part), task_.direction);
      if (score < bar && seen.insert(candidates[i].digest).second) better.emplace_back(score, i);
    }
    std::sort(better.begin(), better.end());
    if (const std::size_t most = std::max<std::size_t>(1, candidates.size() / 4); better.size() > most) {
      better.resize(most);
    }
    std::vector<Candidate> accepted;
    for (const auto& [score, i] : better) accepted.push_back(candidates[i]);
    const bool measured = measure(accepted, train_);
    for (const Candidate& candidate : accepted) enter(candidate);
    return measured;
  }

  std::vector<double> ranks_of(const std::vector<Candidate>& candidates, const std::vector<std::size_t>& part) const {
    std::vector<Score> scores;
    for (const Candidate& candidate : candidates) {
      scores.push_back(score_of(*notebook_.find(candidate.digest, part), task_.direction));
    }
    std::vector<double> ranks;
    for (const Score& score : scores) {
      const auto better =
          std::count_if(scores.begin(), scores.end(), [&](const Score& other) { return other < score; });
      ranks.push_back(static_cast<double>(better));
    }
    return ranks;
  }

  /// Takes up a candidate that is known on all training instances, and passes over others.
  void enter(const Candidate& candidate) {
    if (entered_.contains(candidate.digest)) return;
    const auto measurements = notebook_.find(candidate.digest, train_);
    if (!measurements) return;
    entered_.insert(candidate.digest);
    ++outcome_.accepted;
    const std::size_t member = known_.size();
    known_.push_back({.setting = candidate.proposal.setting,
                      .text = candidate.text,
                      .origin = candidate.proposal.origin,
                      .spent = notebook_.spent(),
                      .train = score_of(*measurements, task_.direction),
                      .measurements = {},
                      .validation = {}});
    front_.offer(member, *measurements, task_.train);
    if (member == 0 || known_[member].train < best().train) {
      best_ = member;
      best_digest_ = candidate.digest;
      outcome_.history.push_back({.spent = notebook_.spent(),
                                  .best = user_value(known_[member].train.loss, task_.direction),
                                  .origin = candidate.proposal.origin});
    }
    known_[member].measurements = *measurements;
    ranking_.insert(std::upper_bound(ranking_.begin(), ranking_.end(), member,
                                     [&](std::size_t a, std::size_t b) { return known_[a].train < known_[b].train; }),
                    member);
    prune();
  }

  /// Forgets the text and the measurements of what is neither among the elite nor on the front.
  void prune() {
    constexpr std::size_t slack = 64;
    if (ranking_.size() < elite_size + slack) return;
    std::set<std::size_t> kept{0};
    for (const Front::Entry& entry : front_.entries()) kept.insert(entry.member);
    for (std::size_t i = elite_size; i < ranking_.size(); ++i) {
      if (kept.contains(ranking_[i])) continue;
      known_[ranking_[i]].text.clear();
      known_[ranking_[i]].measurements.clear();
    }
    ranking_.resize(elite_size);
  }

  const Found& best() const { return known_[best_]; }

  /// The best by mean, then who leads somewhere.
  std::vector<Setting> elite() const {
    std::vector<std::size_t> members(
        ranking_.begin(), ranking_.begin() + static_cast<std::ptrdiff_t>(std::min(ranking_.size(), elite_size / 2)));
    for (const Front::Entry& entry : front_.entries()) {
      if (members.size() < 2 * elite_size && std::find(members.begin(), members.end(), entry.member) == members.end()) {
        members.push_back(entry.member);
      }
    }
    std::vector<Setting> settings;
    for (const std::size_t member : members) settings.push_back(known_[member].setting);
    return settings;
  }

  void choose() {
    outcome_.original = known_[0];
    outcome_.best = best();
    if (validation_.empty()) return;
    std::vector<std::size_t> last{0};
    const std::size_t most = held_back() / validation_.size();
    for (const std::size_t member : ranking_) {
      if (last.size() < most && member != 0) last.push_back(member);
    }
    std::vector<Notebook::Request> requests;
    for (const std::size_t member : last) {
      requests.push_back({&known_[member].text, Notebook::digest_of(known_[member].text)});
    }
    const std::uint64_t left = task_.evaluations ? *task_.evaluations - notebook_.spent() : held_back();
    notebook_.measure(requests, validation_, left, task_.stop);
    const Found* chosen = nullptr;
    for (std::size_t i = 0; i < last.size(); ++i) {
      const auto measurements = notebook_.find(requests[i].digest, validation_);
      if (!measurements) continue;
      Found& found = known_[last[i]];
      found.validation = score_of(*measurements, task_.direction);
      if (chosen == nullptr || *found.validation < *chosen->validation) chosen = &found;
    }
    outcome_.original = known_[0];
    if (chosen != nullptr) outcome_.best = *chosen;
  }

  Outcome finish() {
    for (const Front::Entry& entry : front_.entries()) {
      outcome_.front.push_back({.found = known_[entry.member], .leads = entry.leads});
    }
    outcome_.spent = notebook_.spent();
    outcome_.candidates = notebook_.texts();
    outcome_.restarts = proposals_.restarts();
    outcome_.failures = notebook_.failures();
    return std::move(outcome_);
  }

  void report(std::string note) const {
    if (!task_.progress) return;
    double fraction = 0;
    if (task_.evaluations) {
      fraction = static_cast<double>(notebook_.spent()) / static_cast<double>(*task_.evaluations);
    }
    if (task_.seconds) {
      fraction = std::max(fraction, std::chrono::duration<double>(Clock::now() - begin_).count() / *task_.seconds);
    }
    task_.progress({.spent = notebook_.spent(),
                    .fraction = std::min(fraction, 1.0),
                    .best = user_value(best().train.loss, task_.direction),
                    .note = std::move(note)});
  }

  const Task& task_;
  Notebook notebook_;
  std::vector<std::size_t> train_;
  std::vector<std::size_t> validation_;
  std::size_t minibatch_ = 1;
  Front front_;
  Proposals proposals_;
  std::stop_token stop_;
  Clock::time_point begin_ = Clock::now();
  std::uint64_t generation_ = 0;
  std::vector<Found> known_;  // the original first; texts and measurements only of those that may still matter
  std::set<Digest> entered_;
  std::vector<std::size_t> ranking_;  // of known_, best first, ties in their order
  std::size_t best_ = 0;
  Digest best_digest_;
  Outcome outcome_;
};

}  // namespace

Outcome search(const Task& task) { return Search(task).run(); }

}  // namespace syswright::optimize
