#include "llm/recorded.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "design/scripted_chat.h"
#include "llm/client.h"
#include "tests/ledger/temporary_folder.h"
#include "tests/support/chat_server.h"

namespace syswright::llm {
namespace {

using design::ChatMessage;
using design::ChatReply;
using design::ChatRequest;
using design::ScriptedChat;
using Status = ChatReply::Status;
using testing::AllOf;
using testing::HasSubstr;

ChatRequest request(std::uint64_t ordinal = 0, const std::string& text = "Well?") {
  return {.messages = {{ChatMessage::Role::user, text}}, .options = {.max_tokens = 50, .ordinal = ordinal}};
}

std::shared_ptr<ScriptedChat> counting() {
  return std::make_shared<ScriptedChat>("small", design::ChatPrice{1, 2}, [n = 0](const auto&) mutable {
    return ScriptedChat::says("answer " + std::to_string(n++));
  });
}

TEST(RecordedChat, AsksOnceForWhatIsTheSame) {
  Ledger ledger(":memory:");
  const auto model = counting();
  RecordedChat recorded(model, ledger);
  const ChatReply first = recorded.complete(request());
  EXPECT_EQ(first.text, "answer 0");
  EXPECT_EQ(recorded.complete(request()), first) << "text, tokens, money, everything";
  EXPECT_EQ(model->asked(), 1u);
  EXPECT_EQ(recorded.complete(request(1)).text, "answer 1") << "asked again on purpose";
  EXPECT_EQ(ledger.summary().exchanges, 2u);
}

TEST(RecordedChat, EveryPartOfAQuestionCounts) {
  const Digest key = exchange_key("small", request());
  EXPECT_EQ(exchange_key("small", request()), key);
  EXPECT_NE(exchange_key("large", request()), key);
  EXPECT_NE(exchange_key("small", request(1)), key);
  EXPECT_NE(exchange_key("small", request(0, "Well!")), key);
  ChatRequest other = request();
  other.messages[0].role = ChatMessage::Role::system;
  EXPECT_NE(exchange_key("small", other), key);
  other = request();
  other.options.temperature = 0;
  EXPECT_NE(exchange_key("small", other), key);
  other = request();
  other.options.max_tokens = 51;
  EXPECT_NE(exchange_key("small", other), key);
  other = request();
  other.options.seed = 2;
  EXPECT_NE(exchange_key("small", other), key);
  other = request();
  other.allowance.tokens = 5;
  EXPECT_EQ(exchange_key("small", other), key) << "what it may cost is no part of the question";
}

TEST(RecordedChat, FailuresAreAskedAgainAndReplayed) {
  Ledger ledger(":memory:");
  int asked = 0;
  const auto model = std::make_shared<ScriptedChat>("small", design::ChatPrice{}, [&](const auto&) {
    return ++asked < 3 ? ChatReply{.status = Status::timed_out, .problem = "slow"} : ScriptedChat::says("here");
  });
  RecordedChat recorded(model, ledger);
  RecordedChat replay(ModelSetting{"small", {}}, ledger);
  const ChatReply first = recorded.complete(request());
  EXPECT_EQ(first.status, Status::timed_out);
  EXPECT_EQ(replay.complete(request()), first);
  recorded.complete(request());
  EXPECT_EQ(recorded.complete(request()).text, "here");
  EXPECT_EQ(replay.complete(request()).text, "here");
  recorded.complete(request());
  EXPECT_EQ(asked, 3);
}

TEST(RecordedChat, ReplaysFromTheFileWithoutAModel) {
  const TemporaryFolder folder;
  ChatReply first;
  {
    Ledger ledger(folder.file("ledger.db"));
    RecordedChat recorded(counting(), ledger);
    first = recorded.complete(request());
  }
  Ledger ledger(folder.file("ledger.db"));
  RecordedChat replay(ModelSetting{"small", design::ChatPrice{1, 2}}, ledger);
  EXPECT_EQ(replay.complete(request()), first);
  try {
    replay.complete(request(5));
    FAIL() << "an exchange that is not there was answered";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("--replay: exchange 5 with 'small' is not in the ledger"),
                                    HasSubstr("ledger.db"), HasSubstr("without --replay")));
  }
}

TEST(RecordedChat, KeepsTheBudgetInBothWays) {
  Ledger ledger(":memory:");
  const auto model = counting();
  RecordedChat recorded(model, ledger);
  RecordedChat replay(ModelSetting{"small", design::ChatPrice{1, 2}}, ledger);
  recorded.complete(request());
  ChatRequest poor = request();
  poor.allowance.tokens = 50;
  EXPECT_EQ(recorded.complete(poor).status, Status::budget_used_up);
  EXPECT_EQ(replay.complete(poor).status, Status::budget_used_up);
  EXPECT_EQ(ledger.summary().exchanges, 1u);
}

TEST(RecordedChat, WhatAStopEndsIsNotRecorded) {
  Ledger ledger(":memory:");
  RecordedChat recorded(counting(), ledger);
  std::stop_source source;
  source.request_stop();
  ChatRequest stopped = request();
  stopped.stop = source.get_token();
  EXPECT_EQ(recorded.complete(stopped).status, Status::cancelled);
  EXPECT_EQ(ledger.summary().exchanges, 0u);
}

/// Every byte of every file in a folder.
std::string contents(const std::string& folder) {
  std::string all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) all += read_file(entry.path().string());
  }
  return all;
}

TEST(RecordedChat, NoKeyReachesTheLedger) {
  const std::string secret = "sk-do-not-tell-anybody";
  const TemporaryFolder folder;
  const Server server([&](const auto& request) {
    if (request.number == 0) return streamed({"you sent " + secret});
    return error(request.number == 1 ? 400 : 401, "wrong key: " + secret);
  });
  {
    Ledger ledger(folder.file("ledger.db"));
    RecordedChat recorded(
        std::make_shared<Client>(parse_endpoint(server.url(), secret), ModelSetting{"small", {}}, ClientOptions{}),
        ledger);
    EXPECT_EQ(recorded.complete(request(0)).text, "you sent [key]");
    EXPECT_EQ(recorded.complete(request(1)).status, Status::refused);
    EXPECT_EQ(recorded.complete(request(2)).status, Status::refused);
  }
  const std::string all = contents(folder.file(""));
  EXPECT_THAT(all, HasSubstr("you sent [key]"));
  EXPECT_THAT(all, HasSubstr("Well?"));
  EXPECT_THAT(all, testing::Not(HasSubstr(secret)));
  EXPECT_THAT(all, testing::Not(HasSubstr("do-not-tell")));
}

}  // namespace
}  // namespace syswright::llm
