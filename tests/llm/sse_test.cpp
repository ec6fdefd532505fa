#include "llm/sse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace syswright::llm {
namespace {

using testing::ElementsAre;

std::vector<std::string> read(const std::vector<std::string>& pieces, std::size_t most = 100) {
  std::vector<std::string> events;
  EventReader reader([&](const std::string& data) {
    events.push_back(data);
    return events.size() < most;
  });
  for (const std::string& piece : pieces) reader.feed(piece);
  return events;
}

TEST(Events, EndWithAnEmptyLine) {
  EXPECT_THAT(read({"data: one\n\ndata: two\n\ndata: never ended\n"}), ElementsAre("one", "two"));
}

TEST(Events, MayComeInAnyPieces) {
  const std::string stream = "data: one\r\n\r\n: comment\r\ndata:two\r\n\r\nevent: x\rdata: three\r\r";
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    EXPECT_THAT(read({stream.substr(0, cut), stream.substr(cut)}), ElementsAre("one", "two", "three")) << cut;
  }
  std::vector<std::string> bytes;
  for (const char c : stream) bytes.emplace_back(1, c);
  EXPECT_THAT(read(bytes), ElementsAre("one", "two", "three"));
}

TEST(Events, LinesOfOneEventAreJoined) {
  EXPECT_THAT(read({"data: a\ndata:  b\ndata\ndata:\n\n"}), ElementsAre("a\n b\n"));
  EXPECT_THAT(read({"id: 7\n\n\n\ndata:\n\n"}), ElementsAre(""));
}

TEST(Events, AreNotReadOnceNoneIsWanted) {
  EXPECT_THAT(read({"data: one\n\ndata: two\n\n", "data: three\n\n"}, 1), ElementsAre("one"));
}

}  // namespace
}  // namespace syswright::llm
