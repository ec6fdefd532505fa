#include "domains/flash_cache/features.h"

#include <limits>
#include <string>

namespace syswright::flash_cache {
namespace {

using policy::Feature;
using policy::Scope;
using policy::ValueKind;

constexpr double infinite = std::numeric_limits<double>::infinity();

Feature number(std::string name, Scope scope, double low, double high, std::string doc) {
  return {std::move(name), scope, ValueKind::number, number_dimension, 0, low, high, std::move(doc)};
}
Feature quantity(std::string name, Scope scope, Dimension dimension, double low, double high, std::string doc) {
  return {std::move(name), scope, ValueKind::number, dimension, 0, low, high, std::move(doc)};
}

policy::Decision evict() {
  const Scope each = Scope::candidate;
  policy::Decision decision;
  decision.name = "evict";
  decision.kind = policy::DecisionKind::rank;
  decision.doc =
      "Which object leaves DRAM, when room is needed? 32 random residents are scored, the highest score leaves, ties "
      "go "
      "to the first drawn. Asked until the new object fits. Without an answer: the one requested longest ago.";
  decision.features = {
      number("now", Scope::global, 0, infinite, "number of the present request, from 0"),
      quantity("clock", Scope::global, time_dimension, 0, infinite, "time since the first request"),
      number("entries", Scope::global, 0, infinite, "objects in DRAM"),
      number("hits", each, 0, infinite, "hits in DRAM since the object came in"),
      quantity("age", each, time_dimension, 0, infinite, "time since the last request for it"),
      number("recency", each, 0, infinite, "requests since the last one for it"),
      number("residence", each, 0, infinite, "requests since it came into DRAM"),
      quantity("size", each, bytes_dimension, 1, infinite, "bytes that it occupies"),
      {"on_flash", each, ValueKind::boolean, number_dimension, 0, 0, 1,
       "flash has a copy: to let it go costs no write"},
      number("accesses", each, 1, most_accesses,
             "recent requests for it, halved for every ten that both tiers hold objects"),
  };
  return decision;
}

policy::Decision offer(std::string name, std::string other, std::string doc, std::string hits, std::string residence) {
  const Scope one = Scope::global;
  policy::Decision decision;
  decision.name = std::move(name);
  decision.kind = policy::DecisionKind::value;
  decision.actions = {std::move(other), "take"};
  decision.doc = std::move(doc);
  decision.features = {
      number("now", one, 0, infinite, "number of the present request, from 0"),
      quantity("clock", one, time_dimension, 0, infinite, "time since the first request"),
      number("hits", one, 0, infinite, std::move(hits)),
      quantity("age", one, time_dimension, 0, infinite, "time since the last request for the object"),
      number("recency", one, 0, infinite, "requests since the last one for the object"),
      number("residence", one, 0, infinite, std::move(residence)),
      quantity("size", one, bytes_dimension, 1, infinite, "bytes of the object"),
      number("accesses", one, 1, most_accesses,
             "recent requests for it, halved for every ten that both tiers hold objects"),
      number("writes_per_day", one, 0, infinite,
             "bytes that the device has written so far, a day, over the bytes of flash"),
      quantity("budget", one, bytes_dimension, -infinite, no_limit,
               "bytes that the device may write at once; 1e18B where writes are not limited"),
  };
  return decision;
}

}  // namespace

const std::shared_ptr<const policy::Signature>& flash_cache_signature() {
  static const std::shared_ptr<const policy::Signature> signature = [] {
    policy::Signature made;
    made.domain = "flash_cache";
    made.decisions = {
        evict(),
        offer("admit", "refuse",
              "Is the object that leaves DRAM written to flash? Asked where flash has no copy of it, it is not too "
              "large, "
              "and the limit of writes allows it. Without an answer: take.",
              "hits in DRAM since it came in", "requests since it came into DRAM"),
        offer("keep", "drop",
              "A region of flash is reclaimed: is this object of it written again? Asked of each that is still there, "
              "oldest first, until half a region is kept. Without an answer: drop.",
              "hits on flash since it was last written", "requests since it was last written"),
    };
    made.signals = {
        {"hit", Scope::global, number_dimension, 0, 1, "at each request: 1 if either tier had the object, else 0"},
        {"flash_hit", Scope::global, number_dimension, 0, 1,
         "at each request for what is not in DRAM: 1 if flash has it, else 0"},
        {"victim_hits", Scope::global, number_dimension, 0, infinite,
         "of each object that leaves DRAM: its hits there"},
        {"reclaimed_hits", Scope::global, number_dimension, 0, infinite,
         "of each object of a reclaimed region: its hits on flash since it was last written"},
    };
    return std::make_shared<const policy::Signature>(std::move(made));
  }();
  return signature;
}

}  // namespace syswright::flash_cache
