#include "llm/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "tests/support/chat_server.h"

namespace syswright::llm {
namespace {

using design::ChatMessage;
using design::ChatReply;
using design::ChatRequest;
using Status = ChatReply::Status;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

// With what JSON escapes, and what a URL would.
const std::string secret = "sk-Very\"secret\\key/+0123456789";

class ClientTest : public testing::Test {
 protected:
  Client client(const std::string& url, ModelSetting model = {"small", design::ChatPrice{1, 10}}) {
    options_.wait = [this](double seconds, const std::stop_token&) { waits_.push_back(seconds); };
    return Client(parse_endpoint(url, secret), std::move(model), options_);
  }
  /// What comes of one question to a server with this rule.
  ChatReply ask(Server::Rule rule) {
    const Server server(std::move(rule));
    Client model = client(server.url());
    ChatReply reply = model.complete(request_);
    requests_ = server.requests();
    return reply;
  }
  nlohmann::json body(std::size_t i) const { return nlohmann::json::parse(requests_.at(i).body); }

  ChatRequest request_{.messages = {{ChatMessage::Role::system, "You are brief."}, {ChatMessage::Role::user, "Well?"}},
                       .options = {.temperature = 0.5, .max_tokens = 50, .seed = 3, .ordinal = 7}};
  ClientOptions options_;
  std::vector<double> waits_;
  std::vector<Server::Request> requests_;
};

TEST_F(ClientTest, ReadsAStream) {
  const ChatReply reply = ask([](const auto&) { return streamed({"one ", "tw", "o ☃"}, 11, 5); });
  EXPECT_EQ(reply.status, Status::ok) << reply.problem;
  EXPECT_EQ(reply.text, "one two ☃");
  EXPECT_EQ(reply.tokens_in, 11u);
  EXPECT_EQ(reply.tokens_out, 5u);
  // 11 tokens at $1 and 5 at $10 a million.
  EXPECT_DOUBLE_EQ(reply.money, 61e-6);
  EXPECT_EQ(reply.attempts, 1u);
  EXPECT_FALSE(reply.cut);
}

TEST_F(ClientTest, ReadsAStreamThatComesByteByByte) {
  const ChatReply reply = ask([](const auto&) {
    Script script = streamed({"one ", "two"});
    std::string all;
    for (const std::string& piece : script.pieces) all += piece;
    script.pieces.clear();
    for (const char c : all) script.pieces.emplace_back(1, c);
    return script;
  });
  EXPECT_EQ(reply.text, "one two") << reply.problem;
}

TEST_F(ClientTest, EndsAtTheEndOfAStreamThatIsNotClosed) {
  const ChatReply reply = ask([](const auto&) {
    Script script = streamed({"done"});
    script.hang = true;
    return script;
  });
  EXPECT_EQ(reply.status, Status::ok) << reply.problem;
  EXPECT_EQ(reply.text, "done");
}

TEST_F(ClientTest, ReadsAnAnswerInOnePiece) {
  options_.stream = false;
  const ChatReply reply = ask([](const auto&) { return whole("both", 3, 4); });
  EXPECT_EQ(reply.text, "both") << reply.problem;
  EXPECT_EQ(reply.tokens_in + reply.tokens_out, 7u);
  EXPECT_FALSE(body(0).contains("stream"));
}

TEST_F(ClientTest, TakesOnePieceFromAServerThatKnowsNoStreams) {
  EXPECT_EQ(ask([](const auto&) { return whole("both"); }).text, "both");
}

TEST_F(ClientTest, AsksInTheFormOfTheProtocol) {
  ask([](const auto&) { return streamed({"yes"}); });
  ASSERT_THAT(requests_, SizeIs(1));
  EXPECT_THAT(requests_[0].head, AllOf(HasSubstr("POST /v1/chat/completions HTTP/1.1\r\n"),
                                       HasSubstr("Authorization: Bearer " + secret + "\r\n"),
                                       HasSubstr("Content-Type: application/json\r\n")));
  EXPECT_EQ(body(0)["model"], "small");
  EXPECT_EQ(body(0)["messages"][0]["role"], "system");
  EXPECT_EQ(body(0)["messages"][1]["content"], "Well?");
  EXPECT_EQ(body(0)["max_tokens"], 50);
  EXPECT_EQ(body(0)["temperature"], 0.5);
  EXPECT_EQ(body(0)["stream"], true);
  EXPECT_EQ(body(0)["stream_options"]["include_usage"], true);
}

TEST_F(ClientTest, EachExchangeHasASeedOfItsOwn) {
  ask([](const auto&) { return whole("a"); });
  const auto first = body(0)["seed"];
  request_.options.ordinal = 8;
  ask([](const auto&) { return whole("a"); });
  EXPECT_NE(body(0)["seed"], first);
  request_.options.ordinal = 7;
  ask([](const auto&) { return whole("a"); });
  EXPECT_EQ(body(0)["seed"], first);
}

TEST_F(ClientTest, SaysWhereAnAnswerWasCut) {
  const ChatReply reply = ask([](const auto&) {
    return Script{.pieces = {R"({"choices":[{"message":{"content":"half an"},"finish_reason":"length"}]})"}};
  });
  EXPECT_EQ(reply.status, Status::ok);
  EXPECT_TRUE(reply.cut);
}

// ---- faults

TEST_F(ClientTest, TooManyRequestsThenSuccess) {
  const ChatReply reply = ask([](const auto& request) {
    return request.number < 2 ? error(429, "slow down", "Retry-After: 7\r\n") : streamed({"there"});
  });
  EXPECT_EQ(reply.text, "there");
  EXPECT_EQ(reply.attempts, 3u);
  EXPECT_THAT(waits_, testing::ElementsAre(7, 7));
}

TEST_F(ClientTest, FaultsForEverEndInAFailure) {
  const ChatReply reply = ask([](const auto&) { return error(500, "out of order"); });
  EXPECT_EQ(reply.status, Status::failed);
  EXPECT_THAT(reply.problem, AllOf(HasSubstr("has a fault (500): out of order"), HasSubstr("(5 attempts)")));
  EXPECT_EQ(reply.money, 0);
  // 1, 2, 4, 8 seconds, each times a share between a half and one.
  ASSERT_THAT(waits_, SizeIs(4));
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_GE(waits_[i], 0.5 * static_cast<double>(1 << i));
    EXPECT_LE(waits_[i], 1.0 * static_cast<double>(1 << i));
  }
  const std::vector<double> before = std::exchange(waits_, {});
  ask([](const auto&) { return error(500, "out of order"); });
  EXPECT_EQ(waits_, before) << "waits follow from seed and ordinal";
}

TEST_F(ClientTest, AServerThatWantsALongPauseIsNotWaitedFor) {
  const ChatReply reply = ask([](const auto&) { return error(429, "come back later", "retry-after: 3600\r\n"); });
  EXPECT_EQ(reply.status, Status::failed);
  EXPECT_THAT(reply.problem, HasSubstr("it asks to be left alone for 1 h"));
  EXPECT_THAT(waits_, IsEmpty());
}

TEST_F(ClientTest, AQuotaThatIsUsedUpIsNotAskedAgain) {
  const ChatReply reply = ask([](const auto&) {
    return Script{.status = 429, .pieces = {R"({"error":{"message":"pay first","code":"insufficient_quota"}})"}};
  });
  EXPECT_EQ(reply.status, Status::refused);
  EXPECT_THAT(reply.problem, HasSubstr("quota is used up (429): pay first"));
  EXPECT_THAT(requests_, SizeIs(1));
}

TEST_F(ClientTest, SlowServersTimeOut) {
  options_.total_seconds = 0.03;
  for (const bool begun : {false, true}) {
    const ChatReply reply = ask([begun](const auto&) {
      Script script{.type = "text/event-stream", .hang = true};
      if (begun) script.pieces = {"data: {\"choices\":[{\"delta\":{\"content\":\"wait\"}}]}\n\n"};
      return script;
    });
    EXPECT_EQ(reply.status, Status::timed_out);
    EXPECT_THAT(reply.problem, HasSubstr("did not answer within 0.03 s"));
    EXPECT_THAT(requests_, SizeIs(1));
    // It may be charged for: all of the question's bytes, and as many tokens as were allowed.
    EXPECT_GE(reply.tokens_in, 19u);
    EXPECT_EQ(reply.tokens_out, 50u);
  }
}

TEST_F(ClientTest, StreamsThatAreCutOffAreTriedAgain) {
  for (const bool promised : {false, true}) {
    waits_.clear();
    const ChatReply reply = ask([promised](const auto& request) {
      Script script = streamed({"one ", "two"});
      if (request.number == 0) script.pieces.resize(1);
      script.cut = promised && request.number == 0;
      return script;
    });
    EXPECT_EQ(reply.text, "one two") << reply.problem;
    EXPECT_EQ(reply.attempts, 2u);
    // 100 for the one that came, and the most that the other can have cost: 20 bytes and 3 frames of 16.
    EXPECT_EQ(reply.tokens_in, 100u + 19 + 48);
    EXPECT_EQ(reply.tokens_out, 20u + 50);
  }
}

TEST_F(ClientTest, StreamsThatAreAlwaysCutOffSaySo) {
  const ChatReply reply = ask([](const auto&) {
    Script script = streamed({"one"});
    script.pieces.resize(1);
    return script;
  });
  EXPECT_EQ(reply.status, Status::unreachable);
  EXPECT_THAT(reply.problem, HasSubstr("broke off in the middle"));
}

TEST_F(ClientTest, WhatIsNotOfTheProtocolIsMalformed) {
  const std::vector<std::pair<std::string, std::string>> bodies{
      {"{\"choices\": [", "not JSON"},
      {"<html>Welcome!</html>", "neither JSON nor a stream"},
      {"{}", "no choices[0].message"},
      {"{\"choices\":[]}", "no choices[0].message"},
      {"{\"choices\":[{\"message\":{\"content\":7}}]}", "content is not text"},
      {"{\"choices\":[{\"message\":{\"content\":\"\"}}]}", "empty"},
      {"{\"choices\":[{\"message\":{\"content\":null},\"finish_reason\":\"length\"}]}", "spent all its tokens"},
      {"{\"error\":{\"message\":\"no GPU left\"}}", "reports an error: no GPU left"},
      {"data: {\"choices\": [\n\n", "not a JSON object"},
      {"data: {\"error\":{\"message\":\"no GPU left\"}}\n\n", "reports an error: no GPU left"},
      {"data: [DONE]\n\n", "empty"},
      {"", "not JSON"},
      {std::string(60000, '['), "neither JSON nor"},
      {"{\"a\":" + std::string(40000, '['), "not JSON"},
      {"{\"choices\":[{\"message\":{\"content\":\"\xff\xfe\"}}]}", "not JSON"},
  };
  for (const auto& [text, complaint] : bodies) {
    const ChatReply reply = ask([&](const auto&) { return Script{.pieces = {text}}; });
    EXPECT_EQ(reply.status, Status::malformed) << text.substr(0, 80);
    EXPECT_THAT(reply.problem, HasSubstr(complaint)) << text.substr(0, 80);
    EXPECT_THAT(requests_, SizeIs(1)) << text.substr(0, 80);
  }
}

TEST_F(ClientTest, AnswersThatAreFarTooLongAreNotReadOn) {
  const ChatReply event = ask([](const auto&) {
    return Script{.type = "text/event-stream",
                  .pieces = {"data: {\"choices\":[{\"delta\":{\"content\":\"more and more\"}}]}\n\n"},
                  .endless = true};
  });
  EXPECT_EQ(event.status, Status::malformed);
  EXPECT_THAT(event.problem, HasSubstr("far too long"));
  const ChatReply line = ask([](const auto&) { return Script{.pieces = {std::string(1000, ' ')}, .endless = true}; });
  EXPECT_EQ(line.status, Status::malformed);
}

TEST_F(ClientTest, WrongKeysAreRefusedOnce) {
  const ChatReply reply = ask([](const auto&) { return error(401, "Incorrect API key provided: " + secret); });
  EXPECT_EQ(reply.status, Status::refused);
  EXPECT_THAT(reply.problem, HasSubstr("refuses the key (401): check SYSWRIGHT_LLM_KEY"));
  EXPECT_THAT(requests_, SizeIs(1));
}

TEST_F(ClientTest, UnknownAddressesAndModelsAreNamed) {
  const ChatReply reply = ask([](const auto&) { return error(404, "no model small"); });
  EXPECT_EQ(reply.status, Status::refused);
  EXPECT_THAT(reply.problem, AllOf(HasSubstr("SYSWRIGHT_LLM_URL"), HasSubstr("'small'"), HasSubstr("no model small")));
}

TEST_F(ClientTest, RedirectsAreNotFollowed) {
  const ChatReply reply = ask([](const auto& request) {
    Script script = whole("stolen");
    if (request.number == 0) script.status = 307;
    script.headers = "Location: /v1/elsewhere\r\n";
    return script;
  });
  EXPECT_EQ(reply.status, Status::refused);
  EXPECT_THAT(reply.problem, HasSubstr("redirects elsewhere (307)"));
  EXPECT_THAT(requests_, SizeIs(1));
}

TEST_F(ClientTest, NobodyThere) {
  Client model = client(dead_url());
  const ChatReply reply = model.complete(request_);
  EXPECT_EQ(reply.status, Status::unreachable);
  EXPECT_THAT(reply.problem, AllOf(HasSubstr("cannot be reached"), HasSubstr("(5 attempts)")));
  EXPECT_EQ(reply.cost().tokens, 0u);
}

TEST_F(ClientTest, OptionsThatAreNotUnderstoodAreLeftOut) {
  const Server server([](const Server::Request& request) {
    const auto asked = nlohmann::json::parse(request.body);
    if (asked.contains("max_tokens")) return error(400, "'max_tokens' is not supported: use 'max_completion_tokens'");
    if (asked.contains("temperature")) return error(400, "unsupported value: 'temperature'");
    if (asked.contains("seed")) return error(422, "unknown field seed");
    return streamed({"at last"});
  });
  Client model = client(server.url());
  EXPECT_EQ(model.complete(request_).text, "at last");
  EXPECT_THAT(server.requests(), SizeIs(4));
  EXPECT_EQ(model.complete(request_).text, "at last");
  EXPECT_THAT(server.requests(), SizeIs(5)) << "remembered";
  EXPECT_EQ(nlohmann::json::parse(server.requests()[4].body)["max_completion_tokens"], 50);
  EXPECT_THAT(waits_, IsEmpty());
}

TEST_F(ClientTest, AStopEndsAQuestionAtOnce) {
  std::stop_source source;
  const Server server([&](const auto&) {
    source.request_stop();
    return Script{.hang = true};
  });
  Client model = client(server.url());
  request_.stop = source.get_token();
  EXPECT_EQ(model.complete(request_).status, Status::cancelled);
  EXPECT_EQ(model.complete(request_).status, Status::cancelled);
  EXPECT_THAT(server.requests(), SizeIs(1));
}

// ---- budgets

TEST_F(ClientTest, WhatCouldExceedTheBudgetIsNotSent) {
  const design::ChatCost most = design::most_that_costs(request_.messages, 50, {1, 10});
  // 19 bytes, 3 frames of 16 tokens, 50 tokens of answer.
  EXPECT_EQ(most.tokens, 117u);
  EXPECT_DOUBLE_EQ(most.money, 67e-6 + 500e-6);
  request_.allowance = {.tokens = 116, .money = 1};
  EXPECT_EQ(ask([](const auto&) { return whole("yes"); }).status, Status::budget_used_up);
  EXPECT_THAT(requests_, IsEmpty());
  request_.allowance = {.tokens = 1000, .money = 566e-6};
  EXPECT_EQ(ask([](const auto&) { return whole("yes"); }).status, Status::budget_used_up);
  EXPECT_THAT(requests_, IsEmpty());
  request_.allowance = {.tokens = 117, .money = most.money};
  EXPECT_EQ(ask([](const auto&) { return whole("yes"); }).status, Status::ok);
}

TEST_F(ClientTest, FurtherAttemptsKeepToTheBudget) {
  // Two attempts, of which nobody knows what they cost, would fit; a third would not.
  request_.allowance.tokens = 2 * 117 + 116;
  const ChatReply reply = ask([](const auto&) {
    Script script = streamed({"one"});
    script.pieces.resize(1);
    return script;
  });
  EXPECT_EQ(reply.status, Status::unreachable);
  EXPECT_THAT(reply.problem, HasSubstr("not tried again: the budget does not surely pay for it"));
  EXPECT_THAT(requests_, SizeIs(2));
  EXPECT_LE(reply.cost().tokens, request_.allowance.tokens);
}

// ---- the key

TEST_F(ClientTest, TheKeyIsInNothingThatComesBack) {
  const std::vector<Server::Rule> rules{
      [](const auto&) { return streamed({"the key is " + secret, " and again " + secret}); },
      // In halves, which meet in the text.
      [](const auto&) { return streamed({secret.substr(0, 9), secret.substr(9)}); },
      [](const auto&) { return whole("```policy\n# " + secret + "\n```"); },
      [](const auto&) { return error(400, "bad header: Bearer " + secret); },
      [](const auto&) { return error(400, std::string(290, 'x') + secret); },
      [](const auto&) { return error(401, "wrong: " + secret); },
      [](const auto&) { return error(404, "wrong: " + secret); },
      [](const auto&) { return error(500, "wrong: " + secret); },
      [](const auto&) { return Script{.pieces = {"{\"error\": \"" + secret + "\"}"}}; },
      [](const auto&) { return Script{.pieces = {nlohmann::json{{"error", secret}}.dump()}}; },
      [](const auto&) { return Script{.pieces = {secret}}; },
      [](const auto&) { return Script{.pieces = {"data: " + secret + "\n\n"}}; },
      [](const auto&) { return Script{.status = 307, .headers = "Location: http://" + secret + "/\r\n"}; },
  };
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const ChatReply reply = ask(rules[i]);
    for (const std::string& text : {reply.text, reply.problem}) {
      EXPECT_THAT(text, Not(HasSubstr(secret))) << "rule " << i;
      EXPECT_THAT(text, Not(HasSubstr(secret.substr(0, 8)))) << "rule " << i;
      EXPECT_THAT(text, Not(HasSubstr("0123456789"))) << "rule " << i;
    }
  }
}

}  // namespace
}  // namespace syswright::llm
