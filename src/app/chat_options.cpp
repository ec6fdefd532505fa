#include "app/chat_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "llm/client.h"
#include "llm/recorded.h"

namespace syswright::app {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

[[noreturn]] void ask_for_settings(const std::string& designer, std::string_view missing) {
  throw InputError(
      fmt::format("designer '{}' asks a language model, and {} is not set. Set in the environment\n"
                  "  SYSWRIGHT_LLM_URL    an interface with chat completions: https://api.openai.com/v1, "
                  "http://localhost:11434/v1\n"
                  "  SYSWRIGHT_LLM_MODEL  NAME or NAME=IN/OUT with dollars for a million tokens; several with commas\n"
                  "  SYSWRIGHT_LLM_KEY    where the server wants one\n"
                  "or repeat a recorded run with --replay; docs/designers.md says more",
                  designer, missing));
}

/// A member of a run's options that is a text or a number, as text; empty if there is none.
std::string option_of(const nlohmann::json& options, const char* name) {
  if (!options.is_object() || !options.contains(name)) return "";
  const nlohmann::json& value = options[name];
  return value.is_string() ? value.get<std::string>() : "";
}

}  // namespace

void add_chat_options(CLI::App& command, ChatArguments& arguments) {
  command
      .add_option("--llm-budget", arguments.budget,
                  "What a language model may cost, for designers that ask one: '$0.50', '200k tokens', or both with a "
                  "comma. Never exceeded")
      ->capture_default_str()
      ->type_name("BUDGET");
  command.add_option("--llm-timeout", arguments.timeout, "How long to wait for one answer of a language model")
      ->capture_default_str()
      ->type_name("DURATION");
  command.add_option("--llm-parallel", arguments.parallel, "Conversations with a language model at a time, 8 at most")
      ->check(CLI::Range(1u, 8u))
      ->capture_default_str()
      ->type_name("N");
  command.add_flag("--llm-whole", arguments.whole, "Take answers of a language model in one piece, not as a stream");
  command.add_flag("--replay", arguments.replay,
                   "Take a language model's answers from the ledger, where an earlier run with the same options and a "
                   "budget in evaluations recorded them, and ask nobody");
}

std::string chat_models(const ChatArguments& arguments, const Ledger& ledger, const std::string& command,
                        const std::string& designer, std::uint64_t seed) {
  if (std::string models = environment("SYSWRIGHT_LLM_MODEL"); !models.empty() || !arguments.replay) return models;
  std::string models;
  for (const RunRecord& run : ledger.runs(command)) {
    const nlohmann::json options = nlohmann::json::parse(run.options, nullptr, false);
    if (run.seed != seed || option_of(options, "designer") != designer) continue;
    if (std::string found = option_of(options, "models"); !found.empty()) models = std::move(found);
  }
  return models;
}

std::unique_ptr<design::ChatService> open_chat(const ChatArguments& arguments, const std::string& models,
                                               const std::string& designer, Ledger& ledger) {
  const std::string url = environment("SYSWRIGHT_LLM_URL");
  if (!arguments.replay && url.empty()) ask_for_settings(designer, "SYSWRIGHT_LLM_URL");
  if (models.empty()) {
    if (!arguments.replay) ask_for_settings(designer, "SYSWRIGHT_LLM_MODEL");
    throw InputError(
        fmt::format("--replay: the ledger '{}' holds no run of designer '{}' with this seed; name the ledger that does "
                    "with --ledger",
                    ledger.path(), designer));
  }
  const std::vector<llm::ModelSetting> settings = llm::parse_models(models);
  auto service = std::make_unique<design::ChatService>();
  service->budget = llm::parse_chat_budget(arguments.budget, "--llm-budget");
  service->parallel = arguments.parallel;
  llm::check_prices(settings, service->budget);
  const llm::ClientOptions options{.total_seconds = parse_duration(arguments.timeout, "--llm-timeout").value(),
                                   .stream = !arguments.whole};
  if (arguments.replay) {
    for (const llm::ModelSetting& setting : settings) {
      service->models.push_back(std::make_shared<llm::RecordedChat>(setting, ledger));
    }
    return service;
  }
  const llm::Endpoint endpoint = llm::parse_endpoint(url, environment("SYSWRIGHT_LLM_KEY"));
  for (const llm::ModelSetting& setting : settings) {
    auto client = std::make_shared<llm::Client>(endpoint, setting, options);
    service->models.push_back(std::make_shared<llm::RecordedChat>(std::move(client), ledger));
  }
  return service;
}

}  // namespace syswright::app
