#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/error.h"
#include "domains/llm_serving/step_time.h"

namespace syswright::llm_serving {

template <typename Call>
std::string step_time_error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

/// A folder of files that goes away with the object; named after the running test.
class SampleFolder {
 public:
  SampleFolder() {
    const testing::TestInfo* test = testing::UnitTest::GetInstance()->current_test_info();
    path_ = std::filesystem::path(testing::TempDir()) / (std::string(test->test_suite_name()) + "." + test->name());
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~SampleFolder() { std::filesystem::remove_all(path_); }
  SampleFolder(const SampleFolder&) = delete;
  SampleFolder& operator=(const SampleFolder&) = delete;

  std::string write(const std::string& name, const std::string& content) const {
    const std::filesystem::path file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
    return file.string();
  }
  void remove(const std::string& name) const { std::filesystem::remove_all(path_ / name); }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

/// Empty if there is no folder of real data.
inline std::string real_profile() {
  const char* root = std::getenv("SYSWRIGHT_DATA");
  return root == nullptr ? std::string() : std::string(root) + "/llm/llmservingsim_rtxpro6000_llama3.1-8b";
}

/// A step in which every sequence decodes one token.
inline StepShape decoding(std::uint32_t sequences, std::uint32_t kv) {
  return {.decodes = sequences,
          .decode_tokens = sequences,
          .decode_kv_mean = double(kv),
          .decode_kv_min = kv,
          .decode_kv_max = kv,
          .sampled = sequences};
}

/// A step of one chunk that ends its prompt.
inline StepShape prefilling(std::uint32_t tokens, double past = 0) {
  return {.prefill_tokens = tokens, .prefills = 1, .prefill_past = past, .sampled = 1};
}

}  // namespace syswright::llm_serving
