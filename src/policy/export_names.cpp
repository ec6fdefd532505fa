#include "policy/export_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

namespace syswright::policy {
namespace {

// Sorted, to be searched. Keywords of C (to C23), C++ (to C++23) and Python, macros that compilers and the headers we
// include define under lower-case names, and names that the exported text itself uses.
constexpr auto reserved = std::to_array<std::string_view>({"EOF",
                                                           "False",
                                                           "I",
                                                           "INFINITY",
                                                           "NAN",
                                                           "NULL",
                                                           "None",
                                                           "True",
                                                           "alignas",
                                                           "alignof",
                                                           "and",
                                                           "and_eq",
                                                           "annotations",
                                                           "as",
                                                           "asm",
                                                           "assert",
                                                           "async",
                                                           "atomic_cancel",
                                                           "auto",
                                                           "await",
                                                           "bitand",
                                                           "bitor",
                                                           "bool",
                                                           "break",
                                                           "case",
                                                           "catch",
                                                           "char",
                                                           "char16_t",
                                                           "char32_t",
                                                           "char8_t",
                                                           "class",
                                                           "co_await",
                                                           "co_return",
                                                           "co_yield",
                                                           "compl",
                                                           "complex",
                                                           "concept",
                                                           "const",
                                                           "const_cast",
                                                           "consteval",
                                                           "constexpr",
                                                           "constinit",
                                                           "continue",
                                                           "dataclass",
                                                           "decltype",
                                                           "def",
                                                           "default",
                                                           "del",
                                                           "delete",
                                                           "do",
                                                           "double",
                                                           "dynamic_cast",
                                                           "elif",
                                                           "else",
                                                           "enum",
                                                           "errno",
                                                           "except",
                                                           "explicit",
                                                           "export",
                                                           "extern",
                                                           "false",
                                                           "final",
                                                           "finally",
                                                           "float",
                                                           "for",
                                                           "friend",
                                                           "from",
                                                           "global",
                                                           "goto",
                                                           "i386",
                                                           "if",
                                                           "imaginary",
                                                           "import",
                                                           "in",
                                                           "inline",
                                                           "int",
                                                           "is",
                                                           "isinstance",
                                                           "lambda",
                                                           "len",
                                                           "linux",
                                                           "list",
                                                           "long",
                                                           "math",
                                                           "max",
                                                           "min",
                                                           "mutable",
                                                           "namespace",
                                                           "new",
                                                           "noexcept",
                                                           "nonlocal",
                                                           "not",
                                                           "not_eq",
                                                           "nullptr",
                                                           "object",
                                                           "operator",
                                                           "or",
                                                           "or_eq",
                                                           "override",
                                                           "pass",
                                                           "print",
                                                           "private",
                                                           "property",
                                                           "protected",
                                                           "public",
                                                           "raise",
                                                           "range",
                                                           "register",
                                                           "reinterpret_cast",
                                                           "requires",
                                                           "restrict",
                                                           "return",
                                                           "self",
                                                           "short",
                                                           "signed",
                                                           "sizeof",
                                                           "sorted",
                                                           "static",
                                                           "static_assert",
                                                           "static_cast",
                                                           "std",
                                                           "stderr",
                                                           "stdin",
                                                           "stdout",
                                                           "struct",
                                                           "sw",
                                                           "switch",
                                                           "syswright_semantics",
                                                           "template",
                                                           "this",
                                                           "thread_local",
                                                           "throw",
                                                           "true",
                                                           "try",
                                                           "typedef",
                                                           "typeid",
                                                           "typename",
                                                           "typeof",
                                                           "typeof_unqual",
                                                           "union",
                                                           "unix",
                                                           "unsigned",
                                                           "using",
                                                           "virtual",
                                                           "void",
                                                           "volatile",
                                                           "wchar_t",
                                                           "while",
                                                           "with",
                                                           "xor",
                                                           "xor_eq",
                                                           "yield"});
static_assert(std::is_sorted(reserved.begin(), reserved.end()));

bool is_letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 && static_cast<unsigned char>(c) < 128;
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string bound(double value) {
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return fmt::format("{:g}", value);
}

}  // namespace

std::string identifier(std::string_view name) {
  std::string result;
  for (char c : name) {
    const char kept = is_letter(c) || is_digit(c) ? c : '_';
    // Two underscores in a row are reserved in C++.
    if (kept == '_' && !result.empty() && result.back() == '_') continue;
    result += kept;
  }
  if (result.empty() || !is_letter(result.front())) result = result.starts_with('_') ? "x" + result : "x_" + result;
  if (std::binary_search(reserved.begin(), reserved.end(), result)) result += '_';
  return result;
}

std::string capital_identifier(std::string_view name) {
  std::string result = identifier(name);
  for (char& c : result) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return result;
}

std::string type_identifier(std::string_view name) {
  std::string result;
  bool start = true;
  for (char c : identifier(name)) {
    if (c != '_') result += start ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    start = c == '_';
  }
  return result;
}

std::string Names::take(std::string wanted) {
  std::string name = wanted;
  for (int number = 2; !taken_.insert(name).second; ++number) name = fmt::format("{}_{}", wanted, number);
  return name;
}

std::string feature_comment(const Feature& feature) {
  const std::string kind =
      feature.kind == ValueKind::boolean
          ? "true or false"
          : fmt::format("{}, {} to {}", to_string(feature.dimension), bound(feature.low), bound(feature.high));
  const std::string array = feature.length > 0 ? fmt::format(", {} values", feature.length) : "";
  return comment_text(fmt::format("{}{}. {}", kind, array, feature.doc));
}

std::string statistic_comment(const Statistic& statistic) {
  const bool has_parameter = statistic.kind == StatisticKind::ewma || statistic.kind == StatisticKind::quantile ||
                             statistic.kind == StatisticKind::percentile;
  return comment_text(
      fmt::format("{}({}, {})", to_string(statistic.kind), statistic.source,
                  has_parameter ? fmt::format("{}", statistic.parameter) : fmt::format("{}", statistic.window)));
}

std::string comment_text(std::string_view text) {
  std::string result;
  for (char c : text) {
    const bool closes = (c == '/' && result.ends_with('*')) || (c == '*' && result.ends_with('/')) ||
                        (c == '"' && result.ends_with("\"\""));
    if (closes) result += ' ';
    result += c == '\\' ? '/' : static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  }
  return result;
}

}  // namespace syswright::policy
