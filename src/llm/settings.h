#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "design/chat.h"

namespace syswright::llm {

/// A key. There is no way to print it but header(); everything that comes from a server goes through redact().
class Secret {
 public:
  Secret() = default;
  /// Throws InputError, which does not quote it, for a key that no header can carry.
  explicit Secret(std::string key);
  bool empty() const { return key_.empty(); }
  /// "Authorization: Bearer …", for the transport alone.
  std::string header() const { return "Authorization: Bearer " + key_; }
  /// `text` with every occurrence of the key, plain or as JSON escapes it, replaced by "[key]". A key of fewer than 8
  /// characters ("none", "ollama") is a word that satisfies a server and hides nothing: text is left as it is.
  std::string redact(std::string text) const;

 private:
  std::string key_;
  std::string escaped_;
};

/// Where chat completions are asked for.
struct Endpoint {
  std::string url;   ///< whole, with …/chat/completions
  std::string host;  ///< with the port, for messages
  bool loopback = false;
  Secret key;
};

/// url  of the interface ("https://api.openai.com/v1", "http://localhost:11434/v1") or of its chat completions
/// Throws InputError for an address that is no http(s) address, or holds a user, a password, a query or a fragment: a
/// key belongs in SYSWRIGHT_LLM_KEY.
Endpoint parse_endpoint(std::string_view url, std::string key);

struct ModelSetting {
  std::string name;
  std::optional<design::ChatPrice> price;  ///< dollars for a million tokens; where it was not said: none is known
};

/// "small=0.15/0.60,large=3/15": names with what a million tokens in and out cost in dollars, which may be left out.
/// Throws InputError that shows the form.
std::vector<ModelSetting> parse_models(std::string_view text);
/// The same, written.
std::string to_string(const std::vector<ModelSetting>& models);

/// "$0.50", "200k tokens", or both with a comma. Throws InputError that names `what`.
design::ChatAllowance parse_chat_budget(std::string_view text, std::string_view what);

/// Throws InputError where money is limited and the price of a model is not known.
void check_prices(const std::vector<ModelSetting>& models, const design::ChatAllowance& budget);

}  // namespace syswright::llm
