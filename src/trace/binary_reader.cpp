#include <fmt/format.h>

#include <cstring>

#include "base/error.h"
#include "trace/reader.h"
#include "trace/records.h"

namespace syswright::trace {
namespace {

/// Formats of packed little-endian records without a header. `Format` says what a record is and how it is added.
template <typename Format>
class RecordReader : public FormatReader {
 public:
  RecordReader(const Head& head, std::string path, const ReadOptions& options)
      : path_(std::move(path)), columns_(options.limit) {
    if (head.total_size) columns_.reserve(*head.total_size / Format::record_bytes, true, true);
  }

  std::size_t consume(std::string_view bytes, bool last) override {
    std::size_t at = 0;
    while (bytes.size() - at >= Format::record_bytes && !columns_.full()) {
      format_.add(bytes.data() + at, columns_, path_);
      at += Format::record_bytes;
    }
    const std::size_t left = bytes.size() - at;
    if (last && left > 0 && left < Format::record_bytes) {
      columns_.warn(fmt::format("1 record of {} bytes is cut off at the end and left out", Format::record_bytes));
      return bytes.size();
    }
    return at;
  }

  bool full() const override { return columns_.full(); }

  CacheTrace finish() override {
    format_.finish(columns_);
    columns_.drop_empty_columns();
    return columns_.finish(path_, Format::name);
  }

 private:
  std::string path_;
  Columns columns_;
  Format format_;
};

struct OracleGeneral {
  static constexpr const char* name = "oracleGeneral";
  static constexpr std::size_t record_bytes = sizeof(OracleGeneralRecord);

  void add(const char* bytes, Columns& columns, const std::string& /*path*/) {
    OracleGeneralRecord record;
    std::memcpy(&record, bytes, sizeof record);
    columns.add_key(record.key);
    columns.add_time(record.time);
    columns.add_size(record.size);
    wrong_next_ += !may_follow(record.next_access, columns.size());
  }

  void finish(Columns& columns) const {
    if (wrong_next_ > 0) {
      columns.warn(fmt::format("next accesses that do not point forward: {} (they are not used)", wrong_next_));
    }
  }

  std::uint64_t wrong_next_ = 0;
};

struct Vscsi {
  static constexpr const char* name = "vscsi";
  static constexpr std::size_t record_bytes = sizeof(VscsiRecord);

  void add(const char* bytes, Columns& columns, const std::string& path) {
    VscsiRecord record;
    std::memcpy(&record, bytes, sizeof record);
    if (record.version >> 8 != 1) {
      throw InputError({path}, fmt::format("record {}: has vscsi version {}, and only version 1 is read; is this "
                                           "another format? Name it with --format",
                                           columns.size() + 1, record.version >> 8));
    }
    columns.add_key(record.block);
    columns.add_time(static_cast<double>(record.time_us) / 1e6);
    columns.add_size(record.bytes);
  }

  void finish(Columns&) const {}
};

}  // namespace

std::unique_ptr<FormatReader> oracle_general_reader(const Head& head, const std::string& path,
                                                    const ReadOptions& options) {
  return std::make_unique<RecordReader<OracleGeneral>>(head, path, options);
}

std::unique_ptr<FormatReader> vscsi_reader(const Head& head, const std::string& path, const ReadOptions& options) {
  return std::make_unique<RecordReader<Vscsi>>(head, path, options);
}

}  // namespace syswright::trace
