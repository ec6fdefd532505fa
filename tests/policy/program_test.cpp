#include "policy/program.h"

#include "base/error.h"
#include "policy/compile.h"
#include "policy/interval.h"
#include "tests/support/sample_signature.h"

namespace syswright::policy {
namespace {

ProgramPtr compiled(const std::string& text) {
  const auto signature = support::sample_signature();
  return compile(text, "t.pol", {&signature, 1});
}

TEST(Program, DigestIgnoresNamesOrderAndDeadText) {
  const ProgramPtr plain = compiled(
      "policy a for cache { stat pace = ewma(inter_arrival, 0.9); stat mass = mean(request_size, 9);"
      "rank evict(hits, size) { return hits * (pace / 1s) + size / mass; } }");
  const ProgramPtr other = compiled(
      "policy b for cache { stat unused = last(hit); stat m = mean(request_size, 9); stat m2 = mean(request_size, 9);"
      "stat p = ewma(inter_arrival, 90%);"
      "rank evict(size, age, hits) by order { let f = p / 1s; let none = age; return size / m2 + f * hits * (m / m2 > "
      "0 ? 1 : 1); } }");
  EXPECT_EQ(plain->digest(), other->digest());
  EXPECT_EQ(plain->statistics().size(), 2u);
  EXPECT_EQ(plain->renamed("c")->digest(), plain->digest());
  EXPECT_EQ(plain->renamed("c")->name(), "c");
}

TEST(Program, ContractsTravelWithoutChangingTheDigest) {
  const std::string rule = "{ return age / 1s - hits * s + gaps[1] / 1s; } }";
  const std::string head = "policy a for cache { stat s = mean(hit, 3); rank evict(age, hits, gaps) ";
  const std::string stated =
      "{ require hits <= 1e6 and age > 0; require age in [1s, 2h]; ensure output in [-5, 1e9]; ensure increasing in "
      "age; ensure decreasing in s; ensure invariant under scaling of age, gaps; ensure starves none beyond 9 rounds "
      "as age grows by 2min; ensure robust in gaps[1]: 1% -> 0.5; ensure output != 3 or not (s < 1) or -hits > 2; ";
  const ProgramPtr plain = compiled(head + rule);
  const ProgramPtr with = compiled(head + stated + rule.substr(1));
  EXPECT_EQ(plain->digest(), with->digest());
  EXPECT_TRUE(plain->contracts().empty());
  ASSERT_NE(with->contract_for(0), nullptr);
  EXPECT_EQ(with->contract_for(0)->clauses.size(), 9u);
  EXPECT_EQ(with->contract_for(1), nullptr);
  const std::string printed = to_source(*with);
  const ProgramPtr again = compiled(printed);
  EXPECT_EQ(to_source(*again), printed);
  EXPECT_EQ(to_source(*plain->with_contracts_of(*again)), printed);
  EXPECT_EQ(again->renamed("b")->contracts().size(), 1u);
  std::vector<std::string> texts;
  for (const Clause& clause : again->contract_for(0)->clauses) {
    texts.push_back(to_source(clause, *again->contract_for(0), *again));
  }
  EXPECT_EQ(texts, (std::vector<std::string>{
                       "require age > 0 and hits <= 1000000;", "require age >= 1s and age <= 2h;",
                       "ensure output in [-5, 1000000000];", "ensure increasing in age;", "ensure decreasing in s;",
                       "ensure invariant under scaling of age, gaps[0], gaps[1], gaps[2], gaps[3];",
                       "ensure starves none beyond 9 rounds as age grows by 120s;",
                       "ensure robust in gaps[1]: 0.01 -> 0.5;", "ensure not s < 1 or output != 3 or -hits > 2;"}));
}

TEST(Program, RefusesContractsOfAnotherAnswer) {
  const ProgramPtr time = compiled("policy a for cache { rank evict(age) { ensure output >= 1s; return age; } }");
  const ProgramPtr number = compiled("policy b for cache { rank evict(hits) { return hits; } }");
  EXPECT_THROW(number->with_contracts_of(*time), InputError);
  const ProgramPtr statistic = compiled(
      "policy a for cache { stat s = mean(hit, 3); rank evict(hits) { ensure output >= s; return hits + s; } }");
  EXPECT_THROW(number->with_contracts_of(*statistic), InputError);
}

TEST(Program, DigestSeesWhatMatters) {
  const std::string score = "{ return hits; } }";
  std::vector<ProgramPtr> programs{
      compiled("policy a for cache { rank evict(hits) { return hits; } }"),
      compiled("policy a for cache { rank evict(hits) { return hits + 1; } }"),
      compiled("policy a for cache { rank evict(hits) by sample { return hits; } }"),
      compiled("policy a for cache { rank evict(age) { return age; } }"),
      compiled("policy a for cache { stat s = mean(hit, 3); rank evict() { return s; } }"),
      compiled("policy a for cache { stat s = mean(hit, 4); rank evict() { return s; } }"),
      compiled("policy a for cache { stat s = ewma(hit, 0.5); rank evict() { return s; } }"),
      compiled("policy a for cache { stat s = ewma(hit, 0.25); rank evict() { return s; } }"),
      compiled("policy a for cache { rank evict(gaps) { return gaps[0]; } }"),
      compiled("policy a for cache { rank evict(gaps) { return gaps[1]; } }"),
      compiled("policy a for cache { value admit() { return take; } }"),
      compiled("policy a for cache { value admit() { return refuse; } }"),
      compiled("policy a for cache { value ttl() { return 1s; } }")};
  for (std::size_t i = 0; i < programs.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(programs[i]->digest(), programs[j]->digest()) << i << " and " << j;
  }
}

TEST(Program, InputsArePrunedAndOrdered) {
  const ProgramPtr program = compiled(
      "policy a for cache { stat busy = mean(hit, 3); stat pace = ewma(inter_arrival, 0.5);"
      "rank evict(price, fill, gaps, hits, age) { return hits * fill + busy + pace / gaps[2] + (age - age) / 1s; } }");
  const Rule& rule = *program->rule_for(0);
  const Decision& decision = program->signature().decisions[0];
  std::vector<std::string> names;
  for (const Input& input : rule.inputs) names.push_back(input_name(input, decision, program->statistics()));
  EXPECT_EQ(names, (std::vector<std::string>{"fill", "busy", "hits", "gaps[2]", "pace"}));
  EXPECT_EQ(rule.global_inputs, 2u);
  EXPECT_EQ(program->rule_for(1), nullptr);
  EXPECT_EQ(program->size(), rule.graph.size());
}

TEST(Program, RefusesRulesThatDoNotAnswer) {
  const auto signature = support::sample_signature();
  const auto program = [&](std::size_t decision, std::size_t mode, double value, Type type) {
    GraphBuilder builder({});
    Rule rule;
    rule.decision = decision;
    rule.mode = mode;
    rule.graph = builder.finish(builder.constant(value, type));
    return Program("p", signature, {}, {rule});
  };
  const Type action{ValueKind::action, {}};
  EXPECT_NO_THROW(program(0, 1, 3, Type{}));
  EXPECT_NO_THROW(program(1, 0, 1, action));
  EXPECT_THROW(program(0, 2, 3, Type{}), InputError);  // no such mode
  EXPECT_THROW(program(0, 0, 1, action), InputError);  // a score is a number
  EXPECT_THROW(program(1, 0, 1, Type{}), InputError);  // an action is wanted
  EXPECT_THROW(program(1, 0, 2, action), InputError);  // there are two actions
  EXPECT_THROW(program(2, 0, 2, Type{}), InputError);  // a time is wanted
  EXPECT_THROW(program(3, 0, 2, Type{}), InputError);  // no such decision
}

TEST(Interval, RangesFollowTheSignature) {
  const ProgramPtr program = compiled(
      "policy a for cache { stat busy = count(hit, 7); rank evict(fill, size) { return fill * busy - 1B / size; } }");
  const Rule& rule = *program->rule_for(0);
  const auto ranges = input_ranges(rule, *program);
  EXPECT_EQ(ranges[0], (Interval{0, 1}));
  EXPECT_EQ(ranges[1], (Interval{0, 7}));
  // fill * busy in [0, 7]; 1B / size in [tiny, 1]
  EXPECT_EQ(evaluate_intervals(rule, ranges).back().low, -1);
  EXPECT_EQ(evaluate_intervals(rule, ranges).back().high, 7);
}

TEST(Compile, RefusesTextsOverTheLimits) {
  EXPECT_THROW(compiled(std::string((1 << 20) + 1, ' ')), ProgramError);
  const auto nested = [](std::size_t depth) {
    return "policy p for cache { rank evict(hits) { return " + std::string(depth, '(') + "hits" +
           std::string(depth, ')') + "; } }";
  };
  EXPECT_NO_THROW(compiled(nested(190)));
  EXPECT_THROW(compiled(nested(201)), ProgramError);
  EXPECT_THROW(compiled(nested(300000)), ProgramError);
  std::string sum = "hits";
  for (int i = 0; i < 2000; ++i) sum += " + log(" + std::to_string(i + 2) + " * hits)";
  EXPECT_THROW(compiled("policy p for cache { rank evict(hits) { return " + sum + "; } }"), ProgramError);
  std::string statistics;
  for (int i = 0; i < 65; ++i) statistics += "stat s" + std::to_string(i) + " = mean(hit, 3);";
  EXPECT_THROW(compiled("policy p for cache {" + statistics + " rank evict(hits) { return hits; } }"), ProgramError);
}

TEST(Compile, SaysWhereAProgramGrowsTooLarge) {
  const auto refusal = [](const std::string& body) -> std::string {
    try {
      compiled("policy p for cache {\nrank evict(hits) {\n" + body + "\nreturn 1;\n} }");
    } catch (const ProgramError& error) {
      return error.what();
    }
    return "accepted";
  };
  std::string lets;
  for (int i = 0; i < 30000; ++i) lets += "let a" + std::to_string(i) + " = hits + " + std::to_string(i) + ";";
  EXPECT_THAT(refusal(lets), ::testing::HasSubstr("the program is too large: more than 4096 operations"));
  EXPECT_THAT(refusal(lets), ::testing::StartsWith("t.pol:3:"));
  EXPECT_THAT(refusal("for i in 0..1000000 { let b = hits + i; }"), ::testing::StartsWith("t.pol:3:"));
}

// What would be exponential or quadratic if run naively ends, with a program or an error.
TEST(Compile, StaysFastOnHostileTexts) {
  std::string branches = "let a = hits;";
  for (int i = 0; i < 150; ++i) {
    branches += "if hits > " + std::to_string(i) + " { a = a + " + std::to_string(i) + "; } else { a = a * 2; }";
  }
  EXPECT_NO_THROW(compiled("policy p for cache { rank evict(hits) {" + branches + " return a; } }"));
  std::string doubling = "let a0 = hits;";
  for (int i = 0; i < 500; ++i) {
    doubling += "let a" + std::to_string(i + 1) + " = a" + std::to_string(i) + " * a" + std::to_string(i) + ";";
  }
  const ProgramPtr program = compiled("policy p for cache { rank evict(hits) {" + doubling + " return a500; } }");
  EXPECT_EQ(compiled(to_source(*program))->digest(), program->digest());
  std::string minus = "policy p for cache { rank evict(hits) { return " + std::string(500000, '-') + "hits; } }";
  EXPECT_THROW(compiled(minus), ProgramError);
  std::string chain = "policy p for cache { rank evict(hits) { return hits";
  for (int i = 0; i < 40000; ++i) chain += "+1";
  EXPECT_THROW(compiled(chain + "; } }"), ProgramError);  // too many operations, and no deep recursion
}

TEST(Compile, ShowsTheLineWithACaret) {
  try {
    compiled("policy p for cache {\n\trank evict(hits) { return hitz; }\n}");
    FAIL();
  } catch (const ProgramError& error) {
    EXPECT_STREQ(error.what(),
                 "t.pol:2:28: unknown name 'hitz'; did you mean 'hits'?\n"
                 "\trank evict(hits) { return hitz; }\n"
                 "\t                          ^");
    EXPECT_EQ(error.where().line, 2u);
    EXPECT_EQ(error.where().column, 28u);
  }
}

}  // namespace
}  // namespace syswright::policy
