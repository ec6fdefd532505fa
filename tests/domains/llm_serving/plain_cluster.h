#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "domains/llm_serving/features.h"
#include "domains/llm_serving/setup.h"

/// The mechanism once more, slowly and plainly: one struct a request, a full walk at every step, blocks in plain
/// vectors. For mixed replicas of one model that neither fail nor scale.
namespace syswright::llm_serving::plain {

struct Result {
  std::vector<double> first_tokens;  ///< [requests]; negative: refused
  std::vector<double> last_tokens;
  std::vector<std::uint32_t> restarts;
  std::uint64_t steps = 0;
  std::uint64_t preemptions = 0;
  std::uint64_t computed = 0;
  std::uint64_t recomputed = 0;
  std::uint64_t hits = 0;
};

/// What a test's policy answers; a function that is missing leaves the default.
struct Answers {
  std::function<double(std::uint64_t request, std::uint64_t replica)> route;
  std::function<bool(std::uint64_t request, std::size_t in_flight)> release;
  std::function<double(std::uint64_t request)> order;
  std::function<double(std::uint64_t request)> victim;
  std::function<double(std::size_t running)> chunk;
  QuestionSet asked() const;
};

Result run(const Setup& setup, const Answers& answers);

}  // namespace syswright::llm_serving::plain
