#include <CLI/CLI.hpp>
#include <ostream>

#include "app/commands.h"
#include "app/json.h"
#include "base/text.h"

namespace syswright::app {
namespace {

Json json_of(const Domain& domain) {
  return Json::object().set("name", domain.name()).set("summary", domain.summary());
}

Json json_of(const design::Designer& designer) {
  return Json::object()
      .set("name", designer.name())
      .set("summary", designer.summary())
      .set("asks_language_model", designer.needs_chat());
}

/// Named things with a one-line summary each, as a table or as JSON.
template <typename T>
void list(const Context& context, const Registry<T>& registry, const std::string& kind) {
  Json array = Json::array();
  Table table({{kind}, {"what it is"}});
  for (const auto& item : registry.items()) {
    array.push(json_of(*item));
    table.add_row({item->name(), item->summary()});
  }
  context.out() << (context.json ? array.text() : table.text());
}

}  // namespace

void add_domains_command(CLI::App& app, Context& context) {
  CLI::App& command =
      add_command(app, context, "domains", "List the kinds of systems that there are", "syswright domains");
  on_run(command, context, [&context] {
    list(context, context.domains, "domain");
    return ExitCode::ok;
  });
}

void add_designers_command(CLI::App& app, Context& context) {
  CLI::App& command =
      add_command(app, context, "designers", "List the ways to search for a policy", "syswright designers");
  on_run(command, context, [&context] {
    list(context, context.designers, "designer");
    return ExitCode::ok;
  });
}

}  // namespace syswright::app
