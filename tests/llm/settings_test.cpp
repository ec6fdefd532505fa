#include "llm/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace syswright::llm {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string complaint(const std::function<void()>& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Endpoint, AddsThePathOfChatCompletions) {
  EXPECT_EQ(parse_endpoint("https://api.example.org/v1", "").url, "https://api.example.org/v1/chat/completions");
  EXPECT_EQ(parse_endpoint("https://api.example.org/v1/", "").url, "https://api.example.org/v1/chat/completions");
  EXPECT_EQ(parse_endpoint("https://api.example.org/v1/chat/completions", "").url,
            "https://api.example.org/v1/chat/completions");
  const Endpoint local = parse_endpoint("http://localhost:11434/v1", "");
  EXPECT_EQ(local.host, "localhost:11434");
  EXPECT_TRUE(local.loopback);
  EXPECT_FALSE(parse_endpoint("https://api.example.org/v1", "").loopback);
}

TEST(Endpoint, RefusesWhatIsNoneAndQuotesNothingOfIt) {
  for (const std::string url : {"", "api.example.org/v1", "ftp://api.example.org", "https://", "https:///v1",
                                "https://me:secret@example.org/v1", "https://example.org/v1?key=secret",
                                "https://example.org/v1#secret", "https://exam ple.org/secret", "http://:80/secret"}) {
    EXPECT_THAT(complaint([&] { parse_endpoint(url, ""); }),
                AllOf(HasSubstr("SYSWRIGHT_LLM_URL"), HasSubstr("such as https://"), Not(HasSubstr("secret"))))
        << url;
  }
}

TEST(Secret, RefusesWhatNoHeaderCanCarryWithoutQuotingIt) {
  for (const std::string key : {"secret key", "secret\r\nHost: elsewhere", "sécret"}) {
    EXPECT_THAT(complaint([&] { Secret{key}; }), AllOf(HasSubstr("SYSWRIGHT_LLM_KEY"), Not(HasSubstr("cret"))));
  }
}

TEST(Secret, IsTakenOutOfText) {
  const Secret key("abcdef\"h");
  EXPECT_EQ(key.redact("x abcdef\"h y abcdef\\\"h abcdef\"habcdef\"h"), "x [key] y [key] [key][key]");
  EXPECT_EQ(Secret("").redact("nothing to hide"), "nothing to hide");
  EXPECT_EQ(Secret("ollama7").redact("ask ollama7"), "ask ollama7") << "too short for a secret";
  EXPECT_EQ(Secret("ollama78").redact("ask ollama78"), "ask [key]");
}

TEST(Models, HavePrices) {
  const std::vector<ModelSetting> models = parse_models("small=0.15/0.6, org/large:70b=3/15,@cf/free");
  ASSERT_EQ(models.size(), 3u);
  EXPECT_EQ(models[0].name, "small");
  EXPECT_EQ(models[0].price->out, 0.6);
  EXPECT_EQ(models[1].name, "org/large:70b");
  EXPECT_EQ(models[2].name, "@cf/free");
  EXPECT_FALSE(models[2].price);
  EXPECT_EQ(to_string(models), "small=0.15/0.6,org/large:70b=3/15,@cf/free");
  for (const std::string text : {"", "=1/2", "a=1", "a=1/x", "a=-1/2", "a,,b"}) {
    EXPECT_THAT(complaint([&] { parse_models(text); }), HasSubstr("SYSWRIGHT_LLM_MODEL")) << text;
  }
  EXPECT_THAT(complaint([] { parse_models("a,b,a=1/2"); }), HasSubstr("names 'a' twice"));
}

TEST(ChatBudget, IsMoneyOrTokensOrBoth) {
  const design::ChatAllowance both = parse_chat_budget("$0.50, 200k tokens", "--llm-budget");
  EXPECT_EQ(both.money, 0.5);
  EXPECT_EQ(both.tokens, 200000u);
  EXPECT_EQ(parse_chat_budget("$2", "--llm-budget").tokens, design::ChatAllowance{}.tokens);
  for (const std::string text : {"", "200k", "$0", "$-1", "much", "5 dollars", "x tokens"}) {
    EXPECT_THAT(complaint([&] { parse_chat_budget(text, "--llm-budget"); }), HasSubstr("--llm-budget")) << text;
  }
}

TEST(ChatBudget, OfMoneyNeedsPrices) {
  const std::vector<ModelSetting> models = parse_models("a=0/0,b");
  EXPECT_THAT(complaint([&] { check_prices(models, parse_chat_budget("$1", "--llm-budget")); }),
              HasSubstr("cannot be kept for 'b'"));
  check_prices(models, parse_chat_budget("5k tokens", "--llm-budget"));
}

}  // namespace
}  // namespace syswright::llm
