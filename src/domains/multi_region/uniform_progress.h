#pragma once

#include <cstdint>
#include <vector>

#include "domains/multi_region/native.h"

/// Uniform Progress in several regions: the rule of one region (spot or on demand), with an order of regions. As the
/// public simulator of SkyNomad has these baselines, but for one thing: a running instance is given up when another has
/// been found, not before.
/// Sources: Wu et al., "Can't Be Late", NSDI 2024; SkyNomad, NSDI 2027, and its artifact.
namespace syswright::multi_region {

/// What the rule wants in this tick.
struct Want {
  Mode mode = Mode::idle;
  bool leaves_on_demand = false;  ///< although little time is left, since it is ahead by two starts
};
Want uniform_progress(const Market& market, Mode holds, bool spot_expected);

/// The part that all share: when to be on what.
class UniformProgress : public Native {
 public:
  void order(const Market& market, std::span<double> scores) final;
  Action instance(const Market& market, int region) final;
  bool probe(const Market&, int) override { return false; }

 protected:
  /// Books are kept before the decision of the tick.
  virtual void look(const Market&) {}
  /// Regions in the order in which spot is asked for.
  virtual std::vector<int> ranked(const Market& market) = 0;
  /// On spot already: whether it stays, rather than ask for spot in the order above.
  virtual bool stays(const Market&, const std::vector<int>&) { return true; }
  /// Where to go on demand.
  virtual int fallback(const Market& market) const;

  Want want_;
  bool asks_for_spot_ = false;
  std::size_t ranked_count_ = 0;
};

/// Of the first region only.
class UpHome final : public UniformProgress {
 protected:
  std::vector<int> ranked(const Market&) override { return {0}; }
};

/// UP(S): the cheapest first, those of the cloud region that it ran in last at the end.
class UpSwitching final : public UniformProgress {
 protected:
  void look(const Market& market) override;
  std::vector<int> ranked(const Market& market) override;

 private:
  int last_active_ = -1;
};

/// UP(A): the highest share of the last five samples first; a probe every two hours a region, one a tick.
class UpAvailability final : public UniformProgress {
 public:
  explicit UpAvailability(const Market& market);
  bool probe(const Market& market, int region) override;

 protected:
  void look(const Market& market) override;
  std::vector<int> ranked(const Market& market) override;
  bool stays(const Market& market, const std::vector<int>& order) override;

 private:
  void read_events(const Market& market);
  double share(int region) const;
  void record(int region, bool found);

  std::vector<std::vector<bool>> samples_;
  std::vector<std::int64_t> next_probe_;
  std::vector<std::int64_t> next_sample_;
  std::int64_t interval_;
  std::size_t read_ = 0;
  int main_ = -1;
  std::int64_t chosen_tick_ = -1;
  int chosen_ = -1;
};

/// UP(AP): the highest share of all samples over price first; every region is probed each hour.
class UpAvailabilityPrice final : public UniformProgress {
 public:
  explicit UpAvailabilityPrice(const Market& market);
  bool probe(const Market& market, int region) override;

 protected:
  void look(const Market& market) override;
  std::vector<int> ranked(const Market& market) override;
  bool stays(const Market& market, const std::vector<int>& order) override;
  int fallback(const Market& market) const override;

 private:
  void read_events(const Market& market);
  double score(const Market& market, int region) const;
  void record(int region, bool found);

  std::vector<std::int64_t> found_;
  std::vector<std::int64_t> samples_;
  std::vector<std::int64_t> next_probe_;
  std::int64_t interval_;
  std::size_t read_ = 0;
  int main_ = -1;
};

}  // namespace syswright::multi_region
