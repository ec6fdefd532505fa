#include "domains/llm_serving/drawing.h"

#include <fmt/format.h>

#include <algorithm>

#include "domains/llm_serving/replay_cluster.h"

namespace syswright::llm_serving {
namespace replay {

Drawing::Place& Drawing::at(std::uint32_t number) {
  const auto [found, fresh] = places_.try_emplace(number);
  Place& place = found->second;
  if (!fresh) return place;
  place.group = number == router ? "router" : fmt::format("replica {}", number - 1);
  if (number == router) return place;
  place.state.emplace(timeline_, timeline_.add_row(place.group, "state"));
  place.blocks_row = timeline_.add_row(place.group, "KV blocks in use");
  place.waiting_row = timeline_.add_row(place.group, "requests waiting");
  return place;
}

void Drawing::enter(Phase& phase, const Shown& request, std::uint32_t number, std::string_view name, double now) {
  if (!phase.name.empty()) {
    Place& place = at(phase.place);
    if (now > phase.since) {
      const std::string title = fmt::format("{}: {}", request.number, phase.name);
      timeline_.span(place.rows[phase.lane], title, phase.since, now,
                     {{"request", static_cast<double>(request.number)},
                      {"prompt", static_cast<double>(request.prompt)},
                      {"tokens of its answer", static_cast<double>(request.made)},
                      {"restarts", static_cast<double>(request.restarts)},
                      {"waited for", phase.why}});
    }
    if (name.empty() || phase.place != number) place.taken[phase.lane] = false;
  }
  const bool stays = !phase.name.empty() && phase.place == number;
  phase.name = name;
  phase.since = now;
  if (name.empty() || stays) return;
  Place& place = at(number);
  const auto lane = std::find(place.taken.begin(), place.taken.end(), false);
  phase.place = number;
  phase.lane = static_cast<std::uint32_t>(lane - place.taken.begin());
  if (lane == place.taken.end()) {
    place.rows.push_back(timeline_.add_row(place.group, fmt::format("request {}", place.rows.size() + 1)));
    place.taken.push_back(true);
  } else {
    *lane = true;
  }
}

void Drawing::mark(const Phase& phase, std::string_view name, double now) {
  timeline_.mark(at(phase.place).rows[phase.lane], name, now);
}

void Drawing::state(std::uint32_t number, std::string_view name, double now) { at(number).state->enter(name, now); }

void Drawing::levels(std::uint32_t number, double now, double blocks, double waiting) {
  Place& place = at(number);
  if (blocks != place.blocks) timeline_.level(place.blocks_row, now, blocks);
  if (waiting != place.waiting) timeline_.level(place.waiting_row, now, waiting);
  place.blocks = blocks;
  place.waiting = waiting;
}

void Drawing::finish(double now) {
  for (auto& [number, place] : places_) {
    if (place.state) place.state->finish(now);
  }
}

}  // namespace replay

void draw(const Setup& setup, const DecisionLog& log, Timeline& timeline) {
  replay::Answers answers(log);
  replay::Drawing drawing(timeline);
  replay::SlowCluster cluster(setup, answers, &drawing);
  cluster.run();
}

}  // namespace syswright::llm_serving
