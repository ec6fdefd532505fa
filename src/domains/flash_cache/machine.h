#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "domain/stepping.h"
#include "domains/flash_cache/features.h"
#include "domains/flash_cache/flash.h"
#include "domains/flash_cache/setup.h"

namespace syswright::flash_cache {

/// Metrics of the domain, in its order.
enum class Measure : std::size_t {
  request_miss_ratio,
  byte_miss_ratio,
  dram_hit_ratio,
  flash_hit_ratio,
  flash_bytes_written,
  write_amplification,
  device_write_amplification,
  device_writes_per_day
};
inline constexpr std::size_t measures = 8;

/// What is counted, of the counted requests.
struct Account {
  std::uint64_t requests = 0;
  std::uint64_t bytes = 0;
  std::uint64_t dram_hits = 0;
  std::uint64_t flash_hits = 0;
  std::uint64_t bytes_missed = 0;
  std::uint64_t admitted = 0;     ///< bytes of the objects that `admit` took
  std::uint64_t log_written = 0;  ///< bytes, whole regions
  std::uint64_t set_written = 0;  ///< bytes, whole pages
  std::uint64_t refused_by_limit = 0;
};

/// The metrics that an account comes to. days: that the counted requests took.
std::vector<double> metrics_of(const Account& account, const Setup& setup);
/// As bad as any: whoever fails gets it.
std::vector<double> worst_metrics(const Setup& setup);

/// An object in DRAM.
struct Resident {
  Object object = 0;
  std::uint32_t bytes = 0;
  std::uint32_t hits = 0;
  std::uint32_t inserted = 0;  ///< position
};

/// The mechanism (domain/stepping.h): see Setup. Event of a question: index of the request. Subjects and candidates:
/// keys.
class Tiers {
 public:
  explicit Tiers(std::shared_ptr<const Setup> setup);

  bool next(Ask& ask, ProgramState& state);
  void reply(const Reply& reply);
  void default_answers(const Ask& ask, std::span<double> answers) const;
  Evaluation result() const;
  Evaluation failed(std::string why) const;

  // What native policies may look at when they are asked.
  const Setup& setup() const { return *setup_; }
  const Resident& candidate(std::size_t place) const { return residents_[candidates_[place]]; }
  /// The object that left DRAM, or whose place on flash is reclaimed.
  Object offered() const { return offered_; }
  std::uint32_t offered_bytes() const { return offered_bytes_; }
  std::uint32_t offered_hits() const { return offered_hits_; }
  std::uint32_t accesses(Object object) const;
  std::uint32_t last_request(Object object) const { return last_[object]; }
  std::uint32_t position() const { return position_; }
  std::uint64_t offers() const { return offers_; }  ///< questions of `admit` so far

 private:
  enum class Step : std::uint8_t { arrive, make_room, evicting, offer, admitting, reclaim, keeping };

  void arrive(ProgramState& state);
  void count(bool dram, bool flash, std::uint32_t bytes);
  void insert();
  void leave(std::uint32_t slot);
  void pose_evict(Ask& ask, const ProgramState& state);
  void pose_offer(Choice choice, Ask& ask, const ProgramState& state);
  bool reclaim(Ask& ask, ProgramState& state);
  bool may_write(std::uint32_t bytes) const;
  void write(Object object, std::uint32_t bytes);
  void append(Object object, std::uint32_t bytes);
  void touch(Object object);
  std::uint32_t epoch() const { return position_ / epoch_length_; }
  double device_bytes(std::uint32_t bytes) const;
  double clock_of(std::uint64_t request) const;

  std::shared_ptr<const Setup> setup_;
  Random draws_;
  Step step_ = Step::arrive;
  std::uint64_t request_;
  std::uint32_t position_ = 0;
  double clock_ = 0;
  std::uint32_t epoch_length_;

  std::vector<Resident> residents_;
  std::vector<std::uint32_t> slot_;  ///< [objects] in residents_
  std::uint64_t used_ = 0;
  Flash flash_;
  std::vector<std::uint32_t> last_;        ///< [objects] position of the last request
  std::vector<double> last_time_;          ///< [objects]
  std::vector<std::uint32_t> counts_;      ///< [objects] requests, as of counted_in_
  std::vector<std::uint32_t> counted_in_;  ///< [objects] epoch

  Resident incoming_;
  std::array<std::uint32_t, sample_size> candidates_{};
  std::size_t candidate_count_ = 0;
  std::uint64_t evictions_ = 0;
  std::uint64_t offers_ = 0;
  Object offered_ = 0;
  std::uint32_t offered_bytes_ = 0;
  std::uint32_t offered_hits_ = 0;
  std::uint32_t offered_since_ = 0;
  Object waiting_ = 0;  ///< for the region that is being opened
  std::uint32_t waiting_bytes_ = 0;
  std::vector<Object> reclaimed_;
  std::size_t reclaimed_at_ = 0;
  std::uint64_t kept_ = 0;                    ///< bytes of the region that is being reclaimed
  std::optional<std::uint32_t> victim_hits_;  ///< not yet reported
  double device_written_ = 0;  ///< bytes, from the window's begin, when objects are taken: what the limit is of
  double set_amplification_;

  Account account_;
  std::vector<Block> blocks_;
};

}  // namespace syswright::flash_cache
