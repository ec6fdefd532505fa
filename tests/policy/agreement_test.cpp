// The interpreter is the oracle: native code and the exports give its bits, on random programs and nasty inputs.
#include "tests/support/agreement.h"

#include <dlfcn.h>

#include <cstdlib>

#include "base/random.h"
#include "policy/export.h"
#include "policy/jit.h"
#include "policy/program.h"
#include "policy/semantics.h"
#include "tests/support/export_harness.h"
#include "tests/support/random_program.h"

namespace syswright::policy {
namespace {

constexpr std::uint64_t seed = 20240611;
constexpr std::size_t programs = 10000;
constexpr std::size_t chunks = 4;
constexpr std::size_t exported_questions = 20;
constexpr std::array<std::size_t, 7> batch_lengths{1, 3, 4, 7, 8, 64, 65};

ProgramPtr nth_program(std::size_t index) {
  Random random(seed, "agreement program", index);
  return support::random_program(random);
}

/// Inputs for `n` questions that share the global ones, which a batch needs. Every third question leaves the declared
/// ranges: native code promises the interpreter's bits there too.
std::vector<std::vector<double>> nth_questions(std::size_t index, const Rule& rule, const Program& program,
                                               std::size_t n) {
  Random random(seed, "agreement inputs", index);
  std::vector<std::vector<double>> result;
  for (std::size_t i = 0; i < n; ++i) {
    result.push_back(support::random_inputs(random, rule, program));
    if (i % 3 == 2) {
      for (double& input : result.back())
        input = support::random_value(random, -semantics::largest, semantics::largest);
    }
    std::copy_n(result.front().begin(), rule.global_inputs, result.back().begin());
  }
  return result;
}

void expect_agreement(const Rule& rule, const CompiledRule& native, const std::vector<std::vector<double>>& asked) {
  std::vector<double> expected;
  for (const auto& inputs : asked) {
    expected.push_back(interpret(rule, inputs));
    ASSERT_TRUE(support::same_bits(expected.back(), native.scalar(inputs.data()), rule, inputs, "native scalar code"));
  }
  const support::Columns columns(rule, asked);
  const auto pointers = columns.pointers();
  for (std::size_t length : batch_lengths) {
    std::vector<double> out(length + 1, -123.0);
    native.batch(columns.globals.data(), pointers.data(), out.data(), length);
    for (std::size_t i = 0; i < length; ++i) {
      ASSERT_TRUE(support::same_bits(expected[i], out[i], rule, asked[i],
                                     fmt::format("native batch code, candidate {} of {},", i, length)));
    }
    ASSERT_EQ(out[length], -123.0) << "a batch of " << length << " wrote past its end";
  }
}

class Agreement : public testing::TestWithParam<std::size_t> {};

TEST_P(Agreement, NativeCode) {
  for (std::size_t index = GetParam(); index < programs; index += chunks) {
    SCOPED_TRACE(fmt::format("program {} of seed {}", index, seed));
    const ProgramPtr program = nth_program(index);
    const auto native = jit_compile(*program);
    for (std::size_t r = 0; r < program->rules().size(); ++r) {
      const Rule& rule = program->rules()[r];
      expect_agreement(rule, native->rules()[r], nth_questions(index, rule, *program, batch_lengths.back()));
      if (HasFatalFailure()) FAIL() << to_source(*program);
    }
  }
}

/// Programs of one chunk as exported text, with harness functions.
class ExportedChunk {
 public:
  ExportedChunk(const Exporter& exporter, std::size_t first, std::size_t end, std::size_t step) {
    for (std::size_t index = first; index < end; index += step) {
      programs_.push_back({index, nth_program(index)->renamed(fmt::format("p{}", index))});
      texts_.push_back(exporter.write(*programs_.back().program));
    }
  }

  using HarnessFunction = std::string (support::ExportHarness::*)(std::size_t) const;

  std::vector<std::string> with_harness(HarnessFunction function) const {
    std::vector<std::string> result = texts_;
    for (std::size_t i = 0; i < programs_.size(); ++i) {
      const support::ExportHarness harness(*programs_[i].program);
      for (std::size_t r = 0; r < programs_[i].program->rules().size(); ++r) result[i] += (harness.*function)(r);
    }
    return result;
  }

  /// answer(program's name, rule, flat question) is what the export says.
  template <typename Answer>
  void expect_agreement(std::string_view who, Answer answer) const {
    for (std::size_t i = 0; i < programs_.size(); ++i) {
      const auto& [index, program] = programs_[i];
      SCOPED_TRACE(fmt::format("program {} of seed {}", index, seed));
      for_each_question(i, [&](std::size_t r, const support::ExportQuestion& question) {
        const Rule& rule = program->rules()[r];
        ASSERT_TRUE(support::same_bits(interpret(rule, question.inputs), answer(program->name(), r, question.flat),
                                       rule, question.inputs, who))
            << texts_[i];
      });
      if (testing::Test::HasFatalFailure()) return;
    }
  }

  template <typename Visit>
  void for_each_question(std::size_t place, Visit visit) const {
    const auto& [index, program] = programs_[place];
    const support::ExportHarness harness(*program);
    Random random(seed, "export questions", index);
    for (std::size_t r = 0; r < program->rules().size(); ++r) {
      for (std::size_t q = 0; q < exported_questions; ++q) {
        visit(r, harness.draw(random, r));
        if (testing::Test::HasFatalFailure()) return;
      }
    }
  }

  std::size_t size() const { return programs_.size(); }
  const std::string& name(std::size_t place) const { return programs_[place].program->name(); }

 private:
  struct Numbered {
    std::size_t index;
    ProgramPtr program;
  };
  std::vector<Numbered> programs_;
  std::vector<std::string> texts_;
};

void run_or_fail(const std::string& command) { ASSERT_EQ(std::system(command.c_str()), 0) << command; }

/// Compiles the texts together, loads them and compares.
void expect_compiled_agreement(const ExportedChunk& chunk, const std::vector<std::string>& texts,
                               const std::string& compiler, const std::string& suffix, std::string_view who) {
  const support::TemporaryFolder folder;
  support::write_text(folder.file("policies" + suffix), fmt::format("{}", fmt::join(texts, "\n")));
  run_or_fail(fmt::format("{0} -Wall -Wextra -Werror -ffp-contract=off -fPIC -shared -o {1} {2} -lm", compiler,
                          folder.file("policies.so"), folder.file("policies" + suffix)));
  if (testing::Test::HasFatalFailure()) return;
  void* library = dlopen(folder.file("policies.so").c_str(), RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(library, nullptr) << dlerror();
  chunk.expect_agreement(who, [&](const std::string& name, std::size_t rule, const auto& flat) {
    void* function = dlsym(library, fmt::format("harness_{}_{}", name, rule).c_str());
    return reinterpret_cast<double (*)(const double*)>(function)(flat.data());
  });
  dlclose(library);
}

TEST_P(Agreement, CExport) {
  // Two levels of optimisation: what a compiler may do to the text must not show. (The lower one halves the time.)
  const char* compiler = GetParam() % 2 == 0 ? "cc -std=c99 -O1" : "cc -std=c99 -O0";
  const ExportedChunk chunk(find_exporter("c"), GetParam(), programs, chunks);
  expect_compiled_agreement(chunk, chunk.with_harness(&support::ExportHarness::c_function), compiler, ".c",
                            "the C export");
}

TEST(ExportAgreement, Cpp) {
  const ExportedChunk chunk(find_exporter("cpp"), 0, 1000, 1);
  expect_compiled_agreement(chunk, chunk.with_harness(&support::ExportHarness::cpp_function), "c++ -std=c++17 -O1",
                            ".cpp", "the C++ export");
}

/// Reads lines "module rule numbers…" and writes one answer a line; numbers are hexadecimal floats both ways.
constexpr std::string_view python_driver = R"(import importlib
import sys
sys.dont_write_bytecode = True
for question in open(sys.argv[1]):
    module, rule, *numbers = question.split()
    answer = getattr(importlib.import_module(module), "harness_" + rule)([float.fromhex(x) for x in numbers])
    print(answer.hex())
)";

TEST(ExportAgreement, Python) {
  if (std::system("python3 -c 'import sys; sys.exit(sys.version_info < (3, 8))'") != 0)
    GTEST_SKIP() << "there is no python3";
  const ExportedChunk chunk(find_exporter("python"), 0, 1000, 1);
  const support::TemporaryFolder folder;
  const auto texts = chunk.with_harness(&support::ExportHarness::python_function);
  for (std::size_t i = 0; i < texts.size(); ++i) support::write_text(folder.file(fmt::format("p{}.py", i)), texts[i]);
  support::write_text(folder.file("driver.py"), python_driver);
  std::string asked;
  for (std::size_t i = 0; i < chunk.size(); ++i) {
    chunk.for_each_question(i, [&](std::size_t rule, const support::ExportQuestion& question) {
      asked += fmt::format("{} {}", chunk.name(i), rule);
      for (double x : question.flat) asked += fmt::format(" {:a}", x);
      asked += '\n';
    });
  }
  support::write_text(folder.file("questions"), asked);
  run_or_fail(
      fmt::format("python3 {} {} > {}", folder.file("driver.py"), folder.file("questions"), folder.file("answers")));
  if (HasFatalFailure()) return;
  std::ifstream answers(folder.file("answers"));
  chunk.expect_agreement("the Python export", [&](const std::string&, std::size_t, const auto&) {
    std::string answer;
    std::getline(answers, answer);
    return std::strtod(answer.c_str(), nullptr);
  });
}

INSTANTIATE_TEST_SUITE_P(Quarters, Agreement, testing::Range(std::size_t{0}, chunks));

}  // namespace
}  // namespace syswright::policy
