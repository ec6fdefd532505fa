#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "domains/llm_serving/cards.h"

namespace syswright::llm_serving {
namespace {

using Json = nlohmann::json;

[[noreturn]] void refuse(const std::string& path, const std::string& problem) {
  throw InputError(SourceLocation{path}, problem);
}

Json parse(const std::string& path) {
  try {
    Json json = Json::parse(read_file(path));
    if (!json.is_object()) refuse(path, "a JSON object is expected");
    return json;
  } catch (const Json::exception& error) {
    refuse(path, fmt::format("this is not JSON: {}", error.what()));
  }
}

/// A key of a card, and what its value does to it.
template <typename Card>
struct Key {
  const char* name;
  std::function<void(Card&, double)> set;
};

double& scaled(double& field, double value, double scale) { return field = value * scale; }

const std::vector<Key<GpuCard>>& gpu_keys() {
  static const std::vector<Key<GpuCard>> keys{
      {"tflops_16", [](GpuCard& c, double v) { scaled(c.flops_16, v, 1e12); }},
      {"tflops_8", [](GpuCard& c, double v) { scaled(c.flops_8, v, 1e12); }},
      {"bandwidth_gb_s", [](GpuCard& c, double v) { scaled(c.bandwidth, v, 1e9); }},
      {"memory_gib", [](GpuCard& c, double v) { scaled(c.memory, v, double(1 << 30)); }},
      {"link_gb_s", [](GpuCard& c, double v) { scaled(c.link, v, 1e9); }},
      {"link_latency_us", [](GpuCard& c, double v) { scaled(c.link_latency, v, 1e-6); }},
      {"kernel_us", [](GpuCard& c, double v) { scaled(c.kernel, v, 1e-6); }},
      {"watts", [](GpuCard& c, double v) { c.watts = v; }},
      {"idle_watts", [](GpuCard& c, double v) { c.idle_watts = v; }},
  };
  return keys;
}

std::uint32_t whole(double value) {
  if (value < 0 || value > 1e9 || value != std::floor(value)) {
    throw InputError(fmt::format("{} is not a whole number", value));
  }
  return static_cast<std::uint32_t>(value);
}

const std::vector<Key<ModelCard>>& model_keys() {
  static const std::vector<Key<ModelCard>> keys{
      {"layers", [](ModelCard& c, double v) { c.layers = whole(v); }},
      {"hidden", [](ModelCard& c, double v) { c.hidden = whole(v); }},
      {"heads", [](ModelCard& c, double v) { c.heads = whole(v); }},
      {"kv_heads", [](ModelCard& c, double v) { c.kv_heads = whole(v); }},
      {"head_size", [](ModelCard& c, double v) { c.head_size = whole(v); }},
      {"ffn", [](ModelCard& c, double v) { c.ffn = whole(v); }},
      {"experts", [](ModelCard& c, double v) { c.experts = whole(v); }},
      {"active_experts", [](ModelCard& c, double v) { c.active_experts = whole(v); }},
      {"vocabulary", [](ModelCard& c, double v) { c.vocabulary = whole(v); }},
      {"tied_embeddings", [](ModelCard& c, double v) { c.tied_embeddings = v != 0; }},
      {"weight_bytes", [](ModelCard& c, double v) { c.weight_bytes = v; }},
      {"kv_bytes", [](ModelCard& c, double v) { c.kv_bytes = v; }},
  };
  return keys;
}

double number_of(const Json& value) {
  if (value.is_boolean()) return value.get<bool>() ? 1 : 0;
  // Not written out if it is a list or an object: each level of those would take stack.
  if (value.is_structured()) throw InputError(fmt::format("an {} is not a number", value.type_name()));
  if (!value.is_number()) throw InputError(fmt::format("{} is not a number", value.dump()));
  return value.get<double>();
}

template <typename Card>
void set_key(Card& card, const std::vector<Key<Card>>& keys, const std::string& name, const Json& value) {
  for (const Key<Card>& key : keys) {
    if (name != key.name) continue;
    try {
      key.set(card, number_of(value));
    } catch (const InputError& error) {
      throw InputError(fmt::format("'{}': {}", name, error.what()));
    }
    return;
  }
  std::vector<std::string> names{"name", "like", "source"};
  for (const Key<Card>& key : keys) names.emplace_back(key.name);
  throw InputError(fmt::format("unknown key '{}'{} (there are: {})", name, did_you_mean(name, names), join(names)));
}

std::string text_of(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end()) return {};
  if (!found->is_string()) throw InputError(fmt::format("'{}' is not a text", key));
  return found->get<std::string>();
}

template <typename Card, typename Find>
Card read_card(const Json& json, const std::vector<Key<Card>>& keys, Find find) {
  if (!json.is_object()) throw InputError("a card is a JSON object");
  Card card;
  if (const std::string like = text_of(json, "like"); !like.empty()) card = find(like);
  card.name = text_of(json, "name");
  card.source = text_of(json, "source");
  for (const auto& [name, value] : json.items()) {
    if (name != "name" && name != "like" && name != "source") set_key(card, keys, name, value);
  }
  return card;
}

/// Calls `read` with each card of the list; errors say which one they are about.
template <typename Read>
void each_card(const std::string& path, const std::string& list, const Json& cards, Read read) {
  if (!cards.is_array()) refuse(path, fmt::format("'{}' is not a list of cards", list));
  for (std::size_t i = 0; i < cards.size(); ++i) {
    try {
      read(cards[i]);
    } catch (const InputError& error) {
      refuse(path, fmt::format("card {} of '{}': {}", i + 1, list, error.what()));
    }
  }
}

/// A whole number of a configuration; `otherwise` where it is missing or null, unless that is negative.
std::uint32_t count_of(const Json& json, const char* key, double otherwise = -1) {
  const auto found = json.find(key);
  if (found == json.end() || found->is_null()) {
    if (otherwise < 0) throw InputError(fmt::format("there is no '{}'; a decoder-only transformer is expected", key));
    return whole(otherwise);
  }
  try {
    return whole(number_of(*found));
  } catch (const InputError& error) {
    throw InputError(fmt::format("'{}': {}", key, error.what()));
  }
}

const char* first_key(const Json& json, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    if (json.contains(key) && !json[key].is_null()) return key;
  }
  return *keys.begin();
}

ModelCard config_card(const Json& json) {
  if (json.contains("kv_lora_rank"))
    throw InputError("attention with compressed keys and values (MLA) is not modelled");
  ModelCard card;
  card.layers = count_of(json, "num_hidden_layers");
  card.hidden = count_of(json, "hidden_size");
  card.heads = count_of(json, "num_attention_heads");
  card.kv_heads = count_of(json, "num_key_value_heads", card.heads);
  card.head_size = count_of(json, "head_dim", card.heads == 0 ? 0 : std::floor(card.hidden / card.heads));
  card.experts = count_of(json, first_key(json, {"num_local_experts", "num_experts"}), 0);
  card.active_experts = count_of(json, "num_experts_per_tok", 0);
  const bool own_width = card.experts > 0 && json.contains("moe_intermediate_size");
  card.ffn = count_of(json, own_width ? "moe_intermediate_size" : "intermediate_size");
  card.vocabulary = count_of(json, "vocab_size");
  card.tied_embeddings = json.value("tie_word_embeddings", false);
  const std::string type = json.value("torch_dtype", std::string("bfloat16"));
  if (type == "float32") card.weight_bytes = card.kv_bytes = 4;
  return card;
}

}  // namespace

void read_cards(const std::string& path, Cards& cards) {
  const Json json = parse(path);
  for (const auto& [name, list] : json.items()) {
    if (name == "gpus") {
      each_card(path, name, list, [&](const Json& card) {
        cards.add(read_card<GpuCard>(card, gpu_keys(), [&](const std::string& like) { return cards.gpu(like); }));
      });
    } else if (name == "models") {
      each_card(path, name, list, [&](const Json& card) {
        cards.add(read_card<ModelCard>(card, model_keys(), [&](const std::string& like) { return cards.model(like); }));
      });
    } else {
      refuse(path, fmt::format("unknown key '{}'; a file of cards has 'gpus' and 'models'", name));
    }
  }
}

ModelCard read_model_config(const std::string& path) {
  const Json json = parse(path);
  try {
    ModelCard card = config_card(json);
    card.name = text_of(json, "_name_or_path");
    if (card.name.empty()) card.name = std::filesystem::weakly_canonical(path).parent_path().filename().string();
    card.source = path;
    Cards checked;
    checked.add(card);
    return card;
  } catch (const InputError& error) {
    refuse(path, error.what());
  } catch (const Json::exception& error) {
    refuse(path, error.what());
  }
}

}  // namespace syswright::llm_serving
