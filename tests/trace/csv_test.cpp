#include "tests/trace/support.h"
#include "trace/csv_layout.h"

namespace syswright::trace {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Csv, FindsColumnsByName) {
  const CacheTrace trace = read_text("version,time,op,size,lbn\n1,10,2a,512,7\n1,11,28,1024,8\n", "a.csv");
  EXPECT_THAT(trace.keys, ElementsAre(7, 8));
  EXPECT_THAT(trace.sizes, ElementsAre(512, 1024));
  EXPECT_THAT(trace.times, ElementsAre(10, 11));
  EXPECT_THAT(trace.warnings, IsEmpty());
}

TEST(Csv, KnowsOtherNamesDelimitersAndQuotes) {
  for (const char* content :
       {"Timestamp;Obj-ID;Length\n1.5;7;512\n2.5;8;1024\n",
        "\"timestamp\"\t\"key\"\t\"bytes\"\n1.5\t7\t512\n2.5\t8\t1024\n",
        "ts obj_size object id2\n1.5  512  7 0\n2.5 1024 8 0\n", "real_time|len|id\r\n1.5|512|7\r\n2.5|1024|8\r\n"}) {
    const CacheTrace trace = read_text(content, "a.csv");
    EXPECT_THAT(trace.keys, ElementsAre(7, 8)) << content;
    EXPECT_THAT(trace.sizes, ElementsAre(512, 1024)) << content;
    EXPECT_THAT(trace.times, ElementsAre(1.5, 2.5)) << content;
  }
}

TEST(Csv, ConvertsTimesByTheUnitInTheirName) {
  EXPECT_THAT(read_text("time_ms,key\n1500,1\n", "a").times, ElementsAre(1.5));
  EXPECT_THAT(read_text("timestamp_us,key\n1500,1\n", "a").times, ElementsAre(0.0015));
  EXPECT_THAT(read_text("ts_ns,key\n1500000000,1\n", "a").times, ElementsAre(1.5));
  ReadOptions options;
  options.time_column = 2;
  EXPECT_THAT(read_text("key,since_ms\n1,1500\n", "a", options).times, ElementsAre(1.5));
}

TEST(Csv, TakesTheUsualOrderWithoutAHeaderAndSaysSo) {
  const CacheTrace three = read_text("1,7,512\n2,8,1024\n", "a");
  EXPECT_THAT(three.keys, ElementsAre(7, 8));
  EXPECT_THAT(three.times, ElementsAre(1, 2));
  EXPECT_THAT(three.sizes, ElementsAre(512, 1024));
  EXPECT_THAT(three.warnings, ElementsAre("there is no header: columns are taken as time, key, size"));
  const CacheTrace timed = read_text("1,7\n2,5\n", "a");
  EXPECT_THAT(timed.keys, ElementsAre(7, 5));
  EXPECT_THAT(timed.warnings, ElementsAre(HasSubstr("column 1 is taken as the time, 2 as the key")));
  const CacheTrace sized = read_text("9,7\n2,5\n", "a");
  EXPECT_THAT(sized.keys, ElementsAre(9, 2));
  EXPECT_THAT(sized.sizes, ElementsAre(7, 5));
  EXPECT_THAT(sized.warnings, ElementsAre(HasSubstr("column 1 is taken as the key, 2 as the size")));
}

TEST(Csv, AsksWhichColumnIsTheKeyWhereItCannotKnow) {
  EXPECT_THAT(
      refusal("1,2,3,4\n", "a.csv"),
      HasSubstr("a.csv:1: there is no header to tell which of 4 columns is the key; name it with --key-column"));
  EXPECT_THAT(refusal("time,what,size\n1,2,3\n", "a.csv"),
              HasSubstr("a.csv:1: no column is named as a key (key, obj_id, lbn, id, …): found time, what, size"));
}

TEST(Csv, TakesColumnsAsGiven) {
  ReadOptions options;
  options.key_column = 4;
  options.size_column = 2;
  const CacheTrace trace = read_text("1,2,3,4\n5,6,7,8\n", "a.csv", options);
  EXPECT_THAT(trace.keys, ElementsAre(4, 8));
  EXPECT_THAT(trace.sizes, ElementsAre(2, 6));
  EXPECT_THAT(trace.times, IsEmpty());
  options.key_column = 5;
  EXPECT_THAT(refusal("1,2,3,4\n", "a.csv", options), HasSubstr("--key-column is 5, but there are only 4 columns"));
}

TEST(Csv, LeavesColumnsOutOnRequest) {
  ReadOptions options;
  options.time_column = no_column;
  options.size_column = no_column;
  const CacheTrace trace = read_text("time,key,size\nyesterday,7,large\n", "a.csv", options);
  EXPECT_THAT(trace.keys, ElementsAre(7));
  EXPECT_THAT(trace.times, IsEmpty());
  EXPECT_THAT(trace.sizes, IsEmpty());
}

TEST(Csv, PassesOverHeadersThatComeAgain) {
  const CacheTrace trace = read_text("key,size\n1,2\nkey,size\n3,4\n", "a.csv");
  EXPECT_THAT(trace.keys, ElementsAre(1, 3));
  EXPECT_THAT(trace.warnings, ElementsAre("1 repeated header passed over"));
}

TEST(Csv, KeepsDelimitersInsideQuotes) {
  const CacheTrace trace = read_text("url,size\n\"/a,b\",2\n\"/a,b\",2\n/c,4\n", "a.csv");
  ASSERT_EQ(trace.size(), 3u);
  EXPECT_EQ(trace.keys[0], trace.keys[1]);
  EXPECT_NE(trace.keys[0], trace.keys[2]);
  EXPECT_THAT(trace.sizes, ElementsAre(2, 2, 4));
}

TEST(Csv, CutsFields) {
  EXPECT_THAT(split_fields("a,,b,", ','), ElementsAre("a", "", "b", ""));
  EXPECT_THAT(split_fields("  a   b ", ' '), ElementsAre("a", "b"));
  EXPECT_THAT(split_fields("\"a,b\" ,\"c", ','), ElementsAre("a,b", "\"c"));
  EXPECT_THAT(split_fields("", ','), ElementsAre(""));
}

TEST(Csv, ReadsLifetimesAndTenantsByName) {
  const CacheTrace trace = read_text(
      "op_time,key,key_size,op,op_count,size,cache_hits,ttl,usecase,sub_usecase\n"
      "1,a,5,GET,1,100,1,0,feed,1\n2,b,5,SET,1,200,0,300,ads,1\n3,a,5,GET,1,100,1,0.5,feed,1\n",
      "kvcache.csv");
  EXPECT_THAT(trace.times, ElementsAre(1, 2, 3));
  EXPECT_THAT(trace.sizes, ElementsAre(100, 200, 100));
  EXPECT_THAT(trace.ttls, ElementsAre(0, 300, 1));
  EXPECT_THAT(trace.tenant_names, ElementsAre("feed", "ads"));
  EXPECT_THAT(trace.tenants, ElementsAre(0, 1, 0));
}

TEST(Csv, ReadsTwittersTracesWithoutAHeader) {
  const CacheTrace trace = read_text("0,nz:u:eeW511W3dcH3de3d15ec,22,304,0,get,0\n1,7,8,100,12,set,86400\n", "cluster");
  EXPECT_THAT(trace.times, ElementsAre(0, 1));
  EXPECT_THAT(trace.sizes, ElementsAre(326, 108));
  EXPECT_THAT(trace.ttls, ElementsAre(0, 86400));
  EXPECT_THAT(trace.tenant_names, ElementsAre("0", "12"));
  EXPECT_THAT(trace.warnings, testing::Contains(HasSubstr("time, key, key size, value size, client, operation, TTL")));
}

TEST(Csv, CountsOddLifetimesAndDropsEmptyColumnsOfThem) {
  const CacheTrace trace = read_text("key,ttl\n1,soon\n2,-4\n3,7\n", "a");
  EXPECT_THAT(trace.ttls, ElementsAre(0, 0, 7));
  EXPECT_THAT(trace.warnings, ElementsAre("2 TTLs are no number of seconds from 0 to 4294967295: taken as none"));
  EXPECT_THAT(read_text("key,ttl\n1,0\n2,\n", "a").ttls, IsEmpty());
}

TEST(Csv, LeavesOutMoreTenantsThanAColumnHolds) {
  std::string text = "key,client_id\n";
  for (int i = 0; i < 65'535; ++i) text += "1," + std::to_string(i) + "\n";
  EXPECT_EQ(read_text(text, "a").tenant_names.size(), 65'535u);
  text += "1,another\n1,2\n";
  const CacheTrace many = read_text(text, "a");
  EXPECT_THAT(many.tenants, IsEmpty());
  EXPECT_THAT(many.tenant_names, IsEmpty());
  EXPECT_THAT(many.warnings, ElementsAre("there are more than 65535 tenants: the column is left out"));
}

}  // namespace
}  // namespace syswright::trace
