#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>

#include "policy/export_plan.h"

namespace syswright::policy {

/// What the writers of all languages share: a plan, and text that grows line by line.
class ExportWriter {
 protected:
  explicit ExportWriter(const Program& program) : plan_(program) {}

  template <typename... Arguments>
  void line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    text_ += fmt::format(format, std::forward<Arguments>(arguments)...);
    text_ += '\n';
  }
  void add(std::string_view text) { text_ += text; }

  bool has_statistics() const { return !plan_.global.fields.empty() || !plan_.candidate.fields.empty(); }

  /// "first, second, third", without those that are not needed.
  static void append_parameter(std::string& list, bool needed, const std::string& text) {
    if (needed) list += (list.empty() ? "" : ", ") + text;
  }

  ExportPlan plan_;
  std::string text_;
};

}  // namespace syswright::policy
