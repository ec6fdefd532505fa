#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/file.h"

namespace syswright::survive {

/// A folder of a test's own, removed at its end.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// How a run of the program ended.
struct Ended {
  int code = -1;   ///< exit code; -1: by a signal
  int signal = 0;  ///< that ended it
  std::string out;
  std::string err;
};

struct Conditions {
  std::vector<std::string> launcher = {};     ///< a command line to put before the program's: "mpirun -n 2"
  std::function<void()> prepare = {};         ///< called in the child before the program is started
  std::vector<std::string> environment = {};  ///< "NAME=value", besides what there is
  std::function<void()> meanwhile = {};       ///< called here while it runs
};

/// Runs the built program in a folder.
Ended run(const Folder& folder, const std::vector<std::string>& arguments, const Conditions& conditions = {});

/// A cache trace of so many requests, whose objects are drawn by a power law: small, and enough for a search to have
/// something to find.
std::string small_trace(std::size_t requests);

/// What a folder's run left that must not depend on how it went: ledger, report, policy.
struct Left {
  std::string ledger;  ///< its dump
  std::string report;
  std::string page;
  std::string policy;
  friend bool operator==(const Left&, const Left&) = default;
};
Left left_in(const Folder& folder);

}  // namespace syswright::survive
