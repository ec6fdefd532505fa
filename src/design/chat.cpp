#include "design/chat.h"

namespace syswright::design {

std::string_view role_name(ChatMessage::Role role) {
  switch (role) {
    case ChatMessage::Role::system:
      return "system";
    case ChatMessage::Role::user:
      return "user";
    case ChatMessage::Role::assistant:
      return "assistant";
  }
  return "";
}

std::string_view status_name(ChatReply::Status status) {
  using Status = ChatReply::Status;
  switch (status) {
    case Status::ok:
      return "answered";
    case Status::timed_out:
      return "timed out";
    case Status::unreachable:
      return "unreachable";
    case Status::failed:
      return "failed";
    case Status::malformed:
      return "malformed";
    case Status::refused:
      return "refused";
    case Status::budget_used_up:
      return "budget used up";
    case Status::cancelled:
      return "cancelled";
  }
  return "";
}

ChatCost most_that_costs(std::span<const ChatMessage> messages, std::uint64_t max_tokens, const ChatPrice& price) {
  constexpr std::uint64_t frame = 16;
  std::uint64_t in = frame;
  for (const ChatMessage& message : messages) in += message.text.size() + frame;
  return {in + max_tokens, price.of(in, max_tokens)};
}

}  // namespace syswright::design
