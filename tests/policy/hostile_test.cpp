#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <memory>

#include "policy/compile.h"
#include "policy/export.h"
#include "policy/jit.h"
#include "policy/lowering.h"
#include "policy/parser.h"
#include "tests/support/agreement.h"
#include "tests/support/guarded_memory.h"
#include "tests/support/hostile_text.h"
#include "tests/support/sample_signature.h"

// Programs from strangers: each is refused with an error that names a place, or compiles to something within the limits
// that gives the same finite numbers in the interpreter and as native code, which touches nothing but its frame, what
// it is given to read and where it is asked to write. SYSWRIGHT_HOSTILE=100000 draws so many programs;
// docs/security.md says how to run that under sanitizers.
namespace syswright::policy {
namespace {

using support::GuardedMemory;

constexpr std::size_t ordinary_count = 600;
constexpr std::size_t parts = 4;  ///< that can run side by side
constexpr std::size_t most_candidates = 17;
constexpr std::size_t most_inputs = 256;

std::size_t count_of_programs() {
  const char* asked = std::getenv("SYSWRIGHT_HOSTILE");
  return asked == nullptr ? ordinary_count : std::strtoull(asked, nullptr, 10);
}

/// A question to native code, in memory that it may read to its very ends.
class GuardedCaller {
 public:
  GuardedCaller()
      : inputs_(most_inputs * sizeof(double), GuardedMemory::Access::read),
        pointers_(most_inputs * sizeof(double*), GuardedMemory::Access::read),
        out_(most_candidates * sizeof(double), GuardedMemory::Access::write) {}

  double scalar(const CompiledRule& native, const std::vector<double>& inputs, bool at_the_end) {
    return native.scalar(inputs_.place<double>(inputs, at_the_end));
  }

  std::vector<double> batch(const CompiledRule& native, const support::Columns& columns, std::size_t n,
                            bool at_the_end) {
    while (columns_.size() < columns.candidates.size()) {
      columns_.push_back(
          std::make_unique<GuardedMemory>(most_candidates * sizeof(double), GuardedMemory::Access::read));
    }
    std::vector<const double*> places;
    for (std::size_t i = 0; i < columns.candidates.size(); ++i) {
      places.push_back(columns_[i]->place<double>(columns.candidates[i], at_the_end));
    }
    std::vector<double> results(n, -7.25);
    double* out = out_.place<double>(results, at_the_end);
    native.batch(inputs_.place<double>(columns.globals, at_the_end), pointers_.place<const double*>(places, at_the_end),
                 out, n);
    results.assign(out, out + n);
    EXPECT_TRUE(out_.rest_is_untouched()) << "a batch of " << n << " wrote beside its results";
    return results;
  }

 private:
  GuardedMemory inputs_;
  GuardedMemory pointers_;
  GuardedMemory out_;
  std::vector<std::unique_ptr<GuardedMemory>> columns_;
};

struct Tally {
  std::size_t refused = 0;
  std::size_t answered = 0;
};

class Hostile : public testing::TestWithParam<std::size_t> {
 protected:
  void check(const std::string& text, const std::shared_ptr<const Signature>& signature) {
    try {
      const ProgramPtr program = compile(text, "hostile.pol", {&signature, 1});
      ++tally_.answered;
      check_program(*program);
    } catch (const ProgramError& error) {
      ++tally_.refused;
      check_message(error);
    }
  }

  static void check_message(const ProgramError& error) {
    EXPECT_GT(error.where().line, 0u);
    EXPECT_GT(error.where().column, 0u);
    const std::string message = error.what();
    EXPECT_LT(message.size(), 4096u);
    for (char c : message) {
      const bool control = static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t';
      ASSERT_FALSE(control || c == '\x7f') << "a message that could steer a terminal";
    }
  }

  void check_program(const Program& program) {
    ASSERT_LE(program.statistics().size(), 64u);
    std::size_t doubles = 0;
    for (const Statistic& statistic : program.statistics()) {
      ASSERT_LE(statistic.name.size(), 100u);
      if (statistic.scope == Scope::candidate) doubles += StatisticRuntime(statistic).state_size();
    }
    ASSERT_LE(doubles * sizeof(double), 4096u);
    for (const Contract& contract : program.contracts()) ASSERT_LE(contract.clauses.size(), 100u);
    check_texts(program);
    const auto native = jit_compile(program);
    for (std::size_t r = 0; r < program.rules().size(); ++r) {
      ASSERT_LE(program.rules()[r].graph.size(), GraphBuilder::max_nodes);
      check_answers(program, program.rules()[r], native->rules()[r]);
      if (HasFatalFailure()) return;
    }
  }

  void check_texts(const Program& program) {
    const std::string printed = to_source(program);
    ASSERT_LE(printed.size(), max_program_bytes);
    ASSERT_EQ(compile(printed, "printed.pol", {&program.signature_pointer(), 1})->digest(), program.digest());
    for (const Exporter& exporter : exporters()) {
      const std::string text = exporter.write(program);
      ASSERT_LE(text.size(), 4 * max_program_bytes);
      for (char c : text) ASSERT_TRUE((c >= ' ' && c <= '~') || c == '\n') << exporter.name;
    }
  }

  void check_answers(const Program& program, const Rule& rule, const CompiledRule& native) {
    ASSERT_LE(rule.inputs.size(), most_inputs);
    for (std::size_t n : {1, 7, 8, 9, 17}) {
      std::vector<std::vector<double>> questions;
      for (std::size_t i = 0; i < n; ++i) {
        questions.push_back(support::random_inputs(random_, rule, program));
        std::copy_n(questions.front().begin(), rule.global_inputs, questions.back().begin());
      }
      const bool at_the_end = random_.chance(0.5);
      const auto out = caller_.batch(native, support::Columns(rule, questions), n, at_the_end);
      for (std::size_t i = 0; i < n; ++i) {
        const double expected = interpret(rule, questions[i]);
        ASSERT_TRUE(std::isfinite(expected));
        const double scalar = caller_.scalar(native, questions[i], at_the_end);
        ASSERT_TRUE(support::same_bits(expected, scalar, rule, questions[i], "scalar"));
        ASSERT_TRUE(support::same_bits(expected, out[i], rule, questions[i], "batch"));
      }
    }
  }

  Random random_{2026, "hostile questions"};
  GuardedCaller caller_;
  Tally tally_;
};

TEST_P(Hostile, ProgramsAreRefusedOrAnswerWithinTheirFrame) {
  const auto signature = support::sample_signature();
  const std::size_t count = count_of_programs();
  for (std::size_t i = GetParam(); i < count; i += parts) {
    Random random(2026, "hostile texts", i);
    const std::string text = support::HostileText(random).draw();
    check(text, signature);
    if (HasFailure()) FAIL() << "text " << i << ":\n" << text.substr(0, 4000);
  }
  // Both kinds are there, whatever their number.
  EXPECT_GT(tally_.refused, count / parts / 5);
  EXPECT_GT(tally_.answered, count / parts / 5);
  RecordProperty("refused", static_cast<int>(tally_.refused));
  RecordProperty("answered", static_cast<int>(tally_.answered));
}

TEST_P(Hostile, BrokenTextsOfAnySignatureAreRefusedOrAnswer) {
  const std::size_t count = count_of_programs() / 4;
  for (std::size_t i = GetParam(); i < count; i += parts) {
    Random random(2026, "broken texts", i);
    const ProgramPtr program = support::random_program(random, {.nodes = 40});
    const std::string text = support::HostileText(random).mutated(to_source(*program));
    check(text, program->signature_pointer());
    if (HasFailure()) FAIL() << "text " << i << ":\n" << text;
  }
}

INSTANTIATE_TEST_SUITE_P(Parts, Hostile, testing::Range(std::size_t{0}, parts));

std::string refusal_of(const std::string& text) {
  const std::vector<std::shared_ptr<const Signature>> signatures{support::sample_signature()};
  try {
    compile(text, "p.pol", signatures);
  } catch (const ProgramError& error) {
    return error.what();
  }
  return "";
}

TEST(HostileLimits, ANameHasItsLength) {
  const auto text = [](std::size_t size) {
    return fmt::format("policy p for cache {{ rank evict(hits) {{ let {0} = hits * 2; return {0}; }} }}",
                       std::string(size, 'n'));
  };
  EXPECT_EQ(refusal_of(text(100)), "");
  EXPECT_THAT(refusal_of(text(101)), testing::HasSubstr("has 101 characters; a name may have 100"));
}

TEST(HostileLimits, StatisticsOfACandidateShareTheirMemory) {
  const auto text = [](std::size_t statistics) {
    std::string items;
    for (std::size_t i = 0; i < statistics; ++i) items += fmt::format("stat s{} = mean(inter_arrival, 64);\n", i);
    return fmt::format("policy p for cache {{ {} rank evict() {{ return s0; }} }}", items);
  };
  EXPECT_EQ(refusal_of(text(7)), "");
  EXPECT_THAT(refusal_of(text(8)), testing::HasSubstr("the statistics of each candidate take 4288 bytes; they may take "
                                                      "4096: shorten the windows, or keep fewer"));
}

TEST(HostileLimits, AContractHasItsLengthAndDepth) {
  const auto many = [](std::size_t clauses) {
    std::string text;
    for (std::size_t i = 0; i < clauses; ++i) text += fmt::format("ensure output >= -{};\n", i);
    return fmt::format("policy p for cache {{ rank evict(hits) {{ {} return hits; }} }}", text);
  };
  EXPECT_EQ(refusal_of(many(100)), "");
  EXPECT_THAT(refusal_of(many(101)), testing::HasSubstr("a rule's contract may have 100 statements"));
  const auto deep = [](std::size_t arguments) {
    std::string text = "hits";
    for (std::size_t i = 1; i < arguments; ++i) text += fmt::format(", {}", i);
    return fmt::format("policy p for cache {{ rank evict(hits) {{ ensure output <= max({}); return hits; }} }}", text);
  };
  EXPECT_EQ(refusal_of(deep(80)), "");
  EXPECT_THAT(refusal_of(deep(300)), testing::HasSubstr("the statement is nested over 90 deep; split it"));
}

}  // namespace
}  // namespace syswright::policy
