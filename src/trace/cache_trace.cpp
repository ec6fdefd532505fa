#include "trace/cache_trace.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "trace/input.h"
#include "trace/reader.h"

namespace syswright::trace {
namespace {

/// Bytes of a stream that are looked at together: a head, or a piece with the start of a line left over from the last.
constexpr std::size_t piece_bytes = std::size_t{1} << 20;
static_assert(piece_bytes >= head_bytes + max_line_bytes);

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::unique_ptr<FormatReader> make_reader(const Head& head, const std::string& path, const ReadOptions& options) {
  if (head.bytes.empty()) throw InputError({path}, "is empty; expected a trace");
  const std::string format = options.format.empty() ? detect_format(head, path, options) : options.format;
  if (format == "oracleGeneral") return oracle_general_reader(head, path, options);
  if (format == "vscsi") return vscsi_reader(head, path, options);
  if (format == "csv") return csv_reader(head, path, options);
  if (format == "txt") return txt_reader(head, path, options);
  return lis_reader(head, path, options);
}

void check_format(const std::string& format) {
  const auto& known = cache_trace_formats();
  if (format.empty() || std::find(known.begin(), known.end(), format) != known.end()) return;
  throw InputError(fmt::format("unknown trace format '{}'{}; known are {}", format, did_you_mean(format, known),
                               fmt::join(known, ", ")));
}

CacheTrace read_plain(std::span<const std::byte> content, const std::string& path, const ReadOptions& options) {
  const std::string_view bytes = as_text(content);
  const Head head{bytes.substr(0, head_bytes), bytes.size() <= head_bytes, bytes.size()};
  const auto reader = make_reader(head, path, options);
  reader->consume(bytes, true);
  return reader->finish();
}

CacheTrace read_stream(ByteStream& stream, const std::string& path, const ReadOptions& options) {
  std::vector<std::byte> buffer(piece_bytes);
  std::size_t filled = read_fully(stream, buffer);
  bool last = filled < buffer.size();
  const Head head{as_text(buffer).substr(0, std::min(filled, head_bytes)), last && filled <= head_bytes,
                  last ? std::optional<std::uint64_t>(filled) : std::nullopt};
  const auto reader = make_reader(head, path, options);
  for (;;) {
    const std::size_t taken = reader->consume(as_text(std::span(buffer).first(filled)), last);
    if (last || reader->full()) return reader->finish();
    std::memmove(buffer.data(), buffer.data() + taken, filled - taken);
    filled -= taken;
    filled += read_fully(stream, std::span(buffer).subspan(filled));
    last = filled < buffer.size();
  }
}

CacheTrace read_pipe(int descriptor, const std::string& path, const ReadOptions& options) {
  auto stream = stream_descriptor(descriptor, path);
  std::vector<std::byte> magic(4);
  magic.resize(read_fully(*stream, magic));
  auto whole = stream_after(magic, std::move(stream));
  if (is_zstd(magic)) whole = stream_zstd(std::move(whole), path);
  return read_stream(*whole, path, options);
}

}  // namespace

const std::vector<std::string>& cache_trace_formats() {
  static const std::vector<std::string> formats = {"oracleGeneral", "vscsi", "csv", "txt", "lis"};
  return formats;
}

CacheTrace read_cache_trace_from_memory(std::span<const std::byte> content, const std::string& path,
                                        const ReadOptions& options) {
  check_format(options.format);
  if (!is_zstd(content)) return read_plain(content, path, options);
  return read_stream(*stream_zstd(stream_memory(content), path), path, options);
}

CacheTrace read_cache_trace(const std::string& path, const ReadOptions& options) {
  check_format(options.format);
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number() < 0 && (errno == ENOENT || errno == ENOTDIR)) throw InputError({path}, "there is no such file");
  if (file.number() < 0) throw SystemError(fmt::format("cannot open trace '{}'", path), errno);
  struct stat facts{};
  if (fstat(file.number(), &facts) != 0) throw SystemError(fmt::format("cannot examine '{}'", path), errno);
  if (S_ISDIR(facts.st_mode)) throw InputError({path}, "is a folder; expected a trace file");
  if (!S_ISREG(facts.st_mode)) return read_pipe(file.number(), path, options);
  if (facts.st_size == 0) throw InputError({path}, "is empty; expected a trace");
  const MappedFile mapped(file.number(), static_cast<std::size_t>(facts.st_size), path);
  return read_cache_trace_from_memory(mapped.bytes(), path, options);
}

}  // namespace syswright::trace
