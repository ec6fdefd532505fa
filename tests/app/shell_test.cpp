#include "app/shell.h"

#include <cstdio>
#include <memory>

namespace syswright::app {
namespace {

TEST(Shell, QuotesOnlyWhatNeedsIt) {
  EXPECT_EQ(shell_word("--size"), "--size");
  EXPECT_EQ(shell_word("1%,10%"), "1%,10%");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("two words"), "'two words'");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_command("syswright", {"run", "a b"}), "syswright run 'a b'");
}

TEST(Shell, AShellReadsTheWordsBack) {
  const std::string nasty = "$HOME `id` \"q\" 'q' \\ * ? ~ ; & | < > ( ) ! # %s é\ttab";
  const std::string command = shell_command("printf", {"%s", nasty});
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  ASSERT_NE(pipe, nullptr);
  std::string back(1000, '\0');
  back.resize(std::fread(back.data(), 1, back.size(), pipe.get()));
  EXPECT_EQ(back, nasty);
}

TEST(Shell, IndentsLines) {
  EXPECT_EQ(indented("a\n\nb\n"), "  a\n\n  b\n");
  EXPECT_EQ(indented("a\nb"), "  a\n  b");
  EXPECT_EQ(indented(""), "");
}

}  // namespace
}  // namespace syswright::app
