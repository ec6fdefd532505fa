#include "llm/client.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>

#include "base/random.h"
#include "base/text.h"
#include "llm/http.h"
#include "llm/sse.h"

namespace syswright::llm {
namespace {

using design::ChatReply;
using design::ChatRequest;
using Status = ChatReply::Status;
using End = HttpAnswer::End;

void wait_by_the_clock(double seconds, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, std::chrono::duration<double>(seconds), [] { return false; });
}

std::string with_message(std::string text, const std::string& message) {
  return message.empty() ? text : text + ": " + message;
}

}  // namespace

Client::Client(Endpoint endpoint, ModelSetting model, ClientOptions options)
    : endpoint_(std::move(endpoint)), model_(std::move(model)), options_(std::move(options)) {
  if (!options_.wait) options_.wait = wait_by_the_clock;
  dialect_.stream = options_.stream;
}

std::string Client::quoted(std::string text) const {
  constexpr std::size_t most = 300;
  text = endpoint_.key.redact(std::move(text));  // before it is cut: half a key is a key
  for (char& c : text) c = static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  if (text.size() <= most) return text;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;  // not within a character
  return text.substr(0, end) + "…";
}

Dialect Client::dialect() {
  const std::lock_guard lock(mutex_);
  return dialect_;
}

ChatReply Client::complete(const ChatRequest& request) {
  const design::ChatCost most = most_that_costs(request.messages, request.options.max_tokens, price());
  ChatReply total;
  const auto end_with = [&total](const ChatReply& last) {
    total.status = last.status;
    total.problem = last.problem;
    return total;
  };
  ChatReply last;
  for (std::uint64_t adaptations = 0;;) {
    if (request.stop.stop_requested())
      return end_with({.status = Status::cancelled, .problem = "a stop was asked for"});
    const design::ChatCost might_be{total.cost().tokens + most.tokens, total.money + most.money};
    if (!request.allowance.covers(might_be)) {
      if (total.attempts > 0) {
        last.problem += "; not tried again: the budget does not surely pay for it";
        return end_with(last);
      }
      return end_with({.status = Status::budget_used_up, .problem = "the budget does not surely pay for the question"});
    }
    Attempt now = attempt(request);
    total.tokens_in += now.reply.tokens_in;
    total.tokens_out += now.reply.tokens_out;
    total.money += now.reply.money;
    ++total.attempts;
    total.text = std::move(now.reply.text);
    total.cut = now.reply.cut;
    last = now.reply;
    if (now.other_dialect && ++adaptations <= 5) continue;
    if (!now.again || total.attempts - adaptations >= options_.attempts) break;
    if (!wait(request, total.attempts, now.least_wait)) {
      last.problem += fmt::format("; it asks to be left alone for {}", format_duration(now.least_wait));
      break;
    }
  }
  if (!last.ok() && total.attempts > 1) last.problem += fmt::format(" ({} attempts)", total.attempts);
  return end_with(last);
}

/// False where the server wants a longer wait than is waited for.
bool Client::wait(const ChatRequest& request, std::uint64_t attempts, double least) const {
  if (least > options_.longest_wait) return false;
  const double full = options_.first_wait * std::pow(2.0, static_cast<double>(attempts - 1));
  Random random(request.options.seed, "chat wait", request.options.ordinal * 64 + attempts);
  const double jittered = std::min(full, options_.longest_wait) * random.uniform(0.5, 1);
  options_.wait(std::max(jittered, least), request.stop);
  return true;
}

Client::Attempt Client::attempt(const ChatRequest& request) {
  const Dialect spoken = dialect();
  Answer answer;
  EventReader events([&answer](const std::string& data) { return add_event(answer, data); });
  const auto most_bytes = std::min<std::uint64_t>(options_.most_bytes, request.options.max_tokens * 64 + (64 << 10));
  // A chunk of a stream carries a few bytes of text in some hundred of JSON.
  HttpPost post{
      .url = endpoint_.url,
      .body = request_body(request, model_.name, spoken),
      .connect_seconds = options_.connect_seconds,
      .total_seconds = options_.total_seconds,
      .most_bytes = spoken.stream ? std::max<std::uint64_t>(most_bytes, request.options.max_tokens * 1024) : most_bytes,
      .direct = endpoint_.loopback,
      .stop = request.stop};
  post.headers.push_back(spoken.stream ? "Accept: text/event-stream" : "Accept: application/json");
  if (!endpoint_.key.empty()) post.headers.push_back(endpoint_.key.header());
  bool is_stream = false;
  bool first = true;
  post.on_piece = [&](std::string_view piece) {
    // A server that knows no streams answers in one piece.
    const std::size_t start = piece.find_first_not_of(" \t\r\n");
    if (first && start != piece.npos) {
      is_stream = spoken.stream && piece[start] != '{';
      first = false;
    }
    return !is_stream || events.feed(piece);
  };
  const HttpAnswer http = http_post(post);

  if (http.end == End::complete && http.status != 200) {
    return by_status(http.status, http.body, http.retry_after, spoken);
  }
  Attempt now;
  ChatReply& reply = now.reply;
  const auto fail = [&](Status status, std::string problem) {
    reply.status = status;
    reply.problem = quoted(std::move(problem));
  };
  if (http.end == End::complete && !is_stream) answer = read_answer(http.body);
  if (is_stream && http.end == End::complete && http.body.find("data:") == http.body.npos) {
    answer.problem = "the answer is neither JSON nor a stream of events";
  }
  charge(now, request, answer, http.sent);
  switch (http.end) {
    case End::cancelled:
      fail(Status::cancelled, "a stop was asked for");
      return now;
    case End::timed_out:
      fail(Status::timed_out, fmt::format("{} did not answer within {:.3g} s", endpoint_.host,
                                          http.sent ? options_.total_seconds
                                                    : std::min(options_.connect_seconds, options_.total_seconds)));
      return now;
    case End::unreachable:
      fail(Status::unreachable, fmt::format("{} cannot be reached: {}", endpoint_.host, http.problem));
      now.again = true;
      return now;
    case End::cut_off:
      fail(Status::unreachable, fmt::format("{} broke off in the middle: {}", endpoint_.host, http.problem));
      now.again = true;
      return now;
    case End::too_long:
      fail(Status::malformed,
           fmt::format("the answer of {} is far too long: over {}, for at most {} tokens", endpoint_.host,
                       format_bytes(post.most_bytes), with_thousands(request.options.max_tokens)));
      return now;
    case End::complete:
      break;
  }
  if (!answer.problem.empty()) {
    fail(Status::malformed, fmt::format("{}: {}", endpoint_.host, answer.problem));
  } else if (!answer.finished) {
    fail(Status::unreachable, fmt::format("{} broke off in the middle: its stream has no end", endpoint_.host));
    now.again = true;
  } else if (answer.text.find_first_not_of(" \t\r\n") == std::string::npos) {
    fail(Status::malformed, fmt::format("the answer of {} is empty{}", endpoint_.host,
                                        answer.cut ? ": the model spent all its tokens before it said anything" : ""));
  } else {
    reply.text = endpoint_.key.redact(std::move(answer.text));
    reply.cut = answer.cut;
  }
  return now;
}

/// What a server that does not answer with 200 means. Never costs anything.
Client::Attempt Client::by_status(long status, const std::string& body, const std::string& retry_after,
                                  const Dialect& spoken) {
  Attempt now;
  const std::string message = quoted(error_message(body));
  const std::string& host = endpoint_.host;
  const auto end = [&](Status kind, std::string problem) {
    now.reply.status = kind;
    now.reply.problem = std::move(problem);
    return now;
  };
  if (status == 401 || status == 403) {
    // Not quoted: such messages tend to hold parts of the key.
    return end(Status::refused, fmt::format("{} {} ({}): {} SYSWRIGHT_LLM_KEY", host,
                                            endpoint_.key.empty() ? "wants a key" : "refuses the key", status,
                                            endpoint_.key.empty() ? "set" : "check"));
  }
  if (status == 429 && body.find("insufficient_quota") != body.npos) {
    return end(Status::refused, with_message(fmt::format("{}: the account's quota is used up (429)", host), message));
  }
  if (status == 408 || status == 429 || status >= 500) {
    now.again = true;
    now.least_wait = seconds_to_wait(retry_after).value_or(0);
    return end(Status::failed, with_message(fmt::format("{} {} ({})", host,
                                                        status == 429 ? "is asked too often" : "has a fault", status),
                                            message));
  }
  if (const auto other = status == 400 || status == 422 ? adapted(spoken, message) : std::nullopt) {
    const std::lock_guard lock(mutex_);
    dialect_ = *other;
    now.other_dialect = true;
  }
  if (status >= 300 && status < 400) {
    return end(Status::refused,
               fmt::format("{} redirects elsewhere ({}), where no key is sent: set SYSWRIGHT_LLM_URL to "
                           "the final address",
                           host, status));
  }
  if (status == 404) {
    return end(
        Status::refused,
        with_message(fmt::format("{} knows no such address or model (404); check SYSWRIGHT_LLM_URL, which mostly "
                                 "ends in /v1, and '{}' in SYSWRIGHT_LLM_MODEL",
                                 host, model_.name),
                     message));
  }
  return end(Status::refused, with_message(fmt::format("{} does not accept the request ({})", host, status), message));
}

/// received: the request may have reached the server.
void Client::charge(Attempt& attempt, const ChatRequest& request, const Answer& answer, bool received) const {
  if (!received) return;
  const std::uint64_t limit = request.options.max_tokens;
  const std::uint64_t most_in = most_that_costs(request.messages, 0, {}).tokens;
  const bool whole = answer.finished && answer.problem.empty();
  ChatReply& reply = attempt.reply;
  reply.tokens_in = answer.tokens_in.value_or(most_in);
  reply.tokens_out = answer.tokens_out.value_or(whole ? std::min<std::uint64_t>(limit, answer.text.size()) : limit);
  reply.money = price().of(reply.tokens_in, reply.tokens_out);
}

}  // namespace syswright::llm
