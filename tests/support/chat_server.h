#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace syswright::llm {

/// What a scripted server does with one request.
struct Script {
  int status = 200;
  std::string headers;  ///< further ones, each with its "\r\n"
  std::string type = "application/json";
  std::vector<std::string> pieces;  ///< of the body, sent one by one
  bool hang = false;                ///< after the pieces: keep the connection and say nothing more
  bool cut = false;                 ///< promise more than the pieces and break off after them
  bool endless = false;             ///< repeat the last piece until the client goes
};

/// A small HTTP server on the loopback interface, one thread a connection, for tests of clients. It answers each POST
/// by a rule and closes the connection.
class Server {
 public:
  struct Request {
    std::size_t number = 0;  ///< in the order of arrival
    std::string head;        ///< request line and headers
    std::string body;
  };
  using Rule = std::function<Script(const Request&)>;

  explicit Server(Rule rule);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// "http://127.0.0.1:PORT/v1"
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/v1"; }
  std::vector<Request> requests() const;

 private:
  void listen();
  void serve(int connection);

  Rule rule_;
  int port_ = 0;  // before what sets it
  int listener_ = -1;
  std::atomic<bool> closing_ = false;
  mutable std::mutex mutex_;
  std::vector<Request> requests_;
  std::vector<std::jthread> connections_;
  std::jthread thread_;
};

inline int open_listener(int& port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (listener < 0 || ::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listener, 64) != 0 || ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("the test server cannot listen");
  }
  port = ntohs(address.sin_port);
  return listener;
}

/// False once the client is gone.
inline bool send_all(int connection, const std::string& text) {
  for (std::size_t sent = 0; sent < text.size();) {
    const ssize_t n = ::send(connection, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return false;
    sent += static_cast<std::size_t>(n);
  }
  return true;
}

/// Head and body; nullopt where the client goes first.
inline std::optional<Server::Request> receive(int connection) {
  std::string text;
  std::array<char, 4096> buffer;
  std::size_t expected = std::string::npos;
  std::size_t body = 0;
  while (text.size() < expected) {
    const ssize_t n = ::recv(connection, buffer.data(), buffer.size(), 0);
    if (n <= 0) return std::nullopt;
    text.append(buffer.data(), static_cast<std::size_t>(n));
    const std::size_t end = text.find("\r\n\r\n");
    if (end == text.npos || expected != text.npos) continue;
    const std::size_t length = text.find("Content-Length: ");
    body = end + 4;
    expected = body + (length < end ? std::stoul(text.substr(length + 16)) : 0);
  }
  return Server::Request{.head = text.substr(0, body), .body = text.substr(body)};
}

inline Server::Server(Rule rule)
    : rule_(std::move(rule)), listener_(open_listener(port_)), thread_([this] { listen(); }) {}

inline Server::~Server() {
  closing_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  connections_.clear();
  ::close(listener_);
}

inline std::vector<Server::Request> Server::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

inline void Server::listen() {
  while (!closing_) {
    const int connection = ::accept(listener_, nullptr, nullptr);
    if (connection >= 0) connections_.emplace_back([this, connection] { serve(connection); });
  }
}

inline void Server::serve(int connection) {
  if (std::optional<Request> request = receive(connection)) {
    {
      const std::lock_guard lock(mutex_);
      request->number = requests_.size();
      requests_.push_back(*request);
    }
    const Script script = rule_(*request);
    std::size_t length = script.cut ? 1000 : 0;
    for (const std::string& piece : script.pieces) length += piece.size();
    std::string head = "HTTP/1.1 " + std::to_string(script.status) + " status\r\nContent-Type: " + script.type +
                       "\r\nConnection: close\r\n" + script.headers;
    if (!script.endless && !script.hang) head += "Content-Length: " + std::to_string(length) + "\r\n";
    bool there = (script.hang && script.pieces.empty()) || send_all(connection, head + "\r\n");
    for (const std::string& piece : script.pieces) there = there && send_all(connection, piece);
    while (there && script.endless && !closing_) there = send_all(connection, script.pieces.back());
    pollfd gone{.fd = connection, .events = POLLIN, .revents = 0};
    while (script.hang && !closing_ && ::poll(&gone, 1, 5) == 0) continue;
  }
  ::close(connection);
}

/// An answer in one piece.
inline Script whole(const std::string& content, int tokens_in = 100, int tokens_out = 20) {
  const nlohmann::json body{
      {"choices", {{{"message", {{"role", "assistant"}, {"content", content}}}, {"finish_reason", "stop"}}}},
      {"usage", {{"prompt_tokens", tokens_in}, {"completion_tokens", tokens_out}}}};
  return {.pieces = {body.dump()}};
}

/// The same as a stream of events, one for each piece of the content.
inline Script streamed(const std::vector<std::string>& content, int tokens_in = 100, int tokens_out = 20) {
  Script script{.type = "text/event-stream"};
  for (const std::string& piece : content) {
    const nlohmann::json event{{"choices", {{{"delta", {{"content", piece}}}, {"finish_reason", nullptr}}}}};
    script.pieces.push_back("data: " + event.dump() + "\n\n");
  }
  const nlohmann::json last{{"choices", {{{"delta", nlohmann::json::object()}, {"finish_reason", "stop"}}}}};
  script.pieces.push_back("data: " + last.dump() + "\n\n");
  const nlohmann::json usage{{"choices", nlohmann::json::array()},
                             {"usage", {{"prompt_tokens", tokens_in}, {"completion_tokens", tokens_out}}}};
  script.pieces.push_back("data: " + usage.dump() + "\n\ndata: [DONE]\n\n");
  return script;
}

/// An error with the message that such servers send.
inline Script error(int status, const std::string& message, const std::string& headers = "") {
  return {.status = status, .headers = headers, .pieces = {nlohmann::json{{"error", {{"message", message}}}}.dump()}};
}

/// An address at which nobody listens.
inline std::string dead_url() {
  int port = 0;
  ::close(open_listener(port));
  return "http://127.0.0.1:" + std::to_string(port) + "/v1";
}

}  // namespace syswright::llm
