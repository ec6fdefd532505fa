#include "domains/tiering/trace_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <filesystem>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "trace/input.h"
#include "trace/line_reader.h"
#include "trace/text_lines.h"

namespace syswright::tiering {
namespace {

std::optional<std::uint64_t> hexadecimal(std::string_view text) {
  if (text.starts_with("0x")) text.remove_prefix(2);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

[[noreturn]] void refuse(const std::string& path, std::size_t line, const std::string& why) {
  throw InputError(fmt::format("{}:{}: {}", path, line, why));
}

bool is_lackey(std::string_view line) {
  return line.size() > 3 &&
         (line.starts_with("I  ") || line.starts_with(" L ") || line.starts_with(" S ") || line.starts_with(" M "));
}
bool is_perf(std::string_view line) {
  return line.find("mem-loads") != line.npos || line.find("mem-stores") != line.npos;
}

void add(AccessTrace& trace, std::uint64_t address, std::uint64_t size, bool store) {
  const std::uint64_t last = address + size - 1;
  for (std::uint64_t line = address / line_bytes; line <= last / line_bytes; ++line) {
    trace.accesses.push_back({std::max(address, line * line_bytes), store});
  }
}

void read_lackey(AccessTrace& trace, std::string_view line, const std::string& path, std::size_t number) {
  if (line.starts_with("==") || line.starts_with("--") || line.starts_with("I  ")) {
    ++trace.skipped;
    return;
  }
  // What the program itself prints goes to the same place: it is passed over, too.
  if (!is_lackey(line)) {
    ++trace.skipped;
    return;
  }
  const std::string_view rest = trace::trimmed(line.substr(3));
  const std::size_t comma = rest.find(',');
  const auto address = comma == rest.npos ? std::nullopt : hexadecimal(rest.substr(0, comma));
  const auto size = comma == rest.npos ? std::nullopt : trace::parse_unsigned(rest.substr(comma + 1));
  if (!address || !size || *size == 0 || *size > page_bytes || *address > ~std::uint64_t{0} - page_bytes) {
    refuse(path, number,
           fmt::format("'{}' is no access; expected a kind, an address and a size, such as ' L 1ffeff80,8'",
                       trace::shown(line)));
  }
  const char kind = line[1];
  if (kind != 'S') add(trace, *address, *size, false);
  if (kind != 'L') add(trace, *address, *size, true);
}

void read_perf(AccessTrace& trace, std::string_view line, const std::string& path, std::size_t number) {
  if (line.empty() || line.starts_with('#') || !is_perf(line)) {
    ++trace.skipped;
    return;
  }
  const bool store = line.find("mem-stores") != line.npos;
  const std::size_t event = line.find(store ? "mem-stores" : "mem-loads");
  const std::size_t colon = line.find(':', event);
  std::string_view rest = colon == line.npos ? std::string_view() : trace::trimmed(line.substr(colon + 1));
  // Modifiers of the event may follow a colon of their own: "mem-loads:P: 7f00".
  if (const std::size_t again = rest.find(": "); again != rest.npos) rest = trace::trimmed(rest.substr(again + 2));
  const auto address = hexadecimal(rest.substr(0, rest.find_first_of(" \t")));
  if (!address) {
    refuse(path, number,
           fmt::format("'{}' has no address behind its event; write the samples by 'perf script -F event,addr'",
                       trace::shown(line)));
  }
  if (*address == 0) {
    ++trace.skipped;
    return;
  }
  trace.accesses.push_back({*address, store});
}

std::string detect(std::string_view content, const std::string& path) {
  std::size_t lines = 0;
  for (std::size_t at = 0; at < content.size() && lines < 1000; ++lines) {
    const std::size_t end = std::min(content.find('\n', at), content.size());
    const std::string_view line = content.substr(at, end - at);
    if (is_lackey(line)) return "lackey";
    if (is_perf(line)) return "perf";
    at = end + 1;
  }
  throw InputError(fmt::format(
      "{}: holds no accesses that are known; record them by 'valgrind --tool=lackey --trace-mem=yes' (format lackey) "
      "or 'perf mem record' and 'perf script -F event,addr' (format perf)",
      path));
}

}  // namespace

AccessTrace read_access_trace(const std::string& path, const std::string& format) {
  return parse_access_trace(trace::decompressed(read_file(path), path), path, format);
}

AccessTrace parse_access_trace(std::string_view content, const std::string& path, const std::string& format) {
  AccessTrace trace;
  trace.name = std::filesystem::path(path).filename().string();
  trace.format = format.empty() ? detect(content, path) : format;
  const std::vector<std::string> known{"lackey", "perf"};
  if (trace.format != "lackey" && trace.format != "perf") {
    throw InputError(fmt::format("format: '{}' is not one of {}{}", format, join(known), did_you_mean(format, known)));
  }
  const auto read = trace.format == "lackey" ? read_lackey : read_perf;
  std::size_t number = 0;
  for (std::size_t at = 0; at < content.size();) {
    const std::size_t end = std::min(content.find('\n', at), content.size());
    std::string_view line = content.substr(at, end - at);
    if (line.ends_with('\r')) line.remove_suffix(1);
    read(trace, line, path, ++number);
    at = end + 1;
  }
  if (trace.accesses.empty()) throw InputError(path + ": holds no access to memory");
  return trace;
}

PageRun run_of_trace(const AccessTrace& trace, std::uint32_t ticks, std::uint64_t accesses) {
  std::unordered_map<std::uint64_t, std::uint64_t> numbers;
  std::vector<std::uint64_t> addresses;
  std::vector<std::uint64_t> dense;
  dense.reserve(trace.accesses.size());
  for (const AccessTrace::Access& access : trace.accesses) {
    const auto [found, fresh] = numbers.try_emplace(access.address / page_bytes, addresses.size());
    if (fresh) addresses.push_back(access.address / page_bytes);
    dense.push_back(found->second * page_bytes + access.address % page_bytes);
  }
  if (addresses.size() > (std::size_t{1} << 31)) throw InputError(trace.name + ": more than 2^31 pages");
  const std::uint32_t lines =
      trace.format == "lackey"
          ? std::bit_ceil(std::max<std::uint32_t>(static_cast<std::uint32_t>(addresses.size()), 64))
          : 0;
  const auto record = [&](std::uint64_t each) {
    PageRecorder recorder({.accesses = each, .ticks = 0, .cache_lines = lines});
    for (std::size_t i = 0; i < dense.size(); ++i) recorder.touch(dense[i], trace.accesses[i].store);
    return recorder.finish(trace.name, addresses);
  };
  if (accesses == 0) accesses = std::max<std::uint64_t>(record(dense.size()).accesses() / ticks, 1);
  PageRun run = record(accesses);
  if (run.ticks() < 64) {
    throw InputError(fmt::format(
        "{}: {} accesses to memory make {} ticks of {}, and 64 are needed; give a longer recording, or fewer accesses "
        "a tick (--accesses)",
        trace.name, with_thousands(run.accesses()), run.ticks(), accesses));
  }
  return run;
}

}  // namespace syswright::tiering
