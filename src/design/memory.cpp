#include "design/memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "design/comparison.h"
#include "domain/aggregate.h"

namespace syswright::design {
namespace {

/// Programs of earlier runs that a search is shown.
constexpr std::size_t most_chosen = 4;
constexpr std::size_t most_shown = 16;

void add_feature(DigestBuilder& builder, const policy::Feature& feature) {
  builder.add(feature.name).add(static_cast<int>(feature.scope)).add(static_cast<int>(feature.kind));
  builder.add(to_string(feature.dimension)).add(feature.length);
}

}  // namespace

Digest context_of(const Domain& domain, std::span<const ScenarioPtr> train) {
  DigestBuilder builder;
  builder.add(domain.name());
  for (const policy::Decision& decision : domain.signature()->decisions) {
    builder.add(decision.name).add(static_cast<int>(decision.kind)).add(decision.features.size());
    for (const std::string& action : decision.actions) builder.add(action);
    for (const std::string& mode : decision.modes) builder.add(mode);
    for (const policy::Feature& feature : decision.features) add_feature(builder, feature);
  }
  for (const policy::Signal& signal : domain.signature()->signals) {
    builder.add(signal.name).add(static_cast<int>(signal.scope)).add(to_string(signal.dimension));
  }
  std::vector<Digest> digests;
  for (const ScenarioPtr& scenario : train) digests.push_back(scenario->digest());
  std::sort(digests.begin(), digests.end());
  for (const Digest& digest : digests) builder.add(digest);
  return builder.finish();
}

Digest behaviour_of(std::span<const Evaluation> evaluations) {
  DigestBuilder builder;
  for (const Evaluation& evaluation : evaluations) {
    builder.add(static_cast<int>(evaluation.status)).add(evaluation.objective());
    for (const Block& block : evaluation.blocks) builder.add(block.cost).add(block.weight);
  }
  return builder.finish();
}

Recollection::Recollection(const Memory& memory, const Task& task, std::vector<std::vector<ScenarioPtr>> levels)
    : memory_(memory), validation_(task.validation), levels_(std::move(levels)) {
  const std::vector<Memory::Remembered> all = memory.recall(levels_);
  programs_ = all.size();
  for (const Memory::Remembered& one : all) {
    bool higher = false;
    for (std::size_t level = levels_.size(); level-- > 0;) {
      const Memory::Fact& fact = one.levels[level];
      if (!fact.known) continue;
      known_.emplace(one.program, level);
      if (fact.failed) failed_.insert(one.program);
      if (higher) went_on_.insert({{fact.behaviour, level}, one.program});
      higher = true;
    }
  }
  for (const Digest& digest : memory.chosen(context_of(task.domain, task.train))) {
    if (chosen_.size() == most_chosen) break;
    if (failed(digest)) continue;
    if (policy::ProgramPtr program = memory.program(digest)) chosen_.push_back(std::move(program));
  }
  find_best(all, task.domain.metrics().front().lower_is_better ? 1 : -1);
}

void Recollection::find_best(const std::vector<Memory::Remembered>& all, double sign) {
  const std::size_t top = levels_.size() - 1;
  std::vector<const Memory::Remembered*> sound;
  std::vector<std::vector<double>> objectives(levels_[top].size());
  for (const Memory::Remembered& one : all) {
    if (!one.levels[top].known || failed(one.program)) continue;
    sound.push_back(&one);
    for (std::size_t s = 0; s < objectives.size(); ++s) objectives[s].push_back(one.levels[top].objectives[s]);
  }
  if (sound.empty()) return;
  const std::vector<double> weights = balanced_weights(objectives);
  const auto loss = [&](const Memory::Remembered* one) {
    double sum = 0;
    for (std::size_t s = 0; s < weights.size(); ++s) sum += weights[s] * sign * one->levels[top].objectives[s];
    return sum;
  };
  std::stable_sort(sound.begin(), sound.end(), [&](const auto* a, const auto* b) { return loss(a) < loss(b); });
  std::set<Digest> seen;
  for (const Memory::Remembered* one : sound) {
    if (best_.size() == most_shown) break;
    if (!seen.insert(one->levels[top].behaviour).second) continue;
    if (policy::ProgramPtr program = memory_.program(one->program)) best_.push_back(std::move(program));
  }
}

std::optional<std::vector<Evaluation>> Recollection::evaluations(const Digest& program, std::size_t level) const {
  if (!knows(program, level)) return std::nullopt;
  return memory_.evaluations(program, levels_[level]);
}

std::optional<std::vector<Evaluation>> Recollection::validation(const Digest& program) const {
  return memory_.evaluations(program, validation_);
}

bool Recollection::went_on(const Digest& behaviour, std::size_t level, const Digest& except) const {
  const std::pair<Digest, std::size_t> kind{behaviour, level};
  for (auto place = went_on_.lower_bound({kind, Digest{}}); place != went_on_.end() && place->first == kind; ++place) {
    if (place->second != except) return true;
  }
  return false;
}

std::vector<std::string> Recollection::notes() const {
  if (programs_ == 0 && chosen_.empty()) return {"memory: no earlier run in this context is on record"};
  std::vector<std::string> notes;
  notes.push_back(
      fmt::format("memory: earlier runs tried {} programs in this context, {} of which failed; {} that they chose were "
                  "incumbents here, and {} of their best were shown to the search",
                  programs_, failed_.size(), chosen_.size(), best_.size()));
  notes.push_back(fmt::format(
      "memory: {} results were taken from it, worth {:.4g} evaluations of the budget; {} known failures were not tried "
      "again, and {} programs that behaved like known ones went no further",
      uses.evaluations, uses.worth, uses.failures, uses.twins));
  return notes;
}

}  // namespace syswright::design
