#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "domains/llm_serving/profile_files.h"

namespace syswright::llm_serving {

/// How far decodes of different KV lengths take attention from its time at the mean towards its time at the longest:
/// alpha by bucket of chunk, decodes, skew rate (mean - min) / (max - min), longest KV cache and past. Bin edges are
/// closed on the right. A chunk counts as the nearest one that was profiled, by ratio; one of at least a token never
/// counts as none. A bucket without a measurement, and anything beyond the last edge that was profiled, takes the
/// pooled alpha. O(log bins).
class SkewTable {
 public:
  /// A pooled alpha alone.
  explicit SkewTable(double pooled) : pooled_(pooled) {}
  /// meta: the profile's, with skew_fit.bucket_axes; path: skew_fit.csv. Throws InputError with file and line.
  SkewTable(double pooled, const ProfileMeta& meta, const std::string& path);

  double alpha(std::uint32_t chunk, std::uint32_t decodes, double skew_rate, std::uint32_t longest, double past) const;
  double pooled() const { return pooled_; }
  /// Buckets that have an alpha of their own.
  std::size_t size() const { return filled_; }

 private:
  struct Bins {
    std::vector<double> upper;  ///< edges, closed
    std::vector<std::string> labels;
    std::size_t of(double value) const;
  };
  static Bins bins_of(const ProfileMeta& meta, const std::string& axis);
  std::size_t bucket(std::size_t chunk, std::size_t decodes, std::size_t rate, std::size_t longest,
                     std::size_t past) const;

  double pooled_;
  std::size_t filled_ = 0;
  std::vector<std::uint32_t> chunks_;  // rising
  Bins decodes_, rate_, longest_, past_;
  std::vector<float> alpha_;  // NaN: not measured
};

}  // namespace syswright::llm_serving
