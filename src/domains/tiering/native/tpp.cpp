#include "domains/tiering/native.h"

namespace syswright::tiering {
namespace {

constexpr std::uint32_t rounds_remembered = 8;

/// Two touches make a page active, and rounds without one make it inactive. Active slow pages go up, those seen last
/// first, and only inactive fast pages make room. The head-room that TPP keeps free for new pages is not there: pages
/// change places in pairs.
class Tpp final : public NativePolicy {
 public:
  explicit Tpp(const Setup& setup) : seen_(setup.run->pages()), active_(setup.run->pages()) {}

  void look(const Tiers& tiers) override {
    ++round_;
    for (Page page = 0; page < tiers.pages(); ++page) {
      const bool remembered = seen_[page] != 0 && round_ - seen_[page] <= rounds_remembered;
      if (!remembered) active_[page] = 0;
      if (tiers.samples(page) == 0) continue;
      if (remembered) active_[page] = 1;
      seen_[page] = round_;
    }
  }
  double score(const Tiers& tiers, Page page) const override {
    const double recency = seen_[page] / (round_ + 1.0);
    if (tiers.fast(page)) return active_[page] != 0 ? 3 : 1 + recency;
    return active_[page] != 0 ? 2 + recency : 0;
  }
  double interval() const override { return 4; }

 private:
  std::uint32_t round_ = 0;
  std::vector<std::uint32_t> seen_;   ///< [pages] round that saw it last; 0: none
  std::vector<std::uint8_t> active_;  ///< [pages]
};

}  // namespace

std::unique_ptr<NativePolicy> make_tpp(const Setup& setup) { return std::make_unique<Tpp>(setup); }

}  // namespace syswright::tiering
