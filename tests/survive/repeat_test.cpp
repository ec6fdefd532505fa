// The same seed gives the same bytes: lineage, ledger, report and policy, from every designer that needs no language
// model, on any number of threads and of processes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "tests/survive/program.h"

namespace syswright::survive {
namespace {

std::vector<std::string> designers() {
  const Folder folder;
  const Ended listed = run(folder, {"designers", "--json"});
  std::vector<std::string> names;
  for (const auto& designer : nlohmann::json::parse(listed.out)) {
    if (!designer.at("asks_language_model").get<bool>()) names.push_back(designer.at("name").get<std::string>());
  }
  return names;
}

/// What a run of a designer leaves. launcher: what starts so many processes.
std::optional<Left> design(const std::string& designer, int threads, const std::vector<std::string>& launcher = {},
                           const std::string& processes = "") {
  const Folder folder;
  std::ofstream(folder / "trace.csv") << small_trace(2000);
  const Ended ended =
      run(folder, {"design",   "cache",     "--trace",  "trace.csv", "--size", "10%",       "--designer",
                   designer,   "--budget",  "60evals",  "--seed",    "5",      "--threads", std::to_string(threads),
                   "--ledger", "ledger.db", "--report", "report",    "-o",     "best.pol"},
          {.launcher = launcher,
           .environment = {"OMPI_ALLOW_RUN_AS_ROOT=1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1",
                           "OMPI_MCA_rmaps_base_oversubscribe=1", "OMPI_MCA_hwloc_base_binding_policy=none"}});
  EXPECT_THAT(ended.code, testing::AnyOf(0, 1)) << designer << "\n" << ended.out << ended.err;
  if (ended.code != 0 && ended.code != 1) return std::nullopt;
  // Several programs that know nothing of each other would leave the same, too.
  if (!processes.empty()) {
    EXPECT_THAT(ended.err, testing::HasSubstr(processes + " processes with " + processes));
  }
  return left_in(folder);
}

bool is_installed(const std::string& program) {
  return std::system(("command -v " + program + " > /dev/null 2>&1").c_str()) == 0;  // NOLINT(cert-env33-c)
}

TEST(Repeat, EveryDesignerOnAnyNumberOfThreads) {
  const std::vector<std::string> names = designers();
  EXPECT_GE(names.size(), 6u);
  for (const std::string& name : names) {
    const std::optional<Left> one = design(name, 1);
    for (const int threads : {2, 8}) EXPECT_EQ(design(name, threads), one) << name << ", " << threads << " threads";
  }
}

TEST(Repeat, EveryDesignerOnAnyNumberOfProcesses) {
  if (!is_installed("mpirun")) GTEST_SKIP() << "mpirun is not installed";
  for (const std::string& name : designers()) {
    const std::optional<Left> alone = design(name, 1);
    for (const std::string ranks : {"1", "2", "4"}) {
      EXPECT_EQ(design(name, 1, {"mpirun", "-n", ranks}, ranks), alone) << name << ", " << ranks << " processes";
    }
  }
}

// A Slurm of the test's own, where this machine lets one run: see with_slurm.sh.
TEST(Repeat, UnderSlurm) {
  const std::string with_slurm = std::string(SYSWRIGHT_SOURCE_DIR) + "/tests/survive/with_slurm.sh";
  if (std::system((with_slurm + " srun -n 1 true > /dev/null 2>&1").c_str()) != 0) {  // NOLINT(cert-env33-c)
    GTEST_SKIP() << "no Slurm can be run here ('./sw install-packages cluster' installs one)";
  }
  EXPECT_EQ(design("evolve", 1, {with_slurm, "srun", "--mpi=pmix", "--overcommit", "-n", "3"}, "3"),
            design("evolve", 1));
}

}  // namespace
}  // namespace syswright::survive
