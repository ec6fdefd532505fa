#include "domains/llm_serving/workload.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "domains/llm_serving/accounts.h"
#include "domains/llm_serving/cheats.h"
#include "domains/llm_serving/exemplars.h"
#include "domains/llm_serving/features.h"
#include "domains/llm_serving/llm_serving.h"
#include "domains/llm_serving/native.h"
#include "domains/llm_serving/requests_generator.h"
#include "domains/llm_serving/requests_statistics.h"
#include "domains/llm_serving/scenario.h"

namespace syswright::llm_serving {
namespace {

/// Parts with one request each, at least: what a suite needs of a trace.
constexpr std::size_t fewest_requests = 8;

RequestLog log_of(const ScenarioRequest& request, const ServingOptions& options, std::uint64_t seed) {
  if (!request.workload.empty()) return read_request_log(request.workload, {.format = request.format});
  GeneratorOptions generator = generator_from(options.generate);
  generator.seed = seed;
  return generate_requests(generator);
}

/// The cluster with its groups' models numbered as the requests name them, and the requests that it is for.
struct Fitted {
  ClusterSettings cluster;
  RequestsPtr requests;
};

Fitted fit(const NamedCluster& cluster, const RequestsPtr& requests) {
  Fitted fitted{cluster.settings, requests};
  const bool named = std::any_of(cluster.serves.begin(), cluster.serves.end(),
                                 [](const std::string& model) { return !model.empty(); });
  if (!named) {
    if (requests->models.size() == 1) return fitted;
    auto merged = std::make_shared<Requests>(*requests);
    merged->models = {"all models"};
    for (Request& request : merged->list) request.model = 0;
    merged->digest = DigestBuilder().add(requests->digest).add("one model").finish();
    fitted.requests = std::move(merged);
    return fitted;
  }
  const std::vector<std::string>& models = requests->models;
  for (std::size_t i = 0; i < cluster.serves.size(); ++i) {
    const std::string& model = cluster.serves[i];
    if (model.empty()) {
      throw InputError("groups: some groups say which model they serve, and others do not; give each its serves=MODEL");
    }
    const auto found = std::find(models.begin(), models.end(), model);
    if (found == models.end()) {
      throw InputError(fmt::format("groups: no request is for the model '{}'{} (there are: {})", model,
                                   did_you_mean(model, models), join(models)));
    }
    fitted.cluster.groups[i].model = static_cast<std::uint16_t>(found - models.begin());
  }
  return fitted;
}

}  // namespace

std::unique_ptr<const Domain> make_llm_serving_domain() { return std::make_unique<ServingDomain>(); }

ServingDomain::ServingDomain() {
  for (const NativePolicy& policy : native_policies()) {
    baselines_.push_back({std::string(policy.name), std::string(policy.doc), std::string(policy.source)});
  }
}

const std::shared_ptr<const policy::Signature>& ServingDomain::signature() const { return llm_serving_signature(); }
std::span<const Metric> ServingDomain::metrics() const { return serving_metrics(); }
std::span<const std::string> ServingDomain::exemplars() const { return serving_exemplars(); }
std::span<const Cheat> ServingDomain::cheats() const { return serving_cheats(); }

std::unique_ptr<Workload> ServingDomain::open(const ScenarioRequest& request) const {
  ServingOptions options = read_options(request);
  WorkloadSummary summary;
  std::vector<ServingWorkload::Part> parts;
  const std::size_t seeds = request.workload.empty() ? options.seeds : 1;
  for (std::size_t i = 0; i < seeds; ++i) {
    const std::uint64_t seed = request.seed + i;
    const RequestLog log = log_of(request, options, seed);
    const std::string format = log.format;
    for (const double rate : options.rates) {
      ShapeOptions shape = options.shape;
      shape.seed = seed;
      shape.rate = rate;
      ShapedRequests shaped = shape_requests(log, shape);
      if (parts.empty()) {
        summary.name = shaped.requests->name;
        summary.facts.emplace_back("format", format);
        for (auto& fact : request_facts(*shaped.requests)) summary.facts.push_back(std::move(fact));
        summary.warnings = std::move(shaped.warnings);
      }
      std::string name = seeds > 1 ? fmt::format("seed {}", seed) : "";
      if (rate > 0) name += fmt::format("{}{}/s", name.empty() ? "" : ", ", rate);
      parts.push_back({std::move(shaped.requests), std::move(name)});
    }
  }
  if (seeds > 1) summary.facts.emplace_back("seeds", fmt::format("{} to {}", request.seed, request.seed + seeds - 1));
  return std::make_unique<ServingWorkload>(std::move(summary), std::move(parts), std::move(options), request.seed);
}

RequestsPtr cut_requests(const Requests& requests, std::size_t from, std::size_t to, double start) {
  auto cut = std::make_shared<Requests>();
  cut->name = requests.name;
  cut->block_tokens = requests.block_tokens;
  cut->blocks_cover_output = requests.blocks_cover_output;
  cut->tenants = requests.tenants;
  cut->models = requests.models;
  for (std::size_t i = from; i < to; ++i) {
    Request request = requests.list[i];
    const std::span<const std::uint64_t> blocks = requests.blocks_of(request);
    request.first_block = static_cast<std::uint32_t>(cut->blocks.size());
    request.arrival -= start;
    cut->blocks.insert(cut->blocks.end(), blocks.begin(), blocks.end());
    cut->list.push_back(request);
  }
  cut->digest = DigestBuilder().add("cut").add(requests.digest).add(from).add(to).add(start).finish();
  return cut;
}

ServingWorkload::ServingWorkload(WorkloadSummary summary, std::vector<Part> parts, ServingOptions options,
                                 std::uint64_t seed)
    : summary_(std::move(summary)), parts_(std::move(parts)), options_(std::move(options)), seed_(seed) {}

std::vector<ScenarioPtr> ServingWorkload::made(const std::vector<Part>& parts) const {
  std::vector<ScenarioPtr> scenarios;
  for (const NamedCluster& cluster : options_.clusters) {
    for (const Part& part : parts) {
      Fitted fitted = fit(cluster, part.requests);
      Setup setup;
      setup.cluster = std::move(fitted.cluster);
      setup.requests = std::move(fitted.requests);
      setup.limits = options_.limits;
      setup.weights = options_.weights;
      setup.seed = seed_;
      setup.check = options_.check;
      setup.setting = cluster.setting + (part.name.empty() ? "" : ", " + part.name);
      setup.label = fmt::format("{}, {} requests, {}", summary_.name,
                                with_thousands(std::uint64_t{setup.requests->list.size()}), setup.setting);
      scenarios.push_back(std::make_shared<ServingScenario>(std::move(setup)));
    }
  }
  return scenarios;
}

std::vector<ScenarioPtr> ServingWorkload::scenarios() const { return made(parts_); }

std::vector<ServingWorkload::Part> ServingWorkload::in_time(double from, double to, const std::string& name) const {
  std::vector<Part> parts;
  for (const Part& part : parts_) {
    const std::vector<Request>& list = part.requests->list;
    const double span = list.back().arrival;
    const auto at = [&](double time) {
      const auto earlier = [](const Request& request, double limit) { return request.arrival < limit; };
      return static_cast<std::size_t>(std::lower_bound(list.begin(), list.end(), time, earlier) - list.begin());
    };
    const std::size_t first = at(from * span);
    const std::size_t last = to < 1 ? at(to * span) : list.size();
    if (last < first + fewest_requests) {
      throw InputError(
          fmt::format("{}: its {} part ({:.0f}% to {:.0f}% of the time) has {} requests, and {} are the least; give a "
                      "longer trace",
                      summary_.name, name, 100 * from, 100 * to, last - std::min(first, last), fewest_requests));
    }
    parts.push_back(
        {cut_requests(*part.requests, first, last, from * span), part.name + (part.name.empty() ? "" : ", ") + name});
  }
  return parts;
}

Suite ServingWorkload::suite() const {
  Suite suite{.name = summary_.name};
  // Parts lie seed by seed, each with every rate.
  const std::size_t rates = options_.rates.size();
  const std::size_t seeds = parts_.size() / rates;
  if (seeds < 4) {
    suite.train = made(in_time(0, 0.5, "training"));
    suite.validation = made(in_time(0.5, 0.75, "validation"));
    suite.test = made(in_time(0.75, 1, "test"));
    return suite;
  }
  const auto between = [&](std::size_t from, std::size_t to) {
    const auto at = [&](std::size_t seed) { return parts_.begin() + static_cast<std::ptrdiff_t>(seed * rates); };
    return made({at(from), at(to)});
  };
  suite.train = between(0, seeds / 2);
  suite.validation = between(seeds / 2, seeds - (seeds + 1) / 4);
  suite.test = between(seeds - (seeds + 1) / 4, seeds);
  return suite;
}

}  // namespace syswright::llm_serving
