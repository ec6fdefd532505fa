#include "app/serve/gate.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>

#include "base/error.h"

namespace syswright::app::serve {
namespace {

/// In a time that depends on the lengths only.
bool same(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned char difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference |= static_cast<unsigned char>(a[i] ^ b[i]);
  return difference == 0;
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

/// A body whose length is not told beforehand cannot be refused before it is read.
std::optional<Response> refuse_body(const Request& request) {
  if (!request.header("transfer-encoding").empty()) {
    return refusal(411, "a body must be sent with its length (Content-Length), not in chunks");
  }
  const std::string& text = request.header("content-length");
  if (text.empty()) return std::nullopt;
  std::size_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (error != std::errc() || end != text.data() + text.size()) return refusal(400, "Content-Length is not a number");
  if (length > Gate::most_body) return refusal(413, fmt::format("a body may have {} bytes at most", Gate::most_body));
  return std::nullopt;
}

}  // namespace

std::string new_token() {
  std::array<unsigned char, 16> bytes;
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw SystemError("cannot draw a token", errno);
  }
  std::string token;
  for (const unsigned char byte : bytes) token += fmt::format("{:02x}", byte);
  return token;
}

Gate::Gate(int port, std::string token) : port_(port), token_(std::move(token)) {}

bool Gate::ours(const std::string& host) const {
  for (const std::string_view name : {"127.0.0.1", "localhost", "[::1]"}) {
    if (host == fmt::format("{}:{}", name, port_)) return true;
  }
  return false;
}

std::optional<Response> Gate::refuse(const Request& request) const {
  if (!ours(lower(request.header("host")))) {
    return refusal(421, "this server answers to 127.0.0.1 and localhost only");
  }
  const std::string origin = lower(request.header("origin"));
  const std::string_view scheme = "http://";
  if (!origin.empty() && !(origin.starts_with(scheme) && ours(origin.substr(scheme.size())))) {
    return refusal(403, "requests from pages of other sites are refused");
  }
  if (const std::string& site = request.header("sec-fetch-site"); site == "cross-site" || site == "same-site") {
    // A link elsewhere that leads to the page is nobody's harm; anything else is.
    if (request.path.starts_with("/api/")) return refusal(403, "requests from pages of other sites are refused");
  }
  if (auto refused = refuse_body(request)) return refused;
  if (request.method != "GET" && request.method != "HEAD" && request.method != "POST") {
    return refusal(405, "only GET, HEAD and POST are understood");
  }
  if (!request.path.starts_with("/api/")) {
    if (request.method == "POST") return refusal(405, "only what is below /api/ takes a POST");
    return std::nullopt;
  }
  constexpr std::string_view bearer = "Bearer ";
  const std::string& given = request.header("authorization");
  if (!given.starts_with(bearer) || !same(std::string_view(given).substr(bearer.size()), token_)) {
    return refusal(401, "the token is missing or of another start: open the address that 'syswright serve' printed");
  }
  return std::nullopt;
}

}  // namespace syswright::app::serve
