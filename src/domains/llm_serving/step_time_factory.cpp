#include "domains/llm_serving/step_time_factory.h"

#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "domains/llm_serving/step_time_linear.h"

namespace syswright::llm_serving {
namespace {

constexpr std::string_view measured = "measured:";
constexpr std::string_view linear = "linear:";

/// A step time whose KV room a setting has overruled.
class WithKvTokens : public StepTime {
 public:
  WithKvTokens(StepTimePtr step, std::uint64_t kv_tokens) : step_(std::move(step)), kv_tokens_(kv_tokens) {}
  double seconds(const StepShape& shape) const override { return step_->seconds(shape); }
  double joules(const StepShape& shape, double seconds) const override { return step_->joules(shape, seconds); }
  double idle_watts() const override { return step_->idle_watts(); }
  std::uint64_t kv_tokens() const override { return kv_tokens_; }
  bool rises_with_work() const override { return step_->rises_with_work(); }
  double kv_bytes_per_token() const override { return step_->kv_bytes_per_token(); }
  Digest digest() const override { return DigestBuilder().add(step_->digest()).add(kv_tokens_).finish(); }

 private:
  StepTimePtr step_;
  std::uint64_t kv_tokens_;
};

bool is_number(std::string_view text) {
  return !text.empty() && text.size() < 5 && text.find_first_not_of("0123456789") == text.npos;
}

struct GpuGroup {
  std::string gpu;
  std::uint32_t degree = 1;
};

/// "H100x4" or "H100×4"; without a number behind it an 'x' belongs to the name.
GpuGroup group_of(const std::string& hardware) {
  for (const std::string_view times : {"×", "x"}) {
    const std::size_t at = hardware.rfind(times);
    if (at == hardware.npos || at == 0) continue;
    const std::string_view number = std::string_view(hardware).substr(at + times.size());
    if (!is_number(number)) continue;
    const std::uint64_t degree = parse_count(number, "hardware");
    if (degree == 0) throw InputError(fmt::format("hardware '{}' has no GPUs", hardware));
    return {hardware.substr(0, at), static_cast<std::uint32_t>(degree)};
  }
  return {hardware, 1};
}

Cards cards_of(const StepTimeSpec& spec) {
  Cards cards = built_in_cards();
  if (!spec.cards.empty()) read_cards(spec.cards, cards);
  return cards;
}

ModelCard model_of(const StepTimeSpec& spec, const Cards& cards) {
  ModelCard model = spec.model.ends_with(".json") ? read_model_config(spec.model) : cards.model(spec.model);
  if (spec.weight_bytes > 0) model.weight_bytes = spec.weight_bytes;
  if (spec.kv_bytes > 0) model.kv_bytes = spec.kv_bytes;
  return model;
}

StepTimePtr make_measured(const StepTimeSpec& spec, const Cards& cards) {
  if (spec.weight_bytes > 0 || spec.kv_bytes > 0) {
    throw InputError(
        "measured step times hold for the weights and the KV cache that were measured; leave their bytes "
        "away or take a GPU's card");
  }
  MeasuredOptions options;
  options.folder = spec.hardware.substr(measured.size());
  options.skew = spec.skew;
  options.memory = spec.memory;
  return make_measured_step_time(options, cards);
}

StepTimePtr make_linear(const StepTimeSpec& spec, const Cards& cards) {
  const std::vector<std::string> parts = split_list(spec.hardware.substr(linear.size()), "hardware");
  if (parts.size() != 4) {
    throw InputError(
        fmt::format("hardware '{}' has {} times; it takes four: base, for each decode, for each prefill "
                    "token, at a full KV cache: 'linear:30ms,0.2ms,0.19ms,11.6ms'",
                    spec.hardware, parts.size()));
  }
  LinearOptions options;
  double* const times[] = {&options.base, &options.decode, &options.prefill, &options.occupancy};
  for (std::size_t i = 0; i < parts.size(); ++i) *times[i] = parse_duration(parts[i], "hardware").value();
  options.kv_tokens = spec.kv_tokens;
  if (!spec.model.empty()) options.kv_bytes_per_token = model_of(spec, cards).kv_bytes_per_token();
  return make_linear_step_time(options);
}

StepTimePtr make_roofline(const StepTimeSpec& spec, const Cards& cards) {
  const GpuGroup group = group_of(spec.hardware);
  RooflineOptions options;
  try {
    options.gpu = cards.gpu(group.gpu);
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}; hardware is also 'measured:FOLDER' or 'linear:A,B,C,D'", error.what()));
  }
  options.model = model_of(spec, cards);
  options.degree = group.degree;
  options.efficiency = spec.efficiency;
  options.memory = spec.memory;
  return make_roofline_step_time(options);
}

}  // namespace

StepTimePtr make_step_time(const StepTimeSpec& spec) {
  const Cards cards = cards_of(spec);
  if (spec.hardware.starts_with(linear)) return make_linear(spec, cards);
  StepTimePtr step = spec.hardware.starts_with(measured) ? make_measured(spec, cards) : make_roofline(spec, cards);
  if (spec.kv_tokens == 0) return step;
  return std::make_shared<const WithKvTokens>(std::move(step), spec.kv_tokens);
}

}  // namespace syswright::llm_serving
