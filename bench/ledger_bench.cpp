#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <string>

#include "base/random.h"
#include "ledger/ledger.h"

// Time per evaluation written to and read from a ledger on the disk, with 40 blocks each.
namespace syswright {
namespace {

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "syswright-bench-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

EvaluationRecord numbered(std::uint64_t i) {
  Random random(1, "bench", i);
  EvaluationRecord record{.key = {{random.next(), random.next()}, {1, i % 5}, "1"}};
  record.evaluation.metrics = {random.uniform(), random.uniform(), random.uniform()};
  for (int k = 0; k < 40; ++k) record.evaluation.blocks.push_back({random.uniform(), 2500});
  record.evaluation.details = {{"evictions", 1.0}, {"hits", 2.0}};
  return record;
}

LedgerBatch batch_of(std::uint64_t first, std::uint64_t count) {
  LedgerBatch batch;
  for (std::uint64_t i = 0; i < count; ++i) batch.evaluations.push_back(numbered(first + i));
  return batch;
}

void BM_Insert(benchmark::State& state) {
  const auto size = static_cast<std::uint64_t>(state.range(0));
  const Folder folder;
  Ledger ledger(folder.file("ledger.db"));
  std::uint64_t next = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const LedgerBatch batch = batch_of(next, size);
    next += size;
    state.ResumeTiming();
    ledger.record(batch);
  }
  if (ledger.find(numbered(next - 1).key) != numbered(next - 1).evaluation) state.SkipWithError("not what was written");
  state.SetItemsProcessed(static_cast<std::int64_t>(next));
}
BENCHMARK(BM_Insert)->Arg(1)->Arg(100)->Arg(1000)->UseRealTime();

/// A ledger of 100,000 evaluations, asked in an order of chance. hit: for what is there, else for what is not.
void look_up(benchmark::State& state, bool hit) {
  constexpr std::uint64_t count = 100'000;
  const Folder folder;
  {
    Ledger ledger(folder.file("ledger.db"));
    for (std::uint64_t i = 0; i < count; i += 1000) ledger.record(batch_of(i, 1000));
  }
  const Ledger ledger(folder.file("ledger.db"));
  std::vector<EvaluationKey> keys;
  Random random(2, "order");
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t number = random.below(count);
    keys.push_back(numbered(hit ? number : number + count).key);
    if (i < 100 && ledger.find(keys.back()).has_value() != hit) state.SkipWithError("wrong answer");
  }
  const auto batch = static_cast<std::size_t>(state.range(0));
  std::size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(ledger.find(std::span(keys).subspan(next, batch)));
    next = (next + batch) % keys.size();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
}

void BM_LookUpKnown(benchmark::State& state) { look_up(state, true); }
BENCHMARK(BM_LookUpKnown)->Arg(1)->Arg(100)->Arg(1000);
void BM_LookUpUnknown(benchmark::State& state) { look_up(state, false); }
BENCHMARK(BM_LookUpUnknown)->Arg(1)->Arg(1000);

void BM_Open(benchmark::State& state) {
  const auto count = static_cast<std::uint64_t>(state.range(0));
  const Folder folder;
  {
    Ledger ledger(folder.file("ledger.db"));
    for (std::uint64_t i = 0; i < count; i += 1000) ledger.record(batch_of(i, 1000));
  }
  for (auto _ : state) {
    const Ledger ledger(folder.file("ledger.db"));
    benchmark::DoNotOptimize(&ledger);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
}
BENCHMARK(BM_Open)->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace syswright
