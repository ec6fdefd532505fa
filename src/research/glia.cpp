#include "research/glia.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "base/error.h"
#include "base/text.h"
#include "design/consultations.h"
#include "design/race.h"
#include "policy/compile.h"
#include "research/agent.h"

namespace syswright::research {
namespace {

using design::ChatMessage;
using design::ChatReply;
using design::Consultations;

constexpr std::size_t findings_shown = 20;
constexpr std::size_t longest_advice = 1200;

/// The lines of an answer that are questions, as the supervisor is asked for them: "- …".
std::string questions_in(const std::string& answer) {
  std::string lines;
  for (std::size_t at = 0; at < answer.size();) {
    const std::size_t end = std::min(answer.find('\n', at), answer.size());
    if (answer.compare(at, 2, "- ") == 0) lines += answer.substr(at, end - at) + "\n";
    at = end + 1;
  }
  return lines.substr(0, longest_advice);
}

/// One run of the search. A turn is one request of every researcher, and what the supervisor asks after it.
class Laboratory final : public design::Strategy {
 public:
  Laboratory(design::Search& search, const GliaOptions& options)
      : search_(search),
        options_(options),
        bench_(search),
        consultations_(*search.task().chat, search.task().seed,
                       {.temperature = options.temperature, .max_tokens = options.max_tokens}) {
    for (std::size_t i = 0; i < std::max<std::size_t>(options.contexts, 1); ++i) {
      agents_.push_back(std::make_unique<Agent>(bench_, i));
    }
    unread_.resize(agents_.size());
  }

  bool turn() override {
    if (!started_) {
      started_ = true;
      try_known();
      return true;
    }
    if (!consultations_.may_go_on()) return false;
    std::vector<std::size_t> asked;
    for (std::size_t i = 0; i < agents_.size(); ++i) {
      if (unread_[i] < options_.give_up) asked.push_back(i);
    }
    if (asked.empty()) return false;
    ask(asked);
    review();
    return true;
  }

  std::vector<std::string> notes() const override {
    std::vector<std::string> notes = consultations_.notes();
    notes.push_back(
        fmt::format("{} requests of {} researchers were carried out, {} answers could not be read; {} reviews, "
                    "{} fresh conversations",
                    bench_.notebook.entries.size(), agents_.size(), useless_, reviews_, handovers_));
    for (std::size_t i = 0; i < agents_.size(); ++i) {
      if (unread_[i] >= options_.give_up) {
        notes.push_back(fmt::format("researcher {} was given up: its last {} answers could not be read ({})",
                                    agents_[i]->name(), options_.give_up, fit(last_complaint_, 120)));
      }
    }
    const bool any = std::any_of(bench_.notebook.entries.begin(), bench_.notebook.entries.end(),
                                 [](const auto& entry) { return !entry.program.empty(); });
    if (!any) notes.emplace_back("no program that leads came of the models: what is handed over is not their work");
    return notes;
  }

  std::shared_ptr<const design::Notebook> notebook() const override {
    auto notebook = std::make_shared<design::Notebook>(bench_.notebook);
    for (const design::NotebookEntry& entry : notebook->entries) {
      if (entry.kind == tool_name(Tool::conclude)) notebook->findings.push_back(entry.context + ": " + entry.result);
      if (entry.finding == design::NotebookEntry::Finding::refuted) {
        notebook->dead_ends.push_back(fmt::format("{}: {} {}", entry.context, entry.hypothesis, entry.result));
      }
    }
    return notebook;
  }

 private:
  design::Trials& trials() { return search_.trials(); }

  /// Seeds of the task and the domain's known heuristics: every researcher knows them.
  void try_known() {
    Field field = search_.propose_seeds();
    const std::vector<std::shared_ptr<const policy::Signature>> signatures{search_.task().domain.signature()};
    for (const std::string& text : search_.task().domain.exemplars()) {
      policy::ProgramPtr program = policy::compile(text, "exemplar", signatures);
      std::string origin = "known " + program->name();
      if (Candidate* candidate = trials().propose(std::move(program), std::move(origin))) field.push_back(candidate);
    }
    trials().set_note("known heuristics");
    design::race(trials(), field, 0, trials().top(), nullptr, {.keep = 0.5});
    for (const auto& agent : agents_) {
      for (Candidate* candidate : field) {
        if (candidate->known(trials().top())) agent->knows(candidate->program->name(), *candidate);
      }
      agent->begin();
    }
  }

  void ask(const std::vector<std::size_t>& asked) {
    std::vector<Consultations::Opening> openings;
    std::vector<ToolContext> contexts;
    for (const std::size_t i : asked) {
      openings.push_back(agents_[i]->messages());
      contexts.push_back(agents_[i]->context());
    }
    std::vector<ToolRequest> requests(asked.size());
    std::vector<std::string> complaints(asked.size());
    const auto check = [&](std::size_t k, const ChatReply& reply) -> std::optional<std::string> {
      auto read = read_request(reply.text, reply.cut, contexts[k]);
      if (auto* complaint = std::get_if<std::string>(&read)) return complaints[k] = *complaint;
      requests[k] = std::get<ToolRequest>(std::move(read));
      return std::nullopt;
    };
    trials().set_note("asking the researchers");
    trials().report();
    const auto results = consultations_.hold(openings, options_.repairs, check, search_.spending().token());
    for (std::size_t k = 0; k < results.size(); ++k) {
      Agent& agent = *agents_[asked[k]];
      bool gained = false;
      if (results[k].served && search_.may_go_on()) {
        unread_[asked[k]] = 0;
        gained = agent.carry_out(results[k].last.text, requests[k],
                                 "model " + search_.task().chat->models[results[k].model]->name());
      } else if (!results[k].served) {
        ++useless_;
        ++unread_[asked[k]];
        last_complaint_ = results[k].last.ok() ? complaints[k] : results[k].last.problem;
      }
      consultations_.learn(results[k], gained ? 1 : results[k].served ? 0.2 : 0);
      if (agent.length() > options_.longest || unread_[asked[k]] == options_.idle) {
        ++handovers_;
        agent.begin();
      }
    }
  }

  /// Where work stalls, or has gone on for a while: one question to the supervisor for each researcher.
  void review() {
    std::vector<Agent*> reviewed;
    std::vector<Consultations::Opening> openings;
    for (const auto& agent : agents_) {
      const bool due = agent->since_review() >= options_.review_every ||
                       (agent->since_gain() >= options_.patience && agent->since_review() >= options_.patience);
      if (!due || !consultations_.may_go_on() || !search_.may_go_on()) continue;
      reviewed.push_back(agent.get());
      openings.push_back(opening_for(*agent));
    }
    if (reviewed.empty()) return;
    std::vector<std::string> advice(reviewed.size());
    const auto check = [&](std::size_t k, const ChatReply& reply) -> std::optional<std::string> {
      advice[k] = questions_in(reply.text);
      if (!advice[k].empty()) return std::nullopt;
      return "There is no line that begins with '- ' in this answer. Ask one to three questions, each on a line of its "
             "own "
             "that begins with '- '.";
    };
    const auto results = consultations_.hold(openings, options_.repairs, check, search_.spending().token());
    for (std::size_t k = 0; k < results.size(); ++k) {
      reviewed[k]->reviewed();
      consultations_.learn(results[k], results[k].served ? 0.2 : 0);
      if (!results[k].served) continue;
      ++reviews_;
      reviewed[k]->hear(advice[k]);
      design::NotebookEntry entry;
      entry.number = bench_.notebook.entries.size() + 1;
      entry.context = reviewed[k]->name();
      entry.kind = "supervision";
      entry.hypothesis = "Work may be pushed where it stalls.";
      entry.result = advice[k];
      entry.conclusion = "The researcher was asked this.";
      entry.finding = design::NotebookEntry::Finding::learned;
      entry.spent_in_all = search_.spending().spent();
      bench_.notebook.entries.push_back(std::move(entry));
    }
  }

  Consultations::Opening opening_for(const Agent& agent) const {
    const Domain& domain = search_.task().domain;
    std::string system =
        "You supervise a researcher who designs policies of a computer system by experiment. You see findings, never "
        "programs, and write none. You ask: what was overlooked, what contradicts itself, what was not followed up; "
        "you "
        "remind of earlier findings, and push where work repeats itself. Answer with one to three questions, each on a "
        "line of its own that begins with '- '.";
    std::string user = fmt::format(
        "The system: {}. {}\nThe objective: {} ({} is better).\nThe last {} steps brought nothing better.\n"
        "Findings, oldest first:\n",
        domain.name(), domain.summary(), domain.metrics().front().name,
        domain.metrics().front().lower_is_better ? "lower" : "higher", agent.since_gain());
    user += agent.findings(findings_shown);
    return {{ChatMessage::Role::system, std::move(system)}, {ChatMessage::Role::user, std::move(user)}};
  }

  design::Search& search_;
  GliaOptions options_;
  Bench bench_;
  Consultations consultations_;
  std::vector<std::unique_ptr<Agent>> agents_;
  std::vector<std::size_t> unread_;  // [agents]: answers in a row that could not be read
  std::string last_complaint_;
  bool started_ = false;
  std::uint64_t useless_ = 0;
  std::uint64_t reviews_ = 0;
  std::uint64_t handovers_ = 0;
};

}  // namespace

std::unique_ptr<design::Strategy> Glia::start(design::Search& search) const {
  const design::ChatService* const chat = search.task().chat;
  if (chat == nullptr || chat->models.empty()) {
    throw InputError(
        "designer 'glia' asks a language model, and this search has none; 'researcher' does the same by rule, without "
        "one");
  }
  return std::make_unique<Laboratory>(search, options_);
}

}  // namespace syswright::research
