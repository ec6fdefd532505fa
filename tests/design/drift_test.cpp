#include "design/drift.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "design/grammar.h"
#include "policy/compile.h"
#include "tests/design/toy_task.h"

namespace syswright::design {
namespace {

/// A ranking that may look at growing quantities: now and last (numbers), clock (a time); hits and fresh do not grow.
std::shared_ptr<const policy::Signature> signature() {
  policy::Decision evict;
  evict.name = "evict";
  evict.features = {{.name = "now", .scope = policy::Scope::global},
                    {.name = "last"},
                    {.name = "clock", .scope = policy::Scope::global, .dimension = time_dimension},
                    {.name = "hits"},
                    {.name = "fresh", .kind = policy::ValueKind::boolean, .low = 0, .high = 1}};
  policy::Decision admit;
  admit.name = "admit";
  admit.kind = policy::DecisionKind::value;
  admit.actions = {"no", "yes"};
  admit.features = {{.name = "now"}, {.name = "hits"}};
  auto made = std::make_shared<policy::Signature>();
  made->domain = "growing";
  made->decisions = {evict, admit};
  return made;
}

class DriftTest : public testing::Test {
 protected:
  DriftTest() : vocabulary_(signature_, scales()) {}
  Scales scales() const {
    Scales made = declared_scales(*signature_);
    for (const std::size_t growing : {0, 1, 2}) made.features[0][growing].trends = true;
    made.features[1][0].trends = true;
    return made;
  }
  bool score_drifts(const std::string& score) const {
    return rule_drifts("rank evict(now, last, clock, hits, fresh) { return " + score + "; }");
  }
  bool rule_drifts(const std::string& rule) const {
    const std::vector<std::shared_ptr<const policy::Signature>> signatures{signature_};
    return drifts(*policy::compile("policy p for growing { " + rule + " }", "test", signatures), vocabulary_);
  }

  std::shared_ptr<const policy::Signature> signature_ = signature();
  Vocabulary vocabulary_;
};

TEST_F(DriftTest, EqualSharesForAllCandidatesAreWelcome) {
  for (const char* score :
       {"-last", "hits - 3 * last", "last / 4 + hits * hits", "-(last + now)", "max(last, last + hits)",
        "fresh ? last : last + 300 * hits", "clock + hits * 1s", "0.3 * last + 0.7 * now"}) {
    EXPECT_FALSE(score_drifts(score)) << score;
  }
}

TEST_F(DriftTest, DifferencesAreLikeAnyOtherQuantity) {
  for (const char* score :
       {"now - last", "hits / (now - last + 1)", "log(now - last + 1)", "now - last < 100 ? hits : 0",
        "last < now - 50 ? hits : 2 * hits", "sqrt(0.1 * now - 0.1 * last)", "0 * now + hits"}) {
    EXPECT_FALSE(score_drifts(score)) << score;
  }
}

TEST_F(DriftTest, WhatTimeAloneChangesIsRefused) {
  for (const char* score : {"last * hits", "hits / last", "log(last + 1)", "now < 5000 ? hits : -hits",
                            "max(last, hits)", "fresh ? last : 2 * last", "now > 100 and fresh ? hits : 0",
                            "abs(last - 7)", "log(clock / 1s + 1) * hits", "last - clock / 1s < 0 ? hits : 0"}) {
    EXPECT_TRUE(score_drifts(score)) << score;
  }
}

TEST_F(DriftTest, AValueMayNotDependOnTheTimeAtAll) {
  EXPECT_TRUE(rule_drifts("value admit(now, hits) { return now > 10 ? yes : no; }"));
  EXPECT_FALSE(rule_drifts("value admit(now, hits) { return hits > 10 ? yes : no; }"));
}

TEST_F(DriftTest, TheGrammarMakesNoneOfThem) {
  const Grammar grammar(vocabulary_);
  for (std::uint64_t i = 0; i < 1000; ++i) {
    Random random(1, "drift test", i);
    ASSERT_FALSE(drifts(*grammar.random_program(random), vocabulary_));
  }
}

}  // namespace
}  // namespace syswright::design
