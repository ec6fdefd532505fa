#include "base/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "base/error.h"

namespace syswright {
namespace {

TEST(Text, ThousandsAreSeparated) {
  EXPECT_EQ(with_thousands(std::uint64_t{0}), "0");
  EXPECT_EQ(with_thousands(std::uint64_t{999}), "999");
  EXPECT_EQ(with_thousands(std::uint64_t{1000}), "1,000");
  EXPECT_EQ(with_thousands(std::uint64_t{914145}), "914,145");
  EXPECT_EQ(with_thousands(std::uint64_t{18446744073709551615u}), "18,446,744,073,709,551,615");
  EXPECT_EQ(with_thousands(std::int64_t{-1234}), "-1,234");
  EXPECT_EQ(with_thousands(std::numeric_limits<std::int64_t>::min()), "-9,223,372,036,854,775,808");
}

TEST(Text, WidthCountsColumnsNotBytes) {
  EXPECT_EQ(display_width("abc"), 3u);
  EXPECT_EQ(display_width("±é—"), 3u);
  EXPECT_EQ(display_width("e\u0301"), 1u);  // e and a combining accent
  EXPECT_EQ(display_width("漢字"), 4u);
  EXPECT_EQ(display_width("🚀"), 2u);
  EXPECT_EQ(display_width("\xff\xc3"), 2u);  // not UTF-8
}

TEST(Text, FitCutsAtAColumn) {
  EXPECT_EQ(fit("generation", 10), "generation");
  EXPECT_EQ(fit("generation", 9), "generati…");
  EXPECT_EQ(fit("漢字漢字", 6), "漢字…");
  EXPECT_EQ(fit("ab", 1), "…");
  EXPECT_EQ(fit("ab", 0), "");
}

TEST(Text, PadFillsToTheWidth) {
  EXPECT_EQ(pad("é", 3), "é  ");
  EXPECT_EQ(pad("é", 3, Align::right), "  é");
  EXPECT_EQ(pad("long", 2), "long");
}

TEST(FormatBytes, BytesAreShownInTheLargestUnitThatFits) {
  EXPECT_EQ(format_bytes(0), "0 B");
  EXPECT_EQ(format_bytes(999), "999 B");
  EXPECT_EQ(format_bytes(1000), "0.977 KiB");
  EXPECT_EQ(format_bytes(64ull << 20), "64 MiB");
  EXPECT_EQ(format_bytes(1089290), "1.04 MiB");
  EXPECT_EQ(format_bytes(~std::uint64_t{0}), "16 EiB");
}

TEST(Text, DurationsReadAsPeopleSayThem) {
  EXPECT_EQ(format_duration(25e-6), "25 us");
  EXPECT_EQ(format_duration(0.25), "250 ms");
  EXPECT_EQ(format_duration(1.25), "1.2 s");
  EXPECT_EQ(format_duration(59.9), "59 s");
  EXPECT_EQ(format_duration(60), "1 min 00 s");
  EXPECT_EQ(format_duration(3599), "59 min 59 s");
  EXPECT_EQ(format_duration(7500), "2 h 05 min");
  EXPECT_EQ(format_duration(90000), "1 d 01 h");
  EXPECT_EQ(format_duration(-1), "?");
  EXPECT_EQ(format_duration(std::numeric_limits<double>::quiet_NaN()), "?");
}

TEST(Table, AlignsColumnsByDisplayWidth) {
  Table table({{"policy"}, {"miss ratio", Align::right}});
  table.add_row({"lru", "0.5"});
  table.add_row({"naïve"});
  table.add_rule();
  table.add_row({"bound", "0.25"});
  EXPECT_EQ(table.text(),
            "policy  miss ratio\n"
            "──────  ──────────\n"
            "lru            0.5\n"
            "naïve\n"
            "──────  ──────────\n"
            "bound         0.25\n");
}

TEST(SplitList, TakesItemsWithoutSpaces) {
  EXPECT_EQ(split_list("1%, 10%", "--size"), (std::vector<std::string>{"1%", "10%"}));
  EXPECT_EQ(split_list("a", "--size"), std::vector<std::string>{"a"});
}

template <typename Function>
std::string refusal(Function function) {
  try {
    function();
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(SplitList, RefusesEmptyItems) {
  for (const char* text : {"", "a,,b", "a,", ",a", " "}) {
    EXPECT_THAT(refusal([&] { split_list(text, "--size"); }), testing::HasSubstr("--size: '")) << text;
  }
}

TEST(Parse, Numbers) {
  EXPECT_EQ(parse_number("-1.5e3", "x"), -1500);
  EXPECT_EQ(refusal([] { parse_number("1.5x", "--gap"); }), "--gap: '1.5x' is not a number, such as 0.5 or 1e-3");
  for (const char* text : {"", " 1", "nan", "inf", "1e999", "0x10", "--1"}) {
    EXPECT_NE(refusal([&] { parse_number(text, "x"); }), "accepted") << text;
  }
}

TEST(Parse, Counts) {
  EXPECT_EQ(parse_count("0", "x"), 0u);
  EXPECT_EQ(parse_count("2k", "x"), 2000u);
  EXPECT_EQ(parse_count("3M", "x"), 3'000'000u);
  EXPECT_EQ(parse_count("2,000", "x"), 2000u);
  EXPECT_EQ(parse_count("12,345,678", "x"), 12'345'678u);
  EXPECT_EQ(parse_count("18446744073709551615", "x"), 18446744073709551615u);
  for (const char* text : {"", "-1", "1.5", "2K", "2 k", "1,00", "1234,567", ",123", "123,", "1,,000",
                           "18446744073709551616", "18446744073709551615k"}) {
    EXPECT_NE(refusal([&] { parse_count(text, "x"); }), "accepted") << text;
  }
}

TEST(Parse, Durations) {
  EXPECT_EQ(parse_duration("60s", "x").value(), 60);
  EXPECT_EQ(parse_duration("5m", "x").value(), 300);
  EXPECT_EQ(parse_duration("5min", "x").value(), 300);
  EXPECT_EQ(parse_duration("1.5h", "x").value(), 5400);
  EXPECT_EQ(parse_duration("250ms", "x").value(), 0.25);
  EXPECT_EQ(refusal([] { parse_duration("60", "--budget"); }),
            "--budget: '60' is not a number and a unit of time, such as 60s, 5min or 2h");
  for (const char* text : {"", "s", "-1s", "5MiB", "1e308d", "60 s"}) {
    EXPECT_NE(refusal([&] { parse_duration(text, "x"); }), "accepted") << text;
  }
}

TEST(Parse, Sizes) {
  EXPECT_EQ(parse_size("4096", "x").value(), 4096);
  EXPECT_EQ(parse_size("64MiB", "x").value(), 64.0 * 1024 * 1024);
  EXPECT_EQ(parse_size("1.5GB", "x").value(), 1.5e9);
  for (const char* text : {"", "-4", "-4B", "4s", "4mb", "1e400"}) {
    EXPECT_NE(refusal([&] { parse_size(text, "x"); }), "accepted") << text;
  }
}

TEST(Parse, Fractions) {
  EXPECT_EQ(parse_fraction("1%", "x"), 0.01);
  EXPECT_EQ(parse_fraction("0.01", "x"), 0.01);
  EXPECT_EQ(parse_fraction("150%", "x"), 1.5);
  for (const char* text : {"", "%", "-1%", "1%%", "1 %"}) {
    EXPECT_NE(refusal([&] { parse_fraction(text, "x"); }), "accepted") << text;
  }
}

}  // namespace
}  // namespace syswright
