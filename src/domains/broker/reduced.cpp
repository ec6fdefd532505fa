#include "domains/broker/reduced.h"

#include <algorithm>

namespace syswright::broker {
namespace {

using Choice = Reduced::Choice;

/// Whether a is at least as good as b in all that counts.
bool beats(const Choice& a, const Choice& b, double hour) {
  return a.region == b.region && a.cost <= b.cost && (hour == 0 || a.hours <= b.hours);
}

std::vector<Choice> undominated(std::vector<Choice> all, double hour) {
  std::stable_sort(all.begin(), all.end(), [](const Choice& a, const Choice& b) {
    return a.region != b.region ? a.region < b.region : a.cost != b.cost ? a.cost < b.cost : a.hours < b.hours;
  });
  std::vector<Choice> kept;
  for (const Choice& choice : all) {
    const bool beaten =
        std::any_of(kept.begin(), kept.end(), [&](const Choice& better) { return beats(better, choice, hour); });
    if (!beaten) kept.push_back(choice);
  }
  return kept;
}

}  // namespace

Reduced::Reduced(const Situation& situation) : catalogue(situation.job->catalogue.get()) {
  const Instance& job = *situation.job;
  dollar = job.objective.dollars ? 1 : 0;
  hour = job.objective.hour;
  children = job.tables->children;
  for (std::size_t i = 0; i < job.tasks.size(); ++i) {
    const Task& task = job.tasks[i];
    parents.push_back(task.parents);
    const double lost = i < situation.lost.size() ? situation.lost[i] : 0;
    std::vector<Choice> all;
    for (std::uint32_t c = 0; c < task.candidates.size(); ++c) {
      const std::uint32_t offer = task.candidates[c].offer;
      const bool fixed = i < situation.placed.size();
      if (fixed ? situation.placed[i] != c : !situation.blocked.empty() && situation.blocked[offer] != 0) continue;
      const Tables::Choice& choice = job.tables->choices[i][c];
      all.push_back({c, catalogue->offers[offer].region, dollar * (choice.rent + choice.moving), lost + choice.hours});
    }
    choices.push_back(undominated(std::move(all), hour));
  }
}

bool Reduced::is_chain() const {
  for (std::size_t i = 0; i < parents.size(); ++i) {
    if (parents[i].size() != (i == 0 ? 0 : 1) || children[i].size() > 1) return false;
  }
  return true;
}

double Reduced::total(const std::vector<std::uint32_t>& chosen) const {
  double cost = 0;
  double last = 0;
  std::vector<double> end(chosen.size());
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const Choice& here = choices[i][chosen[i]];
    double start = 0;
    for (const Edge& edge : parents[i]) {
      const std::uint32_t from = choices[edge.parent][chosen[edge.parent]].region;
      cost += moving_cost(from, here.region, edge.gb);
      start = std::max(start, end[edge.parent] + moving_hours(from, here.region, edge.gb));
    }
    cost += here.cost;
    end[i] = start + here.hours;
    last = std::max(last, end[i]);
  }
  return cost + hour * last;
}

Plan Reduced::plan(const std::vector<std::uint32_t>& chosen) const {
  Plan plan;
  for (std::size_t i = 0; i < chosen.size(); ++i) plan.push_back(choices[i][chosen[i]].candidate);
  return plan;
}

}  // namespace syswright::broker
