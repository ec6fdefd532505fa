#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domains/llm_serving/arrivals.h"
#include "domains/llm_serving/requests_reader.h"

namespace syswright::llm_serving {

/// What is done to a workload before it is run. Steps in this order: arrivals, window, limit, rate, context, tenants,
/// priorities, predictor. Draws belong to a request's place in the log (tenants to its session), so that a request that
/// is kept stays the same whatever else is left out.
struct ShapeOptions {
  std::optional<Arrivals> arrivals;  ///< laid under the requests, in their order, instead of their own
  double from = 0;                   ///< seconds: start of the window that is kept; its start becomes 0
  double duration = std::numeric_limits<double>::infinity();
  double rate = 0;  ///< requests a second: time is stretched until the mean rate is this; 0: as it is
  std::uint64_t limit = std::numeric_limits<std::uint64_t>::max();
  std::uint32_t context = 0;  ///< of the model, tokens: longer prompts, and outputs that do not fit behind, are cut
  std::vector<std::pair<std::string, double>> tenants;      ///< name and weight; empty: as they are
  std::vector<std::pair<std::int32_t, double>> priorities;  ///< priority and weight; empty: as they are
  /// Standard deviation of the logarithm of a predictor's error: predicted = output · exp(error · N(0, 1)), at least 1.
  /// 0: it foretells exactly. Not given: there is no predictor.
  std::optional<double> predictor_error;
  std::uint64_t seed = 1;
};

struct ShapedRequests {
  RequestsPtr requests;  ///< with its digest
  std::vector<std::string> warnings;
  std::uint64_t cut_prompts = 0;
  std::uint64_t cut_outputs = 0;
};

/// Throws InputError if nothing is left, or if a log without arrival times is given none.
ShapedRequests shape_requests(RequestLog log, const ShapeOptions& options = {});

/// "interactive:3,batch:1": names and weights; a name alone has weight 1. Throws InputError; `what` names the argument.
std::vector<std::pair<std::string, double>> tenants_from(const std::string& text, const std::string& what);
/// "0:0.8,1:0.2": priorities and weights.
std::vector<std::pair<std::int32_t, double>> priorities_from(const std::string& text, const std::string& what);
/// "none", or the error: "0.5". "0" foretells exactly.
std::optional<double> predictor_error_from(const std::string& text, const std::string& what);

}  // namespace syswright::llm_serving
