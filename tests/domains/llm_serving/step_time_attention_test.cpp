#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "domains/llm_serving/attention_table.h"
#include "domains/llm_serving/profile_files.h"
#include "domains/llm_serving/skew_table.h"
#include "tests/domains/llm_serving/step_time_samples.h"

namespace syswright::llm_serving {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Products of coordinates: what multilinear interpolation has to reproduce between points and beyond.
double bilinear(double chunk, double past, double decodes, double kv) {
  return 5 + chunk * (1 + past / 100) + decodes * kv / 10 + chunk * decodes / 50;
}

std::vector<AttentionPoint> points_of(std::vector<std::uint32_t> chunks, std::vector<std::uint32_t> pasts,
                                      std::vector<std::uint32_t> decodes, std::vector<std::uint32_t> kvs) {
  std::vector<AttentionPoint> points;
  const auto put = [&](std::uint32_t c, std::uint32_t p, std::uint32_t n, std::uint32_t k) {
    points.push_back({c, p, n, k, bilinear(c, p, n, k)});
  };
  for (const auto n : decodes) {
    for (const auto k : kvs) put(0, 0, n, k);
  }
  for (const auto c : chunks) {
    for (const auto p : pasts) {
      put(c, p, 0, 0);
      for (const auto n : decodes) {
        for (const auto k : kvs) put(c, p, n, k);
      }
    }
  }
  return points;
}

TEST(AttentionTable, AMultilinearTimeIsReproducedBetweenPoints) {
  const AttentionTable table(points_of({16, 32, 100}, {0, 50, 300}, {1, 8, 20}, {10, 40, 90}));
  Random random(1, "attention");
  for (int i = 0; i < 2000; ++i) {
    const double c = random.uniform(16, 100), p = random.uniform(0, 300);
    const double n = random.uniform(1, 20), k = random.uniform(10, 90);
    EXPECT_NEAR(table.microseconds(c, p, n, k), bilinear(c, p, n, k), 1e-6 * bilinear(c, p, n, k));
    EXPECT_NEAR(table.microseconds(0, p, n, k), bilinear(0, 0, n, k), 1e-6 * bilinear(0, 0, n, k));
    EXPECT_NEAR(table.microseconds(c, p, 0, k), bilinear(c, p, 0, 0), 1e-6 * bilinear(c, p, 0, 0));
  }
}

TEST(AttentionTable, HolesAreFilledAlongTheirLines) {
  // Two grids mixed, as profilers mix them: chunk 32 is measured at other pasts and kvs than its neighbours.
  std::vector<AttentionPoint> points = points_of({16, 100}, {0, 64, 256}, {1, 8, 20}, {10, 40, 90});
  for (const AttentionPoint& point : points_of({32}, {0, 50, 256}, {1, 20}, {10, 60, 90})) {
    if (point.chunk > 0) points.push_back(point);
  }
  const AttentionTable table(points);
  Random random(2, "attention");
  for (int i = 0; i < 2000; ++i) {
    const double c = random.uniform(16, 100), p = random.uniform(0, 256);
    const double n = random.uniform(1, 20), k = random.uniform(10, 90);
    EXPECT_NEAR(table.microseconds(c, p, n, k), bilinear(c, p, n, k), 1e-6 * bilinear(c, p, n, k));
  }
  for (const AttentionPoint& at : points) {
    EXPECT_NEAR(table.microseconds(at.chunk, at.past, at.decodes, at.kv), at.microseconds, 1e-6 * at.microseconds);
  }
}

TEST(AttentionTable, BelowTheGridTimesStandStillAndBeyondItTheyGoOn) {
  const AttentionTable table(points_of({16, 32}, {0, 64}, {2, 8}, {10, 40}));
  EXPECT_FLOAT_EQ(table.microseconds(0, 0, 0, 0), 0);
  EXPECT_FLOAT_EQ(table.microseconds(0, 0, 1, 3), bilinear(0, 0, 2, 10));
  EXPECT_FLOAT_EQ(table.microseconds(3, 0, 0, 0), bilinear(16, 0, 0, 0));
  EXPECT_FLOAT_EQ(table.microseconds(0, 0, 16, 80), bilinear(0, 0, 16, 80));
  EXPECT_NEAR(table.microseconds(32, 200, 16, 80), bilinear(32, 200, 16, 80), 1e-3);  // values are floats
  // Half way between decodes alone and the smallest chunk.
  EXPECT_FLOAT_EQ(table.microseconds(8, 64, 2, 10), (bilinear(0, 0, 2, 10) + bilinear(16, 64, 2, 10)) / 2);
  // Three chunks of 32 with 0, 32 and 64 tokens before them: as three with 32 before each.
  EXPECT_FLOAT_EQ(table.microseconds(96, 0, 0, 0), 3 * bilinear(32, 32, 0, 0));
  EXPECT_FLOAT_EQ(table.microseconds(96, 0, 2, 10), bilinear(32, 32, 2, 10) + 2 * bilinear(32, 32, 0, 0));
}

TEST(AttentionTable, NoiseAtTheEndNeverTurnsTimesDown) {
  std::vector<AttentionPoint> points = points_of({16, 32}, {0, 64}, {2, 8}, {10, 40});
  for (AttentionPoint& point : points) {
    if (point.chunk == 0 && point.kv == 40) point.microseconds = 3;
  }
  const AttentionTable table(points);
  EXPECT_FLOAT_EQ(table.microseconds(0, 0, 2, 40), 3);
  EXPECT_FLOAT_EQ(table.microseconds(0, 0, 2, 4000), 3);
}

TEST(AttentionTable, ATableThatCannotServeIsRefused) {
  const auto error = [](std::vector<AttentionPoint> points) {
    return step_time_error_of([&] { AttentionTable table(points); });
  };
  EXPECT_THAT(error({}), HasSubstr("no measurement of decodes alone"));
  EXPECT_THAT(error({{0, 0, 1, 16, 2}}), HasSubstr("no measurement of a chunk alone"));
  EXPECT_THAT(error({{0, 0, 1, 16, 2}, {16, 0, 0, 0, 2}}), HasSubstr("together"));
  EXPECT_THAT(error({{0, 0, 1, 16, 0}}), HasSubstr("the time 0 is not positive"));
  EXPECT_THAT(error({{0, 0, 1, 16, 2}, {0, 0, 1, 16, 3}}), HasSubstr("kv 16 stands there twice"));
  EXPECT_THAT(error({{0, 5, 0, 16, 2}}), HasSubstr("neither"));
}

constexpr const char* meta_text = R"(# a comment
gpu: 'An: example # not a comment'
tp_degrees: [1, 2]
nested:
  deeper:
    list:
    - a
    - "b"
  wrapped: [x<=1,
    x<=2, x>2]
skew_fit:
  bucket_axes:
    n_bins: [0, 2, 8, 1000000]
    n_labels: [n<=2, n<=8, n>8]
    skew_rate_bins: [-0.01, 0.5, 1.01]
    skew_rate_labels: [sr<=50%, sr>50%]
    kv_big_bins: [0, 1024, 1000000000]
    kv_big_labels: [kvB<=1k, kvB>1k]
    kp_bins: [-1, 0, 1000000000]
    kp_labels: [kp=0, kp>0]
  per_tp:
    1:
      alpha_default: 0.25   # pooled
)";

TEST(ProfileMeta, NestedKeysListsAndCommentsAreRead) {
  const SampleFolder folder;
  const ProfileMeta meta(folder.write("meta.yaml", meta_text));
  EXPECT_EQ(meta.number("skew_fit.per_tp.1.alpha_default"), 0.25);
  EXPECT_THAT(meta.numbers("tp_degrees"), ElementsAre(1, 2));
  EXPECT_THAT(meta.list("nested.deeper.list"), ElementsAre("a", "b"));
  EXPECT_THAT(meta.list("nested.wrapped"), ElementsAre("x<=1", "x<=2", "x>2"));
  EXPECT_EQ(meta.text("absent"), "");
  EXPECT_THAT(step_time_error_of([&] { meta.number("absent"); }), HasSubstr("meta.yaml: there is no 'absent'"));
  EXPECT_THAT(step_time_error_of([&] { meta.number("gpu"); }), HasSubstr("is not"));
  EXPECT_THAT(step_time_error_of([&] { ProfileMeta(folder.write("m.yaml", "a: 1\nrubbish\n")); }),
              HasSubstr("m.yaml:2: 'rubbish' is neither"));
  EXPECT_THAT(step_time_error_of([&] { ProfileMeta(folder.write("m.yaml", "a: [1,\n")); }), HasSubstr("has no ']'"));
}

TEST(SkewTable, BucketsAreClosedOnTheRight) {
  const SampleFolder folder;
  const ProfileMeta meta(folder.write("meta.yaml", meta_text));
  const SkewTable table(0.25, meta,
                        folder.write("skew_fit.csv",
                                     "pc,n_label,skew_rate_label,kv_big_label,kp_label,alpha,n_samples\n"
                                     "0,n<=2,sr<=50%,kvB<=1k,kp=0,0.1,4\n"
                                     "0,n<=8,sr<=50%,kvB<=1k,kp=0,0.2,4\n"
                                     "16,n<=8,sr>50%,kvB>1k,kp>0,-0.3,4\n"
                                     "64,n<=8,sr>50%,kvB>1k,kp>0,0.4,4\n"));
  EXPECT_EQ(table.size(), 4u);
  EXPECT_FLOAT_EQ(table.alpha(0, 2, 0.5, 1024, 0), 0.1);
  EXPECT_FLOAT_EQ(table.alpha(0, 3, 0.5, 1024, 0), 0.2);
  EXPECT_FLOAT_EQ(table.alpha(0, 9, 0.5, 1024, 0), 0.25);  // not measured
  EXPECT_FLOAT_EQ(table.alpha(0, 2, 0.51, 1024, 0), 0.25);
  EXPECT_FLOAT_EQ(table.alpha(0, 2, 0.5, 1025, 0), 0.25);
  EXPECT_FLOAT_EQ(table.alpha(1, 8, 0.9, 2000, 1), -0.3);   // a token of prefill is never decoding alone
  EXPECT_FLOAT_EQ(table.alpha(31, 8, 0.9, 2000, 1), -0.3);  // 31/16 < 64/31
  EXPECT_FLOAT_EQ(table.alpha(33, 8, 0.9, 2000, 1), 0.4);
  EXPECT_FLOAT_EQ(table.alpha(5000, 8, 0.9, 2000, 1), 0.4);
  EXPECT_FLOAT_EQ(table.alpha(64, 8, 0.9, 2000, 0), 0.25);
  EXPECT_FLOAT_EQ(SkewTable(0.7).alpha(64, 8, 0.9, 2000, 0), 0.7);
}

TEST(SkewTable, UnknownLabelsAndEdgesThatDoNotFitAreRefused) {
  const SampleFolder folder;
  const ProfileMeta meta(folder.write("meta.yaml", meta_text));
  const std::string header = "pc,n_label,skew_rate_label,kv_big_label,kp_label,alpha\n";
  const auto error = [&](const std::string& rows) {
    const std::string path = folder.write("skew_fit.csv", header + rows);
    return step_time_error_of([&] { SkewTable table(0, meta, path); });
  };
  EXPECT_THAT(error("0,n<=3,sr<=50%,kvB<=1k,kp=0,0.1\n"), HasSubstr("skew_fit.csv:2: the label 'n<=3'"));
  EXPECT_THAT(error("0,n<=2,sr<=50%,kvB<=1k,kp=0,nan\n"), HasSubstr("alpha 'nan' is not a number"));
  EXPECT_THAT(error("0,n<=2,sr<=50%,kvB<=1k,kp=0,1\n0,n<=2,sr<=50%,kvB<=1k,kp=0,1\n"), HasSubstr(":3: this bucket"));
  EXPECT_THAT(error("0,n<=2,sr<=50%,kvB<=1k,kp=0\n"), HasSubstr(":2: the row has 5 cells, the header 6"));
  EXPECT_THAT(error(""), HasSubstr("no rows"));
  std::string text = meta_text;
  text.replace(text.find("[-1, 0,"), 7, "[0,");
  const ProfileMeta bad(folder.write("bad.yaml", text));
  EXPECT_THAT(step_time_error_of([&] { SkewTable table(0, bad, folder.write("s.csv", header)); }),
              HasSubstr("kp bins: 2 edges do not part 2 labels"));
}

}  // namespace
}  // namespace syswright::llm_serving
