#include "domains/tiering/workload.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/text.h"
#include "domains/tiering/cheats.h"
#include "domains/tiering/exemplars.h"
#include "domains/tiering/features.h"
#include "domains/tiering/native.h"
#include "domains/tiering/programs.h"
#include "domains/tiering/scenario.h"
#include "domains/tiering/tiering.h"
#include "domains/tiering/trace_reader.h"

namespace syswright::tiering {
namespace {

std::uint32_t pages_of(const TieringOptions::Fast& fast, const PageRun& run) {
  if (fast.pages) return static_cast<std::uint32_t>(std::min<std::uint64_t>(*fast.pages, run.pages()));
  return std::max(static_cast<std::uint32_t>(std::lround(fast.share * run.pages())), 1u);
}

}  // namespace

std::unique_ptr<const Domain> make_tiering_domain() { return std::make_unique<TieringDomain>(); }

TieringDomain::TieringDomain()
    : metrics_{{"access_time", time_dimension, true,
                "mean time of an access to memory: of the program, with its stops for moves, over its accesses"},
               {"slowdown", number_dimension, true, "time of the program over that with all pages in fast memory"},
               {"fast_share", number_dimension, false, "of the accesses, those of pages in fast memory"},
               {"swaps", number_dimension, true, "pages that went up, each in place of one that went down"},
               {"stopped", time_dimension, true, "time in which the program stood still for moves and scans"}} {
  for (const NativeEntry& entry : native_policies()) baselines_.push_back({entry.name, entry.doc, entry.source});
}

const std::shared_ptr<const policy::Signature>& TieringDomain::signature() const { return tiering_signature(); }
std::span<const std::string> TieringDomain::exemplars() const { return tiering_exemplars(); }
std::span<const Cheat> TieringDomain::cheats() const { return tiering_cheats(); }

std::unique_ptr<Workload> TieringDomain::open(const ScenarioRequest& request) const {
  TieringOptions options = read_options(request);
  std::vector<PageRun> runs;
  if (!request.workload.empty()) {
    runs.push_back(run_of_trace(read_access_trace(request.workload, request.format), options.ticks, options.accesses));
  } else {
    for (const std::string& program : options.programs) {
      runs.push_back(run_program({.program = program,
                                  .pages = options.pages,
                                  .ticks = options.ticks,
                                  .accesses = options.accesses == 0 ? 4 * options.pages : options.accesses,
                                  .seed = request.seed}));
    }
  }
  return std::make_unique<TieringWorkload>(std::move(runs), std::move(options));
}

TieringWorkload::TieringWorkload(std::vector<PageRun> runs, TieringOptions options) : options_(std::move(options)) {
  std::vector<std::string> names;
  std::uint64_t pages = 0;
  std::uint64_t ticks = 0;
  std::uint64_t accesses = 0;
  for (PageRun& run : runs) {
    names.push_back(run.name);
    pages += run.pages();
    ticks += run.ticks();
    accesses += run.accesses();
    Recorded recorded{std::make_shared<const PageRun>(std::move(run)), nullptr};
    if (options_.visibility == Visibility::samples) {
      recorded.samples = std::make_shared<const Samples>(draw_samples(*recorded.run, options_.sampling));
      if (recorded.samples->sample.empty()) {
        summary_.warnings.push_back(names.back() + ": no access is sampled; give a shorter --period");
      }
    }
    runs_.push_back(std::move(recorded));
  }
  summary_.name = join(names);
  summary_.facts.emplace_back("runs", with_thousands(std::uint64_t{runs_.size()}));
  summary_.facts.emplace_back("pages", with_thousands(pages));
  summary_.facts.emplace_back("ticks", with_thousands(ticks));
  summary_.facts.emplace_back("accesses to memory", with_thousands(accesses));
}

std::vector<ScenarioPtr> TieringWorkload::part(double from, double to, const std::string& name) const {
  std::vector<ScenarioPtr> scenarios;
  for (const Recorded& recorded : runs_) {
    const PageRun& run = *recorded.run;
    const auto tick_at = [&](double share) {
      return share >= 1 ? run.ticks() : static_cast<std::uint32_t>(share * run.ticks()) / block_ticks * block_ticks;
    };
    for (const TieringOptions::Fast& fast : options_.fast) {
      Setup setup;
      setup.run = recorded.run;
      setup.samples = recorded.samples;
      setup.sampling = options_.sampling;
      setup.visibility = options_.visibility;
      setup.costs = options_.costs;
      setup.fast = pages_of(fast, run);
      setup.budget = options_.budget.value_or(std::max(run.pages() / 256, 1u));
      setup.from = tick_at(from);
      setup.to = tick_at(to);
      setup.name = fmt::format("{}, {} fast", run.name, fast.text);
      setup.label = fmt::format("{}, {}, {}", setup.name, options_.costs.hardware.name, name);
      scenarios.push_back(std::make_shared<TieringScenario>(std::move(setup)));
    }
  }
  return scenarios;
}

std::vector<ScenarioPtr> TieringWorkload::scenarios() const { return part(0, 1, "whole run"); }

Suite TieringWorkload::suite() const {
  Suite suite;
  suite.name = summary_.name;
  suite.train = part(0, 0.5, "training");
  suite.validation = part(0.5, 0.75, "validation");
  suite.test = part(0.75, 1, "test");
  return suite;
}

}  // namespace syswright::tiering
