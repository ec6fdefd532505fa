#include "domains/llm_serving/step_time_measured.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "domains/llm_serving/attention_table.h"
#include "domains/llm_serving/power.h"
#include "domains/llm_serving/profile_files.h"
#include "domains/llm_serving/skew_table.h"

namespace syswright::llm_serving {
namespace {

namespace fs = std::filesystem;

/// A time for every whole number from 0 on: linear between measurements, at the first one below it, and beyond the last
/// on the line through the last and the one nearest to half of it, since the last two are too close for their noise.
class LineTable {
 public:
  explicit LineTable(const std::map<std::uint32_t, double>& points) {
    auto low = points.begin();
    for (std::uint32_t x = 0; x <= points.rbegin()->first; ++x) {
      const auto high = points.lower_bound(x);
      if (high->first == x) low = high;
      if (high == points.begin() || high == low) {
        values_.push_back(high->second);
        continue;
      }
      const double weight = double(x - low->first) / (high->first - low->first);
      values_.push_back(low->second + weight * (high->second - low->second));
    }
    const std::size_t half = values_.size() / 2;
    if (values_.size() > 1) {
      slope_ = std::max(0.0, (values_.back() - values_[half]) / static_cast<double>(values_.size() - 1 - half));
    }
  }

  LineTable& operator+=(const LineTable& more) {
    const std::size_t size = std::max(values_.size(), more.values_.size());
    std::vector<double> sum(size);
    for (std::size_t x = 0; x < size; ++x) sum[x] = at(x) + more.at(x);
    values_ = std::move(sum);
    slope_ += more.slope_;
    return *this;
  }
  void scale(double times) {
    for (double& value : values_) value *= times;
    slope_ *= times;
  }

  double at(std::size_t x) const {
    if (x < values_.size()) return values_[x];
    return values_.back() + slope_ * static_cast<double>(x - (values_.size() - 1));
  }

 private:
  std::vector<double> values_;
  double slope_ = 0;
};

constexpr double second = 1e6;  // microseconds

struct MeasuredParts {
  LineTable by_tokens;   ///< s, all layers
  LineTable by_sampled;  ///< s
  AttentionTable layer;  ///< us, one layer
  SkewTable skew;
  double layers = 0;
  double reduced = 0;        ///< s, all-reduces of a step beside what they send
  double reduced_token = 0;  ///< s a token
  std::optional<StepWork> work = {};
  PowerModel power = {};
  std::uint64_t kv_tokens = 0;
  double kv_bytes_per_token = 0;
  Digest digest = {};
};

class MeasuredStepTime : public StepTime {
 public:
  explicit MeasuredStepTime(MeasuredParts parts) : parts_(std::move(parts)) {}

  double seconds(const StepShape& shape) const override {
    const std::uint32_t tokens = shape.tokens();
    const double linear = parts_.by_tokens.at(tokens) + (shape.sampled == 0 ? 0 : parts_.by_sampled.at(shape.sampled));
    return linear + parts_.reduced + parts_.reduced_token * tokens + parts_.layers / second * attention(shape);
  }

  double joules(const StepShape& shape, double seconds) const override {
    return parts_.power.known() ? parts_.power.joules(parts_.work->total(shape), seconds) : 0;
  }
  double idle_watts() const override { return parts_.power.idle_watts(); }
  std::uint64_t kv_tokens() const override { return parts_.kv_tokens; }
  double kv_bytes_per_token() const override { return parts_.kv_bytes_per_token; }
  Digest digest() const override { return parts_.digest; }

 private:
  /// Microseconds of one layer.
  double attention(const StepShape& shape) const {
    const double mean = at_kv(shape, shape.decode_kv_mean);
    if (shape.decodes < 2 || shape.decode_kv_max <= shape.decode_kv_min) return mean;
    const double low = shape.decode_kv_min;
    const double rate = (shape.decode_kv_mean - low) / (shape.decode_kv_max - low);
    const double alpha =
        parts_.skew.alpha(shape.prefill_tokens, shape.decodes, rate, shape.decode_kv_max, shape.prefill_past);
    if (alpha == 0) return mean;
    const double skewed = mean + alpha * (at_kv(shape, shape.decode_kv_max) - mean);
    return alpha > 0 ? skewed : std::max(skewed, at_kv(shape, low));
  }

  double at_kv(const StepShape& shape, double kv) const {
    return parts_.layer.microseconds(shape.prefill_tokens, shape.prefill_past, shape.decodes, kv);
  }

  MeasuredParts parts_;
};

/// A profile on disk.
class Profile {
 public:
  explicit Profile(const MeasuredOptions& options)
      : options_(options), root_(options.folder), meta_(meta_path()), tables_(tables_folder()) {}

  MeasuredParts read(const Cards& cards) {
    const ModelCard model = read_model_config(needed(root_ / "model_config.json"));
    const StepWork work(model, degree_);
    MeasuredParts parts{.by_tokens = by_tokens(model.layers),
                        .by_sampled = by_sampled(),
                        .layer = attention(),
                        .skew = skew(),
                        .layers = double(model.layers)};
    parts.kv_bytes_per_token = model.kv_bytes_per_token();
    const std::string gpu_name = options_.gpu.empty() ? meta_.text("hardware") : options_.gpu;
    const GpuCard* gpu = options_.gpu.empty() ? cards.find_gpu(gpu_name) : &cards.gpu(gpu_name);
    if (gpu != nullptr) add_gpu(*gpu, work, parts);
    if (gpu == nullptr && degree_ > 1) {
      throw InputError(
          SourceLocation{options_.folder},
          fmt::format("{} GPUs need the card of '{}' for their link; add one or name a GPU", degree_, gpu_name));
    }
    parts.digest = digest(model, gpu);
    return parts;
  }

 private:
  static std::string needed(const fs::path& path) {
    if (fs::exists(path)) return path.string();
    throw InputError(SourceLocation{path.string()},
                     "there is no such file; a profile has profile_meta.yaml, model_config.json and profile_tpN/ with "
                     "dense.csv, per_sequence.csv, attention.csv and skew_fit.csv");
  }

  std::string meta_path() const {
    const fs::path old = root_ / "meta.yaml";
    return fs::exists(old) ? old.string() : needed(root_ / "profile_meta.yaml");
  }

  fs::path tables_folder() {
    std::vector<std::string> found;
    for (std::uint32_t degree = 1; degree <= 64; ++degree) {
      for (const char* form : {"profile_tp{}", "tp{}"}) {
        const fs::path folder = root_ / fmt::format(fmt::runtime(form), degree);
        if (!fs::is_directory(folder)) continue;
        found.push_back(folder.filename().string());
        if (options_.degree != 0 && options_.degree != degree) continue;
        degree_ = degree;
        return folder;
      }
    }
    throw InputError(SourceLocation{options_.folder},
                     found.empty()
                         ? "there is no folder profile_tp1 or tp1 with tables"
                         : fmt::format("there is no profile of {} GPUs; there are: {}", options_.degree, join(found)));
  }

  /// Times in seconds by layer and size.
  std::map<std::string, std::map<std::uint32_t, double>> lines(const char* file, const char* size) {
    const ProfileRows rows(needed(tables_ / file), {"layer", size, "time_us"});
    std::map<std::string, std::map<std::uint32_t, double>> layers;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      if (!layers[rows.text(row, 0)].emplace(rows.count(row, 1), rows.number(row, 2) / second).second) {
        rows.refuse(row, fmt::format("'{}' at {} stands there twice", rows.text(row, 0), rows.text(row, 1)));
      }
    }
    return layers;
  }

  LineTable by_tokens(double layers) {
    const auto dense = lines("dense.csv", "tokens");
    std::optional<LineTable> sum;
    for (const auto& [layer, points] : dense) {
      LineTable line(points);
      const bool once = layer == "embedding" || layer == "final_layernorm";
      line.scale(once ? 1 : layer == "layernorm" ? 2 * layers : layers);
      sum ? void(*sum += line) : void(sum = std::move(line));
    }
    for (const char* layer : {"qkv_proj", "o_proj", "down_proj"}) {
      if (!dense.contains(layer)) {
        throw InputError(SourceLocation{(tables_ / "dense.csv").string()},
                         fmt::format("there is no layer '{}'", layer));
      }
    }
    return *std::move(sum);
  }

  LineTable by_sampled() {
    std::optional<LineTable> sum;
    for (const auto& [layer, points] : lines("per_sequence.csv", "sequences")) {
      LineTable line(points);
      sum ? void(*sum += line) : void(sum = std::move(line));
    }
    return *std::move(sum);
  }

  AttentionTable attention() {
    const std::string path = needed(tables_ / "attention.csv");
    const ProfileRows rows(path, {"prefill_chunk", "kv_prefill", "n_decode", "kv_decode", "time_us"});
    std::vector<AttentionPoint> points;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      points.push_back(
          {rows.count(row, 0), rows.count(row, 1), rows.count(row, 2), rows.count(row, 3), rows.number(row, 4)});
    }
    try {
      return AttentionTable(points);
    } catch (const InputError& error) {
      throw InputError(SourceLocation{path}, error.what());
    }
  }

  SkewTable skew() {
    if (options_.skew == Skew::none) return SkewTable(0);
    const double pooled = meta_.number(fmt::format("skew_fit.per_tp.{}.alpha_default", degree_));
    if (options_.skew == Skew::fixed) return SkewTable(pooled);
    return SkewTable(pooled, meta_, needed(tables_ / "skew_fit.csv"));
  }

  void add_gpu(const GpuCard& gpu, const StepWork& work, MeasuredParts& parts) const {
    parts.work = work;
    parts.power = {.gpu = gpu, .flops = gpu.flops(work.model().weight_bytes), .degree = double(degree_)};
    parts.kv_tokens = kv_tokens(gpu, work, options_.memory);
    if (degree_ == 1) return;
    if (gpu.link <= 0) throw InputError(fmt::format("GPU '{}' has no link to others", gpu.name));
    parts.reduced = 2 * gpu.link_latency * work.model().layers;
    parts.reduced_token = work.reduced_bytes(1) * work.model().layers / gpu.link;
  }

  Digest digest(const ModelCard& model, const GpuCard* gpu) const {
    DigestBuilder digest;
    digest.add("measured step time").add(degree_).add(static_cast<std::uint32_t>(options_.skew));
    for (const char* file : {"dense.csv", "per_sequence.csv", "attention.csv"}) {
      digest.add(read_file((tables_ / file).string()));
    }
    if (options_.skew != Skew::none) digest.add(read_file(meta_path()));
    if (options_.skew == Skew::table) digest.add(read_file((tables_ / "skew_fit.csv").string()));
    digest_card(digest, model);
    if (gpu != nullptr) digest_card(digest, *gpu);
    digest.add(options_.memory.share).add(options_.memory.batched_tokens).add(options_.memory.sequences);
    return digest.add(options_.memory.runtime_bytes).finish();
  }

  const MeasuredOptions& options_;
  fs::path root_;
  ProfileMeta meta_;
  std::uint32_t degree_ = 0;
  fs::path tables_;
};

}  // namespace

StepTimePtr make_measured_step_time(const MeasuredOptions& options, const Cards& cards) {
  if (!fs::is_directory(options.folder)) {
    throw InputError(SourceLocation{options.folder}, "there is no such folder with a profile of kernel times");
  }
  return std::make_shared<const MeasuredStepTime>(Profile(options).read(cards));
}

}  // namespace syswright::llm_serving
