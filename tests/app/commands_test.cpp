#include "tests/app/support.h"

namespace syswright::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(CommandLine, WithoutArgumentsShowsTheHelpAndFails) {
  const Ran ran = run({});
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.err, HasSubstr("Usage: syswright"));
}

TEST(CommandLine, HelpHasExitCodesAndAnExample) {
  const Ran ran = run({"--help"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.err, "");
  EXPECT_THAT(ran.out, HasSubstr("Exit codes: 0 ok; 1"));
  EXPECT_THAT(ran.out, HasSubstr("syswright design cache"));
}

/// Every command, subcommands included, as its words.
std::vector<std::vector<std::string>> all_commands() {
  return {{"domains"},
          {"designers"},
          {"show"},
          {"run"},
          {"run", "cache"},
          {"design"},
          {"design", "cache"},
          {"resume"},
          {"serve"},
          {"ledger"},
          {"ledger", "runs"},
          {"ledger", "check"},
          {"ledger", "dump"},
          {"tune"},
          {"tune", "llm_serving"},
          {"optimize"},
          {"export"},
          {"check"},
          {"judge"},
          {"judge", "audit"},
          {"judge", "audit", "cache"},
          {"judge", "compare", "cache"},
          {"judge", "bound", "cache"},
          {"judge", "certify"},
          {"judge", "explain", "cache"},
          {"judge", "drift", "cache"},
          {"study"},
          {"study", "list"},
          {"study", "run"},
          {"study", "run", "design_loop"},
          {"version"}};
}

TEST(CommandLine, EveryCommandHasHelpWithAnExample) {
  for (std::vector<std::string> command : all_commands()) {
    const bool group =
        command == std::vector<std::string>{"run"} || command == std::vector<std::string>{"design"} ||
        command == std::vector<std::string>{"tune"} || command == std::vector<std::string>{"ledger"} ||
        command == std::vector<std::string>{"judge"} || command == std::vector<std::string>{"judge", "audit"} ||
        command == std::vector<std::string>{"study"} || command == std::vector<std::string>{"study", "run"};
    command.push_back("--help");
    const Ran ran = run(command);
    EXPECT_EQ(ran.code, 0) << command[0];
    EXPECT_THAT(ran.out, HasSubstr("Example:\n  syswright " + command[0])) << command[0];
    EXPECT_EQ(ran.out.find("--json") != std::string::npos, !group) << command[0];
  }
}

TEST(CommandLine, TheListOfCommandsInTheseTestsIsWhole) {
  const std::string help = run({"--help"}).out;
  std::string rest = help.substr(help.find("Subcommands:"));
  std::istringstream lines(rest.substr(0, rest.find("\n\n")));
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    const std::string name = line.substr(2, line.find(' ', 2) - 2);
    const auto commands = all_commands();
    const bool known =
        std::any_of(commands.begin(), commands.end(), [&](const auto& words) { return words[0] == name; });
    EXPECT_TRUE(known || name == "trace") << "add '" << name << "' to all_commands()";
  }
}

struct Mistake {
  std::vector<std::string> arguments;
  std::string error;
  friend void PrintTo(const Mistake& mistake, std::ostream* out) { *out << mistake.error; }
};

class MistakeTest : public ::testing::TestWithParam<Mistake> {};

TEST_P(MistakeTest, ExitsWithTwoAndSaysHowToMendIt) {
  const Ran ran = run(GetParam().arguments);
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.err, StartsWith("syswright: error: "));
  EXPECT_THAT(ran.err, HasSubstr(GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(
    CommandLine, MistakeTest,
    ::testing::Values(
        Mistake{{"domans"}, "unknown command 'domans'; did you mean 'domains'? (there are: "},
        Mistake{{"run", "cach"}, "unknown command 'cach'; did you mean 'cache'? (there are: cache"},
        Mistake{{"run"}, "'syswright run' needs one of: cache"},
        Mistake{{"study"}, "'syswright study' needs one of: list, run"},
        Mistake{{"show", "cach"}, "unknown domain 'cach'; did you mean 'cache'?"},
        Mistake{{"show"}, "domain is required"},
        Mistake{{"run", "cache", "--sise", "1%"}, "unknown option '--sise'; did you mean '--size'?"},
        Mistake{{"run", "cache", "--sise=1%"}, "unknown option '--sise'; did you mean '--size'?"},
        Mistake{{"version", "now"}, "unexpected argument 'now'"},
        Mistake{{"run", "cache", "--policy", "siev"}, "unknown policy 'siev'; did you mean 'sieve'?"},
        Mistake{{"run", "cache", "--policy", "none.pol"}, "none.pol: there is no such file"},
        Mistake{{"run", "cache", "--threads", "0"}, "--threads"},
        Mistake{{"design", "cache", "--designer", "evolv"}, "unknown designer 'evolv'; did you mean 'evolve'?"},
        Mistake{{"design", "cache", "--budget", "60"}, "--budget '60' cannot be read; a budget is a duration"},
        Mistake{{"design", "cache", "--seed", "one"}, "--seed"},
        Mistake{{"design", "cache", "--start", "nothing.pol"}, "nothing.pol: there is no such file"},
        Mistake{{"export", "x.pol", "--to", "cobol"}, "cobol"}, Mistake{{"export", "x.pol"}, "--to is required"},
        Mistake{{"check", "missing.pol"}, "missing.pol: there is no such file"},
        Mistake{{"check", "."}, ".: is a folder, not a program"},
        Mistake{{"study", "run", "design_lop"}, "unknown command 'design_lop'; did you mean 'design_loop'?"}));

TEST(Version, IsTheBuildsOwn) {
  const std::string cmake = read_file(SYSWRIGHT_SOURCE_DIR "/CMakeLists.txt");
  const std::string version = run({"version", "--json"}).json()["version"];
  EXPECT_THAT(cmake, HasSubstr("project(syswright VERSION " + version + " "));
  EXPECT_EQ(run({"version"}).out, "syswright " + version + "\n");
  EXPECT_EQ(run({"--version"}).out, "syswright " + version + "\n");
}

TEST(Domains, AreListed) {
  EXPECT_THAT(run({"domains"}).out, HasSubstr("cache"));
  const auto json = run({"domains", "--json"}).json();
  ASSERT_FALSE(json.empty());
  EXPECT_EQ(json[0]["name"], "cache");
}

TEST(Designers, AreListed) {
  std::vector<std::string> names;
  for (const auto& designer : run({"designers", "--json"}).json()) names.push_back(designer["name"]);
  EXPECT_THAT(names, ::testing::IsSupersetOf({"random", "anneal", "evolve"}));
}

TEST(Show, HasEverythingAPolicyWriterNeeds) {
  const auto json = run({"show", "cache", "--json"}).json();
  EXPECT_EQ(json["decisions"][0]["name"], "evict");
  EXPECT_EQ(json["decisions"][1]["actions"].size(), 2u);
  for (const auto& decision : json["decisions"]) {
    for (const auto& feature : decision["features"]) {
      EXPECT_NE(feature["doc"], "") << feature;
      EXPECT_NE(feature["type"], "") << feature;
      EXPECT_EQ(feature["range"].size(), 2u) << feature;
    }
  }
  EXPECT_EQ(json["metrics"][0]["name"], "request_miss_ratio");
  EXPECT_GE(json["baselines"].size(), 12u);
  const std::string text = run({"show", "cache"}).out;
  for (const auto& part : {"Decision evict (rank)", "Signals", "Metrics", "Baselines", "--size"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_THAT(run({"show", "cache", "--programs"}).out, HasSubstr("policy "));
}

constexpr const char* good_program = "policy oldest for cache {\n  rank evict(age) { return age; }\n}\n";
constexpr const char* bad_program = "policy wrong for cache {\n  rank evict(age, size) { return age + size; }\n}\n";

TEST(Check, SaysWhatAProgramIs) {
  const TemporaryFolder folder;
  const std::string file = folder.write("good.pol", good_program);
  const Ran ran = run({"check", file});
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.out, StartsWith(file + ": ok: policy oldest for cache, digest "));
  EXPECT_THAT(ran.out, HasSubstr("evict by sample: 1 operations; answers time, 0s to ∞"));
  const auto json = run({"check", file, "--json"}).json();
  EXPECT_EQ(json[0]["ok"], true);
  EXPECT_EQ(json[0]["rules"][0]["type"], "time");
}

TEST(Check, AMistakeHasItsPlaceAndACaret) {
  const TemporaryFolder folder;
  const std::string file = folder.write("bad.pol", bad_program);
  const Ran ran = run({"check", folder.write("good.pol", good_program), file});
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.out, HasSubstr("good.pol: ok"));
  EXPECT_THAT(ran.out, HasSubstr(file + ":2:"));
  EXPECT_THAT(ran.out, HasSubstr("^"));
  const Ran json = run({"check", file, "--json"});
  EXPECT_EQ(json.code, 1);
  EXPECT_EQ(json.json()[0]["ok"], false);
  EXPECT_THAT(std::string(json.json()[0]["error"]), HasSubstr("bad.pol:2:"));
}

TEST(Check, WarnsOfARankingThatSeesNoCandidate) {
  const TemporaryFolder folder;
  const std::string file =
      folder.write("blind.pol", "policy blind for cache {\n  rank evict(now) { return now; }\n}\n");
  EXPECT_THAT(run({"check", file}).out, HasSubstr("warning: 'evict' gives every candidate the same score"));
}

TEST(Export, PrintsOrWrites) {
  const TemporaryFolder folder;
  const std::string file = folder.write("good.pol", good_program);
  const Ran printed = run({"export", file, "--to", "c"});
  EXPECT_EQ(printed.code, 0) << printed.err;
  EXPECT_THAT(printed.out, HasSubstr("double"));
  const Ran written = run({"export", file, "--to", "c", "-o", folder / "good.h"});
  EXPECT_EQ(written.code, 0);
  EXPECT_EQ(read_file(folder / "good.h"), printed.out);
  EXPECT_EQ(run({"export", file, "--to", "python", "--json"}).json()["language"], "python");
}

TEST(Export, RefusesAProgramWithAMistake) {
  const TemporaryFolder folder;
  const Ran ran = run({"export", folder.write("bad.pol", bad_program), "--to", "c"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.err, HasSubstr("bad.pol:2:"));
}

}  // namespace
}  // namespace syswright::app
