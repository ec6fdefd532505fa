#include "app/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>

#include "base/json_text.h"

namespace syswright::app {
namespace {

std::string quoted(std::string_view text) {
  std::string result;
  append_json_string(result, text);
  return result;
}

}  // namespace

Json::Json(double value) : Json(Kind::scalar) { text_ = std::isfinite(value) ? fmt::format("{}", value) : "null"; }

Json::Json(std::string_view text) : Json(Kind::scalar) { text_ = quoted(text); }

Json& Json::set(std::string_view name, Json value) {
  assert(kind_ == Kind::object);
  items_.emplace_back(quoted(name), std::move(value));
  return *this;
}

Json& Json::push(Json value) {
  assert(kind_ == Kind::array);
  items_.emplace_back(std::string(), std::move(value));
  return *this;
}

std::string Json::text() const {
  std::string out;
  write(out, 0);
  return out + "\n";
}

bool Json::fits_one_line() const {
  std::size_t length = 0;
  for (const auto& [name, value] : items_) {
    if (value.kind_ != Kind::scalar && !value.items_.empty()) return false;
    length += name.size() + value.text_.size() + 4;
  }
  return length <= 100;
}

void Json::write(std::string& out, std::size_t depth) const {
  if (kind_ == Kind::scalar) {
    out += text_;
    return;
  }
  const bool one_line = fits_one_line();
  const std::string line = one_line ? "" : "\n" + std::string(2 * depth + 2, ' ');
  out += kind_ == Kind::object ? '{' : '[';
  for (std::size_t i = 0; i < items_.size(); ++i) {
    if (i > 0) out += one_line ? ", " : ",";
    out += line;
    if (kind_ == Kind::object) out += items_[i].first + ": ";
    items_[i].second.write(out, depth + 1);
  }
  if (!one_line) out += "\n" + std::string(2 * depth, ' ');
  out += kind_ == Kind::object ? '}' : ']';
}

}  // namespace syswright::app
