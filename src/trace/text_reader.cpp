#include <fmt/format.h>

#include <array>

#include "trace/line_reader.h"
#include "trace/text_lines.h"

namespace syswright::trace {
namespace {

/// One key a line.
class TxtReader : public LineReader {
 public:
  TxtReader(const Head& head, const std::string& path, const ReadOptions& options) : LineReader(path, "txt", options) {
    reserve(head, false, false);
  }

 protected:
  void add_line(std::string_view line) override { columns().add_key(key_of(line)); }
};

/// Most blocks that one line of a lis file may ask for: 32 MiB, beyond any request of a real disk.
constexpr std::uint64_t max_extent_blocks = std::uint64_t{1} << 16;

/// The block traces of the ARC paper: "start count ignored ignored", a line standing for requests of the 512-byte
/// blocks start, start + 1, … Every block counts the same, so the trace has no sizes.
class LisReader : public LineReader {
 public:
  LisReader(const Head& head, const std::string& path, const ReadOptions& options) : LineReader(path, "lis", options) {
    reserve(head, false, false);
  }

 protected:
  void add_line(std::string_view line) override {
    const auto [start, count] = parse_extent(line);
    for (std::uint64_t block = 0; block < count && !columns().full(); ++block) columns().add_key(start + block);
  }

 private:
  std::array<std::uint64_t, 2> parse_extent(std::string_view line) {
    std::array<std::uint64_t, 4> numbers{};
    std::array<std::string_view, 4> fields{};
    std::string_view rest = line;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      fields[i] = take_field(rest);
      const auto number = parse_unsigned(fields[i]);
      if (!number) {
        refuse(fields[i].empty() ? rest : fields[i],
               fmt::format("expected 4 whole numbers (start block, blocks, and two that are ignored), found '{}'",
                           shown(line)));
      }
      numbers[i] = *number;
    }
    if (!rest.empty()) refuse(rest, fmt::format("expected 4 numbers, found more: '{}'", shown(line)));
    check_extent(numbers[0], numbers[1], fields[1]);
    return {numbers[0], numbers[1]};
  }

  void check_extent(std::uint64_t start, std::uint64_t count, std::string_view field) const {
    if (count == 0 || count > max_extent_blocks) {
      refuse(field, fmt::format("{} blocks in one request: expected 1 to {}", count, max_extent_blocks));
    }
    if (start + (count - 1) < start) refuse(field, "the blocks end beyond 2^64");
  }

  static std::string_view take_field(std::string_view& rest) {
    std::size_t end = 0;
    while (end < rest.size() && !is_blank(rest[end])) ++end;
    const std::string_view field = rest.substr(0, end);
    rest = trimmed(rest.substr(end));
    return field;
  }
};

}  // namespace

std::unique_ptr<FormatReader> txt_reader(const Head& head, const std::string& path, const ReadOptions& options) {
  return std::make_unique<TxtReader>(head, path, options);
}

std::unique_ptr<FormatReader> lis_reader(const Head& head, const std::string& path, const ReadOptions& options) {
  return std::make_unique<LisReader>(head, path, options);
}

}  // namespace syswright::trace
