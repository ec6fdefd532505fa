#include "domains/flash_cache/setup.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "trace/key_index.h"

namespace syswright::flash_cache {

std::shared_ptr<const Requests> prepare(trace::CacheTrace trace, std::vector<std::uint32_t> positions) {
  if (trace.keys.empty()) throw InputError(trace.name + ": the trace has no requests");
  auto requests = std::make_shared<Requests>();
  if (trace.sizes.empty()) trace.sizes.assign(trace.keys.size(), usual_size);
  requests->objects = trace::number_keys(trace.keys);
  for (std::size_t i = 0; i < trace.keys.size(); ++i) {
    if (requests->objects[i] != requests->keys.size()) continue;
    requests->keys.push_back(trace.keys[i]);
    requests->footprint += trace.sizes[i];
  }
  requests->positions = std::move(positions);
  requests->digest = DigestBuilder()
                         .add_column(std::span<const std::uint64_t>(trace.keys))
                         .add_column(std::span<const std::uint32_t>(trace.sizes))
                         .add_column(std::span<const double>(trace.times))
                         .add_column(std::span<const std::uint32_t>(requests->positions))
                         .finish();
  requests->trace = std::move(trace);
  return requests;
}

std::uint64_t Setup::flash() const { return region * regions + set_bytes * sets; }

bool Setup::goes_to_a_set(std::uint32_t bytes) const { return sets > 0 && bytes <= small_bytes; }

void check(const Setup& setup) {
  if (setup.begin > setup.counted || setup.counted >= setup.end || setup.end > setup.requests->size()) {
    throw InputError(fmt::format("the window [{}, {}, {}) does not fit a trace of {} requests", setup.begin,
                                 setup.counted, setup.end, setup.requests->size()));
  }
  if (setup.dram == 0) throw InputError("a DRAM tier of 0 bytes holds nothing; give at least 1B");
  if (setup.region < 2 || setup.regions < 3) {
    throw InputError(
        fmt::format("flash of {} regions of {} bytes cannot be written as a log: make it larger, its "
                    "regions smaller, or --sets less; it needs 3 regions of 2 bytes at least",
                    setup.regions, setup.region));
  }
}

Digest digest_of(const Setup& setup) {
  return DigestBuilder()
      .add("flash cache scenario")
      .add(setup.requests->digest)
      .add(setup.begin)
      .add(setup.counted)
      .add(setup.end)
      .add(setup.dram)
      .add(setup.region)
      .add(setup.regions)
      .add(setup.sets)
      .add(setup.spare)
      .add(setup.writes_a_day)
      .add(setup.seed)
      .add(setup.share)
      .finish();
}

double write_allowance(const Setup& setup, double seconds) {
  const auto flash = static_cast<double>(setup.flash());
  const double ahead = 2.0 * static_cast<double>(setup.region) + setup.writes_a_day * flash / 24;
  return ahead + setup.writes_a_day * flash * seconds / 86400;
}

namespace {
constexpr std::uint64_t most_blocks = 64;
constexpr std::uint64_t least_block = 256;
}  // namespace

std::uint64_t block_count(const Setup& setup) {
  return std::clamp<std::uint64_t>((setup.end - setup.counted) / least_block, 1, most_blocks);
}

std::uint64_t block_begin(const Setup& setup, std::uint64_t block) {
  const std::uint64_t blocks = block_count(setup);
  const std::uint64_t counted = setup.end - setup.counted;
  return setup.counted + counted / blocks * block + counted % blocks * block / blocks;
}

}  // namespace syswright::flash_cache
