#include <algorithm>
#include <numeric>

#include "base/random.h"
#include "domains/transactions/problem.h"
#include "domains/transactions/search.h"

namespace syswright::transactions {
namespace {

using Answers = NativeAnswers<Machine>;

/// Places the transactions as an order says.
Answers follow(const std::vector<std::uint32_t>& order) {
  std::vector<double> scores(order.size());
  for (std::size_t place = 0; place < order.size(); ++place) scores[order[place]] = -static_cast<double>(place);
  return [scores = std::move(scores)](const Machine&, const Ask& ask, std::span<double> answers) {
    for (std::size_t i = 0; i < answers.size(); ++i) answers[i] = scores[ask.candidates[i]];
  };
}

std::vector<std::uint32_t> in_order(const Instance& batch) {
  std::vector<std::uint32_t> order(batch.transactions.size());
  std::iota(order.begin(), order.end(), 0u);
  return order;
}

Answers arrival(const Instance& batch, const MethodOptions&) { return follow(in_order(batch)); }

Answers shuffled(const Instance& batch, const MethodOptions& options) {
  std::vector<std::uint32_t> order = in_order(batch);
  Random(options.seed, "transactions random order", batch.number).shuffle(std::span(order));
  return follow(order);
}

Answers longest_first(const Instance& batch, const MethodOptions&) {
  std::vector<std::uint32_t> order = in_order(batch);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return batch.transactions[a].length > batch.transactions[b].length;
  });
  return follow(order);
}

/// Of ten transactions drawn from those left, the one that lets the makespan grow least; the first is any.
Answers sampled_greedy(const Instance& batch, const MethodOptions& options) {
  return [random = Random(options.seed, "transactions sampled greedy", batch.number)](
             const Machine& machine, const Ask& ask, std::span<double> answers) mutable {
    constexpr std::size_t draws = 10;
    std::fill(answers.begin(), answers.end(), 0.0);
    if (ask.event == 0) {
      answers[random.below(answers.size())] = 1;
      return;
    }
    std::size_t best = random.below(answers.size());
    const auto growth = [&](std::size_t i) {
      return machine.placing().growth(static_cast<std::size_t>(ask.candidates[i]));
    };
    for (std::size_t i = 1; i < std::min(draws, answers.size()); ++i) {
      const std::size_t other = random.below(answers.size());
      if (growth(other) < growth(best)) best = other;
    }
    answers[best] = 1;
  };
}

Answers greedy(const Instance& batch, const MethodOptions&) { return follow(greedy_order(batch)); }

Answers search(const Instance& batch, const MethodOptions& options) {
  return follow(search_order(batch, {options.seed, options.effort, options.stop}));
}

}  // namespace

std::span<const Method<Problem>> Problem::methods() {
  static const std::vector<Method<Problem>> methods{
      {"arrival", "in the order in which they came", "the leaderboard's baseline", arrival},
      {"shuffled", "in a random order", "ADRS, transaction scheduling: its random baseline", shuffled},
      {"longest_first", "long transactions first", "Graham, SIAM J. Applied Mathematics 17, 1969", longest_first},
      {"sampled_greedy", "of ten random ones left, the one that lets the makespan grow least",
       "ADRS, transaction scheduling: its seed program", sampled_greedy},
      {"greedy", "of all left, the one that lets the makespan grow least",
       "the seed program with every successor tried", greedy},
      {"search", "simulated annealing over whole orders; option 'effort'", "Kirkpatrick, Gelatt, Vecchi, Science 1983",
       search},
  };
  return methods;
}

}  // namespace syswright::transactions
