#pragma once

#include <optional>
#include <string>

#include "domain/domain.h"

namespace syswright::app {

/// A run as a TOML file states it: the names of the command line's options without their dashes ("trace", "format",
/// "scenario-seed", "policy" and the domain's own), each a text, a number, true or false, or a list of these; and
/// "domain", which is checked where it stands. What the file leaves out keeps its default.
///
///   policy = "round_robin"
///   trace = "conv.csv"
///   replicas = 8
struct Config {
  ScenarioRequest request;
  std::optional<std::string> policy;
};

/// Throws InputError with file and line for a text that is no TOML, a key that the domain does not have (naming the
/// nearest one), or a value of another kind; SystemError for a file that cannot be read.
Config read_config(const std::string& path, const Domain& domain);

/// Fills what `request` leaves open from the file: the command line goes first.
void complete_request(ScenarioRequest& request, const Config& config);

}  // namespace syswright::app
