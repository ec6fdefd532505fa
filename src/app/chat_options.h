#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/context.h"
#include "design/chat.h"
#include "ledger/ledger.h"

namespace syswright::app {

/// How a language model is asked, for commands whose designer may want one.
struct ChatArguments {
  std::string budget = "500k tokens";
  std::string timeout = "120s";
  unsigned parallel = 4;
  bool whole = false;  ///< answers in one piece
  bool replay = false;
};

/// Adds --llm-budget, --llm-timeout, --llm-parallel, --llm-whole and --replay.
void add_chat_options(CLI::App& command, ChatArguments& arguments);

/// Models, as SYSWRIGHT_LLM_MODEL names them; for a replay without it, as the last run of this command, designer and
/// seed did. Empty where nothing says.
std::string chat_models(const ChatArguments& arguments, const Ledger& ledger, const std::string& command,
                        const std::string& designer, std::uint64_t seed);

/// The models that the environment names, each with its record in the ledger before it. Throws InputError that says
/// what to set where something is missing or cannot be used. The ledger must outlive it.
std::unique_ptr<design::ChatService> open_chat(const ChatArguments& arguments, const std::string& models,
                                               const std::string& designer, Ledger& ledger);

}  // namespace syswright::app
