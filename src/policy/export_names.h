#pragma once

#include <set>
#include <string>
#include <string_view>

#include "policy/program.h"

namespace syswright::policy {

/// A name that C, C++ and Python all take for a variable: other characters become '_', and names that mean something to
/// one of the languages or their standard headers get a '_' at the end.
std::string identifier(std::string_view name);
/// The same in capitals, for enumerators and macros.
std::string capital_identifier(std::string_view name);
/// "keep_small_hot" -> "KeepSmallHot", for types.
std::string type_identifier(std::string_view name);

/// Identifiers of one scope: a name that is taken gets a number at the end.
class Names {
 public:
  std::string take(std::string wanted);

 private:
  std::set<std::string> taken_;
};

/// "time, 0 to 1e+06. Since the last access." : what a comment says of a feature.
std::string feature_comment(const Feature& feature);
/// "ewma(inter_arrival, 0.9)": a statistic as the policy language writes it.
std::string statistic_comment(const Statistic& statistic);
/// Text that can stand in a comment of any of the languages, on one line.
std::string comment_text(std::string_view text);

}  // namespace syswright::policy
