#pragma once

#include <functional>
#include <mutex>
#include <stop_token>
#include <string>

#include "design/chat.h"
#include "llm/protocol.h"
#include "llm/settings.h"

namespace syswright::llm {

struct ClientOptions {
  double connect_seconds = 10;
  double total_seconds = 120;  ///< of an attempt
  std::uint64_t attempts = 5;  ///< of an exchange
  double first_wait = 1;       ///< seconds before the second attempt; doubles with each, half of it by chance
  double longest_wait = 60;    ///< a server that asks for a longer one is not waited for
  std::size_t most_bytes = std::size_t{1} << 20;  ///< of an answer; at most 64 for each token asked for, and 64 KiB
  bool stream = true;
  /// Waits so many seconds, or until a stop. Empty: by the clock.
  std::function<void(double seconds, const std::stop_token& stop)> wait;
};

/// A model behind an endpoint with chat completions as OpenAI's.
///
/// Attempts: repeated with growing waits on 408, 429 (at least as long as Retry-After says) and 5xx, and where there
/// was no connection or it broke. A time-out and what is not of the protocol are not repeated. Waits are drawn by the
/// request's seed and ordinal. Options that an endpoint refuses (temperature, seed, stream_options, max_tokens under
/// its older name) are left out from then on.
///
/// Money and tokens: an attempt is sent only if the most that it can cost is covered by what the request may still
/// spend. Charged is what the server says that it used; where it does not say, the most that it can be: all bytes of
/// the question as tokens, and those of the answer, or max_tokens where the answer did not come to its end. An attempt
/// that ended with an error status, or was not received, costs nothing. A server that answers more than max_tokens is
/// the one thing that this does not bound; the answer is cut off at most_bytes.
///
/// The key reaches the transport and nothing else; every text that comes from the server is searched for it.
class Client final : public design::ChatModel {
 public:
  Client(Endpoint endpoint, ModelSetting model, ClientOptions options = {});
  const std::string& name() const override { return model_.name; }
  design::ChatPrice price() const override { return model_.price.value_or(design::ChatPrice{}); }
  design::ChatReply complete(const design::ChatRequest& request) override;

 private:
  struct Attempt {
    design::ChatReply reply;
    bool again = false;          ///< another attempt may help
    double least_wait = 0;       ///< seconds, as the server says
    bool other_dialect = false;  ///< at once, since the request will be another
  };
  Attempt attempt(const design::ChatRequest& request);
  Attempt by_status(long status, const std::string& body, const std::string& retry_after, const Dialect& dialect);
  void charge(Attempt& attempt, const design::ChatRequest& request, const Answer& answer, bool received) const;
  bool wait(const design::ChatRequest& request, std::uint64_t attempts, double least) const;
  Dialect dialect();
  /// For people: without the key, one short line.
  std::string quoted(std::string text) const;

  Endpoint endpoint_;
  ModelSetting model_;
  ClientOptions options_;
  std::mutex mutex_;
  Dialect dialect_;
};

}  // namespace syswright::llm
