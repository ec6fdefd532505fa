#include "domains/cache/cache_domain.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "base/error.h"
#include "base/text.h"
#include "domains/cache/cache.h"
#include "domains/cache/cheats.h"
#include "domains/cache/exemplars.h"
#include "domains/cache/features.h"
#include "domains/cache/native.h"
#include "domains/cache/scenario.h"
#include "trace/cache_trace.h"

namespace syswright::cache {

std::unique_ptr<const Domain> make_cache_domain() { return std::make_unique<CacheDomain>(); }

CacheDomain::CacheDomain()
    : metrics_{{"request_miss_ratio", number_dimension, true, "requests that missed, of all counted requests"},
               {"byte_miss_ratio", number_dimension, true,
                "bytes that missed, of all bytes asked for; as many as requests where the trace has no sizes"},
               {"bytes_written", bytes_dimension, true,
                "bytes of the objects taken in: wear of a flash cache; 1B an object where the trace has no sizes"}} {
  for (const NativePolicy& policy : native_policies()) {
    baselines_.push_back({std::string(policy.name), std::string(policy.doc), std::string(policy.source)});
  }
}

const std::shared_ptr<const policy::Signature>& CacheDomain::signature() const { return cache_signature(); }

std::span<const std::string> CacheDomain::exemplars() const { return cache_exemplars(); }

std::span<const Cheat> CacheDomain::cheats() const { return cache_cheats(); }

std::unique_ptr<Workload> CacheDomain::open(const ScenarioRequest& request) const {
  CacheOptions options = read_options(request);
  const std::string path = request.workload.empty() ? bundled_workload() : request.workload;
  auto requests = prepare(trace::read_cache_trace(path, {.format = request.format}));
  return std::make_unique<CacheWorkload>(std::move(requests), std::move(options), request.seed);
}

std::string bundled_workload() {
  std::vector<std::filesystem::path> folders;
  if (const char* given = std::getenv("SYSWRIGHT_WORKLOADS"); given != nullptr && *given != 0)
    folders.emplace_back(given);
  // An installed program has its workloads beside it, wherever that is.
  std::error_code absent;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", absent);
  folders.push_back(program.parent_path().parent_path() / "share/syswright/workloads");
  folders.emplace_back(SYSWRIGHT_WORKLOADS_DIR);
  std::string looked;
  for (const std::filesystem::path& folder : folders) {
    const std::filesystem::path cache = folder / "cache";
    looked += (looked.empty() ? "" : ", ") + cache.string();
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(cache, absent)) {
      if (entry.path().filename().string().starts_with("own_build.")) found.push_back(entry.path().string());
    }
    if (!found.empty()) return *std::min_element(found.begin(), found.end());
  }
  throw InputError(
      fmt::format("the bundled workload own_build.* is not in {}; name a trace, or set SYSWRIGHT_WORKLOADS "
                  "to the folder workloads/ of the project",
                  looked));
}

namespace {

void add_fact(WorkloadSummary& summary, std::string name, std::string value) {
  summary.facts.emplace_back(std::move(name), std::move(value));
}

WorkloadSummary summarise(const Requests& requests) {
  WorkloadSummary summary;
  summary.name = requests.trace.name;
  summary.warnings = requests.trace.warnings;
  std::vector<std::uint32_t> times_seen(requests.object_count());
  for (const Object object : requests.objects) ++times_seen[object];
  const auto once = static_cast<std::uint64_t>(std::count(times_seen.begin(), times_seen.end(), 1u));
  add_fact(summary, "format", requests.trace.format);
  add_fact(summary, "requests", with_thousands(static_cast<std::uint64_t>(requests.size())));
  add_fact(summary, "objects", with_thousands(static_cast<std::uint64_t>(requests.object_count())));
  add_fact(summary, "objects asked for once",
           fmt::format("{:.1f}%", 100.0 * static_cast<double>(once) / static_cast<double>(requests.object_count())));
  if (requests.has_sizes()) {
    const auto bytes = static_cast<double>(requests.footprint_bytes);
    add_fact(summary, "footprint", with_thousands(requests.footprint_bytes) + " bytes");
    add_fact(
        summary, "mean object size",
        with_thousands(static_cast<std::uint64_t>(std::llround(bytes / static_cast<double>(requests.object_count())))) +
            " bytes");
  } else {
    add_fact(summary, "sizes", "none: every object counts 1");
  }
  if (requests.trace.times.empty()) {
    add_fact(summary, "times", "none: one request a second");
  } else {
    add_fact(summary, "duration", format_duration(requests.trace.times.back() - requests.trace.times.front()));
  }
  if (!requests.trace.ttls.empty()) {
    const auto stated =
        std::count_if(requests.trace.ttls.begin(), requests.trace.ttls.end(), [](auto t) { return t != 0; });
    add_fact(summary, "lifetimes",
             fmt::format("stated by {:.1f}% of requests",
                         100.0 * static_cast<double>(stated) / static_cast<double>(requests.size())));
  }
  if (!requests.trace.tenants.empty()) {
    add_fact(summary, "tenants", with_thousands(static_cast<std::uint64_t>(requests.trace.tenant_names.size())));
  }
  return summary;
}

}  // namespace

CacheWorkload::CacheWorkload(std::shared_ptr<const Requests> requests, CacheOptions options, std::uint64_t seed)
    : requests_(std::move(requests)), options_(std::move(options)), seed_(seed), summary_(summarise(*requests_)) {
  for (const std::string& size : options_.sizes) capacities_.push_back(capacity_of(size, options_.unit, *requests_));
}

std::vector<ScenarioPtr> CacheWorkload::cut(const Window& window) const {
  std::vector<ScenarioPtr> scenarios;
  for (std::size_t i = 0; i < capacities_.size(); ++i) {
    for (const AdmissionRule& admission : options_.admissions) {
      ScenarioSetup setup;
      setup.requests = requests_;
      setup.window = window;
      setup.capacity = capacities_[i];
      setup.seed = seed_;
      setup.front = {admission, options_.trace_lifetimes, options_.default_lifetime};
      setup.setting = describe(options_.sizes[i], capacities_[i]);
      if (admission.kind != AdmissionRule::Kind::all) setup.setting += ", admission " + admission.text;
      setup.label = fmt::format("{}, {}, requests {} to {}", requests_->trace.name, setup.setting,
                                with_thousands(window.counted + 1), with_thousands(window.end));
      scenarios.push_back(std::make_shared<CacheScenario>(std::move(setup)));
    }
  }
  return scenarios;
}

std::vector<ScenarioPtr> CacheWorkload::scenarios() const { return cut({0, 0, requests_->size()}); }

Suite CacheWorkload::suite() const {
  const std::uint64_t size = requests_->size();
  const auto part = [size](double share) { return static_cast<std::uint64_t>(share * static_cast<double>(size)); };
  const std::uint64_t first = part(options_.train_share);
  const std::uint64_t second = part(options_.train_share + options_.validation_share);
  if (first == 0 || second == first || second >= size) {
    throw InputError(fmt::format("{} has {} requests, too few to split into training, validation and test",
                                 requests_->trace.name, size));
  }
  return {.name = requests_->trace.name,
          .train = cut({0, 0, first}),
          .validation = cut({0, first, second}),
          .test = cut({first, second, size})};
}

}  // namespace syswright::cache
