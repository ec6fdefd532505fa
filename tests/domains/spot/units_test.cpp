#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "base/text.h"
#include "domains/spot/features.h"
#include "policy/compile.h"

// A program published for this problem ("optimize_anything", GEPA, 2026, appendix D) keeps times in seconds and
// compares them with 0.5, 2.0 and 3.0, which were meant as hours: its guards are dead, and under the public safety net
// it is late in 56 of the 1,080 public scenarios (studies/cant_be_late.cpp). Written in this language it does not
// compile.
namespace syswright::spot {
namespace {

std::string rule(const std::string& margin, const std::string& safe, const std::string& little) {
  return "policy published for spot {\n"
         "  value instance(remaining, time_left, overhead, spot_available) {\n"
         "    if remaining + overhead >= time_left - " +
         margin +
         " { return on_demand; }\n"
         "    if spot_available { return spot; }\n"
         "    let spare = time_left - remaining - overhead;\n"
         "    if spare < max(" +
         safe +
         ", 4 * overhead) { return on_demand; }\n"
         "    return remaining < " +
         little +
         " and spare < 0.3 * remaining ? on_demand : idle;\n"
         "  }\n"
         "}\n";
}

std::string error_of(const std::string& text) {
  try {
    policy::compile(text, "published.pol", std::array{spot_signature()});
  } catch (const policy::ProgramError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Units, BareNumbersAreNoTimesAndEachIsNamed) {
  EXPECT_THAT(error_of(rule("0.5", "2.0", "3.0")),
              testing::AllOf(testing::HasSubstr("published.pol:3:"), testing::HasSubstr("has time and number"),
                             testing::HasSubstr("give the number a unit (3s, 5min, 2h)"),
                             testing::HasSubstr("time_left - 0.5")));
  EXPECT_THAT(error_of(rule("0.5h", "2.0", "3.0")),
              testing::AllOf(testing::HasSubstr("published.pol:6:"), testing::HasSubstr("max(2.0, 4 * overhead)")));
  EXPECT_THAT(error_of(rule("0.5h", "2h", "3.0")),
              testing::AllOf(testing::HasSubstr("published.pol:7:"), testing::HasSubstr("remaining < 3.0")));
  EXPECT_EQ(error_of(rule("0.5h", "2h", "3h")), "no error");
}

TEST(Units, TimeIsNotMoney) {
  EXPECT_THAT(error_of("policy mixed for spot { value instance(slack, spot_price) { "
                       "return slack > spot_price ? spot : on_demand; } }"),
              testing::HasSubstr("has time and money"));
}

}  // namespace
}  // namespace syswright::spot
