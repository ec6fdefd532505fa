#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// app/serve/: a page over the ledger for the person at this machine: gate.h says who may ask, api.h what is answered,
/// jobs.h starts and stops work in processes of its own, server.h speaks HTTP, assets.h holds the page.
namespace syswright::app::serve {

/// What was asked, as far as anything here looks at it.
struct Request {
  std::string method = "GET";
  std::string path;                            ///< decoded, without the query: "/api/runs/3"
  std::map<std::string, std::string> query;    ///< decoded; of a name given twice, the first
  std::map<std::string, std::string> headers;  ///< by lower-case name; of those given twice, the last
  std::string body;

  /// Empty if it was not sent.
  const std::string& header(const std::string& name) const;
  const std::string& value(const std::string& name) const;
};

struct Response {
  int status = 200;
  std::string type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers{};
};

/// {"error": what}
Response refusal(int status, std::string_view what);

}  // namespace syswright::app::serve
