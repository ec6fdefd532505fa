#include "app/serve/server.h"

#include <fmt/format.h>
#include <httplib.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "app/serve/assets.h"
#include "base/error.h"

namespace syswright::app::serve {
namespace {

using namespace std::chrono_literals;

constexpr auto look_every = 250ms;
constexpr auto sign_of_life_every = 10s;

/// Threads with a queue that is not endless: where it is full, the thread that accepts connections waits, and the
/// kernel refuses what comes on top.
class BoundedQueue final : public httplib::TaskQueue {
 public:
  BoundedQueue(std::size_t threads, std::size_t most) : most_(most) {
    for (std::size_t i = 0; i < threads; ++i) {
      threads_.emplace_back([this] { work(); });
    }
  }
  void enqueue(std::function<void()> task) override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return tasks_.size() < most_; });
    tasks_.push_back(std::move(task));
    changed_.notify_all();
  }
  void shutdown() override {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  void work() {
    for (;;) {
      std::function<void()> task;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return over_ || !tasks_.empty(); });
        if (tasks_.empty()) return;
        task = std::move(tasks_.front());
        tasks_.pop_front();
      }
      changed_.notify_all();
      task();
    }
  }

  std::size_t most_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  bool over_ = false;
  std::vector<std::thread> threads_;
};

/// For the page's own scripts and styles, and nothing from anywhere else.
constexpr const char* content_security_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

Request request_of(const httplib::Request& from) {
  Request request{.method = from.method, .path = from.path, .query = {}, .headers = {}, .body = from.body};
  for (const auto& [name, value] : from.params) request.query.emplace(name, value);
  for (const auto& [name, value] : from.headers) request.headers[lower(name)] = value;
  return request;
}

void fill(httplib::Response& to, const Response& from) {
  to.status = from.status;
  for (const auto& [name, value] : from.headers) to.set_header(name, value);
  if (from.body.empty()) return;
  // Through a provider, since a plain body is compressed, with Brotli at its slowest: seconds for what a loopback
  // interface carries in milliseconds.
  to.set_content_provider(from.body.size(), from.type,
                          [body = std::make_shared<const std::string>(from.body)](std::size_t at, std::size_t length,
                                                                                  httplib::DataSink& sink) {
                            return sink.write(body->data() + at, length);
                          });
}

Response page(const std::string& path) {
  if (assets().empty()) {
    if (path == "/") return {.type = "text/plain; charset=utf-8", .body = std::string(why_no_assets())};
    return refusal(404, "there is nothing here");
  }
  const std::string wanted = path == "/" ? "/index.html" : path;
  for (const Asset& asset : assets()) {
    if (asset.path == wanted) return {.type = std::string(asset.type), .body = std::string(asset.content)};
  }
  return refusal(404, "there is nothing here");
}

}  // namespace

class Server::Http {
 public:
  Http(Api& api, int port, std::string token) : api_(api) {
    server_.new_task_queue = [] { return new BoundedQueue(threads, queue); };
    server_.set_payload_max_length(Gate::most_body);
    server_.set_keep_alive_max_count(1000);
    server_.set_keep_alive_timeout(5);
    server_.set_read_timeout(5s);
    server_.set_write_timeout(10s);
    server_.set_tcp_nodelay(true);
    server_.set_socket_options([](socket_t socket) {
      // Not SO_REUSEPORT, the default: with it another process could take the same port.
      const int yes = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    const char* const loopback = "127.0.0.1";
    errno = 0;
    port_ = port == 0 ? server_.bind_to_any_port(loopback) : server_.bind_to_port(loopback, port) ? port : -1;
    if (port_ < 0) throw SystemError(fmt::format("cannot listen on port {} of {}", port, loopback), errno);
    gate_.emplace(port_, std::move(token));
    set_handlers();
  }

  int port() const { return port_; }

  void run(std::stop_token stop) {
    stop_ = stop;
    const std::stop_callback end(stop, [this] { server_.stop(); });
    if (!stop.stop_requested()) server_.listen_after_bind();
  }

 private:
  void set_handlers() {
    server_.set_default_headers({{"Content-Security-Policy", content_security_policy},
                                 {"X-Content-Type-Options", "nosniff"},
                                 {"Referrer-Policy", "no-referrer"},
                                 {"Cross-Origin-Opener-Policy", "same-origin"},
                                 {"Cross-Origin-Resource-Policy", "same-origin"},
                                 {"Cache-Control", "no-store"}});
    server_.set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
      const std::optional<Response> refused = gate_->refuse(request_of(request));
      if (!refused) return httplib::Server::HandlerResponse::Unhandled;
      fill(response, *refused);
      // A body that was not read would be taken for the next request.
      response.set_header("Connection", "close");
      return httplib::Server::HandlerResponse::Handled;
    });
    server_.Get("/api/events", [this](const httplib::Request&, httplib::Response& response) { stream(response); });
    const auto api = [this](const httplib::Request& request, httplib::Response& response) {
      fill(response, api_.answer(request_of(request)));
    };
    server_.Get("/api/.*", api);
    server_.Post("/api/.*", api);
    server_.Get(
        ".*", [](const httplib::Request& request, httplib::Response& response) { fill(response, page(request.path)); });
  }

  void stream(httplib::Response& response) {
    if (streams_.fetch_add(1) >= most_streams) {
      --streams_;
      fill(response, refusal(503, "too many pages are open: close some"));
      return;
    }
    response.set_chunked_content_provider(
        "text/event-stream",
        [this, told = std::int64_t{-1}, spoke = std::chrono::steady_clock::time_point{}](
            std::size_t, httplib::DataSink& sink) mutable {
          std::this_thread::sleep_for(told == -1 ? 0ms : look_every);
          if (stop_.stop_requested()) {
            sink.done();
            return true;
          }
          return tell(sink, told, spoke);
        },
        [this](bool) { --streams_; });
  }

  /// False: nobody listens any more.
  bool tell(httplib::DataSink& sink, std::int64_t& told, std::chrono::steady_clock::time_point& spoke) {
    std::string text;
    try {
      const std::int64_t state = api_.state();
      if (state != told) text = fmt::format("event: change\ndata: {}\n\n", state);
      told = state;
    } catch (const Error&) {
      return false;  // the page asks again, and is told what is wrong
    }
    const auto now = std::chrono::steady_clock::now();
    if (text.empty() && now - spoke > sign_of_life_every) text = ": still here\n\n";
    if (text.empty()) return sink.is_writable();
    spoke = now;
    return sink.write(text.data(), text.size());
  }

  Api& api_;
  httplib::Server server_;
  std::optional<Gate> gate_;
  std::stop_token stop_;
  std::atomic<std::size_t> streams_{0};
  int port_ = -1;
};

Server::Server(Api& api, int port, std::string token) : http_(std::make_unique<Http>(api, port, std::move(token))) {}
Server::~Server() = default;
int Server::port() const { return http_->port(); }
void Server::run(std::stop_token stop) { http_->run(std::move(stop)); }

}  // namespace syswright::app::serve
