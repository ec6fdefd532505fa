#include <array>
#include <bit>

#include "domains/tiering/native.h"

namespace syswright::tiering {
namespace {

/// Share of fast memory that the hot pages must leave empty for pages one class below them to be warm.
constexpr double warm_below = 0.9;

/// Counts fall into classes by powers of two; the lowest class is chosen from which on all pages fit. Hot slow pages go
/// up; cold fast ones make room first, warm ones (one class below) after them. All counts are halved each time that
/// half as many samples came in as there are pages: MEMTIS does it every two million samples, of tens of gigabytes.
class Memtis final : public NativePolicy {
 public:
  explicit Memtis(const Setup& setup) : capacity_(setup.fast), counts_(setup.run->pages()) {}

  void look(const Tiers& tiers) override {
    for (Page page = 0; page < tiers.pages(); ++page) {
      counts_[page] += tiers.samples(page);
      samples_ += tiers.samples(page);
    }
    if (2 * samples_ >= tiers.pages()) {
      samples_ = 0;
      for (std::uint32_t& count : counts_) count /= 2;
    }
    choose_classes();
  }
  double score(const Tiers& tiers, Page page) const override {
    const std::uint32_t level = level_of(counts_[page]);
    if (level >= hot_) return tiers.fast(page) ? 4 : 3;
    if (!tiers.fast(page)) return 0;
    return level >= warm_ ? 2 : 1;
  }
  double interval() const override { return 4; }

 private:
  /// 0 for none, and one more for each doubling.
  static std::uint32_t level_of(std::uint32_t count) { return static_cast<std::uint32_t>(std::bit_width(count)); }

  void choose_classes() {
    std::array<std::uint64_t, 33> pages{};
    for (const std::uint32_t count : counts_) ++pages[level_of(count)];
    std::uint64_t fit = 0;
    hot_ = 33;
    while (hot_ > 1 && fit + pages[hot_ - 1] <= capacity_) fit += pages[--hot_];
    const bool room = static_cast<double>(fit) < warm_below * static_cast<double>(capacity_);
    warm_ = room && hot_ > 1 ? hot_ - 1 : hot_;
  }

  std::uint64_t capacity_;
  std::uint64_t samples_ = 0;  ///< since counts were halved
  std::uint32_t hot_ = 33;     ///< lowest class that is hot
  std::uint32_t warm_ = 33;    ///< lowest class that is at least warm
  std::vector<std::uint32_t> counts_;
};

}  // namespace

std::unique_ptr<NativePolicy> make_memtis(const Setup& setup) { return std::make_unique<Memtis>(setup); }

}  // namespace syswright::tiering
