#include "app/json.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace syswright::app {
namespace {

using Parsed = nlohmann::ordered_json;

TEST(Json, WritesScalars) {
  EXPECT_EQ(Json().text(), "null\n");
  EXPECT_EQ(Json(true).text(), "true\n");
  EXPECT_EQ(Json(-3).text(), "-3\n");
  EXPECT_EQ(Json(std::uint64_t{18446744073709551615u}).text(), "18446744073709551615\n");
  EXPECT_EQ(Json("text").text(), "\"text\"\n");
}

TEST(Json, NumbersReadBackAsTheSameDouble) {
  for (const double value : {0.1, 1.0 / 3, 1e300, 5e-324, -0.0, 123456789.125, std::numeric_limits<double>::max()}) {
    EXPECT_EQ(Parsed::parse(Json(value).text()).get<double>(), value);
  }
}

TEST(Json, WhatIsNoNumberIsNull) {
  EXPECT_EQ(Json(std::nan("")).text(), "null\n");
  EXPECT_EQ(Json(std::numeric_limits<double>::infinity()).text(), "null\n");
}

TEST(Json, EveryByteReadsBack) {
  std::string all;
  for (int c = 0; c < 128; ++c) all += static_cast<char>(c);
  all += "é–😀";
  EXPECT_EQ(Parsed::parse(Json(all).text()).get<std::string>(), all);
}

TEST(Json, BytesThatAreNotUtf8AreReplaced) {
  // A lone continuation, an overlong '/', a surrogate, a cut sequence, a code past the last.
  for (const std::string bad : {"\x80", "\xC0\xAF", "\xED\xA0\x80", "\xE2\x82", "\xF4\x90\x80\x80"}) {
    const std::string text = Json("a" + bad + "b").text();
    const std::string back = Parsed::parse(text).get<std::string>();  // throws for bytes that are not UTF-8
    EXPECT_TRUE(back.starts_with("a\uFFFD") && back.ends_with("b")) << text;
  }
}

TEST(Json, NestsAndKeepsTheOrder) {
  const std::string text = Json::object()
                               .set("z", 1)
                               .set("a", Json::array().push(1).push("two").push(Json::object()))
                               .set("long", Json::object().set("text", std::string(120, 'x')))
                               .set("empty", Json::array())
                               .text();
  EXPECT_EQ(Parsed::parse(text).dump(),
            R"({"z":1,"a":[1,"two",{}],"long":{"text":")" + std::string(120, 'x') + R"("},"empty":[]})");
  EXPECT_NE(text.find("\"a\": [1, \"two\", {}]"), text.npos) << "short arrays stay on a line:\n" << text;
}

}  // namespace
}  // namespace syswright::app
