#include "design/strategy.h"

namespace syswright::design {

Outcome StrategyDesigner::design(const Task& task) const {
  Search search(task);
  const std::unique_ptr<Strategy> strategy = start(search);
  while (search.may_go_on() && strategy->turn()) {
  }
  Outcome outcome = search.finish(prefix_);
  for (std::string& note : strategy->notes()) outcome.notes.push_back(std::move(note));
  outcome.notebook = strategy->notebook();
  return outcome;
}

}  // namespace syswright::design
