#pragma once

#include <memory>

#include "policy/signature.h"

/// A signature with one of everything that the language knows, for tests of the language. Not that of the cache domain,
/// though it answers to the same name.
namespace syswright::support {

inline std::shared_ptr<const policy::Signature> sample_signature() {
  using namespace policy;
  const auto feature = [](const char* name, Dimension dimension, double low, double high, const char* doc) {
    Feature result;
    result.name = name;
    result.dimension = dimension;
    result.low = low;
    result.high = high;
    result.doc = doc;
    return result;
  };
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const Feature hits = feature("hits", number_dimension, 0, infinity, "Hits of the object since it came in.");
  const Feature age = feature("age", time_dimension, 0, infinity, "Time since the last request.");
  const Feature size = feature("size", bytes_dimension, 1, infinity, "Size of the object.");
  Feature gaps = feature("gaps", time_dimension, 0, infinity, "Times between the last requests, latest first.");
  gaps.length = 4;
  Feature ghost = feature("ghost", number_dimension, 0, 1, "Whether the object was evicted not long ago.");
  ghost.kind = ValueKind::boolean;
  Feature fill = feature("fill", number_dimension, 0, 1, "Share of the cache that is taken.");
  fill.scope = Scope::global;
  const Feature drift = feature("drift", number_dimension, -infinity, infinity, "A number of either sign.");
  const Feature price = feature("price", money_dimension, 0, infinity, "Cost of a miss.");

  auto signature = std::make_shared<Signature>();
  signature->domain = "cache";
  Decision evict{.name = "evict", .modes = {"order", "sample"}, .doc = "Which object leaves?"};
  evict.features = {hits, age, size, gaps, ghost, fill, drift, price};
  Decision admit{.name = "admit", .kind = DecisionKind::value, .actions = {"refuse", "take"}, .doc = "Let it in?"};
  admit.features = {hits, size, ghost, fill, drift};
  Decision ttl{
      .name = "ttl", .kind = DecisionKind::value, .dimension = time_dimension, .low = 0, .doc = "For how long?"};
  ttl.features = {hits, size, gaps};
  signature->decisions = {evict, admit, ttl};
  const auto signal = [](const char* name, Scope scope, Dimension dimension, const char* doc) {
    Signal result;
    result.name = name;
    result.scope = scope;
    result.dimension = dimension;
    result.doc = doc;
    return result;
  };
  signature->signals = {signal("inter_arrival", Scope::candidate, time_dimension, "At each request of an object."),
                        signal("request_size", Scope::global, bytes_dimension, "At each request."),
                        signal("hit", Scope::global, number_dimension, "At each request: 1 for a hit, else 0.")};
  return signature;
}

}  // namespace syswright::support
