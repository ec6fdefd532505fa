#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "policy/compile.h"
#include "policy/interval.h"
#include "tests/support/random_program.h"
#include "tests/support/sample_signature.h"

// Any bytes either compile or are refused by a ProgramError that names a place. What compiles prints as text that
// compiles to the same program, and answers a finite number inside its interval.
namespace {

using namespace syswright;

void check(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

void check_program(const policy::Program& program) {
  const std::string source = policy::to_source(program);
  const auto again = policy::compile(source, "printed.pol", {&program.signature_pointer(), 1});
  check(again->digest() == program.digest(), "the printed program is the same program");
  Random random(1, "fuzz inputs");
  for (const policy::Rule& rule : program.rules()) {
    const auto intervals = policy::evaluate_intervals(rule, policy::input_ranges(rule, program));
    for (int round = 0; round < 4; ++round) {
      const double answer = policy::interpret(rule, support::random_inputs(random, rule, program));
      check(std::isfinite(answer), "answers are finite");
      check(intervals.back().contains(answer), "answers lie in their interval");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto signature = support::sample_signature();
  policy::ProgramPtr program;
  try {
    program = policy::compile({reinterpret_cast<const char*>(data), size}, "fuzz.pol", {&signature, 1});
  } catch (const policy::ProgramError& error) {
    check(error.where().line > 0 && error.where().column > 0, "an error names its place");
    return 0;
  }
  check_program(*program);
  return 0;
}
