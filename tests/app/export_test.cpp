#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/app/support.h"

namespace syswright::app {
namespace {

using testing::HasSubstr;

constexpr const char* spot_policy =
    "policy waits for spot { value instance(slack) { return slack > 2h ? spot : on_demand; } }";

TEST(HostExport, WritesForAHostOfTheDomain) {
  const TemporaryFolder folder;
  const std::string file = folder.write("waits.pol", spot_policy);
  const Ran ran = run({"export", file, "--as", "skypilot-strategy"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.out, HasSubstr("class WaitsStrategy(Strategy):"));
  EXPECT_THAT(ran.out, HasSubstr("class Solution:"));
  EXPECT_EQ(run({"export", file, "--as", "skypilot-strategy", "--to", "python", "--json"}).json()["host"],
            "skypilot-strategy");
}

TEST(HostExport, RefusesAHostThatIsNotTheDomains) {
  const TemporaryFolder folder;
  const std::string file = folder.write("waits.pol", spot_policy);
  EXPECT_THAT(run({"export", file, "--as", "skypilot-strategi"}).err, HasSubstr("did you mean 'skypilot-strategy'?"));
  EXPECT_THAT(run({"export", file, "--as", "skypilot-strategy", "--to", "c"}).err, HasSubstr("is written in python"));
  const std::string cache = folder.write("lru.pol", "policy lru for cache { rank evict(age) { return age; } }");
  EXPECT_THAT(run({"export", cache, "--as", "skypilot-strategy"}).err, HasSubstr("there are: none"));
  EXPECT_THAT(run({"export", file}).err, HasSubstr("--to is required, unless --as"));
}

}  // namespace
}  // namespace syswright::app
