#include "judge/drift/drift_features.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "base/random.h"

namespace syswright::judge {
namespace {

using policy::Input;

/// One quantity of one decision, and where it stands in a question.
struct Slot {
  Input input;
  std::size_t place = 0;
  std::size_t series = 0;
};

class Sampler {
 public:
  Sampler(const policy::ProgramPtr& program, const FeatureSampling& sampling)
      : program_(program),
        sampling_(sampling),
        slots_(program->signature().decisions.size()),
        looks_(slots_.size()),
        root_(sampling.seed, "drift candidate") {
    for (std::size_t d = 0; d < slots_.size(); ++d) {
      if (program->rule_for(d) != nullptr) lay_out(d);
    }
  }

  void look(const Question& question) {
    Looks& looks = looks_[question.decision];
    const std::uint64_t number = looks.asked++;
    if (!kept(number, looks.level)) return;
    Random random = root_.at(number);
    const std::size_t subjects = question.candidates.size();
    const std::size_t subject = subjects > 0 ? random.below(subjects) : 0;
    Look& look = looks.kept.emplace_back(Look{number, {}});
    for (const Slot& slot : slots_[question.decision]) {
      const bool global = slot.input.scope == policy::Scope::global;
      if (!global && subjects == 0) {
        look.values.push_back(0);
      } else {
        look.values.push_back(global ? question.globals[slot.place]
                                     : question.columns[slot.place * subjects + subject]);
      }
    }
    while (looks.kept.size() > sampling_.questions) thin(looks);
  }

  std::vector<FeatureSeries> finish() {
    for (std::size_t d = 0; d < slots_.size(); ++d) {
      for (const Look& look : looks_[d].kept) {
        for (std::size_t i = 0; i < slots_[d].size(); ++i)
          series_[slots_[d][i].series].values.push_back(look.values[i]);
      }
    }
    return std::move(series_);
  }

 private:
  struct Look {
    std::uint64_t number = 0;  // of the question, among those of its decision
    std::vector<double> values;
  };
  struct Looks {
    std::uint64_t asked = 0;
    unsigned level = 0;  // one question of 2^level is kept
    std::vector<Look> kept;
  };

  void lay_out(std::size_t d) {
    const policy::Decision& decision = program_->signature().decisions[d];
    const SlotLayout layout(decision, program_->statistics());
    const bool has_candidates = decision.kind == policy::DecisionKind::rank;
    for (std::size_t f = 0; f < decision.features.size(); ++f) {
      const policy::Feature& feature = decision.features[f];
      for (std::size_t element = 0; element < feature.slots(); ++element) {
        add(d, {Input::Source::feature, f, element, feature.scope}, layout, feature.dimension,
            std::isinf(feature.high));
      }
    }
    for (std::size_t s = 0; s < program_->statistics().size(); ++s) {
      const policy::Statistic& statistic = program_->statistics()[s];
      if (!has_candidates && statistic.scope == policy::Scope::candidate) continue;
      add(d, {Input::Source::statistic, s, 0, statistic.scope}, layout, statistic.dimension, true);
    }
  }

  void add(std::size_t d, const Input& input, const SlotLayout& layout, Dimension dimension, bool endless) {
    const policy::Decision& decision = program_->signature().decisions[d];
    const std::vector<Input>& inputs = program_->rule_for(d)->inputs;
    const bool read = std::find(inputs.begin(), inputs.end(), input) != inputs.end();
    slots_[d].push_back({input, layout.slot(input), series_.size()});
    series_.push_back({d,
                       decision.name + "." + policy::input_name(input, decision, program_->statistics()),
                       dimension,
                       read,
                       endless,
                       {}});
  }

  /// By chance and not one in so many: what is asked in turns would be seen in step. Whoever is kept at a level was
  /// kept at those below.
  bool kept(std::uint64_t number, unsigned level) const {
    return (mix64(number ^ mix64(sampling_.seed)) & ((std::uint64_t{1} << level) - 1)) == 0;
  }
  void thin(Looks& looks) const {
    ++looks.level;
    std::erase_if(looks.kept, [&](const Look& look) { return !kept(look.number, looks.level); });
  }

  policy::ProgramPtr program_;
  const FeatureSampling& sampling_;
  std::vector<std::vector<Slot>> slots_;  // [decisions]
  std::vector<FeatureSeries> series_;
  std::vector<Looks> looks_;  // [decisions]
  Random root_;
};

/// Two samples, merged and sorted, each value with the block that it is from: blocks of `older` come first.
struct Pool {
  struct Item {
    double value = 0;
    std::uint32_t block = 0;
    bool ends_tie = false;  ///< the last of equal values: where distribution functions are compared
  };
  std::vector<Item> items;
  std::size_t blocks_a_side = 0;
  std::vector<std::int64_t> sizes;  ///< values of each block
};

Pool pool_of(std::span<const double> older, std::span<const double> newer, std::size_t blocks) {
  Pool pool{.blocks_a_side = blocks, .sizes = std::vector<std::int64_t>(2 * blocks, 0)};
  const auto add = [&](std::span<const double> values, std::size_t first_block) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::size_t block = first_block + i * blocks / values.size();
      pool.items.push_back({values[i], static_cast<std::uint32_t>(block), false});
      pool.sizes[block] += 1;
    }
  };
  add(older, 0);
  add(newer, blocks);
  std::stable_sort(pool.items.begin(), pool.items.end(),
                   [](const Pool::Item& a, const Pool::Item& b) { return a.value < b.value; });
  for (std::size_t i = 0; i < pool.items.size(); ++i) {
    pool.items[i].ends_tie = i + 1 == pool.items.size() || pool.items[i + 1].value != pool.items[i].value;
  }
  return pool;
}

/// Distance if the blocks named count as the older sample, and the others as the newer. The hot loop of the test; in
/// whole numbers, so that equal distributions are at no distance whatever.
double distance_of(const Pool& pool, std::span<const std::uint32_t> older_blocks) {
  std::int64_t older = 0;
  for (const std::uint32_t block : older_blocks) older += pool.sizes[block];
  const std::int64_t newer = static_cast<std::int64_t>(pool.items.size()) - older;
  std::vector<std::int64_t> steps(pool.sizes.size(), -older);
  for (const std::uint32_t block : older_blocks) steps[block] = newer;
  std::int64_t apart = 0;
  std::int64_t farthest = 0;
  for (const Pool::Item& item : pool.items) {
    apart += steps[item.block];
    if (item.ends_tie) farthest = std::max(farthest, std::abs(apart));
  }
  return static_cast<double>(farthest) / (static_cast<double>(older) * static_cast<double>(newer));
}

/// Upper ends of up to 10 bins with equal shares of a sorted sample, without the last.
std::vector<double> bin_ends(const std::vector<double>& sorted) {
  constexpr std::size_t bins = 10;
  std::vector<double> ends;
  for (std::size_t bin = 1; bin < bins; ++bin) {
    const double end = sorted[bin * (sorted.size() - 1) / bins];
    if (end < sorted.back() && (ends.empty() || end > ends.back())) ends.push_back(end);
  }
  return ends;
}

/// Shares with half an item added to each bin, so that an empty one does not make the index infinite.
std::vector<double> shares(std::span<const double> values, const std::vector<double>& ends) {
  std::vector<double> counts(ends.size() + 1, 0.5);
  for (const double value : values) {
    counts[static_cast<std::size_t>(std::lower_bound(ends.begin(), ends.end(), value) - ends.begin())] += 1;
  }
  const double all = static_cast<double>(values.size()) + 0.5 * static_cast<double>(counts.size());
  for (double& count : counts) count /= all;
  return counts;
}

}  // namespace

std::vector<FeatureSeries> sample_features(const Scenario& scenario, const policy::ProgramPtr& program,
                                           const FeatureSampling& sampling, std::stop_token stop) {
  ScenarioPtr smaller;
  if (scenario.events() > sampling.max_events) {
    smaller = scenario.miniature(static_cast<double>(sampling.max_events) / static_cast<double>(scenario.events()));
  }
  const std::unique_ptr<Simulation> simulation = (smaller ? *smaller : scenario).start(program);
  Sampler sampler(program, sampling);
  while (const Question* question = simulation->next()) {
    if (stop.stop_requested()) break;
    sampler.look(*question);
    simulation->answer(interpret_answers(*program, *question));
  }
  return sampler.finish();
}

double distribution_distance(std::span<const double> a, std::span<const double> b) {
  if (a.empty() || b.empty()) return 0;
  const std::uint32_t first = 0;
  return distance_of(pool_of(a, b, 1), {&first, 1});
}

double stability_index(std::span<const double> a, std::span<const double> b) {
  if (a.empty() || b.empty()) return 0;
  std::vector<double> sorted(a.begin(), a.end());
  std::sort(sorted.begin(), sorted.end());
  std::vector<double> ends = bin_ends(sorted);
  // A bin for what is beyond all that was seen, which a constant would otherwise hide.
  ends.push_back(sorted.back());
  const std::vector<double> p = shares(a, ends);
  const std::vector<double> q = shares(b, ends);
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) sum += (q[i] - p[i]) * std::log(q[i] / p[i]);
  return sum;
}

ShiftTest test_shift(std::span<const double> older, std::span<const double> newer, const ShiftRules& rules) {
  ShiftTest test{distribution_distance(older, newer), 1};
  const std::size_t blocks = std::min({rules.blocks, older.size() / 2, newer.size() / 2});
  if (blocks < 4 || test.distance == 0) return test;
  const Pool pool = pool_of(older, newer, blocks);
  const Random root(rules.seed, "drift permutation");
  std::vector<std::uint32_t> order(2 * blocks);
  std::size_t as_far = 0;
  for (std::size_t permutation = 0; permutation < rules.permutations; ++permutation) {
    Random random = root.at(permutation);
    std::iota(order.begin(), order.end(), 0u);
    random.shuffle(std::span(order));
    as_far += distance_of(pool, std::span(order).first(blocks)) >= test.distance * (1 - 1e-12) ? 1 : 0;
  }
  test.p_value = static_cast<double>(as_far + 1) / static_cast<double>(rules.permutations + 1);
  return test;
}

}  // namespace syswright::judge
