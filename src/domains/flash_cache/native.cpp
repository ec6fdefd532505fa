#include "domains/flash_cache/native.h"

#include <array>

#include "base/error.h"
#include "base/text.h"

namespace syswright::flash_cache {
namespace {

double oldest_request(const Tiers& tiers, const Resident& one) {
  return tiers.position() - tiers.last_request(one.object);
}
double oldest_arrival(const Tiers& tiers, const Resident& one) { return tiers.position() - one.inserted; }
/// Requests for the byte; of equals the one that waited longest.
double least_dense(const Tiers& tiers, const Resident& one) {
  return -static_cast<double>(tiers.accesses(one.object)) / one.bytes + 1e-12 * oldest_request(tiers, one);
}

bool everything(const Tiers&) { return true; }
bool nothing(const Tiers&) { return false; }
bool half(const Tiers& tiers) { return Random(tiers.setup().seed, "flash admission", tiers.offers()).chance(0.5); }
bool no_larger_than_most(const Tiers& tiers) {
  const Requests& requests = *tiers.setup().requests;
  return tiers.offered_bytes() * requests.keys.size() <= requests.footprint;
}
bool hit_in_dram(const Tiers& tiers) { return tiers.offered_hits() > 0; }
bool asked_for_twice(const Tiers& tiers) { return tiers.accesses(tiers.offered()) >= 2; }
bool hit_on_flash(const Tiers& tiers) { return tiers.offered_hits() > 0; }

}  // namespace

std::span<const NativeEntry> native_policies() {
  static const std::array<NativeEntry, 10> entries{{
      {"lru_none", "DRAM by LRU, and nothing goes to flash: what flash has to beat", "no flash", oldest_request,
       nothing, nothing},
      {"fifo_all", "DRAM by FIFO; all that leaves goes to flash", "folklore", oldest_arrival, everything, nothing},
      {"lru_all", "DRAM by LRU; all that leaves goes to flash",
       "Berg et al., The CacheLib Caching Engine, OSDI 2020: without an admission policy", oldest_request, everything,
       nothing},
      {"lru_half", "DRAM by LRU; each object goes to flash with probability 0.5",
       "Berg et al., The CacheLib Caching Engine, OSDI 2020: random admission", oldest_request, half, nothing},
      {"lru_size", "DRAM by LRU; objects up to the mean size go to flash", "folklore", oldest_request,
       no_larger_than_most, nothing},
      {"lru_hit", "DRAM by LRU; what was hit there goes to flash",
       "Eisenman et al., Flashield, NSDI 2019: with a threshold of one hit in place of the learned one", oldest_request,
       hit_in_dram, nothing},
      {"lru_second", "DRAM by LRU; what was asked for twice, lately, goes to flash",
       "Berg et al., The CacheLib Caching Engine, OSDI 2020: reject first", oldest_request, asked_for_twice, nothing},
      {"lru_keep", "the same, and what was hit on flash is written again when its region is reclaimed",
       "Berg et al., The CacheLib Caching Engine, OSDI 2020: reinsertion by hits", oldest_request, asked_for_twice,
       hit_on_flash},
      {"dense_all", "DRAM keeps the most requests for the byte; all that leaves goes to flash",
       "after GDSF: Cherkasova, HP Labs HPL-98-69, 1998", least_dense, everything, nothing},
      {"dense_keep", "DRAM keeps the most requests for the byte; flash as of lru_keep",
       "after GDSF: Cherkasova, HP Labs HPL-98-69, 1998", least_dense, asked_for_twice, hit_on_flash},
  }};
  return entries;
}

NativeAnswers<Tiers> native_answers(const std::string& name) {
  std::vector<std::string> names;
  for (const NativeEntry& entry : native_policies()) {
    names.push_back(entry.name);
    if (entry.name != name) continue;
    return [&entry](const Tiers& tiers, const Ask& ask, std::span<double> answers) {
      switch (static_cast<Choice>(ask.decision)) {
        case Choice::evict:
          for (std::size_t i = 0; i < answers.size(); ++i) answers[i] = entry.evict(tiers, tiers.candidate(i));
          return;
        case Choice::admit:
          answers[0] = entry.admit(tiers) ? take : refuse;
          return;
        case Choice::keep:
          answers[0] = entry.keep(tiers) ? take : refuse;
      }
    };
  }
  throw InputError("the domain 'flash_cache' has no native policy '" + name + "'" + did_you_mean(name, names) +
                   " (there are: " + join(names) + ")");
}

}  // namespace syswright::flash_cache
