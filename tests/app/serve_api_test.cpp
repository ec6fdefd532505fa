#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "app/serve/api.h"
#include "base/process.h"
#include "tests/app/support.h"

namespace syswright::app::serve {
namespace {

using ::testing::HasSubstr;

const Registries& registries() {
  static const Registries all = built_in();
  return all;
}

struct Answer {
  int status = 0;
  nlohmann::json json;
};

/// A ledger with one finished design run over a small trace, made once for all tests.
class ServeApi : public ::testing::Test {
 protected:
  /// By the first test: before it, the folder has no name.
  static void make_ledger() {
    folder = std::make_unique<TemporaryFolder>();
    trace = folder->write("small.txt", small_trace());
    const Ran ran = run({"design", "cache", "--trace", trace, "--size", "60", "--budget", "60evals", "--seed", "3",
                         "--start", "exemplars", "--ledger", *folder / "ledger.db", "--report", "none", "--json"});
    ASSERT_LT(ran.code, 2) << ran.err;
    std::filesystem::create_directory(*folder / "timelines");
    folder->write("timelines/one.json", "{\"traceEvents\":[]}");
    folder->write("timelines/notes.txt", "not a timeline");
    folder->write("secret.json", "{\"secret\":1}");
    std::filesystem::create_symlink(*folder / "secret.json", *folder / "timelines/link.json");
  }
  static void TearDownTestSuite() { folder.reset(); }

  /// Jobs start a script that tells its arguments and waits for a signal if it is asked to.
  Api make() {
    if (!folder) make_ledger();
    const std::string program = folder->write("program.sh",
                                              "#!/bin/sh\nfor word in \"$@\"; do echo \"$word\"; done\n"
                                              "case \"$*\" in *3600s*) trap 'echo stopped; exit 130' TERM\n"
                                              "while :; do sleep 0.02; done;; esac\n");
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    return Api({.domains = registries().domains,
                .designers = registries().designers,
                .ledger = *folder / "ledger.db",
                .timelines = *folder / "timelines",
                .program = program});
  }
  Answer get(const std::string& path, const std::map<std::string, std::string>& query = {}) {
    const Response response = api.answer({.method = "GET", .path = path, .query = query, .headers = {}, .body = ""});
    return {response.status, nlohmann::json::parse(response.body, nullptr, false)};
  }
  Answer post(const std::string& path, const std::string& body) {
    const Response response = api.answer(
        {.method = "POST", .path = path, .query = {}, .headers = {{"content-type", "application/json"}}, .body = body});
    return {response.status, nlohmann::json::parse(response.body, nullptr, false)};
  }
  std::string error_of(const std::string& body) {
    const Answer answer = post("/api/jobs", body);
    EXPECT_EQ(answer.status, 400) << body;
    return answer.json.value("error", "");
  }
  nlohmann::json wait_for_job(std::uint64_t id) {
    for (int i = 0; i < 500; ++i) {
      Answer answer = get("/api/jobs/" + std::to_string(id));
      if (!answer.json["running"].get<bool>()) return answer.json;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ADD_FAILURE() << "job " << id << " does not end";
    return {};
  }

  static std::unique_ptr<TemporaryFolder> folder;
  static std::string trace;
  Api api = make();
};
std::unique_ptr<TemporaryFolder> ServeApi::folder;
std::string ServeApi::trace;

TEST_F(ServeApi, TellsWhatItIs) {
  const Answer state = get("/api/state");
  EXPECT_EQ(state.status, 200);
  EXPECT_EQ(state.json["runs"], 1);
  EXPECT_GT(state.json["evaluations"], 20);
  bool cache = false;
  for (const auto& domain : state.json["domains"]) {
    if (domain["name"] != "cache") continue;
    cache = true;
    EXPECT_EQ(domain["metrics"][0]["name"], "request_miss_ratio");
    EXPECT_TRUE(domain["curves"].is_string());
  }
  EXPECT_TRUE(cache);
}

TEST_F(ServeApi, ListsRuns) {
  const Answer runs = get("/api/runs");
  ASSERT_EQ(runs.json["runs"].size(), 1u);
  const auto& run = runs.json["runs"][0];
  EXPECT_EQ(run["command"], "design cache");
  EXPECT_EQ(run["domain"], "cache");
  EXPECT_EQ(run["designer"], "evolve");
  EXPECT_EQ(run["budget"], "60evals");
  EXPECT_EQ(run["seed"], "3");
  EXPECT_EQ(run["status"], "ended");
  EXPECT_THAT(run["verdict"].get<std::string>(), HasSubstr("designed policy"));
}

TEST_F(ServeApi, ShowsARunWithItsLineage) {
  const Answer run = get("/api/runs/1");
  ASSERT_EQ(run.status, 200);
  EXPECT_FALSE(run.json["proposals"].empty());
  EXPECT_FALSE(run.json["trail"].empty()) << "the search reported how far it was";
  const std::string best = run.json["policy"];
  for (const auto& proposal : run.json["proposals"]) {
    EXPECT_TRUE(run.json["policies"].contains(proposal["policy"])) << proposal;
    EXPECT_GT(run.json["policies"][proposal["policy"].get<std::string>()]["size"], 0);
  }
  const Answer outcome = get("/api/runs/1/outcome");
  EXPECT_EQ(outcome.json["policy"]["digest"], best);
  EXPECT_EQ(get("/api/runs/2").status, 404);
  EXPECT_EQ(get("/api/runs/2/outcome").status, 404);
}

/// A run that has begun in this process, without the process knowing how to go on: alive while its progress grows.
TEST_F(ServeApi, TellsRunningFromStopped) {
  Ledger ledger(*folder / "live.db");
  Api live({.domains = registries().domains,
            .designers = registries().designers,
            .ledger = *folder / "live.db",
            .timelines = "",
            .program = "/bin/false"});
  const auto status = [&] {
    const Response response =
        live.answer({.method = "GET", .path = "/api/runs", .query = {}, .headers = {}, .body = ""});
    return nlohmann::json::parse(response.body)["runs"][0]["status"].get<std::string>();
  };
  const std::int64_t before = live.state();
  const RunId run = ledger.begin_run("design cache", "{}", 1);
  ledger.record_progress({.run = run, .seconds = 1, .spent = 10, .fraction = 0.1, .best = 0.5, .note = "generation 1"});
  EXPECT_NE(live.state(), before);
  EXPECT_EQ(status(), "stopped") << "nothing says that anybody works on it";
  ledger.record_progress({.run = run, .seconds = 2, .spent = 20, .fraction = 0.2, .best = 0.4, .note = "generation 2"});
  EXPECT_EQ(status(), "running") << "its progress grew while we looked";
  ledger.end_run(run, "{\"verdict\":\"done\"}");
  EXPECT_EQ(status(), "ended");
}

TEST_F(ServeApi, AsksWhetherTheProcessOfARunStillRuns) {
  Ledger ledger(*folder / "process.db");
  Api live({.domains = registries().domains,
            .designers = registries().designers,
            .ledger = *folder / "process.db",
            .timelines = "",
            .program = "/bin/false"});
  const auto begin = [&](ProcessIdentity process) {
    const nlohmann::json invocation{
        {"process",
         {{"host", process.host}, {"boot", process.boot}, {"number", process.number}, {"started", process.started}}}};
    ledger.begin_run("design cache", "{}", 1, invocation.dump());
  };
  begin(this_process());
  ProcessIdentity gone = this_process();
  gone.started = "1";  // the number is another process's by now
  begin(gone);
  const Response response = live.answer({.method = "GET", .path = "/api/runs", .query = {}, .headers = {}, .body = ""});
  const nlohmann::json runs = nlohmann::json::parse(response.body)["runs"];
  EXPECT_EQ(runs[1]["status"], "running");
  EXPECT_EQ(runs[0]["status"], "stopped");
  EXPECT_TRUE(runs[0]["resumable"].get<bool>());
  const auto go_on = [&](const std::string& run) {
    return live.answer({.method = "POST",
                        .path = "/api/jobs",
                        .query = {},
                        .headers = {{"content-type", "application/json"}},
                        .body = R"({"kind":"resume","run":)" + run + "}"});
  };
  EXPECT_EQ(go_on("2").status, 201);
  EXPECT_THAT(go_on("1").body, HasSubstr("cannot be gone on with"));
  EXPECT_THAT(go_on("3").body, HasSubstr("there is no run 3"));
}

TEST_F(ServeApi, FindsPoliciesAndWhatTheyDid) {
  const Answer found = get("/api/policies", {{"domain", "cache"}, {"text", "lru"}});
  ASSERT_FALSE(found.json["policies"].empty());
  const std::string lru = Policy::native("lru").digest().hex();
  const Answer policy = get("/api/policies/" + lru);
  EXPECT_EQ(policy.json["name"], "lru");
  EXPECT_TRUE(policy.json["native"].get<bool>());
  ASSERT_EQ(policy.json["evaluations"].size(), 1u) << "on the held-out part";
  EXPECT_EQ(policy.json["evaluations"][0]["metrics"].size(), policy.json["metrics"].size());
  EXPECT_EQ(get("/api/policies", {{"text", lru.substr(0, 10)}}).json["policies"][0]["name"], "lru");
  EXPECT_TRUE(get("/api/policies", {{"text", "%"}}).json["policies"].empty()) << "no pattern";
  EXPECT_EQ(get("/api/policies/" + std::string(32, '0')).status, 404);
  EXPECT_EQ(get("/api/policies/xyz").status, 400);
}

TEST_F(ServeApi, ShowsAScenarioAsPoints) {
  const Answer scenarios = get("/api/scenarios", {{"domain", "cache"}});
  ASSERT_FALSE(scenarios.json["scenarios"].empty());
  const std::string digest = scenarios.json["scenarios"][0]["digest"];
  const Answer front = get("/api/scenarios/" + digest);
  const auto& points = front.json["points"];
  EXPECT_EQ(points.size(), scenarios.json["scenarios"][0]["evaluations"]);
  for (std::size_t i = 1; i < points.size(); ++i) {
    EXPECT_LE(points[i - 1]["metrics"][0], points[i]["metrics"][0]) << "the best first";
  }
  const Answer few = get("/api/scenarios/" + digest, {{"limit", "3"}});
  EXPECT_EQ(few.json["points"].size(), 3u);
  EXPECT_TRUE(few.json["more"].get<bool>());
  EXPECT_EQ(get("/api/scenarios/" + digest, {{"limit", "-3"}}).status, 400);
  EXPECT_TRUE(get("/api/scenarios", {{"domain", "spot"}}).json["scenarios"].empty());
}

TEST_F(ServeApi, ComparesInPairsAsTheJudgeDoes) {
  const std::string lru = Policy::native("lru").digest().hex();
  const std::string fifo = Policy::native("fifo").digest().hex();
  const Answer pair = get("/api/compare", {{"a", lru}, {"b", fifo}});
  ASSERT_EQ(pair.status, 200) << pair.json;
  EXPECT_EQ(pair.json["common"], 1);
  EXPECT_THAT(pair.json["verdict"].get<std::string>(), HasSubstr("fifo"));
  // The same question to the judge, on the part of the trace that was held out: the verdict and the effect are equal.
  const auto& ours = pair.json["pairs"]["scenarios"][0]["pairings"][0];
  EXPECT_EQ(ours["policy"], "fifo");
  const auto& standings = pair.json["pairs"]["scenarios"][0]["policies"];
  const double difference = standings[1]["metrics"]["request_miss_ratio"].get<double>() -
                            standings[0]["metrics"]["request_miss_ratio"].get<double>();
  EXPECT_NEAR(ours["difference"]["estimate"].get<double>(), difference, 1e-12);
  EXPECT_LE(ours["difference"]["low"].get<double>(), difference);
  EXPECT_GE(ours["difference"]["high"].get<double>(), difference);
  EXPECT_EQ(get("/api/compare", {{"a", lru}, {"b", lru}}).status, 400);
  EXPECT_EQ(get("/api/compare", {{"a", lru}, {"b", std::string(32, '1')}}).status, 404);
  EXPECT_EQ(get("/api/compare", {{"a", lru}}).status, 400);
}

/// Searches race candidates on parts of scenarios: counted beside their wholes they would make evidence look doubled.
TEST_F(ServeApi, ComparesOnWholesWithoutTheirParts) {
  Ledger ledger(*folder / "parts.db");
  const Digest a = Policy::native("lru").digest();
  const Digest b = Policy::native("fifo").digest();
  LedgerBatch batch{.policies = {{a, "cache", "lru", ""}, {b, "cache", "fifo", ""}}};
  const auto meet = [&](std::uint64_t scenario, std::uint64_t events) {
    batch.scenarios.push_back({{0, scenario}, "cache", std::to_string(events) + " requests"});
    for (const Digest& policy : {a, b}) {
      Evaluation evaluation{.metrics = {0.5, 0.5, 1}, .events = events};
      for (int i = 0; i < 16; ++i) evaluation.blocks.push_back({(policy == a ? 1.0 : 1.1) + 0.01 * (i % 3), 2});
      batch.evaluations.push_back({{policy, {0, scenario}, "1"}, evaluation, {}});
    }
  };
  meet(1, 1000);
  meet(2, 500);
  meet(3, 499);
  ledger.record(batch);
  Api parts({.domains = registries().domains,
             .designers = registries().designers,
             .ledger = *folder / "parts.db",
             .timelines = "",
             .program = "/bin/false"});
  const Response response = parts.answer(
      {.method = "GET", .path = "/api/compare", .query = {{"a", a.hex()}, {"b", b.hex()}}, .headers = {}, .body = ""});
  const nlohmann::json pair = nlohmann::json::parse(response.body);
  ASSERT_EQ(response.status, 200) << pair;
  EXPECT_EQ(pair["common"], 3);
  EXPECT_EQ(pair["whole"], 2);
  EXPECT_EQ(pair["pairs"]["scenarios"].size(), 2u);
  EXPECT_EQ(pair["pairs"]["scenarios"][0]["label"], "1000 requests") << "the largest first";
}

TEST_F(ServeApi, ServesTimelinesOfItsFolderOnly) {
  const Answer list = get("/api/timelines");
  ASSERT_EQ(list.json["timelines"].size(), 1u) << "no links, no other files";
  EXPECT_EQ(list.json["timelines"][0]["name"], "one.json");
  EXPECT_EQ(get("/api/timelines/one.json").json["traceEvents"].size(), 0u);
  for (const char* name : {"link.json", "notes.txt", "..", ".", "../secret.json", "..%2fsecret.json", "one.json/",
                           "//etc/passwd", "", "ONE.JSON", "*", "one"}) {
    EXPECT_EQ(get(std::string("/api/timelines/") + name).status, 404) << name;
  }
}

TEST_F(ServeApi, UnknownPathsAreNotFound) {
  for (const char* path : {"/api", "/api/", "/api/nothing", "/api/runs/1/outcome/more", "/api/jobs/1", "/", "",
                           "/api/runs/1/secret", "//api/runs"}) {
    EXPECT_EQ(get(path).status, 404) << path;
  }
  EXPECT_EQ(get("/api/runs/one").status, 400);
  EXPECT_EQ(get("/api/runs/-1").status, 400);
  EXPECT_EQ(get("/api/runs/99999999999999999999").status, 400);
  EXPECT_EQ(get("/api/policies", {{"text", std::string(1000, 'x')}}).status, 400);
  EXPECT_EQ(post("/api/runs", "{}").status, 404);
}

TEST_F(ServeApi, StartsADesignAndHandsEveryWordOver) {
  const nlohmann::json form{{"kind", "design"},
                            {"domain", "cache"},
                            {"budget", "50evals"},
                            {"seed", 7},
                            {"designer", "anneal"},
                            {"trace", trace},
                            {"options", {{"size", "--evil; rm -rf ~ $(id)"}}}};
  const Answer started = post("/api/jobs", form.dump());
  ASSERT_EQ(started.status, 201) << started.json;
  const nlohmann::json job = wait_for_job(started.json["id"]);
  EXPECT_EQ(job["code"], 0);
  EXPECT_EQ(job["output"],
            "design\ncache\n--designer=anneal\n--budget=50evals\n--seed=7\n--report=none\n--trace=" + trace +
                "\n--size=--evil; rm -rf ~ $(id)\n--ledger=" + (*folder / "ledger.db") + "\n--json\n");
}

TEST_F(ServeApi, StopsWhatItStarted) {
  const Answer started = post("/api/jobs", R"({"kind":"design","domain":"cache","budget":"3600s"})");
  ASSERT_EQ(started.status, 201) << started.json;
  const std::string job = "/api/jobs/" + std::to_string(started.json["id"].get<int>());
  EXPECT_TRUE(get(job).json["running"].get<bool>());
  // The script catches the signal once it has told its arguments.
  const std::int64_t before = api.state();
  nlohmann::json ended;
  for (int i = 0; i < 200 && ended.is_null(); ++i) {
    EXPECT_EQ(post(job + "/stop", "").status, 200);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    if (const Answer now = get(job); !now.json["running"].get<bool>()) ended = now.json;
  }
  ASSERT_FALSE(ended.is_null());
  EXPECT_TRUE(ended["stopped"].get<bool>());
  EXPECT_GE(ended["code"], 128);
  EXPECT_NE(api.state(), before);
  EXPECT_EQ(post("/api/jobs/99/stop", "").status, 404);
}

TEST_F(ServeApi, RefusesTooManyJobsAtOnce) {
  for (std::size_t i = 0; i < Jobs::most_running; ++i) {
    EXPECT_EQ(post("/api/jobs", R"({"kind":"design","domain":"cache","budget":"3600s"})").status, 201);
  }
  EXPECT_THAT(error_of(R"({"kind":"design","domain":"cache","budget":"3600s"})"), HasSubstr("running already"));
}

TEST_F(ServeApi, WritesProgramsOfTheLedgerForCurves) {
  const std::string best = get("/api/runs/1").json["policy"];
  const Answer started =
      post("/api/jobs", R"({"kind":"curves","domain":"cache","points":5,"policies":["lru",")" + best + R"("]})");
  ASSERT_EQ(started.status, 201) << started.json;
  const std::string words = wait_for_job(started.json["id"])["output"];
  EXPECT_THAT(words, HasSubstr("run\ncache\n--policy=lru,"));
  EXPECT_THAT(words, HasSubstr(best + ".pol\n--mrc\n--mrc-points=5\n"));
}

TEST_F(ServeApi, ExplainsWhatIsWrongWithAForm) {
  EXPECT_THAT(error_of("nonsense"), HasSubstr("not a JSON object"));
  EXPECT_THAT(error_of("[]"), HasSubstr("not a JSON object"));
  EXPECT_THAT(error_of(std::string(2000, '[')), HasSubstr("not a JSON object"));
  EXPECT_THAT(error_of(R"({"kind":"design","domain":"cach","budget":"1s"})"), HasSubstr("did you mean 'cache'?"));
  EXPECT_THAT(error_of(R"({"kind":"shell","domain":"cache"})"),
              HasSubstr("'design', 'resume', 'curves' or 'timeline'"));
  EXPECT_THAT(error_of(R"({"kind":"design","domain":"cache"})"), HasSubstr("budget"));
  EXPECT_THAT(error_of(R"({"kind":"design","domain":"cache","budget":"soon"})"), HasSubstr("soon"));
  EXPECT_THAT(error_of(R"({"kind":"design","domain":"cache","budget":"1s","designer":"evlove"})"),
              HasSubstr("did you mean 'evolve'?"));
  EXPECT_THAT(error_of(R"({"kind":"design","domain":"cache","budget":"1s","designer":"policysmith"})"),
              HasSubstr("costs money"));
  EXPECT_THAT(error_of(R"({"kind":"design","domain":"cache","budget":"1s","trace":"/no/such/file"})"),
              HasSubstr("/no/such/file"));
  EXPECT_THAT(error_of(R"({"kind":"design","domain":"cache","budget":"1s","options":{"sise":"1"}})"),
              HasSubstr("did you mean 'size'?"));
  EXPECT_THAT(error_of(R"({"kind":"design","domain":"cache","budget":"1s","options":{"size":"a\nb"}})"),
              HasSubstr("control characters"));
  EXPECT_THAT(error_of(R"({"kind":"design","domain":"cache","budget":"1s","seed":-1})"), HasSubstr("seed"));
  EXPECT_THAT(error_of(R"({"kind":"curves","domain":"cache","policies":[]})"), HasSubstr("at least one"));
  EXPECT_THAT(error_of(R"({"kind":"curves","domain":"cache","policies":["../../etc/passwd"]})"), HasSubstr("digest"));
  EXPECT_THAT(error_of(R"({"kind":"timeline","domain":"spot","policies":["greedy"],"name":"../x"})"),
              HasSubstr("letters, digits"));
}

}  // namespace
}  // namespace syswright::app::serve
