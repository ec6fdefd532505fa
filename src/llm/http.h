#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace syswright::llm {

struct HttpPost {
  std::string url;
  std::vector<std::string> headers;  ///< whole lines
  std::string body;
  double connect_seconds = 10;
  double total_seconds = 120;
  std::size_t most_bytes = std::size_t{1} << 20;  ///< of the answer's body; a longer one is not read on
  bool direct = false;                            ///< past any proxy
  std::stop_token stop;
  /// Told of each piece of the body of an answer with status 200, as it comes; false: that is all that is wanted.
  std::function<bool(std::string_view piece)> on_piece;
};

struct HttpAnswer {
  enum class End {
    complete,
    timed_out,
    unreachable,  ///< nothing was sent
    cut_off,      ///< the connection broke after the request was sent
    too_long,
    cancelled,
  };
  End end = End::complete;
  bool sent = false;  ///< the connection stood: the request may have been received
  long status = 0;    ///< of HTTP; 0: none came
  std::string body;
  std::string retry_after;  ///< as the header says it; empty: not said
  std::string problem;      ///< of the transport, for people
};

/// One POST over http or https. Redirects are not followed: what the headers hold goes nowhere else. Ends within a
/// moment of a stop. Thread-safe.
HttpAnswer http_post(const HttpPost& post);

/// Seconds to wait by a Retry-After header, a number of seconds or a date; nullopt for neither.
std::optional<double> seconds_to_wait(const std::string& retry_after);

}  // namespace syswright::llm
