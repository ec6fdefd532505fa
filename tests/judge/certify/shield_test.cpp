#include "judge/certify/shield.h"

#include <map>

#include "base/error.h"
#include "policy/compile.h"
#include "tests/support/sample_signature.h"

namespace syswright::judge {
namespace {

policy::ProgramPtr compiled(const std::string& text) {
  const auto signature = support::sample_signature();
  return policy::compile(text, "t.pol", {&signature, 1});
}

double answer(const policy::Program& program, std::size_t decision, const std::map<std::string, double>& inputs) {
  const policy::Rule& rule = *program.rule_for(decision);
  std::vector<double> values;
  for (const policy::Input& input : rule.inputs) {
    const auto name = policy::input_name(input, program.signature().decisions[decision], program.statistics());
    values.push_back(inputs.at(name));
  }
  return policy::interpret(rule, values);
}

TEST(Shield, ClampsARange) {
  const auto program =
      compiled("policy p for cache { rank evict(hits) { ensure output in [0, 1]; return hits / 100; } }");
  EXPECT_TRUE(certify(*program).any_refuted());
  const Shielded shielded = shield(*program);
  EXPECT_TRUE(shielded.certificate.all_proved());
  EXPECT_EQ(shielded.certificate.rules[0].properties[0].arithmetic, Arithmetic::doubles);
  ASSERT_EQ(shielded.guards.size(), 1u);
  EXPECT_EQ(shielded.guards[0].kind, Guard::Kind::clamp);
  EXPECT_EQ(answer(*shielded.program, 0, {{"hits", 50}}), 0.5);
  EXPECT_EQ(answer(*shielded.program, 0, {{"hits", 500}}), 1);
  EXPECT_EQ(shielded.program->name(), "p_shielded");
}

TEST(Shield, ExcludesActions) {
  const auto program = compiled(
      "policy p for cache { value admit(hits, size) { ensure output == refuse or size <= 1MiB;"
      "return hits / (size / 1KiB) > 0.001 ? take : refuse; } }");
  EXPECT_TRUE(certify(*program).any_refuted());
  const Shielded shielded = shield(*program);
  EXPECT_TRUE(shielded.certificate.all_proved());
  EXPECT_EQ(shielded.guards[0].kind, Guard::Kind::monitor);
  EXPECT_EQ(answer(*shielded.program, 1, {{"hits", 1e5}, {"size", 2e6}}), 0);  // refuse
  EXPECT_EQ(answer(*shielded.program, 1, {{"hits", 1e5}, {"size", 1e6}}), 1);
  // The text of the shielded program reads back, contracts and all.
  const auto again = compiled(policy::to_source(*shielded.program));
  EXPECT_EQ(again->digest(), shielded.program->digest());
  EXPECT_TRUE(certify(*again).all_proved());
}

TEST(Shield, FallsBackToAPolicyAndKeepsEveryStatementAtOnce) {
  const auto program = compiled(
      "policy p for cache { stat pace = ewma(inter_arrival, 0.9); rank evict(hits, age) {"
      "ensure output <= hits + 1; ensure output >= -1 or age > 1h; ensure output in [-50, 1e7];"
      "return hits * 2 - pace / 1s; } }");
  const auto fallback = compiled(
      "policy q for cache { stat busy = mean(hit, 10); stat pace = ewma(inter_arrival, 0.9);"
      "rank evict(hits) { return min(hits, max(0, busy + pace / 1s)); } }");
  const Shielded shielded = shield(*program, fallback.get());
  ASSERT_EQ(shielded.certificate.rules[0].properties.size(), 3u);
  for (const auto& property : shielded.certificate.rules[0].properties) {
    EXPECT_EQ(property.ruling, Ruling::proved) << property.property << property.note;
  }
  EXPECT_EQ(shielded.program->statistics().size(), 2u);
  // Where the program keeps its contract, it answers itself.
  EXPECT_EQ(answer(*shielded.program, 0, {{"hits", 0.5}, {"age", 1}, {"pace", 1}, {"busy", 0.25}}), 0);
  EXPECT_EQ(answer(*shielded.program, 0, {{"hits", 5}, {"age", 1}, {"pace", 0}, {"busy", 0.25}}), 0.25);
}

TEST(Shield, KeepsABand) {
  const auto program = compiled(
      "policy p for cache { rank evict(size, hits) { ensure robust in size: 10% -> 0.5;"
      "return size > 1KiB ? 100 : hits; } }");
  EXPECT_TRUE(certify(*program).any_refuted());
  const Shielded plain = shield(*program);
  EXPECT_TRUE(plain.certificate.all_proved());
  EXPECT_EQ(plain.guards[0].kind, Guard::Kind::band);
  EXPECT_LE(answer(*plain.program, 0, {{"size", 2000}, {"hits", 3}}), 0.25);
  // Around an answer that moves with hits, but not with size.
  const auto fallback = compiled("policy q for cache { rank evict(hits) { return min(hits, 50); } }");
  const Shielded shielded = shield(*program, fallback.get());
  EXPECT_TRUE(shielded.certificate.all_proved()) << shielded.certificate.rules[0].properties[0].note;
  EXPECT_NEAR(answer(*shielded.program, 0, {{"size", 2000}, {"hits", 3}}), 3.25, 1e-6);
}

TEST(Shield, SaysWhatItCannotGuard) {
  const auto program = compiled(
      "policy p for cache { rank evict(hits) { ensure increasing in hits; ensure output in [0, 9]; return -hits; } }");
  const Shielded shielded = shield(*program);
  EXPECT_EQ(shielded.guards[0].kind, Guard::Kind::none);
  EXPECT_EQ(shielded.guards[1].kind, Guard::Kind::clamp);
  // A clamp to [0, 9] of what is never above 0 is 0 throughout, which is increasing, weakly.
  EXPECT_TRUE(shielded.certificate.all_proved());
}

TEST(Shield, RefusesWhatCannotBeKept) {
  const auto nothing = compiled("policy p for cache { rank evict(hits) { return hits; } }");
  EXPECT_THROW(shield(*nothing), InputError);
  const auto apart = compiled(
      "policy p for cache { rank evict(hits) { ensure output in [0, 1]; ensure output in [2, 3]; return hits; } }");
  EXPECT_THROW(shield(*apart), InputError);
  const auto unkept = compiled("policy p for cache { rank evict(hits) { ensure output > hits; return hits; } }");
  EXPECT_THROW(shield(*unkept), InputError);
  const auto other = compiled("policy q for cache { rank evict(age) { return age; } }");
  EXPECT_THROW(shield(*unkept, other.get()), InputError);
}

}  // namespace
}  // namespace syswright::judge
