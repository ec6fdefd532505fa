#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "domain/stepping.h"
#include "domains/bin_packing/instance.h"

/// Packing as it is defined, bin by bin, without any structure: what the machine is compared with.
namespace syswright::bin_packing::slow {

struct Bin {
  std::uint32_t room = 0;
  std::vector<std::size_t> items;
};

/// Bin of each item. choose(bins, size): index of a bin with room, or the number of bins for a new one.
template <typename Choose>
std::vector<std::uint64_t> pack(const Instance& instance, Choose choose) {
  std::vector<Bin> bins;
  std::vector<std::uint64_t> placed;
  for (std::size_t item = 0; item < instance.sizes.size(); ++item) {
    const std::uint32_t size = instance.sizes[item];
    const std::size_t bin = choose(bins, size);
    if (bin == bins.size()) bins.push_back({instance.capacity, {}});
    bins[bin].room -= size;
    bins[bin].items.push_back(item);
    placed.push_back(bin);
  }
  return placed;
}

/// The bin with the highest score of those with room and a new one; the first of equal ones.
template <typename Score>
auto highest(std::uint32_t capacity, Score score) {
  return [=](const std::vector<Bin>& bins, std::uint32_t size) {
    std::size_t best = bins.size();
    double most = -1e300;
    for (std::size_t i = 0; i <= bins.size(); ++i) {
      const std::uint32_t room = i < bins.size() ? bins[i].room : capacity;
      if (room < size) continue;
      const double one = score(bins, i, room, size);
      if (one > most) {
        most = one;
        best = i;
      }
    }
    return best;
  };
}

inline double squares(const std::vector<std::uint32_t>& rooms, std::uint32_t capacity) {
  std::vector<double> count(capacity + 1);
  for (const std::uint32_t room : rooms) ++count[room];
  double sum = 0;
  for (std::uint32_t room = 1; room < capacity; ++room) sum += count[room] * count[room];
  return sum;
}

/// Growth of the sum of squares if the item goes there.
inline double growth(const std::vector<Bin>& bins, std::size_t bin, std::uint32_t size, std::uint32_t capacity) {
  std::vector<std::uint32_t> rooms;
  for (const Bin& one : bins) rooms.push_back(one.room);
  const double before = squares(rooms, capacity);
  if (bin == bins.size()) rooms.push_back(capacity);
  rooms[bin] -= size;
  return squares(rooms, capacity) - before;
}

/// FunSearch's program on its whole row of bins, one for each item.
inline std::vector<std::uint64_t> funsearch(const Instance& instance) {
  const double capacity = instance.capacity;
  std::vector<double> row(instance.sizes.size() + 2, capacity);
  std::vector<std::int64_t> number(row.size(), -1);
  std::int64_t opened = 0;
  std::vector<std::uint64_t> placed;
  for (const double size : instance.sizes) {
    std::vector<std::size_t> valid;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (row[i] >= size) valid.push_back(i);
    }
    std::vector<double> score;
    for (const std::size_t i : valid) {
      const double square = row[i] * row[i] / (size * size);
      const double one = (row[i] - capacity) * (row[i] - capacity) / size + square + square / size;
      score.push_back(row[i] > size ? -one : one);
    }
    for (std::size_t i = score.size(); --i > 0;) score[i] -= score[i - 1];
    const std::size_t best =
        valid[static_cast<std::size_t>(std::max_element(score.begin(), score.end()) - score.begin())];
    row[best] -= size;
    if (number[best] < 0) number[best] = opened++;
    placed.push_back(static_cast<std::uint64_t>(number[best]));
  }
  return placed;
}

/// What a program takes when every feature of every open bin is worked out from its definition.
inline std::vector<std::uint64_t> by_program(const Instance& instance, const policy::ProgramPtr& program) {
  ProgramAnswers rule(program);
  std::vector<std::size_t> touched;  // by bin: the item that went there last
  std::vector<std::uint32_t> seen;
  return pack(instance, [&](const std::vector<Bin>& bins, std::uint32_t size) {
    const double unit = instance.steps;
    seen.push_back(size);
    double sum = 0;
    for (const std::uint32_t one : seen) sum += one;
    std::vector<std::size_t> offered;
    for (std::size_t i = 0; i < bins.size(); ++i) {
      if (bins[i].room >= size) offered.push_back(i);
    }
    offered.push_back(bins.size());
    const auto room = [&](std::size_t bin) { return bin < bins.size() ? bins[bin].room : instance.capacity; };
    const auto alike = [&](std::uint32_t wanted) {
      return wanted == 0 ? 0 : static_cast<double>(std::count_if(bins.begin(), bins.end(), [&](const Bin& bin) {
        return bin.room == wanted;
      }));
    };
    const auto share = [&](auto counts) {
      return static_cast<double>(std::count_if(seen.begin(), seen.end(), counts)) / static_cast<double>(seen.size());
    };
    Ask ask;
    ask.candidates.assign(offered.begin(), offered.end());
    ask.globals = {size / unit, instance.capacity / unit, sum / static_cast<double>(seen.size()) / unit};
    const auto column = [&](auto value_of) {
      for (const std::size_t bin : offered) ask.columns.push_back(value_of(bin));
    };
    column([&](std::size_t bin) { return room(bin) / unit; });
    column([&](std::size_t bin) { return (room(bin) - size) / unit; });
    column([&](std::size_t bin) { return bin == bins.size() ? 0 : alike(room(bin)); });
    column([&](std::size_t bin) { return alike(room(bin) - size); });
    column([&](std::size_t bin) { return bin == bins.size() ? 1.0 : 0.0; });
    column([&](std::size_t bin) { return share([&](std::uint32_t one) { return one <= room(bin) - size; }); });
    column([&](std::size_t bin) { return share([&](std::uint32_t one) { return one == room(bin) - size; }); });
    std::vector<double> answers(offered.size());
    rule.answer(ask, answers);
    // Of equal scores the fullest bin, and of bins with equal room the one that came to it last.
    std::size_t best = 0;
    for (std::size_t i = 1; i < offered.size(); ++i) {
      const auto rank = [&](std::size_t at) {
        const std::size_t bin = offered[at];
        const double last = bin < bins.size() ? static_cast<double>(bins[bin].items.back()) : -1;
        return std::tuple(answers[at], -static_cast<double>(room(bin)), last);
      };
      if (rank(i) > rank(best)) best = i;
    }
    return offered[best];
  });
}

}  // namespace syswright::bin_packing::slow
