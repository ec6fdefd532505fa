#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "domain/stepping.h"
#include "domain/timeline.h"
#include "domains/tiering/features.h"
#include "domains/tiering/setup.h"

namespace syswright::tiering {

/// Metrics of the domain, in its order.
enum class Measure : std::size_t { access_time, slowdown, fast_share, swaps, stopped };
inline constexpr std::size_t measures = 5;

/// What came of the ticks so far. Whole numbers, so that they can be added in any order.
struct Account {
  std::uint64_t time = 0;       ///< scaled (hardware.h)
  std::uint64_t fast_time = 0;  ///< scaled, had every page been fast
  std::uint64_t stop = 0;       ///< scaled
  std::uint64_t accesses = 0;
  std::uint64_t fast = 0;  ///< of these, of fast pages
  std::uint64_t swaps = 0;
};

/// The mechanism (domain/stepping.h): ticks of accesses, and rounds between them. A round asks for `threshold`, for
/// `promote` if a slow page is a candidate, and for `interval`. Event of a question: ticks since the start. Candidates:
/// numbers of pages.
class Tiers {
 public:
  /// timeline: borrowed; nullptr: nothing is drawn.
  explicit Tiers(std::shared_ptr<const Setup> setup, Timeline* timeline = nullptr);

  bool next(Ask& ask, ProgramState& state);
  void reply(const Reply& reply);
  void default_answers(const Ask& ask, std::span<double> answers) const;
  Evaluation result() const;
  Evaluation failed(std::string why) const;

  // What policies may look at, in a round.
  const Setup& setup() const { return *setup_; }
  std::uint32_t pages() const { return static_cast<std::uint32_t>(fast_.size()); }
  std::uint32_t tick() const { return tick_; }  ///< since the start
  std::uint32_t gap() const { return gap_; }    ///< ticks since the last round; 0 in the first
  bool fast(Page page) const { return fast_[page] != 0; }
  std::uint32_t reads(Page page) const { return reads_[page]; }    ///< samples since the last round
  std::uint32_t writes(Page page) const { return writes_[page]; }  ///< likewise
  std::uint32_t samples(Page page) const { return reads_[page] + writes_[page]; }
  double heat(Page page) const { return static_cast<double>(heat_[page]) / heat_unit; }
  double slow_share() const;
  std::uint32_t swapped() const { return swapped_; }
  double saving() const;

 private:
  enum class Step : std::uint8_t { run, threshold, promote, interval };

  void begin_round(ProgramState& state);
  void report(ProgramState& state) const;
  void pose_value(Choice choice, Ask& ask, const ProgramState& state) const;
  bool pose_promote(Ask& ask, const ProgramState& state);
  void fill_globals(Ask& ask, const ProgramState& state) const;
  void fill_pages(Ask& ask, const ProgramState& state) const;
  void swap(std::span<const std::uint32_t> taken);
  void finish_round(double interval);
  void run_tick();
  void add_births();
  void see_tick();
  void draw_tick(double start, double end, const Traffic& traffic);
  double cutoff() const;
  double hottest() const;

  std::shared_ptr<const Setup> setup_;
  std::shared_ptr<const std::vector<std::uint8_t>> home_;         ///< first_touch()
  std::shared_ptr<const std::vector<std::vector<Page>>> births_;  ///< [ticks] pages that come to be in it
  Decay heat_decay_;
  Decay recent_decay_;
  Step step_ = Step::run;
  std::uint32_t tick_ = 0;
  std::uint32_t next_round_ = 0;
  std::uint32_t last_round_ = 0;
  std::uint32_t gap_ = 0;
  std::uint32_t rounds_ = 0;
  double threshold_ = 0;
  std::uint32_t swapped_ = 0;        ///< in the latest ranking
  std::uint32_t round_swaps_ = 0;    ///< of the round that is on, or the last one
  std::uint32_t pending_swaps_ = 0;  ///< that the next tick pays for
  std::uint32_t pending_scans_ = 0;
  std::uint64_t round_samples_ = 0;
  std::uint64_t round_slow_ = 0;
  std::uint32_t contenders_ = 0;
  // [pages]
  std::vector<std::uint8_t> fast_;
  std::vector<std::uint8_t> accessed_;  ///< bit 0: accessed, bit 1: written; where bits are what is seen
  std::vector<std::uint32_t> reads_;
  std::vector<std::uint32_t> writes_;
  std::vector<Heat> heat_;
  std::vector<Heat> recent_;
  std::vector<std::int32_t> sampled_at_;  ///< tick of the round; -1: never
  std::vector<std::int32_t> moved_at_;    ///< tick; -1: never
  std::vector<Page> candidates_;          ///< of the question that is asked
  Account account_;
  std::uint64_t block_time_ = 0;
  std::uint64_t block_accesses_ = 0;
  std::vector<Block> blocks_;
  Timeline* timeline_ = nullptr;
  std::vector<Timeline::Row> rows_;
};

/// The time that the run's ticks take if every page is fast: scaled.
std::uint64_t all_fast_time(const Setup& setup);

}  // namespace syswright::tiering
