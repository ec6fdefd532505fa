#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"

namespace syswright::llm_serving {

/// What a GPU's data sheet says, for the roofline. Peaks are dense (no 2:4 sparsity) with sums in 32 bits.
struct GpuCard {
  std::string name;         ///< "H100"
  double flops_16 = 0;      ///< FLOP/s with 16-bit operands
  double flops_8 = 0;       ///< with 8-bit operands; 0: no such units, 8-bit weights run at flops_16
  double bandwidth = 0;     ///< bytes/s of its memory
  double memory = 0;        ///< bytes that the driver reports
  double link = 0;          ///< bytes/s, one direction, to the other GPUs of a tensor-parallel group
  double link_latency = 0;  ///< s, of one all-reduce of nothing
  double kernel = 2.5e-6;   ///< s, that every kernel takes beside its work
  double watts = 0;         ///< board power limit; 0: not known, no energy is reported
  double idle_watts = 0;
  std::string source;  ///< where the numbers come from

  double flops(double weight_bytes) const { return weight_bytes <= 1 && flops_8 > 0 ? flops_8 : flops_16; }
};

/// A decoder-only transformer with grouped-query attention and gated feed-forward layers, dense or of experts.
struct ModelCard {
  std::string name;  ///< "Llama-3.1-8B"
  std::uint32_t layers = 0;
  std::uint32_t hidden = 0;
  std::uint32_t heads = 0;
  std::uint32_t kv_heads = 0;
  std::uint32_t head_size = 0;
  std::uint32_t ffn = 0;      ///< inner width: of one expert where there are experts
  std::uint32_t experts = 0;  ///< 0: dense
  std::uint32_t active_experts = 0;
  std::uint32_t vocabulary = 0;
  bool tied_embeddings = false;  ///< input and output share one matrix
  double weight_bytes = 2;       ///< of one parameter
  double kv_bytes = 2;           ///< of one element of the KV cache
  std::string source;

  /// Parameters of the matrices of one layer.
  double qkv_parameters() const { return double(hidden) * (heads + 2.0 * kv_heads) * head_size; }
  double output_parameters() const { return double(heads) * head_size * hidden; }
  /// Of one expert, or of the feed-forward layer where there are none.
  double ffn_parameters() const { return 3.0 * hidden * ffn; }
  double head_parameters() const { return double(vocabulary) * hidden; }
  /// All: attention, feed-forward, router, norms, embedding and head.
  double parameters() const;
  double bytes() const { return parameters() * weight_bytes; }
  double kv_bytes_per_token() const { return 2.0 * layers * kv_heads * head_size * kv_bytes; }
};

/// The cards that are known. A name is looked up without regard to case, blanks, '-', '_' and '.', and without the
/// part before '/' ("meta-llama/Llama-3.1-8B").
class Cards {
 public:
  /// Throws InputError if a value is missing or impossible. A card of the same name is replaced.
  void add(GpuCard card);
  void add(ModelCard card);
  /// Throws InputError that names the nearest card.
  const GpuCard& gpu(std::string_view name) const;
  const ModelCard& model(std::string_view name) const;
  /// nullptr if there is none.
  const GpuCard* find_gpu(std::string_view name) const;
  const std::vector<GpuCard>& gpus() const { return gpus_; }
  const std::vector<ModelCard>& models() const { return models_; }

 private:
  std::vector<GpuCard> gpus_;
  std::vector<ModelCard> models_;
};

/// GPUs in common use and open models, from data sheets and published configurations.
const Cards& built_in_cards();

/// Adds the cards of a JSON file: {"gpus": [{"name": "X", "tflops_16": 989, "tflops_8": 1979, "bandwidth_gb_s": 3350,
/// "memory_gib": 80, "link_gb_s": 450, "link_latency_us": 8, "kernel_us": 2.5, "watts": 700, "idle_watts": 70}],
/// "models": [{"name": "Y", "layers": 32, "hidden": 4096, "heads": 32, "kv_heads": 8, "head_size": 128, "ffn": 14336,
/// "experts": 8, "active_experts": 2, "vocabulary": 32000, "tied_embeddings": false, "weight_bytes": 2, "kv_bytes":
/// 2}]}. A card may say "like": "H100" and give only what differs. Throws InputError with the file, the card, the key
/// and the nearest key.
void read_cards(const std::string& path, Cards& cards);

/// The card of a model's published configuration (`config.json` as transformers writes it). Throws InputError.
ModelCard read_model_config(const std::string& path);

/// Folds the numbers of a card into a digest, not its source.
void digest_card(DigestBuilder& digest, const GpuCard& card);
void digest_card(DigestBuilder& digest, const ModelCard& card);

}  // namespace syswright::llm_serving
