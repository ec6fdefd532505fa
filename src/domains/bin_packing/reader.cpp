#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/error.h"
#include "base/text.h"
#include "domains/bin_packing/instance.h"

namespace syswright::bin_packing {
namespace {

constexpr int most_decimals = 3;

std::string_view trimmed(std::string_view text) {
  const auto space = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && space(text.front())) text.remove_prefix(1);
  while (!text.empty() && space(text.back())) text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (line = trimmed(line); !line.empty(); line = trimmed(line)) {
    const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
  return words;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(trimmed(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// A number in thousandths, exactly; nothing for what is none, is negative, or has more decimals.
std::optional<std::uint64_t> thousandths(std::string_view word) {
  const std::size_t point = std::min(word.find('.'), word.size());
  const std::string_view whole = word.substr(0, point);
  std::string_view decimals = word.substr(std::min(point + 1, word.size()));
  while (decimals.ends_with('0')) decimals.remove_suffix(1);
  if (whole.empty() || whole.size() > 9 || decimals.size() > most_decimals) return std::nullopt;
  std::string digits(whole);
  digits.append(decimals).append(most_decimals - decimals.size(), '0');
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

bool is_count(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// An instance whose sizes are still in thousandths.
struct Draft {
  std::string name;
  std::uint64_t capacity = 0;
  std::vector<std::uint64_t> sizes;
};

class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path) {}

  [[noreturn]] void refuse(std::size_t line, const std::string& problem) const {
    throw InputError(SourceLocation{path_, line, 0}, problem);
  }

  std::uint64_t count(std::size_t line, std::string_view word, std::string_view what, std::uint64_t most) const {
    if (is_count(word) && word.size() <= 9) {
      const std::uint64_t value = parse_count(word, what);
      if (value >= 1 && value <= most) return value;
    }
    refuse(line, fmt::format("{} '{}' is not a whole number from 1 to {}", what, word, with_thousands(most)));
  }

  std::uint64_t size(std::size_t line, std::string_view word, std::string_view what) const {
    const std::optional<std::uint64_t> value = thousandths(word);
    if (!value || *value == 0) {
      refuse(line, fmt::format("{} '{}' is not a number above 0 with at most {} decimals", what, word, most_decimals));
    }
    return *value;
  }

  void add(Draft& draft, std::size_t line, std::string_view word) const {
    const std::uint64_t one = size(line, word, "size");
    if (one > draft.capacity) refuse(line, fmt::format("an item of size {} is larger than the bin", word));
    if (draft.sizes.size() == most_items) refuse(line, fmt::format("over {} items", with_thousands(most_items)));
    draft.sizes.push_back(one);
  }

  /// With as few steps a unit as its numbers need.
  Instance finish(const Draft& draft, std::uint64_t number, std::size_t line) const {
    std::uint32_t step = 1000;  // in thousandths
    const auto whole = [&](std::uint64_t value) { return value % step == 0; };
    while (!whole(draft.capacity) || !std::all_of(draft.sizes.begin(), draft.sizes.end(), whole)) step /= 10;
    if (draft.capacity / step > most_capacity) {
      refuse(line, fmt::format("a bin has {} steps of {:g}; {} are the most", with_thousands(draft.capacity / step),
                               step / 1000.0, with_thousands(std::uint64_t{most_capacity})));
    }
    Instance instance;
    instance.name = draft.name;
    instance.number = number;
    instance.steps = 1000 / step;
    instance.capacity = static_cast<std::uint32_t>(draft.capacity / step);
    for (const std::uint64_t one : draft.sizes) instance.sizes.push_back(static_cast<std::uint32_t>(one / step));
    return instance;
  }

 private:
  const std::string& path_;
};

}  // namespace

bool looks_like_or_library(std::string_view text) {
  const std::vector<std::string_view> lines = lines_of(text.substr(0, 500));
  return lines.size() >= 3 && is_count(lines[0]) && words_of(lines[2]).size() == 3;
}

std::vector<Instance> read_or_library(std::string_view text, const std::string& path) {
  const Reader reader(path);
  const std::vector<std::string_view> lines = lines_of(text);
  std::size_t at = 0;
  const auto next = [&](std::string_view what) {
    while (at < lines.size() && lines[at].empty()) ++at;
    if (at == lines.size()) reader.refuse(at, fmt::format("the file ends where {} should be", what));
    return lines[at++];
  };
  const std::uint64_t count = reader.count(1, next("the number of instances"), "number of instances", 100'000);
  std::vector<Instance> instances;
  for (std::uint64_t i = 0; i < count; ++i) {
    Draft draft;
    draft.name = next("an instance's name");
    const std::vector<std::string_view> words = words_of(next("'capacity items best'"));
    if (words.size() != 3) reader.refuse(at, "expected three numbers: capacity, items, best known number of bins");
    draft.capacity = reader.size(at, words[0], "capacity");
    const std::uint64_t items = reader.count(at, words[1], "number of items", most_items);
    const std::size_t head = at;
    for (std::uint64_t item = 0; item < items; ++item) {
      const std::string_view word = next("a size");
      reader.add(draft, at, word);
    }
    instances.push_back(reader.finish(draft, i, head));
  }
  while (at < lines.size() && lines[at].empty()) ++at;
  if (at < lines.size()) reader.refuse(at + 1, fmt::format("more lines than {} instances have", count));
  return instances;
}

std::vector<Instance> read_items(std::string_view text, const std::string& path, std::string_view capacity) {
  const Reader reader(path);
  const std::optional<std::uint64_t> bin = thousandths(capacity);
  if (!bin || *bin == 0) {
    throw InputError(fmt::format("capacity '{}' is not a number above 0 with at most {} decimals, such as 100",
                                 capacity, most_decimals));
  }
  std::vector<Instance> instances;
  Draft draft;
  std::size_t line = 0;
  const auto finish = [&] {
    if (draft.sizes.empty()) return;
    draft.name = fmt::format("instance {}", instances.size());
    instances.push_back(reader.finish(draft, instances.size(), line));
    draft.sizes.clear();
  };
  draft.capacity = *bin;
  for (std::string_view one : lines_of(text)) {
    ++line;
    const bool comment = one.find('#') != std::string_view::npos;
    one = trimmed(one.substr(0, one.find('#')));
    if (!one.empty()) {
      reader.add(draft, line, one);
    } else if (!comment) {
      finish();
    }
  }
  finish();
  if (instances.empty()) reader.refuse(line, "there is no item");
  return instances;
}

}  // namespace syswright::bin_packing
