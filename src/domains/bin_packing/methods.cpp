#include <algorithm>

#include "domains/bin_packing/problem.h"

namespace syswright::bin_packing {
namespace {

using Answers = NativeAnswers<Machine>;

/// Takes the bin of which a score says most; the one opened first of equal ones.
template <typename Score>
Answers by_score(Score score) {
  return [score](const Machine& machine, const Ask& ask, std::span<double> answers) {
    for (std::size_t i = 0; i < answers.size(); ++i) answers[i] = score(machine, ask.candidates[i]);
  };
}

Answers next_fit(const Instance&, const MethodOptions&) {
  return by_score([](const Machine& machine, std::uint64_t bin) {
    return bin + 1 == machine.bins() ? 2.0 : bin == machine.bins() ? 1.0 : 0.0;
  });
}

Answers first_fit(const Instance&, const MethodOptions&) {
  return by_score([](const Machine&, std::uint64_t bin) { return -static_cast<double>(bin); });
}

Answers best_fit(const Instance&, const MethodOptions&) {
  return by_score([](const Machine& machine, std::uint64_t bin) { return -static_cast<double>(machine.room(bin)); });
}

Answers worst_fit(const Instance&, const MethodOptions&) {
  return by_score([](const Machine& machine, std::uint64_t bin) {
    return bin == machine.bins() ? 0.0 : static_cast<double>(machine.room(bin));
  });
}

/// Sizes of one class lie in (capacity / (k + 1), capacity / k], and share bins with no other; the last class has all
/// that are smaller. Only the newest bin of a class is open.
Answers harmonic(const Instance&, const MethodOptions&) {
  static constexpr std::uint32_t classes = 12;
  return [newest = std::vector<std::int64_t>(classes, -1)](const Machine& machine, const Ask& ask,
                                                           std::span<double> answers) mutable {
    const std::uint32_t kind = std::min(machine.instance().capacity / machine.size(), classes) - 1;
    const bool room = newest[kind] >= 0 && machine.room(static_cast<std::uint64_t>(newest[kind])) >= machine.size();
    if (!room) newest[kind] = static_cast<std::int64_t>(machine.bins());
    for (std::size_t i = 0; i < answers.size(); ++i) {
      answers[i] = ask.candidates[i] == static_cast<std::uint64_t>(newest[kind]) ? 1 : 0;
    }
  };
}

/// The least growth of the sum over all rooms of (open bins with this room) squared; of equal ones the fullest.
Answers sum_of_squares(const Instance&, const MethodOptions&) {
  return by_score([](const Machine& machine, std::uint64_t bin) {
    const std::uint32_t room = machine.room(bin);
    const std::uint32_t after = room - machine.size();
    const double leaves = after == 0 ? 0 : 2.0 * machine.alike(after) + 1;
    const double takes = bin == machine.bins() ? 0 : 2.0 * machine.alike(room) - 1;
    return (takes - leaves) * (machine.instance().capacity + 1.0) - room;
  });
}

/// The program that FunSearch found for Weibull sizes. There, bins lie in a row that is as long as there are items, and
/// empty ones are candidates like others; a bin's score is a function of its room, less that of the one before it of
/// those with room. Which of the empty bins wins therefore matters for later scores, and the row is kept here.
class FunSearch {
 public:
  void operator()(const Machine& machine, const Ask& ask, std::span<double> answers) {
    const std::uint64_t bin = choose(machine);
    for (std::size_t i = 0; i < answers.size(); ++i) answers[i] = ask.candidates[i] == bin ? 1 : 0;
  }

 private:
  static constexpr std::int64_t empty = -1;

  static double value(double room, double size, double capacity) {
    const double square = room * room / (size * size);
    const double value = (room - capacity) * (room - capacity) / size + square + square / size;
    return room > size ? -value : value;
  }

  std::uint64_t choose(const Machine& machine) {
    row_.resize(row_.size() + 2 - std::min<std::size_t>(empty_at_end(), 2), empty);
    const double size = machine.size();
    const double capacity = machine.instance().capacity;
    double before = 0;
    double highest = -1e300;
    std::size_t best = 0;
    for (std::size_t place = 0; place < row_.size(); ++place) {
      const double room = row_[place] == empty ? capacity : machine.room(static_cast<std::uint64_t>(row_[place]));
      if (room < size) continue;
      const double own = value(room, size, capacity);
      if (own - before > highest) {
        highest = own - before;
        best = place;
      }
      before = own;
    }
    if (row_[best] == empty) row_[best] = static_cast<std::int64_t>(machine.bins());
    return static_cast<std::uint64_t>(row_[best]);
  }

  /// Further ones behind would score like the second of them.
  std::size_t empty_at_end() const {
    const auto used = std::find_if(row_.rbegin(), row_.rend(), [](std::int64_t bin) { return bin != empty; });
    return static_cast<std::size_t>(used - row_.rbegin());
  }

  std::vector<std::int64_t> row_;  ///< bin, or empty
};

Answers funsearch_weibull(const Instance&, const MethodOptions&) { return FunSearch(); }

}  // namespace

std::span<const Method<Problem>> Problem::methods() {
  static const std::vector<Method<Problem>> methods{
      {"next_fit", "the bin opened last, if it has room, else a new one", "Johnson, 1973", next_fit},
      {"first_fit", "the bin opened first that has room", "Johnson, 1973", first_fit},
      {"best_fit", "the bin with least room that has enough", "Johnson, 1973", best_fit},
      {"worst_fit", "the bin with most room, if it has enough", "Johnson, 1973", worst_fit},
      {"harmonic", "sizes in 12 classes, each in bins of its own", "Lee and Lee, JACM 32(3), 1985", harmonic},
      {"sum_of_squares", "keeps the numbers of open bins with each room alike",
       "Csirik, Johnson, Kenyon, Orlin, Shor and Weber, JACM 53(1), 2006", sum_of_squares},
      {"funsearch_weibull", "the program that FunSearch found for Weibull sizes",
       "Romera-Paredes et al., Nature 625, 2024", funsearch_weibull},
  };
  return methods;
}

}  // namespace syswright::bin_packing
