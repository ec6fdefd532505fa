#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "base/error.h"
#include "domains/llm_serving/prefix_blocks.h"
#include "domains/llm_serving/requests_reader.h"
#include "domains/llm_serving/requests_shape.h"
#include "domains/llm_serving/requests_statistics.h"

/// Whatever the bytes, reading them as a log of LLM requests ends with sound requests, or with an InputError. The first
/// byte chooses the format: detected, or one of the known ones.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace syswright;
  using namespace syswright::llm_serving;
  if (size == 0) return 0;
  RequestsReadOptions options;
  options.limit = 1 << 12;
  const auto& formats = request_formats();
  const std::size_t choice = data[0] % (formats.size() + 1);
  if (choice < formats.size()) options.format = formats[choice];
  try {
    RequestLog log = read_request_log_from_memory(std::as_bytes(std::span(data, size).subspan(1)), "fuzz", options);
    const Requests& requests = log.requests;
    if (requests.list.empty() || requests.list.size() > options.limit) std::abort();
    double last = 0;
    for (const Request& request : requests.list) {
      if (request.prompt == 0 || request.output == 0 || !std::isfinite(request.arrival)) std::abort();
      if (request.arrival < last) std::abort();
      last = request.arrival;
      if (request.tenant >= requests.tenants.size() || request.model >= requests.models.size()) std::abort();
      if (std::size_t{request.first_block} + request.block_count > requests.blocks.size()) std::abort();
      const std::uint32_t blocks = prefix_block_count(requests, request, 16);
      if (blocks > 0) prefix_block(requests, request, 16, blocks - 1);
    }
    const RequestStatistics statistics = request_statistics(requests);
    if (statistics.reused_tokens > statistics.prompt.sum) std::abort();
    if (log.has_arrivals) shape_requests(std::move(log), {.context = 1000, .predictor_error = 1});
  } catch (const InputError&) {
  }
  return 0;
}
