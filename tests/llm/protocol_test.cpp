#include "llm/protocol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/random.h"
#include "llm/http.h"
#include "llm/sse.h"
#include "tests/support/chat_server.h"

namespace syswright::llm {
namespace {

using testing::HasSubstr;

/// The answer in a stream as far as it goes.
Answer read_stream(const std::string& stream) {
  Answer answer;
  EventReader events([&answer](const std::string& data) { return add_event(answer, data); });
  events.feed(stream);
  return answer;
}

std::string joined(const Script& script) {
  std::string all;
  for (const std::string& piece : script.pieces) all += piece;
  return all;
}

// Wherever a stream breaks off, what came before is there, and it is not taken for whole.
TEST(Answers, OfAStreamThatBreaksOffAnywhere) {
  const std::string stream = joined(streamed({"one ", "two ", "three"}));
  const std::size_t reason = stream.find("\n\n", stream.find("\"stop\"")) + 2;
  for (std::size_t end = 0; end < stream.size(); ++end) {
    const Answer answer = read_stream(stream.substr(0, end));
    EXPECT_EQ(answer.problem, "") << end;
    EXPECT_EQ(answer.finished, end >= reason) << end;
    EXPECT_TRUE(std::string("one two three").starts_with(answer.text)) << end;
  }
}

// Bytes changed by chance: an answer or a reason, never anything worse.
TEST(Answers, OfDamagedTextAreAnswersOrReasons) {
  const Random random(1, "damaged answers");
  const std::string stream = joined(streamed({"one ", "two ", "three"}));
  const std::string body = joined(whole("one two three"));
  for (std::uint64_t i = 0; i < 20000; ++i) {
    Random draw = random.at(i);
    std::string text = i % 2 == 0 ? stream : body;
    for (std::uint64_t change = 0; change <= draw.below(4); ++change) {
      text[draw.below(text.size())] = static_cast<char>(draw.below(256));
    }
    const Answer answer = i % 2 == 0 ? read_stream(text) : read_answer(text);
    if (!answer.problem.empty()) continue;
    EXPECT_LE(answer.text.size(), 20u);
  }
}

TEST(Answers, WhatAServerReportsOfTokensMayBeNonsense) {
  for (const std::string tokens : {"-5", "1.5", "\"many\"", "null", "[]", "1e300"}) {
    const Answer answer =
        read_answer("{\"choices\":[{\"message\":{\"content\":\"yes\"}}],\"usage\":{\"prompt_tokens\":" + tokens +
                    ",\"completion_tokens\":7}}");
    EXPECT_FALSE(answer.tokens_in) << tokens;
    EXPECT_EQ(answer.tokens_out, 7u) << tokens;
  }
}

TEST(Errors, AreReadInTheFormsInWhichServersWriteThem) {
  EXPECT_EQ(error_message(R"({"error":{"message":"a"}})"), "a");
  EXPECT_EQ(error_message(R"({"error":"b"})"), "b");
  EXPECT_EQ(error_message(R"({"message":"c"})"), "c");
  EXPECT_EQ(error_message(R"({"detail":"d"})"), "d");
  for (const std::string body : {"", "[]", "7", "{}", "<html>", R"({"error":{"code":7}})", R"({"detail":[1]})"}) {
    EXPECT_EQ(error_message(body), "") << body;
  }
}

TEST(Dialects, GiveUpOneThingAfterTheOtherAndThenNothing) {
  std::optional<Dialect> dialect = Dialect{};
  int given_up = 0;
  const std::string message = "max_completion_tokens stream_options temperature seed stream";
  while ((dialect = adapted(*dialect, message))) ++given_up;
  EXPECT_EQ(given_up, 5);
  EXPECT_FALSE(adapted(Dialect{}, "bad request"));
}

TEST(RetryAfter, IsANumberOfSecondsOrADate) {
  EXPECT_EQ(seconds_to_wait("120"), 120);
  EXPECT_EQ(seconds_to_wait("0"), 0);
  EXPECT_EQ(seconds_to_wait("1.5"), 1.5);
  EXPECT_EQ(seconds_to_wait("Wed, 21 Oct 2015 07:28:00 GMT"), 0) << "long past";
  for (const std::string text : {"", "soon", "-3", "nan", "inf"}) {
    EXPECT_EQ(seconds_to_wait(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace syswright::llm
