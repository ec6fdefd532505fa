#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "design/notebook.h"
#include "design/race.h"
#include "research/findings.h"
#include "research/playground.h"
#include "research/workbench.h"

namespace syswright::research {

/// What all inquiries of a search share: they work side by side, but know of each other only what is in the hall.
struct Institute {
  explicit Institute(design::Search& search) : playground(search), bench(search.grammar()) {}
  Playground playground;
  Workbench bench;
  design::Notebook notebook;
  std::uint64_t steps = 0;                ///< begun: addresses random draws
  std::vector<const Candidate*> leaders;  ///< of the inquiries
};

/// One line of work: a leading program, and what was found out about it. Every step supposes something that the judges'
/// findings point at, makes the programs that would show it, races them against the leader on the training scenarios,
/// and writes down what came of it. The leader gives way to what is better on the whole training scenarios; whether
/// that is more than chance is what the paired interval says, and the notebook with it.
class Inquiry {
 public:
  Inquiry(Institute& institute, std::size_t place);

  /// Starts anew by an idea, with a digest of what others found. False where the idea has nothing to offer.
  bool begin(Kind idea, Findings digest);
  /// The step that promises most.
  void step();

  Candidate* leader() const { return leader_; }
  const Findings& findings() const { return findings_; }
  /// Steps since the leader last gained noticeably.
  std::size_t stagnant() const { return stagnant_; }

 private:
  struct Plan {
    Kind kind = Kind::vary;
    std::size_t index = 0;  ///< of the term, the decision
    double value = 0;
  };
  /// A rival, the scenario in which it wins, and by how much.
  struct Loss {
    Candidate* rival = nullptr;
    std::string native;
    std::size_t scenario = 0;
    double share = 0;
  };
  using Entry = design::NotebookEntry;

  // What to do.
  std::vector<Plan> plans();
  void plan(std::vector<Plan>& plans, Kind kind, std::size_t index, double prior);
  std::size_t tried(Kind kind, std::size_t index) const;
  double most_for_examining();
  std::size_t field_size();
  bool may_polish();
  std::vector<const judge::Edit*> dead_terms() const;
  std::vector<const judge::Ablation*> costly_terms() const;
  std::optional<Loss> worst_loss();

  // Doing it.
  void examine();
  void adopt_edit(Entry& entry, const Playground::Examination& examination);
  void describe(Entry& entry, const Playground::Examination& examination) const;
  void drop();
  void refine(std::size_t index);
  void slice();
  std::vector<Mark> marks_of(const judge::Slices& slices, const judge::Phase& phase, std::size_t& decision) const;
  void blend();
  void tune(bool polish);
  void answer(std::size_t decision);
  void vary();
  Field ideas(Kind idea, Entry& entry, Random& random);
  Candidate* apart_from_others(const Field& finished) const;

  Entry open_entry(Kind kind);
  void close(Entry entry, Kind kind, bool won);
  Field propose(const std::vector<Making>& makings, std::size_t proposed_before, Candidate* second = nullptr);
  /// Races a field against the leader; the leader may change.
  bool contest(Entry& entry, Field field);
  Field hopeful(Field field) const;
  bool consider(Entry& entry, const Field& finished);
  void keep(const Field& field);
  void lead(Candidate* candidate);
  Candidate* parent(Random& random);
  Random random_for(std::string_view purpose) const;

  Institute& institute_;
  Playground& ground_;
  Workbench& bench_;
  std::string name_;
  std::size_t place_;
  Findings findings_;
  Candidate* leader_ = nullptr;
  Field pool_;                                          // known at home, best first
  std::optional<Playground::Examination> examination_;  // of the leader
  bool examined_ = false;
  double examined_loss_ = 0;
  std::size_t since_examination_ = 0;
  std::map<std::pair<Kind, std::size_t>, std::size_t> tried_;  // on this leader
  std::map<std::string, std::size_t> sliced_;                  // rivals and scenarios
  std::uint64_t polishings_ = 0;
  std::size_t stagnant_ = 0;
  double begun_spent_ = 0;
  std::size_t begun_proposed_ = 0;
};

}  // namespace syswright::research
