#include "design/consultations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

#include "base/error.h"
#include "design/scripted_chat.h"

namespace syswright::design {
namespace {

using Status = ChatReply::Status;
using testing::Contains;
using testing::HasSubstr;
using testing::SizeIs;

std::vector<Consultations::Opening> openings(std::size_t count, const std::string& text = "Well?") {
  return std::vector<Consultations::Opening>(count, {{ChatMessage::Role::user, text}});
}

std::optional<std::string> content(std::size_t, const ChatReply&) { return std::nullopt; }

ChatService service(std::vector<std::shared_ptr<ChatModel>> models) {
  return {.models = std::move(models), .budget = {}, .parallel = 3};
}

std::shared_ptr<ScriptedChat> model(const std::string& name, ScriptedChat::Rule rule, ChatPrice price = {}) {
  return std::make_shared<ScriptedChat>(name, price, std::move(rule));
}

TEST(Consultations, HoldOneConversationForEachOpening) {
  const auto yes =
      model("yes", [](const auto& request) { return ScriptedChat::says(std::to_string(request.options.ordinal)); });
  const ChatService one = service({yes});
  Consultations consultations(one, 1, {.max_tokens = 10});
  const auto results = consultations.hold(openings(20), 3, content, {});
  ASSERT_THAT(results, SizeIs(20));
  for (std::size_t i = 0; i < 20; ++i) {
    EXPECT_TRUE(results[i].served);
    EXPECT_EQ(results[i].last.text, std::to_string(16 * i)) << "each has ordinals of its own";
  }
  EXPECT_TRUE(consultations.may_go_on());
  EXPECT_THAT(consultations.notes(), Contains(HasSubstr("yes: 20 exchanges in 20 conversations")));
}

TEST(Consultations, SendBackWhatDoesNotServe) {
  const auto learner = model("learner", [](const ChatRequest& request) {
    return ScriptedChat::says("try " + std::to_string(request.messages.size()));
  });
  const ChatService one = service({learner});
  Consultations consultations(one, 1, {.max_tokens = 10});
  const auto demanding = [](std::size_t, const ChatReply& reply) -> std::optional<std::string> {
    if (reply.text == "try 5") return std::nullopt;
    return "not " + reply.text;
  };
  const auto results = consultations.hold(openings(1), 3, demanding, {});
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_TRUE(results[0].served);
  EXPECT_EQ(results[0].exchanges, 3u);
  // Three further questions are too few for one who never serves.
  const auto never = [](std::size_t, const ChatReply&) -> std::optional<std::string> { return "no"; };
  const auto hopeless = consultations.hold(openings(1), 3, never, {});
  EXPECT_FALSE(hopeless[0].served);
  EXPECT_EQ(hopeless[0].exchanges, 4u);
}

TEST(Consultations, TheNumberAtATimeDoesNotMatter) {
  const auto run = [](unsigned parallel) {
    const auto rule = [](const ChatRequest& request) {
      return ScriptedChat::says(std::string(request.options.ordinal % 7, 'x') + ".");
    };
    ChatService two = service({model("a", rule, {1, 1}), model("b", rule, {2, 3})});
    two.parallel = parallel;
    two.budget = {.tokens = 120, .money = 1};
    Consultations consultations(two, 5, {.max_tokens = 20});
    std::string log;
    for (int round = 0; round < 6; ++round) {
      for (const auto& result : consultations.hold(openings(9), 2, content, {})) {
        log += std::to_string(result.model) + result.last.text;
        consultations.learn(result, result.last.text.size() > 3 ? 1 : 0);
      }
      log += "\n";
    }
    for (const std::string& note : consultations.notes()) log += note + "\n";
    return log;
  };
  const std::string alone = run(1);
  EXPECT_EQ(run(3), alone);
  EXPECT_EQ(run(8), alone);
  EXPECT_THAT(alone, HasSubstr("does not surely pay for another question"));
}

TEST(Consultations, KeepTheBudget) {
  for (const std::uint64_t tokens : {std::uint64_t{60}, std::uint64_t{500}, std::uint64_t{3000}}) {
    const auto greedy = model("greedy", [](const ChatRequest& request) {
      ChatReply reply = ScriptedChat::says("more");
      reply.tokens_in = most_that_costs(request.messages, 0, {}).tokens;
      reply.tokens_out = request.options.max_tokens;
      return reply;
    });
    ChatService poor = service({greedy});
    poor.budget.tokens = tokens;
    Consultations consultations(poor, 1, {.max_tokens = 30});
    const auto never = [](std::size_t, const ChatReply&) -> std::optional<std::string> { return "no"; };
    while (consultations.may_go_on()) consultations.hold(openings(10), 3, never, {});
    EXPECT_LE(consultations.spent().tokens, tokens);
    // A question costs 16 + (5 + 16) + 30 = 67.
    if (tokens < 67) {
      EXPECT_EQ(greedy->asked(), 0u);
    } else {
      EXPECT_GE(consultations.spent().tokens + 67, tokens - 67) << "what is left pays for none";
    }
    EXPECT_THAT(consultations.notes(), Contains(HasSubstr("does not surely pay for another question")));
  }
}

TEST(Consultations, ARefusalEndsWithTheFirstQuestion) {
  const auto closed =
      model("closed", [](const auto&) { return ChatReply{.status = Status::refused, .problem = "wrong key"}; });
  const ChatService one = service({closed});
  Consultations consultations(one, 1, {});
  EXPECT_THAT(consultations.hold(openings(25), 3, content, {}), SizeIs(1));
  EXPECT_FALSE(consultations.may_go_on());
  EXPECT_EQ(closed->asked(), 1u);
  EXPECT_THAT(consultations.notes(), Contains("closed is not asked any more: wrong key"));
}

TEST(Consultations, AModelThatKeepsFailingIsLeftAlone) {
  const auto broken =
      model("broken", [](const auto&) { return ChatReply{.status = Status::failed, .problem = "out of order"}; });
  const auto sound = model("sound", [](const auto&) { return ScriptedChat::says("yes"); });
  const ChatService two = service({broken, sound});
  Consultations consultations(two, 1, {});
  for (int round = 0; round < 5; ++round) {
    for (const auto& result : consultations.hold(openings(10), 3, content, {})) {
      consultations.learn(result, result.served ? 1 : 0);
    }
  }
  EXPECT_TRUE(consultations.may_go_on());
  EXPECT_LE(broken->asked(), Consultations::patience + Consultations::wave);
  EXPECT_GE(sound->asked(), 30u);
  const ChatService one = service({broken});
  Consultations alone(one, 1, {});
  while (alone.may_go_on()) alone.hold(openings(10), 3, content, {});
  EXPECT_THAT(alone.notes(), Contains("broken is not asked any more: 3 failures in a row, the last: out of order"));
}

// One outage fails every conversation of a wave, and may pass.
TEST(Consultations, AnOutageOfTwoWavesIsSurvived) {
  const auto ill = model("ill", [](const ChatRequest& request) {
    const std::uint64_t conversation = request.options.ordinal / 16;
    const bool out = conversation > 0 && conversation <= 2 * Consultations::wave;
    return out ? ChatReply{.status = Status::unreachable, .problem = "gone"} : ScriptedChat::says("yes");
  });
  const ChatService one = service({ill});
  Consultations consultations(one, 1, {});
  EXPECT_THAT(consultations.hold(openings(30), 3, content, {}), SizeIs(30));
  EXPECT_TRUE(consultations.may_go_on());
  EXPECT_THAT(consultations.notes(), Contains(HasSubstr("16 failed, the last: gone")));
}

TEST(Consultations, AnOutageOfThreeWavesIsNot) {
  const auto gone = model("gone", [](const ChatRequest& request) {
    return request.options.ordinal > 0 ? ChatReply{.status = Status::unreachable, .problem = "gone"}
                                       : ScriptedChat::says("yes");
  });
  const ChatService one = service({gone});
  Consultations consultations(one, 1, {});
  EXPECT_THAT(consultations.hold(openings(100), 3, content, {}), SizeIs(1 + 3 * Consultations::wave));
  EXPECT_FALSE(consultations.may_go_on());
  EXPECT_THAT(consultations.notes(), Contains("gone is not asked any more: 24 failures in a row, the last: gone"));
}

TEST(Consultations, AStopEndsThem) {
  std::stop_source source;
  const auto slow = model("slow", [&](const auto&) {
    source.request_stop();
    return ScriptedChat::says("yes");
  });
  const ChatService one = service({slow});
  Consultations consultations(one, 1, {});
  EXPECT_THAT(consultations.hold(openings(25), 3, content, source.get_token()), SizeIs(1));
  EXPECT_EQ(slow->asked(), 1u);
}

TEST(Consultations, PassOnWhatARecordCannotAnswer) {
  const auto empty = model("empty", [](const ChatRequest& request) -> ChatReply {
    if (request.options.ordinal == 0) return ScriptedChat::says("yes");
    throw InputError("not on record: " + std::to_string(request.options.ordinal / 16));
  });
  const ChatService one = service({empty});
  Consultations consultations(one, 1, {});
  EXPECT_THAT([&] { consultations.hold(openings(9), 3, content, {}); },
              testing::ThrowsMessage<InputError>("not on record: 1"));
}

TEST(Consultations, NeedAModel) {
  const ChatService none;
  EXPECT_THROW(Consultations(none, 1, {}), InputError);
}

}  // namespace
}  // namespace syswright::design
