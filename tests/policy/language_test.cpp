#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "policy/compile.h"
#include "policy/program.h"
#include "tests/support/sample_signature.h"

// One file a test in tests/policy/language: a program, and in its first comments what it must do:
//   #= evict(hits = 3, gaps = 1s 2s 3s 4s, pace = 5s) -> 0.75     the answer, inputs not named are 0
//   #! 4:10: unknown name                                          the error: its place, and what the message contains
namespace syswright::policy {
namespace {

std::string trimmed(std::string text) {
  const std::size_t begin = text.find_first_not_of(' ');
  if (begin == text.npos) return "";
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

double quantity(const std::string& text) {
  const std::string written = trimmed(text);
  if (written == "true") return 1;
  if (written == "false") return 0;
  const std::size_t begin = written.starts_with('$') ? 1 : 0;
  double value = 0;
  const auto [end, error] = std::from_chars(written.data() + begin, written.data() + written.size(), value);
  if (error != std::errc()) throw std::runtime_error("no number: " + written);
  const std::string unit(end, written.data() + written.size());
  return unit.empty() ? value : value * find_unit(unit)->scale;
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) {
    if (!trimmed(part).empty()) parts.push_back(trimmed(part));
  }
  return parts;
}

void check_value(const Program& program, const std::string& expectation) {
  const std::size_t open = expectation.find('(');
  const std::size_t close = expectation.find(')');
  const std::size_t arrow = expectation.find("->");
  ASSERT_TRUE(open < close && close < arrow && arrow != expectation.npos) << expectation;
  const auto index = program.signature().find_decision(trimmed(expectation.substr(0, open)));
  ASSERT_TRUE(index && program.rule_for(*index) != nullptr) << expectation;
  const Decision& decision = program.signature().decisions[*index];
  const Rule& rule = *program.rule_for(*index);
  std::map<std::string, double> given;
  for (const std::string& pair : split(expectation.substr(open + 1, close - open - 1), ',')) {
    const std::string name = trimmed(pair.substr(0, pair.find('=')));
    const auto values = split(pair.substr(pair.find('=') + 1), ' ');
    const auto feature = decision.find_feature(name);
    const bool array = feature && decision.features[*feature].length > 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      given[array ? name + "[" + std::to_string(i) + "]" : name] = quantity(values[i]);
    }
  }
  std::vector<double> inputs;
  for (const Input& input : rule.inputs) inputs.push_back(given[input_name(input, decision, program.statistics())]);
  const std::string answer = trimmed(expectation.substr(arrow + 2));
  const auto action = std::ranges::find(decision.actions, answer);
  const double expected =
      action != decision.actions.end() ? static_cast<double>(action - decision.actions.begin()) : quantity(answer);
  EXPECT_EQ(interpret(rule, inputs), expected) << expectation;
}

std::filesystem::path folder() { return std::filesystem::path(SYSWRIGHT_SOURCE_DIR) / "tests/policy/language"; }

class Language : public ::testing::TestWithParam<std::string> {};

TEST_P(Language, DoesWhatItSays) {
  std::ifstream file(folder() / (GetParam() + ".pol"), std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto signature = support::sample_signature();
  std::vector<std::string> values;
  std::string error;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("#=")) values.push_back(trimmed(line.substr(2)));
    if (line.starts_with("#!")) error = trimmed(line.substr(2));
  }
  ASSERT_TRUE(values.empty() != error.empty()) << "a test file has either values (#=) or an error (#!)";
  try {
    const ProgramPtr program = compile(text, "t.pol", {&signature, 1});
    ASSERT_TRUE(error.empty()) << "compiled, but should say: " << error;
    for (const std::string& value : values) check_value(*program, value);
    EXPECT_EQ(compile(to_source(*program), "again.pol", {&signature, 1})->digest(), program->digest());
  } catch (const ProgramError& mistake) {
    ASSERT_FALSE(error.empty()) << mistake.what();
    EXPECT_THAT(std::string(mistake.what()), ::testing::StartsWith("t.pol:" + error.substr(0, error.find(' '))));
    EXPECT_THAT(std::string(mistake.what()), ::testing::HasSubstr(trimmed(error.substr(error.find(' ')))));
  }
}

std::vector<std::string> names() {
  std::vector<std::string> result;
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    if (entry.path().extension() == ".pol") result.push_back(entry.path().stem().string());
  }
  std::ranges::sort(result);
  return result;
}

INSTANTIATE_TEST_SUITE_P(Files, Language, ::testing::ValuesIn(names()), [](const auto& each) { return each.param; });

}  // namespace
}  // namespace syswright::policy
