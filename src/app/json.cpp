#include "app/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>

namespace syswright::app {
namespace {

/// Bytes of the well-formed UTF-8 sequence at the start of `text`; 0 if there is none. Unicode 15, table 3-7.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto continues = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return continues(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    return continues(1, lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF) && continues(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const bool second = continues(1, lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF);
    return second && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

std::string quoted(std::string_view text) {
  std::string result = "\"";
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    const char c = text.front();
    if (length == 0) {
      result += "\uFFFD";
    } else if (c == '"' || c == '\\') {
      result += {'\\', c};
    } else if (c == '\n') {
      result += "\\n";
    } else if (c == '\t') {
      result += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      result += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      result += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return result + "\"";
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
