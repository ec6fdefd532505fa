#include "design/random_search.h"

#include "design/race.h"

namespace syswright::design {
namespace {

constexpr std::size_t most_programs = 64;  // of a batch
/// Candidates race against the one in this place of the hall: those surely worse could not become finalists.
constexpr std::size_t place_to_beat = 8;

/// A turn is a batch.
class Sampling final : public Strategy {
 public:
  explicit Sampling(Search& search)
      : search_(search), size_(fitted_batch(search.trials(), search.spending(), most_programs)) {}

  bool turn() override {
    Trials& trials = search_.trials();
    Random random(search_.task().seed, "random search", batch_);
    std::vector<Candidate*> field = batch_ == 0 ? search_.propose_seeds() : std::vector<Candidate*>{};
    const std::vector<Candidate*> fresh = search_.propose_random(random, size_);
    field.insert(field.end(), fresh.begin(), fresh.end());
    if (field.empty()) return false;  // the grammar has no more to say
    trials.set_note("batch " + std::to_string(++batch_));
    const auto& hall = trials.hall();
    Candidate* incumbent = hall.size() < place_to_beat ? nullptr : hall[place_to_beat - 1];
    race(trials, std::move(field), 0, trials.top(), incumbent);
    return true;
  }

 private:
  Search& search_;
  std::size_t size_;
  std::uint64_t batch_ = 0;
};

}  // namespace

std::unique_ptr<Strategy> RandomSearch::start(Search& search) const { return std::make_unique<Sampling>(search); }

}  // namespace syswright::design
