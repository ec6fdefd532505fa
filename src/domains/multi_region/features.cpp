#include "domains/multi_region/features.h"

#include <cassert>
#include <string>
#include <utility>
#include <vector>

namespace syswright::multi_region {
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
  return {std::move(name), Scope::global, ValueKind::number, price_dimension, 0, 0, 1e9, std::move(doc)};
}

std::vector<Feature> job_facts() {
  return {
      time("elapsed", "since the job was given"),
      time("done", "work that is done"),
      time("remaining", "work that is left"),
      time("time_left", "until the deadline"),
      time("slack", "time left less work left", -year),
      time("reserve", "whole ticks until the safety net takes over, if no work is done", -year),
      time("lead", "work done less the share of it that is due by now if the work is spread evenly up to the deadline",
           -year),
      time("overhead", "without work at each start of an instance"),
      time("pending", "of its start that what runs now has still to spend; 0 if nothing runs"),
      time("tick", "between two rounds of questions"),
      time("job", "work at the start"),
      time("deadline", "from the start"),
      time("running_for", "since what runs now was started; 0 if nothing runs"),
      flag("holds_spot", "a spot instance runs, and is there still"),
      flag("holds_on_demand", "an on-demand instance runs"),
      flag("preempted", "a spot instance ran in the tick before, and is gone"),
      price(
          "value_printed",
          "of an hour of work: the cheapest on-demand price times required over achieved rate, as the paper prints it"),
      price("value_planned", "the same times required over planned rate, at least the cheapest spot price"),
      price("cheapest_on_demand", "lowest on-demand price of all regions"),
      price("cheapest_spot", "lowest spot price of all regions, whether there is any or not"),
  };
}

std::vector<Feature> region_facts() {
  return {
      price("spot_price", "of this tick, whether there is spot or not"),
      price("on_demand_price", "of every tick"),
      {"egress", Scope::global, ValueKind::number, money_dimension, 0, 0, 1e9,
       "to bring the checkpoint here; 0 where it is, and before the first start"},
      time("start_time", "without work if an instance is started here: the overhead and the transfer"),
      flag("home", "the checkpoint is here; before the first start: the first region"),
      flag("runs_here", "what runs now runs here"),
      flag("near", "in the cloud region that the checkpoint is in, home included"),
      flag("refused", "spot was asked for here in this tick, and was not there"),
      flag("seen", "it is known of some tick whether there was spot"),
      flag("last_available", "there was spot when it was last seen"),
      time("since_seen", "since it was last seen; since the job was given if never"),
      number("available_share", 1, "of all ticks that were seen, in which there was spot; 0.5 if none"),
      number("recent_share", 1,
             "of the last five starts, probes and losses, those that found spot; a run counts once a probe interval"),
      time("age", "since when there has been spot as far as seen; 0 if it was missing when last seen"),
      time("lifetime", "how long spot is expected to last from now on, if it is there: Nelson-Aalen with volatility"),
      number("volatility", 1e12, "of late, losses of spot for each one expected; at least 1"),
      number("losses", 1e6, "how often spot was seen to go"),
  };
}

void append(std::vector<Feature>& to, std::vector<Feature> more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

policy::Decision region() {
  policy::Decision decision;
  decision.name = "region";
  decision.kind = policy::DecisionKind::rank;
  decision.doc =
      "In which order are regions looked at in this tick? Asked at every tick until the job is done or the safety net "
      "takes over; `instance` is then asked of one after another. Without an answer: the cheapest spot first.";
  decision.features = job_facts();
  for (Feature feature : region_facts()) {
    feature.scope = Scope::candidate;
    decision.features.push_back(std::move(feature));
  }
  return decision;
}

policy::Decision instance() {
  policy::Decision decision;
  decision.name = "instance";
  decision.kind = policy::DecisionKind::value;
  decision.actions = {"spot", "on_demand", "idle", "keep", "next"};
  decision.doc =
      "What about this region? spot: run there on spot; if there is none, the next region is asked about. on_demand: "
      "run "
      "there on demand. idle: run nothing in this tick. keep: go on with what runs, if anything does. next: not here. "
      "Asked of regions in the order of `region` until an answer can be carried out, and then, with `exhausted`, once "
      "more of all in that order (spot now means next); after that the job keeps what it has. Without an answer: spot, "
      "then keep.";
  decision.features = job_facts();
  append(decision.features, region_facts());
  append(decision.features, {flag("exhausted", "all regions have been asked about in this tick, and none was taken"),
                             number("asked", 1e3, "regions that were asked about before this one in this round")});
  return decision;
}

policy::Decision probe() {
  policy::Decision decision;
  decision.name = "probe";
  decision.kind = policy::DecisionKind::value;
  decision.actions = {"no", "yes"};
  decision.doc =
      "Is spot asked for in this region, to know whether it is there? If it is, a minute of it is paid. Asked at the "
      "end "
      "of every tick of each region but the one in which the job runs on spot. Without an answer: yes if the region "
      "was not seen "
      "for the probe interval.";
  decision.features = job_facts();
  append(decision.features, region_facts());
  return decision;
}

}  // namespace

const std::shared_ptr<const policy::Signature>& multi_region_signature() {
  static const std::shared_ptr<const policy::Signature> signature = [] {
    policy::Signature made;
    made.domain = "multi_region";
    made.decisions = {region(), instance(), probe()};
    assert(made.decisions[0].features.size() == job_fact_count + region_fact_count);
    assert(made.decisions[1].features.size() == job_fact_count + region_fact_count + asking_fact_count);
    made.signals = {
        {"available", Scope::candidate, number_dimension, 0, 1,
         "whenever a region is seen, by a start, a probe or a run: 1 if there is spot, else 0"},
        {"run", Scope::candidate, time_dimension, 0, year,
         "when spot was seen to go in a region: how long it was there"},
        {"preemption", Scope::global, number_dimension, 0, 1,
         "at each tick after one with a spot instance: 1 if that is gone, else 0"},
    };
    return std::make_shared<const policy::Signature>(std::move(made));
  }();
  return signature;
}

}  // namespace syswright::multi_region
