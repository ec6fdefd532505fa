#include <fmt/format.h>

#include <cstdlib>

#include "base/random.h"
#include "design/prompt.h"
#include "policy/compile.h"
#include "tests/app/support.h"
#include "tests/support/chat_server.h"
#include "tests/support/toy_domain.h"

// syswright design --designer policysmith, against a scripted server.
namespace syswright::app {
namespace {

using llm::Script;
using llm::Server;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string secret = "sk-tell-nobody-0123456789";

/// A variable of the environment, while it lives.
class Setting {
 public:
  Setting(const char* name, const std::string& value) : name_(name) { ::setenv(name, value.c_str(), 1); }
  ~Setting() { ::unsetenv(name_); }
  Setting(const Setting&) = delete;
  Setting& operator=(const Setting&) = delete;

 private:
  const char* name_;
};

/// A program for the question: by its seed, which differs between exchanges.
Script some_answer(const Server::Request& request) {
  const auto asked = nlohmann::json::parse(request.body);
  Random random(asked["seed"].get<std::uint64_t>(), "scripted server");
  if (random.chance(0.2)) return llm::streamed({"```python\nreturn 1\n```"});
  return llm::streamed({"Let me see.\n```policy\npolicy guess for toy {\n",
                        fmt::format("  rank dispatch(work, cost) by all {{ return pow(cost / $1 * 1s, {:.2f}) / "
                                    "pow(work / 1s, {:.2f}); }}\n}}\n```\n",
                                    random.uniform(0.2, 2), random.uniform(0.2, 2))},
                       1500, 60);
}

class DesignWithAModel : public ::testing::Test {
 protected:
  DesignWithAModel() { registries_.domains.add(std::make_unique<toy::ToyDomain>()); }
  Ran design(std::vector<std::string> more, const std::string& budget = "30evals",
             const std::string& designer = "policysmith") const {
    std::vector<std::string> arguments{"design",    "toy", "--ledger", ledger_, "--report",   report_, "--seed", "4",
                                       "--threads", "2",   "--budget", budget,  "--designer", designer};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_with(registries_, arguments);
  }
  /// Everything that was written, and `ran`.
  std::string everything(const Ran& ran) const {
    std::string all = ran.out + ran.err;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ / "")) {
      if (entry.is_regular_file()) all += read_file(entry.path().string());
    }
    return all;
  }

  TemporaryFolder folder_;
  std::string ledger_ = folder_ / "ledger.db";
  std::string report_ = folder_ / "report";
  Registries registries_ = built_in();
};

TEST_F(DesignWithAModel, WithoutASettingSaysWhichToMake) {
  const Ran ran = design({});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err,
              AllOf(HasSubstr("designer 'policysmith' asks a language model, and SYSWRIGHT_LLM_URL is not set"),
                    HasSubstr("SYSWRIGHT_LLM_MODEL"), HasSubstr("http://localhost:11434/v1")));
  const Setting url("SYSWRIGHT_LLM_URL", "http://localhost:1/v1");
  EXPECT_THAT(design({}).err, HasSubstr("SYSWRIGHT_LLM_MODEL is not set"));
  const Setting model("SYSWRIGHT_LLM_MODEL", "small");
  EXPECT_THAT(design({"--llm-budget", "$1"}).err, HasSubstr("cannot be kept for 'small'"));
  EXPECT_THAT(design({"--llm-budget", "1"}).err, HasSubstr("--llm-budget"));
  EXPECT_THAT(design({"--llm-timeout", "soon"}).err, HasSubstr("--llm-timeout"));
}

TEST_F(DesignWithAModel, ReplaysWithoutTheModelToTheSameBytes) {
  nlohmann::json first;
  {
    const Server server(some_answer);
    const Setting url("SYSWRIGHT_LLM_URL", server.url());
    const Setting key("SYSWRIGHT_LLM_KEY", secret);
    const Setting model("SYSWRIGHT_LLM_MODEL", "small=1/5,large=2/10");
    const Ran ran = design({"--llm-budget", "$0.5,100k tokens", "--json", "-o", folder_ / "one.pol"});
    ASSERT_EQ(ran.code, 0) << ran.err;
    first = ran.json();
    EXPECT_GT(server.requests().size(), 5u);
    EXPECT_THAT(server.requests()[0].head, HasSubstr("Authorization: Bearer " + secret));
    const std::string all = everything(ran);
    EXPECT_THAT(all, HasSubstr("policy guess for toy"));
    EXPECT_THAT(all, Not(HasSubstr(secret)));
    EXPECT_THAT(all, Not(HasSubstr("tell-nobody")));
  }
  // No server, no key, no model named; evaluations come from a ledger too, or do not: it is the same.
  const Ran again = design({"--llm-budget", "$0.5,100k tokens", "--json", "--replay", "-o", folder_ / "two.pol"});
  ASSERT_EQ(again.code, 0) << again.err;
  nlohmann::json second = again.json();
  for (nlohmann::json* one : {&first, &second}) {
    EXPECT_FALSE((*one)["search"]["notes"].empty());
    (*one)["search"].erase("seconds");
    for (const char* name : {"command", "output", "report"}) one->erase(name);
    (*one)["policy"].erase("name");
    (*one)["policy"].erase("source");
  }
  EXPECT_EQ(first, second);
  const auto program = [&](const std::string& file) {
    const std::string text = read_file(folder_ / file);
    return text.substr(text.find('{'));
  };
  EXPECT_EQ(program("one.pol"), program("two.pol"));
}

TEST_F(DesignWithAModel, VulcanIsRecordedAndReplayedToo) {
  nlohmann::json first;
  {
    const Server server(some_answer);
    const Setting url("SYSWRIGHT_LLM_URL", server.url());
    const Setting model("SYSWRIGHT_LLM_MODEL", "small");
    const Ran ran = design({"--json"}, "20evals", "vulcan");
    ASSERT_EQ(ran.code, 0) << ran.err;
    first = ran.json();
    EXPECT_GT(server.requests().size(), 5u);
  }
  const Ran again = design({"--json", "--replay"}, "20evals", "vulcan");
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(again.json()["policy"]["digest"], first["policy"]["digest"]);
  EXPECT_EQ(again.json()["search"]["notes"], first["search"]["notes"]);
}

// What a run that was killed had paid for is there for the next one.
TEST_F(DesignWithAModel, AnAnswerIsPaidForOnce) {
  const Server server(some_answer);
  const Setting url("SYSWRIGHT_LLM_URL", server.url());
  const Setting model("SYSWRIGHT_LLM_MODEL", "small");
  const auto policy = [&](const std::string& budget) { return design({"--json"}, budget).json()["policy"]["digest"]; };
  policy("10evals");
  const std::size_t some = server.requests().size();
  const auto first = policy("30evals");
  const std::size_t all = server.requests().size();
  EXPECT_GT(all, some);
  EXPECT_EQ(policy("30evals"), first);
  EXPECT_EQ(server.requests().size(), all);
}

TEST(Questions, FitEveryDomain) {
  const Registries registries = built_in();
  for (const auto& domain : registries.domains.items()) {
    const std::vector<std::shared_ptr<const policy::Signature>> signatures{domain->signature()};
    const auto question = design::ask_for_program(*domain, {{"policy best for it { }\n", 0.5}});
    for (const policy::Decision& decision : domain->signature()->decisions) {
      EXPECT_THAT(question[1].text, HasSubstr(decision.name)) << domain->name();
      for (const policy::Feature& feature : decision.features) {
        EXPECT_THAT(question[1].text, HasSubstr("- " + feature.name + " (")) << domain->name();
      }
    }
    // Known heuristics are shown in a form that is understood when it comes back.
    EXPECT_THAT(question[1].text, HasSubstr("Known heuristics as programs:\n```policy\n")) << domain->name();
    for (const std::string& exemplar : domain->exemplars()) {
      const auto program = design::program_in_answer("```policy\n" + exemplar + "\n```");
      ASSERT_TRUE(program) << domain->name() << "\n" << exemplar;
      EXPECT_NO_THROW(policy::compile(*program, "exemplar", signatures));
    }
    // The budget that is taken where none is given pays for a wave of conversations.
    const design::ChatCost most = design::most_that_costs(question, 2048, {});
    EXPECT_LT(most.tokens, 500'000u / 8) << domain->name();
    RecordProperty(domain->name(), static_cast<int>(most.tokens));
  }
}

TEST_F(DesignWithAModel, ReplayNeedsWhatWasRecorded) {
  EXPECT_THAT(design({"--replay"}).err, HasSubstr("holds no run of designer 'policysmith' with this seed"));
  EXPECT_THAT(design({"--replay"}, "5s").err, HasSubstr("replay a run with a budget in evaluations"));
  EXPECT_THAT(design({"--replay"}, "30evals", "random").err, HasSubstr("asks no language model"));
  const Setting model("SYSWRIGHT_LLM_MODEL", "small");
  const Ran ran = design({"--replay"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, AllOf(HasSubstr("--replay: exchange 0 with 'small' is not in the ledger"), HasSubstr(ledger_)));
}

TEST_F(DesignWithAModel, AWrongKeyStillGivesAPolicyAndSaysWhy) {
  const Server server([](const auto&) { return llm::error(401, "Incorrect API key: " + secret); });
  const Setting url("SYSWRIGHT_LLM_URL", server.url());
  const Setting key("SYSWRIGHT_LLM_KEY", secret);
  const Setting model("SYSWRIGHT_LLM_MODEL", "small");
  const Ran ran = design({});
  EXPECT_THAT(ran.out, AllOf(HasSubstr("refuses the key (401): check SYSWRIGHT_LLM_KEY"), HasSubstr("is not its work"),
                             HasSubstr("policy designed for toy {")));
  EXPECT_EQ(server.requests().size(), 1u);
  EXPECT_THAT(everything(ran), Not(HasSubstr("tell-nobody")));
}

TEST_F(DesignWithAModel, NobodyThereStillGivesAPolicy) {
  const Setting url("SYSWRIGHT_LLM_URL", llm::dead_url());
  const Setting model("SYSWRIGHT_LLM_MODEL", "small");
  // The time of the search ends the waits between attempts.
  const Ran ran = design({}, "0.1s");
  EXPECT_NE(ran.code, 2) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("policy designed for toy {"));
}

}  // namespace
}  // namespace syswright::app
