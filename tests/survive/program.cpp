#include "tests/survive/program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "base/random.h"

namespace syswright::survive {
namespace {

const std::string program = std::string(SYSWRIGHT_BINARY_DIR) + "/bin/syswright";

void redirect(const std::string& path, int descriptor) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (file < 0 || ::dup2(file, descriptor) < 0) ::_exit(126);
  ::close(file);
}

[[noreturn]] void become(const Folder& folder, const std::vector<std::string>& arguments,
                         const Conditions& conditions) {
  redirect(folder / ".out", STDOUT_FILENO);
  redirect(folder / ".err", STDERR_FILENO);
  if (::chdir(folder.path().c_str()) != 0) ::_exit(126);
  for (const std::string& variable : conditions.environment) {
    const std::size_t end = variable.find('=');
    ::setenv(variable.substr(0, end).c_str(), variable.substr(end + 1).c_str(), 1);
  }
  std::vector<char*> words;
  for (const std::string& word : conditions.launcher) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(const_cast<char*>(program.c_str()));
  for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  if (conditions.prepare) conditions.prepare();
  ::execvp(words.front(), words.data());
  ::_exit(127);
}

}  // namespace

Folder::Folder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "syswright-survive-XXXXXX").string();
  path_ = ::mkdtemp(pattern.data()) == nullptr ? "" : pattern;
  EXPECT_NE(path_, "");
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Ended run(const Folder& folder, const std::vector<std::string>& arguments, const Conditions& conditions) {
  const pid_t child = ::fork();
  if (child == 0) become(folder, arguments, conditions);
  if (conditions.meanwhile) conditions.meanwhile();
  int status = 0;
  ::waitpid(child, &status, 0);
  Ended ended;
  if (WIFEXITED(status)) ended.code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) ended.signal = WTERMSIG(status);
  ended.out = read_file(folder / ".out");
  ended.err = read_file(folder / ".err");
  return ended;
}

std::string small_trace(std::size_t requests) {
  std::string text = "time,object,size\n";
  Random random(7, "small trace");
  for (std::size_t i = 0; i < requests; ++i) {
    const auto object = static_cast<std::uint64_t>(std::pow(400.0, random.uniform()));
    text += fmt::format("{},{},{}\n", i, object, 1);
  }
  return text;
}

Left left_in(const Folder& folder) {
  const Ended dumped = run(folder, {"ledger", "dump", "--ledger", "ledger.db"});
  EXPECT_EQ(dumped.code, 0) << dumped.err;
  return {.ledger = dumped.out,
          .report = read_file(folder / "report/report.json"),
          .page = read_file(folder / "report/report.html"),
          .policy = read_file(folder / "best.pol")};
}

}  // namespace syswright::survive
