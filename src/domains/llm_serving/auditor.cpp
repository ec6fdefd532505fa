#include "domains/llm_serving/auditor.h"

#include <fmt/format.h>

#include <algorithm>

#include "domains/llm_serving/features.h"
#include "domains/llm_serving/replay_cluster.h"

namespace syswright::llm_serving {
namespace replay {
namespace {

constexpr const char* names[] = {"route", "admit", "order", "victim", "scale", "chunk"};

const char* name_of(int question) { return names[static_cast<std::size_t>(question)]; }

}  // namespace

Answers::Answers(const DecisionLog& log) : records_(log.records), asked_(std::size(names)) {
  for (const Record& record : records_) {
    if (record.decision < asked_.size()) asked_[record.decision] = true;
  }
}

const Answers::Record* Answers::next(int question, std::uint64_t event, const std::string& about) {
  // Answers to what came earlier can be nothing but superfluous.
  while (at_ < records_.size() && records_[at_].event < event) {
    complain(
        fmt::format("event {}: an answer about {} that nobody asked for", records_[at_].event, records_[at_].subject));
    ++at_;
  }
  if (at_ == records_.size() || records_[at_].event != event ||
      records_[at_].decision != static_cast<std::uint32_t>(question)) {
    complain(fmt::format("event {}: no answer to '{}'{}", event, name_of(question), about));
    return nullptr;
  }
  return &records_[at_++];
}

std::optional<double> Answers::value(int question, std::uint64_t event, std::uint64_t subject) {
  const Record* record = next(question, event, fmt::format(" about {}", subject));
  if (record == nullptr) return std::nullopt;
  if (record->subject != subject) {
    complain(fmt::format("event {}: '{}' was asked about {} and answered about {}", event, name_of(question), subject,
                         record->subject));
    return std::nullopt;
  }
  if (question == static_cast<int>(Question::admit) && record->answer != 0 && record->answer != 1) {
    complain(fmt::format("event {}: 'admit' is answered by {}, where 0 is hold and 1 release", event, record->answer));
    return std::nullopt;
  }
  return record->answer;
}

std::optional<std::vector<std::size_t>> Answers::picks(int question, std::uint64_t event,
                                                       const std::vector<std::uint32_t>& candidates,
                                                       std::size_t count) {
  std::vector<std::size_t> places;
  while (places.size() < count) {
    const Record* record = next(question, event, fmt::format(", {} of {}", count, candidates.size()));
    if (record == nullptr) return std::nullopt;
    const auto found = std::find(candidates.begin(), candidates.end(), record->subject);
    const auto place = static_cast<std::size_t>(found - candidates.begin());
    if (found == candidates.end() || std::find(places.begin(), places.end(), place) != places.end()) {
      complain(fmt::format("event {}: '{}' picks {}, which is not among the {} there are to pick from", event,
                           name_of(question), record->subject, candidates.size()));
      return std::nullopt;
    }
    places.push_back(place);
  }
  return places;
}

void Answers::complain(std::string text) {
  constexpr std::size_t most = 20;
  if (violations_.size() < most) {
    violations_.push_back(std::move(text));
  } else {
    ++unlisted_;
  }
}

std::vector<std::string> Answers::violations() {
  if (at_ < records_.size()) {
    complain(fmt::format("event {}: an answer about {} that nobody asked for, and {} more", records_[at_].event,
                         records_[at_].subject, records_.size() - at_ - 1));
  }
  if (unlisted_ > 0) violations_.push_back(fmt::format("and {} more", unlisted_));
  return violations_;
}

}  // namespace replay

Audit audit(const Setup& setup, const DecisionLog& log) {
  replay::Answers answers(log);
  replay::SlowCluster cluster(setup, answers);
  if (!cluster.run()) answers.complain(fmt::format("{} requests are never served", cluster.books().open()));
  Audit audit;
  audit.metrics = cluster.books().metrics();
  audit.violations = answers.violations();
  return audit;
}

}  // namespace syswright::llm_serving
