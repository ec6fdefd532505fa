#pragma once

#include <cstdint>
#include <string>

#include "domains/llm_serving/cards.h"
#include "domains/llm_serving/step_time.h"
#include "domains/llm_serving/step_work.h"

namespace syswright::llm_serving {

/// How long attention takes when the KV caches of decoding sequences differ in length: t(mean) + alpha · (t(max) -
/// t(mean)), where t is the measured time at equal lengths.
enum class Skew {
  none,   ///< alpha = 0
  fixed,  ///< the pooled alpha of the profile
  table,  ///< alpha by chunk, decodes, lengths and past; the pooled one where a bucket was not measured
};

struct MeasuredOptions {
  std::string folder = {};
  std::uint32_t degree = 0;  ///< tensor parallel; 0: the smallest that was profiled
  Skew skew = Skew::table;
  /// GPU of the profile, for energy, KV room and all-reduces; empty: what its meta file calls `hardware`. A GPU without
  /// a card has no known power and KV room.
  std::string gpu = {};
  MemoryPlan memory = {};
};

/// Step times from kernel times that were measured on a GPU, in the layout of LLMServingSim's profiler: a folder with
/// profile_meta.yaml (or meta.yaml), model_config.json and, for each degree, a folder profile_tpN (or tpN) with
/// dense.csv, per_sequence.csv, attention.csv and skew_fit.csv.
///
///   step = layers · (2 layernorm + the other dense layers + attention)(tokens)
///        + embedding(tokens) + final_layernorm(tokens) + (lm_head + sampler)(sampled)   [+ all-reduces beyond degree
///        1]
///
/// Layers by tokens are interpolated linearly and tabulated; attention as in attention_table.h, at (sum of the chunks,
/// past weighted by the chunks' tokens, decodes, mean KV): several chunks count as one, which overstates the part that
/// grows with the square. A draft that is verified reads the KV cache once, as one decode. Time never falls below that
/// at the shortest KV cache, however negative alpha is.
/// seconds() is O(1): 0.1 to 0.2 microseconds. Construction reads a few megabytes: about 50 ms. Throws InputError or
/// SystemError that names file and line.
StepTimePtr make_measured_step_time(const MeasuredOptions& options, const Cards& cards = built_in_cards());

}  // namespace syswright::llm_serving
