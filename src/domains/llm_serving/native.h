#pragma once

#include <span>
#include <string_view>

#include "domain/stepping.h"
#include "domains/llm_serving/cluster.h"

namespace syswright::llm_serving {

/// A standard policy of the field, native. It answers some questions; the others are left to the cluster's defaults.
struct NativePolicy {
  std::string_view name;
  std::string_view doc;
  std::string_view source;
  QuestionSet asked;
  /// A fresh one for each run: some count.
  NativeAnswers<Cluster> (*make)(const Setup& setup);
};

std::span<const NativePolicy> native_policies();

/// Throws InputError that names the nearest one.
const NativePolicy& find_native(std::string_view name);

}  // namespace syswright::llm_serving
