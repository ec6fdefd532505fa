#pragma once

#include <span>
#include <string_view>

namespace syswright::app::serve {

/// A file of the page, compiled in.
struct Asset {
  std::string_view path;  ///< "/app.js"
  std::string_view type;  ///< "text/javascript; charset=utf-8"
  std::string_view content;
};

/// Empty in a program that was built without the page; then it says here how to get it.
std::span<const Asset> assets();
std::string_view why_no_assets();

}  // namespace syswright::app::serve
