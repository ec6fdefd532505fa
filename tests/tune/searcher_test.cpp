#include "tune/searcher.h"

#include <cmath>

#include "base/error.h"
#include "tune/autoscout.h"
#include "tune/drive.h"
#include "tune/ensemble.h"
#include "tune/knob_walk.h"
#include "tune/sparse_tree.h"

namespace syswright::tune {
namespace {

/// Shape: kind, width and, with kind "deep", depth. Knobs: x and a whole y. The best is deep, width 4, depth 3, x 0.7,
/// y 11, with a loss of 1.
Space mixed_space() {
  Space space;
  const std::size_t kind = space.add(Parameter::choice("kind", {"flat", "deep", "round"}));
  space.add(Parameter::levels("width", {1, 2, 4, 8, 16}, 0));
  space.add(Parameter::levels("depth", {1, 2, 3, 4}, 0, false));
  space.only_if(kind, {1});
  space.add(Parameter::real("x", 0, 1, 0.1));
  space.add(Parameter::integer("y", 1, 64, 50, true).dense());
  space.require(
      {"width x depth is at most 24", {1, 2}, [widths = std::vector<double>{1, 2, 4, 8, 16}](const Point& point) {
         return widths[static_cast<std::size_t>(point[1])] * (point[2] + 1) <= 24;
       }});
  return space;
}

double mixed_loss(const Point& point) {
  double loss = 1;
  if (point[0] == 1) {
    loss += 0.3 * std::abs(point[2] - 2);
  } else {
    loss += point[0] == 0 ? 1.5 : 2.5;
  }
  loss += 0.5 * std::abs(point[1] - 2);
  loss += 2 * (point[3] - 0.7) * (point[3] - 0.7);
  loss += 0.3 * std::pow(std::log2(point[4] / 11), 2);
  return loss;
}

std::vector<double> measure(std::span<const Point> points) {
  std::vector<double> losses;
  for (const Point& point : points) losses.push_back(mixed_loss(point));
  return losses;
}

/// Knows nothing of the knobs and thinks that all kinds are alike.
Simulator rough() {
  return {"rough",
          [](std::span<const Point> points) {
            std::vector<double> losses;
            for (const Point& point : points)
              losses.push_back(10 * (1 + std::abs(point[1] - 2) + 0.2 * std::abs(point[2] - 2)));
            return losses;
          },
          0};
}

double best_of(const DriveResult& result) { return result.steps[*result.best].observation.loss; }

class EverySearcher : public ::testing::TestWithParam<std::string> {};

TEST_P(EverySearcher, GivesValidNewPointsAndBeginsWithTheInitialOne) {
  const Space space = mixed_space();
  for (const std::size_t batch : {1u, 5u}) {
    const auto searcher = make_searcher(GetParam(), space, {.seed = 4});
    const DriveResult result = drive(*searcher, measure, {.measurements = 60, .batch = batch});
    ASSERT_EQ(result.steps.size(), 60u);
    EXPECT_EQ(result.spent, 60);
    EXPECT_EQ(result.steps[0].observation.point, space.initial());
    std::set<Point> seen;
    for (const DriveStep& step : result.steps) {
      EXPECT_TRUE(space.valid(step.observation.point));
      EXPECT_EQ(space.canonical(step.observation.point), step.observation.point);
      EXPECT_TRUE(seen.insert(step.observation.point).second);
    }
  }
}

TEST_P(EverySearcher, IsTheSameForASeed) {
  const Space space = mixed_space();
  std::vector<std::vector<Point>> runs;
  for (const std::uint64_t seed : {9u, 9u, 10u}) {
    const auto searcher = make_searcher(GetParam(), space, {.seed = seed, .simulators = {rough()}});
    runs.emplace_back();
    for (const DriveStep& step : drive(*searcher, measure, {.measurements = 40, .batch = 2}).steps) {
      runs.back().push_back(step.observation.point);
    }
  }
  EXPECT_EQ(runs[0], runs[1]);
  EXPECT_NE(runs[0], runs[2]);
}

TEST_P(EverySearcher, BearsFailuresAndFindsWhatDoesNotFail) {
  const Space space = mixed_space();
  const auto searcher = make_searcher(GetParam(), space, {.seed = 2});
  const auto failing = [](std::span<const Point> points) {
    std::vector<double> losses;
    for (const Point& point : points) {
      losses.push_back(point[3] < 0.3 ? std::numeric_limits<double>::infinity() : mixed_loss(point));
    }
    return losses;
  };
  const DriveResult result = drive(*searcher, failing, {.measurements = 60, .batch = 3});
  ASSERT_TRUE(result.best.has_value());
  EXPECT_LT(best_of(result), 4);
}

TEST_P(EverySearcher, EndsWhenASmallSpaceIsUsedUp) {
  Space space;
  space.add(Parameter::choice("a", {"x", "y", "z"}));
  space.add(Parameter::levels("b", {1, 2, 4}, 0).dense());
  const auto searcher = make_searcher(GetParam(), space, {.seed = 2});
  const DriveResult result = drive(*searcher,
                                   [](std::span<const Point> points) {
                                     std::vector<double> losses;
                                     for (const Point& point : points) losses.push_back(2 * point[0] - point[1]);
                                     return losses;
                                   },
                                   {.measurements = 100});
  EXPECT_TRUE(result.exhausted);
  EXPECT_EQ(result.steps.size(), 9u);
  EXPECT_EQ(best_of(result), -2);
}

INSTANTIATE_TEST_SUITE_P(Searchers, EverySearcher, ::testing::ValuesIn(searcher_names()));

TEST(Searchers, OthersBeatRandomAtEqualMeasurements) {
  const Space space = mixed_space();
  std::map<std::string, double> sums;
  for (const std::string& name : searcher_names()) {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
      const auto searcher = make_searcher(name, space, {.seed = seed});
      sums[name] += best_of(drive(*searcher, measure, {.measurements = 80})) / 8;
    }
  }
  // The optimum is 1.
  EXPECT_LT(sums["bayes"], 1.05);
  EXPECT_LT(sums["autoscout"], sums["random"] - 0.1);
  EXPECT_LT(sums["cma"], sums["random"] - 0.05);
}

TEST(Searchers, RefuseAnUnknownName) {
  EXPECT_THROW(
      {
        try {
          make_searcher("bays", mixed_space(), {});
        } catch (const InputError& error) {
          EXPECT_THAT(error.what(), ::testing::HasSubstr("did you mean 'bayes'"));
          throw;
        }
      },
      InputError);
}

TEST(Drive, CountsWhatSimulatorsCost) {
  const Space space = mixed_space();
  std::size_t asked = 0;
  Simulator costly = rough();
  costly.cost = 0.1;
  costly.predict = [&asked, inner = rough().predict](std::span<const Point> points) {
    asked += points.size();
    return inner(points);
  };
  const auto searcher = make_searcher("autoscout", space, {.seed = 1, .simulators = {costly}});
  const DriveResult result =
      drive(*searcher, measure, {.measurements = 40}, [&] { return 0.1 * static_cast<double>(asked); });
  EXPECT_GT(asked, 0u);
  EXPECT_LE(result.spent, 40 + 1e-9);
  EXPECT_NEAR(result.spent, static_cast<double>(result.steps.size()) + 0.1 * static_cast<double>(asked), 1e-9);
  // No more on simulators than on measurements.
  EXPECT_GE(static_cast<double>(result.steps.size()) + 1, 0.5 * result.spent);
}

TEST(KnobWalk, WalksToTheBestKnobsAndStops) {
  const Space space = mixed_space();
  History history(space);
  KnobWalk walk(space);
  const Point start = space.canonical({1, 2, 2, 0.05, 60});
  const Observation first{start, mixed_loss(start)};
  history.tell(std::span(&first, 1));
  walk.settle(start, first.loss);
  std::size_t steps = 0;
  while (const std::optional<Point> point = walk.next(history)) {
    for (const std::size_t shape : {0u, 1u, 2u}) EXPECT_EQ((*point)[shape], start[shape]);
    history.suggest(*point);
    const Observation one{*point, mixed_loss(*point)};
    history.tell(std::span(&one, 1));
    walk.tell(*point, one.loss);
    ASSERT_LT(++steps, 100u);
  }
  EXPECT_TRUE(walk.over());
  EXPECT_EQ(history.best()->point[4], 11);
  EXPECT_NEAR(history.best()->point[3], 0.7, 0.01);
}

TEST(SparseTree, ReachesEveryShapeAndPrefersWhatIsRewarded) {
  const Space space = mixed_space();
  Random random(3, "tree test");
  const std::vector<std::size_t> order = draw_order(space, false, random);
  ASSERT_EQ(order.size(), 3u);
  EXPECT_LT(std::find(order.begin(), order.end(), 0u), std::find(order.begin(), order.end(), 2u));
  SparseTree tree(space, order);
  const Point knobs = space.initial();
  std::map<Point, int> visits;
  for (int i = 0; i < 2000; ++i) {
    const std::optional<Point> point = tree.choose(knobs, random);
    ASSERT_TRUE(point.has_value());
    EXPECT_TRUE(space.valid(*point));
    EXPECT_EQ((*point)[3], knobs[3]);
    ++visits[*point];
    tree.reward(*point, std::exp(1 - mixed_loss(*point)));
  }
  // flat and round: 5 widths each; deep: 5 x 4 less those over 24 (16 x 2, 3, 4 and 8 x 4).
  EXPECT_EQ(visits.size(), 10u + 16u);
  const auto most =
      std::max_element(visits.begin(), visits.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  EXPECT_EQ(most->first[0], 1);
  EXPECT_EQ(most->first[1], 2);
  EXPECT_EQ(most->first[2], 2);
}

std::vector<Observation> measured(const Space& space, std::size_t count, std::uint64_t seed) {
  Random random(seed, "ensemble test");
  std::vector<Observation> observations;
  for (std::size_t i = 0; i < count; ++i) {
    const Point point = *space.draw(random);
    observations.push_back({point, mixed_loss(point)});
  }
  return observations;
}

TEST(Ensemble, WeighsMembersByWhatTheyForetell) {
  const Space space = mixed_space();
  Simulator right{"right",
                  [](std::span<const Point> points) {
                    std::vector<double> losses;
                    for (const Point& point : points) losses.push_back(100 * std::pow(mixed_loss(point), 1.5));
                    return losses;
                  },
                  0};
  Simulator noise{"noise",
                  [](std::span<const Point> points) {
                    std::vector<double> losses;
                    for (const Point& point : points)
                      losses.push_back(1 + std::fmod(1e4 * std::abs(std::sin(1e4 * point[3])), 1));
                    return losses;
                  },
                  0};
  Ensemble ensemble(space, {right, rough(), noise});
  ensemble.fit(measured(space, 30, 1));
  const auto& members = ensemble.members();
  ASSERT_EQ(members.size(), 4u);
  EXPECT_GT(members[0].r_squared, 0.95);
  EXPECT_GT(members[0].weight, members[1].weight);
  EXPECT_GT(members[1].weight, members[2].weight);
  EXPECT_TRUE(ensemble.trusted());
  EXPECT_GT(ensemble.quality(), 0.9);
  const std::vector<Observation> others = measured(space, 50, 2);
  for (const Observation& one : others) {
    EXPECT_NEAR(ensemble.predict(std::span(&one.point, 1)).front(), std::log(one.loss), 0.35);
  }
}

TEST(Ensemble, IsNotTrustedWhenItForetellsNothing) {
  const Space space = mixed_space();
  Simulator wrong{"wrong",
                  [](std::span<const Point> points) {
                    std::vector<double> losses;
                    for (const Point& point : points)
                      losses.push_back(1 + std::fmod(1e5 * std::abs(std::sin(3e5 * point[3])), 1));
                    return losses;
                  },
                  0};
  Ensemble ensemble(space, {wrong});
  // Losses that nothing foretells, not even those nearby.
  std::vector<Observation> observations = measured(space, 24, 5);
  Random random(5, "ensemble test losses");
  for (Observation& one : observations) one.loss = random.uniform(1, 2);
  ensemble.fit(observations);
  EXPECT_FALSE(ensemble.trusted());
}

}  // namespace
}  // namespace syswright::tune
