#include "research/researcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include "research/inquiry.h"

namespace syswright::research {
namespace {

/// Steps that a budget must pay for, for one more inquiry.
constexpr double steps_an_inquiry = 25;

/// One run of the search. A turn is a step of one inquiry.
class Supervisor final : public design::Strategy {
 public:
  Supervisor(design::Search& search, const ResearcherOptions& options)
      : options_(options), institute_(search), most_(affordable_inquiries()) {}

  bool turn() override {
    if (inquiries_.size() < most_ && (turns_ == 0 || turns_ % 2 == 1 || started_all_ideas())) {
      inquiries_.push_back(std::make_unique<Inquiry>(institute_, inquiries_.size()));
    }
    ++turns_;
    Inquiry& chosen = next();
    if (chosen.leader() == nullptr || chosen.stagnant() >= options_.patience) {
      hand_over(chosen);
    } else {
      chosen.step();
    }
    return !solved();
  }

  std::vector<std::string> notes() const override {
    std::size_t confirmed = 0;
    std::size_t adopted = 0;
    for (const design::NotebookEntry& entry : institute_.notebook.entries) {
      confirmed += entry.finding == design::NotebookEntry::Finding::confirmed ? 1 : 0;
      adopted += entry.finding == design::NotebookEntry::Finding::adopted ? 1 : 0;
    }
    std::vector<std::string> notes{fmt::format(
        "{} steps in {} lines of work: {} improvements beyond doubt, {} adopted without certainty; {} new beginnings",
        institute_.notebook.entries.size(), inquiries_.size(), confirmed, adopted, beginnings_)};
    for (std::string& sentence : gathered().sentences()) notes.push_back(std::move(sentence));
    if (solved_) notes.emplace_back("ended early: the training scenarios are served as well as the bound allows");
    return notes;
  }

  std::shared_ptr<const design::Notebook> notebook() const override {
    auto notebook = std::make_shared<design::Notebook>(institute_.notebook);
    notebook->findings = gathered().sentences();
    for (std::size_t i = 0; i < kinds; ++i) {
      const auto kind = static_cast<Kind>(i);
      std::size_t vain = 0;
      for (const design::NotebookEntry& entry : notebook->entries) {
        vain += entry.kind == in_words(kind) && entry.finding == design::NotebookEntry::Finding::refuted ? 1 : 0;
      }
      if (vain > 0) notebook->dead_ends.push_back(fmt::format("{}: {} times in vain", in_words(kind), vain));
    }
    return notebook;
  }

 private:
  std::size_t affordable_inquiries() {
    Playground& ground = institute_.playground;
    const std::vector<design::Level>& levels = ground.trials().levels();
    const double step = 12 * levels.front().cost + levels.back().cost;
    const double many = ground.affordable() / step / steps_an_inquiry;
    return static_cast<std::size_t>(
        std::clamp(many, 1.0, static_cast<double>(std::max<std::size_t>(options_.inquiries, 1))));
  }

  bool started_all_ideas() const { return inquiries_.size() >= 1 && inquiries_.back()->leader() != nullptr; }

  /// Every other turn goes to whoever leads; the others take it in turns.
  Inquiry& next() {
    for (const auto& inquiry : inquiries_) {
      if (inquiry->leader() == nullptr) return *inquiry;
    }
    const std::size_t top = institute_.playground.top();
    const auto best = std::min_element(inquiries_.begin(), inquiries_.end(), [top](const auto& a, const auto& b) {
      return a->leader()->loss(top) < b->leader()->loss(top);
    });
    if (turns_ % 2 == 0 || inquiries_.size() == 1) return **best;
    return *inquiries_[waiting_++ % inquiries_.size()];
  }

  /// Ends what does not gain any more; its findings go to whoever begins in its place.
  void hand_over(Inquiry& inquiry) {
    if (inquiry.leader() != nullptr) digest_.merge(inquiry.findings().handed_over());
    for (std::size_t tries = 0; tries < 4 && institute_.playground.search().may_go_on(); ++tries) {
      ++beginnings_;
      if (inquiry.begin(next_idea(), digest_)) return;
    }
  }

  /// Those of people first, then of the grammar; later from what is there already, changed, and anew in turns.
  Kind next_idea() {
    constexpr std::array<Kind, 3> opening{Kind::known, Kind::survey, Kind::fresh};
    if (ideas_ < opening.size()) return opening[ideas_++];
    return ideas_++ % 3 == 2 ? Kind::fresh : Kind::changed;
  }

  Findings gathered() const {
    Findings all = digest_;
    for (const auto& inquiry : inquiries_) {
      if (inquiry->leader() != nullptr) all.merge(inquiry->findings());
    }
    return all;
  }

  /// Whether nothing can be gained any more on the training scenarios.
  bool solved() {
    Playground& ground = institute_.playground;
    Candidate* const best = ground.trials().best();
    if (best == nullptr || best == checked_) return false;
    checked_ = best;
    const std::vector<std::optional<double>> gaps = ground.gaps(*best, 0.05 * ground.affordable());
    solved_ = !gaps.empty() && std::all_of(gaps.begin(), gaps.end(), [](const std::optional<double>& gap) {
      return gap && std::abs(*gap) <= 1e-9;
    });
    return solved_;
  }

  ResearcherOptions options_;
  Institute institute_;
  std::size_t most_;
  std::vector<std::unique_ptr<Inquiry>> inquiries_;
  Findings digest_;
  std::size_t turns_ = 0;
  std::size_t waiting_ = 0;
  std::size_t ideas_ = 0;
  std::size_t beginnings_ = 0;
  const Candidate* checked_ = nullptr;
  bool solved_ = false;
};

}  // namespace

std::unique_ptr<design::Strategy> Researcher::start(design::Search& search) const {
  return std::make_unique<Supervisor>(search, options_);
}

}  // namespace syswright::research
