#include "domains/tiering/native.h"

#include <array>

#include "base/error.h"
#include "base/text.h"

namespace syswright::tiering {

std::span<const NativeEntry> native_policies() {
  static const std::array<NativeEntry, 6> entries{{
      {"static", "pages stay where first touch put them", "first touch: what Linux does without tiering", make_static},
      {"lru_lists", "a page that was seen goes up in place of the one that was not seen for longest",
       "recency as in the kernel's LRU lists, with NUMA balancing between tiers: Huang, Linux 5.18, 2022", make_lru},
      {"tpp", "a slow page that is seen twice within 8 rounds is active and goes up in place of an inactive one",
       "after Maruf et al., 'TPP: Transparent Page Placement for CXL-Enabled Tiered-Memory', ASPLOS 2023", make_tpp},
      {"hemem", "hot is a page with 8 sampled loads or 4 stores; all counts are halved when one reaches 18",
       "after Raybuck et al., 'HeMem', SOSP 2021", make_hemem},
      {"memtis", "the threshold between hot and cold comes from a histogram of counts, so that the hot pages fit",
       "after Lee et al., 'MEMTIS', SOSP 2023", make_memtis},
      {"arms", "the best of a short and a long moving average, without thresholds; swaps must pay for themselves",
       "after Yadalam et al., 'ARMS: Adaptive and Robust Memory Tiering System', 2025 (arXiv 2508.04417)", make_arms},
  }};
  return entries;
}

const NativeEntry& find_native(const std::string& name) {
  std::vector<std::string> names;
  for (const NativeEntry& entry : native_policies()) {
    if (entry.name == name) return entry;
    names.push_back(entry.name);
  }
  throw InputError("the domain 'tiering' has no native policy '" + name + "'" + did_you_mean(name, names) +
                   " (there are: " + join(names) + ")");
}

NativeAnswers<Tiers> answers_of(const NativeEntry& entry, const Setup& setup) {
  const std::shared_ptr<NativePolicy> policy = entry.make(setup);
  return [policy](const Tiers& tiers, const Ask& ask, std::span<double> answers) {
    switch (static_cast<Choice>(ask.decision)) {
      case Choice::threshold:  // the first question of a round
        policy->look(tiers);
        answers[0] = policy->threshold();
        break;
      case Choice::promote:
        for (std::size_t i = 0; i < answers.size(); ++i) {
          answers[i] = policy->score(tiers, static_cast<Page>(ask.candidates[i]));
        }
        break;
      case Choice::interval:
        answers[0] = policy->interval();
    }
  };
}

}  // namespace syswright::tiering
