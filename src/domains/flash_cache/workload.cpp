#include "domains/flash_cache/workload.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "base/error.h"
#include "base/text.h"
#include "domain/options.h"
#include "domains/flash_cache/cheats.h"
#include "domains/flash_cache/exemplars.h"
#include "domains/flash_cache/features.h"
#include "domains/flash_cache/flash_cache.h"
#include "domains/flash_cache/native.h"
#include "domains/flash_cache/scenario.h"

namespace syswright::flash_cache {
namespace {

/// How many regions flash has where their size is not given.
constexpr std::uint64_t usual_regions = 64;

const std::vector<Option>& flash_cache_options() {
  static const std::vector<Option> options{
      {"dram", "1%", "size of DRAM: bytes with a unit (64MiB), or % of the footprint", true},
      {"flash", "10%", "size of flash, all of it used: likewise", true},
      {"region", "auto",
       "bytes written and reclaimed at once; auto: a 64th of flash, at least two of the largest object"},
      {"sets", "0%", "share of flash in 4 KiB pages for objects up to 2 KiB, each rewritten when one comes to it"},
      {"spare", "7%", "space of the device beyond what is used, over that: what it amplifies writes of pages by"},
      {"writes", "none", "bytes that the device may write a day, over those of flash (3), or none for no limit"},
  };
  return options;
}

std::uint64_t bytes_of(const std::string& text, const std::string& what, double whole) {
  const double bytes =
      std::round(text.ends_with('%') ? parse_fraction(text, what) * whole : parse_size(text, what).value());
  if (bytes >= 1 && bytes < 0x1p62) return static_cast<std::uint64_t>(bytes);
  throw InputError(fmt::format("{}: '{}' comes to {:g} bytes; give at least one", what, text, bytes));
}

std::string shown(const std::string& text, std::uint64_t bytes) {
  return text.ends_with('%') ? fmt::format("{} ({})", text, format_bytes(bytes)) : text;
}

Setup layout(const std::shared_ptr<const Requests>& requests, const OptionValues& values, const std::string& dram,
             const std::string& flash) {
  const auto footprint = static_cast<double>(requests->footprint);
  Setup setup;
  setup.requests = requests;
  setup.dram = bytes_of(dram, "dram", footprint);
  const std::uint64_t all = bytes_of(flash, "flash", footprint);
  const double share = parse_fraction(values.text("sets"), "sets");
  if (share >= 1)
    throw InputError(fmt::format("sets: '{}' leaves no regions; give less than 100%", values.text("sets")));
  setup.sets = static_cast<std::uint64_t>(share * static_cast<double>(all)) / set_bytes;
  const std::uint64_t log = all - setup.sets * set_bytes;
  if (values.text("region") == "auto") {
    const std::uint64_t largest = *std::ranges::max_element(requests->trace.sizes);
    setup.region = std::min(std::max(log / usual_regions, 2 * largest), log / 3);
  } else {
    setup.region = bytes_of(values.text("region"), "region", static_cast<double>(all));
  }
  setup.regions = setup.region == 0 ? 0 : log / setup.region;
  setup.spare = parse_fraction(values.text("spare"), "spare");
  if (!(setup.spare > 0 && setup.spare <= 10)) {
    throw InputError(fmt::format("spare: '{}' is not above 0% and at most 1000%", values.text("spare")));
  }
  if (values.text("writes") != "none") setup.writes_a_day = values.number("writes", 1e-9, 1e9);
  setup.setting = fmt::format("DRAM {}, flash {}", shown(dram, setup.dram), shown(flash, all));
  check([&] {
    Setup whole = setup;
    whole.end = requests->size();
    return whole;
  }());
  return setup;
}

/// The bundled workload of the cache: own_build.*, of $SYSWRIGHT_WORKLOADS or of the project.
std::string bundled_workload() {
  std::vector<std::filesystem::path> folders;
  if (const char* given = std::getenv("SYSWRIGHT_WORKLOADS"); given != nullptr && *given != 0)
    folders.emplace_back(given);
  folders.emplace_back(SYSWRIGHT_WORKLOADS_DIR);
  for (const std::filesystem::path& folder : folders) {
    std::error_code absent;
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder / "cache", absent)) {
      if (entry.path().filename().string().starts_with("own_build.")) found.push_back(entry.path().string());
    }
    if (!found.empty()) return *std::ranges::min_element(found);
  }
  throw InputError(
      "the bundled workload cache/own_build.* is not there; name a trace, or set SYSWRIGHT_WORKLOADS to the "
      "folder workloads/ of the project");
}

}  // namespace

std::unique_ptr<const Domain> make_flash_cache_domain() { return std::make_unique<FlashCacheDomain>(); }

FlashCacheDomain::FlashCacheDomain()
    : metrics_{{"request_miss_ratio", number_dimension, true, "requests that neither tier had, of all counted"},
               {"byte_miss_ratio", number_dimension, true, "bytes that neither tier had, of all bytes asked for"},
               {"dram_hit_ratio", number_dimension, false, "requests that DRAM had, of all"},
               {"flash_hit_ratio", number_dimension, false, "requests that flash had and DRAM had not, of all"},
               {"flash_bytes_written", bytes_dimension, true, "to flash: whole regions and pages"},
               {"write_amplification", number_dimension, true,
                "of the application: bytes written to flash over those of the objects admitted; 1 where none were"},
               {"device_write_amplification", number_dimension, true,
                "of the device, by its model: bytes that it writes over those written to it; 1 where none were"},
               {"device_writes_per_day", number_dimension, true,
                "bytes that the device writes a day, over the bytes of flash"}} {
  for (const NativeEntry& entry : native_policies()) baselines_.push_back({entry.name, entry.doc, entry.source});
}

const std::shared_ptr<const policy::Signature>& FlashCacheDomain::signature() const { return flash_cache_signature(); }
std::span<const Option> FlashCacheDomain::options() const { return flash_cache_options(); }
std::span<const std::string> FlashCacheDomain::exemplars() const { return flash_cache_exemplars(); }
std::span<const Cheat> FlashCacheDomain::cheats() const { return flash_cache_cheats(); }

std::unique_ptr<Workload> FlashCacheDomain::open(const ScenarioRequest& request) const {
  const std::string path = request.workload.empty() ? bundled_workload() : request.workload;
  return std::make_unique<FlashCacheWorkload>(prepare(trace::read_cache_trace(path, {.format = request.format})),
                                              request);
}

FlashCacheWorkload::FlashCacheWorkload(std::shared_ptr<const Requests> requests, const ScenarioRequest& request) {
  const OptionValues values("flash_cache", flash_cache_options(), request);
  for (const std::string& dram : split_list(values.text("dram"), "dram")) {
    for (const std::string& flash : split_list(values.text("flash"), "flash")) {
      setups_.push_back(layout(requests, values, dram, flash));
      setups_.back().seed = request.seed;
    }
  }
  const Setup& first = setups_.front();
  summary_.name = requests->trace.name;
  summary_.warnings = requests->trace.warnings;
  summary_.facts = {
      {"requests", with_thousands(std::uint64_t{requests->size()})},
      {"objects", with_thousands(std::uint64_t{requests->keys.size()})},
      {"footprint", with_thousands(requests->footprint) + " bytes"},
      {"regions", fmt::format("{} of {}", first.regions, format_bytes(first.region))},
      {"sets", first.sets == 0 ? std::string("none") : fmt::format("{} of 4 KiB", with_thousands(first.sets))},
      {"limit of writes",
       first.writes_a_day > 0 ? fmt::format("{:g} a day of the flash's size", first.writes_a_day) : "none"}};
}

std::vector<ScenarioPtr> FlashCacheWorkload::cut(std::uint64_t begin, std::uint64_t counted, std::uint64_t end) const {
  std::vector<ScenarioPtr> scenarios;
  for (Setup setup : setups_) {
    setup.begin = begin;
    setup.counted = counted;
    setup.end = end;
    setup.label = fmt::format("{}, {}, requests {} to {}", setup.requests->trace.name, setup.setting,
                              with_thousands(counted + 1), with_thousands(end));
    scenarios.push_back(std::make_shared<FlashCacheScenario>(std::move(setup)));
  }
  return scenarios;
}

std::vector<ScenarioPtr> FlashCacheWorkload::scenarios() const { return cut(0, 0, setups_.front().requests->size()); }

Suite FlashCacheWorkload::suite() const {
  const std::uint64_t size = setups_.front().requests->size();
  if (size < 3) {
    throw InputError(
        fmt::format("{} has {} requests, too few to split into training, validation and test", summary_.name, size));
  }
  return {.name = summary_.name,
          .train = cut(0, 0, size / 3),
          .validation = cut(0, size / 3, 2 * size / 3),
          .test = cut(size / 3, 2 * size / 3, size)};
}

}  // namespace syswright::flash_cache
