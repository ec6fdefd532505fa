#include "tests/house/house.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <optional>
#include <set>

#include "base/file.h"
#include "base/text.h"

// The checks that include_order_test.cpp applies.
namespace syswright::house {
namespace {

const std::vector<std::string> below_domain{"base", "trace", "policy", "sim", "nn", "tune"};

std::vector<std::string> with(std::vector<std::string> modules, const std::vector<std::string>& more) {
  modules.insert(modules.end(), more.begin(), more.end());
  return modules;
}

/// What each part of the house may include besides itself; "domains/*" is every domain. nullopt: there is no such part.
std::optional<std::vector<std::string>> allowed(const std::string& module) {
  const std::vector<std::string> up_to_domain = with(below_domain, {"domain"});
  const std::vector<std::string> up_to_judge = with(up_to_domain, {"domains", "domains/*", "design", "judge"});
  if (module == "base") return std::vector<std::string>{};
  if (module == "trace" || module == "policy" || module == "sim" || module == "nn" || module == "tune")
    return std::vector<std::string>{"base"};
  if (module == "optimize") return std::vector<std::string>{"base", "tune"};
  if (module == "domain") return below_domain;
  if (module == "domains") return with(up_to_domain, {"domains/*"});
  if (module.starts_with("domains/")) return up_to_domain;
  if (module == "design" || module == "judge") return up_to_domain;
  if (module == "research") return with(up_to_domain, {"design", "judge"});
  if (module == "ledger" || module == "farm") return up_to_judge;
  if (module == "llm") return with(up_to_judge, {"ledger"});
  if (module == "studies") return with(up_to_judge, {"ledger", "farm", "optimize", "research"});
  if (module == "app") return with(up_to_judge, {"ledger", "farm", "llm", "optimize", "research", "studies"});
  return std::nullopt;
}

bool may_include(const std::string& from, const std::string& to, const std::vector<std::string>& list) {
  if (from == to) return true;
  return std::any_of(list.begin(), list.end(), [&](const std::string& entry) {
    return entry == to || (entry == "domains/*" && to.starts_with("domains/"));
  });
}

std::string_view in_src(std::string_view path) { return path.substr(std::string_view("src/").size()); }

std::vector<std::string> lines_of(std::string_view content) {
  std::vector<std::string> lines;
  for (std::size_t start = 0; start < content.size();) {
    const std::size_t end = std::min(content.find('\n', start), content.size());
    lines.emplace_back(content.substr(start, end - start));
    start = end + 1;
  }
  return lines;
}

std::string_view without_leading_space(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(" \t"), text.size()));
}

std::optional<Include> read_include(std::string_view line) {
  line = without_leading_space(line);
  if (!line.starts_with('#')) return std::nullopt;
  line = without_leading_space(line.substr(1));
  if (!line.starts_with("include")) return std::nullopt;
  line = without_leading_space(line.substr(std::string_view("include").size()));
  if (line.empty() || (line[0] != '"' && line[0] != '<')) return std::nullopt;
  const bool quoted = line[0] == '"';
  line.remove_prefix(1);
  return Include{0, std::string(line.substr(0, line.find(quoted ? '"' : '>'))), quoted};
}

/// A library whose headers are large, and the only folder that may include it; empty: sources of any folder may.
struct Library {
  std::string_view prefix;
  std::string_view folder;
};
constexpr std::array<Library, 9> libraries{{{"llvm/", "policy"},
                                            {"z3", "judge"},
                                            {"torch/", "nn"},
                                            {"ATen/", "nn"},
                                            {"sqlite3", "ledger"},
                                            {"curl/", "llm"},
                                            {"nlohmann/", ""},
                                            {"CLI/", ""},
                                            {"nlopt", ""}}};

bool names_path(std::string_view line, std::string_view path) {
  const std::size_t at = line.find(path);
  if (at == line.npos) return false;
  const char before = at == 0 ? ' ' : line[at - 1];
  return std::isalnum(static_cast<unsigned char>(before)) == 0 && before != '_' && before != '-' && before != '.';
}

/// Headers that share a large library between the sources of one folder: no header may include them.
const std::set<std::string, std::less<>> private_headers{"policy/jit_nodes.h"};

}  // namespace

Files read_files(const std::vector<std::string>& folders, const std::vector<std::string>& endings) {
  const std::filesystem::path top = SYSWRIGHT_SOURCE_DIR;
  Files files;
  for (const std::string& folder : folders) {
    if (!std::filesystem::is_directory(top / folder)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(top / folder)) {
      const std::string name = entry.path().filename().string();
      const bool wanted =
          std::any_of(endings.begin(), endings.end(), [&](const auto& end) { return name.ends_with(end); });
      if (!entry.is_regular_file() || !wanted) continue;
      files[std::filesystem::relative(entry.path(), top).generic_string()] = read_file(entry.path().string());
    }
  }
  return files;
}

std::vector<Include> includes_of(std::string_view content) {
  std::vector<Include> includes;
  const std::vector<std::string> lines = lines_of(content);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (auto include = read_include(lines[i])) {
      include->line = i + 1;
      includes.push_back(*include);
    }
  }
  return includes;
}

std::string module_of(std::string_view path) {
  const std::size_t first = path.find('/');
  if (first == path.npos) return "";
  const std::size_t second = path.find('/', first + 1);
  if (path.substr(0, first) == "domains" && second != path.npos) return std::string(path.substr(0, second));
  return std::string(path.substr(0, first));
}

std::vector<std::string> include_order_breaches(const Files& files) {
  std::vector<std::string> breaches;
  for (const auto& [path, content] : files) {
    const std::string module = module_of(in_src(path));
    const auto list = allowed(module);
    if (!list) {
      breaches.push_back(fmt::format("{}:1: '{}' is no part of the house in docs/design.md", path, module));
      continue;
    }
    for (const Include& include : includes_of(content)) {
      if (!include.quoted) continue;
      if (!files.contains("src/" + include.target)) {
        breaches.push_back(fmt::format("{}:{}: there is no src/{}: paths of includes start at src/", path, include.line,
                                       include.target));
      } else if (!may_include(module, module_of(include.target), *list)) {
        breaches.push_back(fmt::format("{}:{}: {} must not include \"{}\": it may include {} only", path, include.line,
                                       module, include.target, list->empty() ? module : join(*list)));
      }
    }
  }
  return breaches;
}

std::vector<std::string> library_breaches(const Files& files) {
  std::vector<std::string> breaches;
  for (const auto& [path, content] : files) {
    const bool shared_header = path.ends_with(".h") && !private_headers.contains(in_src(path));
    for (const Include& include : includes_of(content)) {
      const std::string where = fmt::format("{}:{}: <{}>", path, include.line, include.target);
      if (path.ends_with(".h") && private_headers.contains(include.target)) {
        breaches.push_back(where + " in a header: it includes a large library; include it in sources only");
      }
      for (const Library& library : libraries) {
        if (!include.target.starts_with(library.prefix)) continue;
        if (shared_header) {
          breaches.push_back(where + " in a header: include it in sources only");
        } else if (!library.folder.empty() && module_of(in_src(path)) != library.folder) {
          breaches.push_back(fmt::format("{} outside src/{}/", where, library.folder));
        }
      }
    }
  }
  return breaches;
}

std::vector<std::string> missing_folder_headers(const Files& files) {
  std::set<std::string> folders;
  for (const auto& [path, content] : files) folders.insert(module_of(in_src(path)));
  std::vector<std::string> missing;
  for (const std::string& folder : folders) {
    if (folder.empty()) continue;
    const std::string leaf = folder.substr(folder.rfind('/') + 1);
    const std::string header = fmt::format("src/{}/{}.h", folder, leaf);
    const auto found = files.find(header);
    if (found == files.end()) {
      missing.push_back(fmt::format("{}:1: missing: a folder opens with a header named after it", header));
    } else if (found->second.find(fmt::format("/// {}/: ", folder)) == std::string::npos) {
      missing.push_back(fmt::format("{}:1: no paragraph '/// {}/: …' on what the folder is for", header, folder));
    }
  }
  return missing;
}

std::vector<std::string> unguarded_headers(const Files& files) {
  std::vector<std::string> unguarded;
  for (const auto& [path, content] : files) {
    if (path.ends_with(".h") && content.find("#pragma once") == content.npos)
      unguarded.push_back(path + ":1: no #pragma once");
  }
  return unguarded;
}

std::vector<std::string> mentions(const Files& files, const std::vector<std::string>& texts) {
  std::vector<std::string> found;
  for (const auto& [path, content] : files) {
    const std::vector<std::string> lines = lines_of(content);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      for (const std::string& text : texts) {
        if (names_path(lines[i], text)) found.push_back(fmt::format("{}:{}: mentions '{}'", path, i + 1, text));
      }
    }
  }
  return found;
}

}  // namespace syswright::house
