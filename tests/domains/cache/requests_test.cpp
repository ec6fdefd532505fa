#include "domains/cache/requests.h"

#include <unordered_map>

#include "base/error.h"
#include "tests/domains/cache/small_traces.h"

namespace syswright::cache {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Prepare, NumbersObjectsInTheOrderOfTheirFirstRequest) {
  const auto requests = requests_of({70, 5, 70, ~std::uint64_t{0}, 0, 5}, {3, 9, 4, 1, 2, 9});
  EXPECT_THAT(requests->objects, ElementsAre(0, 1, 0, 2, 3, 1));
  EXPECT_THAT(requests->keys, ElementsAre(70, 5, ~std::uint64_t{0}, 0));
  EXPECT_THAT(requests->first_sizes, ElementsAre(3, 9, 1, 2));
  EXPECT_EQ(requests->footprint_bytes, 15);
  EXPECT_EQ(requests->object_count(), 4);
  EXPECT_EQ(requests->request_bytes(2), 4);
}

TEST(Prepare, WithoutSizesEveryRequestIsOneByte) {
  const auto requests = requests_of({7, 8, 7});
  EXPECT_FALSE(requests->has_sizes());
  EXPECT_EQ(requests->request_bytes(1), 1);
  EXPECT_EQ(requests->footprint_bytes, 2);
}

// Keys whose hashes crowd, and enough of them that the table grows several times.
TEST(Prepare, AgreesWithAPlainTable) {
  for (const std::uint64_t distinct : {1, 1000, 2048, 2049, 50'000}) {
    Random random(1, "numbering", distinct);
    std::vector<std::uint64_t> keys(120'000);
    for (std::uint64_t& key : keys) key = random.below(distinct) * (distinct % 2 == 0 ? 1 : 1'000'003);
    const auto requests = requests_of(keys);
    std::unordered_map<std::uint64_t, Object> numbers;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const auto [place, is_new] = numbers.emplace(keys[i], static_cast<Object>(numbers.size()));
      ASSERT_EQ(requests->objects[i], place->second);
      ASSERT_EQ(requests->keys[requests->objects[i]], keys[i]);
    }
    ASSERT_EQ(requests->object_count(), numbers.size());
  }
}

TEST(Prepare, DigestIsOfTheColumnsOnly) {
  const auto digest = [](std::vector<std::uint64_t> keys, std::vector<std::uint32_t> sizes, std::string name) {
    trace::CacheTrace trace;
    trace.keys = std::move(keys);
    trace.sizes = std::move(sizes);
    trace.name = std::move(name);
    return prepare(std::move(trace))->digest;
  };
  EXPECT_EQ(digest({1, 2}, {}, "a"), digest({1, 2}, {}, "b"));
  EXPECT_NE(digest({1, 2}, {}, "a"), digest({2, 1}, {}, "a"));
  EXPECT_NE(digest({1, 2}, {1, 1}, "a"), digest({1, 2}, {}, "a"));
}

TEST(Prepare, RefusesAnEmptyTraceAndRaggedColumns) {
  EXPECT_THROW(requests_of({}), InputError);
  try {
    requests_of({1, 2}, {5});
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("test: 2 keys but 1 sizes"));
  }
  trace::CacheTrace trace;
  trace.keys = {1, 2};
  trace.times = {0};
  EXPECT_THROW(prepare(std::move(trace)), InputError);
}

TEST(Check, SaysWhatIsWrongWithAWindow) {
  const auto requests = requests_of({1, 2, 3});
  EXPECT_NO_THROW(check(*requests, {0, 2, 3}, {1, false}));
  try {
    check(*requests, {0, 2, 4}, {1, false});
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("the window [0, 2, 4) does not fit a trace of 3 requests"));
  }
}

}  // namespace
}  // namespace syswright::cache
