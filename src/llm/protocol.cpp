#include "llm/protocol.h"

#include <nlohmann/json.hpp>

#include "base/random.h"

namespace syswright::llm {
namespace {

using Json = nlohmann::json;

/// The member of an object; null for what is none, or has no such member.
const Json& member(const Json& object, const char* name) {
  static const Json nothing;
  if (!object.is_object()) return nothing;
  const auto found = object.find(name);
  return found == object.end() ? nothing : *found;
}

std::optional<std::uint64_t> count(const Json& value) {
  if (!value.is_number_unsigned()) return std::nullopt;
  return value.get<std::uint64_t>();
}

void read_usage(Answer& answer, const Json& document) {
  const Json& usage = member(document, "usage");
  if (const auto in = count(member(usage, "prompt_tokens"))) answer.tokens_in = in;
  if (const auto out = count(member(usage, "completion_tokens"))) answer.tokens_out = out;
}

std::string message_in(const Json& document) {
  const Json& error = member(document, "error");
  for (const Json* place :
       {&member(error, "message"), &error, &member(document, "message"), &member(document, "detail")}) {
    if (place->is_string()) return place->get<std::string>();
  }
  return "";
}

/// The first choice of a document, and what is said of errors in place of one.
const Json& first_choice(Answer& answer, const Json& document) {
  const Json& choices = member(document, "choices");
  static const Json nothing;
  if (choices.is_array() && !choices.empty()) return choices.front();
  if (!member(document, "error").is_null()) {
    answer.problem = "the server reports an error: " + message_in(document);
  }
  return nothing;
}

void read_choice(Answer& answer, const Json& choice, const char* part) {
  const Json& content = member(member(choice, part), "content");
  if (content.is_string()) answer.text += content.get_ref<const std::string&>();
  const Json& reason = member(choice, "finish_reason");
  if (!reason.is_string()) return;
  answer.finished = true;
  answer.cut = reason.get_ref<const std::string&>() == "length";
}

}  // namespace

std::string request_body(const design::ChatRequest& request, std::string_view model, const Dialect& dialect) {
  Json messages = Json::array();
  for (const design::ChatMessage& message : request.messages) {
    messages.push_back({{"role", role_name(message.role)}, {"content", message.text}});
  }
  const design::ChatOptions& options = request.options;
  Json body{{"model", model}, {"messages", std::move(messages)}};
  body[dialect.max_completion_tokens ? "max_completion_tokens" : "max_tokens"] = options.max_tokens;
  if (dialect.temperature) body["temperature"] = options.temperature;
  // Equal questions are asked again for another answer: each exchange has a seed of its own.
  if (dialect.seed) body["seed"] = Random(options.seed, "chat", options.ordinal).below(std::uint64_t{1} << 31);
  if (dialect.stream) {
    body["stream"] = true;
    if (dialect.stream_options) body["stream_options"] = {{"include_usage", true}};
  }
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Answer read_answer(std::string_view body) {
  Answer answer;
  const Json document = Json::parse(body, nullptr, false);
  if (document.is_discarded()) {
    answer.problem = "the answer is not JSON";
    return answer;
  }
  read_usage(answer, document);
  const Json& choice = first_choice(answer, document);
  if (!answer.problem.empty()) return answer;
  const Json& content = member(member(choice, "message"), "content");
  if (!content.is_string() && !content.is_null()) {
    answer.problem = "the answer's content is not text";
    return answer;
  }
  if (!member(choice, "message").is_object()) {
    answer.problem = "the answer has no choices[0].message";
    return answer;
  }
  read_choice(answer, choice, "message");
  answer.finished = true;
  return answer;
}

bool add_event(Answer& answer, std::string_view data) {
  if (data == "[DONE]") {
    answer.finished = true;
    return false;
  }
  const Json document = Json::parse(data, nullptr, false);
  if (!document.is_object()) {
    answer.problem = "an event of the stream is not a JSON object";
    return false;
  }
  read_usage(answer, document);
  const Json& choice = first_choice(answer, document);
  if (!answer.problem.empty()) return false;
  read_choice(answer, choice, "delta");
  return true;
}

std::string error_message(std::string_view body) { return message_in(Json::parse(body, nullptr, false)); }

std::optional<Dialect> adapted(const Dialect& dialect, std::string_view message) {
  Dialect next = dialect;
  const auto names = [message](std::string_view word) { return message.find(word) != message.npos; };
  if (names("max_completion_tokens") && !dialect.max_completion_tokens) {
    next.max_completion_tokens = true;
  } else if (names("stream_options") && dialect.stream_options) {
    next.stream_options = false;
  } else if (names("temperature") && dialect.temperature) {
    next.temperature = false;
  } else if (names("seed") && dialect.seed) {
    next.seed = false;
  } else if (names("stream") && dialect.stream) {
    next.stream = false;
  } else {
    return std::nullopt;
  }
  return next;
}

}  // namespace syswright::llm
