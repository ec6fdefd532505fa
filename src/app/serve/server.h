#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "app/serve/api.h"
#include "app/serve/gate.h"

namespace syswright::app::serve {

/// Speaks HTTP on the loopback interface: the page's files (compiled in), the API behind the gate, and /api/events, a
/// stream that says when something changed:
///
///   event: change
///   data: 17
///
/// Bounded: as many connections at a time as there are threads, some more wait in a queue, further ones in the
/// kernel's; a request's head and body are limited, and a client that is silent for 5 s is cut off.
class Server {
 public:
  static constexpr std::size_t threads = 24;
  static constexpr std::size_t queue = 32;
  static constexpr std::size_t most_streams = 12;

  /// Takes a port: 0 chooses one. Throws SystemError if it is taken.
  Server(Api& api, int port, std::string token);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  int port() const;
  /// Answers until a stop is asked for.
  void run(std::stop_token stop);

 private:
  class Http;
  std::unique_ptr<Http> http_;
};

}  // namespace syswright::app::serve
