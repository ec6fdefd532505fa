#include <fmt/format.h>

#include <algorithm>

#include "app/serve/api.h"
#include "policy/compile.h"

namespace syswright::app::serve {
namespace {

constexpr std::size_t shown_policies = 100;
constexpr std::size_t usual_points = 1000;
constexpr std::size_t most_points = 5000;
/// Programs whose sizes are kept.
constexpr std::size_t most_sizes = 200'000;

std::string_view status_name(Evaluation::Status status) {
  return status == Evaluation::Status::ok ? "ok" : status == Evaluation::Status::failed ? "failed" : "cancelled";
}

Json numbers_json(const std::vector<double>& numbers) { return json_array(numbers); }

}  // namespace

std::size_t Api::size_of(const PolicyRecord& policy) {
  if (policy.source.empty()) return 0;
  {
    const std::lock_guard lock(mutex_);
    const auto known = sizes_.find(policy.digest);
    if (known != sizes_.end()) return known->second;
  }
  std::size_t size = 0;
  if (const Domain* domain = find_domain(setup_.domains, policy.domain)) {
    try {
      const std::vector<std::shared_ptr<const policy::Signature>> languages{domain->signature()};
      size = policy::compile(policy.source, "the ledger's program", languages)->size();
    } catch (const InputError&) {
      size = 0;  // the domain's questions have changed since
    }
  }
  const std::lock_guard lock(mutex_);
  if (sizes_.size() >= most_sizes) sizes_.clear();
  sizes_.emplace(policy.digest, size);
  return size;
}

Json Api::policy_line_json(const PolicyRecord& policy) {
  const std::size_t size = size_of(policy);
  return Json::object()
      .set("digest", policy.digest.hex())
      .set("domain", policy.domain)
      .set("name", policy.name)
      .set("native", policy.source.empty())
      .set("size", size == 0 ? Json() : Json(size))
      .set("source", policy.source);
}

Json Api::policies_json(const Request& request) {
  Json list = Json::array();
  const std::vector<PolicyRecord> found =
      view_.policies(request.value("domain"), request.value("text"), shown_policies + 1);
  for (std::size_t i = 0; i < std::min(found.size(), shown_policies); ++i) {
    list.push(Json::object()
                  .set("digest", found[i].digest.hex())
                  .set("domain", found[i].domain)
                  .set("name", found[i].name)
                  .set("native", found[i].source.empty()));
  }
  return Json::object().set("policies", std::move(list)).set("more", found.size() > shown_policies);
}

Json Api::policy_json(const Digest& digest) {
  const std::optional<PolicyRecord> policy = view_.policy(digest);
  if (!policy) throw NotFound(fmt::format("the ledger has no policy {}", digest.hex()));
  Json evaluations = Json::array();
  for (const KeptEvaluation& one : view_.evaluations_of(digest)) {
    const std::optional<ScenarioRecord> scenario = view_.scenario(one.scenario);
    Json details = Json::object();
    for (const auto& [name, value] : one.evaluation.details) details.set(name, value);
    evaluations.push(Json::object()
                         .set("scenario", one.scenario.hex())
                         .set("label", scenario ? scenario->label : one.scenario.hex())
                         .set("status", status_name(one.evaluation.status))
                         .set("failure", one.evaluation.failure)
                         .set("metrics", numbers_json(one.evaluation.metrics))
                         .set("events", one.evaluation.events)
                         .set("recorded", one.recorded)
                         .set("details", std::move(details)));
  }
  Json verdicts = Json::array();
  for (const VerdictRecord& verdict : view_.verdicts(digest)) {
    verdicts.push(Json::object()
                      .set("run", verdict.run)
                      .set("judge", verdict.judge)
                      .set("claim", verdict.claim)
                      .set("holds", verdict.holds));
  }
  const Domain* domain = find_domain(setup_.domains, policy->domain);
  std::string doc;
  if (domain != nullptr && policy->source.empty()) {
    for (const Baseline& baseline : domain->baselines()) {
      if (baseline.name == policy->name) doc = fmt::format("{} ({})", baseline.doc, baseline.source);
    }
  }
  return policy_line_json(*policy)
      .set("doc", doc)
      .set("metrics", domain ? metrics_json(*domain) : Json::array())
      .set("evaluations", std::move(evaluations))
      .set("verdicts", std::move(verdicts))
      .set("runs", json_array(view_.runs_with(digest)));
}

Json Api::scenarios_json(const Request& request) {
  Json list = Json::array();
  for (const ScenarioLine& line : view_.scenarios(request.value("domain"))) {
    list.push(Json::object()
                  .set("digest", line.scenario.digest.hex())
                  .set("domain", line.scenario.domain)
                  .set("label", line.scenario.label)
                  .set("evaluations", line.evaluations));
  }
  return Json::object().set("scenarios", std::move(list));
}

Json Api::front_json(const Digest& digest, const Request& request) {
  const std::optional<ScenarioRecord> scenario = view_.scenario(digest);
  if (!scenario) throw NotFound(fmt::format("the ledger has no scenario {}", digest.hex()));
  const Domain* domain = find_domain(setup_.domains, scenario->domain);
  if (domain == nullptr) throw NotFound(fmt::format("this program has no domain '{}'", scenario->domain));
  const std::string& text = request.value("limit");
  const std::size_t limit = text.empty() ? usual_points : read_number(text, most_points);
  const std::vector<KeptEvaluation> found =
      view_.evaluations_on(digest, domain->metrics().front().lower_is_better, limit + 1);
  Json points = Json::array();
  for (std::size_t i = 0; i < std::min(found.size(), limit); ++i) {
    const KeptEvaluation& one = found[i];
    const PolicyRecord policy = view_.policy(one.policy).value_or(PolicyRecord{one.policy, "", "", ""});
    const std::size_t size = size_of(policy);
    points.push(Json::object()
                    .set("policy", one.policy.hex())
                    .set("name", policy.name)
                    .set("native", policy.source.empty())
                    .set("size", size == 0 ? Json() : Json(size))
                    .set("status", status_name(one.evaluation.status))
                    .set("metrics", numbers_json(one.evaluation.metrics)));
  }
  return Json::object()
      .set("scenario", digest.hex())
      .set("label", scenario->label)
      .set("domain", scenario->domain)
      .set("metrics", metrics_json(*domain))
      .set("points", std::move(points))
      .set("more", found.size() > limit);
}

}  // namespace syswright::app::serve
