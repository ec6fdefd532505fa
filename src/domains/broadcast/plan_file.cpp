#include "domains/broadcast/plan_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace syswright::broadcast {
namespace {

using Json = nlohmann::ordered_json;

Routes::Path read_path(const Json& json, const std::string& path, const std::string& place) {
  Routes::Path links;
  if (json.is_null()) return links;
  if (!json.is_array()) throw InputError({path, 0, 0}, fmt::format("{} must be a list of links [from, to]", place));
  for (const Json& link : json) {
    if (!link.is_array() || link.size() < 2 || !link[0].is_string() || !link[1].is_string()) {
      throw InputError({path, 0, 0}, fmt::format("{}: a link is written [\"from\", \"to\"]", place));
    }
    links.emplace_back(link[0].get<std::string>(), link[1].get<std::string>());
  }
  return links;
}

Routes read_routes(const Json& json, const Network& network, const Transfer& transfer, const std::string& path) {
  const Json* routes_json = &json;
  for (const char* wrapped : {"generated_path", "paths"}) {
    const auto found = json.find(wrapped);
    if (found != json.end()) routes_json = &*found;
  }
  if (!routes_json->is_object()) {
    throw InputError({path, 0, 0}, fmt::format("'{}' must be an object by destination", transfer.name));
  }
  Routes routes;
  for (const Region destination : transfer.destinations) {
    std::vector<Routes::Path>& paths = routes.paths.emplace_back(transfer.partitions);
    const auto of_destination = routes_json->find(network.region(destination));
    if (of_destination == routes_json->end() || !of_destination->is_object()) continue;
    for (std::size_t partition = 0; partition < transfer.partitions; ++partition) {
      const auto one = of_destination->find(std::to_string(partition));
      if (one == of_destination->end()) continue;
      paths[partition] = read_path(
          *one, path, fmt::format("{}, {}, partition {}", transfer.name, network.region(destination), partition));
    }
  }
  return routes;
}

}  // namespace

std::map<std::string, Routes> read_plans(const std::string& path, const Network& network,
                                         const std::vector<Transfer>& transfers) {
  const Json json = Json::parse(read_file(path), nullptr, false);
  if (json.is_discarded() || !json.is_object()) {
    throw InputError({path, 0, 0}, "a plan file is a JSON object by name of the transfer");
  }
  std::map<std::string, Routes> plans;
  std::vector<std::string> names;
  for (const Transfer& transfer : transfers) {
    names.push_back(transfer.name);
    const auto found = json.find(transfer.name);
    if (found != json.end() && found->is_object()) {
      plans[transfer.name] = read_routes(*found, network, transfer, path);
    }
  }
  if (plans.empty()) {
    throw InputError({path, 0, 0}, fmt::format("names no transfer of this workload (there are: {})", join(names)));
  }
  return plans;
}

std::string write_plan(const Order& order, const Plan& plan) {
  const Network& network = order.network();
  Json json = Json::object();
  for (const Region destination : order.transfer().destinations) {
    Json& of_destination = json[network.region(destination)] = Json::object();
    std::size_t partition = 0;
    for (const Group& group : plan) {
      Json path = Json::array();
      for (Region at = destination; at != order.transfer().source;) {
        const auto link =
            std::find_if(group.tree.begin(), group.tree.end(), [&](const Link& one) { return one.to == at; });
        if (link == group.tree.end()) break;
        path.insert(path.begin(), Json::array({network.region(link->from), network.region(at)}));
        at = link->from;
      }
      for (std::size_t i = 0; i < group.partitions; ++i) of_destination[std::to_string(partition++)] = path;
    }
  }
  return json.dump();
}

}  // namespace syswright::broadcast
