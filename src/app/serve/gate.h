#pragma once

#include <optional>
#include <string>

#include "app/serve/serve.h"

namespace syswright::app::serve {

/// 128 random bits from the kernel, in hexadecimal. Throws SystemError.
std::string new_token();

/// Who may ask. A page of another site that this browser shows can send requests to this machine too, and a name of its
/// own may be made to point here (DNS rebinding); other users of the machine can reach its ports. Hence:
/// - Host must be one of the names of the loopback interface with our port;
/// - Origin, where it is sent, must be one of these;
/// - what reads data or starts work (every path below /api/) needs the token, as "Authorization: Bearer TOKEN". It is
///   never in a cookie, which other sites' requests would carry.
/// The page's own files hold nothing secret and need no token.
class Gate {
 public:
  /// Once the port is known.
  Gate(int port, std::string token);

  /// nullopt: let it in. Looks at the head of the request only, so that it can be asked before a body is read.
  std::optional<Response> refuse(const Request& request) const;

  /// Bytes that the body of a request may have.
  static constexpr std::size_t most_body = 64 << 10;

 private:
  bool ours(const std::string& host) const;

  int port_;
  std::string token_;
};

}  // namespace syswright::app::serve
