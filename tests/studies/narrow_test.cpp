#include "studies/narrow.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "policy/compile.h"
#include "serving_context.h"

namespace syswright::studies {
namespace {

constexpr const char* rules = R"(policy both for llm_serving {
  stat usual = percentile(waited, 0.5);
  rank order(prompt, waited) { return -prompt - waited / (usual + 1s); }
  rank route(allocated) { return -allocated; }
})";

class NarrowTest : public ::testing::Test {
 protected:
  NarrowTest() : whole(context.domains.find("llm_serving")), narrow(whole, {"order", "route"}) {
    scenario = whole.open({.options = {{"generate", "sharegpt requests=400"}, {"seeds", "1"}, {"kv-blocks", "1024"}}})
                   ->scenarios()
                   .front();
  }
  static policy::ProgramPtr compiled(const Domain& domain) {
    return policy::compile(rules, "test", std::vector{domain.signature()});
  }
  ServingContext context;
  const Domain& whole;
  NarrowDomain narrow;
  ScenarioPtr scenario;
};

TEST_F(NarrowTest, AProgramDecidesAsInTheWholeDomain) {
  const policy::ProgramPtr small = compiled(narrow);
  const policy::ProgramPtr large = compiled(whole);
  EXPECT_NE(small->digest(), large->digest()) << "decisions have other numbers";
  EXPECT_EQ(narrow.widened(small)->digest(), large->digest());
  const ScenarioPtr same = narrow.narrowed(scenario);
  EXPECT_EQ(same->evaluate(Policy::of(small)), scenario->evaluate(Policy::of(large)));
  EXPECT_EQ(same->evaluate(Policy::native("round_robin")), scenario->evaluate(Policy::native("round_robin")));
  EXPECT_NE(same->digest(), scenario->digest());
}

TEST_F(NarrowTest, ASimulationAsksByTheNarrowNumbers) {
  const policy::ProgramPtr program = compiled(narrow);
  const std::unique_ptr<Simulation> simulation = narrow.narrowed(scenario)->start(program);
  std::vector<std::size_t> asked(2);
  while (const Question* question = simulation->next()) {
    ASSERT_LT(question->decision, 2u);
    ++asked[question->decision];
    simulation->answer(interpret_answers(*program, *question));
  }
  EXPECT_GT(asked[0], 0u);
  EXPECT_GT(asked[1], 0u);
  EXPECT_EQ(simulation->result(), scenario->evaluate(Policy::of(compiled(whole))));
}

TEST_F(NarrowTest, HasMiniaturesUnlessTheyAreUnwanted) {
  const ScenarioPtr small = narrow.narrowed(scenario)->miniature(0.5);
  ASSERT_NE(small, nullptr);
  EXPECT_EQ(small->evaluate(Policy::of(compiled(narrow))),
            scenario->miniature(0.5)->evaluate(Policy::of(compiled(whole))));
  const NarrowDomain without(whole, {"order"}, Miniatures::none);
  EXPECT_EQ(without.narrowed(scenario)->miniature(0.5), nullptr);
}

TEST_F(NarrowTest, KeepsExemplarsThatAnswerNothingElse) {
  EXPECT_LT(narrow.exemplars().size(), whole.exemplars().size());
  EXPECT_THAT(narrow.exemplars(), testing::Contains(testing::HasSubstr("policy shortest_prompt_first")));
  EXPECT_THAT(narrow.exemplars(), testing::Not(testing::Contains(testing::HasSubstr("value admit"))));
}

TEST_F(NarrowTest, RefusesADecisionThatThereIsNot) {
  try {
    NarrowDomain(whole, {"ordr"});
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("did you mean 'order'"));
  }
}

}  // namespace
}  // namespace syswright::studies
