#pragma once

#include <string>

#include "domain/options.h"
#include "domains/llm_serving/options.h"

namespace syswright::llm_serving {

/// A switch: "on" or "yes", "off" or "no". Throws InputError for anything else.
bool is_on(const OptionValues& values, const std::string& what);

/// The cluster that options describe, for one number of replicas and of KV blocks ("auto": what memory holds).
/// Throws InputError; opens the files of measured step times.
NamedCluster read_cluster(const OptionValues& values, const std::string& replicas, const std::string& kv_blocks);

}  // namespace syswright::llm_serving
