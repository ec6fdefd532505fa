#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

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

/// Contents of the blocks between fences that name no language.
std::vector<std::string> plain_blocks(const std::string& page) {
  std::vector<std::string> blocks;
  std::istringstream lines(page);
  std::string block;
  bool inside = false;
  bool plain = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) {
      if (inside && plain) blocks.push_back(block);
      inside = !inside;
      plain = line == "```";
      block.clear();
    } else {
      block += line + "\n";
    }
  }
  EXPECT_FALSE(inside) << "a fence is left open";
  return blocks;
}

TEST(RegisteredDomains, HavePagesWhoseProgramsCompile) {
  Registry<Domain> registry{"domain"};
  register_domains(registry);
  for (const auto& domain : registry.items()) {
    std::size_t programs = 0;
    for (const std::string& block :
         plain_blocks(read_file(SYSWRIGHT_SOURCE_DIR "/docs/domains/" + domain->name() + ".md"))) {
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
