#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "domains/llm_serving/request.h"

namespace syswright::llm_serving {

/// A workload as read or made, and not yet shaped.
struct RequestLog {
  Requests requests;
  std::string format;                   ///< "azure", "sharegpt-like", …
  bool has_arrivals = true;             ///< false: lengths alone; all arrivals are 0 until a process is laid under them
  std::vector<std::uint32_t> sessions;  ///< by request, of a generated conversation; empty: every request stands alone
  std::vector<std::string> warnings;
};

struct RequestsReadOptions {
  std::string format;                                               ///< one of request_formats(); empty: detected
  std::uint64_t limit = std::numeric_limits<std::uint64_t>::max();  ///< records read, from the front
};

/// "azure": TIMESTAMP,ContextTokens,GeneratedTokens with dates. "vidur": num_prefill_tokens, num_decode_tokens, and
/// arrived_at if the file has it. "mooncake": JSON lines with timestamp (ms), input_length, output_length, hash_ids.
/// "vllm-log": JSON lines of a benchmark with input_toks, output_toks and arrival_time (or arrival_time_ns); token ids,
/// where kept, become prefix blocks. "vllm-queued": the same, with queued_ts as the arrival, which is when the engine
/// itself saw the request. "vllm-bench": the result file of 'vllm bench serve --save-detailed'. "openai": JSON lines
/// with usage.prompt_tokens, usage.completion_tokens and created or timestamp; model, user. "csv": any table with a
/// header that names the columns in one of the usual ways, and arrival times as seconds (or a unit in the name:
/// time_ms) or dates.
const std::vector<std::string>& request_formats();

/// Reads a log of requests; zstd-compressed files are seen through. Arrivals are put in order, and start at 0 where the
/// file gives dates or a clock of its own; seconds from the start of a run stay as they are. Requests without prompt or
/// output (failed ones) are left out; whatever was changed is said in the warnings.
/// Throws InputError with file and line for what cannot be read, SystemError if the file cannot.
RequestLog read_request_log(const std::string& path, const RequestsReadOptions& options = {});

/// The same from memory; `name` stands for the path in messages.
RequestLog read_request_log_from_memory(std::span<const std::byte> content, const std::string& name,
                                        const RequestsReadOptions& options = {});

}  // namespace syswright::llm_serving
