#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "domains/llm_serving/arrivals.h"
#include "domains/llm_serving/lengths.h"
#include "domains/llm_serving/requests_reader.h"

namespace syswright::llm_serving {

/// Conversations: a session's next prompt is all that was said before and a new message, so that its front is in a
/// prefix cache if that still holds it. Lengths::prompt is then the length of a session's first message, and
/// Lengths::output of every answer. The gap between two turns is drawn, not the answer's end awaited: it stands for
/// service and thinking together.
struct Sessions {
  double turns = 1;        ///< mean number of turns of a session (geometric), at least 1
  LengthCurve message;     ///< of a later turn, tokens
  double gap_median = 60;  ///< seconds between the turns of a session, log-normal
  double gap_sigma = 1;
  std::uint32_t system = 0;   ///< tokens of the prompt that all sessions open with; rounded up to whole blocks
  std::uint32_t context = 0;  ///< a session ends before it would pass so many tokens; 0: never
};

/// A made-up workload.
struct GeneratorOptions {
  std::string name;
  Arrivals arrivals;  ///< of requests; with sessions, of their first turns, at rate / turns
  Lengths lengths;
  std::optional<Sessions> sessions;
  std::uint64_t requests = 5000;                              ///< at most
  double duration = std::numeric_limits<double>::infinity();  ///< seconds in which they arrive
  std::uint64_t seed = 1;
};

/// From words: a built-in workload, and what is to be different in it, in any order.
///   "sharegpt"                           ShareGPT first turns as in the Glia experiment
///   "azure-code poisson:8/s"             another arrival process under the same lengths
///   "gamma:4/s,cv=2 fixed:prompt=512,output=128 requests=1000"
///   "mooncake duration=10min"
///   "poisson:1/s fixed:prompt=512,output=128 sessions:turns=4,gap=60s,message=100,system=512"
/// Throws InputError that lists what there is.
GeneratorOptions generator_from(const std::string& text);
/// True if the first word of `text` is one that generator_from knows: told from a file's name by it.
bool is_generator(const std::string& text);
/// Names of the built-in workloads, and a line about each.
const std::vector<std::pair<std::string, std::string>>& generated_workloads();

/// A pure function of the options; about 1 µs a request. Throws InputError for options out of range.
RequestLog generate_requests(const GeneratorOptions& options);

}  // namespace syswright::llm_serving
