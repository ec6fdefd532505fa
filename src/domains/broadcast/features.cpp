#include "domains/broadcast/features.h"

#include <cassert>

#include "domains/broadcast/transfer.h"

namespace syswright::broadcast {
namespace {

using policy::Feature;
using policy::Scope;
using policy::ValueKind;

constexpr Dimension rate_dimension{-1, 1, 0};
constexpr Dimension rent_dimension{-1, 0, 1};
constexpr double infinite = std::numeric_limits<double>::infinity();

Feature number(std::string name, double low, double high, std::string doc) {
  return {.name = std::move(name), .low = low, .high = high, .doc = std::move(doc)};
}

Feature quantity(std::string name, Dimension dimension, std::string doc) {
  return {.name = std::move(name), .dimension = dimension, .doc = std::move(doc)};
}

Feature flag(std::string name, std::string doc) {
  return {.name = std::move(name), .kind = ValueKind::boolean, .low = 0, .high = 1, .doc = std::move(doc)};
}

Feature global(Feature feature) {
  feature.scope = Scope::global;
  return feature;
}

policy::Decision extend() {
  constexpr double most_links = 4096;
  policy::Decision decision;
  decision.name = "extend";
  decision.kind = policy::DecisionKind::rank;
  decision.doc =
      "Along which link does the partition's tree grow next? Candidates are the links from a region that the partition "
      "reaches to one that it does not reach yet; the highest score is taken, ties go to the region reached first and "
      "then to the order of the throughput table. Asked until every destination is reached; links that lead to none "
      "are "
      "then left out. After three relays in a row only destinations are offered. Without an answer, the tree grows at "
      "least egress.";
  decision.features = {
      quantity("price", money_dimension, "egress of sending the partition over the link"),
      quantity("bandwidth", rate_dimension, "rate of the link alone, before limits"),
      flag("destination", "the target is a destination"),
      quantity("onward", money_dimension,
               "egress of the cheapest path from the target to a destination not yet reached; $0 at a destination"),
      quantity("star", money_dimension,
               "egress of the cheapest paths from the target to each destination not yet reached, added up"),
      quantity("completion", money_dimension,
               "least egress that still connects all destinations not yet reached once the link is taken, exactly"),
      quantity("reach", money_dimension, "egress along the tree from the source to the target, this link included"),
      number("hops", 1, most_links, "links along the tree from the source to the target, this one included"),
      number("carried", 0, Transfer::most_partitions, "partitions planned before that use the link"),
      number("leaving", 0, infinite, "partitions planned before that leave the link's start, summed over its links"),
      number("fanout", 0, most_links, "links in use out of the link's start, by partitions before and this tree"),
      number("branches", 0, most_links, "links of this tree out of the link's start"),
      number("arriving", 0, infinite, "partitions planned before that enter the target, summed over links"),
      flag("new_region", "nothing planned so far touches the target: its machines would be rented for it"),
      flag("same_provider", "start and target belong to one provider"),
      quantity("link_time", time_dimension,
               "time that the link would be busy with this partition, at its rate in the plan so far"),
      quantity("pressure", time_dimension,
               "longest time that a link at the start or the target would be busy, with this partition"),
      quantity("full_time", time_dimension, "the same for this link if all partitions to come take it as well"),
      global(number("partition", 0, Transfer::most_partitions, "number of the partition, from 0")),
      global(number("left", 1, Transfer::most_partitions, "partitions still to plan, this one included")),
      global(number("partitions", 1, Transfer::most_partitions, "partitions of the transfer")),
      global(number("remaining", 1, Transfer::most_destinations, "destinations that the tree does not reach yet")),
      global(number("destinations", 1, Transfer::most_destinations, "destinations of the transfer")),
      global(quantity("busy", time_dimension, "longest time that a link is busy with the partitions planned before")),
      global(number("regions", 0, most_links, "regions touched by the plan so far")),
      global(quantity("rent", rent_dimension, "price of the machines of one region")),
  };
  assert(decision.features.size() == static_cast<std::size_t>(Fact::count));
  return decision;
}

}  // namespace

const std::shared_ptr<const policy::Signature>& broadcast_signature() {
  static const std::shared_ptr<const policy::Signature> signature = [] {
    policy::Signature made;
    made.domain = "broadcast";
    made.decisions = {extend()};
    made.signals = {{.name = "planned_time",
                     .scope = Scope::global,
                     .dimension = time_dimension,
                     .doc = "at the end of each partition: longest time that a link is busy so far"},
                    {.name = "planned_egress",
                     .scope = Scope::global,
                     .dimension = money_dimension,
                     .doc = "at the end of each partition: egress of its tree"}};
    return std::make_shared<const policy::Signature>(std::move(made));
  }();
  return signature;
}

}  // namespace syswright::broadcast
