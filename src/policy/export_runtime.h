#pragma once

#include <string_view>

/// The part of every exported text that is the same for all programs: operations as policy/semantics.h defines them,
/// and statistics as policy/statistic.cpp keeps them. Kept as text of each language; tests/policy/agreement_test.cpp
/// and export_test.cpp hold them to the originals bit for bit.
namespace syswright::policy {

std::string_view c_semantics();
std::string_view c_statistics();
std::string_view cpp_semantics();
std::string_view cpp_statistics();
std::string_view python_semantics();
std::string_view python_statistics();

}  // namespace syswright::policy
