#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace syswright::app {

/// A JSON value to be written. Members keep the order in which they were set. Numbers are written so that they read
/// back as the same double; what JSON has no number for (NaN, infinities) becomes null, and bytes that are not UTF-8
/// become U+FFFD.
///
/// Own code, and not the library that the sources use for reading, because this is all that most of them need and it
/// compiles in no time.
class Json {
 public:
  static Json object() { return Json(Kind::object); }
  static Json array() { return Json(Kind::array); }
  /// null
  Json() : Json(Kind::scalar) { text_ = "null"; }
  Json(double value);                                              // NOLINT(google-explicit-constructor)
  Json(std::string_view text);                                     // NOLINT(google-explicit-constructor)
  Json(const std::string& text) : Json(std::string_view(text)) {}  // NOLINT(google-explicit-constructor)
  Json(const char* text) : Json(std::string_view(text)) {}         // NOLINT(google-explicit-constructor)
  template <std::integral T>
  Json(T value) : Json(Kind::scalar) {  // NOLINT(google-explicit-constructor)
    if constexpr (std::same_as<T, bool>) {
      text_ = value ? "true" : "false";
    } else {
      text_ = std::to_string(value);
    }
  }

  /// Of an object; asserts otherwise. Names are not checked for duplicates.
  Json& set(std::string_view name, Json value);
  /// Of an array; asserts otherwise.
  Json& push(Json value);
  /// Laid out for people, with a newline at the end: an array of numbers and short texts stays on one line.
  std::string text() const;

 private:
  enum class Kind { scalar, object, array };
  explicit Json(Kind kind) : kind_(kind) {}
  void write(std::string& out, std::size_t depth) const;
  bool fits_one_line() const;

  Kind kind_;
  std::string text_;                                 // a scalar, as written
  std::vector<std::pair<std::string, Json>> items_;  // names are quoted, and empty in an array
};

/// `items` as an array.
template <typename Range>
Json json_array(const Range& items) {
  Json array = Json::array();
  for (const auto& item : items) array.push(Json(item));
  return array;
}

}  // namespace syswright::app
