#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <vector>

#include "domains/tiering/setup.h"

/// The system and its standard policies once more, plain and slow: maps and sets of pages, everything sorted whole,
/// nothing kept that can be counted again. For tests of the fast ones.
namespace syswright::tiering::slow {

using Counts = std::map<Page, std::pair<int, int>>;  ///< sampled loads and stores

/// What a policy is told of a round.
struct Round {
  int number = 0;  ///< from 1
  int gap = 0;     ///< ticks since the last one
  int tick = 0;
  Counts seen;
  std::set<Page> fast;
  std::set<Page> pages;

  int samples(Page page) const {
    const auto found = seen.find(page);
    return found == seen.end() ? 0 : found->second.first + found->second.second;
  }
  double slow_share() const {
    double all = 0;
    double slow = 0;
    for (const auto& [page, count] : seen) {
      all += samples(page);
      if (!fast.contains(page)) slow += samples(page);
    }
    return all == 0 ? 0 : slow / all;
  }
};

/// Scores for all pages; those in slow memory that it leaves out are no candidates. The interval comes back in `next`.
using Policy = std::function<std::map<Page, double>(const Round& round, int& next)>;

struct Outcome {
  double time = 0;  ///< seconds
  int swaps = 0;
  int fast_accesses = 0;
};

inline Outcome run(const Setup& setup, const Policy& policy) {
  const PageRun& trace = *setup.run;
  Round round;
  std::vector<Page> order;
  for (Page page = 0; page < trace.pages(); ++page) order.push_back(page);
  for (Page page = 0; page < trace.pages(); ++page) {
    round.pages.insert(page);
    if (page < setup.fast) round.fast.insert(page);  // all are born at the start
  }
  std::map<Page, double> heat;
  Outcome outcome;
  int next = 0;
  int last = 0;
  for (int now = 0; now < static_cast<int>(setup.ticks()); ++now) {
    int swapped = 0;
    if (now == next) {
      round.gap = now - last;
      round.tick = now;
      ++round.number;
      last = now;
      for (Page page = 0; page < trace.pages(); ++page) {
        const double factor = std::round(65536 * std::pow(2, -round.gap / 16.0)) / 65536;
        heat[page] = std::floor(heat[page] * factor * 65536) / 65536 + round.samples(page);
      }
      int interval = 1;
      const std::map<Page, double> scores = policy(round, interval);
      next = now + interval;
      std::vector<std::pair<double, Page>> sorted;
      bool contested = false;
      for (const Page page : round.pages) {
        const bool contends = !round.fast.contains(page) && scores.contains(page) && heat[page] > 0;
        contested = contested || contends;
        if (round.fast.contains(page) || contends) sorted.emplace_back(-scores.at(page), page);
      }
      std::sort(sorted.begin(), sorted.end());
      if (contested && round.gap > 0) {
        std::vector<Page> up;
        std::vector<std::pair<double, Page>> down;
        for (std::size_t i = 0; i < sorted.size(); ++i) {
          const Page page = sorted[i].second;
          if (i < setup.fast && !round.fast.contains(page)) up.push_back(page);
          if (i >= setup.fast && round.fast.contains(page)) down.emplace_back(heat[page], page);
        }
        std::sort(down.begin(), down.end());
        for (std::size_t i = 0; i < up.size() && i < std::size_t{setup.budget} * round.gap; ++i) {
          round.fast.erase(down[i].second);
          round.fast.insert(up[i]);
          ++swapped;
        }
      }
      round.seen.clear();
    }
    double latency = 0;
    double busy_fast = swapped * 64.0;
    double busy_slow = swapped * 64.0;
    const Device& fast = setup.costs.hardware.fast;
    const Device& slow = setup.costs.hardware.slow;
    busy_fast *= static_cast<double>(fast.read_line + fast.write_line);
    busy_slow *= static_cast<double>(slow.read_line + slow.write_line);
    for (std::uint64_t i = trace.start[now]; i < trace.start[now + 1]; ++i) {
      const bool in_fast = round.fast.contains(trace.page[i]);
      const Device& device = in_fast ? fast : slow;
      const double reads = trace.reads[i];
      const double writes = trace.writes[i];
      latency += reads * static_cast<double>(device.read_latency) + writes * static_cast<double>(device.write_latency);
      (in_fast ? busy_fast : busy_slow) +=
          reads * static_cast<double>(device.read_line) + writes * static_cast<double>(device.write_line);
      if (in_fast) outcome.fast_accesses += static_cast<int>(reads + writes);
    }
    outcome.time += 1e-12 * (std::max({latency / static_cast<double>(setup.costs.parallelism), busy_fast, busy_slow}) +
                             2.0 * swapped * static_cast<double>(setup.costs.move));
    outcome.swaps += swapped;
    for (std::uint64_t i = setup.samples->start[now]; i < setup.samples->start[now + 1]; ++i) {
      auto& count = round.seen[setup.samples->sample[i].page];
      ++(setup.samples->sample[i].store ? count.second : count.first);
    }
  }
  return outcome;
}

inline Policy stay() {
  return [](const Round& round, int& next) {
    next = 32;
    std::map<Page, double> scores;
    for (const Page page : round.fast) scores[page] = 1;
    return scores;
  };
}

inline Policy lru() {
  std::map<Page, int> seen;
  return [seen](const Round& round, int& next) mutable {
    next = 4;
    std::map<Page, double> scores;
    for (const auto& [page, count] : round.seen) seen[page] = round.tick;
    for (const Page page : round.pages) {
      scores[page] = 2 * (seen.contains(page) ? seen[page] : -1) + (round.fast.contains(page) ? 1 : 0);
    }
    return scores;
  };
}

/// Keeps the rounds in which each page was seen.
inline Policy tpp() {
  std::map<Page, std::vector<int>> seen;
  return [seen](const Round& round, int& next) mutable {
    next = 4;
    for (const auto& [page, count] : round.seen) seen[page].push_back(round.number);
    std::map<Page, double> scores;
    for (const Page page : round.pages) {
      const std::vector<int>& rounds = seen[page];
      // Active: seen in the last 8 rounds, and that time at most 8 rounds after the time before; or it has stayed
      // active since.
      bool active = false;
      const bool recent = !rounds.empty() && round.number - rounds.back() <= 8;
      if (recent && rounds.size() > 1) active = rounds.back() - rounds[rounds.size() - 2] <= 8;
      const double recency = rounds.empty() ? 0 : rounds.back() / 1e6;
      const bool fast = round.fast.contains(page);
      scores[page] = fast && active ? 3 : active ? 2 + recency : fast ? 1 + recency : 0;
    }
    return scores;
  };
}

inline Policy hemem() {
  std::map<Page, std::pair<int, int>> counts;
  std::map<Page, int> hot_since;
  return [counts, hot_since](const Round& round, int& next) mutable {
    next = 1;
    bool cool = false;
    for (const auto& [page, count] : round.seen) {
      counts[page].first += count.first;
      counts[page].second += count.second;
    }
    const auto mark = [&] {
      for (const auto& [page, count] : counts) {
        if (count.first < 8 && count.second < 4) {
          hot_since.erase(page);
        } else {
          hot_since.try_emplace(page, round.number);
        }
      }
    };
    mark();
    for (const auto& [page, count] : counts) cool = cool || count.first + count.second >= 18;
    if (cool) {
      for (auto& [page, count] : counts) count = {count.first / 2, count.second / 2};
      mark();
    }
    std::map<Page, double> scores;
    for (const Page page : round.pages) {
      const bool hot = hot_since.contains(page);
      if (round.fast.contains(page)) {
        scores[page] = hot ? 1e9 : 1;
      } else if (hot) {
        scores[page] = (counts[page].second >= 4 ? 1e8 : 1e6) - hot_since[page];
      } else {
        scores[page] = 0;
      }
    }
    return scores;
  };
}

inline Policy memtis(std::size_t capacity) {
  std::map<Page, int> counts;
  int since = 0;
  return [=](const Round& round, int& next) mutable {
    next = 4;
    for (const auto& [page, count] : round.seen) {
      counts[page] += count.first + count.second;
      since += count.first + count.second;
    }
    if (since >= static_cast<double>(round.pages.size()) / 2) {
      since = 0;
      for (auto& [page, count] : counts) count /= 2;
    }
    // Classes: 1, 2-3, 4-7, …: the lowest from which on all pages fit.
    int least = 1;
    const auto from = [&](int count) {
      std::size_t pages = 0;
      for (const auto& [page, held] : counts) pages += held >= count;
      return pages;
    };
    while (from(least) > capacity) least *= 2;
    const bool room = static_cast<double>(from(least)) < 0.9 * static_cast<double>(capacity);
    const int warm = room && least > 1 ? least / 2 : least;
    std::map<Page, double> scores;
    for (const Page page : round.pages) {
      const int count = counts[page];
      if (round.fast.contains(page)) {
        scores[page] = count >= least ? 4 : count >= warm ? 2 : 1;
      } else {
        scores[page] = count >= least ? 3 : 0;
      }
    }
    return scores;
  };
}

/// From all rates so far, added up again in each round.
inline Policy arms(const Setup& setup) {
  const Costs& costs = setup.costs;
  const double saved = setup.sampling.period *
                       static_cast<double>(costs.hardware.slow.read_latency - costs.hardware.fast.read_latency) /
                       static_cast<double>(costs.parallelism) * 1e-12;
  const double bonus = 2 * static_cast<double>(costs.move) * 1e-12 / (16 * saved);
  std::map<Page, std::vector<double>> rates;
  std::map<Page, int> on_top;
  std::vector<double> shares;
  std::map<Page, double> scores;
  int late = 0;
  const std::size_t capacity = setup.fast;
  return [=](const Round& round, int& next) mutable {
    if (round.gap > 0) {
      if (late > 0) --late;
      // Page–Hinkley over all shares since the last alarm.
      shares.push_back(round.slow_share());
      double mean = 0;
      double sum = 0;
      double lowest = 0;
      for (std::size_t i = 0; i < shares.size(); ++i) {
        mean += (shares[i] - mean) / static_cast<double>(i + 1);
        sum += shares[i] - mean - 0.005;
        lowest = std::min(lowest, sum);
      }
      if (sum - lowest > 0.15) {
        late = 5;
        shares.clear();
      }
      for (const Page page : round.pages) {
        rates[page].push_back(round.samples(page) * 4.0 / round.gap);
        double brief = 0;
        double lasting = 0;
        for (const double rate : rates[page]) {
          brief += 0.7 * (rate - brief);
          lasting += 0.1 * (rate - lasting);
        }
        const double share = late > 0 ? 0.7 : 0.3;
        scores[page] = share * brief + (1 - share) * lasting;
      }
      std::vector<double> sorted;
      for (const auto& [page, score] : scores) sorted.push_back(score);
      std::sort(sorted.rbegin(), sorted.rend());
      for (const Page page : round.pages) {
        const bool top = capacity < sorted.size() && scores[page] > 0 && scores[page] >= sorted[capacity - 1];
        on_top[page] = top ? on_top[page] + 1 : 0;
      }
    }
    next = late > 0 ? 2 : 4;
    std::map<Page, double> answer;
    for (const Page page : round.pages) {
      const bool fast = round.fast.contains(page);
      answer[page] = fast ? scores[page] + bonus : on_top[page] >= 2 ? scores[page] : -1;
    }
    return answer;
  };
}

}  // namespace syswright::tiering::slow
