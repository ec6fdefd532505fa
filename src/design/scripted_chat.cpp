#include "design/scripted_chat.h"

namespace syswright::design {

ChatReply ScriptedChat::complete(const ChatRequest& request) {
  if (request.stop.stop_requested()) return {.status = ChatReply::Status::cancelled, .problem = "a stop was asked for"};
  if (!request.allowance.covers(most_that_costs(request.messages, request.options.max_tokens, price_))) {
    return {.status = ChatReply::Status::budget_used_up, .problem = "the budget does not pay for another exchange"};
  }
  ++asked_;
  ChatReply reply = rule_(request);
  reply.attempts = 1;
  if (reply.tokens_in == 0) {
    for (const ChatMessage& message : request.messages) reply.tokens_in += message.text.size() / 4 + 1;
    reply.tokens_out = reply.text.size() / 4;
    reply.money = price_.of(reply.tokens_in, reply.tokens_out);
  }
  return reply;
}

}  // namespace syswright::design
