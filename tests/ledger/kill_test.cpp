#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "base/random.h"
#include "ledger/ledger.h"
#include "tests/ledger/temporary_folder.h"

// A process that writes batches is killed at a moment of chance. Whatever record() had returned from must be there
// afterwards, whole batches only, and the file must be sound.
namespace syswright {
namespace {

constexpr std::uint32_t batch_size = 40;

/// Everything about evaluation `i` follows from its number.
EvaluationRecord numbered(std::uint64_t i) {
  Random random(11, "kill", i);
  EvaluationRecord record{.key = {{random.next(), random.next()}, {1, i % 7}, i % 2 == 0 ? "even" : "odd"}};
  record.evaluation.metrics = {random.uniform(), random.normal()};
  for (int k = 0; k < 30; ++k) record.evaluation.blocks.push_back({random.normal(), random.uniform()});
  record.evaluation.details = {{"number", static_cast<double>(i)}};
  record.evaluation.events = i;
  return record;
}

LedgerBatch numbered_batch(std::uint32_t batch) {
  LedgerBatch contents;
  for (std::uint64_t i = 0; i < batch_size; ++i) contents.evaluations.push_back(numbered(batch * batch_size + i));
  return contents;
}

/// Writes batches from `first` on and reports each on the pipe when it is acknowledged, until it is killed.
[[noreturn]] void write_until_killed(const std::string& path, std::uint32_t first, int pipe) {
  try {
    Ledger ledger(path);
    for (std::uint32_t batch = first;; ++batch) {
      ledger.record(numbered_batch(batch));
      if (::write(pipe, &batch, sizeof batch) != sizeof batch) ::_exit(3);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "child: %s\n", error.what());
    ::_exit(4);
  }
}

/// Lets a child write until `acknowledged` batches were reported and then for `delay_us` more; returns how many it
/// reported until it was killed.
std::uint32_t write_and_kill(const std::string& path, std::uint32_t first, std::uint32_t acknowledged,
                             unsigned delay_us) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    write_until_killed(path, first, ends[1]);
  }
  ::close(ends[1]);
  std::uint32_t batch = 0;
  std::uint32_t reported = 0;
  while (reported < acknowledged && ::read(ends[0], &batch, sizeof batch) == sizeof batch) ++reported;
  if (delay_us > 0) ::usleep(delay_us);
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "the child ended by itself: " << status;
  while (::read(ends[0], &batch, sizeof batch) == sizeof batch) ++reported;
  ::close(ends[0]);
  return reported;
}

TEST(KilledLedger, HasEverythingThatWasAcknowledged) {
  const TemporaryFolder folder;
  const std::string path = folder.file("ledger.db");
  std::uint32_t written = 0;  // batches known to be there
  for (std::uint64_t round = 0; round < 20; ++round) {
    Random random(11, "moment", round);
    written += write_and_kill(path, written, static_cast<std::uint32_t>(random.below(40)),
                              static_cast<unsigned>(random.below(4000)));
    const Ledger ledger(path);
    ASSERT_THAT(ledger.check(), testing::IsEmpty()) << "round " << round;
    const std::uint64_t there = ledger.summary().evaluations;
    ASSERT_EQ(there % batch_size, 0u) << "half a batch";
    // The last batch may have been written and not reported.
    ASSERT_GE(there, std::uint64_t{written} * batch_size);
    ASSERT_LE(there, (std::uint64_t{written} + 1) * batch_size);
    for (std::uint64_t i = 0; i < there; ++i) {
      const EvaluationRecord expected = numbered(i);
      ASSERT_EQ(ledger.find(expected.key), expected.evaluation) << "round " << round << " evaluation " << i;
    }
    written = static_cast<std::uint32_t>(there / batch_size);
  }
  EXPECT_GT(written, 20u);
}

TEST(KilledLedger, CanBeKilledWhileItIsCreated) {
  for (std::uint64_t round = 0; round < 30; ++round) {
    const TemporaryFolder folder;
    const std::string path = folder.file("ledger.db");
    Random random(11, "creation", round);
    const std::uint32_t written = write_and_kill(path, 0, 0, static_cast<unsigned>(random.below(3000)));
    const Ledger ledger(path);
    ASSERT_THAT(ledger.check(), testing::IsEmpty());
    ASSERT_GE(ledger.summary().evaluations, std::uint64_t{written} * batch_size);
  }
}

}  // namespace
}  // namespace syswright
