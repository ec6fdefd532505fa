#include "base/file.h"
#include "base/text.h"
#include "tests/app/support.h"

namespace syswright::app {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class RunCache : public ::testing::Test {
 protected:
  RunCache() : trace_(folder_.write("small.txt", small_trace())) {}
  Ran run_cache(std::vector<std::string> more) const {
    std::vector<std::string> arguments{"run", "cache", "--trace", trace_, "--ledger", "none"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  }
  TemporaryFolder folder_;
  std::string trace_;
};

const nlohmann::json& named(const nlohmann::json& items, const std::string& name) {
  for (const auto& item : items) {
    if (item["name"] == name) return item;
  }
  throw Error("nothing is named " + name);
}

TEST_F(RunCache, PrintsATableForEachSize) {
  const Ran ran = run_cache({"--policy", "lru,fifo,S3-FIFO", "--size", "50,100"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.err, "");
  EXPECT_THAT(ran.out, StartsWith("small.txt: "));
  for (const char* part : {"50 objects", "100 objects", "lru", "fifo", "s3fifo", "request miss ratio", "95 % interval",
                           "gap to bound", "(bound)", "* best"}) {
    EXPECT_THAT(ran.out, HasSubstr(part));
  }
}

TEST_F(RunCache, ShowsTheMetricsThatAreAskedFor) {
  const Ran ran = run_cache({"--policy", "lru", "--size", "50", "--metrics", "bytes_written"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("bytes written"));
  EXPECT_THAT(ran.out, ::testing::Not(HasSubstr("byte miss ratio")));
  const Ran wrong = run_cache({"--policy", "lru", "--size", "50", "--metrics", "bytes_writen"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("did you mean 'bytes_written'?"));
}

TEST_F(RunCache, DrawsMissRatioCurves) {
  const std::string page = folder_ / "curves.html";
  const std::string csv = folder_ / "curves.csv";
  const Ran ran = run_cache({"--policy", "lru,sieve", "--mrc", "--mrc-points", "12", "--plot", page, "--csv", csv});
  EXPECT_EQ(ran.code, 0) << ran.err;
  for (const char* part : {"request miss ratio", "lru", "sieve", "9 of 12 sizes", "plot: "}) {
    EXPECT_THAT(ran.out, HasSubstr(part));
  }
  EXPECT_THAT(read_file(page), HasSubstr("<svg"));
  EXPECT_THAT(read_file(csv), StartsWith("policy,objects,method,request_miss_ratio"));
  const auto json = run_cache({"--policy", "lru,sieve", "--mrc", "--mrc-points", "12", "--json"}).json();
  EXPECT_EQ(json["axis"]["places"].size(), 12u);
  EXPECT_EQ(json["curves"].size(), 2u);
  const Ran wrong = run_cache({"--policy", "lru", "--mrc", "--mrc-points", "0"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("give 1 to 200"));
  EXPECT_EQ(run({"run", "spot", "--mrc"}).code, 2);
}

TEST_F(RunCache, TellsRunsInWindowsAndByTenant) {
  std::string trace = "key,size,tenant,time\n";
  for (int i = 0; i < 900; ++i) {
    trace += fmt::format("{},{},{},{}\n", i * i % 97, 10 + i % 7, i % 3 == 0 ? "\"ads, mobile\"" : "web", i / 10);
  }
  const std::string path = folder_.write("tenants.csv", trace);
  const std::string page = folder_ / "parts.html";
  const std::string csv = folder_ / "parts.csv";
  const std::vector<std::string> asked{"run",       "cache",    "--trace",    path,     "--ledger",
                                       "none",      "--policy", "lru,fifo",   "--size", "20",
                                       "--windows", "30s",      "--by-tenant"};
  std::vector<std::string> arguments = asked;
  arguments.insert(arguments.end(), {"--plot", page, "--csv", csv});
  const Ran ran = run(arguments);
  EXPECT_EQ(ran.code, 0) << ran.err;
  for (const char* part : {"request miss ratio", "byte miss ratio", "from 30 s", "from 1 min 00 s", "ads, mobile"}) {
    EXPECT_THAT(ran.out, HasSubstr(part));
  }
  EXPECT_THAT(read_file(page), HasSubstr("<svg"));
  EXPECT_THAT(read_file(csv), HasSubstr("\"20 objects\",\"fifo\",\"ads, mobile\",3,60,100,"));
  arguments = asked;
  arguments.push_back("--json");
  const auto json = run(arguments).json();
  EXPECT_EQ(json["scenarios"][0]["windows"]["starts"].size(), 3u);
  EXPECT_EQ(json["scenarios"][0]["parts"].size(), 2u * 3u * 4u);
  EXPECT_EQ(run_cache({"--policy", "lru", "--windows", "3", "--mrc"}).code, 2);
  EXPECT_EQ(run_cache({"--policy", "lru", "--plot", page}).code, 2);
  EXPECT_THAT(run_cache({"--policy", "lru", "--windows", "3", "--metric", "byte_miss_ration"}).err,
              HasSubstr("did you mean 'byte_miss_ratio'?"));
}

TEST(RunLlmServing, KeepsATableOfManyMetricsReadable) {
  const Ran ran =
      run({"run", "llm_serving", "--policy", "round_robin", "--ledger", "none", "--no-audit", "--no-bounds"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  std::istringstream lines(ran.out);
  for (std::string line; std::getline(lines, line);) {
    if (line.find("policy") != std::string::npos) {
      EXPECT_LE(display_width(line), 140u) << line;
    }
  }
}

TEST_F(RunCache, JsonAgreesWithTheDefinitions) {
  const Ran ran = run_cache({"--policy", "all", "--size", "100", "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto scenario = ran.json()["scenarios"][0];
  double best = 1;
  for (const auto& policy : scenario["policies"]) {
    const double ratio = policy["metrics"]["request_miss_ratio"];
    best = std::min(best, ratio);
    EXPECT_LE(policy["interval"]["low"], ratio);
    EXPECT_GE(policy["interval"]["high"], ratio);
    EXPECT_GE(policy["gap"], 0) << "no policy passes a provable bound: " << policy;
    EXPECT_EQ(policy["status"], "ok");
  }
  for (const auto& policy : scenario["policies"]) {
    const double ratio = policy["metrics"]["request_miss_ratio"];
    EXPECT_EQ(policy["best"] == true, ratio == best) << policy;
    EXPECT_NEAR(policy["difference"]["estimate"], ratio - best, 1e-12);
  }
  // 60 keys take 60 % of the requests; a cache of 100 that keeps them misses little more than the other 40 %.
  EXPECT_LT(best, 0.50);
  EXPECT_GT(best, 0.38);
}

TEST_F(RunCache, AProgramStandsBesideTheBaselines) {
  // Evicting the least recently used of all residents is LRU, so both must miss alike in the queue.
  const std::string file = folder_.write(
      "mine.pol", "policy mine for cache {\n  rank evict(last_access) by queue { return -last_access; }\n}\n");
  const auto json = run_cache({"--policy", "lru," + file, "--size", "100", "--json"}).json();
  const auto& policies = json["scenarios"][0]["policies"];
  EXPECT_EQ(named(policies, "mine")["metrics"], named(policies, "lru")["metrics"]);
  EXPECT_EQ(named(policies, "mine")["kind"], "program");
  EXPECT_EQ(named(policies, "lru")["kind"], "baseline");
}

TEST_F(RunCache, APolicyNamedTwiceCountsOnce) {
  const auto json = run_cache({"--policy", "lru,LRU,all", "--size", "100", "--no-bounds", "--json"}).json();
  std::size_t lru = 0;
  for (const auto& policy : json["scenarios"][0]["policies"]) lru += policy["name"] == "lru" ? 1 : 0;
  EXPECT_EQ(lru, 1u);
  EXPECT_TRUE(json["scenarios"][0]["bounds"].empty());
}

TEST_F(RunCache, ThreadsDoNotChangeAByte) {
  const std::string one = run_cache({"--size", "20,100", "--threads", "1", "--json"}).out;
  EXPECT_EQ(one, run_cache({"--size", "20,100", "--threads", "3", "--json"}).out);
}

TEST_F(RunCache, TheLedgerGivesTheSameBytes) {
  const std::string ledger = folder_ / "ledger.db";
  const std::vector<std::string> arguments{"run", "cache",  "--trace",  trace_, "--size",
                                           "100", "--json", "--ledger", ledger};
  const Ran first = run(arguments);
  const Ran again = run(arguments);
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(first.out, again.out);
  EXPECT_TRUE(std::filesystem::exists(ledger));
}

TEST_F(RunCache, WritesCsv) {
  const std::string csv = folder_ / "results.csv";
  ASSERT_EQ(run_cache({"--policy", "lru,fifo", "--size", "50,100", "--csv", csv}).code, 0);
  std::istringstream lines(read_file(csv));
  std::string line;
  std::getline(lines, line);
  EXPECT_THAT(line, StartsWith("scenario,setting,kind,name,status,request_miss_ratio,"));
  const auto commas = [](const std::string& text) {
    std::size_t count = 0;
    bool quoted = false;
    for (const char c : text) {
      if (c == '"') quoted = !quoted;
      count += c == ',' && !quoted ? 1 : 0;
    }
    return count;
  };
  const std::size_t columns = commas(line);
  std::size_t policies = 0;
  while (std::getline(lines, line)) {
    EXPECT_EQ(commas(line), columns) << line;
    policies += line.find(",policy,") != line.npos ? 1 : 0;
  }
  EXPECT_EQ(policies, 4u);
}

TEST_F(RunCache, BadInputIsRefusedWithItsPlace) {
  const auto expect_refused = [&](const std::vector<std::string>& more, const std::string& error) {
    const Ran ran = run_cache(more);
    EXPECT_EQ(ran.code, 2) << error;
    EXPECT_EQ(ran.out, "");
    EXPECT_THAT(ran.err, HasSubstr(error));
  };
  expect_refused({"--size", "many"}, "many");
  expect_refused({"--format", "oracleGenral"}, "oracleGeneral");
  expect_refused(
      {"--policy", folder_.write("bad.pol", "policy p for cache {\n  rank evict(agee) { return agee; }\n}\n")},
      "bad.pol:2:");
}

TEST_F(RunCache, ALedgerThatTheUserNamedMustOpen) {
  const std::string file = folder_.write("not.db", "this is no ledger, but a text of some length\n");
  const Ran ran = run({"run", "cache", "--trace", trace_, "--size", "50", "--ledger", file});
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.err, HasSubstr("not.db"));
}

TEST_F(RunCache, AMissingTraceIsNamed) {
  const Ran ran = run({"run", "cache", "--trace", folder_ / "none.txt", "--ledger", "none"});
  EXPECT_NE(ran.code, 0);
  EXPECT_THAT(ran.err, HasSubstr("none.txt"));
}

TEST_F(RunCache, AStopEndsWithOneHundredAndThirty) {
  std::stop_source source;
  source.request_stop();
  const Registries registries = built_in();
  const Ran ran =
      run_with(registries, {"run", "cache", "--trace", trace_, "--size", "100", "--ledger", "none", "--json"},
               source.get_token());
  EXPECT_EQ(ran.code, 130);
  EXPECT_EQ(ran.json()["complete"], false);
  EXPECT_EQ(ran.json()["scenarios"][0]["policies"][0]["status"], "cancelled");
}

/// A trace that a viewer opens: one JSON document, whose events are of a kind that the format has.
TEST(RunMultiRegion, DrawsATimeline) {
  const TemporaryFolder folder;
  const std::string file = folder / "run.json";
  const Ran ran = run({"run", "multi_region", "--policy", "up_s,skynomad", "--job", "4h", "--deadline", "6h", "--jobs",
                       "2", "--ledger", "none", "--timeline", file});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.err, HasSubstr("timeline: " + file));
  const auto trace = nlohmann::json::parse(read_file(file));
  std::set<std::string> kinds;
  std::set<std::string> groups;
  for (const auto& event : trace["traceEvents"]) {
    kinds.insert(event["ph"].get<std::string>());
    if (event["name"] == "process_name") groups.insert(event["args"]["name"].get<std::string>());
  }
  EXPECT_THAT(kinds, ::testing::UnorderedElementsAre("M", "X", "i", "C"));
  ASSERT_EQ(groups.size(), 4u) << "two jobs of two policies";
  EXPECT_THAT(*groups.begin(), StartsWith("skynomad: job 1: "));
}

TEST(RunMultiRegion, ATimelineThatCannotBeWrittenIsAnError) {
  const Ran ran = run({"run", "multi_region", "--policy", "up_s", "--job", "4h", "--deadline", "6h", "--jobs", "2",
                       "--ledger", "none", "--no-audit", "--timeline", "/no/such/folder/run.json"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.err, HasSubstr("/no/such/folder"));
}

TEST_F(RunCache, OffersATimelineOnlyWhereOneIsDrawn) {
  const Ran ran = run_cache({"--policy", "lru", "--size", "50", "--timeline", "run.json"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr("unknown option '--timeline'"));
}

}  // namespace
}  // namespace syswright::app
