#include "domains/bin_packing/instance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "base/error.h"
#include "base/random.h"
#include "domains/bin_packing/problem.h"

namespace syswright::bin_packing {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const InputError& error) {
    return error.what();
  }
  return "none";
}

TEST(BinPackingReader, ReadsOrLibraryFiles) {
  const std::string text = " 2\n u1\n 150 3 2\n 42\n 69\n 67\n t1\n 100.0 2 1\r\n 49.5\n 50.25\n";
  EXPECT_TRUE(looks_like_or_library(text));
  const std::vector<Instance> instances = read_or_library(text, "binpack1.txt");
  ASSERT_EQ(instances.size(), 2u);
  EXPECT_EQ(instances[0].name, "u1");
  EXPECT_EQ(instances[0].capacity, 150u);
  EXPECT_EQ(instances[0].steps, 1u);
  EXPECT_THAT(instances[0].sizes, ElementsAre(42, 69, 67));
  EXPECT_EQ(instances[1].number, 1u);
  EXPECT_EQ(instances[1].capacity, 10'000u);
  EXPECT_EQ(instances[1].steps, 100u);
  EXPECT_THAT(instances[1].sizes, ElementsAre(4950, 5025));
}

TEST(BinPackingReader, ReadsSizesLineByLine) {
  const std::string text = "# sizes\n3\n4 # the second\n\n\n10\n";
  EXPECT_FALSE(looks_like_or_library(text));
  const std::vector<Instance> instances = read_items(text, "items.txt", "12.5");
  ASSERT_EQ(instances.size(), 2u);
  EXPECT_EQ(instances[0].capacity, 125u);
  EXPECT_THAT(instances[0].sizes, ElementsAre(30, 40));
  EXPECT_THAT(instances[1].sizes, ElementsAre(100));
}

TEST(BinPackingReader, SaysWhatIsWrongAndWhere) {
  const auto library = [](const std::string& text) { return message_of([&] { read_or_library(text, "f.txt"); }); };
  EXPECT_THAT(library("two\n"), HasSubstr("f.txt:1: number of instances 'two' is not a whole number from 1"));
  EXPECT_THAT(library("1\nu\n150 2\n"), HasSubstr("f.txt:3: expected three numbers"));
  EXPECT_THAT(library("1\nu\n150 0 1\n"), HasSubstr("number of items '0'"));
  EXPECT_THAT(library("1\nu\n150 2 1\n20\n"), HasSubstr("the file ends where a size should be"));
  EXPECT_THAT(library("1\nu\n150 1 1\n151\n"), HasSubstr("f.txt:4: an item of size 151 is larger than the bin"));
  EXPECT_THAT(library("1\nu\n150 1 1\n-4\n"), HasSubstr("size '-4' is not a number above 0"));
  EXPECT_THAT(library("1\nu\n150 1 1\n4\n5\n"), HasSubstr("f.txt:5: more lines than 1 instances have"));
  EXPECT_THAT(library("1\nu\n150000 1 1\n4\n"), HasSubstr("a bin has 150,000 steps of 1; 100,000 are the most"));
  const auto items = [](const std::string& text, const std::string& capacity) {
    return message_of([&] { read_items(text, "f.txt", capacity); });
  };
  EXPECT_THAT(items("", "10"), HasSubstr("there is no item"));
  EXPECT_THAT(items("4\n0\n", "10"), HasSubstr("f.txt:2: size '0' is not a number above 0"));
  EXPECT_THAT(items("4\n1.2345\n", "10"), HasSubstr("with at most 3 decimals"));
  EXPECT_THAT(items("4\nx\n", "10"), HasSubstr("f.txt:2: size 'x'"));
  EXPECT_THAT(items("4\n", "ten"), HasSubstr("capacity 'ten' is not a number"));
}

TEST(BinPackingGenerator, DrawsTheSizesThatItSays) {
  const Instance weibull = generate({.seed = 9, .items = 100'000});
  double sum = 0;
  for (const std::uint32_t size : weibull.sizes) {
    ASSERT_GE(size, 1u);
    ASSERT_LE(size, 100u);
    sum += size;
  }
  // 45 Gamma(4/3) = 40.18; its standard deviation of 14.6 gives a standard error of 0.05.
  EXPECT_NEAR(sum / 100'000, 40.18, 0.2);
  // P(size <= 40) = 1 - exp(-(40.5 / 45)^3) = 0.5176
  const auto small = std::count_if(weibull.sizes.begin(), weibull.sizes.end(), [](auto size) { return size <= 40; });
  EXPECT_NEAR(static_cast<double>(small) / 100'000, 0.5176, 0.006);
  const Instance uniform =
      generate({.seed = 9, .distribution = Distribution::uniform, .items = 100'000, .capacity = 150});
  const std::set<std::uint32_t> kinds(uniform.sizes.begin(), uniform.sizes.end());
  EXPECT_EQ(kinds.size(), 81u);
  EXPECT_EQ(*kinds.begin(), 20u);
  EXPECT_EQ(*kinds.rbegin(), 100u);
  EXPECT_EQ(generate({.seed = 9, .number = 1}).sizes, generate({.seed = 9, .number = 1}).sizes);
  EXPECT_NE(generate({.seed = 9, .number = 1}).sizes, generate({.seed = 10, .number = 1}).sizes);
}

/// Fewest bins, by trying every bin for every item.
std::uint64_t fewest(const Instance& instance, std::vector<std::uint32_t>& rooms, std::size_t item) {
  if (item == instance.sizes.size()) return rooms.size();
  std::uint64_t best = instance.sizes.size();
  const std::uint32_t size = instance.sizes[item];
  for (std::size_t bin = 0; bin < rooms.size(); ++bin) {
    if (rooms[bin] < size) continue;
    rooms[bin] -= size;
    best = std::min(best, fewest(instance, rooms, item + 1));
    rooms[bin] += size;
  }
  rooms.push_back(instance.capacity - size);
  best = std::min(best, fewest(instance, rooms, item + 1));
  rooms.pop_back();
  return best;
}

/// L2 from its definition, for every k.
std::uint64_t martello_toth(const Instance& instance) {
  std::uint64_t best = 0;
  const std::int64_t capacity = instance.capacity;
  for (std::int64_t k = 0; 2 * k <= capacity; ++k) {
    std::int64_t alone = 0;
    std::int64_t half = 0;
    std::int64_t half_size = 0;
    std::int64_t small_size = 0;
    for (const std::int64_t size : instance.sizes) {
      if (size > capacity - k) {
        ++alone;
      } else if (2 * size > capacity) {
        ++half;
        half_size += size;
      } else if (size >= k) {
        small_size += size;
      }
    }
    const std::int64_t over = small_size - (half * capacity - half_size);
    best = std::max(best, static_cast<std::uint64_t>(alone + half + (over > 0 ? (over + capacity - 1) / capacity : 0)));
  }
  return best;
}

TEST(BinPackingBounds, AreAsDefinedAndNotAboveTheOptimum) {
  Random random(4, "bin packing bounds test");
  for (int trial = 0; trial < 400; ++trial) {
    Instance instance;
    instance.capacity = static_cast<std::uint32_t>(2 + random.below(20));
    for (std::uint64_t items = 1 + random.below(8); items > 0; --items) {
      instance.sizes.push_back(static_cast<std::uint32_t>(1 + random.below(instance.capacity)));
    }
    std::vector<std::uint32_t> rooms;
    const std::uint64_t optimum = fewest(instance, rooms, 0);
    EXPECT_EQ(separation_bound(instance), martello_toth(instance)) << trial;
    EXPECT_LE(separation_bound(instance), optimum) << trial;
    EXPECT_LE(volume_bound(instance), separation_bound(instance)) << trial;
    // Largest first is within 11/9 of the optimum and 1 (Johnson, 1973), and overfills nothing.
    const std::vector<std::uint64_t> bins = pack_all_at_once(instance);
    std::vector<std::uint64_t> held(instance.sizes.size());
    std::uint64_t opened = 0;
    for (std::size_t i = 0; i < bins.size(); ++i) {
      EXPECT_LE(bins[i], opened) << trial;
      opened = std::max(opened, bins[i] + 1);
      held[bins[i]] += instance.sizes[i];
      EXPECT_LE(held[bins[i]], instance.capacity) << trial;
    }
    EXPECT_GE(opened, optimum) << trial;
    EXPECT_LE(9 * opened, 11 * optimum + 9) << trial;
  }
}

TEST(BinPackingDomain, RefusesOptionsThatCannotBeUsed) {
  const auto open = [](std::map<std::string, std::string> options) {
    return message_of([&] { Problem::open({.options = std::move(options)}); });
  };
  EXPECT_THAT(open({{"sizes", "weibul"}}), HasSubstr("there are no sizes 'weibul'; did you mean 'weibull'?"));
  EXPECT_THAT(open({{"capacity", "60"}}), HasSubstr("capacity '60' is not between 100 and 100000"));
  EXPECT_THAT(open({{"instances", "2"}}), HasSubstr("instances '2' is not between 3"));
}

}  // namespace
}  // namespace syswright::bin_packing
