#include "policy/export.h"

#include <fmt/format.h>

#include <array>

#include "base/error.h"
#include "policy/export_languages.h"

namespace syswright::policy {

std::span<const Exporter> exporters() {
  static constexpr std::array<Exporter, 3> list{{
      {"c", ".h", "one header for C99", export_c},
      {"cpp", ".hpp", "one header for C++17", export_cpp},
      {"python", ".py", "one module for Python 3.8, standard library only", export_python},
  }};
  return list;
}

const Exporter& find_exporter(std::string_view name) {
  std::vector<std::string> names;
  for (const Exporter& exporter : exporters()) {
    if (exporter.name == name) return exporter;
    names.emplace_back(exporter.name);
  }
  throw InputError(fmt::format("unknown export language '{}'{}; there are {}", name, did_you_mean(name, names),
                               fmt::join(names, ", ")));
}

}  // namespace syswright::policy
