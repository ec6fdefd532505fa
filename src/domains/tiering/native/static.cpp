#include "domains/tiering/native.h"

namespace syswright::tiering {
namespace {

/// No slow page is ever hot enough to be a candidate.
class Static final : public NativePolicy {
 public:
  void look(const Tiers&) override {}
  double threshold() const override { return 1e6; }
  double score(const Tiers& tiers, Page page) const override { return tiers.fast(page) ? 1 : 0; }
  double interval() const override { return longest_interval; }
};

}  // namespace

std::unique_ptr<NativePolicy> make_static(const Setup&) { return std::make_unique<Static>(); }

}  // namespace syswright::tiering
