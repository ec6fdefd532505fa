#pragma once

#include <string>

#include "app/json.h"
#include "base/text.h"
#include "trace/profile.h"

/// How a trace is spread, for people and programs.
namespace syswright::app {

/// Adds what a table of two columns has room for.
void add_profile_rows(Table& table, const trace::TraceProfile& profile);
Json profile_json(const trace::TraceProfile& profile);
/// A page with plots: reuses, popularity, sizes, and how all of it changes with time.
std::string profile_page(const trace::CacheTrace& trace, const trace::TraceProfile& profile,
                         const std::string& statistics, const std::string& command);

}  // namespace syswright::app
