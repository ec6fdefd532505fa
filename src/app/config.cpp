#include "app/config.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace syswright::app {
namespace {

SourceLocation place(const std::string& path, const toml::source_region& region) {
  return {path, region.begin.line, region.begin.column};
}

class Reader {
 public:
  Reader(const std::string& path, const Domain& domain) : path_(path), domain_(domain) {
    for (const Option& option : domain.options()) options_.push_back(option.name);
    known_ = {"domain", "policy", "trace", "format", "scenario-seed"};
    known_.insert(known_.end(), options_.begin(), options_.end());
  }

  Config read() const {
    Config config;
    for (const auto& [key, node] : parse()) take(std::string(key.str()), node, config);
    return config;
  }

 private:
  toml::table parse() const {
    const std::string text = read_file(path_);
    try {
      return toml::parse(text, path_);
    } catch (const toml::parse_error& error) {
      throw InputError(place(path_, error.source()), fmt::format("this is not TOML: {}", error.description()));
    }
  }

  void take(const std::string& key, const toml::node& node, Config& config) const {
    const std::string value = text_of(key, node);
    if (key == "domain") {
      if (value != domain_.name()) {
        refuse(node, fmt::format("the file is for the domain '{}', not for '{}'", value, domain_.name()));
      }
    } else if (key == "policy") {
      config.policy = value;
    } else if (key == "trace") {
      config.request.workload = value;
    } else if (key == "format") {
      config.request.format = value;
    } else if (key == "scenario-seed") {
      config.request.seed = parse_count(value, key);
    } else if (std::ranges::count(options_, key) > 0) {
      config.request.options[key] = value;
    } else {
      refuse(node, fmt::format("'{}' is no setting of the domain '{}'{} (there are: {})", key, domain_.name(),
                               did_you_mean(key, known_), join(known_)));
    }
  }

  /// As it would be written on the command line.
  std::string text_of(const std::string& key, const toml::node& node) const {
    if (const auto* list = node.as_array()) {
      std::vector<std::string> parts;
      for (const toml::node& item : *list) parts.push_back(text_of(key, item));
      return join(parts, ",");
    }
    if (const auto text = node.value_exact<std::string>()) return *text;
    if (const auto number = node.value_exact<std::int64_t>()) return fmt::format("{}", *number);
    if (const auto number = node.value_exact<double>()) return fmt::format("{}", *number);
    if (const auto flag = node.value_exact<bool>()) return *flag ? "yes" : "no";
    refuse(node, fmt::format("'{}' must be a text, a number, true or false, or a list of these", key));
  }

  [[noreturn]] void refuse(const toml::node& node, const std::string& problem) const {
    throw InputError(place(path_, node.source()), problem);
  }

  std::string path_;
  const Domain& domain_;
  std::vector<std::string> options_;
  std::vector<std::string> known_;
};

}  // namespace

Config read_config(const std::string& path, const Domain& domain) { return Reader(path, domain).read(); }

void complete_request(ScenarioRequest& request, const Config& config) {
  if (request.workload.empty()) request.workload = config.request.workload;
  if (request.format.empty()) request.format = config.request.format;
  if (request.seed == ScenarioRequest{}.seed) request.seed = config.request.seed;
  for (const auto& [name, value] : config.request.options) request.options.emplace(name, value);
}

}  // namespace syswright::app
