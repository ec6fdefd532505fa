#pragma once

#include <string>
#include <string_view>

/// Parts of an HTML page that needs nothing else: no network, no other file, no script.
namespace syswright::app {

/// name="value"; empty for an empty value.
std::string attribute(std::string_view name, std::string_view value);
/// `content` is markup, and `attributes` stand as they are in the tag.
std::string element(std::string_view tag, std::string_view attributes, std::string_view content);
/// A card with a heading; heading and note are text, body is markup.
std::string section(const std::string& heading, const std::string& note, const std::string& body,
                    std::string_view name = "");
/// The whole page: a title below a line that says what kind of page it is, then `body`, which is markup, and a footer.
std::string page(const std::string& kind, const std::string& title, const std::string& body, const std::string& footer);

}  // namespace syswright::app
