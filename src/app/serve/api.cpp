#include "app/serve/api.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "app/version.h"
#include "domain/sweep.h"

// GET  /api/state                        what this program is, which domains and designers it has
//      /api/runs?limit=                  the latest runs
//      /api/runs/N, /api/runs/N/outcome  one run: progress, proposals; what it ended with
//      /api/policies?domain=&text=       policies by name or digest
//      /api/policies/DIGEST              one policy, and what it did
//      /api/scenarios?domain=            scenarios by the number of policies that ran there
//      /api/scenarios/DIGEST?limit=      what policies did there
//      /api/compare?a=DIGEST&b=DIGEST    two policies in pairs of equal blocks
//      /api/timelines, /api/timelines/NAME
//      /api/jobs, /api/jobs/N            what was started from here
// POST /api/jobs {"kind": …}             starts or goes on with work (work.cpp)
//      /api/jobs/N/stop                  stops it
namespace syswright::app::serve {
namespace {

std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> parts;
  for (std::size_t start = 1; start <= path.size();) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    parts.push_back(path.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

Response json(const Json& value, int status = 200) { return {.status = status, .body = value.text()}; }

constexpr std::size_t most_text = 200;

}  // namespace

Digest read_digest(const std::string& text) {
  Digest digest;
  const auto half = [&](std::size_t at, std::uint64_t& word) {
    const char* begin = text.data() + at;
    return std::from_chars(begin, begin + 16, word, 16).ptr == begin + 16;
  };
  if (text.size() != 32 || !half(0, digest.high) || !half(16, digest.low) || digest.hex() != text) {
    throw InputError(fmt::format("'{}' is not a digest: 32 hexadecimal digits in lower case", text.substr(0, 64)));
  }
  return digest;
}

std::uint64_t read_number(const std::string& text, std::uint64_t most) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number > most) {
    throw InputError(fmt::format("'{}' is not a whole number up to {}", text.substr(0, 64), most));
  }
  return number;
}

const Domain* find_domain(const Registry<Domain>& domains, std::string_view name) {
  for (const auto& domain : domains.items()) {
    if (domain->name() == name) return domain.get();
  }
  return nullptr;
}

Json metrics_json(const Domain& domain) {
  Json metrics = Json::array();
  for (const Metric& metric : domain.metrics()) {
    metrics.push(Json::object()
                     .set("name", metric.name)
                     .set("dimension", to_string(metric.dimension))
                     .set("lower_is_better", metric.lower_is_better)
                     .set("doc", metric.doc));
  }
  return metrics;
}

Api::Api(ApiSetup setup) : setup_(std::move(setup)), view_(setup_.ledger), jobs_(setup_.program) {
  if (!setup_.timelines.empty() && !std::filesystem::is_directory(setup_.timelines)) {
    throw InputError(fmt::format("--timelines: '{}' is not a folder", setup_.timelines));
  }
}

std::int64_t Api::state() { return view_.state() * 1'000'003 + static_cast<std::int64_t>(jobs_.state()); }

Response Api::answer(const Request& request) {
  try {
    return route(request);
  } catch (const NotFound& error) {
    return refusal(404, error.what());
  } catch (const InputError& error) {
    return refusal(400, error.what());
  } catch (const std::exception& error) {
    return refusal(500, error.what());
  }
}

Response Api::route(const Request& request) {
  const std::vector<std::string> parts = parts_of(request.path);
  if (parts.size() < 2 || parts[0] != "api") throw NotFound("there is nothing here");
  for (const auto& [name, value] : request.query) {
    if (value.size() > most_text) throw InputError(fmt::format("'{}' is too long", name.substr(0, most_text)));
  }
  return request.method == "POST" ? post(request, parts) : get(request, parts);
}

Response Api::get(const Request& request, const std::vector<std::string>& parts) {
  const std::string& what = parts[1];
  if (parts.size() == 2) {
    if (what == "state") return json(state_json());
    if (what == "runs") return json(runs_json(request));
    if (what == "policies") return json(policies_json(request));
    if (what == "scenarios") return json(scenarios_json(request));
    if (what == "compare") return json(pair_json(request));
    if (what == "timelines") return json(timelines_json());
    if (what == "jobs") return json(jobs_json());
  }
  constexpr std::uint64_t most_id = 1'000'000'000'000;
  if (parts.size() == 3) {
    const std::string& which = parts[2];
    if (what == "runs") return json(run_json(static_cast<RunId>(read_number(which, most_id))));
    if (what == "policies") return json(policy_json(read_digest(which)));
    if (what == "scenarios") return json(front_json(read_digest(which), request));
    if (what == "timelines") return timeline(which);
    if (what == "jobs") return json(job_json(read_number(which, most_id)));
  }
  if (parts.size() == 4 && what == "runs" && parts[3] == "outcome") {
    std::string outcome = view_.outcome(static_cast<RunId>(read_number(parts[2], most_id)));
    if (outcome.empty()) throw NotFound(fmt::format("run {} has no outcome", parts[2]));
    return {.body = std::move(outcome)};
  }
  throw NotFound("there is nothing here");
}

Response Api::post(const Request& request, const std::vector<std::string>& parts) {
  if (parts[1] == "jobs" && parts.size() == 2) {
    if (request.header("content-type") != "application/json") {
      return refusal(415, "the body must be JSON (Content-Type: application/json)");
    }
    return json(Json::object().set("id", start_job(request.body)), 201);
  }
  if (parts[1] == "jobs" && parts.size() == 4 && parts[3] == "stop") {
    const std::uint64_t id = read_number(parts[2], 1'000'000'000);
    if (!jobs_.stop(id)) throw NotFound(fmt::format("there is no job {}", id));
    return json(Json::object().set("id", id));
  }
  throw NotFound("there is nothing here");
}

Json Api::state_json() {
  Json domains = Json::array();
  for (const auto& domain : setup_.domains.items()) {
    Json options = Json::array();
    for (const Option& option : domain->options()) {
      options.push(Json::object().set("name", option.name).set("default", option.default_value).set("doc", option.doc));
    }
    Json baselines = Json::array();
    for (const Baseline& baseline : domain->baselines()) {
      baselines.push(Json::object()
                         .set("name", baseline.name)
                         .set("doc", baseline.doc)
                         .set("source", baseline.source)
                         .set("digest", Policy::native(baseline.name).digest().hex()));
    }
    const auto* sweepable = dynamic_cast<const Sweepable*>(domain.get());
    domains.push(Json::object()
                     .set("name", domain->name())
                     .set("summary", domain->summary())
                     .set("metrics", metrics_json(*domain))
                     .set("options", std::move(options))
                     .set("baselines", std::move(baselines))
                     .set("curves", sweepable ? Json(sweepable->sweep_doc()) : Json())
                     .set("timelines", domain->draws_timelines()));
  }
  Json designers = Json::array();
  for (const auto& designer : setup_.designers.items()) {
    designers.push(Json::object()
                       .set("name", designer->name())
                       .set("summary", designer->summary())
                       .set("needs_chat", designer->needs_chat()));
  }
  const LedgerSummary summary = view_.summary();
  return Json::object()
      .set("version", version())
      .set("ledger", view_.path())
      .set("evaluations", summary.evaluations)
      .set("policies", summary.policies)
      .set("scenarios", summary.scenarios)
      .set("runs", summary.runs)
      .set("timelines", setup_.timelines.empty() ? Json() : Json(setup_.timelines))
      .set("domains", std::move(domains))
      .set("designers", std::move(designers));
}

}  // namespace syswright::app::serve
