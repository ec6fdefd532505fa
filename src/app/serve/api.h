#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "app/json.h"
#include "app/registries.h"
#include "app/serve/jobs.h"
#include "app/serve/serve.h"
#include "ledger/view.h"

namespace syswright::app::serve {

struct ApiSetup {
  const Registry<Domain>& domains;
  const Registry<design::Designer>& designers;
  std::string ledger;     ///< file; made if it is not there
  std::string timelines;  ///< folder with traces that 'run --timeline' wrote; empty: none
  std::string program;    ///< that jobs start: syswright itself
};

/// What the page asks, answered from the ledger: runs and how far they are, policies, what they did in which scenario,
/// comparisons in pairs, timelines, and jobs. All but POST /api/jobs… only reads. Answers are a function of the request
/// and of what the ledger, the folder of timelines and the jobs hold; api.cpp lists the paths. Callable from several
/// threads.
class Api {
 public:
  /// Throws LedgerError, and InputError for a folder that is not there.
  explicit Api(ApiSetup setup);

  /// Never throws: what goes wrong is an answer with the status 400 (bad request), 404, 409 or 500.
  Response answer(const Request& request);
  /// Another number whenever an answer may have changed. Cheap enough to ask four times a second.
  std::int64_t state();

  const LedgerView& ledger() const { return view_; }

 private:
  Response route(const Request& request);
  Response get(const Request& request, const std::vector<std::string>& parts);
  Response post(const Request& request, const std::vector<std::string>& parts);

  // api.cpp
  Json state_json();
  // runs.cpp
  Json runs_json(const Request& request);
  Json run_json(RunId run);
  Json run_line_json(const RunLine& line);
  std::string status_of(const RunLine& line, std::optional<std::uint64_t>& job);
  // policies.cpp
  Json policies_json(const Request& request);
  Json policy_json(const Digest& digest);
  Json scenarios_json(const Request& request);
  Json front_json(const Digest& scenario, const Request& request);
  /// Operations of a program; 0 for a native one, and for one that no longer compiles.
  std::size_t size_of(const PolicyRecord& policy);
  Json policy_line_json(const PolicyRecord& policy);
  // pair.cpp
  Json pair_json(const Request& request);
  // work.cpp
  Json jobs_json();
  Json job_json(std::uint64_t id);
  std::uint64_t start_job(const std::string& body);
  std::uint64_t resume(std::uint64_t number);
  // timelines.cpp
  Json timelines_json();
  Response timeline(const std::string& name);

  ApiSetup setup_;
  LedgerView view_;
  Jobs jobs_;

  std::mutex mutex_;  ///< of what follows
  std::map<Digest, std::size_t> sizes_;
  struct Seen {
    std::int64_t last = 0;
    std::chrono::steady_clock::time_point grew{};
  };
  std::map<RunId, Seen> seen_;  ///< runs that have not ended: when their progress last grew
};

/// There is nothing of this name. Becomes the status 404.
class NotFound : public InputError {
 public:
  using InputError::InputError;
};

/// 32 hexadecimal digits. Throws InputError.
Digest read_digest(const std::string& text);
/// A whole number. Throws InputError.
std::uint64_t read_number(const std::string& text, std::uint64_t most);
Json metrics_json(const Domain& domain);
/// The domain of this name; nullptr for one that this program does not know.
const Domain* find_domain(const Registry<Domain>& domains, std::string_view name);

}  // namespace syswright::app::serve
