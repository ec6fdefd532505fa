#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace syswright::design {

/// One message of a conversation with a language model.
struct ChatMessage {
  enum class Role { system, user, assistant };
  Role role = Role::user;
  std::string text;  ///< UTF-8
  friend bool operator==(const ChatMessage&, const ChatMessage&) = default;
};

std::string_view role_name(ChatMessage::Role role);

/// How a model is to answer. Equal model, messages and options mean the same question: what a record is found by.
struct ChatOptions {
  double temperature = 1;
  std::uint64_t max_tokens = 2048;  ///< of the answer
  std::uint64_t seed = 1;           ///< of the search
  /// Which exchange of the search this is: tells equal questions apart, that are asked again for another answer.
  std::uint64_t ordinal = 0;
};

/// What something may cost, or did. Tokens in and out together.
struct ChatCost {
  std::uint64_t tokens = 0;
  double money = 0;  ///< dollars
};

/// What an exchange may cost, all its attempts together.
struct ChatAllowance {
  std::uint64_t tokens = std::numeric_limits<std::uint64_t>::max();
  double money = std::numeric_limits<double>::infinity();  ///< dollars
  bool covers(const ChatCost& cost) const { return cost.tokens <= tokens && cost.money <= money; }
};

struct ChatRequest {
  std::vector<ChatMessage> messages;
  ChatOptions options;
  ChatAllowance allowance;  ///< never exceeded: what could exceed it is not sent
  std::stop_token stop;
};

/// What came of an exchange. Failures are values: a model is a thing that fails.
struct ChatReply {
  enum class Status {
    ok,
    timed_out,       ///< no answer in time
    unreachable,     ///< no connection, or one that broke off
    failed,          ///< the server says that it cannot, again and again
    malformed,       ///< an answer that is not of the protocol, or is far too long
    refused,         ///< wrong key, unknown model, a request that is not accepted: asking again is no use
    budget_used_up,  ///< not sent, since it could have cost more than it may
    cancelled,       ///< a stop was asked for
  };
  Status status = Status::ok;
  std::string text;     ///< of the answer; UTF-8
  bool cut = false;     ///< the answer ended at max_tokens
  std::string problem;  ///< what went wrong and how to mend it, for people; never holds a key
  std::uint64_t tokens_in = 0;
  std::uint64_t tokens_out = 0;
  double money = 0;  ///< dollars, all attempts together
  std::uint64_t attempts = 0;

  bool ok() const { return status == Status::ok; }
  ChatCost cost() const { return {tokens_in + tokens_out, money}; }
  friend bool operator==(const ChatReply&, const ChatReply&) = default;
};

/// "timed out", "refused", …
std::string_view status_name(ChatReply::Status status);

/// Dollars for a million tokens.
struct ChatPrice {
  double in = 0;
  double out = 0;
  double of(std::uint64_t tokens_in, std::uint64_t tokens_out) const {
    return (in * static_cast<double>(tokens_in) + out * static_cast<double>(tokens_out)) / 1e6;
  }
};

/// A language model. Thread-safe.
class ChatModel {
 public:
  virtual ~ChatModel() = default;
  virtual const std::string& name() const = 0;
  virtual ChatPrice price() const = 0;
  /// Never throws for what a server does. Throws InputError where a record that is to be replayed has no such exchange.
  virtual ChatReply complete(const ChatRequest& request) = 0;
};

/// The most that one attempt at a request can cost. A token is at least one byte of text (byte-pair encodings split
/// bytes no further), and a message is framed by a few tokens, for which 16 are allowed.
ChatCost most_that_costs(std::span<const ChatMessage> messages, std::uint64_t max_tokens, const ChatPrice& price);

/// The models that a search may ask, and what all of it may cost.
struct ChatService {
  std::vector<std::shared_ptr<ChatModel>> models;
  ChatAllowance budget;
  unsigned parallel = 4;  ///< conversations at a time; results do not depend on it
};

}  // namespace syswright::design
