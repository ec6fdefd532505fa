#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "domain/stepping.h"
#include "domains/bin_packing/instance.h"

namespace syswright::bin_packing {

/// One decision, `place`: which bin takes the item that has arrived.
const std::shared_ptr<const policy::Signature>& bin_packing_signature();

/// The mechanism: asks for each item, one event each. A program is asked about bins that differ: those with equal room
/// are one candidate, named by the one that came to this room last, so that a question has at most as many candidates
/// as a bin has steps. They stand by room, the fullest first, and a new bin last. A native policy is asked about every
/// open bin that has room, in the order of opening, and a new one last.
/// O(candidates) a question, and O(capacity) more where `fit` is read.
class Machine {
 public:
  /// The instance outlives the machine.
  explicit Machine(const Instance& instance);

  bool next(Ask& ask, ProgramState& state);
  void reply(const Reply& reply);
  /// Best fit.
  void default_answers(const Ask& ask, std::span<double> answers) const;
  /// Of the items that are placed so far.
  std::vector<double> metrics() const;

  const Instance& instance() const { return *instance_; }
  /// Of the item that is asked about, in steps.
  std::uint32_t size() const { return instance_->sizes[placed_]; }
  std::uint64_t bins() const { return room_.size(); }
  /// Of a bin, in steps; of bins() and above: of a bin to be opened.
  std::uint32_t room(std::uint64_t bin) const { return bin < room_.size() ? room_[bin] : instance_->capacity; }
  /// Open bins that have exactly this room: 0 for a full and for an empty one.
  std::uint32_t alike(std::uint32_t room) const { return alike_[room]; }

 private:
  void offer_kinds();
  void offer_bins();
  void fill(Ask& ask, const ProgramState& state) const;
  void fill_shares(Ask& ask, const ProgramState& state) const;
  void leave(std::uint32_t bin);
  void enter(std::uint32_t bin);

  const Instance* instance_;
  bool kinds_ = false;  ///< bins with equal room are one candidate
  std::uint64_t placed_ = 0;
  std::uint64_t placed_size_ = 0;
  std::vector<std::uint32_t> room_;           ///< by bin
  std::vector<std::uint32_t> alike_;          ///< by room
  std::vector<std::uint32_t> seen_;           ///< by size: items so far, the one that is asked about too
  std::vector<std::uint32_t> offered_;        ///< bin of each candidate
  std::vector<std::uint32_t> rooms_offered_;  ///< where kinds_: room of each candidate
  // Where kinds_: bins of equal room as a stack, linked from the newest down.
  std::vector<std::uint32_t> rooms_;   ///< that occur, ascending; neither 0 nor the capacity
  std::vector<std::uint32_t> newest_;  ///< by room
  std::vector<std::uint32_t> below_;   ///< by bin
};

}  // namespace syswright::bin_packing
