#include "trace/generator.h"

#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "base/random.h"
#include "tests/trace/support.h"
#include "trace/statistics.h"
#include "trace/zipf.h"

namespace syswright::trace {
namespace {

using testing::HasSubstr;

TEST(Zipf, AgreesWithASearchOfTheCumulativeWeights) {
  Random random(1, "weights of a test");
  for (const double alpha : {0.0, 0.4, 1.0, 1.7, 6.0}) {
    for (const std::uint32_t ranks : {1u, 2u, 7u, 1000u}) {
      const Zipf zipf(ranks, alpha);
      std::vector<double> cumulative;
      double sum = 0;
      for (std::uint32_t rank = 1; rank <= ranks; ++rank) {
        sum += alpha == 1 ? 1.0 / rank : std::pow(rank, -alpha);
        cumulative.push_back(sum);
      }
      ASSERT_EQ(zipf.total_weight(), sum);
      const auto expected = [&](double weight) {
        const auto place = std::upper_bound(cumulative.begin(), cumulative.end(), weight) - cumulative.begin();
        return static_cast<std::uint32_t>(std::min<std::ptrdiff_t>(place, ranks - 1) + 1);
      };
      for (int i = 0; i < 2000; ++i) {
        const double weight = random.uniform() * sum;
        ASSERT_EQ(zipf.rank_at(weight), expected(weight)) << alpha << " " << ranks;
      }
      for (const double edge : cumulative) {  // on the edges themselves
        ASSERT_EQ(zipf.rank_at(edge), expected(edge));
        ASSERT_EQ(zipf.rank_at(std::nextafter(edge, 0)), expected(std::nextafter(edge, 0)));
      }
    }
  }
}

// The figures are those of the file of 10 million requests on which libCacheSim was measured.
TEST(ReferenceZipf, HasTheFiguresOfTheReference) {
  const CacheTrace trace = reference_zipf(10'000'000);
  ASSERT_EQ(trace.size(), 10'000'000u);
  const TraceStatistics statistics = measure(trace);
  EXPECT_EQ(statistics.objects, 763'274u);
  EXPECT_EQ(statistics.smallest, 4096u);
  EXPECT_EQ(statistics.largest, 4096u);
  EXPECT_EQ(statistics.last_time, 9999);
  EXPECT_NEAR(statistics.top_key_share, 1 / 14.3927, 1e-4);  // H(10^6) = 14.3927
  const CacheTrace front = reference_zipf(1000);
  EXPECT_TRUE(std::equal(front.keys.begin(), front.keys.end(), trace.keys.begin()));
}

GeneratorOptions small() {
  GeneratorOptions options;
  options.requests = 50'000;
  options.objects = 2'000;
  return options;
}

TEST(Generator, IsAFunctionOfItsOptions) {
  const CacheTrace first = generate_cache_trace(small());
  const CacheTrace second = generate_cache_trace(small());
  EXPECT_EQ(first.keys, second.keys);
  EXPECT_EQ(first.sizes, second.sizes);
  EXPECT_EQ(first.times, second.times);
  GeneratorOptions other = small();
  other.seed = 2;
  EXPECT_NE(generate_cache_trace(other).keys, first.keys);
}

TEST(Generator, DrawsPopularityByZipfsLaw) {
  for (const double alpha : {0.6, 1.0, 1.3}) {
    GeneratorOptions options = small();
    options.requests = 400'000;
    options.alpha = alpha;
    const CacheTrace trace = generate_cache_trace(options);
    std::map<std::uint64_t, double> counts;
    for (std::uint64_t key : trace.keys) counts[key] += 1;
    std::vector<double> sorted;
    for (const auto& [key, count] : counts) sorted.push_back(count);
    std::sort(sorted.rbegin(), sorted.rend());
    const Zipf zipf(options.objects, alpha);
    for (const std::size_t rank : {1u, 2u, 5u, 20u}) {
      const double expected = static_cast<double>(options.requests) * std::pow(rank, -alpha) / zipf.total_weight();
      EXPECT_NEAR(sorted[rank - 1], expected, 5 * std::sqrt(expected)) << alpha << " " << rank;
    }
    EXPECT_NEAR(measure(trace).zipf_alpha, alpha, 0.12) << alpha;
  }
}

/// The most frequent key of a part of the trace.
std::uint64_t favourite(const CacheTrace& trace, std::size_t begin, std::size_t end) {
  std::map<std::uint64_t, int> counts;
  for (std::size_t i = begin; i < end; ++i) ++counts[trace.keys[i]];
  return std::max_element(counts.begin(), counts.end(), [](auto& a, auto& b) { return a.second < b.second; })->first;
}

TEST(Generator, DriftReplacesThePopular) {
  GeneratorOptions options = small();
  options.alpha = 1.2;
  const CacheTrace still = generate_cache_trace(options);
  EXPECT_EQ(favourite(still, 0, 10'000), favourite(still, 40'000, 50'000));
  options.drift = 0.5;
  const CacheTrace moving = generate_cache_trace(options);
  std::set<std::uint64_t> favourites;
  for (std::size_t part = 0; part < 50; ++part) favourites.insert(favourite(moving, part * 1000, part * 1000 + 100));
  EXPECT_GT(favourites.size(), 40u);
}

TEST(Generator, MixesKindsByTheirShares) {
  GeneratorOptions options = small();
  options.scan_share = 0.2;
  options.scan_length = 100;
  options.loop_share = 0.3;
  options.loop_length = 700;
  options.one_hit_share = 0.1;
  const CacheTrace trace = generate_cache_trace(options);
  std::map<std::uint64_t, std::vector<std::uint64_t>> by_kind;
  for (std::uint64_t key : trace.keys) by_kind[key >> 48].push_back(key & ((std::uint64_t{1} << 48) - 1));
  const auto share = [&](std::uint64_t kind) {
    return static_cast<double>(by_kind[kind].size()) / static_cast<double>(trace.size());
  };
  EXPECT_NEAR(share(1), 0.4, 0.01);
  EXPECT_NEAR(share(2), 0.2, 0.01);
  EXPECT_NEAR(share(3), 0.3, 0.01);
  EXPECT_NEAR(share(4), 0.1, 0.01);
  for (std::size_t i = 0; i < by_kind[3].size(); ++i) ASSERT_EQ(by_kind[3][i], i % 700);
  for (std::size_t i = 0; i < by_kind[4].size(); ++i) ASSERT_EQ(by_kind[4][i], i);
  for (std::size_t i = 0; i < by_kind[2].size(); ++i) {
    if (i % 100 != 0) {
      ASSERT_EQ(by_kind[2][i], by_kind[2][i - 1] + 1);
    }
    ASSERT_LT(by_kind[2][i], options.scan_objects);
  }
}

TEST(Generator, GivesEachObjectOneSizeFromTheDistribution) {
  GeneratorOptions options = small();
  options.requests = 200'000;
  options.objects = 50'000;
  options.alpha = 0;
  options.sizes.minimum = 100;
  options.sizes.maximum = 1e9;
  const auto sizes_of = [&](SizeKind kind, double shape) {
    options.sizes.kind = kind;
    options.sizes.shape = shape;
    const CacheTrace trace = generate_cache_trace(options);
    std::map<std::uint64_t, std::uint32_t> sizes;
    for (std::size_t i = 0; i < trace.size(); ++i) {
      const auto [known, added] = sizes.try_emplace(trace.keys[i], trace.sizes[i]);
      EXPECT_EQ(known->second, trace.sizes[i]);
    }
    std::vector<double> values;
    for (const auto& [key, size] : sizes) values.push_back(size);
    std::sort(values.begin(), values.end());
    return values;
  };
  const auto mean = [](const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  };
  const auto quantile = [](const std::vector<double>& values, double q) {
    return values[static_cast<std::size_t>(q * static_cast<double>(values.size()))];
  };
  EXPECT_EQ(mean(sizes_of(SizeKind::constant, 1)), 4096);
  const auto log_normal = sizes_of(SizeKind::log_normal, 1);
  EXPECT_NEAR(mean(log_normal), 4096, 150);
  EXPECT_NEAR(quantile(log_normal, 0.5), 4096 * std::exp(-0.5), 60);
  // Pareto: the quantile q is minimum * (1 - q)^(-1/shape).
  const auto pareto = sizes_of(SizeKind::pareto, 2);
  EXPECT_EQ(pareto.front(), 100);
  EXPECT_NEAR(quantile(pareto, 0.75), 200, 4);
  EXPECT_NEAR(quantile(pareto, 0.99), 1000, 60);
  options.sizes.maximum = 299;
  const auto uniform = sizes_of(SizeKind::uniform, 1);
  EXPECT_EQ(uniform.front(), 100);
  EXPECT_EQ(uniform.back(), 299);
  EXPECT_NEAR(mean(uniform), 199.5, 1.5);
  options.sizes.large_share = 0.25;
  EXPECT_NEAR(mean(sizes_of(SizeKind::bimodal, 1)), 100 + 0.25 * 199, 2);
  options.sizes.kind = SizeKind::none;
  EXPECT_TRUE(generate_cache_trace(options).sizes.empty());
}

TEST(Generator, ArrivesAtTheRate) {
  GeneratorOptions options = small();
  options.rate = 250;
  const CacheTrace poisson = generate_cache_trace(options);
  EXPECT_TRUE(std::is_sorted(poisson.times.begin(), poisson.times.end()));
  EXPECT_NEAR(poisson.times.back(), 200, 5);  // 50,000 / 250; standard deviation 0.9
  double squares = 0;
  for (std::size_t i = 1; i < poisson.size(); ++i) squares += std::pow(poisson.times[i] - poisson.times[i - 1], 2);
  EXPECT_NEAR(squares / 50'000, 2 / (250.0 * 250.0), 2e-6);  // second moment of exponential gaps
  options.arrivals = ArrivalKind::constant;
  EXPECT_EQ(generate_cache_trace(options).times[1000], 4);
  options.arrivals = ArrivalKind::none;
  EXPECT_TRUE(generate_cache_trace(options).times.empty());
}

TEST(Generator, RefusesOptionsThatMakeNoSense) {
  const auto refusal_of = [](auto change) -> std::string {
    GeneratorOptions options;
    options.requests = 10;
    options.objects = 10;
    change(options);
    try {
      generate_cache_trace(options);
      return "";
    } catch (const InputError& error) {
      return error.what();
    }
  };
  EXPECT_THAT(refusal_of([](auto& o) { o.requests = 0; }), HasSubstr("0 requests"));
  EXPECT_THAT(refusal_of([](auto& o) { o.objects = 0; }), HasSubstr("0 objects"));
  EXPECT_THAT(refusal_of([](auto& o) { o.alpha = -0.1; }), HasSubstr("alpha is -0.1"));
  EXPECT_THAT(refusal_of([](auto& o) { o.alpha = NAN; }), HasSubstr("alpha is nan"));
  EXPECT_THAT(refusal_of([](auto& o) { o.loop_share = 1.01; }), HasSubstr("the share of the loop is 1.01"));
  EXPECT_THAT(refusal_of([](auto& o) { o.loop_share = o.scan_share = 0.6; }), HasSubstr("add up to 1.2"));
  EXPECT_THAT(refusal_of([](auto& o) { o.scan_length = 2'000'000; }), HasSubstr("scans have 2000000 of 1000000 keys"));
  EXPECT_THAT(refusal_of([](auto& o) { o.rate = 0; }), HasSubstr("rate is 0"));
  EXPECT_THAT(refusal_of([](auto& o) { o.sizes.minimum = 0; }), HasSubstr("sizes go from 0"));
  EXPECT_THAT(refusal_of([](auto& o) { o.sizes.maximum = 5e9; }), HasSubstr("to 5000000000 bytes"));
  EXPECT_EQ(refusal_of([](auto& o) { o.scan_share = 1; }), "");
}

TEST(Generator, KnowsItsKindsByName) {
  EXPECT_EQ(size_kind_from("log-normal"), SizeKind::log_normal);
  EXPECT_EQ(size_kind_from("bimodal"), SizeKind::bimodal);
  EXPECT_EQ(arrival_kind_from("poisson"), ArrivalKind::poisson);
  EXPECT_THROW(size_kind_from("parreto"), InputError);
  EXPECT_THROW(arrival_kind_from(""), InputError);
}

}  // namespace
}  // namespace syswright::trace
