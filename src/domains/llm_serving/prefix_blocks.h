#pragma once

#include <algorithm>
#include <cstdint>

#include "base/random.h"
#include "domains/llm_serving/request.h"

namespace syswright::llm_serving {

/// A workload names prompts by coarse blocks (Mooncake: 512 tokens); an engine caches blocks of its own size (vLLM:
/// 16). Block i of `block_size` tokens holds the tokens i·block_size … (i+1)·block_size − 1 of a sequence. Its key is a
/// hash of the coarse id under its last token, of i and of block_size: as an equal id stands for an equal prompt up to
/// there, equal keys mean equal sequences up to and including the block. Sizes need not divide each other.

/// How many full blocks at the front of a sequence have keys. tokens: of the sequence so far, prompt + generated ones;
/// generated ones count only where the workload names them. 0 for a request that shares no prefix. O(1).
inline std::uint32_t prefix_block_count(const Requests& requests, const Request& request, std::uint32_t block_size,
                                        std::uint64_t tokens) {
  const std::uint64_t length = std::uint64_t{request.prompt} + (requests.blocks_cover_output ? request.output : 0);
  const std::uint64_t named = std::uint64_t{request.block_count} * requests.block_tokens;
  return static_cast<std::uint32_t>(std::min({tokens, length, named}) / block_size);
}

/// Of the prompt alone.
inline std::uint32_t prefix_block_count(const Requests& requests, const Request& request, std::uint32_t block_size) {
  return prefix_block_count(requests, request, block_size, request.prompt);
}

/// The key of block `index`, below prefix_block_count(). O(1), two multiplications or so.
inline std::uint64_t prefix_block(const Requests& requests, const Request& request, std::uint32_t block_size,
                                  std::uint32_t index) {
  const std::uint64_t last_token = (std::uint64_t{index} + 1) * block_size - 1;
  const std::uint64_t id = requests.blocks[request.first_block + last_token / requests.block_tokens];
  return mix64(mix64(id) + ((std::uint64_t{block_size} << 32) | index));
}

}  // namespace syswright::llm_serving
