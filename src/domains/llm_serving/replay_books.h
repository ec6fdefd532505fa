#pragma once

#include <cstdint>
#include <vector>

#include "base/quantile.h"
#include "domains/llm_serving/setup.h"

namespace syswright::llm_serving::replay {

/// The auditor's own books of a run.
class Books {
 public:
  explicit Books(const Setup& setup);

  void ended(std::uint32_t request, double released, double first_token, double last_token, std::uint64_t again);
  void refused(std::uint32_t request);
  /// Between two tokens of a request.
  void gap(double seconds) { gaps_.sketch.add(seconds); }

  std::uint64_t preemptions = 0;
  std::uint64_t computed = 0;
  std::uint64_t recomputed = 0;
  std::uint64_t looked_up = 0;
  std::uint64_t found = 0;
  double block_seconds = 0;
  double room_seconds = 0;
  double peak = 0;
  double gpu_seconds = 0;
  double joules = 0;

  std::uint64_t open() const { return all_ - served_ - refused_; }
  /// In the order of the domain's metrics.
  std::vector<double> metrics() const;

 private:
  struct Kind {
    double sum = 0;
    QuantileSketch sketch;
    void add(double value) {
      sum += value;
      sketch.add(value);
    }
    void append(std::vector<double>& metrics) const;
  };
  struct Share {
    double sum = 0;
    double count = 0;
  };
  std::size_t part_of(std::uint32_t request) const;
  double alone(const Request& request) const;

  const Setup& setup_;
  std::uint64_t all_;
  Kind first_tokens_, per_token_, gaps_, ends_;
  double waited_ = 0;
  std::uint64_t served_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t kept_promises_ = 0;
  std::uint64_t answers_ = 0;
  double latest_ = 0;
  std::vector<Share> parts_;
  std::vector<Share> slowdowns_;
};

}  // namespace syswright::llm_serving::replay
