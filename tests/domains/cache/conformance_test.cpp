#include <gtest/gtest.h>

#include "domains/cache/belady.h"
#include "domains/cache/native.h"
#include "tests/domains/cache/small_traces.h"
#include "trace/cache_trace.h"
#include "trace/generator.h"

// Miss counts measured with libCacheSim (commit aa0fc409, October 2024), an independent simulator; docs/domains/
// cache_baselines.md says where ours differ and why. Needs the traces that SYSWRIGHT_DATA names, but for the Zipf ones.
namespace syswright::cache {
namespace {

struct Row {
  const char* name;
  std::vector<std::uint64_t> misses;
};

std::uint64_t misses_of(const std::string& name, const Requests& requests, const Capacity& capacity) {
  if (name == "belady") return replay_belady(requests, whole(requests), capacity).counts.misses;
  return replay_native(name, requests, whole(requests), capacity, {.seed = 1}).counts.misses;
}

void expect_equal(const Requests& requests, const std::vector<Capacity>& capacities, const std::vector<Row>& table) {
  for (const Row& row : table) {
    ASSERT_EQ(row.misses.size(), capacities.size());
    for (std::size_t i = 0; i < capacities.size(); ++i) {
      EXPECT_EQ(misses_of(row.name, requests, capacities[i]), row.misses[i])
          << row.name << " at " << capacities[i].amount;
    }
  }
}

/// Within `tolerance` of the reference, relative: for policies that draw at random or keep approximate counts.
void expect_near(const Requests& requests, const std::vector<Capacity>& capacities, const std::vector<Row>& table,
                 double tolerance) {
  for (const Row& row : table) {
    for (std::size_t i = 0; i < capacities.size(); ++i) {
      const auto reference = static_cast<double>(row.misses[i]);
      EXPECT_NEAR(static_cast<double>(misses_of(row.name, requests, capacities[i])), reference, tolerance * reference)
          << row.name << " at " << capacities[i].amount;
    }
  }
}

std::vector<Capacity> objects(std::initializer_list<std::uint64_t> amounts) {
  std::vector<Capacity> capacities;
  for (const std::uint64_t amount : amounts) capacities.push_back({amount, false});
  return capacities;
}
std::vector<Capacity> bytes(std::initializer_list<std::uint64_t> amounts) {
  std::vector<Capacity> capacities;
  for (const std::uint64_t amount : amounts) capacities.push_back({amount, true});
  return capacities;
}

/// Real traces; a test of this suite is skipped where there are none.
class Conformance : public testing::Test {
 protected:
  void SetUp() override {
    if (!data_file("")) GTEST_SKIP() << "SYSWRIGHT_DATA is not set";
  }
  static std::shared_ptr<const Requests> load(const std::string& name) {
    return prepare(trace::read_cache_trace(*data_file(name)));
  }
};

TEST_F(Conformance, CloudPhysicsInObjects) {
  const auto requests = load("cloudPhysicsIO.oracleGeneral.bin");
  const auto sizes = objects({100, 1000, 10000});
  expect_equal(*requests, sizes,
               {{"fifo", {101495, 95520, 79210}},
                {"lru", {100215, 94823, 79438}},
                {"clock", {100047, 94727, 84750}},
                {"slru", {98316, 94084, 82234}},
                {"lfu", {100973, 95562, 81059}},
                {"arc", {97330, 94027, 79413}},
                {"twoq", {97458, 94117, 78831}},
                {"gdsf", {98977, 94176, 84752}},
                {"s3fifo", {96893, 94017, 76212}},
                {"sieve", {98130, 93975, 81059}},
                {"belady", {94010, 87025, 61843}}});
  expect_near(*requests, sizes, {{"random", {100727, 95243, 82753}}}, 0.01);
  expect_near(*requests, sizes, {{"lhd", {99141, 94787, 82382}}}, 0.02);
  expect_near(*requests, sizes, {{"wtinylfu", {98829, 94913, 77188}}}, 0.08);
  expect_near(*requests, sizes, {{"lirs", {97875, 94304, 74395}}}, 0.02);
  expect_near(*requests, sizes, {{"qdlp", {97427, 93919, 76053}}}, 0.0003);
  expect_near(*requests, sizes, {{"hyperbolic", {99944, 94333, 84083}}}, 0.01);
  expect_near(*requests, sizes, {{"cacheus", {98040, 94015, 78321}}}, 0.012);
}

TEST_F(Conformance, CloudPhysicsInBytes) {
  const auto requests = load("cloudPhysicsIO.oracleGeneral.bin");
  const auto sizes = bytes({20297697, 202976972, 1014884864});
  expect_equal(*requests, sizes,
               {{"fifo", {95293, 91954, 72146}},
                {"lru", {94956, 92200, 71772}},
                {"clock", {94828, 92082, 65301}},
                {"slru", {93529, 88640, 58394}},
                {"lfu", {93724, 89993, 64383}},
                {"arc", {93625, 87541, 64378}},
                {"twoq", {94245, 87627, 72002}},
                {"gdsf", {93475, 86335, 58668}},
                {"s3fifo", {93706, 83764, 70390}},
                {"qdlp", {93566, 83273, 64453}},
                {"sieve", {93724, 89993, 64383}},
                {"belady", {91152, 74162, 49634}}});
  expect_near(*requests, sizes, {{"random", {95174, 91016, 66864}}}, 0.01);
  expect_near(*requests, sizes, {{"lhd", {93052, 88738, 62259}}}, 0.03);
  expect_near(*requests, sizes, {{"wtinylfu", {94076, 87296, 55458}}}, 0.03);
  expect_near(*requests, sizes, {{"lfuda", {93964, 91359, 70661}}}, 0.06);
  expect_near(*requests, sizes, {{"lirs", {93607, 84149, 55348}}}, 0.05);
  expect_near(*requests, sizes, {{"hyperbolic", {94628, 91435, 67407}}}, 0.015);
  expect_near(*requests, sizes, {{"cacheus", {93837, 85887, 67203}}}, 0.012);
}

TEST_F(Conformance, CloudPhysicsMissedSectors) {
  const auto requests = load("cloudPhysicsIO.oracleGeneral.bin");
  // Of 512 bytes, at 202,976,972 bytes; 8,531,329 are requested.
  for (const auto& [name, sectors] :
       {std::pair("fifo", 8112299), std::pair("lru", 8120259), std::pair("slru", 7848470), std::pair("arc", 7700171),
        std::pair("s3fifo", 7353328), std::pair("gdsf", 8112721)}) {
    const Counts counts = replay_native(name, *requests, whole(*requests), {202976972, true}).counts;
    EXPECT_EQ(counts.bytes_missed, static_cast<std::uint64_t>(sectors) * 512) << name;
    EXPECT_EQ(counts.bytes_requested, 4368040448) << name;
  }
}

// The same requests with sizes that change from request to request: an object keeps the size it came in with.
TEST_F(Conformance, CloudPhysicsWithChangingSizes) {
  for (const char* file : {"cloudPhysicsIO.vscsi", "cloudPhysicsIO.csv.zst"}) {
    const auto requests = load(file);
    const Counts counts = replay_native("lru", *requests, whole(*requests), {202976972, true}).counts;
    EXPECT_EQ(counts.misses, 91531) << file;
    EXPECT_EQ(counts.bytes_requested, 4205978112) << file;
  }
}

TEST_F(Conformance, OltpInPages) {
  const auto requests = load("OLTP.lis.zst");
  ASSERT_EQ(requests->size(), 914145);
  const auto sizes = objects({1000, 5000, 10000});
  expect_equal(*requests, sizes,
               {{"fifo", {653340, 459965, 390442}},
                {"lru", {614023, 423702, 359239}},
                {"clock", {609973, 422067, 356711}},
                {"slru", {554718, 422582, 346849}},
                {"lfu", {787687, 658219, 602565}},
                {"arc", {558130, 409065, 348536}},
                {"twoq", {543682, 404707, 342030}},
                {"gdsf", {559283, 414007, 344952}},
                {"s3fifo", {540808, 403311, 341517}},
                {"sieve", {616519, 439840, 361388}},
                {"belady", {424052, 290069, 246655}}});
  expect_near(*requests, sizes, {{"random", {637950, 456537, 390797}}}, 0.04);
  expect_near(*requests, sizes, {{"lhd", {608784, 421192, 356081}}}, 0.02);
  expect_near(*requests, sizes, {{"lirs", {598066, 433091, 362670}}}, 0.01);
  expect_near(*requests, sizes, {{"qdlp", {546887, 409063, 341255}}}, 0.0003);
  expect_near(*requests, sizes, {{"hyperbolic", {608782, 432315, 362472}}}, 0.025);
  expect_near(*requests, sizes, {{"cacheus", {569814, 418154, 359328}}}, 0.012);
}

// Hit ratios of the ARC paper's table for OLTP, in percent.
TEST_F(Conformance, OltpHitRatiosAsPublished) {
  const auto requests = load("OLTP.lis.zst");
  for (const auto& [pages, lru] : {std::pair(1000, 32.83), std::pair(2000, 42.47), std::pair(5000, 53.65),
                                   std::pair(10000, 60.70), std::pair(15000, 64.63)}) {
    const Capacity capacity{static_cast<std::uint64_t>(pages), false};
    const double misses = static_cast<double>(misses_of("lru", *requests, capacity));
    EXPECT_NEAR(100 - 100 * misses / 914145, lru, 0.005) << pages;
  }
}

// Our own requests, no data needed: ten million by Zipf's law over a million objects.
TEST(ZipfConformance, TenMillionRequests) {
  const auto requests = prepare(trace::reference_zipf(10'000'000));
  ASSERT_EQ(requests->object_count(), 763'274);
  const auto sizes = objects({10'000, 100'000});
  expect_equal(*requests, sizes,
               {{"fifo", {4498358, 2526172}},
                {"lru", {4149940, 2230432}},
                {"clock", {4053888, 2162901}},
                {"slru", {3462697, 1921966}},
                {"lfu", {3430549, 1902424}},
                {"arc", {3401437, 1901135}},
                {"twoq", {3514291, 1991517}},
                {"gdsf", {3683785, 2011722}},
                {"s3fifo", {3378268, 1885333}},
                {"sieve", {3421661, 1902424}},
                {"belady", {2813871, 1333290}}});
  expect_near(*requests, sizes, {{"random", {4480950, 2528670}}}, 0.005);
  expect_near(*requests, sizes, {{"lhd", {3771560, 1975080}}}, 0.025);
  expect_near(*requests, sizes, {{"wtinylfu", {3334362, 1875287}}}, 0.02);
  expect_near(*requests, sizes, {{"lirs", {3404751, 1905093}}}, 0.035);
  expect_near(*requests, sizes, {{"qdlp", {3379646, 1873496}}}, 0.0003);
  expect_near(*requests, sizes, {{"hyperbolic", {4018740, 2141920}}}, 0.03);
  expect_near(*requests, sizes, {{"cacheus", {3390500, 1878600}}}, 0.03);
}

}  // namespace
}  // namespace syswright::cache
