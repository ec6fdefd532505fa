#include "tune/space.h"

#include <set>

#include "base/error.h"

namespace syswright::tune {
namespace {

/// mode a, b or c; size 1, 2, 4 or 8; depth 1 to 3, only where mode is b; share real; rule: size x (depth) at most 8.
Space small_space(bool with_real = false) {
  Space space;
  const std::size_t mode = space.add(Parameter::choice("mode", {"a", "b", "c"}));
  const std::size_t size = space.add(Parameter::levels("size", {1, 2, 4, 8}, 1));
  const std::size_t depth = space.add(Parameter::integer("depth", 1, 3, 2));
  space.only_if(mode, {1});
  if (with_real) space.add(Parameter::real("share", 0.01, 1, 0.1, true));
  space.require(
      {"size x depth is at most 8", {size, depth}, [=, numbers = space.parameters()[size].numbers](const Point& point) {
         return numbers[static_cast<std::size_t>(point[size])] * point[depth] <= 8;
       }});
  return space;
}

TEST(Space, GivesEqualConfigurationsEqualCanonicalForms) {
  const Space space = small_space();
  // depth does not count where mode is not b.
  EXPECT_EQ(space.canonical({0, 1, 3}), (Point{0, 1, 2}));
  EXPECT_EQ(space.canonical({1, 1, 3}), (Point{1, 1, 3}));
  // Clamped and rounded.
  EXPECT_EQ(space.canonical({1.2, 9, -4}), (Point{1, 3, 1}));
  EXPECT_EQ(space.text(Point{0, 1, 2}), "mode a, size 2");
  EXPECT_EQ(space.text(Point{1, 2, 1}), "mode b, size 4, depth 1");
}

TEST(Space, ListsEveryValidPointOnce) {
  const Space space = small_space();
  const auto all = space.all(100);
  ASSERT_TRUE(all.has_value());
  // a and c, depth 2: sizes 1, 2, 4. b: (1,2,4,8) x (1,2,3) with a product of at most 8: 1:3, 2:3, 4:2, 8:1.
  EXPECT_EQ(all->size(), 3u + 3u + 9u);
  EXPECT_EQ(std::set<Point>(all->begin(), all->end()).size(), all->size());
  for (const Point& point : *all) {
    EXPECT_TRUE(space.valid(point));
    EXPECT_EQ(space.canonical(point), point);
  }
  EXPECT_FALSE(space.all(14).has_value());
  EXPECT_FALSE(small_space(true).all(1'000'000).has_value());
}

TEST(Space, DrawsAndNeighboursAreValidAndReachEverything) {
  const Space space = small_space();
  Random random(7, "space test");
  std::set<Point> drawn;
  for (int i = 0; i < 400; ++i) drawn.insert(*space.draw(random));
  EXPECT_EQ(drawn.size(), 15u);
  std::set<Point> reached{space.canonical(space.initial())};
  std::vector<Point> open(reached.begin(), reached.end());
  while (!open.empty()) {
    const Point point = open.back();
    open.pop_back();
    for (const Point& next : space.neighbours(point, random)) {
      EXPECT_TRUE(space.valid(next));
      EXPECT_EQ(space.canonical(next), next);
      if (reached.insert(next).second) open.push_back(next);
    }
  }
  EXPECT_EQ(reached, drawn);
}

TEST(Space, CompletesWhatIsSetAndKeepsIt) {
  const Space space = small_space();
  Random random(3, "space test");
  for (int i = 0; i < 50; ++i) {
    const auto point = space.complete({1, 3, 2}, {true, true, false}, random);
    EXPECT_EQ(point, (Point{1, 3, 1}));  // size 8 leaves depth 1 only
  }
  EXPECT_FALSE(space.complete({1, 3, 3}, {true, true, true}, random).has_value());
}

TEST(Space, PlacesValuesEvenlyOnTheirScale) {
  const Space space = small_space(true);
  EXPECT_DOUBLE_EQ(space.unit(1, 1), 1.0 / 3);  // 2 of 1 to 8, by factors
  EXPECT_EQ(space.value(1, 0.4), 1);
  EXPECT_DOUBLE_EQ(space.unit(3, 0.1), 0.5);
  EXPECT_NEAR(space.value(3, 0.5), 0.1, 1e-12);
  for (std::size_t parameter = 0; parameter < 3; ++parameter) {
    Random random(1, "unused");
    for (const double value : space.values(parameter, random)) {
      if (parameter > 0) {
        EXPECT_EQ(space.value(parameter, space.unit(parameter, value)), value);
      }
    }
  }
}

TEST(Space, EmbedsDifferentOptionsOneApart) {
  const Space space = small_space();
  ASSERT_EQ(space.groups(), (std::vector<std::size_t>{0, 0, 0, 1, 2}));
  const auto distance = [&](const Point& a, const Point& b) {
    const std::vector<double> x = space.embed(a);
    const std::vector<double> y = space.embed(b);
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) sum += (x[i] - y[i]) * (x[i] - y[i]);
    return std::sqrt(sum);
  };
  EXPECT_NEAR(distance({0, 1, 2}, {2, 1, 2}), 1, 1e-12);
  EXPECT_NEAR(distance({1, 0, 2}, {1, 3, 2}), 1, 1e-12);
  EXPECT_EQ(space.embed({0, 1, 2})[4], 0.5);  // does not count
  EXPECT_EQ(space.embed({1, 1, 1})[4], 0);
}

TEST(Space, NamesTheNearestParameter) {
  const Space space = small_space();
  EXPECT_EQ(space.index("depth"), 2u);
  try {
    space.index("deph");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("did you mean 'depth'"));
  }
}

}  // namespace
}  // namespace syswright::tune
