#include "domains/spot/skypilot_strategy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <sstream>

#include "domains/spot/exemplars.h"
#include "domains/spot/features.h"
#include "domains/spot/market.h"
#include "domains/spot/scenario.h"
#include "policy/compile.h"
#include "tests/domains/spot/sample_markets.h"

namespace syswright::spot {
namespace {

struct Outcome {
  double dollars = 0;
  bool late = false;
};

/// Jobs of 10 h with 13 h, starts of 6 min, on drawn bits, by the exported module in the small simulator.
class ExportedStrategy : public testing::Test {
 protected:
  ExportedStrategy() {
    std::string list;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
      const std::string bits = sample_bits(seed, 90);
      setup_.instances.push_back({series_of(bits), 0, "job"});
      std::string unavailable;
      for (const char c : bits) unavailable += c == '1' ? '0' : '1';
      list += fmt::format("{}\"{}\"", list.empty() ? "" : ", ", unavailable);
    }
    setup_.setting = {.tick = 600'000, .job = 36'000'000, .deadline = 46'800'000, .overhead = 360'000};
    jobs_ = fmt::format(
        R"({{"gap_seconds": 600, "job_hours": 10, "deadline_hours": 13, "overhead_hours": 0.1, "windows": [{}]}})",
        list);
  }

  std::vector<Outcome> simulate(const policy::Program& program) const {
    const SampleFile strategy(write_skypilot_strategy(program), "strategy.py");
    const SampleFile jobs(jobs_, "jobs.json");
    const std::string folder = SYSWRIGHT_SOURCE_DIR "/tests/domains/spot/simulator";
    const std::string command =
        fmt::format("PYTHONDONTWRITEBYTECODE=1 PYTHONPATH={0} python3 {0}/simulate.py {1} {2} 2>&1", folder,
                    strategy.path(), jobs.path());
    std::string printed;
    FILE* pipe = ::popen(command.c_str(), "r");
    std::array<char, 4096> buffer;
    while (std::size_t read = std::fread(buffer.data(), 1, buffer.size(), pipe)) printed.append(buffer.data(), read);
    EXPECT_EQ(::pclose(pipe), 0) << printed;
    std::vector<Outcome> outcomes;
    std::istringstream lines(printed);
    for (Outcome one; lines >> one.dollars >> one.late;) outcomes.push_back(one);
    return outcomes;
  }

  spot::Setup setup_;
  std::string jobs_;
};

TEST_F(ExportedStrategy, CostsInAPythonSimulatorWhatItCostsHere) {
  std::vector<std::string> programs(spot_exemplars().begin(), spot_exemplars().end());
  // Found by `syswright design spot --set public --budget 60000evals --seed 2` on the public windows: $95.20.
  programs.push_back(R"(policy designed for spot {
  stat max_preemption_16 = max(preemption, 16);

  value instance(work_left, reserve, overhead, spot_available, holds_spot, holds_on_demand, preempted) {
    let x1 = ((holds_on_demand ? 2030s : 946s / max_preemption_16) * work_left + overhead) * work_left;
    let x2 = preempted ? 1390000s : 59100s;
    let x3 = 26.5 * (work_left * ((overhead + x1 + overhead) / max_preemption_16)) + (holds_on_demand ? x2 : 2030s);
    if x3 < reserve {
      return spot;
    }
    if x2 < reserve or spot_available and reserve > 653s or holds_spot {
      return spot;
    }
    return on_demand;
  }
})");
  // One for each thing that may be read: whatever of it differs gives another answer sooner or later.
  const auto reader = [&](const std::string& name, const std::string& statistic, const std::string& feature,
                          const std::string& number) {
    programs.push_back(fmt::format(
        "policy reads_{} for spot {{ {} value instance({}) {{ let x = 0.7310585 * ({}) + 0.271; let y = x - 3 * "
        "floor(x / 3); return y < 1 ? spot : y < 1.4 ? idle : on_demand; }} }}",
        name, statistic, feature, number));
  };
  const auto as_number = [](const std::string& name, const Dimension& dimension) {
    if (dimension == time_dimension) return name + " / 7min";
    return dimension.is_number() ? "5 * " + name : name + " / ($1 / 1h)";
  };
  for (const policy::Feature& feature : spot_signature()->decisions[0].features) {
    const bool truth = feature.kind == policy::ValueKind::boolean;
    reader(feature.name, "", feature.name,
           truth ? "(" + feature.name + " ? 3 : 1)" : as_number(feature.name, feature.dimension));
  }
  for (const policy::Signal& signal : spot_signature()->signals) {
    reader("mean_" + signal.name, "stat kept = mean(" + signal.name + ", 4);", "elapsed",
           as_number("kept", signal.dimension));
  }
  std::size_t late = 0;
  for (const std::string& text : programs) {
    const policy::ProgramPtr program = policy::compile(text, "program", std::array{spot_signature()});
    const Evaluation here = SpotScenario(setup_).evaluate(Policy::of(program));
    const std::vector<Outcome> there = simulate(*program);
    ASSERT_EQ(there.size(), setup_.instances.size()) << program->name();
    for (std::size_t i = 0; i < there.size(); ++i) {
      const double penalty = there[i].late ? lateness_penalty(setup_, setup_.instances[i]) : 0;
      EXPECT_NEAR(there[i].dollars + penalty, here.blocks[i].cost, 1e-9) << program->name() << ", job " << i;
      late += there[i].late ? 1 : 0;
    }
  }
  EXPECT_GT(late, 0u) << "the net should have gambled at least one job away";
}

}  // namespace
}  // namespace syswright::spot
