#include "judge/explain/distil.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <set>

#include "base/error.h"

namespace syswright::judge {
namespace {

/// A shortened program and how it came about.
struct Shortened {
  policy::ProgramPtr program;
  std::vector<std::string> edits;
  double loss = 0;

  std::size_t size() const { return program->size(); }
};

bool less_loss(const Shortened& a, const Shortened& b) {
  return a.loss != b.loss ? a.loss < b.loss : a.size() < b.size();
}

const Score& ran(const Experiments& experiments, const Policy& policy) {
  const Score& score = experiments.score(policy);
  if (!score.ran()) throw InputError("policy '" + policy.name() + "' cannot be distilled: " + score.failure);
  return score;
}

std::vector<Policy> policies_of(const std::vector<Shortened>& programs) {
  std::vector<Policy> policies;
  for (const Shortened& one : programs) policies.push_back(Policy::of(one.program));
  return policies;
}

/// The way down from one program.
class Distiller {
 public:
  Distiller(Experiments& experiments, policy::ProgramPtr program, const DistilOptions& options,
            const Observations& observations)
      : experiments_(experiments),
        miniature_(experiments.in_miniature(options.race_events)),
        original_(std::move(program)),
        options_(options),
        observations_(observations) {}

  /// Returns false if a stop came first.
  bool search(double allowed) {
    seen_.insert(original_->digest());
    std::vector<Shortened> beam{{original_, {}, 0}};
    note(beam.front());
    if (!miniature_.measure(policies_of(beam))) return false;
    while (!beam.empty()) {
      std::vector<Shortened> tried = shorten(beam);
      tried_ += tried.size();
      if (!race(tried) || !measure(experiments_, tried)) return false;
      for (const Shortened& one : tried) note(one);
      std::erase_if(tried, [&](const Shortened& one) { return !(one.loss <= allowed); });
      beam = most_promising(std::move(tried), options_.beam);
    }
    return true;
  }

  std::size_t tried() const { return tried_; }

  /// Longest first; each loses less than all shorter ones, but for the original.
  std::vector<Shortened> front() const {
    std::vector<Shortened> front;
    for (const auto& [size, one] : best_) {
      if (front.empty() || one.loss < front.back().loss) front.push_back(one);
    }
    if (front.back().program->digest() != original_->digest()) front.push_back({original_, {}, 0});
    std::reverse(front.begin(), front.end());
    return front;
  }

 private:
  /// Every program one edit shorter than one of the beam that was not met before.
  std::vector<Shortened> shorten(const std::vector<Shortened>& beam) {
    std::vector<Shortened> result;
    for (const Shortened& parent : beam) {
      for (Edit& edit : list_edits(*parent.program, observations_.values(*parent.program))) {
        if (edit.kind == EditKind::doubled || edit.kind == EditKind::halved) continue;
        if (edit.program->size() >= parent.size() || !seen_.insert(edit.program->digest()).second) continue;
        Shortened child{std::move(edit.program), parent.edits, 0};
        child.edits.push_back(std::move(edit.words));
        result.push_back(std::move(child));
      }
    }
    return result;
  }

  /// Losses of programs on this ground; those that failed are dropped. False if a stop came first.
  bool measure(Experiments& ground, std::vector<Shortened>& programs) const {
    if (!ground.measure(policies_of(programs))) return false;
    const double original = ground.score(Policy::of(original_)).objective;
    std::erase_if(programs, [&](const Shortened& one) { return !ground.score(Policy::of(one.program)).ran(); });
    for (Shortened& one : programs) {
      one.loss = -ground.improvement(ground.score(Policy::of(one.program)).objective - original);
    }
    return true;
  }

  /// Leaves those that may make it.
  bool race(std::vector<Shortened>& programs) const {
    if (&miniature_ == &experiments_ || programs.size() <= options_.beam) return true;
    if (!measure(miniature_, programs)) return false;
    programs = most_promising(std::move(programs), options_.beam);
    return true;
  }

  /// The least losses; one place goes to the shortest program that loses no more than the median of them.
  static std::vector<Shortened> most_promising(std::vector<Shortened> programs, std::size_t keep) {
    std::stable_sort(programs.begin(), programs.end(), less_loss);
    if (programs.size() <= keep) return programs;
    const auto half = programs.begin() + static_cast<std::ptrdiff_t>((programs.size() + 1) / 2);
    const auto shortest = std::min_element(programs.begin(), half,
                                           [](const Shortened& a, const Shortened& b) { return a.size() < b.size(); });
    if (static_cast<std::size_t>(shortest - programs.begin()) >= keep) std::swap(programs[keep - 1], *shortest);
    programs.erase(programs.begin() + static_cast<std::ptrdiff_t>(keep), programs.end());
    return programs;
  }

  void note(const Shortened& one) {
    const auto [place, added] = best_.try_emplace(one.size(), one);
    if (!added && one.loss < place->second.loss) place->second = one;
  }

  Experiments& experiments_;
  Experiments& miniature_;
  policy::ProgramPtr original_;
  const DistilOptions& options_;
  const Observations& observations_;
  std::set<Digest> seen_;
  std::map<std::size_t, Shortened> best_;  ///< by size
  std::size_t tried_ = 0;
};

/// Share of the gain over the reference, or of the objective where there is none, that may be lost.
double allowed_loss(const Experiments& experiments, const Policy& policy, const Policy* reference, double share) {
  const double objective = ran(experiments, policy).objective;
  if (reference == nullptr) return share * std::abs(objective);
  const double gain = experiments.improvement(objective - ran(experiments, *reference).objective);
  return share * std::max(gain, 0.0);
}

Distilled validated(const Shortened& one, const Experiments& validation, const Policy& original, double allowed) {
  Distilled result{one.program, one.size(), one.edits, one.loss, {}, false, false, {}};
  const Policy policy = Policy::of(one.program);
  const Score& score = validation.score(policy);
  result.failure = score.failure;
  if (!score.ran()) return result;
  const Interval change = validation.difference(policy, original).objective;
  result.validation_loss = validation.lower_is_better() ? change : negated(change);
  result.verified = result.validation_loss.estimate <= allowed;
  result.certain = result.validation_loss.high <= allowed;
  return result;
}

bool measure_ends(Experiments& experiments, const Policy& policy, const Policy* reference) {
  std::vector<Policy> ends{policy};
  if (reference != nullptr) ends.push_back(*reference);
  return experiments.measure(ends);
}

}  // namespace

Distillation distil(Experiments& experiments, Experiments& validation, const policy::ProgramPtr& program,
                    const Policy* reference, const DistilOptions& options) {
  Distillation result;
  const Policy original = Policy::of(program);
  const Ground& ground = experiments.ground();
  const ScenarioPtr observed = sampled(ground.scenarios.front(), options.observed_events);
  const Observations observations(*observed, program, {}, ground.stop);
  result.complete = observations.complete() && measure_ends(experiments, original, reference) &&
                    measure_ends(validation, original, reference);
  if (!result.complete) return result;
  result.objective = ran(experiments, original).objective;
  result.validation_objective = ran(validation, original).objective;
  result.allowed = allowed_loss(experiments, original, reference, options.loss);
  result.validation_allowed = allowed_loss(validation, original, reference, options.loss);

  Distiller distiller(experiments, program, options, observations);
  result.complete = distiller.search(result.allowed);
  result.tried = distiller.tried();
  const std::vector<Shortened> front = distiller.front();
  if (!result.complete || !validation.measure(policies_of(front))) {
    result.complete = false;
    return result;
  }
  for (const Shortened& one : front) {
    result.front.push_back(validated(one, validation, original, result.validation_allowed));
    const Distilled& last = result.front.back();
    if (last.verified && last.loss <= result.allowed) result.chosen = result.front.size() - 1;
  }
  return result;
}

}  // namespace syswright::judge
