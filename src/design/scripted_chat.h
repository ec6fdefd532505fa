#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "design/chat.h"

namespace syswright::design {

/// A model that answers by rule: what stands in for a language model where none is at hand, in tests and in studies.
/// Deterministic if its rule is, which may be called from several threads. Keeps budgets as a real one does.
class ScriptedChat final : public ChatModel {
 public:
  using Rule = std::function<ChatReply(const ChatRequest&)>;

  ScriptedChat(std::string name, ChatPrice price, Rule rule)
      : name_(std::move(name)), price_(price), rule_(std::move(rule)) {}

  const std::string& name() const override { return name_; }
  ChatPrice price() const override { return price_; }
  /// Fills in what an exchange costs where the rule does not: a token for four bytes.
  ChatReply complete(const ChatRequest& request) override;
  /// Requests that were answered by the rule.
  std::uint64_t asked() const { return asked_; }

  /// An answer of this text.
  static ChatReply says(std::string text) { return {.text = std::move(text)}; }

 private:
  std::string name_;
  ChatPrice price_;
  Rule rule_;
  std::atomic<std::uint64_t> asked_ = 0;
};

}  // namespace syswright::design
