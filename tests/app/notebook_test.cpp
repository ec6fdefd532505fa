#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "app/notebook_output.h"
#include "base/random.h"
#include "tests/app/markup.h"
#include "tests/app/support.h"
#include "tests/support/chat_server.h"
#include "tests/support/toy_domain.h"

namespace syswright::app {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class NotebookOfADesign : public ::testing::Test {
 protected:
  NotebookOfADesign() { registries_.domains.add(std::make_unique<toy::ToyDomain>()); }
  Ran design(std::vector<std::string> more) const {
    std::vector<std::string> arguments{"design", "toy", "--ledger", "none", "--report", "none", "--budget", "60evals"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_with(registries_, arguments);
  }
  static std::size_t count(const std::string& text, const std::string& part) {
    std::size_t times = 0;
    for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++times;
    return times;
  }

  TemporaryFolder folder_;
  Registries registries_ = built_in();
};

TEST_F(NotebookOfADesign, IsWrittenIntoAFolderWithItsFigures) {
  const Ran ran = design({"--designer", "researcher", "--notebook", folder_ / "book"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("notebook: " + (folder_ / "book/notebook.md")));
  const std::string text = read_file(folder_ / "book/notebook.md");
  for (const char* part :
       {"# Notebook of researcher: a policy for toy", "## How it went", "## What led somewhere", "**Supposed.**",
        "**Concluded.**", "## Every step", "## The policy", "policy designed for toy"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  const std::size_t figures = count(text, "](figures/");
  EXPECT_GE(figures, 1u);
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder_ / "book/figures")) {
    const std::string svg = read_file(entry.path().string());
    EXPECT_THAT(svg,
                AllOf(HasSubstr("xmlns=\"http://www.w3.org/2000/svg\""), HasSubstr("<style>"), HasSubstr("width=")));
    ++files;
  }
  EXPECT_EQ(files, figures);
}

TEST_F(NotebookOfADesign, IsWrittenIntoAFileWithItsFiguresBesideIt) {
  const Ran ran = design({"--designer", "researcher", "--notebook", folder_ / "seen.md", "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.json()["notebook"], folder_ / "seen.md");
  EXPECT_THAT(read_file(folder_ / "seen.md"), HasSubstr("](seen-figures/figure001.svg)"));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "seen-figures/figure001.svg"));
}

TEST_F(NotebookOfADesign, OfADesignerThatKeepsNoneIsRefusedBeforeAnythingIsSpent) {
  const Ran ran = design({"--designer", "random", "--notebook", folder_ / "book"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, AllOf(HasSubstr("designer 'random' keeps no notebook"), HasSubstr("researcher")));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "book"));
}

TEST_F(NotebookOfADesign, WithoutAModelGliaNamesTheDesignerThatNeedsNone) {
  const Ran ran = design({"--designer", "glia"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err,
              AllOf(HasSubstr("SYSWRIGHT_LLM_URL"), HasSubstr("'--designer researcher' does the same by rule")));
}

/// A variable of the environment, while it lives.
class Setting {
 public:
  Setting(const char* name, const std::string& value) : name_(name) { ::setenv(name, value.c_str(), 1); }
  ~Setting() { ::unsetenv(name_); }
  Setting(const Setting&) = delete;
  Setting& operator=(const Setting&) = delete;

 private:
  const char* name_;
};

/// A request for the question, by its seed, which differs between exchanges; one in five is no request.
llm::Script some_request(const llm::Server::Request& request) {
  const auto asked = nlohmann::json::parse(request.body);
  if (std::string(asked["messages"][0]["content"]).starts_with("You supervise")) return llm::streamed({"- Why?\n"});
  Random random(asked["seed"].get<std::uint64_t>(), "scripted researcher");
  if (random.chance(0.2)) return llm::streamed({"Let me think."});
  return llm::streamed(
      {"So be it.\n```tool\ntool: run\nhypothesis: powers\nprogram:\npolicy guess for toy {\n",
       fmt::format(
           "  rank dispatch(work, cost) by all {{ return pow(cost / $1 * 1s, {:.2f}) / pow(work / 1s, {:.2f}); }}\n"
           "}}\n```\n",
           random.uniform(0.2, 2), random.uniform(0.2, 2))},
      2500, 80);
}

TEST_F(NotebookOfADesign, OfAModelsResearchReplaysToTheSameBytes) {
  const std::string ledger = folder_ / "ledger.db";
  const auto research = [&](std::vector<std::string> more) {
    std::vector<std::string> arguments{"design",   "toy",  "--designer", "glia", "--ledger", ledger,
                                       "--report", "none", "--seed",     "3",    "--budget", "25evals"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_with(registries_, arguments);
  };
  {
    const llm::Server server(some_request);
    const Setting url("SYSWRIGHT_LLM_URL", server.url());
    const Setting model("SYSWRIGHT_LLM_MODEL", "small=1/5");
    const Ran ran = research({"--notebook", folder_ / "one.md", "-o", folder_ / "it.pol"});
    ASSERT_EQ(ran.code, 0) << ran.err;
    EXPECT_GT(server.requests().size(), 5u);
  }
  const Ran again = research({"--notebook", folder_ / "two.md", "-o", folder_ / "it.pol", "--replay"});
  ASSERT_EQ(again.code, 0) << again.err;
  const auto text = [&](const char* file) {
    std::string whole = read_file(folder_ / file);
    whole = whole.substr(0, whole.find("Again: "));
    for (std::size_t at; (at = whole.find(std::string(file).substr(0, 3) + "-figures")) != std::string::npos;) {
      whole.erase(at, 3);
    }
    return whole;
  };
  EXPECT_EQ(text("one.md"), text("two.md"));
  EXPECT_THAT(text("one.md"), AllOf(HasSubstr("# Notebook of glia"), HasSubstr("model small"), HasSubstr("| run |")));
}

TEST(StandaloneSvg, HasASizeAndAStyleOfItsOwn) {
  const std::string svg = standalone_svg("<svg viewBox=\"0 0 400 120\" role=\"img\"><title>t</title></svg>");
  EXPECT_THAT(svg, HasSubstr("width=\"400\" height=\"120\""));
  EXPECT_THAT(svg, HasSubstr("<style>"));
  EXPECT_EQ(standalone_svg(""), "");
}

}  // namespace
}  // namespace syswright::app
