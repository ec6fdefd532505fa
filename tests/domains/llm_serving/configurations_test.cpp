#include "domains/llm_serving/configurations.h"

#include "base/error.h"
#include "domains/llm_serving/workload.h"

namespace syswright::llm_serving {
namespace {

ScenarioRequest request_of(std::map<std::string, std::string> options) {
  options.emplace("generate", "poisson:4/s fixed:prompt=200,output=20 requests=40");
  options.emplace("seeds", "4");
  return {.workload = "", .format = "", .options = std::move(options), .seed = 1};
}

TEST(Configurations, StayWithinTheGpusAndOpen) {
  const ServingDomain domain;
  const ScenarioRequest request = request_of({});
  const tune::Space space = serving_configurations(request, {{"gpus", "8"}});
  Random random(3, "configurations test");
  std::size_t apart = 0;
  for (int i = 0; i < 40; ++i) {
    const auto point = space.draw(random);
    ASSERT_TRUE(point.has_value());
    const auto values = serving_configuration(request, space, *point);
    ScenarioRequest configured = request;
    for (const auto& [name, value] : values) configured.options[name] = value;
    const ServingOptions options = read_options(configured);
    ASSERT_EQ(options.clusters.size(), 1u);
    std::uint64_t gpus = 0;
    for (const ReplicaGroup& group : options.clusters[0].settings.groups) gpus += group.count * group.replica.gpus;
    EXPECT_LE(gpus, 8u) << space.text(*point);
    apart += options.clusters[0].settings.groups.size() == 2 ? 1 : 0;
    EXPECT_FALSE(domain.open(configured)->suite().train.empty());
  }
  EXPECT_GT(apart, 3u);
}

TEST(Configurations, LeaveOutWhatIsStated) {
  const auto names = [](const tune::Space& space) {
    std::vector<std::string> all;
    for (const tune::Parameter& parameter : space.parameters()) all.push_back(parameter.name);
    return all;
  };
  using ::testing::Contains;
  using ::testing::Not;
  EXPECT_THAT(names(serving_configurations(request_of({}), {})), Contains("tensor-parallel"));
  EXPECT_THAT(names(serving_configurations(request_of({{"hardware", "A100-80x2"}}), {})),
              Not(Contains("tensor-parallel")));
  const auto stated = names(serving_configurations(request_of({{"groups", "replicas=2"}, {"max-running", "64"}}), {}));
  for (const char* gone : {"tensor-parallel", "replicas", "phases", "max-running"})
    EXPECT_THAT(stated, Not(Contains(gone)));
}

TEST(Configurations, BeginWithTheDefaults) {
  const ScenarioRequest request = request_of({});
  const tune::Space space = serving_configurations(request, {{"gpus", "4"}});
  const auto values = serving_configuration(request, space, space.canonical(space.initial()));
  for (const Option& option : serving_options()) {
    const auto found = values.find(option.name);
    if (found == values.end()) continue;
    EXPECT_EQ(found->second, option.default_value) << option.name;
  }
}

TEST(Configurations, RefuseGpusThatAreNone) {
  EXPECT_THROW(serving_configurations(request_of({}), {{"gpus", "0"}}), InputError);
  EXPECT_THROW(serving_configurations(request_of({}), {{"gpus", "many"}}), InputError);
}

}  // namespace
}  // namespace syswright::llm_serving
