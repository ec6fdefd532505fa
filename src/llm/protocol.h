#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "design/chat.h"

/// Chat completions as JSON. Nothing here throws for what a server sends.
namespace syswright::llm {

/// What an endpoint does not understand of the request, as it told by refusing it.
struct Dialect {
  bool stream = true;
  bool stream_options = true;
  bool temperature = true;
  bool seed = true;
  bool max_completion_tokens = false;  ///< in place of max_tokens
};

std::string request_body(const design::ChatRequest& request, std::string_view model, const Dialect& dialect);

/// An answer as far as it has come.
struct Answer {
  std::string text;
  bool finished = false;  ///< the server said why it ended
  bool cut = false;       ///< … at the limit of tokens
  std::optional<std::uint64_t> tokens_in;
  std::optional<std::uint64_t> tokens_out;
  std::string problem;  ///< why it is not of the protocol; empty: it is
};

/// An answer in one piece.
Answer read_answer(std::string_view body);

/// Adds an event of a stream. False at its end: "[DONE]", or what is not of the protocol.
bool add_event(Answer& answer, std::string_view data);

/// What an error's body says; empty where it says nothing that can be read.
std::string error_message(std::string_view body);

/// The dialect without what the server's message complains of; nullopt where it names nothing that can be left out.
std::optional<Dialect> adapted(const Dialect& dialect, std::string_view message);

}  // namespace syswright::llm
