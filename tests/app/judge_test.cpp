#include "app/panel.h"
#include "tests/app/markup.h"
#include "tests/app/support.h"
#include "tests/support/toy_domain.h"

namespace syswright::app {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const Registries& with_toy() {
  static const Registries registries = [] {
    Registries all = built_in();
    all.domains.add(std::make_unique<toy::ToyDomain>());
    return all;
  }();
  return registries;
}

constexpr const char* lru_program =
    "policy mine for cache {\n  rank evict(last_access) by queue { return -last_access; }\n}\n";

class Judge : public ::testing::Test {
 protected:
  Judge() : trace_(folder_.write("small.txt", small_trace())) {}
  Ran judge(const std::string& kind, std::vector<std::string> more) const {
    std::vector<std::string> arguments{"judge", kind, "cache", "--trace", trace_, "--ledger", "none", "--size", "100"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  }
  Ran certify(const std::string& program, std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments{"judge", "certify", folder_.write("stated.pol", program)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  }
  TemporaryFolder folder_;
  std::string trace_;
};

/// Columns of the longest line.
std::size_t widest(const std::string& text) {
  std::size_t width = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) width = std::max(width, display_width(line));
  return width;
}

std::string stated(const std::string& contract, const std::string& answer = "hits / (hits + 1)") {
  return "policy stated for cache {\n  rank evict(hits) {\n    " + contract + "\n    return " + answer + ";\n  }\n}\n";
}

TEST_F(Judge, AuditRecomputesEveryRun) {
  const std::string file = folder_.write("mine.pol", lru_program);
  const Ran ran = judge("audit", {"--policy", "lru,s3fifo," + file});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out,
              AllOf(HasSubstr("agrees"), HasSubstr("The auditor agrees with all 3 runs"), Not(HasSubstr("DISAGREES"))));
  EXPECT_LE(widest(ran.out), 100u) << ran.out;
  const auto json = judge("audit", {"--policy", "lru,s3fifo," + file, "--json"}).json();
  EXPECT_EQ(json["judge"], "audit");
  EXPECT_EQ(json["holds"], true);
  ASSERT_EQ(json["details"]["runs"].size(), 3u);
  for (const auto& one : json["details"]["runs"]) {
    EXPECT_EQ(one["agrees"], true);
    EXPECT_GT(one["decisions"], 0);
    EXPECT_EQ(one["decisions"], one["replayed"]) << one;
    EXPECT_EQ(one["metrics"]["request_miss_ratio"]["claimed"], one["metrics"]["request_miss_ratio"]["recomputed"]);
  }
  // Exact LRU, as a program and as a native.
  EXPECT_EQ(json["details"]["runs"][0]["metrics"], json["details"]["runs"][2]["metrics"]);
}

TEST_F(Judge, TheSelfTestCatchesEveryCheat) {
  const Ran ran = judge("audit", {"--policy", "lru", "--self-test", "--json"});
  ASSERT_EQ(ran.code, 0) << ran.out << ran.err;
  const auto details = ran.json()["details"];
  EXPECT_EQ(details["passed"], true);
  std::size_t own = 0;
  for (const auto& cheat : details["cheats"]) {
    EXPECT_EQ(cheat["planted"], cheat["caught"]) << cheat;
    own += cheat["common"] == false && cheat["planted"] > 0 ? 1 : 0;
  }
  EXPECT_GE(own, 5u) << "every domain plants five cheats";
  EXPECT_TRUE(details["false_alarms"].empty());
  EXPECT_GE(details["scenarios"].size(), 2u) << "cheats that leave one out need several";
}

TEST_F(Judge, CompareSaysWhoIsBetterAndExitsWithOneWhenARivalIs) {
  // The trace's popular keys fit in the cache: LFU keeps them, and FIFO cannot.
  const Ran won = judge("compare", {"--policy", "lfu,fifo", "--json"});
  ASSERT_EQ(won.code, 0) << won.err;
  const auto pairing = won.json()["details"]["overall"][0];
  EXPECT_EQ(pairing["policy"], "fifo");
  EXPECT_EQ(pairing["verdict"], "worse");
  EXPECT_GT(pairing["effect"]["low"], 0);
  EXPECT_LE(pairing["corrected_p"], 0.05);
  const Ran lost = judge("compare", {"--policy", "fifo,lfu"});
  EXPECT_EQ(lost.code, 1) << lost.out;
  EXPECT_THAT(lost.out, HasSubstr("fifo is worse than lfu."));
  const Ran same = judge("compare", {"--policy", "lru," + folder_.write("mine.pol", lru_program), "--json"});
  EXPECT_EQ(same.code, 0);
  EXPECT_EQ(same.json()["details"]["overall"][0]["verdict"], "cannot tell");
  EXPECT_TRUE(same.json()["details"]["overall"][0]["needed"]["blocks"].is_null()) << "no number of blocks would do";
}

TEST_F(Judge, OnePolicyIsComparedWithEveryBaseline) {
  const auto json = judge("compare", {"--policy", "lfu", "--json"}).json();
  EXPECT_EQ(json["details"]["reference"], "lfu");
  EXPECT_EQ(json["details"]["overall"].size() + 1, built_in().domains.find("cache").baselines().size());
  EXPECT_LE(widest(judge("compare", {"--policy", "lfu", "--size", "50,100"}).out), 100u);
}

TEST_F(Judge, ACorrectionNeverMakesAPValueSmaller) {
  const auto p_of = [&](const char* correction) {
    std::vector<double> values;
    const auto json =
        judge("compare", {"--policy", "lru,fifo,clock,slru,random", "--correction", correction, "--json"}).json();
    for (const auto& one : json["details"]["overall"]) values.push_back(one["corrected_p"]);
    return values;
  };
  const auto none = p_of("none");
  const auto holm = p_of("holm");
  ASSERT_EQ(none.size(), holm.size());
  bool larger = false;
  for (std::size_t i = 0; i < none.size(); ++i) {
    EXPECT_GE(holm[i], none[i]);
    larger = larger || holm[i] > none[i];
  }
  ASSERT_EQ(none.size(), 4u);
  EXPECT_TRUE(larger) << ::testing::PrintToString(none);
}

TEST_F(Judge, BoundShowsBothGaps) {
  const Ran ran = judge("bound", {"--policy", "lfu,lru", "--naive", "fifo", "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto scenario = ran.json()["details"]["scenarios"][0];
  EXPECT_EQ(scenario["best_known"], "lfu");
  ASSERT_EQ(scenario["gaps"].size(), 3u) << "the naive policy is added";
  for (const auto& gap : scenario["gaps"]) {
    const double objective = gap["objective"];
    EXPECT_NEAR(gap["to_provable"], objective / scenario["provable"]["value"].get<double>() - 1, 1e-9);
    EXPECT_GE(gap["to_provable"], 0);
    EXPECT_GE(gap["to_best_known"], 0);
  }
  EXPECT_EQ(scenario["gaps"][0]["to_best_known"], 0);
  EXPECT_NEAR(scenario["gaps"][2]["closed"], 0, 1e-12);
  EXPECT_TRUE(scenario["contradictions"].empty());
  const std::string text = judge("bound", {"--policy", "lfu,lru"}).out;
  EXPECT_THAT(text, AllOf(HasSubstr("bound: no policy does better"), HasSubstr("reference: nothing is proved"),
                          HasSubstr("the best known")));
  EXPECT_LE(widest(text), 100u) << text;
}

TEST_F(Judge, CertifyProvesAndRefutes) {
  const Ran proved = certify(stated("ensure output in [0, 1];\n    ensure increasing in hits;"), {"--json"});
  ASSERT_EQ(proved.code, 0) << proved.out << proved.err;
  const auto json = proved.json();
  EXPECT_EQ(json["details"]["all_proved"], true);
  for (const auto& property : json["details"]["rules"][0]["properties"]) EXPECT_EQ(property["ruling"], "proved");
  EXPECT_EQ(json["details"]["rules"][0]["box"][0]["input"], "hits");

  const Ran refuted = certify(stated("ensure output in [0, 0.5];"), {"--json"});
  EXPECT_EQ(refuted.code, 1);
  const auto property = refuted.json()["details"]["rules"][0]["properties"][0];
  EXPECT_EQ(property["ruling"], "refuted");
  const auto point = property["counterexample"]["points"][0];
  const double hits = point["inputs"][0];
  EXPECT_EQ(point["output"], hits / (hits + 1)) << "the counterexample is a run of the program";
  EXPECT_GT(point["output"], 0.5);
  const std::string text = certify(stated("ensure output in [0, 0.5];")).out;
  EXPECT_THAT(text, AllOf(HasSubstr("refuted"), HasSubstr("counterexample: "), HasSubstr("0 proved, 1 refuted")));
}

TEST_F(Judge, AShieldedProgramKeepsItsContract) {
  const std::string output = folder_ / "shielded.pol";
  const Ran ran = certify(stated("ensure output in [0, 0.5];"), {"--shield", "-o", output, "--json"});
  ASSERT_EQ(ran.code, 0) << ran.out << ran.err;
  const auto details = ran.json()["details"];
  EXPECT_EQ(details["any_refuted"], true) << "the policy itself breaks it";
  EXPECT_EQ(details["shield"]["certificate"]["all_proved"], true);
  EXPECT_EQ(run({"judge", "certify", output}).code, 0) << read_file(output);
  EXPECT_EQ(run({"check", output}).code, 0);
}

TEST_F(Judge, CertifyRefusesWhatItCannotUse) {
  const Ran nothing_stated = certify(lru_program);
  EXPECT_EQ(nothing_stated.code, 2);
  EXPECT_THAT(nothing_stated.err, HasSubstr("states no contract"));
  const Ran idle = certify(stated("ensure output in [0, 1];"), {"-o", folder_ / "x.pol"});
  EXPECT_EQ(idle.code, 2);
  EXPECT_THAT(idle.err, HasSubstr("add --shield"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "x.pol"));
}

TEST_F(Judge, DriftSeesAnAdvantageThatIsGone) {
  // The first trace has keys that come back; in the newer one almost none does, and no policy can do anything.
  std::string newer;
  for (std::size_t i = 0; i < 6000; ++i) newer += std::to_string(i % 4000) + "\n";
  const std::string file = folder_.write("newer.txt", newer);
  const Ran ran = judge("drift", {"--policy", "lfu,fifo", "--newer", file, "--json"});
  EXPECT_EQ(ran.code, 1) << ran.err;
  const auto details = ran.json()["details"];
  EXPECT_EQ(details["hold"], "gone");
  EXPECT_GT(details["scenarios"][0]["before"]["interval"]["low"], 0);
  EXPECT_LT(details["scenarios"][0]["change"]["high"], 0);
  bool moved = false;
  for (const auto& feature : details["scenarios"][0]["features"]) moved = moved || feature["moved"] == true;
  EXPECT_TRUE(moved);
  const Ran still = judge("drift", {"--policy", "lfu,fifo", "--newer", trace_});
  EXPECT_EQ(still.code, 0) << still.out;
  EXPECT_THAT(still.out, HasSubstr("its advantage over fifo still holds; nothing that it reads has surely moved"));
  EXPECT_LE(widest(still.out), 100u) << still.out;
}

TEST_F(Judge, ExplainTakesAProgramApart) {
  // Of this sum only the second part matters: the first is a byte over a tebibyte.
  const std::string file = folder_.write(
      "sum.pol", "policy sum for cache {\n  rank evict(hits, size) by sample { return size / 1TiB - hits; }\n}\n");
  const std::string shorter = folder_ / "shorter.pol";
  const Ran ran = judge("explain", {"--policy", file + ",fifo", "--rival", "lru_sample", "-o", shorter, "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto details = ran.json()["details"];
  EXPECT_FALSE(details["ablations"]["dead"].empty());
  double shares = 0;
  for (const auto& share : details["attribution"]["shares"]) shares += share["value"].get<double>();
  EXPECT_NEAR(shares, details["attribution"]["gain"], 1e-9);
  EXPECT_EQ(details["reference"], "fifo");
  EXPECT_EQ(details["contrast"]["rival"], "lru_sample");
  EXPECT_GT(details["contrast"]["decisions"][0]["different"], 0);
  const auto& front = details["distillation"]["front"];
  const std::size_t chosen = details["distillation"]["chosen"];
  ASSERT_GT(chosen, 0u) << front;
  EXPECT_LT(front[chosen]["operations"], front[0]["operations"]);
  EXPECT_THAT(read_file(shorter), AllOf(StartsWith("policy "), HasSubstr("hits"), Not(HasSubstr("size"))));
  const std::string text = judge("explain", {"--policy", file + ",fifo", "--rival", "lru_sample"}).out;
  EXPECT_THAT(text, AllOf(HasSubstr("What each part is worth"), HasSubstr("Whose gain it is"),
                          HasSubstr("When it wins, against fifo"), HasSubstr("The shortest program"),
                          HasSubstr("Where it decides otherwise than lru_sample")));
  EXPECT_LE(widest(text), 100u) << text;
}

TEST_F(Judge, BadInputIsNamed) {
  struct Case {
    std::string kind;
    std::vector<std::string> more;
    const char* says;
  };
  const std::vector<Case> cases{
      {"compare", {"--policy", "fifo,no_such"}, "unknown policy 'no_such'"},
      {"compare", {}, "--policy is required"},
      {"compare", {"--policy", "lru,lru", "--correction", "bonferroni"}, "--correction"},
      {"audit", {"--policy", "lru", "--replay", "some"}, "--replay"},
      {"audit", {"--part", "half"}, "--part"},
      {"drift", {"--policy", "lru"}, "drift needs two"},
      {"drift", {"--policy", "lru,fifo", "--newer-format", "csv"}, "--newer-format needs --newer"},
      {"explain", {"--policy", "lru"}, "'lru' is a native policy"},
      {"explain", {"--policy", "lru", "--rival", "lru_qeue"}, "native policy"},
      {"bound", {"--naive", "all"}, "--naive: one policy is meant"},
  };
  for (const Case& one : cases) {
    const Ran ran = judge(one.kind, one.more);
    EXPECT_EQ(ran.code, 2) << one.kind << ": " << ran.err;
    EXPECT_THAT(ran.err, HasSubstr(one.says)) << one.kind;
    EXPECT_EQ(ran.out, "");
  }
  const std::string file = folder_.write("mine.pol", lru_program);
  EXPECT_THAT(judge("explain", {"--policy", file, "--rival", "lru_qeue"}).err, HasSubstr("did you mean 'lru_queue'?"));
}

TEST_F(Judge, WritesAPage) {
  const std::string page = folder_ / "audit.html";
  const Ran ran = judge("audit", {"--policy", "lru", "--report", page});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("page: " + page));
  const std::string text = read_file(page);
  EXPECT_EQ(markup_problem(text), "");
  EXPECT_THAT(text, AllOf(HasSubstr("Syswright judge: audit"), HasSubstr("recomputed"), HasSubstr("To run it again")));
}

TEST_F(Judge, ThreadsDoNotChangeAByte) {
  for (const char* kind : {"audit", "compare", "bound"}) {
    const std::vector<std::string> policies{"--policy", "lru,s3fifo", "--json", "--threads"};
    const auto with = [&](const char* threads) {
      std::vector<std::string> more = policies;
      more.emplace_back(threads);
      return judge(kind, more).json()["details"];
    };
    EXPECT_EQ(with("1"), with("3")) << kind;
  }
}

TEST_F(Judge, AStopIsNotAVerdict) {
  std::stop_source source;
  source.request_stop();
  for (const char* kind : {"compare", "bound", "audit"}) {
    const Ran ran = run_with(
        built_in(), {"judge", kind, "cache", "--trace", trace_, "--ledger", "none", "--policy", "lru,fifo", "--json"},
        source.get_token());
    EXPECT_EQ(ran.code, 130) << kind << ran.err;
    EXPECT_EQ(ran.json()["complete"], false) << kind;
  }
}

TEST_F(Judge, KnowsEveryDomain) {
  const Ran ran = run_with(with_toy(), {"judge", "compare", "toy", "--policy", "smith,fifo", "--ledger", "none"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("smith is better than fifo."));
}

TEST_F(Judge, RunAuditsWhatItPrints) {
  const std::vector<std::string> arguments{"run",      "cache", "--trace",  trace_,
                                           "--ledger", "none",  "--policy", "lru,fifo"};
  const Ran ran = run(arguments);
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.out, HasSubstr("audit: The auditor agrees with all 2 runs"));
  std::vector<std::string> without = arguments;
  without.insert(without.end(), {"--no-audit", "--json"});
  EXPECT_TRUE(run(without).json()["audit"].is_null());
}

TEST(JudgeOfDesign, TheWinnerIsAuditedComparedBoundedCertifiedAndExplained) {
  const TemporaryFolder folder;
  const Ran ran = run_with(with_toy(), {"design", "toy", "--ledger", "none", "--budget", "60evals", "--designer",
                                        "random", "--report", folder / "report", "--explain", "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto evidence = ran.json()["evidence"];
  EXPECT_EQ(evidence["holds"], true);
  EXPECT_EQ(evidence["audit"]["agrees"], true);
  EXPECT_EQ(evidence["compare"]["reference"], "designed");
  EXPECT_EQ(evidence["bound"]["sound"], true);
  EXPECT_TRUE(evidence["certify"].is_null()) << "nothing was stated";
  EXPECT_FALSE(evidence["explain"]["ablations"]["changes"].empty());
  const std::string page = read_file(folder / "report/report.html");
  EXPECT_EQ(markup_problem(page), "");
  EXPECT_THAT(page,
              AllOf(HasSubstr("What the judges say"), HasSubstr("<h2>Audit</h2>"), HasSubstr("Comparison in pairs"),
                    HasSubstr("Gap to the best known"), HasSubstr("What each part is worth")));
}

TEST(Panels, LinesAreWrappedAndWideTablesCut) {
  EXPECT_EQ(wrapped("one two  three", 7), "one two\nthree\n");
  EXPECT_EQ(wrapped("aLongWordAlone b", 4, 1), " aLongWordAlone\n b\n");
  std::ostringstream out;
  std::ostringstream err;
  const Registries& registries = with_toy();
  const Context context({.out = out, .err = err}, registries, {}, {});
  Sheet sheet{{{"a"}, {"b"}}, {{std::string(80, 'x'), std::string(90, 'y')}}, {}, 1};
  EXPECT_EQ(widest(panel_text(context, {"t", "", {sheet}})), 100u);
  sheet.cut = Sheet::none;
  EXPECT_EQ(widest(panel_text(context, {"t", "", {sheet}})), 172u);
}

TEST(Panels, WhatComesFromOutsideIsEscapedOnAPage) {
  const std::string html = panel_html({"<b>",
                                       "a & b",
                                       {Statement{"5 < 6", Tone::bad, "<i>"}, Remark{"\"x\""},
                                        Sheet{{{"<h>"}}, {{Cell("<td>", Tone::good)}}}, Listing{"</pre>"}}});
  EXPECT_EQ(markup_problem(html), "");
  EXPECT_EQ(html.find("<b>"), html.npos);
  EXPECT_THAT(html, HasSubstr("&lt;td&gt;"));
}

}  // namespace
}  // namespace syswright::app
