#include "domains/broadcast/broadcast_domain.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "base/text.h"
#include "domains/broadcast/auditor.h"
#include "domains/broadcast/broadcast.h"
#include "domains/broadcast/cheats.h"
#include "domains/broadcast/exemplars.h"
#include "domains/broadcast/generate.h"
#include "domains/broadcast/plan_file.h"
#include "domains/broadcast/planners.h"
#include "domains/broadcast/scenario.h"

namespace syswright::broadcast {

std::unique_ptr<const Domain> make_broadcast_domain() { return std::make_unique<BroadcastDomain>(); }

BroadcastDomain::BroadcastDomain()
    : metrics_{
          {"cost", money_dimension, true, "egress and machines, mean over the transfers"},
          {"egress", money_dimension, true, "dollars for what leaves regions, mean over the transfers"},
          {"machine_cost", money_dimension, true,
           "dollars for the machines of every region touched, until the transfer is done; mean over the transfers"},
          {"transfer_time", time_dimension, true, "time until the last link is done, mean over the transfers"},
          {"regions", number_dimension, true, "regions touched, mean over the transfers"},
          {"undelivered", number_dimension, true,
           "pairs of destination and partition that never get there, mean over the transfers; 0 for every policy "
           "here, since the mechanism goes on until all are reached"}} {
  for (const Planner& planner : planners()) {
    baselines_.push_back({std::string(planner.name), std::string(planner.doc), std::string(planner.source)});
  }
}

const std::shared_ptr<const policy::Signature>& BroadcastDomain::signature() const { return broadcast_signature(); }

std::span<const std::string> BroadcastDomain::exemplars() const { return broadcast_exemplars(); }

std::span<const Cheat> BroadcastDomain::cheats() const { return broadcast_cheats(); }

std::unique_ptr<Workload> BroadcastDomain::open(const ScenarioRequest& request) const {
  BroadcastOptions options = read_options(request);
  if (!request.format.empty() && request.format != "cloudcast") {
    throw InputError(fmt::format("the domain 'broadcast' reads the format 'cloudcast' only, not '{}'", request.format));
  }
  Tables tables;
  std::vector<NetworkPtr> networks;
  if (request.workload.empty()) {
    // A network each, so that nothing learnt of one is of use in another.
    for (std::uint64_t part = 0; part < 3; ++part) networks.push_back(generate_network(3 * request.seed + part));
    tables.network = networks.back();
  } else {
    tables = read_tables(request.workload);
    networks.assign(3, tables.network);
  }
  return std::make_unique<BroadcastWorkload>(std::move(tables), std::move(networks), std::move(options), request.seed);
}

BroadcastWorkload::BroadcastWorkload(Tables tables, std::vector<NetworkPtr> networks, BroadcastOptions options,
                                     std::uint64_t seed)
    : tables_(std::move(tables)), networks_(std::move(networks)), options_(std::move(options)), seed_(seed) {
  const Network& network = *tables_.network;
  if (options_.design_on_configured && tables_.transfers.empty()) {
    throw InputError(
        fmt::format("design_on 'configured' needs transfers in config/*.json, and {} has none", network.name()));
  }
  double least = std::numeric_limits<double>::infinity();
  double most = 0;
  for (const LinkRow& row : network.rows()) {
    least = std::min(least, row.price);
    most = std::max(most, row.price);
  }
  summary_.name = network.name();
  summary_.warnings = tables_.warnings;
  summary_.facts = {{"regions", with_thousands(static_cast<std::uint64_t>(network.size()))},
                    {"clouds", join(network.providers())},
                    {"links", with_thousands(static_cast<std::uint64_t>(network.rows().size()))},
                    {"price of a GB", fmt::format("${:g} to ${:g}", least, most)}};
  for (const Transfer& transfer : tables_.transfers) {
    summary_.facts.emplace_back(
        "transfer " + transfer.name,
        fmt::format("{:g} GB in {} partitions from {} to {} regions", transfer.volume_gb, transfer.partitions,
                    network.region(transfer.source), transfer.destinations.size()));
  }
  if (!options_.plan.empty()) tell_of_plan();
}

void BroadcastWorkload::tell_of_plan() {
  const std::vector<Transfer>& transfers = tables_.transfers;
  if (transfers.empty()) throw InputError("a plan is of configured transfers; give a folder with config/*.json");
  double total = 0;
  std::size_t invalid = 0;
  const auto plans = read_plans(options_.plan, *tables_.network, transfers);
  for (const Transfer& transfer : transfers) {
    const auto plan = plans.find(transfer.name);
    if (plan == plans.end()) continue;
    const Delivery delivery = audit_routes(*tables_.network, transfer, options_.machines, plan->second);
    total += delivery.total();
    invalid += !delivery.violations.empty();
    summary_.facts.emplace_back(
        "plan for " + transfer.name,
        fmt::format("${:.4f} = egress ${:.4f} + machines ${:.4f}, {:.2f} s, {} regions, {} of {} pairs delivered: {}",
                    delivery.total(), delivery.egress, delivery.machines, delivery.seconds, delivery.regions,
                    delivery.pairs - delivery.undelivered, delivery.pairs,
                    delivery.violations.empty() ? "valid" : "not valid"));
    for (std::size_t i = 0; i < std::min<std::size_t>(delivery.violations.size(), 3); ++i) {
      summary_.warnings.push_back(fmt::format("{}: {}: {}", options_.plan, transfer.name, delivery.violations[i]));
    }
  }
  summary_.facts.emplace_back("plan in all",
                              fmt::format("${:.4f} for {} transfers: {}", total, plans.size(),
                                          invalid == 0 ? "valid" : fmt::format("{} not valid", invalid)));
}

ScenarioPtr BroadcastWorkload::scenario(const NetworkPtr& network, const std::vector<Transfer>& transfers,
                                        std::string label, std::string setting) const {
  auto orders = std::make_shared<Orders>();
  for (const Transfer& transfer : transfers) {
    orders->push_back(std::make_shared<const Order>(network, transfer, options_.machines));
  }
  return std::make_shared<BroadcastScenario>(std::move(orders), std::move(label), std::move(setting));
}

ScenarioPtr BroadcastWorkload::configured() const {
  return scenario(tables_.network, tables_.transfers,
                  fmt::format("{}, {} configured transfers", tables_.network->name(), tables_.transfers.size()),
                  "configured");
}

namespace {

std::size_t regions_of(const Network& network, const std::string& provider) {
  std::size_t count = 0;
  for (std::size_t region = 0; region < network.size(); ++region) {
    count += network.providers()[network.provider(static_cast<Region>(region))] == provider;
  }
  return count;
}

}  // namespace

std::vector<ScenarioPtr> BroadcastWorkload::drawn(Part part) const {
  const auto place = static_cast<std::size_t>(part);
  const std::string name = std::array{"train", "validation", "test"}[place];
  const NetworkPtr& network = networks_[place];
  std::vector<ScenarioPtr> scenarios;
  // Draws of one part are none of another's.
  std::vector<Transfer> taken = tables_.transfers;
  std::vector<std::string> kinds = network->providers();
  kinds.emplace_back();
  for (const std::string& provider : kinds) {
    // A cloud with few regions has no transfers of its own; between clouds there must be some.
    if (!provider.empty() && regions_of(*network, provider) < options_.destinations + 2) continue;
    for (std::size_t earlier = 0; earlier <= place; ++earlier) {
      if (earlier < place && networks_[earlier] != network) continue;
      const DrawOptions options{provider, options_.destinations, options_.volume_gb, options_.partitions};
      std::vector<Transfer> transfers = draw_transfers(*network, options, options_.draws, seed_,
                                                       std::array{"train", "validation", "test"}[earlier], taken);
      if (earlier < place) {
        taken.insert(taken.end(), transfers.begin(), transfers.end());
        continue;
      }
      const std::string setting = provider.empty() ? "between clouds" : "within " + provider;
      scenarios.push_back(scenario(network, transfers,
                                   fmt::format("{}, {} transfers {} drawn to {}", network->name(), transfers.size(),
                                               setting, std::array{"train", "validate", "test"}[place]),
                                   setting));
    }
  }
  return scenarios;
}

std::vector<ScenarioPtr> BroadcastWorkload::scenarios() const {
  if (!tables_.transfers.empty()) return {configured()};
  return drawn(Part::test);
}

Suite BroadcastWorkload::suite() const {
  if (options_.design_on_configured) {
    const ScenarioPtr all = configured();
    return {.name = tables_.network->name(), .train = {all}, .validation = {all}, .test = {all}};
  }
  return {.name = tables_.network->name(),
          .train = drawn(Part::train),
          .validation = drawn(Part::validation),
          .test = scenarios()};
}

}  // namespace syswright::broadcast
