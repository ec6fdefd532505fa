#include "app/trace_profile.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/curve_chart.h"
#include "app/html.h"
#include "app/page.h"
#include "app/version.h"

namespace syswright::app {
namespace {

using trace::TraceProfile;

std::vector<double> as_doubles(const std::vector<std::uint64_t>& values) { return {values.begin(), values.end()}; }

/// Shares of the sum, and of `more` besides, up to and with each value.
std::vector<double> cumulated(const std::vector<std::uint64_t>& values, std::uint64_t more = 0) {
  auto sum = static_cast<double>(more);
  for (const std::uint64_t value : values) sum += static_cast<double>(value);
  std::vector<double> shares;
  double so_far = 0;
  for (const std::uint64_t value : values) shares.push_back((so_far += static_cast<double>(value)) / sum);
  return shares;
}

std::vector<std::string> labels_of(const std::vector<std::uint64_t>& values, bool bytes) {
  std::vector<std::string> labels;
  for (const std::uint64_t value : values) labels.push_back(bytes ? format_bytes(value) : with_thousands(value));
  return labels;
}

std::string reuse_section(const TraceProfile& profile) {
  const TraceProfile::Reuse& reuse = profile.reuse;
  if (reuse.upper.empty()) return section("Reuses", "no object is asked for twice", "");
  const CurveChart chart{.title = "reuses by distance",
                         .x_label = "distinct objects since the last request of the same one, itself included",
                         .y_label = "share of all requests",
                         .x = as_doubles(reuse.upper),
                         .x_labels = labels_of(reuse.upper, false),
                         .curves = {{"requests", cumulated(reuse.requests, reuse.first_requests)}}};
  return section(
      "Reuses",
      "the share of requests that a cache of so many objects hits under LRU; what is missing to 1 at the end "
      "are first requests",
      svg(chart));
}

std::string popularity_section(const TraceProfile& profile) {
  const CurveChart chart{.title = "requests by rank",
                         .x_label = "rank of the object",
                         .y_label = "requests of the object",
                         .log_y = true,
                         .x = as_doubles(profile.ranks),
                         .x_labels = labels_of(profile.ranks, false),
                         .curves = {{"requests", as_doubles(profile.rank_requests)}}};
  return section("Popularity", "a straight line is Zipf's law; its slope is the exponent", svg(chart));
}

std::string size_section(const TraceProfile& profile) {
  const TraceProfile::Sizes& sizes = profile.sizes;
  if (sizes.upper.empty()) return "";
  const CurveChart chart{
      .title = "sizes",
      .x_label = "size of the object, at its first request",
      .y_label = "share up to that size",
      .x = as_doubles(sizes.upper),
      .x_labels = labels_of(sizes.upper, true),
      .curves = {{"objects", cumulated(sizes.objects)}, {"bytes requested", cumulated(sizes.bytes)}}};
  return section("Sizes", "far apart where few large objects are most of the traffic", svg(chart));
}

std::string drift_section(const TraceProfile& profile) {
  CurveChart chart{
      .title = "drift",
      .x_label = fmt::format("part of the trace, {} of equal length", profile.parts.size()),
      .y_label = "share",
      .log_x = false,
      .x = {},
      .x_labels = {},
      .curves = {
          {"popular in the part before", {}}, {"popular in the first part", {}}, {"objects never met before", {}}}};
  for (std::size_t i = 0; i < profile.parts.size(); ++i) {
    const TraceProfile::Part& part = profile.parts[i];
    chart.x.push_back(static_cast<double>(i + 1));
    chart.x_labels.push_back(std::to_string(i + 1));
    chart.curves[0].y.push_back(part.popular_from_before);
    chart.curves[1].y.push_back(part.still_popular);
    chart.curves[2].y.push_back(static_cast<double>(part.new_objects) / static_cast<double>(part.objects));
  }
  return section(
      "Drift",
      "of the most popular 1 % of a part, how many still are in this one; and how many of this part's objects "
      "are new",
      svg(chart));
}

}  // namespace

void add_profile_rows(Table& table, const TraceProfile& profile) {
  const TraceProfile::Reuse& reuse = profile.reuse;
  const std::string distances =
      fmt::format("median {}, 90 % within {}, 99 % within {} objects", with_thousands(reuse.median),
                  with_thousands(reuse.p90), with_thousands(reuse.p99));
  table.add_row({"reuse distance", reuse.median == 0 ? "no object is asked for twice" : distances});
  if (profile.parts.size() > 1) {
    const TraceProfile::Part& last = profile.parts.back();
    table.add_row({"drift", fmt::format("of the first part's most popular 1 %, {:.0f} % are so in the last of {} parts",
                                        100 * last.still_popular, profile.parts.size())});
  }
  if (profile.sizes.upper.empty()) return;
  table.add_row(
      {"sizes of objects", fmt::format("median {}, 90 % up to {}, 99 % up to {}", format_bytes(profile.sizes.median),
                                       format_bytes(profile.sizes.p90), format_bytes(profile.sizes.p99))});
}

Json profile_json(const TraceProfile& profile) {
  const TraceProfile::Reuse& reuse = profile.reuse;
  const TraceProfile::Sizes& sizes = profile.sizes;
  Json parts = Json::array();
  for (const TraceProfile::Part& part : profile.parts) {
    parts.push(Json::object()
                   .set("requests", part.requests)
                   .set("objects", part.objects)
                   .set("new_objects", part.new_objects)
                   .set("still_popular", part.still_popular)
                   .set("popular_from_before", part.popular_from_before)
                   .set("seconds", part.seconds)
                   .set("bytes", part.bytes));
  }
  Json by_size = Json::object();
  by_size.set("up_to", json_array(sizes.upper))
      .set("objects", json_array(sizes.objects))
      .set("bytes", json_array(sizes.bytes))
      .set("median", sizes.median)
      .set("p90", sizes.p90)
      .set("p99", sizes.p99);
  Json by_distance = Json::object();
  by_distance.set("up_to", json_array(reuse.upper))
      .set("requests", json_array(reuse.requests))
      .set("first_requests", reuse.first_requests)
      .set("median", reuse.median)
      .set("p90", reuse.p90)
      .set("p99", reuse.p99);
  Json by_rank = Json::object();
  by_rank.set("ranks", json_array(profile.ranks)).set("requests", json_array(profile.rank_requests));
  return Json::object()
      .set("reuse_distance", std::move(by_distance))
      .set("popularity", std::move(by_rank))
      .set("sizes", sizes.upper.empty() ? Json() : std::move(by_size))
      .set("parts", std::move(parts));
}

std::string profile_page(const trace::CacheTrace& trace, const TraceProfile& profile, const std::string& statistics,
                         const std::string& command) {
  const std::string body =
      section("Numbers", "", element("pre", "", escaped(statistics))) + reuse_section(profile) +
      popularity_section(profile) + size_section(profile) + drift_section(profile) +
      section("How this was made", "", element("pre", attribute("class", "command"), escaped(command)));
  return page("Syswright trace", trace.name, body, fmt::format("Syswright {}", version()));
}

}  // namespace syswright::app
