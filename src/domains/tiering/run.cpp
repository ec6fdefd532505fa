#include "domains/tiering/run.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <numeric>

namespace syswright::tiering {
namespace {

/// Of a page that was never touched.
constexpr std::uint32_t unborn = ~std::uint32_t{0};

}  // namespace

std::uint64_t PageRun::accesses() const {
  return std::accumulate(tick_reads.begin(), tick_reads.end(), std::uint64_t{0}) +
         std::accumulate(tick_writes.begin(), tick_writes.end(), std::uint64_t{0});
}

void complete(PageRun& run) {
  assert(!run.start.empty() && run.start.back() == run.page.size());
  assert(run.page.size() == run.reads.size() && run.page.size() == run.writes.size());
  assert(run.addresses.size() == run.born.size());
  run.tick_reads.clear();
  run.tick_writes.clear();
  for (std::size_t tick = 0; tick + 1 < run.start.size(); ++tick) {
    std::uint64_t reads = 0;
    std::uint64_t writes = 0;
    for (std::uint64_t i = run.start[tick]; i < run.start[tick + 1]; ++i) {
      reads += run.reads[i];
      writes += run.writes[i];
    }
    run.tick_reads.push_back(reads);
    run.tick_writes.push_back(writes);
  }
  DigestBuilder builder;
  builder.add_column(std::span<const std::uint64_t>(run.addresses));
  builder.add_column(std::span<const std::uint32_t>(run.born));
  builder.add_column(std::span<const std::uint64_t>(run.start));
  builder.add_column(std::span<const Page>(run.page));
  builder.add_column(std::span<const std::uint32_t>(run.reads));
  builder.add_column(std::span<const std::uint32_t>(run.writes));
  run.digest = builder.finish();
}

PageRecorder::PageRecorder(const RecordOptions& options) : options_(options), tags_(options.cache_lines) {
  assert(options.accesses > 0);
  assert(options.cache_lines == 0 || std::has_single_bit(options.cache_lines));
  run_.start.push_back(0);
}

void PageRecorder::reserve(std::uint64_t address) {
  const std::uint64_t pages = (address + page_bytes - 1) / page_bytes;
  if (pages > born_.size()) {
    reads_.resize(pages);
    writes_.resize(pages);
    born_.resize(pages, 0);
  }
}

void PageRecorder::touch(std::uint64_t address, bool store) {
  if (full()) return;
  if (!tags_.empty()) {
    const std::uint64_t line = address / line_bytes;
    std::uint64_t& tag = tags_[line & (tags_.size() - 1)];
    if (tag == line + 1) return;
    tag = line + 1;
  }
  count(static_cast<Page>(address / page_bytes), store);
}

void PageRecorder::count(Page page, bool store) {
  if (page >= born_.size()) {
    reads_.resize(page + 1);
    writes_.resize(page + 1);
    born_.resize(page + 1, unborn);
  }
  if (born_[page] == unborn) born_[page] = ticks_;
  if (reads_[page] + writes_[page] == 0) touched_.push_back(page);
  ++(store ? writes_ : reads_)[page];
  if (++in_tick_ == options_.accesses) end_tick();
}

void PageRecorder::end_tick() {
  std::sort(touched_.begin(), touched_.end());
  for (const Page page : touched_) {
    run_.page.push_back(page);
    run_.reads.push_back(reads_[page]);
    run_.writes.push_back(writes_[page]);
    reads_[page] = writes_[page] = 0;
  }
  run_.start.push_back(run_.page.size());
  touched_.clear();
  in_tick_ = 0;
  ++ticks_;
}

PageRun PageRecorder::finish(std::string name, std::vector<std::uint64_t> addresses) {
  if (ticks_ == 0 && in_tick_ > 0) end_tick();
  PageRun run = std::move(run_);
  run.name = std::move(name);
  if (addresses.empty()) {
    addresses.resize(born_.size());
    std::iota(addresses.begin(), addresses.end(), std::uint64_t{0});
  }
  run.addresses = std::move(addresses);
  run.born = std::move(born_);
  run.born.resize(run.addresses.size(), 0);
  // A page that nobody touched, or only in the tick that was cut off, is there from the end of the run.
  for (std::uint32_t& born : run.born) born = std::min(born, ticks_ == 0 ? 0 : ticks_ - 1);
  complete(run);
  return run;
}

}  // namespace syswright::tiering
