#include "app/serve/serve.h"

#include "app/json.h"

namespace syswright::app::serve {
namespace {

const std::string& look_up(const std::map<std::string, std::string>& map, const std::string& name) {
  static const std::string nothing;
  const auto found = map.find(name);
  return found == map.end() ? nothing : found->second;
}

}  // namespace

const std::string& Request::header(const std::string& name) const { return look_up(headers, name); }
const std::string& Request::value(const std::string& name) const { return look_up(query, name); }

Response refusal(int status, std::string_view what) {
  return {.status = status, .body = Json::object().set("error", what).text()};
}

}  // namespace syswright::app::serve
