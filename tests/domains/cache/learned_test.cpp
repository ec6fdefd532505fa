#include <cmath>

#include "domains/cache/native.h"
#include "domains/cache/native/boosted_trees.h"
#include "domains/cache/native/learning_rate.h"
#include "domains/cache/native/lrb.h"
#include "domains/cache/native/s3fifo.h"
#include "domains/cache/native/s4fifo.h"
#include "tests/domains/cache/slow_learned.h"
#include "tests/domains/cache/slow_lrb.h"
#include "tests/domains/cache/small_traces.h"

// What the policies that learn do once they have learned something: small traces at their usual pace end before that.
namespace syswright::cache {
namespace {

struct Evictions {
  std::vector<std::pair<std::uint64_t, Object>> all;
  void evicted(std::uint64_t request, Object object) { all.emplace_back(request, object); }
};

template <typename Fast, typename Slow>
void expect_equal(const Requests& requests, bool in_bytes, Fast& fast, Slow& slow, std::uint64_t index) {
  Evictions evictions;
  for (std::uint64_t i = 0; i < requests.size(); ++i) {
    const std::uint32_t size = in_bytes ? requests.request_bytes(i) : 1;
    const std::size_t before = evictions.all.size();
    std::vector<Object> expected;
    const Reply wanted = slow.request(requests.objects[i], size, expected);
    ASSERT_EQ(fast.request(i, requests.objects[i], size, evictions), wanted) << "case " << index << ", request " << i;
    std::vector<Object> evicted;
    for (std::size_t e = before; e < evictions.all.size(); ++e) evicted.push_back(evictions.all[e].second);
    ASSERT_EQ(evicted, expected) << "case " << index << ", request " << i;
  }
}

/// Popular objects, and scans of objects that come once.
std::shared_ptr<const Requests> mixed(std::uint64_t index, std::uint64_t count) {
  Random random(31, "learned test", index);
  const std::uint64_t popular = 5 + random.below(60);
  std::vector<std::uint64_t> keys;
  std::vector<std::uint32_t> sizes;
  for (std::uint64_t i = 0; i < count; ++i) {
    const bool scan = i / 50 % 3 == index % 3;
    keys.push_back(
        scan ? 1000 + random.below(300)
             : static_cast<std::uint64_t>(random.uniform() * random.uniform() * static_cast<double>(popular)));
    sizes.push_back(1 + static_cast<std::uint32_t>(mix64(keys.back()) % 4));
  }
  return requests_of(keys, sizes);
}

TEST(S4Fifo, EqualsItsSlowModelWhileItTurnsItsKnobs) {
  std::set<std::size_t> settings;
  for (std::uint64_t index = 0; index < 60; ++index) {
    const auto requests = mixed(index, 1500);
    const std::uint64_t capacity = 10 + 7 * index;
    const S4FifoPace pace{.least_requests = 40, .turnovers = 1, .rarest = index % 2 == 0 ? 1u : 4u};
    slow::S4Fifo slow(capacity, pace);
    if (index % 3 == 0) {
      S4Fifo<StoredSizes> fast({requests->object_count(), capacity, 0}, pace);
      expect_equal(*requests, true, fast, slow, index);
      ASSERT_EQ(fast.setting(), slow.setting);
    } else {
      S4Fifo<UnitSizes> fast({requests->object_count(), capacity, 0}, pace);
      expect_equal(*requests, false, fast, slow, index);
    }
    settings.insert(slow.setting);
  }
  EXPECT_GE(settings.size(), 4);
}

TEST(S4Fifo, WithTheFirstSettingIsS3Fifo) {
  const auto requests = mixed(1, 20'000);
  Evictions first, second;
  FilteredFifo<StoredSizes, true> tunable({requests->object_count(), 90, 0});
  S3Fifo<StoredSizes> plain({requests->object_count(), 90, 0});
  for (std::uint64_t i = 0; i < requests->size(); ++i) {
    ASSERT_EQ(tunable.request(i, requests->objects[i], requests->request_bytes(i), first),
              plain.request(i, requests->objects[i], requests->request_bytes(i), second));
  }
  EXPECT_EQ(first.all, second.all);
}

TEST(Lrb, EqualsItsSlowModelWhileItTrainsAndForgets) {
  int trainings = 0, forgotten = 0;
  for (std::uint64_t index = 0; index < 24; ++index) {
    const auto requests = mixed(index, 900);
    const std::uint64_t capacity = 8 + 9 * index;
    const LrbPace pace{.window_factor = 1 + index % 4,
                       .least_window = 60,
                       .requests_a_sample = 1 + index % 2,
                       .first_batch = 50,
                       .largest_batch = 150};
    slow::Lrb slow(capacity, pace);
    if (index % 3 == 0) {
      Lrb<StoredSizes> fast({requests->object_count(), capacity, 0}, pace);
      expect_equal(*requests, true, fast, slow, index);
    } else {
      Lrb<UnitSizes> fast({requests->object_count(), capacity, 0}, pace);
      expect_equal(*requests, false, fast, slow, index);
    }
    trainings += slow.trainings;
    forgotten += slow.forgotten;
  }
  EXPECT_GE(trainings, 24);
  EXPECT_GE(forgotten, 24);
}

// Half of the requests go round 300 objects in turn, the other half to objects that never come back. LRU of 200 objects
// never hits; whoever can tell the two kinds apart keeps two thirds of the first kind.
TEST(Lrb, LearnsToTellWhatComesBack) {
  std::vector<std::uint64_t> keys;
  for (std::uint64_t i = 0; i < 60'000; ++i) {
    keys.push_back(i % 300);
    keys.push_back(1'000'000 + i);
  }
  const auto requests = requests_of(keys);
  const Window late{0, 60'000, 120'000};
  const auto misses = [&](std::string_view name) {
    return static_cast<double>(replay_native(name, *requests, late, {200, false}, {.seed = 1}).counts.misses) / 60'000;
  };
  EXPECT_EQ(misses("lru"), 1);
  EXPECT_LT(misses("lrb"), 0.72);  // 0.667 at best
}

TEST(LrbHistory, StepsAreLogarithms) {
  EXPECT_EQ(LrbHistory::step_of(0, 2), 0);
  EXPECT_EQ(LrbHistory::step_of(1, 2), 0);
  EXPECT_EQ(LrbHistory::step_of(1.49f, 2), 0);
  EXPECT_EQ(LrbHistory::step_of(1.5f, 2), 1);
  EXPECT_EQ(LrbHistory::step_of(2, 2), 2);
  EXPECT_EQ(LrbHistory::step_of(1.25f, 4), 1);
  EXPECT_EQ(LrbHistory::step_of(1024, 2), 20);
  EXPECT_EQ(LrbHistory::step_of(1024, 4), 40);
  EXPECT_EQ(LrbHistory::step_of(1e30f, 2), 63);
}

struct Rows {
  std::vector<std::uint8_t> features;  ///< [rows x 3]
  std::vector<std::int32_t> labels;
};
/// A step in the first feature, a slope in the second, nothing in the third.
Rows rows(std::uint64_t seed, std::size_t count) {
  Random random(seed, "trees");
  Rows result;
  for (std::size_t i = 0; i < count; ++i) {
    for (int feature = 0; feature < 3; ++feature) {
      result.features.push_back(static_cast<std::uint8_t>(random.below(BoostedTrees::bins)));
    }
    const std::uint8_t* row = &result.features[3 * i];
    result.labels.push_back((row[0] > 20 ? 9000 : 1000) + 100 * row[1]);
  }
  return result;
}
double mean_square(const BoostedTrees& trees, const Rows& on) {
  double sum = 0;
  for (std::size_t i = 0; i < on.labels.size(); ++i) {
    const double error = trees.predict(std::span(on.features).subspan(3 * i, 3)) - on.labels[i];
    sum += error * error / static_cast<double>(on.labels.size());
  }
  return sum;
}

TEST(BoostedTrees, FitBetterWithEachTreeAndOnRowsNotSeen) {
  const Rows train = rows(1, 4000), test = rows(2, 1000);
  double last = 1e18;
  for (const std::size_t trees : {1, 2, 4, 8, 16, 32}) {
    BoostedTrees model;
    model.fit(train.features, train.labels, trees);
    const double error = mean_square(model, train);
    EXPECT_LT(error, last) << trees;
    last = error;
  }
  BoostedTrees model;
  model.fit(train.features, train.labels, 64);
  // The labels' own variance: 8000^2 * 43/64 * 21/64 for the step, 100^2 * (64^2 - 1) / 12 for the slope.
  const double variance = 8000.0 * 8000 * 43 / 64 * 21 / 64 + 1e4 * 4095 / 12;
  EXPECT_LT(mean_square(model, test), variance / 200);
}

TEST(BoostedTrees, DoNotDependOnTheOrderOfRows) {
  const Rows ordered = rows(3, 700);
  Rows turned;
  for (std::size_t i = ordered.labels.size(); i-- > 0;) {
    turned.features.insert(turned.features.end(), &ordered.features[3 * i], &ordered.features[3 * i] + 3);
    turned.labels.push_back(ordered.labels[i]);
  }
  BoostedTrees first, second;
  first.fit(ordered.features, ordered.labels);
  second.fit(turned.features, turned.labels);
  for (std::size_t i = 0; i < ordered.labels.size(); ++i) {
    const auto row = std::span(ordered.features).subspan(3 * i, 3);
    ASSERT_EQ(first.predict(row), second.predict(row));
  }
}

TEST(BoostedTrees, ABatchIsItsRows) {
  const Rows train = rows(4, 500);
  BoostedTrees model;
  model.fit(train.features, train.labels);
  std::vector<std::uint8_t> columns(3 * BoostedTrees::batch);
  for (std::size_t i = 0; i < BoostedTrees::batch; ++i) {
    for (std::size_t f = 0; f < 3; ++f) columns[f * BoostedTrees::batch + i] = train.features[3 * i + f];
  }
  std::array<std::int32_t, BoostedTrees::batch> batch;
  model.predict_batch(columns, batch);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    EXPECT_EQ(batch[i], model.predict(std::span(train.features).subspan(3 * i, 3)));
  }
}

TEST(BoostedTrees, OfEqualLabelsPredictThem) {
  Rows train = rows(5, 100);
  for (std::int32_t& label : train.labels) label = -321;
  BoostedTrees model;
  EXPECT_FALSE(model.fitted());
  model.fit(train.features, train.labels);
  EXPECT_TRUE(model.fitted());
  EXPECT_EQ(model.predict(std::span(train.features).first(3)), -321);
}

TEST(LearningRate, IsDrawnAnewAfterTenIdlePeriods) {
  LearningRate rate(7);
  const double first = rate.value();
  EXPECT_GE(first, 0.001);
  EXPECT_LE(first, 1);
  // A period of one request, never a hit. The first finds a change of the whole rate and steps down by its square;
  // later steps shrink towards nothing, at the latest at the bound of 0.001, where ten idle ones end in a new draw.
  double last = first;
  bool rose = false;
  for (int i = 0; i < 3000 && !rose; ++i) {
    rate.request(false, 1);
    rose = rate.value() > last;
    last = rate.value();
    ASSERT_GE(last, 0.001);
    ASSERT_LE(last, 1);
  }
  EXPECT_TRUE(rose);
}

}  // namespace
}  // namespace syswright::cache
