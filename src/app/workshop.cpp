#include "app/workshop.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <thread>

namespace syswright::app {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

void add_workshop_options(CLI::App& command, WorkshopOptions& options) {
  command.add_option("--threads", options.threads, "Threads to evaluate on (default: all that the machine has)")
      ->check(CLI::Range(1u, 1024u))
      ->type_name("N");
  command
      .add_option("--ledger", options.ledger,
                  "File in which evaluations are kept and found again; 'none' keeps nothing (default: "
                  "$SYSWRIGHT_LEDGER, or syswright/ledger.db below $XDG_STATE_HOME or ~/.local/state)")
      ->type_name("FILE");
}

std::string default_ledger_path() {
  if (const std::string path = environment("SYSWRIGHT_LEDGER"); !path.empty()) return path;
  if (const std::string state = environment("XDG_STATE_HOME"); state.starts_with("/")) {
    return state + "/syswright/ledger.db";
  }
  if (const std::string home = environment("HOME"); !home.empty()) return home + "/.local/state/syswright/ledger.db";
  return "";
}

std::unique_ptr<Ledger> open_ledger(const Context& context, const std::string& option) {
  const std::string memory = ":memory:";
  if (context.resumption) return std::make_unique<Ledger>(context.resumption->ledger);
  if (option == "none") return std::make_unique<Ledger>(memory);
  if (!option.empty()) return std::make_unique<Ledger>(option);
  const std::string path = default_ledger_path();
  if (path.empty()) return std::make_unique<Ledger>(memory);
  try {
    return std::make_unique<Ledger>(path);
  } catch (const Error& error) {
    context.warn(fmt::format("{}; going on without a ledger ('--ledger none' asks for that)", error.what()));
    return std::make_unique<Ledger>(memory);
  }
}

unsigned threads_for(const WorkshopOptions& options) {
  return options.threads != 0 ? options.threads : std::max(1u, std::thread::hardware_concurrency());
}

Workshop::Workshop(const Context& context, const WorkshopOptions& options, const std::string& domain)
    : ledger_(open_ledger(context, options.ledger)),
      threads_(threads_for(options)),
      farm_(open_farm(context, nullptr)),
      evaluator_(*farm_, *ledger_, domain) {}

Workshop::Workshop(const Context& context, const WorkshopOptions& options, const std::string& domain, Suite& shared)
    : ledger_(open_ledger(context, options.ledger)),
      threads_(threads_for(options)),
      farm_(open_farm(context, &shared)),
      evaluator_(*farm_, *ledger_, domain) {}

std::unique_ptr<Evaluator> Workshop::open_farm(const Context& context, Suite* shared) {
  if (context.cluster == nullptr) return std::make_unique<ThreadFarm>(threads_);
  if (shared == nullptr) {
    if (context.cluster->size() > 1) {
      context.warn("only 'syswright design' spreads over processes: the first does this alone");
    }
    return std::make_unique<ThreadFarm>(threads_);
  }
  const Digest workload = digest_of(*shared);
  for (auto* part : {&shared->train, &shared->validation, &shared->test}) {
    for (ScenarioPtr& scenario : *part) scenario = book_.enter(std::move(scenario));
  }
  const messages::Begin begin{std::filesystem::current_path().string(), context.arguments};
  auto farm = std::make_unique<ClusterFarm>(*context.cluster, begin, book_, workload, threads_);
  cluster_ = farm.get();
  return farm;
}

}  // namespace syswright::app
