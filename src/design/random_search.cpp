#include "design/random_search.h"

#include <algorithm>

#include "design/race.h"
#include "design/search.h"

namespace syswright::design {
namespace {

constexpr std::size_t batch_size = 64;
/// Candidates race against the one in this place of the hall: those surely worse could not become finalists.
constexpr std::size_t place_to_beat = 8;

}  // namespace

Outcome RandomSearch::design(const Task& task) const {
  Search search(task);
  Trials& trials = search.trials();
  std::vector<Candidate*> field = search.propose_seeds();
  for (std::uint64_t batch = 0; search.may_go_on(); ++batch) {
    Random random(task.seed, "random search", batch);
    const std::vector<Candidate*> fresh = search.propose_random(random, batch_size);
    field.insert(field.end(), fresh.begin(), fresh.end());
    if (field.empty()) break;  // the grammar has no more to say
    trials.set_note("batch " + std::to_string(batch + 1));
    const auto& hall = trials.hall();
    Candidate* incumbent = hall.size() < place_to_beat ? nullptr : hall[place_to_beat - 1];
    race(trials, std::move(field), 0, trials.top(), incumbent);
    field.clear();
  }
  return search.finish("random");
}

}  // namespace syswright::design
