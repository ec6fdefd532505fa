#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "app/serve/gate.h"

namespace syswright::app::serve {
namespace {

using ::testing::HasSubstr;

const std::string token(32, 'a');

Request request(const std::string& path = "/api/runs") {
  return {.method = "GET",
          .path = path,
          .query = {},
          .headers = {{"host", "127.0.0.1:8420"}, {"authorization", "Bearer " + token}},
          .body = ""};
}

int status(const Request& asked) {
  const auto refused = Gate(8420, token).refuse(asked);
  return refused ? refused->status : 200;
}

TEST(Gate, LetsThePageIn) {
  EXPECT_EQ(status(request()), 200);
  Request other = request();
  other.headers["host"] = "LocalHost:8420";
  other.headers["origin"] = "http://localhost:8420";
  other.headers["sec-fetch-site"] = "same-origin";
  EXPECT_EQ(status(other), 200);
  other.headers["host"] = "[::1]:8420";
  EXPECT_EQ(status(other), 200);
}

TEST(Gate, RefusesOtherHosts) {
  // What a name that was made to point here sends, another port, no port, no header, and things that only look right.
  for (const char* host : {"evil.example:8420", "127.0.0.1:8421", "127.0.0.1", "", "127.0.0.1:8420.evil.example",
                           "localhost:8420@evil.example", "0.0.0.0:8420", "127.0.0.1:08420"}) {
    Request asked = request();
    asked.headers["host"] = host;
    EXPECT_EQ(status(asked), 421) << host;
  }
  Request page = request("/");
  page.headers["host"] = "evil.example:8420";
  EXPECT_EQ(status(page), 421) << "the page's own files too";
}

TEST(Gate, RefusesOtherOrigins) {
  for (const char* origin : {"http://evil.example", "null", "https://127.0.0.1:8420", "http://127.0.0.1:8421",
                             "http://localhost:8420.evil.example"}) {
    Request asked = request();
    asked.headers["origin"] = origin;
    EXPECT_EQ(status(asked), 403) << origin;
  }
  Request asked = request();
  asked.headers["sec-fetch-site"] = "cross-site";
  EXPECT_EQ(status(asked), 403);
  asked.headers["sec-fetch-site"] = "none";
  EXPECT_EQ(status(asked), 200);
  Request followed = request("/");
  followed.headers["sec-fetch-site"] = "cross-site";
  EXPECT_EQ(status(followed), 200) << "a link from elsewhere to the page";
}

TEST(Gate, WantsTheTokenForEverythingBelowApi) {
  const std::vector<std::string> others{
      "",    "Bearer ",        "Bearer " + token.substr(1),     "Bearer " + token + "a", "bearer " + token,
      token, "Basic " + token, "Bearer " + std::string(32, 'b')};
  for (const std::string& given : others) {
    Request asked = request();
    asked.headers["authorization"] = given;
    EXPECT_EQ(status(asked), 401) << given;
    asked.path = "/api/events";
    EXPECT_EQ(status(asked), 401) << given;
    asked.path = "/app.js";
    EXPECT_EQ(status(asked), 200) << given;
  }
}

TEST(Gate, LimitsBodiesBeforeTheyAreRead) {
  Request asked = request("/api/jobs");
  asked.method = "POST";
  asked.headers["content-length"] = std::to_string(Gate::most_body);
  EXPECT_EQ(status(asked), 200);
  asked.headers["content-length"] = std::to_string(Gate::most_body + 1);
  EXPECT_EQ(status(asked), 413);
  asked.headers["content-length"] = "99999999999999999999999";
  EXPECT_EQ(status(asked), 400);
  asked.headers["content-length"] = "-1";
  EXPECT_EQ(status(asked), 400);
  asked.headers.erase("content-length");
  asked.headers["transfer-encoding"] = "chunked";
  EXPECT_EQ(status(asked), 411);
}

TEST(Gate, KnowsThreeMethods) {
  for (const char* method : {"PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE"}) {
    Request asked = request();
    asked.method = method;
    EXPECT_EQ(status(asked), 405) << method;
  }
  Request asked = request("/index.html");
  asked.method = "POST";
  EXPECT_EQ(status(asked), 405);
}

TEST(Gate, SaysWhyItRefuses) {
  Request asked = request();
  asked.headers["authorization"] = "Bearer old";
  const auto refused = Gate(8420, token).refuse(asked);
  ASSERT_TRUE(refused);
  EXPECT_THAT(refused->body, HasSubstr("open the address that 'syswright serve' printed"));
}

TEST(Token, IsLongAndNeverTheSame) {
  std::set<std::string> tokens;
  for (int i = 0; i < 100; ++i) {
    const std::string one = new_token();
    EXPECT_EQ(one.size(), 32u);
    EXPECT_TRUE(std::ranges::all_of(one, [](unsigned char c) { return std::isxdigit(c) != 0; })) << one;
    tokens.insert(one);
  }
  EXPECT_EQ(tokens.size(), 100u);
}

}  // namespace
}  // namespace syswright::app::serve
