#include "studies/vllm_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/error.h"
#include "base/file.h"
#include "judge/settings/settings.h"
#include "studies/serving.h"

namespace syswright::studies {
namespace {

using serving::Measure;
using serving::Options;
using serving::Runs;

constexpr double mean_allowed = 0.03;
constexpr double percentile_allowed = 0.05;
constexpr double most_milliseconds = 20;

class VllmRun final : public Study {
 public:
  const std::string& name() const override { return name_; }
  const std::string& claim() const override { return claim_; }
  const std::string& source() const override { return source_; }
  std::span<const Option> options() const override { return options_; }
  Result run(const StudyContext& context) const override;

 private:
  std::string name_ = "vllm_run";
  std::string claim_ =
      "From kernel times and settings alone, with no constant fitted to it, a measured run of vLLM is reproduced: mean "
      "time to first token, per output token and to the end each within 3 %, their percentiles 50 to 99 within 5 %, "
      "in at most 20 ms";
  std::string source_ = "LLMServingSim's measured run (vLLM 0.19.0, RTX PRO 6000, Llama-3.1-8B); the claim is ours";
  std::vector<Option> options_{{"trace", "", "folder with the run: vllm/requests.jsonl, vllm/meta.json, profile_tp1/"}};
};

/// What was measured, seconds, rising.
struct Measured {
  std::vector<double> ttft;
  std::vector<double> tpot;
  std::vector<double> e2e;
  Options settings;  ///< of the engine, as the domain names them
};

Measured read_measured(const std::string& folder) {
  Measured measured;
  const std::string path = folder + "/vllm/requests.jsonl";
  std::istringstream lines(read_file(path));
  std::uint64_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.empty()) continue;
    try {
      const auto json = nlohmann::json::parse(line);
      const double queued = json.at("queued_ts").get<double>();
      const double first = json.at("first_token_ts").get<double>();
      const double last = json.at("last_token_ts").get<double>();
      const double output = json.at("output_toks").get<double>();
      measured.ttft.push_back(first - queued);
      measured.e2e.push_back(last - queued);
      if (output > 1) measured.tpot.push_back((last - first) / (output - 1));
    } catch (const nlohmann::json::exception& error) {
      throw InputError(fmt::format("{}:{}: {}", path, number, error.what()));
    }
  }
  if (measured.tpot.empty()) throw InputError(path + ": no request in it has two tokens of output");
  for (std::vector<double>* times : {&measured.ttft, &measured.tpot, &measured.e2e}) std::ranges::sort(*times);
  const std::string meta = folder + "/vllm/meta.json";
  try {
    const auto engine = nlohmann::json::parse(read_file(meta)).at("engine_kwargs");
    measured.settings = {{"max-running", std::to_string(engine.at("max_num_seqs").get<std::uint64_t>())},
                         {"token-budget", std::to_string(engine.at("max_num_batched_tokens").get<std::uint64_t>())}};
  } catch (const nlohmann::json::exception& error) {
    throw InputError(fmt::format("{}: {}", meta, error.what()));
  }
  measured.settings["hardware"] = "measured:" + folder;
  measured.settings["replicas"] = "1";
  // The default of this version, which the run did not change.
  measured.settings["async-scheduling"] = "on";
  return measured;
}

/// By linear interpolation between order statistics.
double percentile(const std::vector<double>& rising, double p) {
  const double at = p * static_cast<double>(rising.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const std::size_t high = std::min(low + 1, rising.size() - 1);
  return rising[low] + (at - static_cast<double>(low)) * (rising[high] - rising[low]);
}

struct Kind {
  const char* name;
  Measure mean;
  std::vector<double> Measured::* times;
  double scale;
  const char* unit;
};
constexpr std::array<Kind, 3> kinds{{{"TTFT", Measure::ttft, &Measured::ttft, 1, "s"},
                                     {"TPOT", Measure::tpot, &Measured::tpot, 1000, "ms"},
                                     {"end to end", Measure::e2e, &Measured::e2e, 1, "s"}}};

class Runner {
 public:
  Runner(const serving::Trial& trial, std::string folder)
      : trial_(trial), folder_(std::move(folder)), measured_(read_measured(folder_)) {}

  Result run() {
    const Evaluation right = evaluated({});
    add_errors(right);
    add_rank(right);
    add_time();
    add_sensitivity();
    add_differences();
    std::string words;
    for (const Figure& figure : result_.figures) {
      if (!figure.holds) words += (words.empty() ? "not so: " : ", ") + figure.name;
    }
    conclude(result_, !trial_.stopped(), words);
    return std::move(result_);
  }

 private:
  std::string requests() const { return folder_ + "/vllm/requests.jsonl"; }

  Options settings(const Options& changed) const {
    Options all = changed;
    all.insert(measured_.settings.begin(), measured_.settings.end());
    return all;
  }
  ScenarioPtr scenario(const Options& changed) const {
    return trial_.open(settings(changed), 1, requests(), "vllm-queued").front();
  }
  Evaluation evaluated(const Options& changed) const {
    const ScenarioPtr one = scenario(changed);
    return trial_.evaluated(Policy::native("vllm"), std::span(&one, 1)).front();
  }
  static double metric(const Evaluation& run, Measure measure, std::size_t beyond = 0) {
    return run.metrics[static_cast<std::size_t>(measure) + beyond];
  }
  double error_of_mean(const Evaluation& run, const Kind& kind) const {
    return metric(run, kind.mean) / serving::mean(measured_.*kind.times) - 1;
  }

  void add(std::string name, std::string expected, double ours, std::string text, std::string unit, bool holds) {
    result_.figures.push_back({std::move(name), std::move(expected), ours, std::move(text), std::move(unit), holds});
  }

  void add_errors(const Evaluation& run) {
    for (const Kind& kind : kinds) {
      const std::vector<double>& times = measured_.*kind.times;
      const auto row = [&](const std::string& what, double measured, double ours, double allowed) {
        const double error = ours / measured - 1;
        add(fmt::format("{}, {}", kind.name, what),
            fmt::format("{:.3f} to {:g} %", kind.scale * measured, 100 * allowed), kind.scale * ours,
            fmt::format("{:.3f}: {:+.1f} %", kind.scale * ours, 100 * error), kind.unit, std::abs(error) <= allowed);
      };
      row("mean", serving::mean(times), metric(run, kind.mean), mean_allowed);
      constexpr std::array<double, 4> levels{0.5, 0.9, 0.95, 0.99};
      for (std::size_t i = 0; i < levels.size(); ++i) {
        row(fmt::format("p{:.0f}", 100 * levels[i]), percentile(times, levels[i]), metric(run, kind.mean, i + 1),
            percentile_allowed);
      }
    }
  }

  /// The median lies where waiting begins, and times rise steeply there: a few requests' places are much time.
  void add_rank(const Evaluation& run) {
    const double median = metric(run, Measure::ttft, 1);
    const auto below = std::upper_bound(measured_.ttft.begin(), measured_.ttft.end(), median) - measured_.ttft.begin();
    const double share = static_cast<double>(below) / static_cast<double>(measured_.ttft.size());
    add("measured TTFTs below our median", "50 to 5 points", 100 * share, fmt::format("{:.1f}", 100 * share),
        "% of requests", std::abs(share - 0.5) <= 0.05);
  }

  void add_time() {
    const ScenarioPtr one = scenario({});
    double best = 1e9;
    for (int i = 0; i < 5; ++i) {
      const auto before = std::chrono::steady_clock::now();
      one->evaluate(Policy::native("vllm"), {.stop = trial_.stop()});
      best =
          std::min(best, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - before).count());
    }
    add("time of the simulation, best of 5", fmt::format("at most {:g}", most_milliseconds), best,
        fmt::format("{:.2f}", best), "ms", best <= most_milliseconds);
  }

  struct Change {
    const char* name;
    Options options;
  };

  /// No claim rests on these: they say how far each choice moves the means.
  void add_sensitivity() {
    const std::vector<Change> changes{{"skew none", {{"skew", "none"}}},
                                      {"skew fixed (0.0543)", {{"skew", "fixed"}}},
                                      {"skew table", {}},
                                      {"host 0.5 ms a step", {{"host-overhead", "0.5ms"}}},
                                      {"host 1 ms a step", {{"host-overhead", "1ms"}}},
                                      {"token-budget 512", {{"token-budget", "512"}}},
                                      {"token-budget 8192", {{"token-budget", "8192"}}},
                                      {"async-scheduling off", {{"async-scheduling", "off"}}},
                                      {"max-running 64", {{"max-running", "64"}}},
                                      {"max-running 256", {{"max-running", "256"}}},
                                      {"kv-blocks 4096", {{"kv-blocks", "4096"}}},
                                      {"scheduler orca", {{"scheduler", "orca"}, {"async-scheduling", "off"}}},
                                      {"chunked off", {{"chunked", "off"}, {"token-budget", "8192"}}}};
    double done = 0;
    for (const Change& change : changes) {
      if (!trial_.told(0.1 + 0.7 * done++ / static_cast<double>(changes.size()), change.name)) return;
      const Evaluation run = evaluated(change.options);
      std::string text;
      for (const Kind& kind : kinds) {
        text += fmt::format("{}{:+.1f}", text.empty() ? "" : " / ", 100 * error_of_mean(run, kind));
      }
      const double first = 100 * error_of_mean(run, kinds.front());
      add(std::string("errors, ") + change.name, "(for information)", first, text, "% TTFT / TPOT / E2E", true);
    }
  }

  /// What `run --diff` tells of a run with three settings wrong.
  void add_differences() {
    if (!trial_.told(0.85, "which settings differ")) return;
    const auto configuration = [&](const std::string& name, const Options& changed) {
      return judge::Configuration{name,
                                  {.workload = requests(), .format = "vllm-queued", .options = settings(changed)},
                                  Policy::native("vllm")};
    };
    const judge::SettingsReport report = judge::compare_settings(
        trial_.domain(), configuration("right", {}),
        configuration("wrong", {{"skew", "none"}, {"max-running", "256"}, {"token-budget", "8192"}}),
        trial_.evaluator(), {}, trial_.stop());
    if (!report.complete) return;
    const auto at = static_cast<std::size_t>(Measure::ttft);
    double sum = 0;
    for (const judge::SettingChange& change : report.changes) sum += change.share[at];
    const double difference = report.second[at] - report.first[at];
    for (const judge::SettingChange& change : report.changes) {
      add(fmt::format("three wrong: of {}", change.setting), fmt::format("part of {:+.3f}", difference),
          change.share[at], fmt::format("{:+.3f}", change.share[at]), "s of mean TTFT",
          std::abs(sum - difference) < 1e-6 * std::abs(difference));
    }
  }

  const serving::Trial& trial_;
  std::string folder_;
  Measured measured_;
  Result result_;
};

Result VllmRun::run(const StudyContext& context) const {
  const serving::Trial trial(*this, context);
  if (trial.option("trace").empty()) {
    throw InputError("--trace: this study needs the measured run; name the folder that has vllm/requests.jsonl");
  }
  trial.told(0, "reading kernel times");
  return Runner(trial, trial.option("trace")).run();
}

}  // namespace

std::unique_ptr<const Study> make_vllm_run_study() { return std::make_unique<VllmRun>(); }

}  // namespace syswright::studies
