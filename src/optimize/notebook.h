#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "optimize/evaluator.h"

namespace syswright::optimize {

/// Every measurement of a search, so that none is paid for twice, and what they cost.
class Notebook {
 public:
  Notebook(std::vector<Instance> instances, Measure measure);

  struct Request {
    const std::string* text = nullptr;
    Digest digest;  ///< of the text
  };
  static Digest digest_of(const std::string& text);

  /// Measures each text on each of these instances (indices), as far as it is not known and `affordable` evaluations
  /// go: first all instances of the first text. False if something is still unknown then.
  bool measure(const std::vector<Request>& requests, const std::vector<std::size_t>& instances,
               std::uint64_t affordable, const std::stop_token& stop);
  /// The same for single texts on single instances.
  struct Pair {
    const std::string* text = nullptr;
    Digest digest;  ///< of the text
    std::size_t instance = 0;
  };
  bool measure_pairs(const std::vector<Pair>& pairs, std::uint64_t affordable, const std::stop_token& stop);
  /// On these instances; nothing if one is not known.
  std::optional<std::vector<Measurement>> find(const Digest& text, const std::vector<std::size_t>& instances) const;

  const std::vector<Instance>& instances() const { return instances_; }
  std::uint64_t spent() const { return spent_; }
  std::uint64_t texts() const { return texts_.size(); }
  const std::map<std::string, std::uint64_t>& failures() const { return failures_; }
  double seconds() const { return seconds_; }  ///< of the clock, of all evaluations together

 private:
  std::vector<Instance> instances_;
  Measure measure_;
  std::map<Digest, std::map<std::size_t, Measurement>> texts_;
  std::map<std::string, std::uint64_t> failures_;
  std::uint64_t spent_ = 0;
  double seconds_ = 0;
};

}  // namespace syswright::optimize
