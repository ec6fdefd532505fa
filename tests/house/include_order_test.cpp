#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/house/house.h"

namespace syswright::house {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Files sources() { return read_files({"src"}, {".h", ".cpp"}); }

TEST(Sources, AreFound) {
  const Files files = sources();
  EXPECT_GT(files.size(), 30u);
  EXPECT_TRUE(files.contains("src/base/error.h"));
}

TEST(Sources, IncludeDownwardOnly) { EXPECT_THAT(include_order_breaches(sources()), IsEmpty()); }

TEST(Sources, KeepLargeLibrariesOutOfHeaders) { EXPECT_THAT(library_breaches(sources()), IsEmpty()); }

TEST(Sources, EveryFolderSaysWhatItIsFor) { EXPECT_THAT(missing_folder_headers(sources()), IsEmpty()); }

TEST(Sources, HeadersAreGuarded) { EXPECT_THAT(unguarded_headers(read_files({"src", "tests"}, {".h"})), IsEmpty()); }

// What a checkout holds must not depend on where it was written.
TEST(Sources, NameNoFolderOfTheMachineTheyWereWrittenOn) {
  const Files files = read_files({"src", "tests", "bench", "docs", "scripts", "cmake"},
                                 {".h", ".cpp", ".md", ".sh", ".cmake", ".txt", ".py"});
  EXPECT_THAT(mentions(files, {std::string(SYSWRIGHT_SOURCE_DIR) + "/"}), IsEmpty());
}

// ---- the checks themselves, on planted breaches

TEST(Includes, AreReadWithTheirLines) {
  const std::vector<Include> found = includes_of(
      "#pragma once\n#include <vector>\n  #  include \"base/error.h\"  // why\n// #include \"no.h\"\nauto x = "
      "\"#include\";\n");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].target, "vector");
  EXPECT_FALSE(found[0].quoted);
  EXPECT_EQ(found[1].target, "base/error.h");
  EXPECT_EQ(found[1].line, 3u);
  EXPECT_TRUE(found[1].quoted);
}

TEST(Includes, ModulesAreFoldersAndDomainsAreModulesOfTheirOwn) {
  EXPECT_EQ(module_of("base/error.h"), "base");
  EXPECT_EQ(module_of("policy/deep/folder/x.h"), "policy");
  EXPECT_EQ(module_of("domains/cache/replay.h"), "domains/cache");
  EXPECT_EQ(module_of("domains/domains.h"), "domains");
  EXPECT_EQ(module_of("stray.h"), "");
}

/// One file that includes one other, which exists.
std::vector<std::string> breach(const std::string& from, const std::string& to) {
  return include_order_breaches(
      {{"src/" + from, "// first line\n#include \"" + to + "\"\n"}, {"src/" + to, "#pragma once\n"}});
}

TEST(IncludeOrder, AllowsWhatIsBelow) {
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"base/a.cpp", "base/b.h"},
           {"trace/a.cpp", "base/b.h"},
           {"domain/a.h", "policy/b.h"},
           {"domains/cache/a.cpp", "domains/cache/b.h"},
           {"domains/cache/a.cpp", "trace/b.h"},
           {"domains/domains.cpp", "domains/cache/cache.h"},
           {"design/a.cpp", "domain/b.h"},
           {"ledger/a.cpp", "domain/b.h"},
           {"studies/a.cpp", "ledger/b.h"},
           {"studies/a.cpp", "domains/domains.h"},
           {"app/a.cpp", "studies/b.h"},
           {"app/a.cpp", "domains/cache/b.h"},
       }) {
    EXPECT_THAT(breach(from, to), IsEmpty()) << from << " includes " << to;
  }
}

TEST(IncludeOrder, CatchesWhatIsAboveOrBeside) {
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"base/a.cpp", "trace/b.h"},
           {"base/a.h", "domain/b.h"},
           {"trace/a.cpp", "policy/b.h"},
           {"policy/a.cpp", "trace/b.h"},
           {"policy/a.cpp", "domain/b.h"},
           {"domain/a.h", "design/b.h"},
           {"domain/a.h", "domains/cache/b.h"},
           {"domains/cache/a.cpp", "design/b.h"},
           {"domains/cache/a.cpp", "domains/spot/b.h"},
           {"domains/cache/a.cpp", "domains/domains.h"},
           {"domains/cache/a.cpp", "ledger/b.h"},
           {"design/a.cpp", "domains/cache/b.h"},
           {"design/a.cpp", "domains/domains.h"},
           {"design/a.cpp", "judge/b.h"},
           {"judge/a.cpp", "domains/cache/b.h"},
           {"judge/a.cpp", "design/b.h"},
           {"ledger/a.cpp", "farm/b.h"},
           {"farm/a.cpp", "app/b.h"},
           {"studies/a.cpp", "app/b.h"},
       }) {
    EXPECT_THAT(breach(from, to), ElementsAre(testing::StartsWith("src/" + from + ":2: ")))
        << from << " includes " << to;
  }
}

TEST(IncludeOrder, MessageSaysWhatMayBeIncluded) {
  EXPECT_THAT(breach("policy/a.cpp", "domain/b.h"),
              ElementsAre("src/policy/a.cpp:2: policy must not include \"domain/b.h\": it may include base only"));
}

TEST(IncludeOrder, CatchesPathsThatDoNotStartAtSrc) {
  EXPECT_THAT(include_order_breaches({{"src/base/a.cpp", "#include \"b.h\"\n"}, {"src/base/b.h", ""}}),
              ElementsAre("src/base/a.cpp:1: there is no src/b.h: paths of includes start at src/"));
}

TEST(IncludeOrder, CatchesFilesAndFoldersThatHaveNoPlace) {
  EXPECT_THAT(include_order_breaches({{"src/stray.cpp", ""}}), ElementsAre(testing::StartsWith("src/stray.cpp:1: ")));
  EXPECT_THAT(include_order_breaches({{"src/attic/a.cpp", ""}}),
              ElementsAre(testing::StartsWith("src/attic/a.cpp:1: ")));
}

TEST(Libraries, AreCaughtInHeadersAndElsewhere) {
  EXPECT_THAT(library_breaches({{"src/policy/jit.h", "\n#include <llvm/IR/Module.h>\n"}}),
              ElementsAre("src/policy/jit.h:2: <llvm/IR/Module.h> in a header: include it in sources only"));
  EXPECT_THAT(library_breaches({{"src/app/a.cpp", "#include <llvm/IR/Module.h>\n"}}),
              ElementsAre("src/app/a.cpp:1: <llvm/IR/Module.h> outside src/policy/"));
  EXPECT_THAT(library_breaches({{"src/design/a.cpp", "#include <sqlite3.h>\n"}}), testing::SizeIs(1));
  EXPECT_THAT(library_breaches({{"src/design/a.h", "#include <nlohmann/json.hpp>\n"}}), testing::SizeIs(1));
  EXPECT_THAT(library_breaches({{"src/app/a.cpp", "#include <nlohmann/json.hpp>\n"},
                                {"src/policy/jit.cpp", "#include <llvm/IR/Module.h>\n"},
                                {"src/ledger/a.cpp", "#include <sqlite3.h>\n"}}),
              IsEmpty());
}

TEST(Libraries, PrivateHeadersStayOutOfHeaders) {
  EXPECT_THAT(library_breaches({{"src/policy/jit_nodes.h", "#include <llvm/IR/IRBuilder.h>\n"},
                                {"src/policy/jit.cpp", "#include \"policy/jit_nodes.h\"\n"}}),
              IsEmpty());
  EXPECT_THAT(library_breaches({{"src/policy/jit.h", "#include \"policy/jit_nodes.h\"\n"}}),
              ElementsAre(testing::StartsWith("src/policy/jit.h:1: ")));
}

TEST(FolderHeaders, AreMissedWhenAbsentOrSilent) {
  const std::string paragraph = "#pragma once\n/// base/: what every other folder may use.\n";
  EXPECT_THAT(missing_folder_headers({{"src/base/base.h", paragraph}, {"src/base/a.cpp", ""}}), IsEmpty());
  EXPECT_THAT(missing_folder_headers({{"src/base/a.cpp", ""}}),
              ElementsAre(testing::StartsWith("src/base/base.h:1: ")));
  EXPECT_THAT(missing_folder_headers({{"src/base/base.h", "#pragma once\n/// Units.\n"}}), testing::SizeIs(1));
  EXPECT_THAT(missing_folder_headers({{"src/domains/cache/a.cpp", ""}}),
              testing::Contains(testing::StartsWith("src/domains/cache/cache.h:1: ")));
}

TEST(HeaderGuards, AreMissed) {
  EXPECT_THAT(unguarded_headers({{"src/a/a.h", "/// words\n"}, {"src/a/b.h", "#pragma once\n"}, {"src/a/c.cpp", ""}}),
              ElementsAre("src/a/a.h:1: no #pragma once"));
}

TEST(Mentions, AreFoundWithTheirLine) {
  EXPECT_THAT(mentions({{"docs/x.md", "one\ntwo /place/ three\n"}}, {"/place/"}),
              ElementsAre("docs/x.md:2: mentions '/place/'"));
  // Not where it is the middle of another path: a checkout may lie in a folder called /app.
  EXPECT_THAT(mentions({{"docs/x.md", "src/place/x.h\n"}}, {"/place/"}), IsEmpty());
}

}  // namespace
}  // namespace syswright::house
