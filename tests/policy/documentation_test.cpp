#include <fstream>
#include <sstream>

#include "policy/compile.h"
#include "tests/support/sample_signature.h"

// Every example of docs/language.md: a block marked `policy` compiles; one marked `policy error` is refused with
// exactly the message that the block after it shows.
namespace syswright::policy {
namespace {

struct Example {
  std::string kind;
  std::string text;
};

std::vector<Example> examples() {
  std::ifstream file(std::string(SYSWRIGHT_SOURCE_DIR) + "/docs/language.md");
  std::vector<Example> found;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("```")) {
      if (!inside) found.push_back({line.substr(3), ""});
      inside = !inside;
    } else if (inside) {
      found.back().text += line + "\n";
    }
  }
  return found;
}

TEST(Documentation, ExamplesOfTheLanguageReferenceHold) {
  const auto signature = support::sample_signature();
  const auto found = examples();
  std::size_t programs = 0;
  std::size_t errors = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i].kind == "policy") {
      ++programs;
      EXPECT_NO_THROW(compile(found[i].text, "example.pol", {&signature, 1})) << found[i].text;
    } else if (found[i].kind == "policy error") {
      ++errors;
      ASSERT_LT(i + 1, found.size());
      try {
        compile(found[i].text, "example.pol", {&signature, 1});
        ADD_FAILURE() << "compiles, but should not:\n" << found[i].text;
      } catch (const ProgramError& error) {
        EXPECT_EQ(error.what() + std::string("\n"), found[i + 1].text);
      }
    }
  }
  EXPECT_GE(programs, 4u);
  EXPECT_GE(errors, 2u);
}

TEST(Documentation, NamesEveryUnit) {
  std::ifstream file(std::string(SYSWRIGHT_SOURCE_DIR) + "/docs/language.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  for (const Unit& unit : units()) {
    const std::string name(unit.name);
    const bool sign = name == "$" || name == "%";
    EXPECT_THAT(text, ::testing::HasSubstr(sign ? name : "`" + name + "`"));
  }
}

}  // namespace
}  // namespace syswright::policy
