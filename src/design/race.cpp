#include "design/race.h"

#include <algorithm>
#include <cmath>

namespace syswright::design {
namespace {

void try_all(Trials& trials, const std::vector<Candidate*>& field, std::size_t level, Candidate* incumbent) {
  std::vector<Candidate*> batch = field;
  if (incumbent != nullptr) batch.push_back(incumbent);
  trials.measure(batch, level);
}

bool surely_worse(const Trials& trials, const Candidate& candidate, const Candidate& incumbent, std::size_t level,
                  double patience) {
  if (!incumbent.known(level) || incumbent.levels[level].blocks.empty()) return false;
  const PairedDifference behind = trials.compare(candidate, incumbent, level);
  return behind.difference > patience * behind.error;
}

void sort_by_loss(std::vector<Candidate*>& field, std::size_t level) {
  std::stable_sort(field.begin(), field.end(),
                   [level](const Candidate* a, const Candidate* b) { return a->loss(level) < b->loss(level); });
}

}  // namespace

std::vector<Candidate*> promoted(Trials& trials, std::vector<Candidate*> field, std::size_t level,
                                 const Candidate* incumbent, const RaceRules& rules) {
  std::erase_if(field, [level](const Candidate* candidate) { return !candidate->known(level); });
  sort_by_loss(field, level);
  const auto most = static_cast<std::size_t>(std::ceil(rules.keep * static_cast<double>(field.size())));
  std::erase_if(field, [&](const Candidate* candidate) {
    return !std::isfinite(candidate->loss(level)) || trials.pass_over(*candidate, level) ||
           (incumbent != nullptr && surely_worse(trials, *candidate, *incumbent, level, rules.patience));
  });
  if (field.size() > most) field.resize(most);
  return field;
}

bool surely_better(const Trials& trials, const Candidate& challenger, const Candidate& champion, std::size_t level,
                   double error_rate) {
  if (!challenger.known(level) || !champion.known(level)) return false;
  return surely_negative(trials.compare(challenger, champion, level), error_rate);
}

std::size_t fitted_batch(const Trials& trials, const Spending& spending, std::size_t most, const RaceRules& rules,
                         double share) {
  double cost = 0;  // of one program, that goes on as often as the rules let it
  double chance = 1;
  for (const Level& level : trials.levels()) {
    cost += chance * level.cost;
    chance *= rules.keep;
  }
  const double affordable = std::min(share * spending.affordable() / cost, static_cast<double>(most));
  return std::max<std::size_t>(static_cast<std::size_t>(affordable), 8);
}

std::vector<Candidate*> race(Trials& trials, std::vector<Candidate*> field, std::size_t first, std::size_t last,
                             Candidate* incumbent, const RaceRules& rules) {
  const std::vector<Candidate*> all = field;
  for (std::size_t level = first; level < last && !field.empty(); ++level) {
    try_all(trials, field, level, incumbent);
    field = promoted(trials, std::move(field), level, incumbent, rules);
  }
  trials.measure(field, last);
  std::erase_if(field, [last](const Candidate* candidate) { return !candidate->known(last); });
  sort_by_loss(field, last);
  for (Candidate* candidate : all) {
    if (std::find(field.begin(), field.end(), candidate) == field.end()) trials.forget_blocks(*candidate);
  }
  return field;
}

}  // namespace syswright::design
