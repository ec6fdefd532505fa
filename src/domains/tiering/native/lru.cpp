#include "domains/tiering/native.h"

namespace syswright::tiering {
namespace {

/// Recency alone: the pages that were seen last belong into fast memory. Of two that were seen in one round, the fast
/// one stays.
class LruLists final : public NativePolicy {
 public:
  explicit LruLists(const Setup& setup) : seen_(setup.run->pages(), -1) {}

  void look(const Tiers& tiers) override {
    for (Page page = 0; page < tiers.pages(); ++page) {
      if (tiers.samples(page) > 0) seen_[page] = tiers.tick();
    }
  }
  double score(const Tiers& tiers, Page page) const override { return seen_[page] + (tiers.fast(page) ? 0.5 : 0); }
  double interval() const override { return 4; }

 private:
  std::vector<double> seen_;  ///< [pages] tick of the round that saw it last; -1: none
};

}  // namespace

std::unique_ptr<NativePolicy> make_lru(const Setup& setup) { return std::make_unique<LruLists>(setup); }

}  // namespace syswright::tiering
