#include "optimize/search.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <set>

#include "base/error.h"
#include "base/random.h"
#include "optimize/allowance.h"
#include "optimize/modelled.h"
#include "optimize/pool.h"
#include "optimize/proposals.h"

namespace syswright::optimize {
namespace {

constexpr std::uint64_t most_modelled = 120;  // first looks at a setting, up to which a model is the default
constexpr std::size_t elite_size = 8;
constexpr std::size_t idle_generations = 100;  // without a text that is new: the settings are used up
constexpr std::uint64_t small_space = 64;      // tried whole under a limit in seconds only

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
        notebook_(instances_of(task), task.measure),
        allowance_(task, notebook_),
        pool_(task, notebook_),
        minibatch_(minibatch_size(task)),
        proposals_(task.artifact, task.seed) {
    if (source_for(task) == Source::bayes) modelled_.emplace(task.artifact, task.seed);
  }

  Outcome run() {
    begin();
    allowance_.watch();
    loop();
    allowance_.release();
    if (task_.stop.stop_requested()) outcome_.ending = Ending::stopped;
    pool_.finish(allowance_, outcome_);
    outcome_.restarts = proposals_.restarts();
    if (modelled_) outcome_.notes.push_back("settings came from a model of what was measured (Bayesian optimisation)");
    return std::move(outcome_);
  }

 private:
  const std::vector<std::size_t>& train() const { return pool_.train(); }

  void begin() {
    Candidate original = make({.setting = task_.artifact.original(), .origin = "original"});
    measure_original(notebook_, allowance_, original.text, train(), task_.stop);
    enter(original);
  }

  Candidate make(Proposal proposal) const {
    Candidate candidate{.proposal = std::move(proposal), .text = "", .digest = {}};
    candidate.text = task_.artifact.render(candidate.proposal.setting);
    candidate.digest = Notebook::digest_of(candidate.text);
    return candidate;
  }

  void loop() {
    const std::uint64_t whole = task_.evaluations ? allowance_.affordable() / train().size() : small_space;
    if (const auto count = task_.artifact.settings(whole)) return try_all(*count);
    std::size_t idle = 0;
    while (!allowance_.over() && idle < idle_generations) {
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
      if (allowance_.over() && at > 0) return;
      std::vector<Candidate> candidates;
      for (std::size_t i = at; i < std::min(at + batch, all.size()); ++i) {
        candidates.push_back(make({.setting = all[i], .origin = "one by one"}));
      }
      const bool measured = measure(candidates, train());
      for (const Candidate& candidate : candidates) enter(candidate);
      report(fmt::format("setting {} of {}", std::min(at + batch, all.size()), all.size()));
      if (!measured) return;
    }
    outcome_.ending = Ending::all_tried;
  }

  bool measure(const std::vector<Candidate>& candidates, const std::vector<std::size_t>& instances) {
    std::vector<Notebook::Request> requests;
    for (const Candidate& candidate : candidates) requests.push_back({&candidate.text, candidate.digest});
    return notebook_.measure(requests, instances, allowance_.affordable(), allowance_.stop());
  }

  /// False if the budget ended within it.
  bool generation() {
    std::vector<Candidate> candidates;
    for (Proposal& proposal : modelled_ ? modelled_->next() : proposals_.next(elite())) {
      candidates.push_back(make(std::move(proposal)));
    }
    if (candidates.empty()) {
      outcome_.ending = Ending::all_tried;
      return false;
    }
    const std::vector<std::size_t> part = draw_minibatch(train(), minibatch_, task_.seed, generation_++);
    const bool measured = measure(candidates, part);
    const Score before = pool_.best().train;
    bool paid = true;
    if (part.size() == train().size()) {
      for (const Candidate& candidate : candidates) enter(candidate);
    } else if (measured) {
      paid = promote(candidates, part);
    }
    if (!measured) return false;
    if (modelled_) {
      modelled_->tell(losses_of(candidates, part));
    } else {
      proposals_.tell(ranks_of(candidates, part), pool_.best().train < before);
    }
    return paid;
  }

  Score score_on(const Digest& digest, const std::vector<std::size_t>& part) const {
    return score_of(*notebook_.find(digest, part), task_.direction);
  }

  /// Those that beat the best so far on the minibatch go on to all training instances, best first.
  bool promote(const std::vector<Candidate>& candidates, const std::vector<std::size_t>& part) {
    const Score bar = score_on(pool_.digest(pool_.best_member()), part);
    std::vector<std::pair<Score, std::size_t>> better;
    std::set<Digest> seen;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const Score score = score_on(candidates[i].digest, part);
      if (score < bar && seen.insert(candidates[i].digest).second) better.emplace_back(score, i);
    }
    std::sort(better.begin(), better.end());
    if (const std::size_t most = std::max<std::size_t>(1, candidates.size() / 4); better.size() > most) {
      better.resize(most);
    }
    std::vector<Candidate> accepted;
    for (const auto& [score, i] : better) accepted.push_back(candidates[i]);
    const bool measured = measure(accepted, train());
    for (const Candidate& candidate : accepted) enter(candidate);
    return measured;
  }

  /// On a minibatch, whose instances may be easy or hard ones: what it is off the best so far there, above that one's
  /// mean on all.
  std::vector<double> losses_of(const std::vector<Candidate>& candidates, const std::vector<std::size_t>& part) const {
    const double off = pool_.best().train.loss - score_on(pool_.digest(pool_.best_member()), part).loss;
    std::vector<double> losses;
    for (const Candidate& candidate : candidates) {
      const Score score = score_on(candidate.digest, part);
      losses.push_back(score.failures > 0 ? std::numeric_limits<double>::infinity() : score.loss + off);
    }
    return losses;
  }

  std::vector<double> ranks_of(const std::vector<Candidate>& candidates, const std::vector<std::size_t>& part) const {
    std::vector<Score> scores;
    for (const Candidate& candidate : candidates) scores.push_back(score_on(candidate.digest, part));
    std::vector<double> ranks;
    for (const Score& score : scores) {
      const auto better =
          std::count_if(scores.begin(), scores.end(), [&](const Score& other) { return other < score; });
      ranks.push_back(static_cast<double>(better));
    }
    return ranks;
  }

  void enter(const Candidate& candidate) {
    pool_.enter({.setting = candidate.proposal.setting,
                 .text = candidate.text,
                 .origin = candidate.proposal.origin,
                 .train = {},
                 .measurements = {},
                 .validation = {}},
                candidate.digest);
    pool_.prune(elite_size);
  }

  /// The best by mean, then who leads somewhere.
  std::vector<Setting> elite() const {
    const std::vector<std::size_t>& ranking = pool_.ranking();
    std::vector<std::size_t> members(
        ranking.begin(), ranking.begin() + static_cast<std::ptrdiff_t>(std::min(ranking.size(), elite_size / 2)));
    for (const Front::Entry& entry : pool_.front()) {
      if (members.size() < 2 * elite_size && std::find(members.begin(), members.end(), entry.member) == members.end()) {
        members.push_back(entry.member);
      }
    }
    std::vector<Setting> settings;
    for (const std::size_t member : members) settings.push_back(pool_[member].setting);
    return settings;
  }

  void report(std::string note) const {
    allowance_.report(user_value(pool_.best().train.loss, task_.direction), std::move(note));
  }

  const Task& task_;
  Notebook notebook_;
  Allowance allowance_;
  Pool pool_;
  std::size_t minibatch_;
  Proposals proposals_;
  std::optional<Modelled> modelled_;  // instead of the proposals
  std::uint64_t generation_ = 0;
  Outcome outcome_;
};

}  // namespace

Source source_for(const Task& task) {
  if (task.source != Source::automatic) return task.source;
  if (!task.evaluations) return Source::cma;
  const std::uint64_t looks = *task.evaluations / minibatch_size(task);
  return looks <= most_modelled ? Source::bayes : Source::cma;
}

Outcome search(const Task& task) {
  if (task.artifact.marks().empty()) throw InputError("there is no mark in the text: nothing can be searched in it");
  return Search(task).run();
}

}  // namespace syswright::optimize
