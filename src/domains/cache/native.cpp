#include "domains/cache/native.h"

#include <array>
#include <string>
#include <vector>

#include "base/error.h"
#include "domains/cache/native/runners.h"

namespace syswright::cache {

namespace {

struct Entry {
  NativePolicy policy;
  native::Runner run;
};

constexpr std::array entries{
    Entry{{"random", "evicts a resident drawn uniformly at random: the naive policy", "folklore"}, native::run_random},
    Entry{{"fifo", "evicts the oldest arrival; a hit changes nothing", "folklore"}, native::run_fifo},
    Entry{{"lru", "evicts the least recently used", "Mattson et al., IBM Systems Journal 9(2), 1970"}, native::run_lru},
    Entry{{"lfu", "evicts the fewest requests since insertion, the oldest at that count first",
           "Shah et al., An O(1) Algorithm for LFU, 2010"},
          native::run_lfu},
    Entry{{"clock", "FIFO with a second chance for objects hit since they last came round",
           "Corbató, A Paging Experiment with the Multics System, 1968"},
          native::run_clock},
    Entry{{"sieve", "FIFO with a roving hand that spares objects hit since it last passed",
           "Zhang et al., SIEVE is Simpler than LRU, NSDI 2024"},
          native::run_sieve},
    Entry{{"slru", "four LRU segments; a hit lifts an object by one", "Karedla et al., IEEE Computer 27(3), 1994"},
          native::run_slru},
    Entry{{"twoq", "2Q: a FIFO queue for arrivals, LRU for those that come back after it",
           "Johnson and Shasha, 2Q, VLDB 1994"},
          native::run_twoq},
    Entry{{"arc", "two LRU queues whose shares follow requests for what they evicted",
           "Megiddo and Modha, ARC, FAST 2003"},
          native::run_arc},
    Entry{{"s3fifo", "a small FIFO queue filters arrivals for a main one; names of the evicted are remembered",
           "Yang et al., FIFO Queues are All You Need for Cache Eviction, SOSP 2023"},
          native::run_s3fifo},
    Entry{{"gdsf", "GDSF: frequency over size, aged by the priority of the last victim",
           "Cherkasova, HP Labs HPL-98-69, 1998"},
          native::run_gdsf},
    Entry{{"wtinylfu", "a 1 % LRU window, and a main part that admits only what was requested more than its victims",
           "Einziger et al., TinyLFU, ACM ToS 13(4), 2017"},
          native::run_wtinylfu},
    Entry{{"lhd", "evicts the least hit density of a random sample, learned by age and class",
           "Beckmann et al., LHD, NSDI 2018"},
          native::run_lhd},
    Entry{{"lfuda", "LFU with dynamic aging: requests since insertion, aged by the last victim's priority",
           "Arlitt et al., SIGMETRICS PER 27(4), 2000"},
          native::run_lfuda},
    Entry{{"lru2", "LRU-2: evicts the object whose last request but one is longest ago",
           "O'Neil et al., The LRU-K Page Replacement Algorithm, SIGMOD 1993"},
          native::run_lruk},
    Entry{{"lirs", "keeps what came back soon; the rest passes through 1 % of the cache",
           "Jiang and Zhang, LIRS, SIGMETRICS 2002"},
          native::run_lirs},
    Entry{{"hyperbolic", "evicts the fewest requests for its time in the cache, of a random sample",
           "Blankstein et al., Hyperbolic Caching, USENIX ATC 2017"},
          native::run_hyperbolic},
    Entry{{"qdlp", "QD-LP-FIFO: a small FIFO queue for arrivals, a two-bit CLOCK for what is hit there",
           "Yang et al., FIFO can be Better than LRU, HotOS 2023"},
          native::run_qdlp},
    Entry{{"mq", "eight LRU queues by the logarithm of the requests; what is not asked for sinks",
           "Zhou et al., The Multi-Queue Replacement Algorithm, USENIX ATC 2001"},
          native::run_mq},
    Entry{{"car", "ARC with two clocks in place of its LRU queues", "Bansal and Modha, CAR, FAST 2004"},
          native::run_car},
    Entry{{"lecar", "LRU or LFU evicts, drawn by weights that learn from what each evicted too early",
           "Vietri et al., LeCaR, HotStorage 2018"},
          native::run_lecar},
    Entry{{"second_hit", "LRU that takes in only what was asked for before, lately",
           "Maggs and Sitaraman, Algorithmic Nuggets in Content Delivery, CCR 45(3), 2015"},
          native::run_second_hit},
    Entry{{"clockpro", "CLOCK-Pro: what LIRS keeps, told apart by three hands of one clock",
           "Jiang et al., CLOCK-Pro, USENIX ATC 2005"},
          native::run_clock_pro},
    Entry{{"cacheus", "a scan-resistant LRU or a churn-resistant LFU evicts, drawn by learned weights",
           "Rodriguez et al., Learning Cache Replacement with CACHEUS, FAST 2021"},
          native::run_cacheus},
    Entry{{"s4fifo", "S3-FIFO whose constants follow the workload, by miniatures in place of a trained model",
           "Xia et al., Learning-Augmented Heuristics, OSDI 2026"},
          native::run_s4fifo},
    Entry{{"lrb", "evicts what is predicted to come back last, by boosted trees trained on the way",
           "Song et al., Learning Relaxed Belady, NSDI 2020"},
          native::run_lrb},
};

constexpr auto policies = [] {
  std::array<NativePolicy, entries.size()> result;
  for (std::size_t i = 0; i < entries.size(); ++i) result[i] = entries[i].policy;
  return result;
}();

const Entry& find(std::string_view name) {
  std::vector<std::string> names;
  for (const Entry& entry : entries) {
    if (entry.policy.name == name) return entry;
    names.emplace_back(entry.policy.name);
  }
  std::string all;
  for (const std::string& one : names) all += (all.empty() ? "" : ", ") + one;
  throw InputError("unknown cache policy '" + std::string(name) + "'" + did_you_mean(name, names) +
                   " (there are: " + all + ")");
}

}  // namespace

std::span<const NativePolicy> native_policies() { return policies; }

ReplayResult replay_native(std::string_view name, const Requests& requests, const Window& window,
                           const Capacity& capacity, const NativeOptions& options) {
  const Entry& entry = find(name);
  check(requests, window, capacity);
  return entry.run(requests, window, capacity, options);
}

}  // namespace syswright::cache
