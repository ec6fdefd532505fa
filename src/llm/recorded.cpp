#include "llm/recorded.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.h"

namespace syswright::llm {
namespace {

using design::ChatReply;
using design::ChatRequest;
using Json = nlohmann::json;
using Status = ChatReply::Status;

constexpr std::array statuses{Status::ok,        Status::timed_out, Status::unreachable,    Status::failed,
                              Status::malformed, Status::refused,   Status::budget_used_up, Status::cancelled};

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string request_text(const ChatRequest& request) {
  Json messages = Json::array();
  for (const design::ChatMessage& message : request.messages) {
    messages.push_back({{"role", design::role_name(message.role)}, {"content", message.text}});
  }
  return text_of({{"messages", std::move(messages)},
                  {"temperature", request.options.temperature},
                  {"max_tokens", request.options.max_tokens},
                  {"seed", request.options.seed},
                  {"ordinal", request.options.ordinal}});
}

std::string reply_text(const ChatReply& reply) {
  return text_of({{"status", design::status_name(reply.status)},
                  {"text", reply.text},
                  {"cut", reply.cut},
                  {"problem", reply.problem},
                  {"tokens_in", reply.tokens_in},
                  {"tokens_out", reply.tokens_out},
                  {"money", reply.money},
                  {"attempts", reply.attempts}});
}

ChatReply read_reply(const ExchangeRecord& record, const Ledger& ledger) {
  try {
    const Json json = Json::parse(record.reply);
    ChatReply reply{.text = json.at("text"),
                    .cut = json.at("cut"),
                    .problem = json.at("problem"),
                    .tokens_in = json.at("tokens_in"),
                    .tokens_out = json.at("tokens_out"),
                    .money = json.at("money"),
                    .attempts = json.at("attempts")};
    const std::string status = json.at("status");
    for (const Status one : statuses) {
      if (design::status_name(one) != status) continue;
      reply.status = one;
      return reply;
    }
  } catch (const Json::exception&) {
    // Told below.
  }
  throw LedgerError(
      fmt::format("ledger '{}': an exchange with '{}' cannot be read: it is damaged; move it away, and a "
                  "new one is begun",
                  ledger.path(), record.model));
}

}  // namespace

Digest exchange_key(const std::string& model, const ChatRequest& request) {
  DigestBuilder builder;
  builder.add("exchange 1").add(model).add(request.messages.size());
  for (const design::ChatMessage& message : request.messages) {
    builder.add(design::role_name(message.role)).add(message.text);
  }
  const design::ChatOptions& options = request.options;
  return builder.add(options.temperature).add(options.max_tokens).add(options.seed).add(options.ordinal).finish();
}

RecordedChat::RecordedChat(std::shared_ptr<design::ChatModel> model, Ledger& ledger)
    : model_(std::move(model)), name_(model_->name()), price_(model_->price()), ledger_(ledger) {}

RecordedChat::RecordedChat(ModelSetting model, Ledger& ledger)
    : name_(std::move(model.name)), price_(model.price.value_or(design::ChatPrice{})), ledger_(ledger) {}

ChatReply RecordedChat::complete(const ChatRequest& request) {
  if (request.stop.stop_requested()) return {.status = Status::cancelled, .problem = "a stop was asked for"};
  // Decided here and not by what the answer did cost, so that it is the same with and without a record.
  if (!request.allowance.covers(most_that_costs(request.messages, request.options.max_tokens, price_))) {
    return {.status = Status::budget_used_up, .problem = "the budget does not surely pay for the question"};
  }
  const Digest key = exchange_key(name_, request);
  const std::optional<ExchangeRecord> known = ledger_.find_exchange(key);
  if (known && (known->answered || !model_)) return read_reply(*known, ledger_);
  if (!model_) {
    throw InputError(
        fmt::format("--replay: exchange {} with '{}' is not in the ledger '{}': replay with the same workload, "
                    "options, seed, budgets "
                    "and models as the run that recorded it, or ask the model without --replay",
                    request.options.ordinal, name_, ledger_.path()));
  }
  ChatReply reply = model_->complete(request);
  if (reply.status == Status::cancelled || reply.status == Status::budget_used_up) return reply;
  ledger_.record_exchange({.key = key,
                           .model = name_,
                           .request = request_text(request),
                           .answered = reply.ok(),
                           .reply = reply_text(reply)});
  return reply;
}

}  // namespace syswright::llm
