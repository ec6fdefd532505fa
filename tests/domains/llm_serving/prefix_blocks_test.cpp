#include "domains/llm_serving/prefix_blocks.h"

#include <gtest/gtest.h>

#include <map>

#include "base/random.h"
#include "domains/llm_serving/requests_statistics.h"

namespace syswright::llm_serving {
namespace {

using Tokens = std::vector<std::uint32_t>;

/// Requests with their tokens spelt out: later ones extend the front of an earlier one.
struct Spelt {
  Requests requests;
  std::vector<Tokens> texts;  ///< prompt and output
};

/// Coarse ids stand for the tokens up to a block's end, or up to the end of the named text.
Spelt random_requests(std::uint64_t seed) {
  Random random(seed, "spelt requests");
  Spelt spelt;
  spelt.requests.block_tokens = static_cast<std::uint32_t>(1 + random.below(40));
  spelt.requests.blocks_cover_output = random.chance(0.5);
  std::map<Tokens, std::uint64_t> ids;
  for (std::size_t i = 0; i < 12; ++i) {
    Tokens text;
    if (i > 0 && random.chance(0.8)) {
      const Tokens& earlier = spelt.texts[random.below(i)];
      text.assign(earlier.begin(), earlier.begin() + static_cast<std::ptrdiff_t>(random.below(earlier.size() + 1)));
    }
    for (std::uint64_t more = 2 + random.below(60); more > 0; --more) {
      text.push_back(static_cast<std::uint32_t>(random.below(3)));
    }
    Request request;
    request.output = static_cast<std::uint32_t>(1 + random.below(text.size() - 1));
    request.prompt = static_cast<std::uint32_t>(text.size()) - request.output;
    request.first_block = static_cast<std::uint32_t>(spelt.requests.blocks.size());
    const std::size_t named = spelt.requests.blocks_cover_output ? text.size() : request.prompt;
    for (std::size_t start = 0; start < named; start += spelt.requests.block_tokens) {
      const std::size_t end = std::min<std::size_t>(start + spelt.requests.block_tokens, named);
      const Tokens front(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end));
      spelt.requests.blocks.push_back(ids.emplace(front, 100 + ids.size()).first->second);
      ++request.block_count;
    }
    spelt.requests.list.push_back(request);
    spelt.texts.push_back(std::move(text));
  }
  return spelt;
}

std::size_t common(const Tokens& a, const Tokens& b, std::size_t most) {
  std::size_t length = 0;
  while (length < std::min({a.size(), b.size(), most}) && a[length] == b[length]) ++length;
  return length;
}

/// A shared key never lies; and what coarse blocks show as shared is found.
TEST(PrefixBlocks, EqualKeysMeanEqualTokens) {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    const Spelt spelt = random_requests(seed);
    const Requests& requests = spelt.requests;
    Random random(seed, "block size");
    const auto size = static_cast<std::uint32_t>(1 + random.below(24));
    for (std::size_t a = 0; a < requests.list.size(); ++a) {
      for (std::size_t b = 0; b < a; ++b) {
        const auto count = [&](std::size_t i) { return prefix_block_count(requests, requests.list[i], size, 1000); };
        const std::size_t shared = common(spelt.texts[a], spelt.texts[b], 1000);
        for (std::uint32_t i = 0; i < std::min(count(a), count(b)); ++i) {
          const bool equal =
              prefix_block(requests, requests.list[a], size, i) == prefix_block(requests, requests.list[b], size, i);
          const std::size_t end = std::size_t{i + 1} * size;
          if (equal) {
            ASSERT_GE(shared, end) << "seed " << seed;
          }
          // Shared up to the end of the coarse block in both: then the ids agree, and so must the keys.
          const std::size_t coarse = (end + requests.block_tokens - 1) / requests.block_tokens * requests.block_tokens;
          const auto named = [&](std::size_t k) {
            return requests.list[k].prompt + (requests.blocks_cover_output ? requests.list[k].output : 0);
          };
          if (shared >= coarse && named(a) >= coarse && named(b) >= coarse) {
            ASSERT_TRUE(equal) << "seed " << seed;
          }
        }
      }
    }
  }
}

TEST(PrefixBlocks, KeysOfOneRequestDiffer) {
  Requests requests;
  requests.blocks = {5, 6};
  requests.list = {{.prompt = 600, .block_count = 2}};
  std::map<std::uint64_t, std::uint32_t> seen;
  ASSERT_EQ(prefix_block_count(requests, requests.list[0], 16), 37u);  // 37 · 16 = 592 of 600 tokens
  for (std::uint32_t i = 0; i < 37; ++i) {
    EXPECT_TRUE(seen.emplace(prefix_block(requests, requests.list[0], 16, i), i).second);
  }
}

TEST(PrefixBlocks, CountsWhatIsNamed) {
  Requests requests;
  requests.blocks = {1, 2};
  requests.list = {{.prompt = 600, .output = 300, .block_count = 2}, {.prompt = 600, .output = 300}};
  EXPECT_EQ(prefix_block_count(requests, requests.list[0], 16, 100), 6u);
  EXPECT_EQ(prefix_block_count(requests, requests.list[0], 16, 900), 37u) << "the answer is not named";
  EXPECT_EQ(prefix_block_count(requests, requests.list[1], 16), 0u);
  requests.blocks_cover_output = true;
  EXPECT_EQ(prefix_block_count(requests, requests.list[0], 16, 900), 56u);  // 896 of 900
  EXPECT_EQ(prefix_block_count(requests, requests.list[0], 16, 5000), 56u) << "two blocks name 1,024, of which 900 are";
  EXPECT_EQ(prefix_block_count(requests, requests.list[0], 1024, 5000), 0u);
}

TEST(RequestStatistics, OnlyALeadingRunIsReused) {
  Requests requests;
  requests.blocks = {1, 2, 3, 1, 9, 3};
  requests.list = {{.prompt = 1536, .first_block = 0, .block_count = 3},
                   {.prompt = 1536, .first_block = 3, .block_count = 3}};
  const RequestStatistics statistics = request_statistics(requests);
  EXPECT_EQ(statistics.reused_references, 1u);
  EXPECT_EQ(statistics.reused_tokens, 512u);
}

TEST(RequestStatistics, ReuseAgreesWithSpeltOutTokens) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const Spelt spelt = random_requests(seed);
    std::uint64_t most = 0;  // tokens of each prompt's longest front that an earlier request had
    for (std::size_t a = 0; a < spelt.texts.size(); ++a) {
      std::size_t best = 0;
      for (std::size_t b = 0; b < a; ++b) {
        const Request& earlier = spelt.requests.list[b];
        const std::size_t held = spelt.requests.blocks_cover_output ? spelt.texts[b].size() : earlier.prompt;
        const Tokens front(spelt.texts[b].begin(), spelt.texts[b].begin() + static_cast<std::ptrdiff_t>(held));
        best = std::max(best, common(spelt.texts[a], front, spelt.requests.list[a].prompt));
      }
      most += best;
    }
    const RequestStatistics statistics = request_statistics(spelt.requests);
    EXPECT_LE(statistics.reused_tokens, most) << "seed " << seed;
    // At least all but the last coarse block of each is found.
    const std::uint64_t lost = std::uint64_t{spelt.requests.block_tokens} * spelt.texts.size();
    EXPECT_GE(statistics.reused_tokens + lost, most) << "seed " << seed;
    if (spelt.requests.block_tokens == 1) {
      EXPECT_EQ(statistics.reused_tokens, most) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace syswright::llm_serving
