#include "app/policies.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "policy/compile.h"
#include "policy/parser.h"

namespace syswright::app {
namespace {

/// "S3-FIFO" and "s3fifo" are one name.
std::string plain(const std::string& name) {
  std::string result;
  for (const unsigned char c : name) {
    if (c != '-' && c != '_') result += static_cast<char>(std::tolower(c));
  }
  return result;
}

bool names_a_file(const std::string& name) { return name.find_first_of("./") != name.npos; }

const Baseline* find_baseline(const std::string& name, const Domain& domain) {
  for (const Baseline& baseline : domain.baselines()) {
    if (plain(baseline.name) == plain(name)) return &baseline;
  }
  return nullptr;
}

/// Of a file larger than any program may be, as much as shows the compiler that it is.
std::string read_program(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw SystemError(fmt::format("cannot open '{}'", path), errno);
  std::string text(policy::max_program_bytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) throw SystemError(fmt::format("cannot read '{}'", path), errno);
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

[[noreturn]] void refuse(const std::string& name, const Domain& domain) {
  std::vector<std::string> choices;
  for (const Baseline& baseline : domain.baselines()) choices.push_back(baseline.name);
  choices.emplace_back("all");
  throw InputError(fmt::format("unknown policy '{}'{} (there are: {}; or the file of a program, such as best.pol)",
                               name, did_you_mean(name, choices), fmt::join(choices, ", ")));
}

void add(std::vector<Policy>& policies, Policy policy, const std::string& file) {
  for (const Policy& other : policies) {
    if (other.digest() == policy.digest()) return;
    if (other.name() == policy.name() && policy.program()) {
      policy = Policy::of(policy.program()->renamed(fmt::format("{} ({})", policy.name(), file)));
    }
  }
  policies.push_back(std::move(policy));
}

}  // namespace

policy::ProgramPtr load_program(const std::string& path, const Registry<Domain>& domains) {
  if (std::filesystem::is_directory(path)) throw InputError(fmt::format("{}: is a folder, not a program", path));
  if (!std::filesystem::exists(path)) throw InputError(fmt::format("{}: there is no such file", path));
  return policy::compile(read_program(path), path, signatures(domains));
}

policy::ProgramPtr load_program_for(const std::string& path, const Domain& domain, const Registry<Domain>& domains) {
  policy::ProgramPtr program = load_program(path, domains);
  if (program->signature().domain != domain.name()) {
    throw InputError(fmt::format("{}: policy '{}' is for the domain '{}', not for '{}'", path, program->name(),
                                 program->signature().domain, domain.name()));
  }
  return program;
}

std::vector<Policy> find_policies(const std::vector<std::string>& names, const Domain& domain,
                                  const Registry<Domain>& domains) {
  std::vector<Policy> policies;
  for (const std::string& name : names) {
    if (name == "all") {
      for (const Baseline& baseline : domain.baselines()) add(policies, Policy::native(baseline.name), "");
    } else if (const Baseline* baseline = find_baseline(name, domain)) {
      add(policies, Policy::native(baseline->name), "");
    } else if (names_a_file(name)) {
      add(policies, Policy::of(load_program_for(name, domain, domains)), name);
    } else {
      refuse(name, domain);
    }
  }
  return policies;
}

std::vector<policy::ProgramPtr> exemplar_programs(const Domain& domain) {
  std::vector<policy::ProgramPtr> programs;
  const std::vector<std::shared_ptr<const policy::Signature>> languages{domain.signature()};
  for (const std::string& text : domain.exemplars()) {
    programs.push_back(policy::compile(text, "an exemplar of " + domain.name(), languages));
  }
  return programs;
}

}  // namespace syswright::app
