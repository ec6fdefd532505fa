#include <fmt/format.h>

#include <algorithm>

#include "app/judge_views.h"
#include "app/serve/api.h"
#include "judge/compare/compare_pairs.h"

// Two policies side by side, from what the ledger holds of both: nothing is run.
namespace syswright::app::serve {
namespace {

/// A comparison takes about 15 ms a scenario.
constexpr std::size_t most_scenarios = 40;

/// A scenario of which the ledger knows the name only: it can be talked about, not run.
class RecordedScenario final : public Scenario {
 public:
  RecordedScenario(const ScenarioRecord& record, std::uint64_t events) : record_(record), events_(events) {}
  const std::string& label() const override { return record_.label; }
  const std::string& setting() const override { return record_.label; }
  Digest digest() const override { return record_.digest; }
  std::string_view code_version() const override { return ""; }
  std::uint64_t events() const override { return events_; }
  Evaluation evaluate(const Policy&, const EvaluationOptions&) const override { return failed("not run"); }
  Evaluation failed(std::string why) const override {
    return {.status = Evaluation::Status::failed, .failure = std::move(why)};
  }
  std::vector<Bound> bounds() const override { return {}; }
  Audit audit(const DecisionLog&) const override { return {}; }
  std::unique_ptr<Simulation> start(const policy::ProgramPtr&) const override { return nullptr; }
  ScenarioPtr miniature(double) const override { return nullptr; }

 private:
  ScenarioRecord record_;
  std::uint64_t events_;
};

/// What both did in one scenario.
struct Meeting {
  ScenarioPtr scenario;
  Evaluation a;
  Evaluation b;
};

/// Answers from the ledger.
class RecordedEvaluator final : public Evaluator {
 public:
  RecordedEvaluator(const std::vector<Meeting>& meetings, const std::string& first)
      : meetings_(meetings), first_(first) {}
  std::vector<Evaluation> evaluate(std::span<const Job> jobs, std::stop_token) override {
    std::vector<Evaluation> results;
    for (const Job& job : jobs) {
      const auto meeting =
          std::ranges::find_if(meetings_, [&](const Meeting& one) { return one.scenario == job.scenario; });
      results.push_back(job.policy.name() == first_ ? meeting->a : meeting->b);
    }
    return results;
  }

 private:
  const std::vector<Meeting>& meetings_;
  const std::string& first_;
};

std::vector<Meeting> meetings_of(const LedgerView& view, const Digest& a, const Digest& b) {
  const std::vector<KeptEvaluation> of_a = view.evaluations_of(a);
  const std::vector<KeptEvaluation> of_b = view.evaluations_of(b);
  std::vector<Meeting> meetings;
  for (const KeptEvaluation& one : of_a) {
    const auto other = std::ranges::find(of_b, one.scenario, &KeptEvaluation::scenario);
    // Results of different versions of the code say nothing of each other.
    if (other == of_b.end() || other->code != one.code) continue;
    const auto scenario = view.scenario(one.scenario);
    if (!scenario) continue;
    meetings.push_back(
        {std::make_shared<RecordedScenario>(*scenario, one.evaluation.events), one.evaluation, other->evaluation});
  }
  std::ranges::stable_sort(meetings, [](const Meeting& x, const Meeting& y) {
    if (x.scenario->events() != y.scenario->events()) return x.scenario->events() > y.scenario->events();
    return x.scenario->label() < y.scenario->label();
  });
  return meetings;
}

/// Leaves those that are about as large as the largest. Searches race candidates on parts of a scenario before the
/// whole: counted beside it, a part would make one piece of evidence look like two.
void leave_out_parts(std::vector<Meeting>& meetings) {
  std::uint64_t most = 0;
  for (const Meeting& meeting : meetings) most = std::max(most, meeting.scenario->events());
  std::erase_if(meetings, [most](const Meeting& meeting) { return 2 * meeting.scenario->events() < most; });
}

}  // namespace

Json Api::pair_json(const Request& request) {
  const Digest a = read_digest(request.value("a"));
  const Digest b = read_digest(request.value("b"));
  const std::optional<PolicyRecord> first = view_.policy(a);
  const std::optional<PolicyRecord> second = view_.policy(b);
  if (!first || !second) throw NotFound(fmt::format("the ledger has no policy {}", (first ? b : a).hex()));
  if (a == b) throw InputError("a policy cannot be compared with itself: choose two");
  const Domain* domain = find_domain(setup_.domains, first->domain);
  if (domain == nullptr) throw NotFound(fmt::format("this program has no domain '{}'", first->domain));
  if (first->domain != second->domain) {
    throw InputError(fmt::format("'{}' is of the domain '{}', '{}' of '{}': they never meet", first->name,
                                 first->domain, second->name, second->domain));
  }
  Json json = Json::object()
                  .set("domain", domain->name())
                  .set("metrics", metrics_json(*domain))
                  .set("a", policy_line_json(*first))
                  .set("b", policy_line_json(*second));
  std::vector<Meeting> meetings = meetings_of(view_, a, b);
  json.set("common", meetings.size());
  leave_out_parts(meetings);
  json.set("whole", meetings.size());
  if (meetings.size() > most_scenarios) meetings.resize(most_scenarios);
  if (meetings.empty()) return json.set("verdict", Json()).set("pairs", Json());
  const bool alike = first->name == second->name;
  const std::string name_a = alike ? fmt::format("{} ({})", first->name, a.hex().substr(0, 6)) : first->name;
  const std::string name_b = alike ? fmt::format("{} ({})", second->name, b.hex().substr(0, 6)) : second->name;
  const std::vector<Policy> policies{Policy::native(name_a), Policy::native(name_b)};
  std::vector<ScenarioPtr> scenarios;
  for (const Meeting& meeting : meetings) scenarios.push_back(meeting.scenario);
  RecordedEvaluator evaluator(meetings, name_a);
  const judge::Comparison comparison =
      judge::compare(*domain, policies, scenarios, evaluator, {.reference = 0, .seed = 1, .bounds = false});
  const judge::PairedComparison pairs = judge::compare_pairs(*domain, comparison, {.reference = 0});
  return json.set("verdict", pairs_verdict(*domain, comparison, pairs))
      .set("pairs", pairs_json(*domain, comparison, pairs));
}

}  // namespace syswright::app::serve
