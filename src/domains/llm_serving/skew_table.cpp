#include "domains/llm_serving/skew_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "base/error.h"
#include "base/text.h"

namespace syswright::llm_serving {

std::size_t SkewTable::Bins::of(double value) const {
  const auto at = static_cast<std::size_t>(std::lower_bound(upper.begin(), upper.end(), value) - upper.begin());
  return std::min(at, upper.size() - 1);
}

SkewTable::Bins SkewTable::bins_of(const ProfileMeta& meta, const std::string& axis) {
  const std::string key = "skew_fit.bucket_axes." + axis;
  const std::vector<double> edges = meta.numbers(key + "_bins");
  Bins bins{{}, meta.list(key + "_labels")};
  if (edges.size() != bins.labels.size() + 1 || bins.labels.empty() || !std::is_sorted(edges.begin(), edges.end())) {
    throw InputError(fmt::format("{} bins: {} edges do not part {} labels; they have to rise, one more than labels",
                                 axis, edges.size(), bins.labels.size()));
  }
  bins.upper.assign(edges.begin() + 1, edges.end());
  return bins;
}

SkewTable::SkewTable(double pooled, const ProfileMeta& meta, const std::string& path)
    : pooled_(pooled),
      decodes_(bins_of(meta, "n")),
      rate_(bins_of(meta, "skew_rate")),
      longest_(bins_of(meta, "kv_big")),
      past_(bins_of(meta, "kp")) {
  const ProfileRows rows(path, {"pc", "n_label", "skew_rate_label", "kv_big_label", "kp_label", "alpha"});
  std::set<std::uint32_t> chunks;
  for (std::size_t row = 0; row < rows.size(); ++row) chunks.insert(rows.count(row, 0));
  chunks_.assign(chunks.begin(), chunks.end());
  alpha_.assign(
      chunks_.size() * decodes_.upper.size() * rate_.upper.size() * longest_.upper.size() * past_.upper.size(),
      std::numeric_limits<float>::quiet_NaN());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto label = [&](std::size_t column, const Bins& bins) {
      const auto found = std::find(bins.labels.begin(), bins.labels.end(), rows.text(row, column));
      if (found == bins.labels.end()) {
        rows.refuse(row, fmt::format("the label '{}' is not among the meta file's: {}", rows.text(row, column),
                                     join(bins.labels)));
      }
      return static_cast<std::size_t>(found - bins.labels.begin());
    };
    const auto chunk = static_cast<std::size_t>(std::lower_bound(chunks_.begin(), chunks_.end(), rows.count(row, 0)) -
                                                chunks_.begin());
    float& alpha = alpha_[bucket(chunk, label(1, decodes_), label(2, rate_), label(3, longest_), label(4, past_))];
    if (!std::isnan(alpha)) rows.refuse(row, "this bucket stands there twice");
    alpha = static_cast<float>(rows.real(row, 5));
    ++filled_;
  }
}

std::size_t SkewTable::bucket(std::size_t chunk, std::size_t decodes, std::size_t rate, std::size_t longest,
                              std::size_t past) const {
  std::size_t at = chunk;
  at = at * decodes_.upper.size() + decodes;
  at = at * rate_.upper.size() + rate;
  at = at * longest_.upper.size() + longest;
  return at * past_.upper.size() + past;
}

double SkewTable::alpha(std::uint32_t chunk, std::uint32_t decodes, double skew_rate, std::uint32_t longest,
                        double past) const {
  if (alpha_.empty()) return pooled_;
  std::size_t nearest = 0;
  if (chunk > 0) {
    const auto above = std::lower_bound(chunks_.begin(), chunks_.end(), chunk);
    nearest = static_cast<std::size_t>(std::min(above, chunks_.end() - 1) - chunks_.begin());
    // Nearer by ratio: chunk² against the product of both neighbours.
    if (nearest > 0 && chunks_[nearest - 1] > 0 &&
        double(chunk) * chunk < double(chunks_[nearest]) * chunks_[nearest - 1]) {
      --nearest;
    }
  }
  const float found =
      alpha_[bucket(nearest, decodes_.of(decodes), rate_.of(skew_rate), longest_.of(longest), past_.of(past))];
  return std::isnan(found) ? pooled_ : static_cast<double>(found);
}

}  // namespace syswright::llm_serving
