#include "domains/tiering/setup.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"

namespace syswright::tiering {

void check(const Setup& setup) {
  const auto refuse = [&](const std::string& why) { throw InputError(setup.label + ": " + why); };
  if (setup.run == nullptr || setup.from >= setup.to || setup.to > setup.run->ticks()) {
    refuse(fmt::format("ticks {} to {} are no part of the run", setup.from, setup.to));
  }
  if (setup.fast == 0) refuse("no page fits into fast memory");
  if (setup.costs.parallelism == 0) refuse("no access is ever under way");
  if (setup.visibility == Visibility::samples &&
      (setup.samples == nullptr || setup.samples->start.size() != setup.run->start.size())) {
    refuse("the samples are of another run");
  }
  for (std::uint32_t tick = setup.from; tick < setup.to; ++tick) {
    if (setup.run->tick_reads[tick] + setup.run->tick_writes[tick] == 0) {
      refuse(fmt::format("tick {} has no access", tick));
    }
  }
}

Digest digest_of(const Setup& setup) {
  DigestBuilder builder;
  builder.add("tiering").add(setup.run->digest);
  builder.add(static_cast<int>(setup.visibility));
  builder.add(setup.sampling.period).add(setup.sampling.store_bias).add(setup.sampling.seed);
  if (setup.samples != nullptr) {
    builder.add_column(std::span<const std::uint64_t>(setup.samples->start));
    std::uint64_t mixed = 0;
    for (const Samples::Sample& sample : setup.samples->sample) {
      mixed = mixed * 0x9E3779B97F4A7C15ull + 2 * std::uint64_t{sample.page} + (sample.store ? 1 : 0);
    }
    builder.add(mixed);
  }
  add_to(builder, setup.costs);
  builder.add(setup.fast).add(setup.budget).add(setup.from).add(setup.to);
  return builder.finish();
}

std::vector<std::uint8_t> first_touch(const PageRun& run, std::uint32_t fast) {
  std::vector<Page> order(run.pages());
  std::iota(order.begin(), order.end(), Page{0});
  std::stable_sort(order.begin(), order.end(), [&](Page a, Page b) { return run.born[a] < run.born[b]; });
  std::vector<std::uint8_t> in_fast(run.pages());
  for (std::size_t i = 0; i < std::min<std::size_t>(fast, order.size()); ++i) in_fast[order[i]] = 1;
  return in_fast;
}

Decay decay(double half_life) {
  Decay factors{};
  for (std::size_t gap = 0; gap < factors.size(); ++gap) {
    factors[gap] =
        static_cast<std::uint32_t>(std::lround(heat_unit * std::exp2(-static_cast<double>(gap) / half_life)));
  }
  return factors;
}

}  // namespace syswright::tiering
