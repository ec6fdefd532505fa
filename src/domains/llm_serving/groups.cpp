#include "domains/llm_serving/groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "base/error.h"
#include "base/text.h"
#include "domains/llm_serving/step_time_factory.h"

namespace syswright::llm_serving {
namespace {

using Words = std::map<std::string, std::string>;

template <typename T>
T choose(const std::string& what, const std::string& text, const std::vector<std::pair<std::string, T>>& choices) {
  std::vector<std::string> names;
  for (const auto& [name, value] : choices) {
    if (name == text) return value;
    names.push_back(name);
  }
  throw InputError(fmt::format("{}: '{}' is not one of {}{}", what, text, join(names), did_you_mean(text, names)));
}

double seconds_or_none(const OptionValues& values, const std::string& what) {
  return values.text(what) == "none" ? 0 : parse_duration(values.text(what), what).value();
}

std::uint32_t count_of(const std::string& text, const std::string& what, std::uint64_t low, std::uint64_t high) {
  const std::uint64_t value = parse_count(text, what);
  if (value >= low && value <= high) return static_cast<std::uint32_t>(value);
  throw InputError(fmt::format("{} '{}' is not between {} and {}", what, text, low, high));
}

double bytes_or_card(const OptionValues& values, const std::string& what) {
  return values.text(what) == "card" ? 0 : values.number(what, 0.01, 64);
}

/// GPUs of one replica: the number behind the card's name.
std::uint32_t gpus_of(const std::string& hardware) {
  if (hardware.find(':') != std::string::npos) return 1;
  const std::size_t digits = hardware.find_last_not_of("0123456789");
  if (digits == std::string::npos || digits + 1 == hardware.size()) return 1;
  const std::string before = hardware.substr(0, digits + 1);
  if (!before.ends_with("x") && !before.ends_with("×")) return 1;
  return count_of(hardware.substr(digits + 1), "hardware", 1, 1024);
}

/// One kind of replicas: the options, and the words that overrule them.
class GroupReader {
 public:
  GroupReader(const OptionValues& values, Words words) : values_(values), words_(std::move(words)) {}

  ReplicaGroup read(const std::string& replicas, const std::string& kv_blocks) const {
    ReplicaGroup group;
    group.name = word("name", "replica");
    group.role = choose<Role>("role", word("role", "mixed"),
                              {{"mixed", Role::mixed}, {"prefill", Role::prefill}, {"decode", Role::decode}});
    group.count = count_of(word("replicas", replicas), "replicas", 1, 10'000);
    group.least = bound("min-replicas", 1, group.count);
    group.most = bound("max-replicas", group.count, 10'000);
    group.replica = settings(word("kv-blocks", kv_blocks));
    return group;
  }

 private:
  std::string word(const std::string& key, const std::string& otherwise) const {
    const auto found = words_.find(key);
    return found == words_.end() ? otherwise : found->second;
  }
  std::string option(const std::string& key) const { return word(key, values_.text(key)); }

  std::uint32_t bound(const std::string& what, std::uint64_t low, std::uint64_t high) const {
    const std::string text = option(what);
    return text == "auto" ? 0 : count_of(text, what, low, high);
  }

  ReplicaSettings settings(const std::string& kv_blocks) const {
    ReplicaSettings settings;
    settings.scheduler = choose<Scheduler>("scheduler", values_.text("scheduler"),
                                           {{"vllm", Scheduler::vllm},
                                            {"vllm_priority", Scheduler::vllm_priority},
                                            {"sarathi", Scheduler::sarathi},
                                            {"orca", Scheduler::orca}});
    settings.max_running = count_of(option("max-running"), "max-running", 1, 1'000'000);
    settings.token_budget = count_of(option("token-budget"), "token-budget", 1, 1'000'000'000);
    const std::string& long_prefill = values_.text("long-prefill");
    if (long_prefill != "none") settings.long_prefill = count_of(long_prefill, "long-prefill", 1, 1'000'000'000);
    settings.chunked = is_on(values_, "chunked");
    settings.block_size = count_of(values_.text("block-size"), "block-size", 1, 65'536);
    settings.prefix_caching = is_on(values_, "prefix-caching");
    settings.whole_sequence = is_on(values_, "whole-sequence");
    settings.async_scheduling = is_on(values_, "async-scheduling");
    settings.watermark = values_.number("watermark", 0, 0.9);
    settings.host_overhead = parse_duration(values_.text("host-overhead"), "host-overhead").value();
    settings.drafts = count_of(values_.text("drafts"), "drafts", 0, 1000);
    settings.acceptance = values_.number("acceptance", 0, 1);
    const std::string& length = values_.text("max-length");
    if (length != "auto") settings.max_length = count_of(length, "max-length", 2, 1'000'000'000);

    StepTimeSpec spec;
    spec.hardware = option("hardware");
    spec.model = option("model");
    spec.cards = values_.text("cards");
    spec.skew = choose<Skew>("skew", values_.text("skew"),
                             {{"table", Skew::table}, {"fixed", Skew::fixed}, {"none", Skew::none}});
    spec.weight_bytes = bytes_or_card(values_, "weight-bytes");
    spec.kv_bytes = bytes_or_card(values_, "kv-bytes");
    spec.memory.share = values_.number("memory-share", 0.01, 1);
    spec.memory.batched_tokens = settings.token_budget;
    spec.memory.sequences = settings.max_running;
    if (kv_blocks != "auto") {
      settings.kv_blocks = count_of(kv_blocks, "kv-blocks", 1, 1'000'000'000);
      // A linear step may depend on it; elsewhere a step takes as long in any memory.
      if (spec.hardware.starts_with("linear:")) {
        spec.kv_tokens = std::uint64_t{settings.kv_blocks} * settings.block_size;
      }
    }
    settings.step_time = make_step_time(spec);
    settings.gpus = gpus_of(spec.hardware);
    if (kv_blocks == "auto") {
      const std::uint64_t blocks = settings.step_time->kv_tokens() / settings.block_size;
      if (blocks == 0) {
        throw InputError(
            fmt::format("kv-blocks: hardware '{}' does not say how much KV cache there is; give a number of blocks",
                        spec.hardware));
      }
      settings.kv_blocks = static_cast<std::uint32_t>(std::min<std::uint64_t>(blocks, 1'000'000'000));
    }
    return settings;
  }

  const OptionValues& values_;
  Words words_;
};

const std::vector<std::string>& known_words() {
  static const std::vector<std::string> words{"name",         "hardware",     "model",       "serves",
                                              "replicas",     "kv-blocks",    "role",        "max-running",
                                              "token-budget", "min-replicas", "max-replicas"};
  return words;
}

/// "name=big hardware=H100x2; hardware=A10": words of each group.
std::vector<Words> groups_from(const std::string& text) {
  std::vector<Words> groups;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ';');) {
    Words words;
    std::istringstream stream(part);
    for (std::string word; stream >> word;) {
      const std::size_t equals = word.find('=');
      const std::string key = word.substr(0, equals);
      if (equals == std::string::npos || equals + 1 == word.size()) {
        throw InputError(fmt::format("groups: '{}' is no setting of a group, such as replicas=2", word));
      }
      const std::vector<std::string>& known = known_words();
      if (std::find(known.begin(), known.end(), key) == known.end()) {
        throw InputError(fmt::format("groups: '{}' is no setting of a group{} (there are: {})", key,
                                     did_you_mean(key, known), join(known)));
      }
      if (!words.emplace(key, word.substr(equals + 1)).second) {
        throw InputError(fmt::format("groups: '{}' is given twice in '{}'", key, part));
      }
    }
    if (words.empty()) throw InputError(fmt::format("groups: '{}' has an empty group", text));
    groups.push_back(std::move(words));
  }
  return groups;
}

std::string plural(std::uint64_t count, const char* one) {
  return fmt::format("{} {}{}", with_thousands(count), one, count == 1 ? "" : "s");
}

}  // namespace

bool is_on(const OptionValues& values, const std::string& what) {
  return choose<bool>(what, values.text(what), {{"on", true}, {"off", false}, {"yes", true}, {"no", false}});
}

NamedCluster read_cluster(const OptionValues& values, const std::string& replicas, const std::string& kv_blocks) {
  NamedCluster cluster;
  std::vector<Words> groups = groups_from(values.text("groups"));
  if (groups.empty()) groups.emplace_back();
  for (const Words& words : groups) {
    cluster.settings.groups.push_back(GroupReader(values, words).read(replicas, kv_blocks));
    const auto serves = words.find("serves");
    cluster.serves.push_back(serves == words.end() ? "" : serves->second);
  }
  std::uint64_t count = 0;
  for (const ReplicaGroup& group : cluster.settings.groups) count += group.count;
  cluster.setting = plural(count, "replica");
  const std::uint32_t blocks = cluster.settings.groups.front().replica.kv_blocks;
  const bool equal = std::all_of(cluster.settings.groups.begin(), cluster.settings.groups.end(),
                                 [&](const ReplicaGroup& group) { return group.replica.kv_blocks == blocks; });
  cluster.setting += equal ? fmt::format(" of {}", plural(blocks, "KV block"))
                           : fmt::format(" of {} kinds", cluster.settings.groups.size());
  cluster.settings.scaling_interval = seconds_or_none(values, "scaling-interval");
  cluster.settings.start_up = parse_duration(values.text("start-up"), "start-up").value();
  const std::string& bandwidth = values.text("link-bandwidth");
  cluster.settings.link_bandwidth = bandwidth == "none" ? 0 : parse_size(bandwidth, "link-bandwidth").value();
  cluster.settings.link_latency = parse_duration(values.text("link-latency"), "link-latency").value();
  cluster.settings.mean_time_between_failures = seconds_or_none(values, "time-between-failures");
  cluster.settings.repair_time = parse_duration(values.text("repair-time"), "repair-time").value();
  return cluster;
}

}  // namespace syswright::llm_serving
