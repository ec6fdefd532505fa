#include "base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <thread>
#include <vector>

#include "base/error.h"

namespace syswright {
namespace {

class File : public testing::Test {
 protected:
  File() {
    std::string name = testing::TempDir() + "syswright-file-XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }
  ~File() override { std::filesystem::remove_all(folder_); }
  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder_), {}));
  }
  std::string folder_;
};

TEST_F(File, ReadsBackWhatWasWritten) {
  std::string content = "line\n";
  content += '\0';
  content += std::string(200'000, 'x');
  write_file_atomically(path("a"), content);
  EXPECT_EQ(read_file(path("a")), content);
  write_file_atomically(path("a"), "");
  EXPECT_EQ(read_file(path("a")), "");
  EXPECT_EQ(entries(), 1u);
}

TEST_F(File, ErrorsNameTheFile) {
  try {
    read_file(path("none"));
    FAIL();
  } catch (const SystemError& error) {
    EXPECT_EQ(error.what(), "cannot open '" + path("none") + "': No such file or directory");
  }
  EXPECT_THROW(write_file_atomically(path("no/such/folder"), "x"), SystemError);
  EXPECT_THROW(write_file_atomically(folder_, "x"), SystemError);
  EXPECT_THROW(read_file(folder_), SystemError);
}

TEST_F(File, KeepsPermissionsAndFollowsLinks) {
  write_file_atomically(path("a"), "1");
  ::chmod(path("a").c_str(), 0640);
  std::filesystem::create_symlink("a", path("link"));
  write_file_atomically(path("link"), "2");
  EXPECT_EQ(read_file(path("a")), "2");
  EXPECT_TRUE(std::filesystem::is_symlink(path("link")));
  struct stat status{};
  ::stat(path("a").c_str(), &status);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
}

TEST_F(File, WritesIntoDevicesAndPipes) {
  write_file_atomically("/dev/null", "x");
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  std::string got;
  std::jthread reader([&] { got = read_file(path("pipe")); });
  write_file_atomically(path("pipe"), "through");
  reader.join();
  EXPECT_EQ(got, "through");
}

TEST_F(File, WhatIsNotCommittedLeavesNothing) {
  write_file_atomically(path("a"), "before");
  {
    AtomicFile file(path("a"));
    file.write("half");
    EXPECT_EQ(read_file(path("a")), "before");
  }
  EXPECT_EQ(read_file(path("a")), "before");
  EXPECT_EQ(entries(), 1u);
  AtomicFile file(path("a"));
  file.write("two ");
  file.write("pieces");
  file.commit();
  EXPECT_EQ(read_file(path("a")), "two pieces");
}

// A reader sees one whole content or the other, never a part.
TEST_F(File, ReadersNeverSeeAHalf) {
  const std::vector<std::string> contents{std::string(50'000, 'a'), std::string(90'000, 'b')};
  write_file_atomically(path("a"), contents[0]);
  std::jthread writer([&](const std::stop_token& stop) {
    for (std::size_t i = 0; !stop.stop_requested(); ++i) write_file_atomically(path("a"), contents[i % 2]);
  });
  for (int i = 0; i < 300; ++i) ASSERT_THAT(contents, testing::Contains(read_file(path("a"))));
}

}  // namespace
}  // namespace syswright
