#include "llm/settings.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/json_text.h"
#include "base/text.h"

namespace syswright::llm {
namespace {

void replace_all(std::string& text, const std::string& what) {
  if (what.empty()) return;
  constexpr std::string_view mark = "[key]";
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + mark.size())) {
    text.replace(at, what.size(), mark);
  }
}

[[noreturn]] void refuse_url(std::string_view problem) {
  throw InputError(
      fmt::format("SYSWRIGHT_LLM_URL {}; give the address of an interface with chat completions, such as "
                  "https://api.openai.com/v1 or http://localhost:11434/v1",
                  problem));
}

ModelSetting parse_model(const std::string& text) {
  constexpr std::string_view what = "SYSWRIGHT_LLM_MODEL";
  const std::size_t equals = text.rfind('=');
  ModelSetting setting{text.substr(0, equals), {}};
  const auto refuse = [&] {
    throw InputError(
        fmt::format("{}: '{}' is no model; write NAME or NAME=IN/OUT, with the price of a million tokens in "
                    "and out in dollars: small=0.15/0.60,large=3/15",
                    what, text));
  };
  if (setting.name.empty()) refuse();
  if (equals == text.npos) return setting;
  const std::string price = text.substr(equals + 1);
  const std::size_t slash = price.find('/');
  if (slash == price.npos) refuse();
  setting.price =
      design::ChatPrice{parse_number(price.substr(0, slash), what), parse_number(price.substr(slash + 1), what)};
  if (setting.price->in < 0 || setting.price->out < 0) refuse();
  return setting;
}

}  // namespace

Secret::Secret(std::string key) : key_(std::move(key)) {
  for (const char c : key_) {
    if (c > 0x20 && c < 0x7f) continue;
    throw InputError(
        "SYSWRIGHT_LLM_KEY holds a character that no key has (a space, a line break, or one beyond ASCII); "
        "set it again");
  }
  append_json_string(escaped_, key_);
  escaped_ = escaped_.substr(1, escaped_.size() - 2);
}

std::string Secret::redact(std::string text) const {
  constexpr std::size_t shortest_secret = 8;
  if (key_.size() < shortest_secret) return text;
  replace_all(text, key_);
  replace_all(text, escaped_);
  return text;
}

Endpoint parse_endpoint(std::string_view url, std::string key) {
  const bool secure = url.starts_with("https://");
  // Refused addresses are not quoted: they may hold a key.
  if (!secure && !url.starts_with("http://")) refuse_url("does not begin with https:// or http://");
  const std::string_view rest = url.substr(secure ? 8 : 7);
  if (rest.find_first_of("@?#") != rest.npos) {
    refuse_url("holds a user, a query or a fragment (a key belongs in SYSWRIGHT_LLM_KEY)");
  }
  const auto is_plain = [](char c) { return c > 0x20 && c < 0x7f; };
  if (!std::all_of(rest.begin(), rest.end(), is_plain)) refuse_url("holds a character that no address has");
  Endpoint endpoint;
  endpoint.host = rest.substr(0, rest.find('/'));
  if (endpoint.host.empty() || endpoint.host.starts_with(':')) refuse_url("names no host");
  const std::string_view name = std::string_view(endpoint.host).substr(0, endpoint.host.rfind(':'));
  endpoint.loopback = name == "localhost" || name.starts_with("127.") || name == "[::1]";
  endpoint.url = url;
  while (endpoint.url.ends_with('/')) endpoint.url.pop_back();
  if (!endpoint.url.ends_with("/chat/completions")) endpoint.url += "/chat/completions";
  endpoint.key = Secret(std::move(key));
  return endpoint;
}

std::vector<ModelSetting> parse_models(std::string_view text) {
  std::vector<ModelSetting> models;
  for (const std::string& part : split_list(text, "SYSWRIGHT_LLM_MODEL")) {
    ModelSetting model = parse_model(part);
    const bool twice = std::any_of(models.begin(), models.end(), [&](const auto& m) { return m.name == model.name; });
    if (twice) throw InputError(fmt::format("SYSWRIGHT_LLM_MODEL names '{}' twice", model.name));
    models.push_back(std::move(model));
  }
  return models;
}

std::string to_string(const std::vector<ModelSetting>& models) {
  std::vector<std::string> parts;
  for (const ModelSetting& model : models) {
    parts.push_back(model.price ? fmt::format("{}={}/{}", model.name, model.price->in, model.price->out) : model.name);
  }
  return join(parts, ",");
}

design::ChatAllowance parse_chat_budget(std::string_view text, std::string_view what) {
  design::ChatAllowance budget;
  for (const std::string& part : split_list(text, what)) {
    if (part.starts_with('$')) {
      budget.money = parse_number(part.substr(1), what);
      if (budget.money <= 0) throw InputError(fmt::format("{}: '{}' is no budget; it must be above 0", what, part));
      continue;
    }
    std::string number = part.substr(0, part.find("token"));
    while (number.ends_with(' ')) number.pop_back();
    const bool named = part.ends_with("tokens") || part.ends_with("token");
    if (!named) {
      throw InputError(
          fmt::format("{}: '{}' is no budget; expected dollars or tokens, such as '$0.50', '200k tokens' or "
                      "both with a comma",
                      what, part));
    }
    budget.tokens = parse_count(number, what);
  }
  return budget;
}

void check_prices(const std::vector<ModelSetting>& models, const design::ChatAllowance& budget) {
  if (budget.money == design::ChatAllowance{}.money) return;
  for (const ModelSetting& model : models) {
    if (model.price) continue;
    throw InputError(
        fmt::format("a budget in money cannot be kept for '{0}', whose price is not known: say it in "
                    "SYSWRIGHT_LLM_MODEL, in dollars "
                    "for a million tokens in and out ({0}=0.15/0.60; {0}=0/0 where it costs nothing), or limit tokens",
                    model.name));
  }
}

}  // namespace syswright::llm
