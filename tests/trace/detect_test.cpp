#include "base/random.h"
#include "tests/trace/support.h"
#include "trace/records.h"

namespace syswright::trace {
namespace {

using testing::HasSubstr;

std::string format_of(std::string_view content, const std::string& name) { return read_text(content, name).format; }

TEST(DetectFormat, GoesByContentWhateverTheName) {
  EXPECT_EQ(format_of("1\n2\n", "x.csv"), "txt");
  EXPECT_EQ(format_of("time,key\n1,2\n", "x.txt"), "csv");
  EXPECT_EQ(format_of("1 2 0 0\n", "x.txt"), "lis");
  EXPECT_EQ(format_of("key\n5\n", "x.txt"), "csv");
  EXPECT_EQ(format_of(bytes_of<OracleGeneralRecord>({{1, 2, 3, -1}}), "x.vscsi"), "oracleGeneral");
  EXPECT_EQ(format_of(bytes_of<VscsiRecord>({{1, 512, 1, 40, 0x0100, 9, 5}}), "x.oracleGeneral.bin"), "vscsi");
}

TEST(DetectFormat, LetsTheNameBreakATie) {
  ReadOptions options;
  options.key_column = 1;
  EXPECT_EQ(read_text("1 2 3 4\n", "x.csv", options).format, "csv");
  EXPECT_EQ(read_text("1 2 3 4\n", "x.lis", options).format, "lis");
  EXPECT_EQ(read_text("1 2 3 4\n", "x.CSV.zst", options).format, "csv");
}

TEST(DetectFormat, IsOverruledByTheFormatAskedFor) {
  ReadOptions options;
  options.format = "txt";
  EXPECT_EQ(read_text("1 2 0 0\n", "x.lis", options).size(), 1u);
}

// A record array must be told from the other kind for any number of records, and from noise.
TEST(DetectFormat, TellsRecordFormatsApart) {
  Random random(3, "records of a test");
  for (int round = 0; round < 200; ++round) {
    const std::size_t count = 1 + random.below(300);
    std::vector<OracleGeneralRecord> oracle;
    std::vector<VscsiRecord> vscsi;
    for (std::size_t i = 0; i < count; ++i) {
      const auto next = random.chance(0.3) ? -1 : static_cast<std::int64_t>(i + 2 + random.below(1000));
      oracle.push_back({static_cast<std::uint32_t>(1000 + i / 3), random.next() >> random.below(64),
                        static_cast<std::uint32_t>(1 + random.below(1 << 20)), next});
      vscsi.push_back({static_cast<std::uint32_t>(random.next()), static_cast<std::uint32_t>(512 * random.below(200)),
                       static_cast<std::uint32_t>(random.below(20)),
                       static_cast<std::uint16_t>(random.chance(0.5) ? 0x28 : 0x2a), 0x0100, random.below(1u << 30),
                       5'633'898'368'802 + i * 1000});
    }
    EXPECT_EQ(format_of(bytes_of(oracle), "x"), "oracleGeneral");
    EXPECT_EQ(format_of(bytes_of(vscsi), "x"), "vscsi");
  }
}

TEST(DetectFormat, RefusesNoise) {
  Random random(4, "noise of a test");
  for (std::size_t size : {1u, 7u, 24u, 32u, 96u, 960u, 100'000u}) {
    for (int round = 0; round < 20; ++round) {
      std::string noise(size, '\0');
      for (char& byte : noise) byte = static_cast<char>(random.next());
      noise[0] = '\x01';
      EXPECT_THAT(refusal(noise, "x.oracleGeneral"), HasSubstr("is not a trace in a known format")) << size;
    }
  }
}

TEST(DetectFormat, NamesFilesThatPeopleMistakeForTraces) {
  using namespace std::string_literals;
  EXPECT_THAT(refusal("\x1F\x8B\x08\x00 rest"s, "a.csv.gz"), HasSubstr("a.csv.gz: is gzip-compressed: decompress it"));
  EXPECT_THAT(refusal("\xFD"
                      "7zXZ\0\0\0"s,
                      "a"),
              HasSubstr("is xz-compressed"));
  EXPECT_THAT(refusal("PK\x03\x04\x00"s, "a"), HasSubstr("a zip archive"));
  EXPECT_THAT(refusal("SQLite format 3\0\x10\x00"s, "a"), HasSubstr("an SQLite database"));
  EXPECT_THAT(refusal("Dear reader,\nthis is a letter.\n", "a"),
              HasSubstr("a: is not a trace in a known format (oracleGeneral, vscsi, csv, txt, lis): found text that "
                        "opens with 'Dear reader,'; if it is one, name it with --format"));
}

}  // namespace
}  // namespace syswright::trace
