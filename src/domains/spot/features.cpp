#include "domains/spot/features.h"

#include <cassert>
#include <limits>
#include <string>

namespace syswright::spot {
namespace {

using policy::Feature;
using policy::Scope;
using policy::ValueKind;

constexpr double year = 366.0 * 86400;
constexpr Dimension price_dimension{-1, 0, 1};

Feature time(std::string name, std::string doc, double low = 0) {
  return {std::move(name), Scope::global, ValueKind::number, time_dimension, 0, low, year, std::move(doc)};
}
Feature flag(std::string name, std::string doc) {
  return {std::move(name), Scope::global, ValueKind::boolean, number_dimension, 0, 0, 1, std::move(doc)};
}
Feature number(std::string name, double high, std::string doc) {
  return {std::move(name), Scope::global, ValueKind::number, number_dimension, 0, 0, high, std::move(doc)};
}
Feature price(std::string name, std::string doc) {
  return {std::move(name), Scope::global, ValueKind::number, price_dimension, 0, 0, 1e6, std::move(doc)};
}

policy::Decision instance() {
  policy::Decision decision;
  decision.name = "instance";
  decision.kind = policy::DecisionKind::value;
  decision.actions = {"spot", "idle", "on_demand"};
  decision.doc =
      "What does the job run on in this tick? spot: on a spot instance, and where there is none, on nothing. A start, "
      "of either kind, costs the overhead in work. Asked at every tick until the job is done or the safety net takes "
      "over. Without an answer: spot.";
  decision.features = {
      time("elapsed", "since the job was given"),
      time("done", "work that is done"),
      time("remaining", "work that is left"),
      number("work_left", 1, "share of the work that is left"),
      time("time_left", "until the deadline"),
      time("slack", "time left less work left", -year),
      time("reserve", "whole ticks until the safety net takes over, if no work is done", -year),
      time("lead", "work done less the share of it that is due by now if the work is spread evenly up to the deadline",
           -year),
      time("overhead", "without work at each start of an instance"),
      time("pending", "of its start that what runs now has still to spend; 0 if nothing runs"),
      time("tick", "between two questions"),
      time("job", "work at the start"),
      time("deadline", "from the start"),
      flag("spot_available", "a spot instance can be had in this tick"),
      flag("holds_spot", "a spot instance runs, and is there still"),
      flag("holds_on_demand", "an on-demand instance runs"),
      flag("preempted", "a spot instance ran in the tick before, and is gone"),
      number("available_share", 1, "of the ticks so far, this one included, in which there was spot"),
      time("spell", "since when there has been spot, or none, as far as seen, this tick included"),
      number("changes", 1e6, "how often spot came or went so far"),
      time("available_spell", "mean length of the spells with spot that are over; 0 if there was none"),
      time("unavailable_spell", "mean length of the spells without spot that are over; 0 if there was none"),
      price("spot_price", "of this tick"),
      price("on_demand_price", "of every tick"),
  };
  assert(decision.features.size() == fact_count);
  return decision;
}

}  // namespace

const std::shared_ptr<const policy::Signature>& spot_signature() {
  static const std::shared_ptr<const policy::Signature> signature = [] {
    policy::Signature made;
    made.domain = "spot";
    made.decisions = {instance()};
    made.signals = {
        {"available", Scope::global, number_dimension, 0, 1, "at each tick: 1 if there is spot, else 0"},
        {"available_spell", Scope::global, time_dimension, 0, year, "at the end of each spell with spot: its length"},
        {"unavailable_spell", Scope::global, time_dimension, 0, year,
         "at the end of each spell without spot: its length"},
        {"preemption", Scope::global, number_dimension, 0, 1,
         "at each tick after one with a spot instance: 1 if that is gone, else 0"},
    };
    assert(made.signals.size() == report_count);
    return std::make_shared<const policy::Signature>(std::move(made));
  }();
  return signature;
}

}  // namespace syswright::spot
