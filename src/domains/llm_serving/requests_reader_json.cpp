#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <span>

#include "base/random.h"
#include "domains/llm_serving/request_records.h"
#include "trace/line_reader.h"
#include "trace/text_lines.h"

namespace syswright::llm_serving {
namespace {

using Json = nlohmann::json;

constexpr std::uint32_t token_block = 16;  ///< tokens of a block made from token ids: vLLM's own

const Json* find(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

template <std::size_t N>
const Json* find_any(const Json& object, const std::array<const char*, N>& keys) {
  for (const char* key : keys) {
    const Json* found = find(object, key);
    if (found != nullptr && !found->is_null()) return found;
  }
  return nullptr;
}

std::string_view text_of(const Json* value) {
  return value != nullptr && value->is_string() ? std::string_view(value->get_ref<const std::string&>())
                                                : std::string_view();
}

/// One record of a log of JSON lines; errors name its line.
class JsonLines {
 public:
  JsonLines(std::string format, RequestRecords& records) : format_(std::move(format)), records_(records) {}

  void add(std::string_view line, std::size_t number) {
    number_ = number;
    Json json;
    try {
      json = Json::parse(line);
    } catch (const Json::parse_error& error) {
      records_.refuse(number, fmt::format("is no JSON near column {}: {}", error.byte, trace::shown(line)));
    } catch (const Json::out_of_range&) {
      records_.refuse(number, fmt::format("has a number above 1.7e308: {}", trace::shown(line)));
    }
    if (!json.is_object()) records_.refuse(number, "is no JSON object: " + trace::shown(line));
    if (format_ == "mooncake") return add_mooncake(json);
    if (format_ == "openai") return add_openai(json);
    add_vllm(json);
  }

 private:
  double number(const Json& object, const char* key) const {
    const Json* value = find(object, key);
    if (value == nullptr || !value->is_number()) records_.refuse(number_, fmt::format("has no number '{}'", key));
    return value->get<double>();
  }

  std::vector<std::uint64_t> ids(const Json& list, const char* key) const {
    if (!list.is_array()) records_.refuse(number_, fmt::format("'{}' is no list", key));
    std::vector<std::uint64_t> result;
    result.reserve(list.size());
    for (const Json& id : list) {
      if (!id.is_number_integer()) records_.refuse(number_, fmt::format("'{}' has an id that is no whole number", key));
      result.push_back(id.get<std::uint64_t>());
    }
    return result;
  }

  void add_mooncake(const Json& json) {
    RequestRecord record;
    records_.set_units_per_second(1e3);
    record.time = number(json, "timestamp");
    record.prompt = number(json, "input_length");
    record.output = number(json, "output_length");
    if (const Json* list = find(json, "hash_ids")) {
      record.blocks = ids(*list, "hash_ids");
      check_blocks(record);
    }
    records_.add(record, number_);
  }

  /// The block size is 512 tokens, or what the first request's ids say.
  void check_blocks(const RequestRecord& record) {
    const auto blocks_of = [&](double size) { return std::ceil(record.prompt / size); };
    const auto count = static_cast<double>(record.blocks.size());
    if (block_tokens_ == 0) {
      for (const std::uint32_t size : {512u, 16u, 32u, 64u, 128u, 256u, 1024u}) {
        if (block_tokens_ == 0 && blocks_of(size) == count) block_tokens_ = size;
      }
      if (block_tokens_ == 0) block_tokens_ = 512;
      records_.set_block_tokens(block_tokens_);
    }
    if (blocks_of(block_tokens_) == count) return;
    records_.refuse(number_, fmt::format("{} hash_ids for a prompt of {} tokens; blocks of {} tokens need {}", count,
                                         record.prompt, block_tokens_, blocks_of(block_tokens_)));
  }

  void add_vllm(const Json& json) {
    RequestRecord record;
    record.prompt = number(json, "input_toks");
    record.output = number(json, "output_toks");
    if (format_ == "vllm-queued") {
      record.time = number(json, "queued_ts");
      records_.set_clock();
    } else if (find(json, "arrival_time_ns") != nullptr) {
      record.time = number(json, "arrival_time_ns");
      records_.set_units_per_second(1e9);
    } else {
      record.time = number(json, "arrival_time");
      records_.set_clock();
    }
    add_token_ids(json, record);
    record.model = text_of(find(json, "model"));
    records_.add(record, number_);
  }

  /// Block i is known by the tokens up to its end. The last one may be short: then it equals only its like.
  void add_token_ids(const Json& json, RequestRecord& record) {
    const Json* prompt = find(json, "input_tok_ids");
    if (prompt == nullptr || prompt->empty()) return;
    std::vector<std::uint64_t> tokens = ids(*prompt, "input_tok_ids");
    if (static_cast<double>(tokens.size()) != record.prompt) {
      records_.refuse(number_, fmt::format("{} input_tok_ids for {} input_toks", tokens.size(), record.prompt));
    }
    if (const Json* output = find(json, "output_tok_ids"); output != nullptr && !output->empty()) {
      const std::vector<std::uint64_t> more = ids(*output, "output_tok_ids");
      tokens.insert(tokens.end(), more.begin(), more.end());
      records_.set_blocks_cover_output();
    }
    records_.set_block_tokens(token_block);
    std::uint64_t hash = 0;
    for (std::size_t start = 0; start < tokens.size(); start += token_block) {
      const std::size_t end = std::min<std::size_t>(start + token_block, tokens.size());
      for (std::size_t i = start; i < end; ++i) hash = mix64(hash ^ mix64(tokens[i]));
      record.blocks.push_back(hash);
    }
  }

  void add_openai(const Json& json) {
    // Logs of proxies keep the answer under "response", and batches under "response.body".
    const Json* response = find(json, "response");
    const Json* body = response != nullptr ? find(*response, "body") : find(json, "body");
    const std::array<const Json*, 3> places{&json, response, body};
    RequestRecord record;
    const Json* usage = nullptr;
    const Json* time = nullptr;
    for (const Json* place : places) {
      if (place == nullptr) continue;
      if (usage == nullptr) usage = find(*place, "usage");
      if (time == nullptr) {
        time = find_any(*place, std::array{"timestamp", "start_time", "startTime", "request_time", "created_at",
                                           "created", "time"});
      }
      if (record.model.empty()) record.model = text_of(find(*place, "model"));
      if (record.tenant.empty()) {
        record.tenant = text_of(find_any(*place, std::array{"tenant", "user", "user_id", "organization", "team"}));
      }
    }
    if (usage == nullptr) usage = &json;
    record.prompt = count_in(*usage, std::array{"prompt_tokens", "input_tokens"}, true);
    record.output = count_in(*usage, std::array{"completion_tokens", "output_tokens"}, false);
    record.time = time_of(time);
    records_.add(record, number_);
  }

  /// A request that failed has no counts: 0, so that it is left out.
  double count_in(const Json& usage, const std::array<const char*, 2>& keys, bool prompt) const {
    const Json* value = find_any(usage, keys);
    if (value == nullptr) return 0;
    if (value->is_number()) return value->get<double>();
    records_.refuse(number_, fmt::format("the tokens of its {} are no number", prompt ? "prompt" : "output"));
  }

  double time_of(const Json* time) {
    if (time == nullptr) records_.refuse(number_, "has no 'created' or 'timestamp'");
    if (!dated_) {
      dated_ = time->is_string();
      units_ = *dated_ ? 1e9 : units_of_unix_time(time->is_number() ? time->get<double>() : 0);
      records_.set_units_per_second(units_);
      records_.set_clock();
      if (units_ == 1) records_.set_coarse_seconds();
    }
    if (*dated_ != time->is_string()) records_.refuse(number_, "its time is not of the kind that others are");
    if (!*dated_) {
      if (!time->is_number()) records_.refuse(number_, "its time is no number");
      return time->get<double>();
    }
    const std::optional<double> value = dates_.nanoseconds(text_of(time));
    if (!value) records_.refuse(number_, trace::shown(text_of(time)) + " is no time, such as 2023-11-16T18:17:03.97Z");
    return *value;
  }

  std::string format_;
  RequestRecords& records_;
  std::size_t number_ = 0;
  std::uint32_t block_tokens_ = 0;
  std::optional<bool> dated_;
  double units_ = 1;
  DateClock dates_;
};

Json parse_result(std::string_view content, const RequestRecords& records) {
  try {
    return Json::parse(content);
  } catch (const Json::parse_error& error) {
    records.refuse(0, fmt::format("is not one JSON object, as 'vllm bench serve --save-result' writes it, near byte {} "
                                  "(with --append-result a file has several: keep one)",
                                  error.byte));
  } catch (const Json::out_of_range&) {
    records.refuse(0, "has a number above 1.7e308");
  }
}

const Json* numbers(const Json& result, const char* key, const RequestRecords& records) {
  const Json* list = find(result, key);
  if (list == nullptr) return nullptr;
  const bool sound =
      list->is_array() && std::all_of(list->begin(), list->end(), [](const Json& one) { return one.is_number(); });
  if (!sound) records.refuse(0, fmt::format("'{}' is no list of numbers", key));
  return list;
}

}  // namespace

std::string json_request_format(std::string_view content) {
  const std::size_t end = std::min(content.find('\n'), content.size());
  Json json = Json::parse(content.substr(0, end), nullptr, false);
  if (json.is_discarded()) json = Json::parse(content, nullptr, false);
  const auto has = [&](const char* key) { return find(json, key) != nullptr; };
  if (has("input_length") && has("output_length")) return "mooncake";
  if (has("input_toks") && has("output_toks"))
    return has("arrival_time") || has("arrival_time_ns") ? "vllm-log" : "vllm-queued";
  if (has("input_lens") || has("total_input_tokens")) return "vllm-bench";
  if (has("usage") || has("response") || has("body") || has("prompt_tokens")) return "openai";
  return "";
}

void read_request_json_lines(std::string_view content, const std::string& format, RequestRecords& records) {
  JsonLines lines(format, records);
  std::size_t number = 0;
  while (!content.empty() && !records.full()) {
    const std::size_t end = std::min(content.find('\n'), content.size());
    const std::string_view line = trace::trimmed(content.substr(0, end));
    content.remove_prefix(std::min(end + 1, content.size()));
    ++number;
    if (!line.empty()) lines.add(line, number);
  }
}

void read_vllm_bench(std::string_view content, RequestRecords& records) {
  const Json result = parse_result(content, records);
  const Json* prompts = numbers(result, "input_lens", records);
  const Json* outputs = numbers(result, "output_lens", records);
  const Json* starts = numbers(result, "start_times", records);
  if (prompts == nullptr || outputs == nullptr) {
    records.refuse(0, "has no lengths of single requests; run 'vllm bench serve' with --save-result --save-detailed");
  }
  if (prompts->size() != outputs->size() || (starts != nullptr && starts->size() != prompts->size())) {
    records.refuse(0, "'input_lens', 'output_lens' and 'start_times' differ in length");
  }
  if (starts == nullptr) records.set_no_arrivals();
  records.set_clock();
  const std::string_view model = text_of(find(result, "model_id"));
  for (std::size_t i = 0; i < prompts->size() && !records.full(); ++i) {
    RequestRecord record;
    record.prompt = (*prompts)[i].get<double>();
    record.output = (*outputs)[i].get<double>();
    if (starts != nullptr) record.time = (*starts)[i].get<double>();
    record.model = model;
    records.add(record, 0);
  }
}

}  // namespace syswright::llm_serving
