// The interpreter is the oracle: native code and the exports give its bits, on random programs and nasty inputs.
#include "tests/support/agreement.h"

#include "base/random.h"
#include "policy/jit.h"
#include "policy/program.h"
#include "policy/semantics.h"
#include "tests/support/random_program.h"

namespace syswright::policy {
namespace {

constexpr std::uint64_t seed = 20240611;
constexpr std::size_t programs = 10000;
constexpr std::size_t chunks = 4;
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
      if (HasFatalFailure()) return;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Quarters, Agreement, testing::Range(std::size_t{0}, chunks));

}  // namespace
}  // namespace syswright::policy
