#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace syswright::app {

/// What is wrong with HTML or SVG text as we write it: tags that do not balance, attributes without quotes, a stray '<'
/// or '&'. Empty: nothing found. Knows only what our pages use: no CDATA, no unquoted attributes, style sheets skipped.
inline std::string markup_problem(std::string_view text) {
  const std::set<std::string, std::less<>> without_end{"meta", "br", "hr", "link"};
  std::vector<std::string> open;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '&') {
      const std::size_t end = text.find(';', at);
      if (end == text.npos || end - at > 8) return "a stray '&': " + std::string(text.substr(at, 30));
    }
    if (text[at] == '>') return "a stray '>': " + std::string(text.substr(at > 30 ? at - 30 : 0, 40));
    if (text[at] != '<') continue;
    if (text.substr(at).starts_with("<!DOCTYPE html>")) {
      at += 14;
      continue;
    }
    std::size_t end = at + 1;
    for (bool quoted = false; end < text.size() && (quoted || text[end] != '>'); ++end) {
      if (text[end] == '"') quoted = !quoted;
      if (!quoted && text[end] == '<') return "'<' inside a tag: " + std::string(text.substr(at, 40));
    }
    if (end == text.size()) return "a tag without an end: " + std::string(text.substr(at, 40));
    std::string_view tag = text.substr(at + 1, end - at - 1);
    at = end;
    const bool closes_itself = tag.ends_with('/');
    const bool closes = tag.starts_with('/');
    if (closes) tag.remove_prefix(1);
    const std::string name(tag.substr(0, tag.find_first_of(" /\n")));
    if (name.empty()) return "a tag without a name";
    if (closes) {
      if (open.empty() || open.back() != name) {
        return "</" + name + "> closes " + (open.empty() ? "nothing" : "<" + open.back() + ">");
      }
      open.pop_back();
    } else if (!closes_itself && !without_end.contains(name)) {
      open.push_back(name);
      if (name == "style") at = text.find("</style>", at) - 1;
    }
  }
  return open.empty() ? "" : "<" + open.back() + "> is never closed";
}

}  // namespace syswright::app
