#pragma once

#include <span>
#include <string>
#include <string_view>

#include "policy/program.h"

namespace syswright::policy {

/// Writes a program as source text of another language, with the statistics it needs as a small struct or class and
/// one function a rule. The text stands alone and computes the same bits as the interpreter.
struct Exporter {
  std::string_view name;       ///< "c", "cpp", "python"
  std::string_view extension;  ///< ".h", ".hpp", ".py"
  std::string_view doc;
  std::string (*write)(const Program& program);
};

std::span<const Exporter> exporters();
/// Throws InputError that lists the languages there are.
const Exporter& find_exporter(std::string_view name);

}  // namespace syswright::policy
