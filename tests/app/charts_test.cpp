#include "app/charts.h"

#include <cmath>
#include <limits>

#include "tests/app/markup.h"

namespace syswright::app {
namespace {

TEST(AxisMarks, AreRoundAndInside) {
  EXPECT_EQ(axis_marks(0, 10, 5), (std::vector<double>{0, 2, 4, 6, 8}));
  EXPECT_EQ(axis_marks(0, 10, 6), (std::vector<double>{0, 2, 4, 6, 8, 10}));
  const std::vector<double> small = axis_marks(0.412, 0.438, 6);
  ASSERT_GE(small.size(), 3u);
  EXPECT_NEAR(small.front(), 0.415, 1e-12);
  for (const double mark : small) {
    EXPECT_GE(mark, 0.412 - 1e-9);
    EXPECT_LE(mark, 0.438 + 1e-9);
  }
}

TEST(AxisMarks, NoneForNoLength) {
  EXPECT_TRUE(axis_marks(1, 1, 5).empty());
  EXPECT_TRUE(axis_marks(2, 1, 5).empty());
  EXPECT_TRUE(axis_marks(0, 1, 0).empty());
}

TEST(AxisMarks, NeverMoreThanAskedFor) {
  for (const double span : {1e-9, 0.003, 0.7, 1.0, 9.99, 12345.0}) {
    for (std::size_t most = 1; most < 12; ++most) EXPECT_LE(axis_marks(0.1, 0.1 + span, most).size(), most);
  }
}

TEST(Charts, NothingToDrawGivesNothing) {
  EXPECT_EQ(svg(LineChart{}), "");
  EXPECT_EQ(svg(IntervalPlot{}), "");
}

TEST(Charts, AreWellFormedAndEscape) {
  LineChart chart{.title = "<b>&", .x_label = "x<", .y_label = "\"y\"", .points = {{0, 5}, {10, 3}}, .x_end = 20};
  IntervalPlot plot{.title = "t",
                    .x_label = "x",
                    .rows = {{"<lru>", "0.5", 0.5, 0.4, 0.6, true}, {"a&b", "0.7", 0.7, 0.6, 0.8, false}},
                    .line = IntervalPlot::Line{"<min>", 0.3}};
  for (const std::string& text : {svg(chart), svg(plot)}) {
    EXPECT_EQ(markup_problem(text), "") << text;
    EXPECT_EQ(text.find("nan"), text.npos);
  }
  EXPECT_NE(svg(plot).find("&lt;lru&gt;"), std::string::npos);
}

TEST(Charts, DegenerateValuesStayFinite) {
  const double infinity = std::numeric_limits<double>::infinity();
  const IntervalPlot one{
      .title = "t", .x_label = "x", .rows = {{"only", "0", 0, -infinity, infinity, false}}, .line = {}};
  const LineChart flat{.title = "t", .x_label = "x", .y_label = "y", .points = {{0, 0}}, .x_end = 0};
  for (const std::string& text : {svg(one), svg(flat)}) {
    EXPECT_EQ(markup_problem(text), "");
    EXPECT_EQ(text.find("nan"), text.npos) << text;
    EXPECT_EQ(text.find("inf"), text.npos) << text;
  }
  EXPECT_EQ(svg(one).find("class=\"range"), std::string::npos) << "an interval without ends is not drawn";
}

}  // namespace
}  // namespace syswright::app
