#include "domains/cache/features.h"

#include <array>
#include <cassert>
#include <limits>
#include <vector>

#include "domains/cache/replay.h"

namespace syswright::cache {

namespace {

using policy::Feature;
using policy::Scope;
using policy::Signal;
using policy::ValueKind;

constexpr double infinite = std::numeric_limits<double>::infinity();

enum class Use { evict, both };

struct FactInfo {
  Fact fact;
  Use use;
  Feature feature;
};

Feature number(std::string name, double low, double high, std::string doc) {
  return {.name = std::move(name), .low = low, .high = high, .doc = std::move(doc)};
}
Feature quantity(std::string name, Dimension dimension, std::string doc) {
  return {.name = std::move(name), .dimension = dimension, .doc = std::move(doc)};
}
Feature global(Feature feature) {
  feature.scope = Scope::global;
  return feature;
}

/// Everything a policy may look at, in the order of the signature.
const std::vector<FactInfo>& facts() {
  static const std::vector<FactInfo> table{
      {Fact::hits, Use::evict, number("hits", 0, infinite, "hits since the object was taken in")},
      {Fact::age, Use::evict, quantity("age", time_dimension, "time since the last access; 0 at a touch")},
      {Fact::recency, Use::evict, number("recency", 0, infinite, "requests since the last access; 0 at a touch")},
      {Fact::residence, Use::evict, number("residence", 0, infinite, "requests since the object was taken in")},
      {Fact::tenure, Use::evict, quantity("tenure", time_dimension, "time since the object was taken in")},
      {Fact::size,
       Use::both,
       {.name = "size",
        .dimension = bytes_dimension,
        .low = 1,
        .doc = "bytes the object occupies; 1B where sizes are ignored"}},
      {Fact::last_access, Use::evict,
       number("last_access", 0, infinite, "number of the request that last asked for the object, counted as `now`")},
      {Fact::inserted, Use::evict,
       number("inserted", 0, infinite, "number of the request that brought the object in, counted as `now`")},
      {Fact::gap, Use::both,
       number("gap", 1, unknown_gap,
              "requests between the last two accesses, remembered through the ghost list; 1e9 if unknown")},
      {Fact::gaps,
       Use::both,
       {.name = "gaps",
        .length = remembered_gaps,
        .low = 1,
        .high = unknown_gap,
        .doc = "requests between the last accesses, most recent gap first; 1e9 where unknown"}},
      {Fact::ghost,
       Use::both,
       {.name = "ghost",
        .kind = ValueKind::boolean,
        .low = 0,
        .high = 1,
        .doc = "the object was in the ghost list when it was asked for and taken in"}},
      {Fact::ghost_hits, Use::both,
       number("ghost_hits", 0, 65535, "hits in the object's previous stay, if it came from the ghost list; else 0")},
      {Fact::ghost_age, Use::both,
       number("ghost_age", 0, infinite, "requests that the object spent in the ghost list before it returned; else 0")},
      {Fact::accesses, Use::both,
       number("accesses", 1, infinite,
              "requests for the object as far as remembered: this stay, and earlier ones that "
              "the ghost list connects")},
      {Fact::heat, Use::both,
       number("heat", 1, infinite,
              "accesses as far as remembered, halved for each `entries` requests between them (at "
              "full cache), as it stood at the last access")},
      {Fact::frequency, Use::both,
       number("frequency", 0, 15,
              "recent requests for the object, estimated by a small count-min sketch that halves "
              "every ten fills of the cache")},
      {Fact::now, Use::both, global(number("now", 0, infinite, "number of the present request, from 0"))},
      {Fact::clock, Use::both,
       global(
           quantity("clock", time_dimension, "time since the first request; a trace without times has one a second"))},
      {Fact::entries, Use::both, global(number("entries", 0, infinite, "objects in the cache"))},
      {Fact::capacity, Use::both,
       global({.name = "capacity",
               .dimension = bytes_dimension,
               .low = 1,
               .doc = "bytes that the cache holds; 1B an object where sizes are ignored"})},
      {Fact::fill, Use::both, global(number("fill", 0, 1, "share of the capacity in use"))},
  };
  return table;
}

const std::vector<Fact>& admit_facts() {
  static const std::vector<Fact> list = [] {
    std::vector<Fact> chosen;
    for (const FactInfo& info : facts()) {
      if (info.use == Use::both) chosen.push_back(info.fact);
    }
    return chosen;
  }();
  return list;
}

policy::Decision evict() {
  policy::Decision decision;
  decision.name = "evict";
  decision.kind = policy::DecisionKind::rank;
  decision.modes = {"sample", "queue"};
  decision.doc =
      "Which object leaves, when room is needed? The highest score does. sample: 64 random residents are scored at "
      "each "
      "eviction, ties go to the first drawn. queue: an object is scored when it is touched (taken in or hit) and keeps "
      "that score; ties go to the least recently touched. Without an answer, the least recently used leaves.";
  for (const FactInfo& info : facts()) decision.features.push_back(info.feature);
  return decision;
}

policy::Decision admit() {
  policy::Decision decision;
  decision.name = "admit";
  decision.kind = policy::DecisionKind::value;
  decision.actions = {"refuse", "take"};
  decision.doc =
      "Is the missed object taken in? Asked at every miss of an object that fits. A refused object enters the ghost "
      "list "
      "as if it had left. Without an answer, every object is taken.";
  for (const FactInfo& info : facts()) {
    if (info.use == Use::both) decision.features.push_back(info.feature);
  }
  return decision;
}

std::vector<Signal> signals() {
  const Scope one = Scope::candidate;
  return {
      {.name = "gap",
       .scope = one,
       .low = 1,
       .high = unknown_gap,
       .doc = "requests since the object's previous access, at each access of an object in cache or ghost list"},
      {.name = "inter_arrival",
       .scope = one,
       .dimension = time_dimension,
       .doc = "time since the object's previous access, at each access of an object in cache or ghost list"},
      {.name = "hit", .high = 1, .doc = "at each request: 1 for a hit, 0 for a miss"},
      {.name = "request_size",
       .dimension = bytes_dimension,
       .low = 1,
       .doc = "at each request: bytes of the object; 1B where sizes are ignored"},
      {.name = "ghost_hit", .high = 1, .doc = "at each miss: 1 if the object is in the ghost list, else 0"},
      {.name = "victim_age",
       .dimension = time_dimension,
       .doc = "at each eviction: time since the victim's last access"},
      {.name = "victim_recency", .doc = "at each eviction: requests since the victim's last access"},
      {.name = "victim_residence", .doc = "at each eviction: requests since the victim was taken in"},
      {.name = "victim_hits", .doc = "at each eviction: hits of the victim since it was taken in"},
      {.name = "victim_size", .dimension = bytes_dimension, .low = 1, .doc = "at each eviction: bytes of the victim"},
  };
}

}  // namespace

const std::shared_ptr<const policy::Signature>& cache_signature() {
  static const std::shared_ptr<const policy::Signature> signature = [] {
    policy::Signature made;
    made.domain = "cache";
    made.decisions = {evict(), admit()};
    made.signals = signals();
    assert(made.signals.size() == signal_count);
    return std::make_shared<const policy::Signature>(std::move(made));
  }();
  return signature;
}

Fact fact_of(std::size_t decision, std::size_t feature) {
  return decision == admit_decision ? admit_facts().at(feature) : facts().at(feature).fact;
}

}  // namespace syswright::cache
