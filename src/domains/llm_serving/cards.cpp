#include "domains/llm_serving/cards.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "base/error.h"
#include "base/text.h"

namespace syswright::llm_serving {
namespace {

/// "meta-llama/Llama-3.1-8B" and "llama3.1 8b" are one name.
std::string folded(std::string_view name) {
  if (const std::size_t slash = name.rfind('/'); slash != name.npos) name.remove_prefix(slash + 1);
  std::string plain;
  for (const char c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  return plain;
}

template <typename Card>
const Card* find_in(const std::vector<Card>& cards, std::string_view name) {
  const std::string wanted = folded(name);
  const auto found = std::find_if(cards.begin(), cards.end(), [&](const Card& c) { return folded(c.name) == wanted; });
  return found == cards.end() ? nullptr : &*found;
}

template <typename Card>
const Card& need_in(const std::vector<Card>& cards, std::string_view name, std::string_view kind) {
  if (const Card* card = find_in(cards, name)) return *card;
  std::vector<std::string> names;
  for (const Card& card : cards) names.push_back(card.name);
  throw InputError(fmt::format("unknown {} '{}'{} (there are: {}; a file of cards can add others)", kind, name,
                               did_you_mean(name, names), join(names)));
}

template <typename Card>
void put(std::vector<Card>& cards, Card card) {
  const std::string wanted = folded(card.name);
  for (Card& there : cards) {
    if (folded(there.name) == wanted) {
      there = std::move(card);
      return;
    }
  }
  cards.push_back(std::move(card));
}

void need_positive(double value, std::string_view kind, const std::string& name, std::string_view what) {
  if (value > 0 && std::isfinite(value)) return;
  throw InputError(fmt::format("{} '{}': {} is {}; it has to be positive", kind, name, what, value));
}

void need_not_negative(double value, std::string_view kind, const std::string& name, std::string_view what) {
  if (value >= 0 && std::isfinite(value)) return;
  throw InputError(fmt::format("{} '{}': {} is {}; it must not be negative", kind, name, what, value));
}

void check_name(const std::string& name, std::string_view kind) {
  if (folded(name).empty()) throw InputError(fmt::format("a {} card has no name", kind));
}

void check(const GpuCard& card) {
  check_name(card.name, "GPU");
  need_positive(card.flops_16, "GPU", card.name, "its arithmetic with 16 bits");
  need_positive(card.bandwidth, "GPU", card.name, "its bandwidth");
  need_positive(card.memory, "GPU", card.name, "its memory");
  need_not_negative(card.flops_8, "GPU", card.name, "its arithmetic with 8 bits");
  need_not_negative(card.link, "GPU", card.name, "its link");
  need_not_negative(card.link_latency, "GPU", card.name, "the latency of its link");
  need_not_negative(card.kernel, "GPU", card.name, "the time of a kernel");
  need_not_negative(card.watts, "GPU", card.name, "its power");
  need_not_negative(card.idle_watts, "GPU", card.name, "its idle power");
  if (card.watts > 0 && card.idle_watts > card.watts) {
    throw InputError(
        fmt::format("GPU '{}': {} W idle are more than its limit of {} W", card.name, card.idle_watts, card.watts));
  }
}

void check(const ModelCard& card) {
  check_name(card.name, "model");
  need_positive(card.layers, "model", card.name, "the number of layers");
  need_positive(card.hidden, "model", card.name, "the hidden size");
  need_positive(card.heads, "model", card.name, "the number of heads");
  need_positive(card.kv_heads, "model", card.name, "the number of KV heads");
  need_positive(card.head_size, "model", card.name, "the size of a head");
  need_positive(card.ffn, "model", card.name, "the width of the feed-forward layer");
  need_positive(card.vocabulary, "model", card.name, "the vocabulary");
  need_positive(card.weight_bytes, "model", card.name, "the bytes of a weight");
  need_positive(card.kv_bytes, "model", card.name, "the bytes of a KV element");
  if (card.heads % card.kv_heads != 0) {
    throw InputError(
        fmt::format("model '{}': {} KV heads do not divide {} heads", card.name, card.kv_heads, card.heads));
  }
  if (card.experts > 0 && (card.active_experts == 0 || card.active_experts > card.experts)) {
    throw InputError(
        fmt::format("model '{}': {} of {} experts cannot be active", card.name, card.active_experts, card.experts));
  }
}

}  // namespace

double ModelCard::parameters() const {
  const double feed_forward = experts == 0 ? ffn_parameters() : experts * (ffn_parameters() + double(hidden));
  const double layer = qkv_parameters() + output_parameters() + feed_forward + 2.0 * hidden;
  return layers * layer + hidden + head_parameters() * (tied_embeddings ? 1 : 2);
}

void Cards::add(GpuCard card) {
  check(card);
  put(gpus_, std::move(card));
}

void Cards::add(ModelCard card) {
  check(card);
  put(models_, std::move(card));
}

const GpuCard& Cards::gpu(std::string_view name) const { return need_in(gpus_, name, "GPU"); }
const ModelCard& Cards::model(std::string_view name) const { return need_in(models_, name, "model"); }
const GpuCard* Cards::find_gpu(std::string_view name) const { return find_in(gpus_, name); }

void digest_card(DigestBuilder& digest, const GpuCard& card) {
  digest.add(card.name);
  for (const double value : {card.flops_16, card.flops_8, card.bandwidth, card.memory, card.link, card.link_latency,
                             card.kernel, card.watts, card.idle_watts}) {
    digest.add(value);
  }
}

void digest_card(DigestBuilder& digest, const ModelCard& card) {
  digest.add(card.name);
  for (const std::uint32_t value : {card.layers, card.hidden, card.heads, card.kv_heads, card.head_size, card.ffn,
                                    card.experts, card.active_experts, card.vocabulary}) {
    digest.add(value);
  }
  digest.add(std::uint32_t{card.tied_embeddings}).add(card.weight_bytes).add(card.kv_bytes);
}

}  // namespace syswright::llm_serving
