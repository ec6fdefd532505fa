#include <cstdio>
#include <vector>

#include "domain/registry.h"
#include "domains/domains.h"
#include "farm/environments.h"
#include "farm/thread_farm.h"
#include "policy/compile.h"

// A program of a stranger: it writes a policy, runs it beside a baseline, and steps the same scenario as an
// environment.
int main() {
  using namespace syswright;
  Registry<Domain> domains("domain");
  register_domains(domains);
  const Domain& spot = domains.find("spot");
  const auto workload = spot.open({.options = {{"job", "12h"}, {"deadline", "16h"}, {"windows", "4"}}});
  const ScenarioPtr scenario = workload->suite().test.front();

  const policy::ProgramPtr program = policy::compile(
      "policy sample for spot { value instance(spot_available, lead) {\n"
      "  if (spot_available) { return spot; }\n"
      "  if (lead > 0s) { return idle; }\n"
      "  return on_demand; } }",
      "sample.pol", std::vector{spot.signature()});
  ThreadFarm farm(2);
  const std::vector<Job> jobs{{Policy::of(program), scenario}, {Policy::native("greedy"), scenario}};
  const std::vector<Evaluation> results = farm.evaluate(jobs);
  std::printf("sample %.2f, greedy %.2f dollars a job\n", results[0].objective(), results[1].objective());

  const auto plan = std::make_shared<const EnvironmentPlan>(spot, std::vector{scenario}, EnvironmentOptions{});
  Environment environment(plan, 0);
  std::vector<double> observation(plan->space().globals.size());
  environment.reset(1, {observation, {}, {}});
  const double on_demand = 2;
  std::printf("a tick on demand costs %.2f dollars\n",
              -environment.step({&on_demand, 1}, {observation, {}, {}}).reward);

  std::printf("greedy costs more than the sample: %s\n",
              results[1].objective() > results[0].objective() ? "yes" : "no");
  return 0;
}
