#include "judge/certify/certify.h"

#include <cmath>
#include <fstream>
#include <map>

#include "policy/compile.h"
#include "tests/support/sample_signature.h"

namespace syswright::judge {
namespace {

using testing::HasSubstr;

policy::ProgramPtr compiled(const std::string& text) {
  const auto signature = support::sample_signature();
  return policy::compile(text, "t.pol", {&signature, 1});
}

/// Of `rank evict(parameters) { body }`: what came of its only `ensure`.
PropertyCertificate rank(const std::string& parameters, const std::string& body, const CertifyOptions& options = {}) {
  const auto program = compiled("policy p for cache { rank evict(" + parameters + ") {" + body + "} }");
  const Certificate certificate = certify(*program, options);
  EXPECT_EQ(certificate.rules.size(), 1u);
  EXPECT_EQ(certificate.rules.at(0).properties.size(), 1u);
  const PropertyCertificate property = certificate.rules.at(0).properties.at(0);
  EXPECT_NEAR(property.proved + property.refuted + property.left, 1, 1e-9) << property.property;
  return property;
}

PropertyCertificate admit(const std::string& parameters, const std::string& body) {
  const auto program = compiled("policy p for cache { value admit(" + parameters + ") {" + body + "} }");
  return certify(*program).rules.at(0).properties.at(0);
}

// Ranges.

TEST(Certify, ProvesARangeByIntervalsAlone) {
  const auto property = rank("hits", "ensure output in [0, 1]; return min(hits, 100) / 100;");
  EXPECT_EQ(property.ruling, Ruling::proved);
  EXPECT_EQ(property.arithmetic, Arithmetic::doubles);
  EXPECT_EQ(property.method, Method::intervals);
  EXPECT_EQ(property.proved, 1);
  EXPECT_EQ(property.left, 0);
  EXPECT_EQ(property.boxes, 1u);
  EXPECT_EQ(property.property, "ensure output in [0, 1];");
}

TEST(Certify, RefutesWithAPointThatTheInterpreterConfirms) {
  const auto property = rank("hits", "require hits <= 200; ensure output in [0, 1]; return hits / 100;");
  ASSERT_EQ(property.ruling, Ruling::refuted);
  ASSERT_TRUE(property.counterexample);
  ASSERT_EQ(property.counterexample->points.size(), 1u);
  const Point& point = property.counterexample->points[0];
  EXPECT_EQ(point.output, point.inputs[0] / 100);
  EXPECT_GT(point.output, 1);
  EXPECT_THAT(property.counterexample->text, HasSubstr("hits = "));
  EXPECT_THAT(property.counterexample->text, HasSubstr("answers "));
  // hits in [0, 100] is fine and (100, 200] is not: half each.
  EXPECT_NEAR(property.proved, 0.5, 1e-3);
  EXPECT_NEAR(property.refuted, 0.5, 2e-3);
}

TEST(Certify, ThresholdsAreExact) {
  // The largest answer is 1 exactly: it may be stated, and a little less may not.
  EXPECT_EQ(rank("fill", "ensure output <= 1; return fill;").ruling, Ruling::proved);
  EXPECT_EQ(rank("fill", "ensure output < 1; return fill;").ruling, Ruling::refuted);
  EXPECT_EQ(rank("hits", "require hits < 3; ensure output < 3; return hits;").ruling, Ruling::proved);
  EXPECT_EQ(rank("hits", "require hits <= 3; ensure output < 3; return hits;").ruling, Ruling::refuted);
}

TEST(Certify, DerivativesSeeThatDifferencesCancel) {
  // By values alone, fill * (1 - fill) lies in [0, 1] and needs ever smaller boxes near its top of 1/4.
  const auto property =
      rank("fill, drift",
           "require drift in [-1, 1]; ensure output <= 0.2501; return fill * (1 - fill) + drift - drift * 1;");
  EXPECT_EQ(property.ruling, Ruling::proved);
  const auto correlated = rank("hits, drift",
                               "require hits <= 10 and drift in [-1, 1]; ensure output in [-0.5, 12];"
                               "let x = hits + drift * 0.25; return x * 2 - hits - drift * 0.5;");
  EXPECT_EQ(correlated.ruling, Ruling::proved);
  EXPECT_EQ(correlated.method, Method::derivatives);
  EXPECT_EQ(correlated.arithmetic, Arithmetic::doubles);
}

TEST(Certify, TheSolverDecidesWhatTouches) {
  // (fill - 1/2)^2 >= 0 holds with equality inside the box: boxes around 1/2 stay open however small, as x * x with
  // x = fill - 0.5 has its own sign known, but x^2 - x + 1/4 has not.
  CertifyOptions options;
  options.max_boxes = 2000;
  const std::string body = "ensure output >= 0; return fill * fill - fill + 0.25;";
  const auto with = rank("fill", body, options);
  EXPECT_EQ(with.ruling, Ruling::proved);
  EXPECT_EQ(with.method, Method::solver);
  EXPECT_EQ(with.arithmetic, Arithmetic::reals);  // rounding could make it negative
  options.solver = false;
  const auto without = rank("fill", body, options);
  EXPECT_EQ(without.ruling, Ruling::undecided);
  EXPECT_GT(without.proved, 0.9);
  EXPECT_GT(without.left, 0);
  ASSERT_FALSE(without.regions.empty());
  EXPECT_TRUE(without.regions[0].ranges[0].contains(0.5) || without.regions[0].ranges[0].high > 0.4);
  EXPECT_GE(without.regions_left, without.regions.size());
}

TEST(Certify, TheSolverProvesForDoublesWhereThereIsRoom) {
  CertifyOptions options;
  options.max_boxes = 3;
  const auto property = rank("fill, drift",
                             "require drift in [0, 1]; ensure output >= -0.01;"
                             "return fill * fill - 2 * fill * drift + drift * drift;",
                             options);
  EXPECT_EQ(property.ruling, Ruling::proved);
  EXPECT_EQ(property.method, Method::solver);
  EXPECT_EQ(property.arithmetic, Arithmetic::doubles);
}

TEST(Certify, ConditionsSpeakOfInputsAndOutput) {
  EXPECT_EQ(rank("hits, age", "ensure output >= hits or age < 1s; return hits * max(age / 1s, 1);").ruling,
            Ruling::proved);
  EXPECT_EQ(rank("hits, age", "ensure output > hits or age < 1s; return hits * max(age / 1s, 1);").ruling,
            Ruling::refuted);
}

TEST(Certify, ActionsCanBeExcluded) {
  const std::string rule = "if size > 1MiB { return refuse; } return hits > 3 ? take : refuse;";
  EXPECT_EQ(admit("hits, size", "ensure output == refuse or size <= 1MiB;" + rule).ruling, Ruling::proved);
  const auto wrong = admit("hits, size", "ensure output == refuse or size <= 1KiB;" + rule);
  EXPECT_EQ(wrong.ruling, Ruling::refuted);
  EXPECT_THAT(wrong.counterexample->text, HasSubstr("answers take"));
}

TEST(Certify, ARuleIsFollowedIntoItsChoices) {
  // Only where the condition is known in each arm is the difference known to be positive.
  const auto property = rank("age, size",
                             "require age <= 1d; require size <= 1GiB; ensure output >= 0;"
                             "let a = age / 1s; let b = size / 1KiB; return a > b ? a - b : b - a;");
  EXPECT_EQ(property.ruling, Ruling::proved) << property.note;
}

// Boxes and requirements.

TEST(Certify, RequirementsCutTheBoxAndOpenEndsAreCutByDefault) {
  const auto program = compiled(
      "policy p for cache { stat pace = ewma(inter_arrival, 0.9); rank evict(hits, age, size, ghost, drift, price) {"
      "require hits in [2, 9] and age < 1min; require not ghost; require size >= 2TiB; ensure output >= 0;"
      "return hits + age / 1s + size / 1B + (ghost ? 1 : 0) + abs(drift) + price / $1 + pace / 1s; } }");
  const Certificate certificate = certify(*program);
  std::map<std::string, Side> sides;
  for (const Side& side : certificate.rules[0].box) sides[side.name] = side;
  EXPECT_EQ(sides["hits"].range, (policy::Interval{2, 9}));
  EXPECT_FALSE(sides["hits"].cut);
  EXPECT_LT(sides["age"].range.high, 60);
  EXPECT_EQ(sides["ghost"].range, (policy::Interval{0, 0}));
  EXPECT_EQ(sides["size"].range.low, 2 * 1099511627776.0);
  EXPECT_TRUE(sides["size"].cut);
  EXPECT_GT(sides["size"].range.high, sides["size"].range.low);
  EXPECT_EQ(sides["drift"].range, (policy::Interval{-1e6, 1e6}));
  EXPECT_EQ(sides["price"].range, (policy::Interval{0, 1e6}));
  EXPECT_EQ(sides["pace"].range, (policy::Interval{0, 30 * 86400.0}));
  EXPECT_EQ(certificate.rules[0].assumptions.size(), 3u);
  EXPECT_TRUE(certificate.all_proved());
}

TEST(Certify, RequirementsBetweenInputsAreAssumed) {
  EXPECT_EQ(rank("hits, drift", "require drift <= hits; ensure output >= 0; return hits - drift;").ruling,
            Ruling::proved);
  EXPECT_EQ(rank("hits, drift", "ensure output >= 0; return hits - drift;").ruling, Ruling::refuted);
}

TEST(Certify, NothingIsProvedOfAnEmptyBox) {
  for (const std::string require : {"require hits > 3 and hits < 2;", "require hits > drift and drift > hits;"}) {
    const auto property = rank("hits, drift", require + "ensure output > 5; return hits + drift;");
    EXPECT_EQ(property.ruling, Ruling::undecided) << require;
    EXPECT_EQ(property.proved, 0);
    EXPECT_THAT(property.note, HasSubstr("no input was found that satisfies"));
  }
}

// Monotonicity.

TEST(Certify, MonotoneByStructure) {
  const auto property = rank("age, size", "ensure increasing in age; return sqrt(age / 1s) / max(size / 1B, 3) - 7;");
  EXPECT_EQ(property.ruling, Ruling::proved);
  EXPECT_EQ(property.arithmetic, Arithmetic::doubles);
  EXPECT_EQ(property.method, Method::structure);
  EXPECT_EQ(rank("age, size", "ensure decreasing in size; return sqrt(age / 1s) / max(size / 1B, 3) - 7;").ruling,
            Ruling::proved);
}

TEST(Certify, MonotoneAcrossAChoice) {
  EXPECT_EQ(rank("age", "ensure increasing in age; if age > 1h { return 10 + age / 1h; } return age / 1h;").ruling,
            Ruling::proved);
  const auto falls = rank("age", "ensure increasing in age; if age > 1h { return age / 1h; } return 5 + age / 1h;");
  ASSERT_EQ(falls.ruling, Ruling::refuted);
  ASSERT_EQ(falls.counterexample->points.size(), 2u);
  EXPECT_LT(falls.counterexample->points[0].inputs[0], falls.counterexample->points[1].inputs[0]);
  EXPECT_GT(falls.counterexample->points[0].output, falls.counterexample->points[1].output);
}

TEST(Certify, MonotoneThroughLogarithmsIsOfTheReals) {
  const auto property = rank("hits", "ensure increasing in hits; return log(1 + hits);");
  EXPECT_EQ(property.ruling, Ruling::proved);
  EXPECT_EQ(property.arithmetic, Arithmetic::reals);
}

TEST(Certify, MonotoneByDerivatives) {
  const auto property = rank("fill", "ensure increasing in fill; return 3 * fill - fill * fill;");
  EXPECT_EQ(property.ruling, Ruling::proved);
  EXPECT_EQ(property.arithmetic, Arithmetic::reals);
  EXPECT_EQ(property.method, Method::derivatives);
  const auto turns = rank("fill", "ensure increasing in fill; return fill - fill * fill;");
  EXPECT_EQ(turns.ruling, Ruling::refuted);
  EXPECT_NEAR(turns.proved, 0.5, 0.01);
  EXPECT_NEAR(turns.refuted, 0.5, 0.01);
}

TEST(Certify, MonotoneBySolver) {
  // hits / (hits + 1) rises more and more slowly: no derivative bound over boxes of a million hits is of a sign.
  CertifyOptions options;
  options.max_boxes = 500;
  const auto property = rank("hits", "ensure increasing in hits; return hits / (hits + 1);", options);
  EXPECT_EQ(property.ruling, Ruling::proved);
  EXPECT_EQ(property.method, Method::solver);
  EXPECT_EQ(property.arithmetic, Arithmetic::reals);
}

TEST(Certify, MonotoneInATruth) {
  EXPECT_EQ(rank("ghost, hits", "ensure increasing in ghost; return ghost ? hits + 1 : hits;").ruling, Ruling::proved);
  const auto property = rank("ghost, hits", "ensure decreasing in ghost; return ghost ? hits + 1 : hits;");
  ASSERT_EQ(property.ruling, Ruling::refuted);
  EXPECT_THAT(property.counterexample->text, HasSubstr("ghost = false"));
  EXPECT_THAT(property.counterexample->text, HasSubstr("ghost = true"));
}

TEST(Certify, AnExcludedMiddleDoesNotBreakAChain) {
  // Rising on both sides of what is required, but lower on the right: not increasing.
  const auto property = rank("drift",
                             "require drift in [0, 10]; require drift < 4 or drift > 6; ensure increasing in drift;"
                             "return drift > 5 ? drift - 8 : drift;");
  EXPECT_NE(property.ruling, Ruling::proved);
}

// Scaling.

TEST(Certify, ScalingOfUnits) {
  const std::string ensure = "require age >= 1ms; require gaps[0] >= 1ms; ensure invariant under scaling of age, gaps;";
  EXPECT_EQ(rank("age, gaps, hits", ensure + "return (age - gaps[0]) * hits;").ruling, Ruling::proved);
  EXPECT_EQ(rank("age, gaps, hits", ensure + "return age > gaps[0] ? age * 2 : gaps[0];").ruling, Ruling::proved);
  EXPECT_EQ(rank("age, gaps, hits", ensure + "return hits - 3 * log(age / gaps[0]);").ruling, Ruling::proved);
  EXPECT_EQ(rank("age, gaps, hits",
                 "require age > 1ns; ensure invariant under scaling of age; return hits * 0 + log(age / 1s);")
                .ruling,
            Ruling::proved);
  const auto broken = rank("age, gaps, hits", ensure + "return age / 1s + hits;");
  ASSERT_EQ(broken.ruling, Ruling::refuted);
  EXPECT_EQ(broken.counterexample->points.size(), 4u);
  EXPECT_EQ(rank("age, hits", "ensure invariant under scaling of age; return hits;").arithmetic, Arithmetic::doubles);
}

TEST(Certify, ScalingOfAnAnswer) {
  EXPECT_EQ(
      admit("hits, size", "ensure invariant under scaling of size, hits; return size / 1B > hits ? take : refuse;")
          .ruling,
      Ruling::proved);
  EXPECT_EQ(admit("hits, size", "ensure invariant under scaling of size; return size > 1KiB ? take : refuse;").ruling,
            Ruling::refuted);
}

// Starvation.

TEST(Certify, NobodyStarvesWhereAgeOutweighsTheRest) {
  const std::string ensure = "require hits <= 100; ensure starves none beyond 200 rounds as age grows by 1s;";
  const auto property = rank("age, hits", ensure + "return age / 1s - hits;");
  EXPECT_EQ(property.ruling, Ruling::proved);
  EXPECT_EQ(property.arithmetic, Arithmetic::doubles);
  const auto weak = rank("age, hits",
                         "require hits <= 100; ensure starves none beyond 100 rounds as age grows by 1s;"
                         "return age / 1s - hits;");
  ASSERT_EQ(weak.ruling, Ruling::refuted);  // 100 rounds older and 100 hits more: a tie
  const Point& younger = weak.counterexample->points[0];
  const Point& older = weak.counterexample->points[1];
  EXPECT_GE(younger.output, older.output);
}

TEST(Certify, OldCandidatesStarveWhereAgeSaturates) {
  EXPECT_EQ(rank("age, hits",
                 "require hits <= 100; ensure starves none beyond 200 rounds as age grows by 1s;"
                 "return min(age / 1s, 1000) - hits;")
                .ruling,
            Ruling::refuted);
  EXPECT_THAT(
      rank("age, hits",
           "require age <= 10s; ensure starves none beyond 200 rounds as age grows by 1s; return age - hits * 1s;")
          .note,
      HasSubstr("no two candidates"));
}

// Robustness.

TEST(Certify, RobustWithinTheStatedEffect) {
  const std::string rule = "return sqrt(size / 1MiB) * 3 + min(hits, 5);";
  const std::string box = "require size in [1KiB, 1GiB];";
  // sqrt(1.01) - 1 = 0.00499 of at most 3 * 32: 0.479.
  EXPECT_EQ(rank("size, hits", box + "ensure robust in size: 1% -> 0.5;" + rule).ruling, Ruling::proved);
  const auto wrong = rank("size, hits", box + "ensure robust in size: 1% -> 0.4;" + rule);
  ASSERT_EQ(wrong.ruling, Ruling::refuted);
  const auto& points = wrong.counterexample->points;
  EXPECT_GT(std::fabs(points[0].output - points[1].output), 0.4);
  EXPECT_GT(wrong.proved, 0.5);
}

TEST(Certify, RobustAcrossAJump) {
  const std::string rule = "return age / 1s + (size > 1KiB ? 0.02 : 0);";
  const auto property = rank("size, age", "ensure robust in size: 1% -> 0.021;" + rule);
  EXPECT_EQ(property.ruling, Ruling::proved) << property.left;
  EXPECT_EQ(property.arithmetic, Arithmetic::doubles);
  EXPECT_EQ(rank("size, age", "require age <= 1s; ensure robust in size: 1% -> 0.019;" + rule).ruling, Ruling::refuted);
}

TEST(Certify, TheExampleOfTheLanguageReferenceIsProved) {
  std::ifstream file(std::string(SYSWRIGHT_SOURCE_DIR) + "/docs/language.md");
  const std::string reference{std::istreambuf_iterator<char>(file), {}};
  const std::size_t begin = reference.find("policy guarded for cache");
  ASSERT_NE(begin, reference.npos);
  const Certificate certificate = certify(*compiled(reference.substr(begin, reference.find("```", begin) - begin)));
  ASSERT_EQ(certificate.rules.size(), 2u);
  EXPECT_EQ(certificate.rules[0].properties.size(), 7u);
  for (const auto& property : certificate.rules[0].properties) {
    EXPECT_EQ(property.ruling, Ruling::proved) << property.property << " " << property.note << " " << property.left;
  }
  EXPECT_EQ(certificate.rules[1].properties[0].ruling, Ruling::proved);
  EXPECT_EQ(certificate.rules[1].properties[1].ruling, Ruling::refuted);  // at 1 MiB the action changes
}

TEST(Certify, RobustActionsAreQuantified) {
  const auto property =
      admit("size", "require size <= 1000B; ensure robust in size: 1%; return size > 500B ? take : refuse;");
  EXPECT_EQ(property.ruling, Ruling::refuted);
  // All but about 1 % on each side of 500.
  EXPECT_NEAR(property.proved, 0.99, 0.003);
}

TEST(Certify, WorkIsBoundedAndRepeats) {
  CertifyOptions options;
  options.max_boxes = 300;
  options.solver = false;
  const std::string body =
      "require hits <= 10; ensure output <= 3.2; return hits * (1 - fill) * fill + price / ($1 + price) * 0.7001;";
  const auto first = rank("hits, fill, price", body, options);
  const auto second = rank("hits, fill, price", body, options);
  EXPECT_LE(first.boxes, 302u);
  EXPECT_EQ(first.boxes, second.boxes);
  EXPECT_EQ(first.proved, second.proved);
  EXPECT_EQ(first.left, second.left);
}

TEST(Certify, StopsWhenAsked) {
  std::stop_source source;
  source.request_stop();
  const auto program =
      compiled("policy p for cache { rank evict(hits) { ensure output <= 1; return hits / (hits + 1) + 0 * hits; } }");
  const Certificate certificate = certify(*program, {}, source.get_token());
  EXPECT_FALSE(certificate.complete);
}

TEST(Certify, ProgramsWithoutContractsHaveEmptyCertificates) {
  const auto program = compiled("policy p for cache { rank evict(hits) { return hits; } }");
  const Certificate certificate = certify(*program);
  EXPECT_TRUE(certificate.rules.empty());
  EXPECT_FALSE(certificate.all_proved());
  EXPECT_FALSE(certificate.any_refuted());
}

}  // namespace
}  // namespace syswright::judge
