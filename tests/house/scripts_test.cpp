#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <iterator>
#include <set>
#include <sstream>

#include "base/file.h"
#include "tests/house/house.h"

namespace syswright::house {
namespace {

struct Finished {
  int status = 0;
  std::string output;  // standard output and error
};

/// Runs bash in the top folder of the checkout.
Finished shell(const std::string& command) {
  Finished finished;
  const std::string script =
      fmt::format("bash -s 2>&1 <<'end of script'\ncd '{}' || exit 1\n(\n{}\n) </dev/null\nend of script\n",
                  SYSWRIGHT_SOURCE_DIR, command);
  FILE* pipe = ::popen(script.c_str(), "r");
  std::array<char, 4096> buffer;
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    finished.output.append(buffer.data(), got);
  }
  const int status = ::pclose(pipe);
  finished.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  return finished;
}

bool has(const std::string& program) { return shell("command -v " + program).status == 0; }

TEST(Format, SourcesAreLaidOutByClangFormat) {
  if (!has("clang-format-19")) GTEST_SKIP() << "clang-format-19 is not installed";
  const Finished check = shell(
      "find src tests bench python \\( -name '*.h' -o -name '*.cpp' \\) -print0 | "
      "xargs -0 clang-format-19 --dry-run --Werror 2>&1 | sed -n 's/:[0-9]*:[0-9]*: error: .*//p' | sort -u");
  EXPECT_EQ(check.output, "") << "run ./sw format";
}

TEST(Scripts, AreCleanForShellcheck) {
  if (!has("shellcheck")) GTEST_SKIP() << "shellcheck is not installed";
  EXPECT_EQ(shell("shellcheck -x sw .ci/run scripts/*.sh tests/packaging/*.sh").output, "");
}

TEST(Scripts, AreExecutableAndParse) {
  EXPECT_EQ(shell("test -x sw && test -x .ci/run && bash -n sw && bash -n .ci/run").status, 0);
}

TEST(Sw, HelpNamesEveryCommand) {
  const Finished help = shell("./sw help");
  EXPECT_EQ(help.status, 0);
  for (const char* command :
       {"demo", "serve", "test", "build", "python", "fuzz", "bench", "format", "tidy", "install-packages"}) {
    EXPECT_THAT(help.output, testing::HasSubstr(fmt::format("\n  {}", command)));
  }
}

TEST(Sw, RefusesWhatItDoesNotKnow) {
  const Finished unknown = shell("./sw dance");
  EXPECT_NE(unknown.status, 0);
  EXPECT_THAT(unknown.output, testing::HasSubstr("sw: error: unknown command 'dance'"));
  const Finished purpose = shell("./sw install-packages dancing");
  EXPECT_NE(purpose.status, 0);
  EXPECT_THAT(purpose.output, testing::HasSubstr("no packages for 'dancing'"));
  const Finished seconds = shell("./sw fuzz soon");
  EXPECT_NE(seconds.status, 0);
  EXPECT_THAT(seconds.output, testing::HasSubstr("'soon' is not a number of seconds"));
}

TEST(Sw, SaysWhatToDoWithoutApt) {
  // A folder of links to everything that sw needs but apt and dpkg.
  const Finished bare = shell(
      "folder=$(mktemp -d) && for p in bash dirname readlink cat stat grep sed env; do ln -s \"$(command -v $p)\" "
      "$folder/; done; PATH=$folder $folder/bash ./sw install-packages build; status=$?; rm -rf \"$folder\"; exit "
      "$status");
  EXPECT_NE(bare.status, 0);
  EXPECT_THAT(bare.output, testing::HasSubstr("this is not a Debian or Ubuntu system"));
  EXPECT_THAT(bare.output, testing::HasSubstr("llvm-19-dev"));
}

std::set<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

// docs/dependencies.md says of each package why it is there, in a table whose first column names it in backquotes.
TEST(Packages, AreAllExplainedAndNoOthers) {
  const Finished listed = shell(
      ". scripts/packages.sh; echo ${packages_build[@]} ${packages_run[@]} ${packages_test[@]} ${packages_cluster[@]} "
      "${packages_python[@]} "
      "${packages_web[@]} ${packages_browser[@]} ${packages_bench[@]} ${packages_fuzz[@]} ${packages_format[@]} "
      "${packages_tidy[@]}");
  ASSERT_EQ(listed.status, 0);
  std::set<std::string> explained;
  std::istringstream lines(read_file(std::string(SYSWRIGHT_SOURCE_DIR) + "/docs/dependencies.md"));
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("| `")) continue;
    std::string cell = line.substr(1, line.find('|', 1) - 1);
    std::replace_if(cell.begin(), cell.end(), [](char c) { return c == '`' || c == ','; }, ' ');
    explained.merge(words_of(cell));
  }
  EXPECT_EQ(explained, words_of(listed.output));
}

}  // namespace
}  // namespace syswright::house
