#pragma once

#include <memory>
#include <span>
#include <vector>

#include "domain/stepping.h"
#include "domains/column_order/table.h"
#include "domains/column_order/trie.h"

namespace syswright::column_order {

/// The one decision: which field comes next in the rows of a group.
const std::shared_ptr<const policy::Signature>& column_order_signature();

/// Ways to apply the answer.
enum Mode : std::size_t {
  split_mode,  ///< the field comes next in all rows; rows with equal values go on together
  value_mode,  ///< the field comes next in the rows with its most valuable value; the others are asked about again
  free_mode    ///< of native policies: both are on offer, all fields for a split first
};

/// Subject of a decision: a field alone (all rows of the group), or with a row whose value is taken.
inline std::uint64_t subject_of(std::size_t field) { return field; }
inline std::uint64_t subject_of(std::size_t field, std::uint32_t row) {
  return (std::uint64_t{row} + 1) * most_fields + field;
}

/// What a group's rows have in a field.
struct FieldFacts {
  std::uint32_t distinct = 0;
  std::uint64_t characters = 0;  ///< of all cells
  std::uint64_t saved = 0;       ///< characters of cells whose value an earlier row of the group has
  std::uint32_t best_row = 0;    ///< the first row with the most valuable value, by (count - 1) * length
  std::uint32_t best_count = 0;
  std::uint64_t best_saved = 0;
};

/// Rows that have the same start, and the fields that they have not sent yet.
struct Group {
  std::vector<std::uint32_t> rows;  ///< ascending
  std::uint64_t fields = 0;         ///< set of those left
};

/// The mechanism. A group is taken up; fields in which all its rows agree come first, without a question. Then, while
/// it has two rows and two fields or more, a field is asked for, and the parts go on as groups, first part first; other
/// groups send their rows with the fields that are left in the order of the table. One event a row, counted as it is
/// sent.
class Machine {
 public:
  /// The table outlives the machine.
  explicit Machine(const Instance& table);

  bool next(Ask& ask, ProgramState& state);
  void reply(const Reply& reply);
  /// The field that saves most, over all rows or by its best value.
  void default_answers(const Ask& ask, std::span<double> answers) const;
  /// miss_share, hit_rate and largest_miss of the rows sent so far.
  std::vector<double> metrics() const;

  const Instance& table() const { return *table_; }
  const Group& group() const { return groups_.back(); }
  FieldFacts facts(std::size_t field) const;
  /// Characters that all rows with the best value of a field share beyond what they share now: of all fields that are
  /// equal in them, for each row but one.
  std::uint64_t saved_together(const FieldFacts& facts, std::size_t field) const;

 private:
  bool settle();
  void send(std::uint32_t row);
  void fill(Ask& ask, const ProgramState& state, const std::vector<FieldFacts>& facts) const;

  const Instance* table_;
  std::vector<Group> groups_;  ///< to be done, the present one last
  std::vector<FieldOrder> orders_;
  Trie trie_;
  Mode mode_ = free_mode;
  /// A field, and a row whose value is peeled off, or table_->rows for a split.
  struct Candidate {
    std::uint8_t field = 0;
    std::uint32_t row = 0;
  };
  std::vector<Candidate> candidates_;
  std::uint32_t sent_ = 0;
  std::uint64_t sent_characters_ = 0;
  std::uint64_t fresh_ = 0;
  std::uint64_t largest_miss_ = 0;
  std::vector<double> news_;
};

}  // namespace syswright::column_order
