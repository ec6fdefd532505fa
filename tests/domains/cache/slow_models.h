#pragma once

#include <memory>
#include <string>

#include "tests/domains/cache/slow_history.h"
#include "tests/domains/cache/slow_learned.h"
#include "tests/domains/cache/slow_lrb.h"
#include "tests/domains/cache/slow_queues.h"

namespace syswright::cache::slow {

/// Model of a native policy; nullptr for those whose choices are random, which have tests of their own.
inline std::unique_ptr<Model> make_model(const std::string& name, std::uint64_t capacity) {
  if (name == "fifo") return std::make_unique<OneQueue>(capacity, OneQueue::Kind::fifo);
  if (name == "lru") return std::make_unique<OneQueue>(capacity, OneQueue::Kind::lru);
  if (name == "clock") return std::make_unique<OneQueue>(capacity, OneQueue::Kind::clock);
  if (name == "sieve") return std::make_unique<Sieve>(capacity);
  if (name == "lfu") return std::make_unique<Ranked>(capacity, Ranked::Kind::lfu);
  if (name == "lfuda") return std::make_unique<Ranked>(capacity, Ranked::Kind::lfuda);
  if (name == "lru2") return std::make_unique<LruK>(capacity);
  if (name == "lirs") return std::make_unique<Lirs>(capacity);
  if (name == "qdlp") return std::make_unique<QdLp>(capacity);
  if (name == "hyperbolic") return std::make_unique<Hyperbolic>(capacity);
  if (name == "mq") return std::make_unique<Mq>(capacity);
  if (name == "car") return std::make_unique<Car>(capacity);
  if (name == "clockpro") return std::make_unique<ClockPro>(capacity);
  if (name == "cacheus") return std::make_unique<Cacheus>(capacity);
  if (name == "s4fifo") return std::make_unique<S4Fifo>(capacity);
  if (name == "lrb") return std::make_unique<Lrb>(capacity);
  if (name == "lecar") return std::make_unique<LeCar>(capacity);
  if (name == "second_hit") return std::make_unique<SecondHit>(capacity);
  if (name == "gdsf") return std::make_unique<Ranked>(capacity, Ranked::Kind::gdsf);
  if (name == "slru") return std::make_unique<Slru>(capacity);
  if (name == "twoq") return std::make_unique<TwoQ>(capacity);
  if (name == "s3fifo") return std::make_unique<S3Fifo>(capacity);
  if (name == "arc") return std::make_unique<Arc>(capacity);
  if (name == "wtinylfu") return std::make_unique<WTinyLfu>(capacity);
  return nullptr;
}

}  // namespace syswright::cache::slow
