#include "policy/expression_text.h"

#include <gtest/gtest.h>

#include "policy/compile.h"
#include "tests/support/sample_signature.h"

namespace syswright::policy {
namespace {

ProgramPtr compiled(const std::string& body) {
  const auto signature = support::sample_signature();
  return compile("policy p for cache { stat seen = mean(request_size, 8); " + body + " }", "t.pol", {&signature, 1});
}

std::string root_text(const std::string& body, std::size_t longest = 100) {
  const ProgramPtr program = compiled(body);
  const Rule& rule = program->rules().front();
  return expression_text(*program, rule, rule.graph.root(), longest);
}

TEST(ExpressionText, WritesPartsInPlaceOfNames) {
  EXPECT_EQ(root_text("rank evict(hits, drift) { let heat = hits / max(drift, 1); return heat + exp(-heat); }"),
            "hits / max(drift, 1) + exp(-(hits / max(drift, 1)))");
  EXPECT_EQ(root_text("rank evict(age, hits) { return age > 1h ? hits : 0; }"), "age > 1h ? hits : 0");
  EXPECT_EQ(root_text("rank evict(size) { return size / seen; }"), "size / seen");
}

TEST(ExpressionText, EveryNodeReadsBack) {
  const ProgramPtr program = compiled(
      "rank evict(hits, age, gaps, ghost, drift) { return ghost and hits > 3 ? -gaps[1] / 2s : drift^2 - age / 1h; }");
  const Rule& rule = program->rules().front();
  for (NodeId id = 0; id < rule.graph.size(); ++id) {
    if (rule.graph[id].type.kind != ValueKind::number || rule.graph[id].op == Op::constant) continue;
    const std::string text = expression_text(*program, rule, id);
    const ProgramPtr again = compiled("rank evict(hits, age, gaps, ghost, drift) { return " + text + "; }");
    EXPECT_EQ(again->rules().front().graph[again->rules().front().graph.root()].hash, rule.graph[id].hash) << text;
  }
}

TEST(ExpressionText, ElidesTheDeepestParts) {
  const std::string body = "rank evict(hits, drift) { return log(hits + 1) * (drift + exp(drift * hits)) + 3 * hits; }";
  const std::string whole = root_text(body);
  EXPECT_EQ(root_text(body, whole.size()), whole);
  const std::string shorter = root_text(body, whole.size() - 1);
  EXPECT_LT(shorter.size(), whole.size());
  EXPECT_NE(shorter.find("…"), shorter.npos);
  // The operands of the root are always written.
  EXPECT_EQ(root_text(body, 1), "… * … + 3 * hits");
}

TEST(ExpressionText, ASharedPartDoesNotGrowWithoutLimit) {
  // 2^60 leaves as a tree, 61 nodes as a graph.
  const std::string text =
      root_text("rank evict(drift) { let x = drift; for i in 0..60 { x = x * (x + 1); } return x; }");
  EXPECT_LE(text.size(), 100u);
  EXPECT_NE(text.find("…"), text.npos);
}

}  // namespace
}  // namespace syswright::policy
