#include "policy/compile.h"
#include "policy/program.h"
#include "tests/support/random_program.h"
#include "tests/support/sample_signature.h"

namespace syswright::policy {
namespace {

ProgramPtr compiled(const std::string& text) {
  const auto signature = support::sample_signature();
  return compile(text, "t.pol", {&signature, 1});
}

/// A policy whose rule evict has this body, printed again.
std::string printed(const std::string& parameters, const std::string& body) {
  const std::string source =
      to_source(*compiled("policy p for cache { rank evict(" + parameters + ") { " + body + " } }"));
  const std::size_t begin = source.find("{\n", source.find("rank")) + 2;
  return source.substr(begin, source.rfind("  }\n}") - begin);
}

TEST(Printer, WritesWhatAPersonWould) {
  EXPECT_EQ(printed("hits, age, size", "return -(hits / max(age, 1s)) / size;"),
            "    return -(hits / max(age, 1s) / size);\n");
  EXPECT_EQ(printed("age", "return age > 1h ? 1 : 0;"), "    if age > 1h {\n      return 1;\n    }\n    return 0;\n");
  EXPECT_EQ(printed("hits, drift", "return 3 * (hits + drift)^2;"), "    return 3 * (hits + drift)^2;\n");
  EXPECT_EQ(printed("size", "return 2 * size / 1KiB;"), "    return 2 * size / 1KiB;\n");
  EXPECT_EQ(printed("gaps", "return gaps[1] - gaps[2];"), "    return gaps[1] - gaps[2];\n");
}

TEST(Printer, NamesWhatIsUsedTwice) {
  EXPECT_EQ(printed("hits, age", "let heat = hits / (age / 1s + 1); return heat + exp(-heat);"),
            "    let x1 = hits / (age / 1s + 1);\n    return x1 + exp(-x1);\n");
}

TEST(Printer, KeepsCompoundDimensions) {
  const ProgramPtr program = compiled("policy p for cache { rank evict(age, size) { return size / age + 3B / 1s; } }");
  EXPECT_EQ(compiled(to_source(*program))->digest(), program->digest());
  EXPECT_THAT(to_source(*program), ::testing::HasSubstr("3 * 1B / 1s"));
}

TEST(Printer, PrintsStatisticsByMeaning) {
  const ProgramPtr program = compiled(
      "policy p for cache { stat b = mean(request_size, 8); stat a = ewma(inter_arrival, 25%); stat unused = "
      "count(hit, 5); stat typical = percentile(hits, 0.5);"
      "rank evict(hits) by sample { return (hits - typical) * (a / 1s) * (b / 1B); } }");
  EXPECT_THAT(to_source(*program), ::testing::StartsWith("policy p for cache {\n  stat a = ewma(inter_arrival, 0.25);\n"
                                                         "  stat b = mean(request_size, 8);\n"
                                                         "  stat typical = percentile(hits, 0.5);\n\n"
                                                         "  rank evict(hits) by sample {\n"));
}

TEST(Printer, MakesUpNamesThatTheLanguageAccepts) {
  const auto signature = support::sample_signature();
  Statistic statistic{.name = "hits", .kind = StatisticKind::mean, .source = "request_size", .window = 4};
  statistic.dimension = bytes_dimension;
  Statistic other = statistic;
  other.name = "not a name";
  other.window = 5;
  std::vector<Input> inputs{{Input::Source::statistic, 0, 0, Scope::global},
                            {Input::Source::statistic, 1, 0, Scope::global}};
  const std::vector<Statistic> statistics{statistic, other};
  GraphBuilder builder(describe_inputs(inputs, *signature, 0, statistics));
  Rule rule;
  rule.inputs = inputs;
  rule.graph = builder.finish(builder.apply(Op::subtract, {builder.input(0), builder.input(1)}));
  const Program program("my-policy", signature, statistics, {rule});
  const ProgramPtr again = compiled(to_source(program));
  EXPECT_EQ(again->digest(), program.digest());
  EXPECT_EQ(again->name(), "p_my_policy");
  EXPECT_EQ(again->statistics()[0].name, "mean_request_size");
  EXPECT_EQ(again->statistics()[1].name, "mean_request_size_2");
}

TEST(PrinterProperty, TextParsesToTheSameProgram) {
  for (std::uint64_t i = 0; i < 3000; ++i) {
    Random random(22, "printer round trip", i);
    const ProgramPtr program = support::random_program(random, {.nodes = i % 10 == 0 ? 400u : 40u});
    const std::string source = to_source(*program);
    ProgramPtr again;
    ASSERT_NO_THROW(again = compile(source, "t.pol", {&program->signature_pointer(), 1})) << "program " << i << "\n"
                                                                                          << source;
    ASSERT_EQ(again->digest(), program->digest()) << "program " << i << "\n" << source << "\n" << to_source(*again);
    ASSERT_EQ(to_source(*again->renamed("random")), source) << "program " << i;
  }
}

TEST(Difference, ShowsChangedLinesInTheirRule) {
  const auto policy = [](const std::string& score, const std::string& answer) {
    return compiled("policy p for cache { rank evict(hits, age) { return " + score +
                    "; } value admit(size) { if size > " + answer + " { return refuse; } return take; } }");
  };
  EXPECT_EQ(describe_difference(*policy("hits", "1MiB"), *policy("hits", "1MiB")->renamed("other")), "");
  EXPECT_EQ(describe_difference(*policy("hits", "1MiB"), *policy("hits", "2MiB")),
            "    value admit(size) {\n-     if size > 1MiB {\n+     if size > 2MiB {\n");
  EXPECT_EQ(describe_difference(*policy("hits", "1MiB"), *policy("-hits", "2MiB")),
            "    rank evict(hits) {\n-     return hits;\n+     return -hits;\n");
}

}  // namespace
}  // namespace syswright::policy
