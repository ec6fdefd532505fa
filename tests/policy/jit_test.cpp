#include "policy/jit.h"

#include <cstdio>
#include <cstdlib>
#include <thread>

#include "policy/compile.h"
#include "tests/support/agreement.h"
#include "tests/support/export_harness.h"
#include "tests/support/random_program.h"
#include "tests/support/sample_signature.h"

namespace syswright::policy {
namespace {

ProgramPtr program_of(std::string_view body) {
  const std::vector<std::shared_ptr<const Signature>> signatures{support::sample_signature()};
  return compile(fmt::format("policy p for cache {{\n{}\n}}", body), "p.pol", signatures);
}

/// Questions 0 … n - 1 with plain values: the global inputs the same in all.
std::vector<std::vector<double>> plain_questions(const Rule& rule, std::size_t n) {
  Random random(7, "plain questions");
  std::vector<std::vector<double>> questions(n, std::vector<double>(rule.inputs.size()));
  for (auto& question : questions) {
    for (double& value : question) value = random.uniform(0.5, 100);
    std::copy_n(questions.front().begin(), rule.global_inputs, question.begin());
  }
  return questions;
}

std::vector<double> run_batch(const Rule& rule, const CompiledRule& native,
                              const std::vector<std::vector<double>>& questions) {
  const support::Columns columns(rule, questions);
  const auto pointers = columns.pointers();
  std::vector<double> out(questions.size(), -1);
  native.batch(columns.globals.data(), pointers.data(), out.data(), out.size());
  return out;
}

void expect_answers(const Program& program, std::size_t questions = 30) {
  const auto native = jit_compile(program);
  ASSERT_EQ(native->rules().size(), program.rules().size());
  for (std::size_t r = 0; r < program.rules().size(); ++r) {
    const Rule& rule = program.rules()[r];
    const auto asked = plain_questions(rule, questions);
    const auto out = run_batch(rule, native->rules()[r], asked);
    for (std::size_t i = 0; i < asked.size(); ++i) {
      const double expected = interpret(rule, asked[i]);
      ASSERT_TRUE(support::same_bits(expected, native->rules()[r].scalar(asked[i].data()), rule, asked[i], "scalar"));
      ASSERT_TRUE(support::same_bits(expected, out[i], rule, asked[i], "batch"));
    }
  }
}

TEST(Jit, ComputesWhatIsWritten) {
  const auto program = program_of("rank evict(hits, age) { return hits / max(age, 1s); }");
  const auto native = jit_compile(*program);
  const double inputs[] = {6, 4};
  EXPECT_EQ(native->rules()[0].scalar(inputs), 1.5);
}

TEST(Jit, AnswersSeveralDecisions) {
  expect_answers(*program_of(R"(
    rank evict(hits, age, size, fill) { return hits * fill - age / 1s + size / 1B; }
    value admit(size, ghost) { if size > 10B and not ghost { return refuse; } return take; }
    value ttl(gaps) { return mean(gaps); })"));
}

TEST(Jit, FillsABatchWhoseAnswerIsTheSameForAll) {
  const auto constant = program_of("rank evict() { return 2.5; }");
  const auto global = program_of("rank evict(fill) { return fill * 2; }");
  for (const auto& program : {constant, global}) {
    for (std::size_t n : {1, 7, 8, 9, 30}) expect_answers(*program, n);
  }
}

TEST(Jit, AnEmptyBatchWritesNothing) {
  const auto program = program_of("rank evict(hits) { return hits; }");
  double out = -1;
  const double* column = nullptr;
  jit_compile(*program)->rules()[0].batch(nullptr, &column, &out, 0);
  EXPECT_EQ(out, -1);
}

TEST(Jit, TakesMoreColumnsThanTheSmallBatchBufferHolds) {
  auto signature = std::make_shared<Signature>();
  signature->domain = "wide";
  Decision decision{.name = "pick"};
  Feature history{.name = "history", .length = 40};
  decision.features = {history};
  signature->decisions = {decision};
  const std::vector<std::shared_ptr<const Signature>> signatures{signature};
  const auto program =
      compile("policy p for wide { rank pick(history) { return sum(history); } }", "p.pol", signatures);
  ASSERT_EQ(program->rules()[0].inputs.size(), 40u);
  for (std::size_t n : {1, 5, 8, 21}) expect_answers(*program, n);
}

TEST(Jit, MakesOnlyTheParts) {
  const auto program = program_of("rank evict(hits) { return hits; }");
  const auto scalar = jit_compile(*program, JitParts::scalar);
  EXPECT_NE(scalar->rules()[0].scalar, nullptr);
  EXPECT_EQ(scalar->rules()[0].batch, nullptr);
  const auto batch = jit_compile(*program, JitParts::batch);
  EXPECT_EQ(batch->rules()[0].scalar, nullptr);
  const auto questions = plain_questions(program->rules()[0], 3);
  EXPECT_EQ(run_batch(program->rules()[0], batch->rules()[0], questions),
            (std::vector<double>{questions[0][0], questions[1][0], questions[2][0]}));
}

TEST(Jit, AcceptsTheLargestGraphs) {
  GraphBuilder builder({{Type{}, 1, 0, 1}}, /*simplify=*/false);
  NodeId root = builder.input(0);
  for (int i = 0; builder.size() + 3 < GraphBuilder::max_nodes; ++i) {
    root = builder.apply(i % 2 == 0 ? Op::add : Op::multiply, {root, builder.constant(1 + 1.0 / (i + 1), Type{})});
  }
  Rule rule;
  rule.inputs = {{.source = Input::Source::feature, .index = 0}};
  rule.graph = builder.finish(root);
  ASSERT_GT(rule.graph.size(), 4000u);
  expect_answers(Program("large", support::sample_signature(), {}, {rule}));
}

/// Lines of /proc/self/maps: pieces of memory that the process holds.
std::size_t count_mappings() {
  std::ifstream maps("/proc/self/maps");
  std::size_t lines = 0;
  for (std::string line; std::getline(maps, line);) ++lines;
  return lines;
}

TEST(Jit, KeepsManyProgramsAndFreesThem) {
  const auto program = program_of("rank evict(hits, age) { return log(1 + hits) - age / 1s; }");
  (void)jit_compile(*program);
  const std::size_t before = count_mappings();
  std::vector<std::shared_ptr<const CompiledProgram>> alive;
  for (int i = 0; i < 2000; ++i) alive.push_back(jit_compile(*program, JitParts::scalar));
  const double inputs[] = {1, 2};
  const double expected = interpret(program->rules()[0], inputs);
  for (const auto& native : alive) ASSERT_EQ(native->rules()[0].scalar(inputs), expected);
  EXPECT_GT(count_mappings(), before + 1000);
  alive.clear();
  EXPECT_LT(count_mappings(), before + 200);
}

TEST(Jit, CompilesOnManyThreadsAtOnce) {
  std::vector<std::string> failures(4);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < failures.size(); ++t) {
    threads.emplace_back([&failures, t] {
      for (std::size_t i = 0; i < 40; ++i) {
        Random random(11, "threads", i);
        const auto program = support::random_program(random);
        const auto native = jit_compile(*program);
        for (std::size_t r = 0; r < program->rules().size(); ++r) {
          const Rule& rule = program->rules()[r];
          const auto inputs = support::random_inputs(random, rule, *program);
          const auto result = support::same_bits(interpret(rule, inputs), native->rules()[r].scalar(inputs.data()),
                                                 rule, inputs, "a thread's code");
          if (!result) failures[t] = result.message();
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& failure : failures) EXPECT_EQ(failure, "");
}

#if defined(__x86_64__)
TEST(Jit, BatchesAreVectorCode) {
  if (std::system("objdump --version > /dev/null 2>&1") != 0) GTEST_SKIP() << "there is no objdump";
  // Everything that has vector instructions; fill is global, so that sqrt(fill) is computed once and not in the loop.
  const auto program = program_of(R"(rank evict(hits, age, drift, fill) {
    let ratio = min(hits, drift) / max(age / 1s, drift);
    return (ratio < drift ? sqrt(hits) + ratio * sqrt(fill) : abs(-drift)) - floor(hits);
  })");
  const support::TemporaryFolder folder;
  support::write_text(folder.file("p.o"), jit_object_file(*program, JitParts::batch));
  ASSERT_EQ(
      std::system(fmt::format("objdump -d --no-show-raw-insn {} > {}", folder.file("p.o"), folder.file("p.s")).c_str()),
      0);
  std::ifstream stream(folder.file("p.s"));
  const std::string listing{std::istreambuf_iterator<char>(stream), {}};
  for (const char* packed : {"divpd", "sqrtpd", "minpd", "maxpd", "cmp", "addpd", "mulpd", "subpd"})
    EXPECT_NE(listing.find(packed), listing.npos) << packed << " is missing in\n" << listing;
  const auto count = [&](std::string_view what) {
    std::size_t found = 0;
    for (std::size_t at = listing.find(what); at != listing.npos; at = listing.find(what, at + 1)) ++found;
    return found;
  };
  EXPECT_EQ(count("sqrtsd"), 1u) << listing;
  EXPECT_EQ(count("divsd"), 0u) << listing;
}
#endif

}  // namespace
}  // namespace syswright::policy
