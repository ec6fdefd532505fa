#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "app/serve/assets.h"
#include "app/serve/server.h"
#include "tests/app/support.h"

namespace syswright::app::serve {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// A connection that can say anything.
class Wire {
 public:
  explicit Wire(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    ::inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    const timeval patience{15, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~Wire() { ::close(socket_); }
  void say(const std::string& text) { ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL); }
  /// Until the other side ends, or `enough` was heard.
  std::string hear(const std::string& enough = "") {
    std::string heard;
    char buffer[4096];
    while (enough.empty() || heard.find(enough) == heard.npos) {
      const ssize_t got = ::recv(socket_, buffer, sizeof buffer, 0);
      if (got <= 0) break;
      heard.append(buffer, static_cast<std::size_t>(got));
    }
    return heard;
  }

 private:
  int socket_;
};

class ServeServer : public ::testing::Test {
 protected:
  ServeServer() : answering_([this](std::stop_token stop) { server_.run(std::move(stop)); }) {}
  std::string host() const { return "Host: 127.0.0.1:" + std::to_string(server_.port()) + "\r\n"; }
  std::string with_token() const { return host() + "Authorization: Bearer " + token_ + "\r\n"; }
  std::string ask(const std::string& head, const std::string& body = "") {
    Wire wire(server_.port());
    wire.say(head + "Connection: close\r\n\r\n" + body);
    return wire.hear();
  }

  const Registries registries_ = built_in();
  TemporaryFolder folder_;
  std::string token_ = new_token();
  Api api_{{.domains = registries_.domains,
            .designers = registries_.designers,
            .ledger = folder_ / "ledger.db",
            .timelines = "",
            .program = "/bin/false"}};
  Server server_{api_, 0, token_};
  std::jthread answering_;  // last: ends first
};

TEST_F(ServeServer, AnswersThePageAndTheApi) {
  const std::string page = ask("GET / HTTP/1.1\r\n" + host());
  EXPECT_THAT(page, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(page, HasSubstr("Content-Security-Policy: default-src 'none'; script-src 'self'"));
  EXPECT_THAT(page, HasSubstr("X-Content-Type-Options: nosniff"));
  if (!assets().empty()) {
    EXPECT_THAT(page, HasSubstr("<title>Syswright</title>"));
    for (const Asset& asset : assets()) {
      const std::string text = ask("GET " + std::string(asset.path) + " HTTP/1.1\r\n" + host());
      EXPECT_THAT(text, HasSubstr("Content-Type: " + std::string(asset.type)));
      EXPECT_THAT(text, ::testing::EndsWith(std::string(asset.content)));
    }
  }
  const std::string runs = ask("GET /api/runs HTTP/1.1\r\n" + with_token());
  EXPECT_THAT(runs, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(runs, HasSubstr("\"total\": 0"));
}

/// Brotli at its slowest takes seconds for a megabyte.
TEST_F(ServeServer, CompressesNothing) {
  for (const char* path : {"/", "/app.js", "/api/state"}) {
    const std::string answer =
        ask(std::string("GET ") + path + " HTTP/1.1\r\n" + with_token() + "Accept-Encoding: gzip, deflate, br\r\n");
    EXPECT_THAT(answer, Not(HasSubstr("Content-Encoding"))) << path;
  }
}

TEST_F(ServeServer, RefusesWhatTheGateRefuses) {
  EXPECT_THAT(ask("GET /api/runs HTTP/1.1\r\n" + host()), StartsWith("HTTP/1.1 401"));
  EXPECT_THAT(ask("GET /api/events HTTP/1.1\r\n" + host()), StartsWith("HTTP/1.1 401"));
  EXPECT_THAT(ask("GET / HTTP/1.1\r\nHost: evil.example\r\n"), StartsWith("HTTP/1.1 421"));
  EXPECT_THAT(ask("GET / HTTP/1.1\r\n"), StartsWith("HTTP/1.1 421"));
  EXPECT_THAT(ask("POST /api/jobs HTTP/1.1\r\n" + with_token() + "Origin: http://evil.example\r\n"),
              StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(ask("OPTIONS /api/jobs HTTP/1.1\r\n" + with_token()), StartsWith("HTTP/1.1 405"));
  // Other sites are never told that they may read.
  EXPECT_THAT(ask("GET / HTTP/1.1\r\n" + host()), Not(HasSubstr("Access-Control")));
}

TEST_F(ServeServer, ServesNothingBesideThePage) {
  for (const char* path : {"/../../../../etc/passwd", "/..%2f..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd",
                           "//etc/passwd", "/app.js/../../etc/passwd", "/etc/passwd", "/index.html%00.js",
                           "/api/timelines/..%2f..%2fetc%2fpasswd", "/api/timelines/%2fetc%2fpasswd"}) {
    const std::string answer = ask(std::string("GET ") + path + " HTTP/1.1\r\n" + with_token());
    EXPECT_THAT(answer, Not(StartsWith("HTTP/1.1 200"))) << path;
    EXPECT_THAT(answer, Not(HasSubstr("root:"))) << path;
  }
}

TEST_F(ServeServer, LimitsBodies) {
  const std::string post = "POST /api/jobs HTTP/1.1\r\n" + with_token() + "Content-Type: application/json\r\n";
  EXPECT_THAT(ask(post + "Content-Length: 70000\r\n", std::string(70000, ' ')), StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(ask(post + "Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n"), StartsWith("HTTP/1.1 411"));
  EXPECT_THAT(ask(post + "Content-Length: 2\r\n", "{}"), HasSubstr("\"error\": "));
}

/// Whatever comes over the wire: an error or silence, and the server goes on.
TEST_F(ServeServer, SurvivesMalformedRequests) {
  const std::vector<std::string> odd{
      "\r\n\r\n",
      "GET\r\n\r\n",
      "GET / HTTP/9.9\r\n\r\n",
      "get / http/1.1\r\n\r\n",
      std::string("\0\1\2\3\r\n\r\n", 8),
      "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",  // somebody speaks TLS
      "GET /" + std::string(100'000, 'a') + " HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: " + std::string(100'000, 'a') + "\r\n\r\n",
      "GET / HTTP/1.1\r\n: nothing\r\nHost\r\n\r\n",
      "GET /%zz%1 HTTP/1.1\r\n" + with_token() + "\r\n",
      "GET /api/runs?limit=%00&limit=%ff HTTP/1.1\r\n" + with_token() + "Connection: close\r\n\r\n",
      "POST /api/jobs HTTP/1.1\r\n" + with_token() + "Content-Length: -5\r\n\r\n",
      "POST /api/jobs HTTP/1.1\r\n" + with_token() + "Content-Length: 5\r\nContent-Length: 50\r\n\r\nhello",
      "GET / HTTP/1.1\r\n" + host() + "Range: bytes=5-1,-9999999999,a-b\r\nConnection: close\r\n\r\n"};
  for (const std::string& text : odd) {
    Wire wire(server_.port());
    wire.say(text);
    // Not waited for: some of these are the beginning of something that the server waits for.
  }
  EXPECT_THAT(ask("GET /api/runs HTTP/1.1\r\n" + with_token()), StartsWith("HTTP/1.1 200"));
}

TEST_F(ServeServer, MoreConnectionsThanThreadsAreServedInTurn) {
  std::vector<std::unique_ptr<Wire>> silent;
  for (std::size_t i = 0; i < Server::threads + 4; ++i) {
    silent.push_back(std::make_unique<Wire>(server_.port()));
    silent.back()->say("GET / HT");
  }
  silent.clear();
  EXPECT_THAT(ask("GET /api/runs HTTP/1.1\r\n" + with_token()), StartsWith("HTTP/1.1 200"));
}

TEST_F(ServeServer, TellsOfChangesAsTheyAreCommitted) {
  Wire wire(server_.port());
  wire.say("GET /api/events HTTP/1.1\r\n" + with_token() + "\r\n");
  EXPECT_THAT(wire.hear("\n\n"), HasSubstr("text/event-stream"));
  Ledger ledger(folder_ / "ledger.db");
  ledger.begin_run("design cache", "{}", 1);
  EXPECT_THAT(wire.hear("event: change"), HasSubstr("event: change"));
}

TEST_F(ServeServer, OnlySoManyPagesListen) {
  std::vector<std::unique_ptr<Wire>> pages;
  for (std::size_t i = 0; i < Server::most_streams; ++i) {
    pages.push_back(std::make_unique<Wire>(server_.port()));
    pages.back()->say("GET /api/events HTTP/1.1\r\n" + with_token() + "\r\n");
    EXPECT_THAT(pages.back()->hear("event: change"), StartsWith("HTTP/1.1 200"));
  }
  EXPECT_THAT(ask("GET /api/events HTTP/1.1\r\n" + with_token()), StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(ask("GET /api/runs HTTP/1.1\r\n" + with_token()), StartsWith("HTTP/1.1 200"));
}

TEST_F(ServeServer, ATakenPortIsAnError) {
  try {
    Server other(api_, server_.port(), token_);
    FAIL() << "two servers on one port";
  } catch (const SystemError& error) {
    EXPECT_THAT(error.what(), HasSubstr("cannot listen on port " + std::to_string(server_.port())));
  }
}

TEST(ServeCommand, RefusesWhatItCannotShow) {
  EXPECT_EQ(run({"serve", "--ledger", "none"}).code, 2);
  TemporaryFolder folder;
  const Ran missing = run({"serve", "--ledger", folder / "ledger.db", "--timelines", folder / "no"});
  EXPECT_EQ(missing.code, 2);
  EXPECT_THAT(missing.err, HasSubstr("is not a folder"));
  const std::string text = folder.write("text.db", "this is not a ledger, and longer than a header of SQLite would be");
  const Ran broken = run({"serve", "--ledger", text});
  EXPECT_EQ(broken.code, 1);
  EXPECT_THAT(broken.err, HasSubstr("not a ledger"));
}

}  // namespace
}  // namespace syswright::app::serve
