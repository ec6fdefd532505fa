#include <fmt/format.h>

#include <array>
#include <sstream>

#include "base/error.h"
#include "base/text.h"
#include "domains/llm_serving/requests_generator.h"
#include "domains/llm_serving/spec.h"

namespace syswright::llm_serving {
namespace {

struct Preset {
  const char* name;
  const char* doc;
  const char* arrivals;
  double duration;  ///< seconds; 0: 5,000 requests
};

constexpr std::array<Preset, 5> presets{{
    {"sharegpt", "ShareGPT first turns, some inflated, in bursts: 1,000 s of the Glia experiment",
     "log-normal:7.5/s,sigma=2", 1000},
    // The trace's gaps vary by 13.2 times their mean, most by a few silences: log-normal gaps of that variation.
    {"azure-code", "Azure 2023 code completion: long prompts, short answers, long silences",
     "log-normal:2.57/s,sigma=2.28", 0},
    {"azure-conversation", "Azure 2023 conversation: middling prompts and answers at a steady rate",
     "gamma:5.53/s,cv=1.09", 0},
    // The trace's own times come in steps of 3 s, which alone makes its gaps vary by 3 times their mean.
    {"mooncake", "Mooncake conversation: long prompts that extend earlier ones, 128k tokens of context",
     "poisson:3.4/s", 0},
    {"arxiv", "summaries of arXiv articles; the data has no arrivals, so they are Poisson", "poisson:2/s", 0},
}};

constexpr std::uint64_t most_requests = 100'000'000;  ///< of a workload that is bounded by its duration

LengthCurve knots(std::vector<LengthCurve::Knot> list) {
  LengthCurve curve;
  curve.kind = LengthCurve::Kind::quantiles;
  curve.knots = std::move(list);
  return curve;
}

/// Measured on the Mooncake conversation trace: prompts that share at most one block with an earlier one are a
/// session's first; others follow the request that had the longest part of them.
void make_mooncake_sessions(GeneratorOptions& options) {
  options.lengths.prompt = knots({{0, 891},
                                  {0.1, 905},
                                  {0.25, 1336},
                                  {0.5, 5264},
                                  {0.75, 13056},
                                  {0.9, 25561},
                                  {0.95, 38538},
                                  {0.99, 89869},
                                  {0.999, 120636},
                                  {1, 126195}});
  Sessions sessions;
  sessions.turns = 1.63;
  sessions.message = knots({{0, 5},
                            {0.25, 7},
                            {0.5, 23},
                            {0.75, 425},
                            {0.9, 4267},
                            {0.95, 7046},
                            {0.99, 17091},
                            {0.999, 38787},
                            {1, 91467}});
  sessions.gap_median = 123;
  sessions.gap_sigma = 0.95;
  sessions.system = 512;
  sessions.context = 131072;
  options.sessions = std::move(sessions);
}

Sessions sessions_from(const std::string& text) {
  Spec spec(text);
  spec.set_example("sessions:turns=4,gap=60s,gap-sigma=1,message=100,message-sigma=1,system=512,context=8192");
  Sessions sessions;
  sessions.turns = spec.needed("turns", 1, 1000);
  sessions.gap_median = spec.seconds("gap", sessions.gap_median);
  sessions.gap_sigma = spec.number("gap-sigma", sessions.gap_sigma, 0, 5);
  sessions.message.median = spec.number("message", 100, 1, 1e8);
  sessions.message.sigma = spec.number("message-sigma", 0, 0, 5);
  sessions.message.kind = LengthCurve::Kind::log_normal;
  sessions.system = static_cast<std::uint32_t>(spec.number("system", 0, 0, 1e6));
  sessions.context = static_cast<std::uint32_t>(spec.number("context", 0, 0, 1e8));
  spec.finish();
  return sessions;
}

std::string name_of(const std::string& word) { return word.substr(0, word.find_first_of(":=")); }

bool is_lengths(const std::string& word) {
  return word.find("prompt=") != std::string::npos || name_of(word) == "fixed";
}

bool is_arrivals(const std::string& word) {
  const std::string name = name_of(word);
  for (const std::string& example : arrival_examples()) {
    if (name_of(example) == name) return true;
  }
  return false;
}

const Preset* find_preset(const std::string& name) {
  for (const Preset& preset : presets) {
    if (preset.name == name) return &preset;
  }
  return nullptr;
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

[[noreturn]] void refuse_word(const std::string& word) {
  std::vector<std::string> names{"fixed", "sessions", "requests", "duration"};
  for (const Preset& preset : presets) names.emplace_back(preset.name);
  for (const std::string& example : arrival_examples()) names.push_back(name_of(example));
  std::vector<std::string> workloads;
  for (const Preset& preset : presets) workloads.emplace_back(preset.name);
  throw InputError(
      fmt::format("unknown word '{}' of a generated workload{}; workloads are {}; arrivals {}; lengths "
                  "fixed:prompt=512,output=128 or log-normal:prompt=1020,prompt-sigma=0.9,output=129,"
                  "output-sigma=0.8; and requests=5000, duration=10min, sessions:turns=4,gap=60s",
                  word, did_you_mean(name_of(word), names), join(workloads), join(arrival_examples(), "; ")));
}

class Words {
 public:
  explicit Words(const std::string& text) { options_.name = text; }

  void add(const std::string& word) {
    const std::string name = name_of(word);
    if (const Preset* preset = find_preset(name)) {
      if (has_lengths_ && preset_ == nullptr) refuse_twice("lengths");
      preset_ = preset;
      options_.lengths = lengths_from(word);
      if (name == "mooncake") make_mooncake_sessions(options_);
      has_lengths_ = true;
    } else if (name == "requests" && word != name) {
      count_ = parse_count(std::string_view(word).substr(name.size() + 1), name);
    } else if (name == "duration" && word != name) {
      duration_ = parse_duration(std::string_view(word).substr(name.size() + 1), name).value();
    } else if (name == "sessions") {
      sessions_ = sessions_from(word);
    } else if (is_lengths(word)) {
      if (lengths_) refuse_twice("lengths");
      lengths_ = lengths_from(word);
    } else if (is_arrivals(word)) {
      if (arrivals_) refuse_twice("arrivals");
      arrivals_ = arrivals_from(word);
    } else {
      refuse_word(word);
    }
  }

  GeneratorOptions finish() {
    if (lengths_) options_.lengths = *lengths_;
    if (sessions_) options_.sessions = *sessions_;
    if (preset_ == nullptr && !lengths_) refuse("names no lengths; add sharegpt or fixed:prompt=512,output=128");
    if (preset_ == nullptr && !arrivals_) refuse("names no arrivals; add poisson:8/s");
    options_.arrivals = arrivals_ ? *arrivals_ : arrivals_from(preset_->arrivals);
    const bool timed = preset_ != nullptr && preset_->duration > 0;
    if (!count_ && !duration_ && timed) duration_ = preset_->duration;
    if (duration_) {
      if (options_.arrivals.kind == Arrivals::Kind::at_once && !count_) refuse("is all at once; give requests=1000");
      options_.duration = *duration_;
      options_.requests = most_requests;
      if (!count_ && *duration_ * options_.arrivals.rate > 0.9 * most_requests) refuse("has too many requests");
    }
    if (count_) options_.requests = *count_;
    return std::move(options_);
  }

 private:
  [[noreturn]] void refuse(const char* problem) const {
    throw InputError(fmt::format("the workload '{}' {}", options_.name, problem));
  }
  [[noreturn]] void refuse_twice(const char* what) const {
    throw InputError(fmt::format("the workload '{}' names its {} twice", options_.name, what));
  }

  GeneratorOptions options_;
  const Preset* preset_ = nullptr;
  bool has_lengths_ = false;
  std::optional<Lengths> lengths_;
  std::optional<Arrivals> arrivals_;
  std::optional<Sessions> sessions_;
  std::optional<std::uint64_t> count_;
  std::optional<double> duration_;
};

}  // namespace

const std::vector<std::pair<std::string, std::string>>& generated_workloads() {
  static const std::vector<std::pair<std::string, std::string>> list = [] {
    std::vector<std::pair<std::string, std::string>> named;
    for (const Preset& preset : presets) named.emplace_back(preset.name, preset.doc);
    return named;
  }();
  return list;
}

bool is_generator(const std::string& text) {
  const std::vector<std::string> words = words_of(text);
  if (words.empty()) return false;
  const std::string& word = words.front();
  return find_preset(name_of(word)) != nullptr || is_lengths(word) || is_arrivals(word);
}

GeneratorOptions generator_from(const std::string& text) {
  Words words(text);
  const std::vector<std::string> list = words_of(text);
  if (list.empty()) refuse_word(text);
  for (const std::string& word : list) words.add(word);
  return words.finish();
}

}  // namespace syswright::llm_serving
