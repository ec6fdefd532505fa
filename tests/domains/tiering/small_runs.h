#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/random.h"
#include "domains/tiering/setup.h"

namespace syswright::tiering {

/// A run from a table: counts[tick][page] loads, and as many stores as stores[tick][page] says (none if it is empty).
inline PageRun run_of(const std::vector<std::vector<std::uint32_t>>& loads,
                      const std::vector<std::vector<std::uint32_t>>& stores = {}) {
  PageRun run;
  run.name = "table";
  run.start.push_back(0);
  const std::size_t pages = loads.front().size();
  for (std::size_t tick = 0; tick < loads.size(); ++tick) {
    for (Page page = 0; page < pages; ++page) {
      const std::uint32_t written = stores.empty() ? 0 : stores[tick][page];
      if (loads[tick][page] + written == 0) continue;
      run.page.push_back(page);
      run.reads.push_back(loads[tick][page]);
      run.writes.push_back(written);
    }
    run.start.push_back(run.page.size());
  }
  run.addresses.resize(pages);
  for (std::size_t page = 0; page < pages; ++page) run.addresses[page] = page;
  run.born.assign(pages, 0);
  complete(run);
  return run;
}

/// Pages with a few hot ones among them, that change now and then.
inline PageRun random_run(Random& random, std::uint32_t pages, std::uint32_t ticks, std::uint32_t most = 60) {
  std::vector<std::vector<std::uint32_t>> loads(ticks, std::vector<std::uint32_t>(pages));
  auto stores = loads;
  std::vector<std::uint8_t> hot(pages);
  for (std::uint32_t tick = 0; tick < ticks; ++tick) {
    for (std::uint32_t page = 0; page < pages; ++page) {
      if (random.chance(tick == 0 ? 0.3 : 0.02)) hot[page] = random.chance(0.3);
      const bool used = random.chance(hot[page] != 0 ? 0.9 : 0.3);
      if (used) loads[tick][page] = static_cast<std::uint32_t>(random.below(hot[page] != 0 ? most : most / 8 + 1));
      if (used) stores[tick][page] = static_cast<std::uint32_t>(random.below(hot[page] != 0 ? most / 3 + 1 : 3));
    }
    loads[tick][tick % pages] += 1;  // no tick is empty
  }
  return run_of(loads, stores);
}

inline Setup setup_of(PageRun run, std::uint32_t fast, const SamplingOptions& sampling = {.period = 4}) {
  Setup setup;
  setup.run = std::make_shared<const PageRun>(std::move(run));
  setup.samples = std::make_shared<const Samples>(draw_samples(*setup.run, sampling));
  setup.sampling = sampling;
  setup.costs = {.hardware = find_hardware("cxl"), .parallelism = 4, .move = 1'000'000, .scan = 10'000};
  setup.fast = fast;
  setup.budget = 2;
  setup.to = setup.run->ticks();
  setup.label = "small";
  setup.name = "small";
  return setup;
}

/// A file that is gone at the end.
class TextFile {
 public:
  TextFile(const std::string& name, const std::string& content)
      : path_(std::filesystem::temp_directory_path() / fmt::format("syswright-tiering-{}-{}", ::getpid(), name)) {
    std::ofstream(path_) << content;
  }
  ~TextFile() { std::filesystem::remove(path_); }
  TextFile(const TextFile&) = delete;
  TextFile& operator=(const TextFile&) = delete;
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

/// What lackey would write of a program that goes through `pages` pages, some more often than others.
inline std::string lackey_text(std::size_t accesses, std::uint64_t pages) {
  Random random(5, "lackey lines");
  std::string text = "==1== Lackey, an example Valgrind tool\n";
  for (std::size_t i = 0; i < accesses; ++i) {
    const std::uint64_t page = random.chance(0.7) ? random.below(pages / 4 + 1) : random.below(pages);
    text += fmt::format("I  0401ab70,3\n {} {:x},8\n", random.chance(0.3) ? 'S' : 'L',
                        0x4000000 + page * page_bytes + 8 * random.below(500));
  }
  return text;
}

}  // namespace syswright::tiering
