#include "domains/llm_serving/requests_statistics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <unordered_map>

#include "base/text.h"

namespace syswright::llm_serving {
namespace {

double quantile(const std::vector<std::uint32_t>& sorted, double p) {
  const double place = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (static_cast<double>(sorted[above]) - sorted[below]);
}

LengthStatistics summed(std::vector<std::uint32_t> lengths) {
  LengthStatistics result;
  if (lengths.empty()) return result;
  std::sort(lengths.begin(), lengths.end());
  for (const std::uint32_t length : lengths) result.sum += length;
  result.mean = static_cast<double>(result.sum) / static_cast<double>(lengths.size());
  result.minimum = lengths.front();
  result.p50 = quantile(lengths, 0.5);
  result.p90 = quantile(lengths, 0.9);
  result.p99 = quantile(lengths, 0.99);
  result.maximum = lengths.back();
  return result;
}

void add_gaps(const std::vector<Request>& list, RequestStatistics& result) {
  if (list.size() < 2) return;
  result.span = list.back().arrival - list.front().arrival;
  if (result.span <= 0) return;
  result.rate = static_cast<double>(list.size()) / result.span;
  const double mean = result.span / static_cast<double>(list.size() - 1);
  double squares = 0;
  for (std::size_t i = 1; i < list.size(); ++i) {
    const double apart = list[i].arrival - list[i - 1].arrival - mean;
    squares += apart * apart;
  }
  result.gap_cv = std::sqrt(squares / static_cast<double>(list.size() - 1)) / mean;
}

/// Of every block, how many of its tokens some earlier request had.
void add_reuse(const Requests& requests, RequestStatistics& result) {
  std::unordered_map<std::uint64_t, std::uint32_t> filled;
  for (const Request& request : requests.list) {
    const std::span<const std::uint64_t> blocks = requests.blocks_of(request);
    const std::uint64_t length = request.prompt + std::uint64_t{requests.blocks_cover_output ? request.output : 0};
    bool leading = true;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      const std::uint64_t start = i * std::uint64_t{requests.block_tokens};
      if (start >= length) break;
      const auto held = static_cast<std::uint32_t>(std::min<std::uint64_t>(length - start, requests.block_tokens));
      std::uint32_t& earlier = filled[blocks[i]];
      if (start < request.prompt) {
        ++result.block_references;
        leading = leading && earlier > 0;
        if (leading) {
          ++result.reused_references;
          result.reused_tokens += std::min<std::uint64_t>({held, earlier, request.prompt - start});
        }
      }
      earlier = std::max(earlier, held);
    }
  }
  result.distinct_blocks = filled.size();
}

std::string lengths_text(const LengthStatistics& lengths) {
  const auto rounded = [](double value) { return with_thousands(static_cast<std::uint64_t>(std::llround(value))); };
  return fmt::format("mean {}, p50 {}, p90 {}, p99 {}, longest {}", rounded(lengths.mean), rounded(lengths.p50),
                     rounded(lengths.p90), rounded(lengths.p99), rounded(lengths.maximum));
}

}  // namespace

RequestStatistics request_statistics(const Requests& requests) {
  RequestStatistics result;
  result.requests = requests.list.size();
  std::vector<std::uint32_t> prompts;
  std::vector<std::uint32_t> outputs;
  for (const Request& request : requests.list) {
    prompts.push_back(request.prompt);
    outputs.push_back(request.output);
  }
  result.prompt = summed(std::move(prompts));
  result.output = summed(std::move(outputs));
  add_gaps(requests.list, result);
  add_reuse(requests, result);
  return result;
}

std::vector<std::pair<std::string, std::string>> request_facts(const Requests& requests) {
  const RequestStatistics statistics = request_statistics(requests);
  std::vector<std::pair<std::string, std::string>> facts;
  facts.emplace_back("requests", with_thousands(statistics.requests));
  facts.emplace_back("span", format_duration(statistics.span));
  if (statistics.rate > 0) {
    facts.emplace_back("arrivals", fmt::format("{:.3g} a second, gaps vary by {:.3g} times their mean", statistics.rate,
                                               statistics.gap_cv));
  }
  facts.emplace_back("prompt tokens", lengths_text(statistics.prompt));
  facts.emplace_back("output tokens", lengths_text(statistics.output));
  if (statistics.block_references > 0) {
    facts.emplace_back("prefix reuse",
                       fmt::format("{:.1f}% of prompt tokens, with an unlimited cache", 100 * statistics.reuse()));
  }
  if (requests.tenants.size() > 1)
    facts.emplace_back("tenants", with_thousands(std::uint64_t{requests.tenants.size()}));
  if (requests.models.size() > 1) facts.emplace_back("models", with_thousands(std::uint64_t{requests.models.size()}));
  return facts;
}

}  // namespace syswright::llm_serving
