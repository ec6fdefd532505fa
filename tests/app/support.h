#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "app/app.h"
#include "base/file.h"
#include "base/random.h"
#include "ledger/ledger.h"

namespace syswright::app {

/// A folder of the running test's own, removed with the fixture.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    path_ = std::filesystem::temp_directory_path() / (std::string("syswright-") + info->test_suite_name() + "-" +
                                                      info->name() + "-" + std::to_string(::getpid()));
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
    return *this / name;
  }

 private:
  std::filesystem::path path_;
};

/// What a command line did.
struct Ran {
  int code = 0;
  std::string out;
  std::string err;
  nlohmann::json json() const { return nlohmann::json::parse(out); }
};

inline Ran run_with(const Registries& registries, const std::vector<std::string>& arguments,
                    std::stop_token stop = {}) {
  std::ostringstream out;
  std::ostringstream err;
  const Console console{.out = out, .err = err};
  Ran ran;
  ran.code = run_app(arguments, console, registries, std::move(stop));
  ran.out = out.str();
  ran.err = err.str();
  return ran;
}

/// With everything that is built in.
inline Ran run(const std::vector<std::string>& arguments) {
  static const Registries registries = built_in();
  return run_with(registries, arguments);
}

/// A trace of one key a line: 30 popular keys among many that come once, which tells policies apart.
inline std::string small_trace(std::size_t requests = 6000) {
  const Random random(1, "requests of the app's test trace");
  std::string text;
  for (std::size_t i = 0; i < requests; ++i) {
    Random draw = random.at(i);
    const std::uint64_t key = draw.chance(0.6) ? draw.below(60) : 1000 + draw.below(4000);
    text += std::to_string(key) + "\n";
  }
  return text;
}

}  // namespace syswright::app
