#include "domains/tiering/programs.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include "base/error.h"
#include "base/random.h"
#include "base/text.h"
#include "trace/zipf.h"

namespace syswright::tiering {

const std::vector<ProgramEntry>& programs() {
  static const std::vector<ProgramEntry> all{
      {"gups", "updates of random words, most of them in a hot eighth that moves piece by piece", run_gups},
      {"kv", "a key-value store: reads and updates of records whose popularity follows Zipf's law", run_key_value},
      {"bfs", "breadth-first searches on a power-law graph", run_bfs},
      {"bc", "betweenness centrality on a power-law graph", run_bc},
      {"pagerank", "PageRank on a power-law graph", run_pagerank},
      {"silo", "the transactions of TPC-C on tables in memory", run_silo},
  };
  return all;
}

PageRun run_program(const ProgramOptions& options) {
  std::vector<std::string> names;
  for (const ProgramEntry& entry : programs()) {
    names.push_back(entry.name);
    if (entry.name != options.program) continue;
    const std::uint32_t lines = std::bit_ceil(std::max(options.pages, 64u));
    PageRecorder recorder({.accesses = options.accesses, .ticks = options.ticks, .cache_lines = lines});
    entry.run(options, recorder);
    return recorder.finish(entry.name);
  }
  throw InputError("program: '" + options.program + "' is not one of " + join(names) +
                   did_you_mean(options.program, names));
}

void run_gups(const ProgramOptions& options, PageRecorder& recorder) {
  constexpr std::size_t pieces = 8;
  constexpr std::uint32_t moves = 32;  // in a run
  Memory memory(recorder);
  const std::size_t words = static_cast<std::size_t>(options.pages) * page_bytes / sizeof(std::uint64_t);
  Array<std::uint64_t> table = memory.array<std::uint64_t>(words);
  // A hot piece is a 64th of the table, and lies anywhere in it.
  const std::size_t piece = std::max<std::size_t>(words / 64, 1);
  Random random(options.seed, "gups");
  std::vector<std::size_t> hot(pieces);
  for (std::size_t& start : hot) start = random.below(words - piece + 1);
  std::uint64_t next_move = 1;
  while (!recorder.full()) {
    if (recorder.ticks() * std::uint64_t{moves} >= next_move * options.ticks) {
      hot[next_move++ % pieces] = random.below(words - piece + 1);
    }
    const std::uint64_t draw = random.next();
    const std::size_t at = random.chance(0.9) ? hot[draw % pieces] + (draw >> 8) % piece : (draw >> 8) % words;
    table.store(at, table.load(at) ^ draw);
  }
}

void run_key_value(const ProgramOptions& options, PageRecorder& recorder) {
  constexpr std::uint32_t record_bytes = 512;
  constexpr std::uint32_t shifts = 64;  // of the ranks, in a run
  Memory memory(recorder);
  const std::size_t records =
      std::max<std::size_t>(static_cast<std::size_t>(options.pages) * page_bytes / (record_bytes + 32), 16);
  // Open addressing at half load: two words a slot, twice as many slots as records.
  const std::size_t slots = std::bit_floor(2 * records);
  Array<std::uint64_t> index = memory.array<std::uint64_t>(2 * slots);
  const Rows values = memory.rows(records, record_bytes);
  const std::size_t keys = std::min(records, slots * 3 / 4);
  const auto slot_of = [&](std::uint64_t key) { return mix64(key) & (slots - 1); };
  for (std::uint64_t key = 0; key < keys; ++key) {
    std::size_t slot = slot_of(key);
    while (index.raw(2 * slot) != 0) slot = (slot + 1) & (slots - 1);
    index.raw(2 * slot) = key + 1;
    index.raw(2 * slot + 1) = key;
  }
  std::vector<std::uint64_t> key_of_rank(keys);
  std::iota(key_of_rank.begin(), key_of_rank.end(), std::uint64_t{0});
  Random(options.seed, "kv keys").shuffle(std::span(key_of_rank));
  const trace::Zipf zipf(static_cast<std::uint32_t>(keys), 0.99);
  Random random(options.seed, "kv requests");
  while (!recorder.full()) {
    const std::uint64_t shift =
        recorder.ticks() * std::uint64_t{shifts} / options.ticks * std::max<std::uint64_t>(keys / 4096, 1);
    const std::uint32_t rank = zipf.rank_at(random.uniform() * zipf.total_weight()) - 1;
    const std::uint64_t key = key_of_rank[(rank + shift) % keys];
    std::size_t slot = slot_of(key);
    while (index.load(2 * slot) != key + 1) slot = (slot + 1) & (slots - 1);
    const std::size_t record = index.load(2 * slot + 1);
    random.chance(0.95) ? values.read(record) : values.update(record);
  }
}

}  // namespace syswright::tiering
