#include "research/agent.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "design/prompt.h"
#include "design/tuning.h"

namespace syswright::research {

using design::ChatMessage;
using Finding = design::NotebookEntry::Finding;

namespace {

constexpr std::size_t rows_told = 10;
constexpr std::size_t longest_hypothesis = 240;
constexpr std::string_view no_budget = "What is left of the evaluations does not pay for this.";

/// One line of prose: nothing of a program gets through to a supervisor.
std::string prose(std::string_view text) {
  std::string line(text.substr(0, text.find_first_of("{}`")));
  std::replace_if(line.begin(), line.end(), [](unsigned char c) { return c < 0x20; }, ' ');
  return fit(line, longest_hypothesis);
}

std::string percent(double share) { return std::isfinite(share) ? fmt::format("{:+.2f} %", 100 * share) : "failed"; }

}  // namespace

Agent::Agent(Bench& bench, std::size_t place) : bench_(bench), name_(1, static_cast<char>('A' + place % 26)) {}

void Agent::knows(const std::string& name, Candidate& candidate) {
  if (!tried_.emplace(name, &candidate).second) return;
  names_.push_back(name);
  const std::size_t top = bench_.playground.top();
  if (!candidate.known(top) || !std::isfinite(candidate.loss(top))) return;
  if (leader_ == nullptr || candidate.loss(top) < leader_->loss(top)) leader_ = &candidate;
}

ToolContext Agent::context() const {
  const design::Task& task = bench_.playground.task();
  return {.signature = task.domain.signature(), .programs = names_, .scenarios = task.train.size()};
}

std::string Agent::standing() const {
  const Playground& ground = bench_.playground;
  std::string text = fmt::format("Evaluations left: {:.4g}.", ground.affordable());
  if (leader_ == nullptr) return text;
  const auto named = std::find_if(names_.begin(), names_.end(), [&](const auto& n) { return tried_.at(n) == leader_; });
  return text + fmt::format(" The best so far: {}, {}.", named == names_.end() ? "?" : *named,
                            ground.loss_text(leader_->loss(ground.top())));
}

void Agent::begin() {
  const Playground& ground = bench_.playground;
  const design::Task& task = ground.task();
  std::string system =
      "You are a researcher who designs policies of computer systems: short programs in a small language of their own. "
      "You work by hypothesis, experiment and analysis, and say what you conclude.\n\n";
  system += design::language_summary();
  system += "\n" + describe_tools(context());
  std::string user = design::describe_domain(task.domain);
  user += fmt::format("\nThere are {} training scenarios:\n", task.train.size());
  for (std::size_t s = 0; s < std::min<std::size_t>(task.train.size(), rows_told); ++s) {
    user += fmt::format("{}. {}\n", s + 1, task.train[s]->setting());
  }
  user += "\nPrograms tried so far, best first:\n";
  std::vector<std::string> ranked = names_;
  const auto loss = [&](const std::string& name) { return tried_.at(name)->loss(ground.top()); };
  std::erase_if(ranked, [&](const std::string& name) { return !tried_.at(name)->known(ground.top()); });
  std::stable_sort(ranked.begin(), ranked.end(), [&](const auto& a, const auto& b) { return loss(a) < loss(b); });
  for (std::size_t i = 0; i < std::min(ranked.size(), rows_told); ++i) {
    user += fmt::format("- {}: {}\n", ranked[i], ground.loss_text(loss(ranked[i])));
  }
  for (std::size_t i = 0; i < std::min<std::size_t>(ranked.size(), 2); ++i) {
    user += fmt::format("```policy\n# {}\n{}```\n", ranked[i], policy::to_source(*tried_.at(ranked[i])->program));
  }
  if (!findings_.empty()) user += "\nWhat was found out before:\n" + findings(12);
  user += "\n" + standing() + " Ask for your next tool.\n";
  messages_ = {{ChatMessage::Role::system, std::move(system)}, {ChatMessage::Role::user, std::move(user)}};
}

std::size_t Agent::length() const {
  std::size_t bytes = 0;
  for (const ChatMessage& message : messages_) bytes += message.text.size();
  return bytes;
}

void Agent::hear(const std::string& words) {
  messages_.back().text += "\nYour supervisor, who sees your findings and not your programs, asks:\n" + words + "\n";
}

std::string Agent::findings(std::size_t last) const {
  std::string text;
  const std::size_t first = findings_.size() - std::min(last, findings_.size());
  for (std::size_t i = first; i < findings_.size(); ++i) text += "- " + findings_[i] + "\n";
  return text;
}

bool Agent::carry_out(const std::string& answer, const ToolRequest& request, const std::string& who) {
  Playground& ground = bench_.playground;
  Entry entry;
  entry.number = bench_.notebook.entries.size() + 1;
  entry.context = name_;
  entry.kind = tool_name(request.tool);
  entry.hypothesis = request.hypothesis.empty() ? "(none stated)" : request.hypothesis;
  entry.experiment = fmt::format("Asked for by {}.", who);
  entry.finding = Finding::learned;
  const double before = ground.spent();
  const std::size_t proposed = ground.trials().proposed();
  const Candidate* const led = leader_;
  ground.trials().set_note(fmt::format("{}: {}", name_, entry.kind));
  std::string told;
  switch (request.tool) {
    case Tool::run:
      told = run(request, entry);
      break;
    case Tool::compare:
      told = compare(request, entry);
      break;
    case Tool::slice:
      told = slice(request, entry);
      break;
    case Tool::ablate:
      told = ablate(request, entry);
      break;
    case Tool::bound:
      told = bound(request, entry);
      break;
    case Tool::tune:
      told = tune(request, entry);
      break;
    case Tool::plot:
      told = plot(request, entry);
      break;
    case Tool::conclude:
      entry.result = entry.conclusion = request.text;
      entry.worth_a_section = true;
      told = "It stands in the notebook.";
      break;
  }
  entry.spent_in_all = ground.spent();
  entry.spent = entry.spent_in_all - before;
  entry.programs = ground.trials().proposed() - proposed;
  findings_.push_back(fmt::format("{}{}: {}", entry.kind,
                                  request.hypothesis.empty() ? "" : " (" + prose(request.hypothesis) + ")",
                                  prose(entry.result)));
  bench_.notebook.entries.push_back(std::move(entry));
  messages_.push_back({ChatMessage::Role::assistant, answer});
  messages_.push_back({ChatMessage::Role::user, told + "\n" + standing() + " Ask for your next tool.\n"});
  const bool gained = leader_ != led;
  since_gain_ = gained ? 0 : since_gain_ + 1;
  ++since_review_;
  return gained;
}

std::string Agent::fresh_name(const std::string& wanted) const {
  std::string name = wanted;
  for (std::size_t number = 2; tried_.contains(name); ++number) name = fmt::format("{}_{}", wanted, number);
  return name;
}

/// A program that is known on the whole: how it stands, and whether it leads.
std::string Agent::take(Candidate& tried, const std::string& name, Entry& entry) {
  Playground& ground = bench_.playground;
  const std::size_t top = ground.top();
  Candidate* const before = leader_;
  std::string told = fmt::format("{} reaches {}.", name, ground.loss_text(tried.loss(top)));
  if (!std::isfinite(tried.loss(top))) {
    for (const Evaluation& evaluation : tried.training) {
      if (!evaluation.failure.empty()) told += " It failed: " + evaluation.failure + ".";
      if (!evaluation.failure.empty()) break;
    }
  } else if (before != nullptr && before != &tried) {
    const Change change = ground.compare(tried, *before, top);
    told += fmt::format(" Its loss against the best before: {}; {}.", in_words(change),
                        change.sure             ? "better beyond doubt"
                        : change.share.high < 0 ? "better"
                        : change.share.low > 0  ? "worse beyond doubt"
                                                : "the interval holds 0");
    entry.finding = change.sure                           ? Finding::confirmed
                    : tried.loss(top) < before->loss(top) ? Finding::adopted
                                                          : Finding::refuted;
  }
  knows(name, tried);
  entry.result = told;
  entry.conclusion = leader_ != before ? "It leads from here on." : "It does not lead.";
  if (leader_ != before) {
    entry.program = policy::to_source(*tried.program);
    entry.worth_a_section = true;
  }
  return told;
}

std::string Agent::run(const ToolRequest& request, Entry& entry) {
  Playground& ground = bench_.playground;
  const Digest digest = request.program->digest();
  Candidate* tried = ground.trials().find(digest);
  std::string again;
  if (tried != nullptr) {
    again = "This program was tried before, whatever its text. ";
  } else {
    tried = ground.propose(request.program, "model", leader_ ? std::vector{leader_->digest()} : std::vector<Digest>{});
    if (tried == nullptr) {
      entry.result = entry.conclusion =
          "Not tried: the program is too large, or changes its ways merely because time passes (it compares a quantity "
          "that always grows with a constant).";
      entry.finding = Finding::refuted;
      return entry.result;
    }
  }
  if (!tried->known(ground.top())) {
    if (ground.trials().levels().back().cost > ground.affordable()) return entry.result = entry.conclusion = no_budget;
    ground.trials().measure({&tried, 1}, ground.top());
    if (!tried->known(ground.top())) return entry.result = entry.conclusion = no_budget;
  }
  const auto named = std::find_if(names_.begin(), names_.end(), [&](const auto& n) { return tried_.at(n) == tried; });
  return again + take(*tried, named != names_.end() ? *named : fresh_name(request.program->name()), entry);
}

std::string Agent::compare(const ToolRequest& request, Entry& entry) {
  Playground& ground = bench_.playground;
  const Candidate& a = candidate(request.programs[0]);
  const Candidate& b = candidate(request.programs[1]);
  const std::size_t top = ground.top();
  if (!a.known(top) || !b.known(top)) return entry.result = entry.conclusion = "One of them is not known on the whole.";
  const Change change = ground.compare(a, b, top);
  entry.result = fmt::format("Loss of {} against {}: {}.", request.programs[0], request.programs[1], in_words(change));
  entry.conclusion = change.share.high < 0  ? "The first is better."
                     : change.share.low > 0 ? "The second is better."
                                            : "They cannot be told apart.";
  design::NotebookTable table{
      .title = "By scenario", .columns = {"scenario", request.programs[0], request.programs[1]}, .rows = {}};
  std::string told = entry.result + " " + entry.conclusion + "\n";
  for (std::size_t s = 0; s < std::min<std::size_t>(a.training.size(), rows_told); ++s) {
    const std::string left = ground.quantity_text(a.training[s].objective());
    const std::string right = ground.quantity_text(b.training[s].objective());
    table.rows.push_back({std::to_string(s + 1), left, right});
    told += fmt::format("scenario {}: {} and {}\n", s + 1, left, right);
  }
  entry.tables.push_back(std::move(table));
  return told;
}

std::string Agent::slice(const ToolRequest& request, Entry& entry) {
  Playground& ground = bench_.playground;
  const auto slices = ground.slice(candidate(request.programs[0]), Policy::of(candidate(request.programs[1]).program),
                                   request.scenario);
  if (!slices) return entry.result = entry.conclusion = "The two cannot be compared part by part there.";
  design::NotebookTable table{.title = fmt::format("Phases of scenario {}", request.scenario + 1),
                              .columns = {"phase", request.programs[0], request.programs[1], "effect", "unusual there"},
                              .rows = {}};
  std::string told;
  std::size_t lost = 0;
  for (const judge::Phase& phase : slices->phases) {
    std::vector<std::string> unusual;
    for (const judge::PhaseFeature& feature : phase.features) {
      unusual.push_back(fmt::format("{} {:+.1f} sd", slices->features[feature.feature].name, feature.contrast));
    }
    table.rows.push_back({fmt::format("{:.0f} to {:.0f} %", 100 * phase.begin, 100 * phase.end),
                          ground.quantity_text(phase.objective), ground.quantity_text(phase.reference_objective),
                          std::string(judge::to_string(phase.effect)), join(unusual)});
    told += join(table.rows.back(), "; ") + "\n";
    lost += phase.effect == judge::Effect::worse ? 1 : 0;
  }
  entry.tables.push_back(std::move(table));
  entry.worth_a_section = true;
  entry.result = fmt::format("{} surely loses to {} in {} of {} phases.", request.programs[0], request.programs[1],
                             lost, slices->phases.size());
  entry.conclusion = lost > 0 ? "There is something to gain." : "Nothing is surely lost there.";
  return entry.result + "\nphase; first; second; effect on the first; unusual there\n" + told;
}

std::string Agent::ablate(const ToolRequest& request, Entry& entry) {
  Playground& ground = bench_.playground;
  const auto examination = ground.examine(candidate(request.programs[0]), 0.1 * ground.affordable());
  if (!examination) return entry.result = entry.conclusion = no_budget;
  design::NotebookTable table{
      .title = "What the loss improves by", .columns = {"change", "improvement", "effect"}, .rows = {}};
  std::string told;
  const judge::Ablations& all = examination->ablations;
  for (const std::size_t i : all.by_cost()) {
    if (table.rows.size() >= rows_told) break;
    const judge::Ablation& one = all.ablations[i];
    table.rows.push_back(
        {one.edit.words, percent(one.improvement.estimate), std::string(judge::to_string(one.effect))});
    told += join(table.rows.back(), "; ") + "\n";
  }
  entry.tables.push_back(std::move(table));
  entry.worth_a_section = true;
  entry.result =
      examination->dead.empty() ? "No term is dead." : fmt::format("{} terms are dead.", examination->dead.size());
  entry.conclusion = "What each part is worth is known.";
  const std::string dead = examination->dead.empty() ? "" : "Dead: " + join(examination->dead) + "\n";
  return entry.result + "\n" + dead + "change; improvement; effect\n" + told;
}

std::string Agent::bound(const ToolRequest& request, Entry& entry) {
  Playground& ground = bench_.playground;
  const Candidate& asked = candidate(request.programs[0]);
  const auto gaps =
      asked.known(ground.top()) ? ground.gaps(asked, 0.2 * ground.affordable()) : std::vector<std::optional<double>>{};
  std::string told;
  for (std::size_t s = 0; s < std::min(gaps.size(), rows_told); ++s) {
    told += fmt::format("scenario {}: {}\n", s + 1, gaps[s] ? percent(*gaps[s]) : "no bound");
  }
  entry.result = told.empty() ? "No bound can be had." : "Distance from the provable bound: " + told;
  entry.conclusion = "How much there can be left to gain is known.";
  return entry.result;
}

std::string Agent::tune(const ToolRequest& request, Entry& entry) {
  Playground& ground = bench_.playground;
  Candidate* original = &candidate(request.programs[0]);
  const design::TuningRules rules{.rounds = 3};
  const double price = static_cast<double>(rules.rounds * rules.points) * ground.trials().levels()[ground.home()].cost;
  if (price > ground.affordable()) return entry.result = entry.conclusion = no_budget;
  ground.trials().measure({&original, 1}, ground.home());
  const auto tuned = design::tune(ground.search(), {&original, 1}, ground.home(),
                                  (std::uint64_t{1} << 41) + bench_.notebook.entries.size(), rules);
  if (tuned.empty()) return entry.result = entry.conclusion = "No better constants were found.";
  Candidate* better = tuned.front().better;
  ground.trials().measure({&better, 1}, ground.top());
  if (!better->known(ground.top())) return entry.result = entry.conclusion = no_budget;
  const std::string told = take(*better, fresh_name(request.programs[0] + "_tuned"), entry);
  return told + "\n```policy\n" + policy::to_source(*better->program) + "```";
}

std::string Agent::plot(const ToolRequest& request, Entry& entry) {
  Playground& ground = bench_.playground;
  const std::size_t top = ground.top();
  design::NotebookPlot plot{.title = "Loss against the leader's", .x_label = "% (lower is better)", .rows = {}};
  for (const std::string& name : request.programs) {
    const Candidate& one = candidate(name);
    if (leader_ == nullptr || !one.known(top)) continue;
    const Change change = ground.compare(one, *leader_, top);
    plot.rows.push_back({.name = name,
                         .text = fmt::format("{:+.2f}", 100 * change.share.estimate),
                         .value = 100 * change.share.estimate,
                         .low = 100 * change.share.low,
                         .high = 100 * change.share.high,
                         .highlighted = &one == leader_});
  }
  entry.plots.push_back(std::move(plot));
  entry.worth_a_section = true;
  entry.result = fmt::format("{} programs stand beside each other in a figure.", request.programs.size());
  entry.conclusion = "See the figure.";
  return entry.result;
}

}  // namespace syswright::research
