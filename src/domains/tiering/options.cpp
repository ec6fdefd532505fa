#include "domains/tiering/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/text.h"
#include "domain/options.h"
#include "domains/tiering/programs.h"

namespace syswright::tiering {
namespace {

std::vector<std::string> each_once(const std::string& text, const std::string& what) {
  std::vector<std::string> items = split_list(text, what);
  for (const std::string& item : items) {
    if (std::count(items.begin(), items.end(), item) > 1) {
      throw InputError(fmt::format("{}: '{}' names {} twice", what, text, item));
    }
  }
  return items;
}

std::vector<std::string> read_programs(const std::string& text) {
  std::vector<std::string> names;
  for (const ProgramEntry& entry : programs()) names.push_back(entry.name);
  std::vector<std::string> chosen = each_once(text, "program");
  for (const std::string& name : chosen) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    throw InputError(fmt::format("program: '{}' is not one of {}{}", name, join(names), did_you_mean(name, names)));
  }
  return chosen;
}

TieringOptions::Fast read_fast(const std::string& text) {
  TieringOptions::Fast fast{.text = text};
  if (text.ends_with('%')) {
    fast.share = parse_fraction(text, "fast");
    if (!(fast.share > 0 && fast.share <= 1)) {
      throw InputError(fmt::format("fast: '{}' is no share of the pages, above 0 and at most 100%", text));
    }
  } else {
    fast.pages = parse_count(text, "fast");
    if (*fast.pages == 0) throw InputError("fast: no page would fit; give a number above 0, or a share such as 20%");
    fast.text += " pages";
  }
  return fast;
}

Picoseconds read_time(const std::string& text, const std::string& what) {
  const double picoseconds = std::round(parse_duration(text, what).value() * 1e12);
  if (!(picoseconds >= 0 && picoseconds <= 1e9)) {
    throw InputError(fmt::format("{}: '{}' is not between 0s and 1ms", what, text));
  }
  return static_cast<Picoseconds>(picoseconds);
}

Visibility read_visibility(const std::string& text) {
  if (text == "samples") return Visibility::samples;
  if (text == "bits") return Visibility::bits;
  throw InputError(fmt::format("visibility: '{}' is not one of samples, bits{}", text,
                               did_you_mean(text, std::vector<std::string>{"samples", "bits"})));
}

}  // namespace

const std::vector<Option>& tiering_options() {
  static const std::vector<Option> options{
      {"program", "gups,kv,bfs,bc,pagerank,silo", "programs that are run where no recording is given", true},
      {"fast", "20%", "pages that fit into fast memory: a share of all, or a number", true},
      {"pages", "4096", "of a program's memory, about, 4 KiB each, 64 to 1M"},
      {"ticks", "320", "that a run has, 64 to 100k"},
      {"accesses", "auto",
       "to memory, a tick; auto: four for each page, and of a recording as many as make it last `ticks` ticks"},
      {"hardware", "cxl", "cxl: DDR5 and memory behind CXL 1.1; nvm: DDR4 and Optane DC"},
      {"parallelism", "64", "accesses that are under way at a time, of all threads together"},
      {"move-budget", "auto", "swaps of pages that are allowed for each tick; auto: a 256th of the pages"},
      {"move-time", "200ns", "for which a page that changes its place stops the program"},
      {"scan-time", "10ns", "and one whose accessed bit is read"},
      {"visibility", "samples", "samples: as PEBS gives them; bits: accessed and dirty bits, read in each round"},
      {"period", "100", "loads for each sample, on average"},
      {"store-bias", "1", "chance of a store to be sampled over that of a load, 0 to 1"},
  };
  return options;
}

TieringOptions read_options(const ScenarioRequest& request) {
  const OptionValues values("tiering", tiering_options(), request);
  TieringOptions options;
  options.programs = read_programs(values.text("program"));
  for (const std::string& item : each_once(values.text("fast"), "fast")) options.fast.push_back(read_fast(item));
  options.pages = static_cast<std::uint32_t>(values.count("pages", 64, 1'000'000));
  options.ticks = static_cast<std::uint32_t>(values.count("ticks", 64, 100'000));
  if (values.text("accesses") != "auto") options.accesses = values.count("accesses", 1, 1'000'000'000);
  if (values.text("move-budget") != "auto") {
    options.budget = static_cast<std::uint32_t>(values.count("move-budget", 0, 1'000'000));
  }
  options.costs.hardware = find_hardware(values.text("hardware"));
  options.costs.parallelism = values.count("parallelism", 1, 100'000);
  options.costs.move = read_time(values.text("move-time"), "move-time");
  options.costs.scan = read_time(values.text("scan-time"), "scan-time");
  options.visibility = read_visibility(values.text("visibility"));
  options.sampling.period = values.number("period", 1, 1e9);
  options.sampling.store_bias = values.number("store-bias", 0, 1);
  options.sampling.seed = request.seed;
  return options;
}

}  // namespace syswright::tiering
