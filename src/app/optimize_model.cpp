#include "app/optimize_model.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "app/chat_writer.h"
#include "app/json.h"
#include "app/workshop.h"
#include "base/file.h"
#include "optimize/reflect.h"
#include "studies/budget.h"

namespace syswright::app {
namespace {

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

std::string run_options(const Context& context, const ModelArguments& arguments, const std::string& budget,
                        const std::string& models) {
  return Json::object()
      .set("command", context.command_line)
      .set("designer", "reflect")
      .set("budget", budget)
      .set("objective", arguments.objective)
      .set("models", models)
      .text();
}

}  // namespace

void add_model_options(CLI::App& command, ModelArguments& arguments) {
  command
      .add_option("--designer", arguments.designer,
                  "'marks' searches what is marked; 'reflect' has a language model rewrite the text, and searches the "
                  "marks of the best (default: reflect where SYSWRIGHT_LLM_URL and SYSWRIGHT_LLM_MODEL are set)")
      ->type_name("NAME");
  command.add_option("--objective", arguments.objective, "What is wanted, in words, for a language model")
      ->type_name("TEXT");
  command.add_option("--background", arguments.background, "File with what a language model should know")
      ->type_name("FILE");
  command.add_option("--proposals", arguments.proposals, "Texts that a language model is asked for in a round")
      ->check(CLI::Range(std::size_t{1}, std::size_t{32}))
      ->capture_default_str()
      ->type_name("N");
  command
      .add_option("--ledger", arguments.ledger,
                  "File in which a language model's answers are kept and found again; 'none' keeps nothing (default: "
                  "the user's own)")
      ->type_name("FILE");
  add_chat_options(command, arguments.chat);
}

bool asks_model(const Context& context, const ModelArguments& arguments, bool from_nothing) {
  const bool told = !arguments.objective.empty() || !arguments.background.empty();
  if (!arguments.designer.empty() && arguments.designer != "marks" && arguments.designer != "reflect") {
    throw InputError(fmt::format("--designer '{}': 'marks' and 'reflect' are known", arguments.designer));
  }
  if (from_nothing && arguments.objective.empty()) {
    throw InputError("--new has the text written by a language model: say what is wanted with --objective");
  }
  if (arguments.designer == "marks" && (told || from_nothing || arguments.chat.replay)) {
    throw InputError(
        "--designer marks asks no language model: leave out --new, --objective, --background and --replay, or take "
        "--designer reflect");
  }
  if (arguments.designer == "marks") return false;
  if (arguments.designer == "reflect" || told || from_nothing || arguments.chat.replay) return true;
  if (!is_set("SYSWRIGHT_LLM_URL") || !is_set("SYSWRIGHT_LLM_MODEL")) return false;
  context.note(fmt::format("a language model is asked, as SYSWRIGHT_LLM_MODEL says ({}); '--designer marks' asks none",
                           std::getenv("SYSWRIGHT_LLM_MODEL")));
  return true;
}

ModelSearch::ModelSearch(const Context& context, const ModelArguments& arguments, const std::string& budget,
                         std::uint64_t seed)
    : arguments_(arguments), ledger_(open_ledger(context, arguments.ledger)) {
  if (arguments.chat.replay && studies::parse_budget(budget, "--budget").seconds) {
    throw InputError(
        "--replay: how far a budget in seconds reaches depends on the machine; replay a run with a budget in "
        "evaluations (--budget 200evals)");
  }
  const std::string models = chat_models(arguments.chat, *ledger_, "optimize", "reflect", seed);
  chat_ = open_chat(arguments.chat, models, "reflect", *ledger_);
  run_ = ledger_->begin_run("optimize", run_options(context, arguments, budget, models), seed);
}

optimize::Outcome ModelSearch::search(const optimize::Task& task, const std::vector<std::string>& names,
                                      std::size_t longest) {
  const optimize::Subject subject{.names = names,
                                  .objective = arguments_.objective,
                                  .background = arguments_.background.empty() ? "" : read_file(arguments_.background),
                                  .direction = task.direction};
  ChatWriter writer(*chat_, task.seed, longest);
  return optimize::reflect(task, subject, writer, {.proposals = arguments_.proposals});
}

}  // namespace syswright::app
