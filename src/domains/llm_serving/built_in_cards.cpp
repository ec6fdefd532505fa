#include "domains/llm_serving/cards.h"

namespace syswright::llm_serving {
namespace {

constexpr double mib = 1 << 20;

/// Numbers as data sheets print them.
struct Sheet {
  const char* name;
  double tflops_16, tflops_8, bandwidth_gb_s, memory_mib, link_gb_s, link_latency_us, watts, idle_watts;
  const char* source;
};

// Peaks are dense with 32-bit sums. Memory: as the driver reports it, error correction taken off where it costs some.
// Links: one direction, NVLink or Infinity Fabric all together, else PCIe x16. Latency of an all-reduce of a few
// kilobytes: our choice, 8 us on NVLink, 20 us on PCIe. Idle power: what monitors typically show with a context loaded;
// our choice, to perhaps a third.
constexpr Sheet sheets[] = {
    {"T4", 65, 0, 300, 15'109, 16, 20, 70, 10, "NVIDIA T4 data sheet, 2019"},
    {"V100", 125, 0, 900, 32'768, 150, 10, 300, 40, "NVIDIA V100 SXM2 32 GB data sheet, 2020"},
    {"A10", 125, 0, 600, 23'028, 32, 20, 150, 20, "NVIDIA A10 data sheet, 2021"},
    {"A40", 149.7, 0, 696, 46'068, 56.25, 12, 300, 30, "NVIDIA A40 data sheet, 2021 (pairs joined by NVLink)"},
    {"A100-40", 312, 0, 1'555, 40'960, 300, 8, 400, 50, "NVIDIA A100 SXM data sheet, 2020"},
    {"A100-80", 312, 0, 2'039, 81'920, 300, 8, 400, 60, "NVIDIA A100 SXM data sheet, 2021"},
    {"H100", 989.4, 1'978.9, 3'350, 81'559, 450, 8, 700, 70, "NVIDIA H100 SXM data sheet, 2023"},
    {"H100-PCIe", 756, 1'513, 2'000, 81'559, 300, 10, 350, 50, "NVIDIA H100 PCIe data sheet, 2022 (NVLink bridge)"},
    {"H200", 989.4, 1'978.9, 4'800, 143'771, 450, 8, 700, 75, "NVIDIA H200 SXM data sheet, 2024"},
    {"H20", 148, 296, 4'000, 97'871, 450, 8, 400, 70, "NVIDIA H20, as resellers print it, 2023"},
    {"B200", 2'250, 4'500, 8'000, 183'359, 900, 8, 1'000, 140, "NVIDIA HGX B200 data sheet, 2024"},
    {"L4", 121, 242, 300, 23'034, 32, 20, 72, 16, "NVIDIA L4 data sheet, 2023"},
    {"L40S", 362, 733, 864, 46'068, 32, 20, 350, 35, "NVIDIA L40S data sheet, 2023"},
    {"RTX 4090", 165.2, 330.3, 1'008, 24'564, 32, 20, 450, 20, "NVIDIA Ada architecture paper, 2022, appendix A"},
    {"RTX PRO 6000", 503.8, 1'007.6, 1'597, 97'887, 64, 20, 600, 30,
     "NVIDIA RTX PRO 6000 Blackwell Server Edition data sheet, 2025; arithmetic from the Blackwell RTX architecture "
     "paper"},
    {"MI300X", 1'307.4, 2'614.9, 5'300, 196'592, 448, 12, 750, 140, "AMD Instinct MI300X data sheet, 2023"},
};

struct Shape {
  const char* name;
  std::uint32_t layers, hidden, heads, kv_heads, head_size, ffn, experts, active, vocabulary;
  bool tied;
};

constexpr Shape shapes[] = {
    {"Llama-2-7B", 32, 4096, 32, 32, 128, 11008, 0, 0, 32000, false},
    {"Llama-2-13B", 40, 5120, 40, 40, 128, 13824, 0, 0, 32000, false},
    {"Llama-2-70B", 80, 8192, 64, 8, 128, 28672, 0, 0, 32000, false},
    {"CodeLlama-34B", 48, 8192, 64, 8, 128, 22016, 0, 0, 32016, false},
    {"Llama-3-8B", 32, 4096, 32, 8, 128, 14336, 0, 0, 128256, false},
    {"Llama-3-70B", 80, 8192, 64, 8, 128, 28672, 0, 0, 128256, false},
    {"Llama-3.1-8B", 32, 4096, 32, 8, 128, 14336, 0, 0, 128256, false},
    {"Llama-3.1-70B", 80, 8192, 64, 8, 128, 28672, 0, 0, 128256, false},
    {"Llama-3.1-405B", 126, 16384, 128, 8, 128, 53248, 0, 0, 128256, false},
    {"Llama-3.2-1B", 16, 2048, 32, 8, 64, 8192, 0, 0, 128256, true},
    {"Llama-3.2-3B", 28, 3072, 24, 8, 128, 8192, 0, 0, 128256, true},
    {"Mistral-7B", 32, 4096, 32, 8, 128, 14336, 0, 0, 32000, false},
    {"Mixtral-8x7B", 32, 4096, 32, 8, 128, 14336, 8, 2, 32000, false},
    {"Mixtral-8x22B", 56, 6144, 48, 8, 128, 16384, 8, 2, 32768, false},
    {"Qwen2.5-0.5B", 24, 896, 14, 2, 64, 4864, 0, 0, 151936, true},
    {"Qwen2.5-7B", 28, 3584, 28, 4, 128, 18944, 0, 0, 152064, false},
    {"Qwen2.5-14B", 48, 5120, 40, 8, 128, 13824, 0, 0, 152064, false},
    {"Qwen2.5-32B", 64, 5120, 40, 8, 128, 27648, 0, 0, 152064, false},
    {"Qwen2.5-72B", 80, 8192, 64, 8, 128, 29568, 0, 0, 152064, false},
    {"Qwen3-8B", 36, 4096, 32, 8, 128, 12288, 0, 0, 151936, false},
    {"Qwen3-32B", 64, 5120, 64, 8, 128, 25600, 0, 0, 151936, false},
    {"Qwen3-30B-A3B", 48, 2048, 32, 4, 128, 768, 128, 8, 151936, false},
    {"Yi-34B", 60, 7168, 56, 8, 128, 20480, 0, 0, 64000, false},
    {"Phi-3-mini", 32, 3072, 32, 32, 96, 8192, 0, 0, 32064, false},
};

GpuCard card_of(const Sheet& sheet) {
  GpuCard card;
  card.name = sheet.name;
  card.flops_16 = sheet.tflops_16 * 1e12;
  card.flops_8 = sheet.tflops_8 * 1e12;
  card.bandwidth = sheet.bandwidth_gb_s * 1e9;
  card.memory = sheet.memory_mib * mib;
  card.link = sheet.link_gb_s * 1e9;
  card.link_latency = sheet.link_latency_us * 1e-6;
  card.watts = sheet.watts;
  card.idle_watts = sheet.idle_watts;
  card.source = sheet.source;
  return card;
}

ModelCard card_of(const Shape& shape) {
  ModelCard card;
  card.name = shape.name;
  card.layers = shape.layers;
  card.hidden = shape.hidden;
  card.heads = shape.heads;
  card.kv_heads = shape.kv_heads;
  card.head_size = shape.head_size;
  card.ffn = shape.ffn;
  card.experts = shape.experts;
  card.active_experts = shape.active;
  card.vocabulary = shape.vocabulary;
  card.tied_embeddings = shape.tied;
  card.source = "the model's published configuration";
  return card;
}

}  // namespace

const Cards& built_in_cards() {
  static const Cards cards = [] {
    Cards all;
    for (const Sheet& sheet : sheets) all.add(card_of(sheet));
    for (const Shape& shape : shapes) all.add(card_of(shape));
    return all;
  }();
  return cards;
}

}  // namespace syswright::llm_serving
