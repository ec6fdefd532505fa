#include "ledger/search_memory.h"

#include <algorithm>
#include <map>

#include "domain/aggregate.h"
#include "policy/compile.h"

namespace syswright {
namespace {

EvaluationKey key_of(const Digest& program, const Scenario& scenario) {
  return {program, scenario.digest(), std::string(scenario.code_version())};
}

/// Programs that are known on each of the scenarios, by digest.
std::vector<Digest> known_on_all(const Ledger& ledger, const std::vector<ScenarioPtr>& scenarios,
                                 const Ledger::Mark& until) {
  std::vector<Digest> known;
  for (std::size_t s = 0; s < scenarios.size(); ++s) {
    std::vector<Digest> here =
        ledger.programs_on(scenarios[s]->digest(), std::string(scenarios[s]->code_version()), until);
    if (s == 0) {
      known = std::move(here);
    } else {
      std::erase_if(known, [&](const Digest& digest) { return !std::binary_search(here.begin(), here.end(), digest); });
    }
  }
  return known;
}

}  // namespace

std::vector<design::Memory::Remembered> SearchMemory::recall(std::span<const std::vector<ScenarioPtr>> levels) const {
  std::map<Digest, Remembered> all;
  for (std::size_t level = 0; level < levels.size(); ++level) {
    for (const Digest& digest : known_on_all(ledger_, levels[level], until_)) {
      Remembered& one = all[digest];
      one.program = digest;
      one.levels.resize(levels.size());
      one.levels[level] = fact_of(digest, levels[level]);
    }
  }
  std::vector<Remembered> list;
  for (auto& [digest, one] : all) list.push_back(std::move(one));
  return list;
}

design::Memory::Fact SearchMemory::fact_of(const Digest& program, std::span<const ScenarioPtr> scenarios) const {
  const auto found = evaluations(program, scenarios);
  if (!found) return {};
  Fact fact{.known = true, .failed = false, .objectives = {}, .behaviour = design::behaviour_of(*found)};
  for (const Evaluation& evaluation : *found) {
    fact.failed = fact.failed || !is_result(evaluation);
    fact.objectives.push_back(evaluation.objective());
  }
  return fact;
}

std::optional<std::vector<Evaluation>> SearchMemory::evaluations(const Digest& program,
                                                                 std::span<const ScenarioPtr> scenarios) const {
  std::vector<EvaluationKey> keys;
  for (const ScenarioPtr& scenario : scenarios) keys.push_back(key_of(program, *scenario));
  std::vector<Evaluation> all;
  for (std::optional<Evaluation>& one : ledger_.find(keys, until_)) {
    if (!one) return std::nullopt;
    all.push_back(*std::move(one));
  }
  return all;
}

policy::ProgramPtr SearchMemory::program(const Digest& digest) const {
  const std::optional<PolicyRecord> record = ledger_.find_policy(digest);
  if (!record || record->source.empty()) return nullptr;
  try {
    const std::vector<std::shared_ptr<const policy::Signature>> signatures{domain_.signature()};
    policy::ProgramPtr program = policy::compile(record->source, "the ledger's program " + digest.hex(), signatures);
    return program->digest() == digest ? program : nullptr;
  } catch (const InputError&) {
    return nullptr;  // the domain's questions have changed since
  }
}

}  // namespace syswright
