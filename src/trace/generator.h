#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "trace/cache_trace.h"

namespace syswright::trace {

/// How many bytes an object has. An object keeps its size for the whole trace.
enum class SizeKind {
  none,        ///< the trace has no sizes
  constant,    ///< mean
  uniform,     ///< minimum to maximum, whole bytes
  log_normal,  ///< of the given mean; shape is the standard deviation of the logarithm
  pareto,      ///< minimum / u^(1/shape); the mean is infinite for shapes up to 1
  bimodal,     ///< maximum with probability large_share, else minimum
};

struct SizeOptions {
  SizeKind kind = SizeKind::constant;
  double mean = 4096;                 ///< bytes
  double minimum = 512;               ///< bytes; draws below are raised to it
  double maximum = 64 * 1024 * 1024;  ///< bytes; draws above are lowered to it, at most 2^32 - 1
  double shape = 1.5;
  double large_share = 0.1;
};

enum class ArrivalKind {
  none,      ///< the trace has no times
  constant,  ///< one request every 1/rate seconds
  poisson,   ///< exponential gaps with mean 1/rate seconds
};

struct GeneratorOptions {
  std::uint64_t requests = 1'000'000;
  std::uint64_t seed = 1;

  /// Popular objects: requests that belong to nothing below draw a rank by Zipf's law, weight 1 / rank^alpha.
  std::uint32_t objects = 100'000;
  double alpha = 0.9;
  /// Share of the popularity ranking that the trace passes through: with drift d, the object of rank 1 at the end is
  /// the one that had rank 1 + d * objects at the start, and those before it have moved to the end of the ranking. 0:
  /// the popular stay popular; 1: everybody is most popular once.
  double drift = 0;

  /// Sequential scans: runs of scan_length neighbouring keys, each read once, from a random place among scan_objects
  /// keys that nothing else asks for.
  double scan_share = 0;  ///< of the requests
  std::uint64_t scan_length = 1'000;
  std::uint64_t scan_objects = 1'000'000;

  /// A loop: the same loop_length keys in the same order, again and again.
  double loop_share = 0;
  std::uint64_t loop_length = 10'000;

  /// One-hit wonders: keys that are asked for once.
  double one_hit_share = 0;

  SizeOptions sizes;
  ArrivalKind arrivals = ArrivalKind::poisson;
  double rate = 1000;  ///< requests a second
};

/// A made-up trace: a mix of the four kinds of requests, each request drawing its kind by the shares, so that scans and
/// loops run side by side with the rest, as programs on one machine do. Keys: objects from 2^48, scans from 2 * 2^48,
/// the loop from 3 * 2^48, one-hit wonders from 4 * 2^48; popularity and neighbourhood of the former are unrelated.
///
/// A pure function of the options. About 0.1 µs a request; 12 bytes an object of working memory.
/// Throws InputError that names the option for shares outside [0, 1] or above 1 in total, and for counts, sizes and
/// rates that are not positive.
CacheTrace generate_cache_trace(const GeneratorOptions& options);

/// "none", "constant", "uniform", "log-normal", "pareto", "bimodal". Throws InputError for another name.
SizeKind size_kind_from(const std::string& name);
const std::vector<std::string>& size_kind_names();
/// "none", "constant", "poisson".
ArrivalKind arrival_kind_from(const std::string& name);
const std::vector<std::string>& arrival_kind_names();

/// The front of a fixed trace that measurements of caches can be compared on: independent draws from Zipf's law with
/// exponent 1 over 1,000,000 keys, all of 4096 bytes, 1000 requests a second (times in whole seconds).
///
/// Draw i is SplitMix64 number i from state 42; u = its upper 53 bits * 2^-53 * H, where H is the sum of 1/rank over
/// all ranks in ascending order; the key is the smallest rank whose cumulative sum exceeds u. The same keys on every
/// machine with IEEE doubles; 10,000,000 requests have 763,274 distinct keys. About 30 ns a request.
CacheTrace reference_zipf(std::uint64_t requests);

}  // namespace syswright::trace
