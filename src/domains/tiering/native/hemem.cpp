#include "domains/tiering/native.h"

namespace syswright::tiering {
namespace {

constexpr std::uint32_t hot_reads = 8;
constexpr std::uint32_t hot_writes = 4;
constexpr std::uint32_t cooling = 18;

/// Hot slow pages go up in the order in which they became hot, those that are written before the others; cold fast
/// pages make room. Every tick, as HeMem's thread runs every 10 ms. Cooling is done at once, not page by page when one
/// is met next.
class Hemem final : public NativePolicy {
 public:
  explicit Hemem(const Setup& setup) : counts_(setup.run->pages()) {}

  void look(const Tiers& tiers) override {
    ++round_;
    bool cool = false;
    for (Page page = 0; page < tiers.pages(); ++page) {
      Count& count = counts_[page];
      count.reads += tiers.reads(page);
      count.writes += tiers.writes(page);
      cool = cool || count.reads + count.writes >= cooling;
      note(count);
    }
    if (!cool) return;
    for (Count& count : counts_) {
      count.reads /= 2;
      count.writes /= 2;
      note(count);
    }
  }
  double score(const Tiers& tiers, Page page) const override {
    const Count& count = counts_[page];
    if (tiers.fast(page)) return count.hot_since != 0 ? 4 : 1;
    if (count.hot_since == 0) return 0;
    return (count.writes >= hot_writes ? 3 : 2) - count.hot_since / (round_ + 1.0) / 2;
  }
  double interval() const override { return 1; }

 private:
  struct Count {
    std::uint32_t reads = 0;
    std::uint32_t writes = 0;
    std::uint32_t hot_since = 0;  ///< round; 0: it is cold
  };
  void note(Count& count) const {
    const bool hot = count.reads >= hot_reads || count.writes >= hot_writes;
    if (!hot) {
      count.hot_since = 0;
    } else if (count.hot_since == 0) {
      count.hot_since = round_;
    }
  }
  std::uint32_t round_ = 0;
  std::vector<Count> counts_;  ///< [pages]
};

}  // namespace

std::unique_ptr<NativePolicy> make_hemem(const Setup& setup) { return std::make_unique<Hemem>(setup); }

}  // namespace syswright::tiering
