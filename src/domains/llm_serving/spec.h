#pragma once

#include <string>
#include <utility>
#include <vector>

namespace syswright::llm_serving {

/// "NAME", "NAME:FIRST" or "NAME:FIRST,key=value,…": how arrivals and lengths are written. Every part is taken out by
/// name; finish() then refuses what nobody asked for. Errors name the text and give an example of the form.
class Spec {
 public:
  /// example: how such a text looks, for messages.
  explicit Spec(const std::string& text);
  const std::string& name() const { return name_; }
  void set_example(std::string example) { example_ = std::move(example); }

  /// "8/s", "480/min", "3600/h", as events a second; positive. The first part, which has no key.
  double rate();
  /// Takes the value of a key; the default where it is missing. low and high: the range allowed, ends included.
  double number(const std::string& key, double otherwise, double low, double high);
  double seconds(const std::string& key, double otherwise);
  /// As number(), but the key has to be there.
  double needed(const std::string& key, double low, double high);
  /// Throws InputError for keys left.
  void finish() const;

 private:
  [[noreturn]] void refuse(const std::string& problem) const;
  bool take(const std::string& key, std::string& value);
  double in_range(const std::string& key, const std::string& value, double low, double high) const;

  std::string text_;
  std::string name_;
  std::string first_;
  std::string example_;
  std::vector<std::pair<std::string, std::string>> settings_;
  std::vector<std::string> known_;
};

/// "8/s" as events a second. `what` names the argument. Throws InputError.
double rate_from(const std::string& text, const std::string& what);

}  // namespace syswright::llm_serving
