#include "trace/file_reads.h"

#include <map>

#include "base/random.h"
#include "tests/trace/support.h"
#include "trace/strace_lines.h"

namespace syswright::trace {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint64_t second_file = std::uint64_t{1} << 32;

/// The trace of strace lines "PID TIME call", one a line.
CacheTrace replay(std::string_view lines, MapCounting maps = MapCounting::data,
                  std::map<std::string, FileFacts> files = {}) {
  FileReads reads({maps, [files = std::move(files)](const std::string& path) {
                     const auto known = files.find(path);
                     return known == files.end() ? FileFacts{} : known->second;
                   }});
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    reads.add_line(lines.substr(0, end));
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
  }
  return reads.take_trace();
}

TEST(FileReads, PlacesReadsByTheFilePosition) {
  const CacheTrace trace = replay(
      "10 100.5 openat(AT_FDCWD</data>, \"a\", O_RDONLY|O_CLOEXEC) = 3</data/a>\n"
      "10 100.6 read(3</data/a>, \"\"..., 4096) = 4096\n"
      "10 100.7 read(3</data/a>, \"\"..., 4096) = 100\n"
      "10 100.8 read(3</data/a>, \"\"..., 4096) = 0\n"
      "10 100.9 lseek(3</data/a>, 8000, SEEK_SET) = 8000\n"
      "10 101.0 read(3</data/a>, \"\"..., 4096) = 4096\n"
      "10 101.1 pread64(3</data/a>, \"\"..., 10, 40960) = 10\n"
      "10 101.2 read(3</data/a>, \"\"..., 1) = 1\n"
      "10 101.5 close(3</data/a>) = 0\n");
  // Bytes 0–4095; 4096–4195; 8000–12095 (blocks 1 and 2); block 10; 12096 (block 2).
  EXPECT_THAT(trace.keys, ElementsAre(0, 1, 1, 2, 10, 2));
  EXPECT_THAT(trace.sizes, ElementsAre(4096, 4096, 4096, 4096, 4096, 4096));
  ASSERT_EQ(trace.times.size(), 6u);
  EXPECT_NEAR(trace.times[0], 0.1, 1e-6);
  EXPECT_NEAR(trace.times[5], 0.7, 1e-6);
  EXPECT_THAT(trace.warnings, IsEmpty());
}

TEST(FileReads, NumbersFilesInTheOrderOfTheirFirstRead) {
  const CacheTrace trace = replay(
      "1 1.0 openat(AT_FDCWD</>, \"/b\", O_RDONLY) = 3</b>\n"
      "1 1.1 openat(AT_FDCWD</>, \"/a\", O_RDONLY) = 4</a>\n"
      "1 1.2 read(4</a>, \"\"..., 10) = 10\n"
      "1 1.3 read(3</b>, \"\"..., 10) = 10\n"
      "1 1.4 openat(AT_FDCWD</>, \"/a\", O_RDONLY) = 5</a>\n"
      "1 1.5 read(5</a>, \"\"..., 10) = 10\n");
  EXPECT_THAT(trace.keys, ElementsAre(0, second_file, 0));
}

TEST(FileReads, SharesPositionsBetweenDuplicatesAndForks) {
  const CacheTrace trace = replay(
      "1 1.0 open(\"/a\", O_RDONLY) = 3</a>\n"
      "1 1.1 dup(3</a>) = 4</a>\n"
      "1 1.2 read(4</a>, \"\"..., 4096) = 4096\n"
      "1 1.3 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD, child_tidptr=0x7f) = 2\n"
      "2 1.4 read(3</a>, \"\"..., 4096) = 4096\n"
      "2 1.5 fcntl(3</a>, F_DUPFD_CLOEXEC, 10) = 10</a>\n"
      "2 1.6 read(10</a>, \"\"..., 4096) = 4096\n"
      "2 1.7 fcntl(3</a>, F_GETFD) = 0\n"
      "2 1.8 +++ exited with 0 +++\n"
      "1 1.9 read(3</a>, \"\"..., 4096) = 4096\n");
  EXPECT_THAT(trace.keys, ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(trace.warnings, IsEmpty());
}

// A descriptor that one process opens anew after a fork is its own; one that a thread opens is everybody's.
TEST(FileReads, SeparatesDescriptorsOfProcessesButNotOfThreads) {
  const CacheTrace forked = replay(
      "1 1.0 openat(AT_FDCWD</>, \"/a\", O_RDONLY) = 3</a>\n"
      "1 1.1 vfork( <unfinished ...>\n"
      "2 1.2 close(3</a>) = 0\n"
      "2 1.3 openat(AT_FDCWD</>, \"/a\", O_RDONLY) = 3</a>\n"
      "2 1.4 read(3</a>, \"\"..., 8192) = 8192\n"
      "1 1.5 <... vfork resumed>) = 2\n"
      "1 1.6 read(3</a>, \"\"..., 4096) = 4096\n");
  EXPECT_THAT(forked.keys, ElementsAre(0, 1, 0));
  EXPECT_THAT(forked.warnings, IsEmpty());
  const CacheTrace threads = replay(
      "1 1.0 clone3({flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_THREAD, stack=0x7f, stack_size=0x7fff00}, 88) = 2\n"
      "2 1.1 openat(AT_FDCWD</>, \"/a\", O_RDONLY) = 3</a>\n"
      "2 1.2 read(3</a>, \"\"..., 4096) = 4096\n"
      "1 1.3 read(3</a>, \"\"..., 4096) = 4096\n");
  EXPECT_THAT(threads.keys, ElementsAre(0, 1));
  EXPECT_THAT(threads.warnings, IsEmpty());
}

TEST(FileReads, JoinsInterruptedCalls) {
  const CacheTrace trace = replay(
      "1 1.0 openat(AT_FDCWD</>, \"/a\",  <unfinished ...>\n"
      "2 1.1 openat(AT_FDCWD</>, \"/b\", O_RDONLY <unfinished ...>\n"
      "1 1.2 <... openat resumed>O_RDONLY) = 3</a>\n"
      "2 1.3 <... openat resumed>) = 3</b>\n"
      "1 1.4 read(3</a>,  <unfinished ...>\n"
      "2 1.5 read(3</b>, \"\"..., 4096) = 4096\n"
      "1 1.6 <... read resumed>\"\"..., 4096) = 4096\n"
      "1 1.7 read(3</a>, 0x7ffe, 4096) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)\n"
      "1 1.8 read(3</a>,  <unfinished ...>\n"
      "1 1.9 +++ killed by SIGKILL +++\n"
      "1 2.0 <... read resumed>) = 4096\n");
  EXPECT_THAT(trace.keys, ElementsAre(0, second_file));
  EXPECT_NEAR(trace.times[1], 0.6, 1e-6);
  EXPECT_THAT(trace.warnings, IsEmpty());
}

TEST(FileReads, CountsMappingsByWhoMakesThem) {
  const std::string lines =
      "1 1.0 openat(AT_FDCWD</>, \"/lib.so\", O_RDONLY|O_CLOEXEC) = 3</lib.so>\n"
      "1 1.1 mmap(NULL, 12288, PROT_READ, MAP_PRIVATE|MAP_DENYWRITE, 3</lib.so>, 0) = 0x7f0000\n"
      "1 1.2 openat(AT_FDCWD</>, \"/data\", O_RDONLY) = 4</data>\n"
      "1 1.3 mmap(NULL, 100000, PROT_READ, MAP_SHARED, 4</data>, 0x1000) = 0x7f8000\n"
      "1 1.4 mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f9000\n"
      "1 1.5 mmap(NULL, 8192, PROT_READ, MAP_SHARED, 4</data>, 0) = -1 ENOMEM (Cannot allocate memory)\n";
  const std::map<std::string, FileFacts> files = {{"/data", {true, true, 9000}}};
  EXPECT_THAT(replay(lines, MapCounting::none, files).keys, IsEmpty());
  EXPECT_THAT(replay(lines, MapCounting::data, files).keys, ElementsAre(1, 2));  // bytes 4096 to 8999
  EXPECT_THAT(replay(lines, MapCounting::all, files).keys, ElementsAre(0, 1, 2, second_file + 1, second_file + 2));
}

TEST(FileReads, FollowsCopiesInsideTheKernel) {
  const CacheTrace trace = replay(
      "1 1.0 openat(AT_FDCWD</>, \"/a\", O_RDONLY) = 3</a>\n"
      "1 1.1 openat(AT_FDCWD</>, \"/b\", O_WRONLY|O_CREAT, 0644) = 4</b>\n"
      "1 1.2 copy_file_range(3</a>, NULL, 4</b>, NULL, 9223372035781033984, 0) = 4096\n"
      "1 1.3 sendfile(4</b>, 3</a>, NULL, 4096) = 4096\n"
      "1 1.4 sendfile(4</b>, 3</a>, [40960] => [45056], 4096) = 4096\n"
      "1 1.5 splice(3</a>, [81920] => [81930], 5<pipe:[77]>, NULL, 10, 0) = 10\n"
      "1 1.6 preadv2(3</a>, [{iov_base=\"\"..., iov_len=10}], 1, -1, 0) = 10\n"
      "1 1.7 preadv(3</a>, [{iov_base=\"\"..., iov_len=10}, {iov_base=\"\"..., iov_len=4}], 2, 409600) = 14\n"
      "1 1.8 readv(3</a>, [{iov_base=\"\"..., iov_len=10}], 1) = 10\n");
  EXPECT_THAT(trace.keys, ElementsAre(0, 1, 10, 20, 2, 100, 2));
}

TEST(FileReads, PassesOverWhatIsNoRegularFile) {
  const CacheTrace trace = replay(
      "1 1.0 read(0<pipe:[123]>, \"\"..., 10) = 10\n"
      "1 1.1 read(1</dev/pts/0>, \"\"..., 10) = 10\n"
      "1 1.2 read(2<socket:[99]>, \"\"..., 10) = 10\n"
      "1 1.3 read(3</proc/self/maps>, \"\"..., 10) = 10\n"
      "1 1.4 read(4</memfd:x>(deleted), \"\"..., 10) = 10\n"
      "1 1.5 read(5</a/fifo>, \"\"..., 10) = 10\n"
      "1 1.6 read(6, \"\"..., 10) = 10\n"
      "1 1.7 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=2} ---\n",
      MapCounting::data, {{"/a/fifo", {true, false, 0}}});
  EXPECT_THAT(trace.keys, IsEmpty());
}

TEST(FileReads, UnderstandsOddPaths) {
  const CacheTrace trace = replay(
      "1 1.0 openat(AT_FDCWD</>, \"/a, (b) = 3\", O_RDONLY) = 3</a, (b) = 3>\n"
      "1 1.1 read(3</a, (b) = 3>, \"\"..., 10) = 10\n"
      "1 1.2 openat(AT_FDCWD</>, \"/q\\\"\\n\", O_RDONLY) = 4</q\\\"\\n\\76>\n"
      "1 1.3 read(4</q\\\"\\n\\76>, \"\"..., 10) = 10\n"
      "1 1.4 openat(AT_FDCWD</>, \"/t\", O_RDWR) = 5</t>\n"
      "1 1.5 read(5</t>(deleted), \"\"..., 4096) = 4096\n"
      "1 1.6 read(5</t (deleted)>, \"\"..., 4096) = 4096\n");
  EXPECT_THAT(trace.keys, ElementsAre(0, second_file, 2 * second_file, 2 * second_file + 1));
  EXPECT_THAT(trace.warnings, IsEmpty());
}

TEST(FileReads, SaysWhatItHadToGuess) {
  const CacheTrace trace = replay(
      "1 1.0 read(0</a>, \"\"..., 4096) = 4096\n"
      "1 1.1 read(0</a>, \"\"..., 4096) = 4096\n"
      "nonsense\n"
      "1 1.2 read(0</a>, \"\n");
  EXPECT_THAT(trace.keys, ElementsAre(0, 1));
  EXPECT_THAT(trace.warnings,
              ElementsAre(HasSubstr("2 lines of strace's output"), HasSubstr("1 descriptors were not")));
}

TEST(StraceLines, ReadsNumbersAndDescriptors) {
  EXPECT_EQ(parse_call_number("0x1000"), 4096);
  EXPECT_EQ(parse_call_number("0644"), 420);
  EXPECT_EQ(parse_call_number("0"), 0);
  EXPECT_EQ(parse_call_number("-1 ENOENT (No such file or directory)"), -1);
  EXPECT_EQ(parse_call_number("NULL"), std::nullopt);
  EXPECT_EQ(parse_descriptor("3</a b>")->path, "/a b");
  EXPECT_EQ(parse_descriptor("3</a\\303\\244>")->path, "/a\xC3\xA4");
  EXPECT_EQ(parse_descriptor("3")->path, "");
  EXPECT_FALSE(parse_descriptor("AT_FDCWD</a>").has_value());
  EXPECT_FALSE(parse_descriptor("-1").has_value());
}

// Damaged lines are counted, never a crash.
TEST(FileReads, SurvivesDamagedLines) {
  const std::vector<std::string> sound = {
      "10 100.5 openat(AT_FDCWD</data>, \"a\", O_RDONLY|O_CLOEXEC) = 3</data/a>",
      "10 100.6 read(3</data/a>, \"\"..., 4096) = 4096",
      "1 1.2 vfork( <unfinished ...>",
      "1 1.5 <... vfork resumed>) = 2",
      "1 1.3 mmap(NULL, 100000, PROT_READ, MAP_SHARED, 4</data>, 0x1000) = 0x7f8000",
      "1 1.4 sendfile(4</b>, 3</a>, [40960] => [45056], 4096) = 4096",
      "1 1.9 +++ killed by SIGKILL +++"};
  Random random(1, "damage");
  FileReads reads({MapCounting::all, [](const std::string&) { return FileFacts{true, true, 1 << 20}; }});
  for (int round = 0; round < 50'000; ++round) {
    std::string line = sound[random.below(sound.size())];
    for (std::uint64_t damage = random.below(4); damage-- > 0 && !line.empty();) {
      const std::uint64_t at = random.below(line.size());
      if (random.chance(0.2)) {
        line.resize(at);
      } else {
        line[at] = static_cast<char>(0x20 + random.below(0x5F));
      }
    }
    reads.add_line(line);
  }
  const CacheTrace trace = reads.take_trace();
  EXPECT_GT(trace.size(), 10'000u);
  EXPECT_TRUE(std::is_sorted(trace.times.begin(), trace.times.end()));
}

}  // namespace
}  // namespace syswright::trace
