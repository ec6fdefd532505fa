#include <gtest/gtest.h>

#include <filesystem>

#include "base/file.h"
#include "domains/domains.h"
#include "policy/compile.h"

namespace syswright {
namespace {

/// A new domain is a folder and a line in domains.cpp; this says what else it owes.
TEST(RegisteredDomains, HaveAPageAGoldenPlaythroughAndAContractTest) {
  Registry<Domain> registry{"domain"};
  register_domains(registry);
  ASSERT_FALSE(registry.items().empty());
  const std::filesystem::path root = SYSWRIGHT_SOURCE_DIR;
  for (const auto& domain : registry.items()) {
    for (const std::string& owed :
         {"docs/domains/" + domain->name() + ".md", "tests/playthroughs/" + domain->name() + ".txt",
          "tests/domains/" + domain->name() + "/contract_test.cpp"}) {
      EXPECT_TRUE(std::filesystem::exists(root / owed)) << "the domain '" << domain->name() << "' owes " << owed;
    }
  }
}

/// A page that forgets a feature is found here.
TEST(RegisteredDomains, HavePagesThatNameEverythingAPolicyMayUse) {
  Registry<Domain> registry{"domain"};
  register_domains(registry);
  for (const auto& domain : registry.items()) {
    const std::string page = read_file(SYSWRIGHT_SOURCE_DIR "/docs/domains/" + domain->name() + ".md");
    const auto expect = [&](const std::string& name) {
      EXPECT_NE(page.find('`' + name + '`'), std::string::npos) << domain->name() << ".md does not name " << name;
    };
    for (const policy::Decision& decision : domain->signature()->decisions) {
      expect(decision.name);
      for (const policy::Feature& feature : decision.features) expect(feature.name);
      for (const std::string& action : decision.actions) expect(action);
    }
    for (const policy::Signal& signal : domain->signature()->signals) expect(signal.name);
    for (const Metric& metric : domain->metrics()) expect(metric.name);
    for (const Option& option : domain->options()) expect(option.name);
  }
}

TEST(RegisteredDomains, HavePagesWhoseProgramsCompile) {
  Registry<Domain> registry{"domain"};
  register_domains(registry);
  const std::string fence = "```\n";
  for (const auto& domain : registry.items()) {
    const std::string page = read_file(SYSWRIGHT_SOURCE_DIR "/docs/domains/" + domain->name() + ".md");
    std::size_t programs = 0;
    for (std::size_t start = page.find(fence); start != std::string::npos; start = page.find(fence, start)) {
      start += fence.size();
      const std::size_t end = page.find(fence, start);
      ASSERT_NE(end, std::string::npos);
      const std::string block = page.substr(start, end - start);
      start = end + fence.size();
      if (block.find("policy ") == std::string::npos) continue;
      ++programs;
      EXPECT_NO_THROW(policy::compile(block, domain->name() + ".md", std::vector{domain->signature()})) << block;
    }
    EXPECT_GE(programs, 1u) << domain->name();
  }
}

TEST(RegisteredDomains, AreFoundByName) {
  Registry<Domain> registry{"domain"};
  register_domains(registry);
  EXPECT_EQ(registry.find("cache").name(), "cache");
  EXPECT_THROW(registry.find("cash"), InputError);
  EXPECT_THROW(register_domains(registry), Error);
}

}  // namespace
}  // namespace syswright
