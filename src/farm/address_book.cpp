#include "farm/address_book.h"

#include <utility>

#include "domain/wrapped_scenario.h"

namespace syswright {

class AddressBook::Entered final : public WrappedScenario {
 public:
  Entered(ScenarioPtr scenario, AddressBook& book, ScenarioAddress address)
      : WrappedScenario(std::move(scenario)), book_(book), address_(std::move(address)) {}

  ScenarioPtr miniature(double fraction) const override {
    ScenarioPtr small = wrapped().miniature(fraction);
    if (!small) return nullptr;
    ScenarioAddress address = address_;
    address.fractions.push_back(fraction);
    return book_.enter(std::move(small), std::move(address));
  }

 private:
  AddressBook& book_;
  ScenarioAddress address_;
};

ScenarioPtr AddressBook::enter(ScenarioPtr scenario) {
  const Digest root = scenario->digest();
  return enter(std::move(scenario), {root, {}});
}

ScenarioPtr AddressBook::enter(ScenarioPtr scenario, ScenarioAddress address) {
  {
    const std::lock_guard lock(mutex_);
    addresses_.try_emplace(scenario->digest(), address);
  }
  return std::make_shared<Entered>(std::move(scenario), *this, std::move(address));
}

std::optional<ScenarioAddress> AddressBook::find(const Digest& scenario) const {
  const std::lock_guard lock(mutex_);
  const auto found = addresses_.find(scenario);
  return found == addresses_.end() ? std::nullopt : std::optional(found->second);
}

AddressedScenarios::AddressedScenarios(const std::vector<ScenarioPtr>& roots) {
  for (const ScenarioPtr& root : roots) roots_.try_emplace(root->digest(), root);
}

ScenarioPtr AddressedScenarios::find(const ScenarioAddress& address) {
  const auto root = roots_.find(address.root);
  if (root == roots_.end()) return nullptr;
  if (address.fractions.empty()) return root->second;
  ScenarioPtr& known = miniatures_[{address.root, address.fractions}];
  if (known) return known;
  ScenarioPtr scenario = root->second;
  for (const double fraction : address.fractions) {
    scenario = scenario->miniature(fraction);
    if (!scenario) return nullptr;
  }
  return known = scenario;
}

}  // namespace syswright
