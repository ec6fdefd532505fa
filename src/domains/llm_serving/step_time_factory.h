#pragma once

#include <cstdint>
#include <string>

#include "domains/llm_serving/step_time.h"
#include "domains/llm_serving/step_time_measured.h"
#include "domains/llm_serving/step_time_roofline.h"

namespace syswright::llm_serving {

/// What a user says about hardware and model.
struct StepTimeSpec {
  /// "measured:FOLDER"; a GPU and its number, "H100", "A100-80x4" ('x' or '×'); or "linear:A,B,C,D" with the times of
  /// step_time_linear.h, "linear:30ms,0.2ms,0.19ms,11.6ms".
  std::string hardware = "H100";
  /// A card's name, or the path of a model's config.json; not for "measured:", whose folder has its own. For "linear:"
  /// it may be empty; then transfers cost nothing.
  std::string model = "Llama-3.1-8B";
  std::string cards = {};       ///< a JSON file with further cards; empty: none
  Skew skew = Skew::table;      ///< only "measured:"
  double weight_bytes = 0;      ///< of a parameter; 0: the card's
  double kv_bytes = 0;          ///< of an element of the KV cache; 0: the card's
  std::uint64_t kv_tokens = 0;  ///< KV capacity; 0: by memory ("linear:" with an occupancy term needs it)
  Efficiency efficiency = {};
  MemoryPlan memory = {};
};

/// Throws InputError that names the nearest card, and what hardware can be written.
StepTimePtr make_step_time(const StepTimeSpec& spec);

}  // namespace syswright::llm_serving
