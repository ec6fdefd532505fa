#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/digest.h"

namespace syswright::llm_serving {

/// One request as the workload holds it. Nothing here but `output` is hidden from policies.
struct Request {
  double arrival = 0;             ///< seconds from the start of the workload; never falls from one to the next
  std::uint32_t prompt = 1;       ///< tokens, at least 1
  std::uint32_t output = 1;       ///< tokens, at least 1: known to the mechanism alone
  std::uint32_t predicted = 0;    ///< tokens of output that a predictor with the stated error foretells; 0: none
  std::uint32_t first_block = 0;  ///< of its prompt, into Requests::blocks
  std::uint32_t block_count = 0;  ///< 0: shares no prefix with any other
  std::uint16_t tenant = 0;       ///< into Requests::tenants
  std::uint16_t model = 0;        ///< into Requests::models
  std::int32_t priority = 0;      ///< the smaller the more urgent
};

/// A workload of requests. Equal block ids mean an equal prompt up to and including that block, or up to the end of the
/// shorter prompt if that lies within it; prefix_blocks.h cuts them into an engine's own blocks.
struct Requests {
  std::string name;
  std::vector<Request> list;          ///< by arrival
  std::vector<std::uint64_t> blocks;  ///< prefix-block ids of all prompts, one after another
  std::uint32_t block_tokens = 512;   ///< of each of these blocks
  bool blocks_cover_output = false;   ///< the ids go on behind the prompt and name the answer's tokens too
  std::vector<std::string> tenants{"all"};
  std::vector<std::string> models{"model"};
  Digest digest;

  std::span<const std::uint64_t> blocks_of(const Request& request) const {
    return std::span(blocks).subspan(request.first_block, request.block_count);
  }
};
using RequestsPtr = std::shared_ptr<const Requests>;

}  // namespace syswright::llm_serving
