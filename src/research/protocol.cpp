#include "research/protocol.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/error.h"
#include "base/text.h"
#include "policy/compile.h"

namespace syswright::research {
namespace {

/// A tool with the keys that it needs and takes.
struct Form {
  std::string_view name;
  std::string_view doc;
  std::vector<std::string_view> needs;
};

const std::array<Form, tools>& forms() {
  static const std::array<Form, tools> all{
      {{"run", "tries a new program on the training scenarios (costs evaluations)", {"hypothesis", "program"}},
       {"compare", "two tried programs, paired, scenario by scenario", {"a", "b"}},
       {"slice",
        "in which phases of a scenario (1, 2, …) `a` loses to `b`, and what is special there",
        {"a", "b", "scenario"}},
       {"ablate", "what each part of `a` is worth (costs evaluations)", {"a"}},
       {"bound", "how far `a` is from what is possible, scenario by scenario", {"a"}},
       {"tune", "searches for the constants of `a` (costs evaluations)", {"a"}},
       {"plot",
        "puts tried programs beside each other into the notebook: names with commas in `programs`",
        {"programs"}},
       {"conclude", "writes a finding into the notebook, without code: one line in `text`", {"text"}}}};
  return all;
}

const std::array<std::string_view, 8> keys{"tool", "hypothesis", "a", "b", "scenario", "programs", "text", "program"};

std::string trimmed(std::string_view text) {
  const std::size_t from = text.find_first_not_of(" \t\r\n");
  if (from == text.npos) return "";
  return std::string(text.substr(from, text.find_last_not_of(" \t\r\n") - from + 1));
}

/// A fault: told to the model.
struct Fault {
  std::string text;
};

/// The content of the one block; the fence must stand at the start of a line.
std::string_view only_block(std::string_view answer, bool cut) {
  constexpr std::string_view fence = "```tool";
  const auto find_from = [&](std::size_t from) {
    for (std::size_t at = answer.find(fence, from); at != answer.npos; at = answer.find(fence, at + 1)) {
      const std::size_t after = at + fence.size();
      const bool alone = after == answer.size() || answer[after] == '\n' || answer[after] == '\r';
      if ((at == 0 || answer[at - 1] == '\n') && alone) return at;
    }
    return answer.npos;
  };
  const std::size_t open = find_from(0);
  const std::string brief = cut ? " The answer was cut off at its limit: be brief." : "";
  if (open == answer.npos) {
    throw Fault{"There is no block that begins with a line ```tool in this answer: ask for one tool in such a block." +
                brief};
  }
  const std::size_t body = answer.find('\n', open);
  const std::size_t close = body == answer.npos ? body : answer.find("\n```", body);
  if (close == answer.npos) throw Fault{"The block that begins with ```tool does not end with a line ```." + brief};
  if (find_from(close) != answer.npos) throw Fault{"There are several ```tool blocks: ask for one tool at a time."};
  return answer.substr(body + 1, close > body ? close - body : 0);
}

/// Lines `key: value`; everything after `program:` is its value.
std::map<std::string, std::string> values_in(std::string_view block) {
  std::map<std::string, std::string> values;
  for (std::size_t at = 0; at < block.size();) {
    const std::size_t end = std::min(block.find('\n', at), block.size());
    const std::string line = trimmed(block.substr(at, end - at));
    at = end + 1;
    if (line.empty()) continue;
    const std::size_t colon = line.find(':');
    const std::string key = trimmed(line.substr(0, colon));
    if (colon == line.npos || std::find(keys.begin(), keys.end(), key) == keys.end()) {
      throw Fault{fmt::format("'{}' is no line of the form KEY: VALUE with one of the keys {}.", fit(line, 60),
                              fmt::join(keys, ", "))};
    }
    std::string value = trimmed(line.substr(colon + 1));
    if (key == "program") {
      value += "\n";
      if (at < block.size()) value += block.substr(at);
      at = block.size();
    }
    if (!values.emplace(key, std::move(value)).second) throw Fault{fmt::format("The key '{}' is there twice.", key)};
  }
  return values;
}

std::string existing(const std::string& name, const ToolContext& context) {
  if (std::find(context.programs.begin(), context.programs.end(), name) != context.programs.end()) return name;
  const std::vector<std::string> known(context.programs.begin(), context.programs.end());
  throw Fault{fmt::format("No program '{}' was tried{}. There are: {}.", fit(name, 40), did_you_mean(name, known),
                          known.empty() ? "none yet; begin with `run`" : join(known))};
}

const Form& form_of(const std::map<std::string, std::string>& values, std::size_t& number) {
  const auto tool = values.find("tool");
  if (tool == values.end()) throw Fault{"There is no line `tool: NAME` in the block."};
  std::vector<std::string> names;
  for (number = 0; number < tools; ++number) {
    if (forms()[number].name == tool->second) return forms()[number];
    names.emplace_back(forms()[number].name);
  }
  throw Fault{fmt::format("There is no tool '{}'{}. There are: {}.", fit(tool->second, 40),
                          did_you_mean(tool->second, names), join(names))};
}

ToolRequest request_of(const std::map<std::string, std::string>& values, const ToolContext& context) {
  ToolRequest request;
  std::size_t number = 0;
  const Form& form = form_of(values, number);
  request.tool = static_cast<Tool>(number);
  for (const std::string_view key : form.needs) {
    const auto found = values.find(std::string(key));
    if (found == values.end() || trimmed(found->second).empty()) {
      throw Fault{fmt::format("The tool '{}' needs {}.", form.name,
                              key == "program"
                                  ? "the program's text below the line `program:`, without a fence of its own"
                                  : fmt::format("a line `{}: …`", key))};
    }
  }
  for (const auto& [key, value] : values) {
    const bool taken = key == "tool" || key == "hypothesis" ||
                       std::find(form.needs.begin(), form.needs.end(), key) != form.needs.end();
    if (!taken) throw Fault{fmt::format("The tool '{}' takes no `{}`.", form.name, key)};
    if (key == "hypothesis") request.hypothesis = value;
    if (key == "text") request.text = value;
    if (key == "a" || key == "b") request.programs.push_back(existing(value, context));
    if (key == "programs") {
      try {
        for (const std::string& name : split_list(value, "programs"))
          request.programs.push_back(existing(name, context));
      } catch (const InputError& error) {
        throw Fault{std::string(error.what()) + "."};
      }
    }
    if (key == "scenario") {
      const bool digits = value.find_first_not_of("0123456789") == value.npos && value.size() < 7;
      request.scenario = digits ? std::stoul(value) : 0;
      if (request.scenario < 1 || request.scenario > context.scenarios) {
        throw Fault{fmt::format("`scenario: {}` is none of 1 to {}.", fit(value, 20), context.scenarios)};
      }
      request.scenario -= 1;
    }
    if (key == "program") {
      try {
        request.program = policy::compile(value, "program", std::vector{context.signature});
      } catch (const InputError& error) {
        throw Fault{fmt::format("The program is refused:\n```text\n{}\n```", error.what())};
      }
    }
  }
  return request;
}

}  // namespace

std::string_view tool_name(Tool tool) { return forms()[static_cast<std::size_t>(tool)].name; }

std::string describe_tools(const ToolContext& context) {
  std::string text =
      "You work with tools. Every answer may hold some reasoning and must hold exactly one request, as a block of "
      "lines "
      "`key: value` that begins with ```tool and ends with ```. The tools, with the keys that each needs:\n";
  for (const Form& form : forms()) {
    text += fmt::format("- `{}` ({}): {}\n", form.name, fmt::join(form.needs, ", "), form.doc);
  }
  text += fmt::format(
      "`hypothesis` is one line and may be given with every tool. `program` comes last: what follows it is the "
      "program. "
      "For example:\n```tool\ntool: run\nhypothesis: what you suppose, and why\nprogram:\npolicy NAME for {} {{\n  "
      "…\n}}\n"
      "```\n",
      context.signature->domain);
  return text;
}

std::variant<ToolRequest, std::string> read_request(std::string_view answer, bool cut, const ToolContext& context) {
  try {
    return request_of(values_in(only_block(answer, cut)), context);
  } catch (const Fault& fault) {
    return fault.text + " Answer again, with one whole request.";
  }
}

}  // namespace syswright::research
