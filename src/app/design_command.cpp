#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <ostream>

#include "app/chat_options.h"
#include "app/commands.h"
#include "app/design_output.h"
#include "app/notebook_output.h"
#include "app/policies.h"
#include "app/resumption.h"
#include "app/scenarios.h"
#include "app/version.h"
#include "app/workshop.h"
#include "base/file.h"
#include "base/text.h"
#include "ledger/search_memory.h"
#include "studies/budget.h"

namespace syswright::app {
namespace {

struct Arguments {
  ScenarioRequest request;
  WorkshopOptions workshop;
  std::string designer = "evolve";
  std::string budget = "60s";
  std::uint64_t seed = 1;
  std::vector<std::string> start;
  std::string output;
  std::string report = "syswright-report";
  std::string contract;
  std::string notebook;
  bool explain = false;
  bool memory = false;
  ChatArguments chat;
};

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::vector<policy::ProgramPtr> starting_programs(const Context& context, const Domain& domain,
                                                  const std::vector<std::string>& start) {
  std::vector<policy::ProgramPtr> programs;
  for (const std::string& name : start) {
    if (name == "exemplars") {
      for (policy::ProgramPtr& program : exemplar_programs(domain)) programs.push_back(std::move(program));
    } else {
      programs.push_back(load_program_for(name, domain, context.domains));
    }
  }
  return programs;
}

/// The state of a progress line: best so far, evaluations a second, time left.
ProgressLine::State state_of(const design::Progress& progress, const design::Budget& budget) {
  const double rate = progress.elapsed_seconds > 0 ? progress.spent_evaluations / progress.elapsed_seconds : 0;
  ProgressLine::State state{.fraction = progress.fraction,
                            .best = progress.best ? fmt::format("{:.4f}", *progress.best) : "",
                            .note = fmt::format("{:.0f} evaluations/s  {}", rate, progress.note),
                            .seconds_left = {}};
  if (budget.seconds && !budget.evaluations) {
    state.seconds_left = std::max(0.0, *budget.seconds - progress.elapsed_seconds);
  }
  return state;
}

std::vector<std::pair<std::string, std::string>> options_used(const Domain& domain, const ScenarioRequest& request) {
  std::vector<std::pair<std::string, std::string>> options;
  for (const Option& option : domain.options()) {
    const auto given = request.options.find(option.name);
    options.emplace_back(option.name, given == request.options.end() ? option.default_value : given->second);
  }
  return options;
}

/// What is known of a run before it starts, as the ledger keeps it: all that its result depends on.
Json run_options(const DesignReport& report, const std::string& models) {
  Json options = Json::object();
  for (const auto& [name, value] : report.options) options.set(name, value);
  Json run = Json::object();
  run.set("command", report.command)
      .set("designer", report.designer)
      .set("budget", report.budget)
      .set("workload", report.workload.name)
      .set("scenarios", digest_of(report.suite).hex())
      .set("options", std::move(options));
  if (!models.empty()) run.set("models", models);
  return run;
}

/// The language models that a designer asks; null for one that asks none.
struct Advice {
  std::string models;
  std::unique_ptr<design::ChatService> service;
};

Advice find_advice(const Arguments& arguments, const design::Designer& designer, const design::Budget& budget,
                   const std::string& command, Ledger& ledger) {
  const ChatArguments& chat = arguments.chat;
  if (!designer.needs_chat()) {
    if (!chat.replay) return {};
    throw InputError(
        fmt::format("--replay: designer '{}' asks no language model; its runs repeat by their seed", designer.name()));
  }
  if (chat.replay && budget.seconds) {
    throw InputError(
        "--replay: how far a budget in seconds reaches depends on the machine; replay a run with a budget in "
        "evaluations (--budget 2000evals)");
  }
  std::string models = chat_models(chat, ledger, command, designer.name(), arguments.seed);
  try {
    std::unique_ptr<design::ChatService> service = open_chat(chat, models, designer.name(), ledger);
    return {std::move(models), std::move(service)};
  } catch (const InputError& error) {
    if (designer.without_chat().empty() || chat.replay) throw;
    throw InputError(fmt::format("{}\nWithout a language model, '--designer {}' does the same by rule", error.what(),
                                 designer.without_chat()));
  }
}

/// `history`: so far, or at the end; in place of what was recorded before.
void record_proposals(Ledger& ledger, RunId run, const std::vector<design::Ancestor>& history,
                      const std::string& domain) {
  LedgerBatch batch;
  std::vector<ProposalRecord> proposals;
  for (const design::Ancestor& ancestor : history) {
    batch.policies.push_back(describe_policy(Policy::of(ancestor.program), domain));
    proposals.push_back({.run = run,
                         .policy = ancestor.program->digest(),
                         .parents = ancestor.parents,
                         .origin = ancestor.origin,
                         .train = ancestor.train,
                         .spent = ancestor.spent});
  }
  ledger.record(batch);
  ledger.record_proposals(proposals);
}

/// For runs with --memory: what this search handed over.
void record_choice(Ledger& ledger, RunId run, const design::Outcome& outcome, const Domain& domain,
                   const Suite& suite) {
  ledger.record(
      {.policies = {describe_policy(Policy::of(outcome.best), domain.name())}, .scenarios = {}, .evaluations = {}});
  ledger.record_choice(run, design::context_of(domain, suite.train), outcome.best->digest());
}

/// Writes down how far the search is, once a second at most: what another process sees of it, and what is known of its
/// clock if it is killed.
class Diary {
 public:
  Diary(Ledger& ledger, RunId run, const std::string& domain) : ledger_(ledger), run_(run), domain_(domain) {}

  void note(const design::Progress& progress) {
    const double now = seconds_now();
    if (written_ && now - *written_ < 1) return;
    written_ = now;
    ProgressRecord record{.run = run_,
                          .seconds = progress.elapsed_seconds,
                          .spent = progress.spent_evaluations,
                          .fraction = progress.fraction,
                          .best = progress.best,
                          .policy = {},
                          .note = progress.note};
    // Its text is there already, with its evaluations.
    if (progress.best_program) record.policy = progress.best_program->digest();
    ledger_.record_progress(record);
    // It grows; where it shrinks, another program has become the best.
    if (progress.history.size() != told_ || record.policy != best_) {
      record_proposals(ledger_, run_, progress.history, domain_);
      told_ = progress.history.size();
      best_ = record.policy;
    }
  }

 private:
  Ledger& ledger_;
  RunId run_;
  const std::string& domain_;
  std::optional<double> written_;
  std::size_t told_ = 0;
  std::optional<Digest> best_;
};

/// An interruption ends the search: the judges still look at what it found, but explain nothing.
Evidence ask_the_judges(const Context& context, const DesignReport& report, Workshop& workshop,
                        const Arguments& arguments, ProgressLine& progress) {
  EvidenceOptions options{.threads = workshop.threads(), .explain = arguments.explain && !context.interrupted()};
  options.began = [&](std::string_view part) {
    progress.update({.fraction = 1, .best = "", .note = fmt::format("explaining: {}", part), .seconds_left = {}});
  };
  return gather_evidence(report.domain, report.suite, report.run, workshop.evaluator(), options);
}

/// The designed policy, the best baseline of the first held-out scenario, and the domain's usual points of reference.
std::vector<Policy> curve_policies(const DesignReport& report) {
  std::vector<Policy> policies{Policy::of(report.run.outcome.best)};
  const auto add = [&](const Policy& policy) {
    const bool known = std::any_of(policies.begin(), policies.end(),
                                   [&](const Policy& one) { return one.digest() == policy.digest(); });
    if (!known) policies.push_back(policy);
  };
  if (!report.run.against.empty()) {
    add(report.run.test.scenarios.front().standings[report.run.against.front().rival].policy);
  }
  for (const Baseline& baseline : report.domain.baselines()) {
    if (baseline.name == "lru" || baseline.name == "fifo") add(Policy::native(baseline.name));
  }
  return policies;
}

/// For whoever started several processes; not part of the result, which does not depend on them.
void tell_of_cluster(const Context& context, const ClusterFarm* cluster) {
  if (cluster == nullptr) return;
  const ClusterFarm::Counts& counts = cluster->counts();
  context.note(
      fmt::format("{} processes with {} threads: {} of {} evaluations in others than the first, {} stolen, {} "
                  "given twice because they took too long",
                  context.cluster->size(), cluster->threads(), with_thousands(counts.remote),
                  with_thousands(counts.jobs), counts.stolen, counts.reissued));
}

void finish(const Context& context, const DesignReport& report, const Arguments& arguments) {
  if (!arguments.output.empty()) write_file_atomically(arguments.output, program_file(report, true));
  const std::string page = arguments.report == "none" ? "" : write_report(report, arguments.report);
  const std::string notebook = arguments.notebook.empty() ? "" : write_notebook(report, arguments.notebook);
  if (context.json) {
    Json document = report_json(report);
    document.set("output", arguments.output.empty() ? Json() : Json(arguments.output));
    document.set("report", page.empty() ? Json() : Json(page));
    if (!notebook.empty()) document.set("notebook", notebook);
    context.out() << document.text();
    return;
  }
  print_design(context, report);
  if (!arguments.output.empty()) context.out() << fmt::format("\npolicy: {}\n", arguments.output);
  if (!page.empty()) context.out() << fmt::format("{}report: {}\n", arguments.output.empty() ? "\n" : "", page);
  if (!notebook.empty()) context.out() << fmt::format("notebook: {}\n", notebook);
}

/// Before anything is spent.
void check_notebook(const Arguments& arguments, const Context& context, const design::Designer& designer) {
  if (arguments.notebook.empty() || designer.keeps_notebook()) return;
  std::vector<std::string> names;
  for (const auto& one : context.designers.items()) {
    if (one->keeps_notebook()) names.push_back(one->name());
  }
  throw InputError(
      fmt::format("--notebook: designer '{}' keeps no notebook; these do: {}", designer.name(), join(names)));
}

ExitCode run(const Context& context, const Domain& domain, const Arguments& arguments) {
  const design::Designer& designer = context.designers.find(arguments.designer);
  check_notebook(arguments, context, designer);
  const design::Budget budget = studies::parse_budget(arguments.budget, "--budget");
  std::vector<policy::ProgramPtr> start = starting_programs(context, domain, arguments.start);
  const policy::ProgramPtr contract =
      arguments.contract.empty() ? nullptr : load_program_for(arguments.contract, domain, context.domains);
  const auto workload = open_workload(context, domain, arguments.request);
  Suite suite = workload->suite();
  if (context.works_for_leader()) {
    work_for_leader(*context.cluster, domain, suite, threads_for(arguments.workshop));
    return ExitCode::ok;
  }
  Workshop workshop(context, arguments.workshop, domain.name(), suite);
  const std::string run_name = "design " + domain.name();
  const Advice advice = find_advice(arguments, designer, budget, run_name, workshop.ledger());

  studies::DesignRun design_run;
  DesignReport report{.domain = domain,
                      .workload = workload->summary(),
                      .suite = suite,
                      .run = design_run,
                      .command = context.command_line,
                      .designer = designer.name(),
                      .budget = arguments.budget,
                      .seed = arguments.seed,
                      .threads = workshop.threads(),
                      .seconds = 0,
                      .version = std::string(version()),
                      .options = options_used(domain, arguments.request)};
  const BegunRun begun =
      begin_run(context, workshop.ledger(), run_name, run_options(report, advice.models), arguments.seed);
  const RunId id = begun.id;
  Diary diary(workshop.ledger(), id, domain.name());
  const auto progress = context.progress("design");
  const double started = seconds_now();
  const SearchMemory memory(workshop.ledger(), domain, begun.mark);
  const studies::DesignPlan plan{
      .domain = domain,
      .suite = suite,
      .designer = designer,
      .budget = budget,
      .seed = arguments.seed,
      .seeds = std::move(start),
      .name = policy_name_for(arguments.output, domain),
      .progress =
          [&](const design::Progress& now) {
            progress->update(state_of(now, budget));
            diary.note(now);
          },
      .searched =
          [&](const design::Outcome& outcome) {
            report.seconds = seconds_now() - started;
            progress->update({.fraction = 1, .best = "", .note = "judging on the held-out part", .seconds_left = 0.0});
            design_run.outcome = outcome;
            record_proposals(workshop.ledger(), id, outcome.history, domain.name());
            record_choice(workshop.ledger(), id, outcome, domain, suite);
            // The best so far is safe before the held-out part is looked at.
            if (!arguments.output.empty()) write_file_atomically(arguments.output, program_file(report, false));
          },
      .chat = advice.service.get(),
      .memory = arguments.memory ? &memory : nullptr,
      .paid = begun.paid};
  design_run = studies::run_design(plan, workshop.evaluator(), context.stop);
  if (contract) design_run.outcome.best = design_run.outcome.best->with_contracts_of(*contract);
  report.evidence = ask_the_judges(context, report, workshop, arguments, *progress);
  if (arguments.report != "none") {
    report.curves = report_curves(domain, *workload, curve_policies(report), workshop.evaluator(), context.stop);
  }
  progress->clear();
  tell_of_cluster(context, workshop.cluster());
  finish(context, report, arguments);
  // Last: a run that was killed before its report was written can be gone on with.
  workshop.ledger().end_run(id, report_json(report).text());
  if (design_run.outcome.stopped) return ExitCode::interrupted;
  return report.evidence->holds() ? ExitCode::ok : ExitCode::failed;
}

void add_domain(CLI::App& group, Context& context, const Domain& domain) {
  CLI::App& command = add_command(
      group, context, domain.name(), "Design a policy for " + domain.name() + ": " + domain.summary(),
      fmt::format("syswright design {} --budget 60s --seed 1 -o best.pol --report best-report", domain.name()));
  const auto arguments = std::make_shared<Arguments>();
  add_scenario_options(command, domain, arguments->request);
  command.add_option("--designer", arguments->designer, "How to search ('syswright designers' lists them)")
      ->capture_default_str()
      ->type_name("NAME");
  command
      .add_option("--budget", arguments->budget,
                  "What the search may spend: '60s', '5min', '2000evals', or a duration and evaluations with a comma")
      ->capture_default_str()
      ->type_name("BUDGET");
  command.add_option("--seed", arguments->seed, "Seed of the search")->capture_default_str()->type_name("N");
  command
      .add_option(
          "--start", arguments->start,
          "Programs to start from: files, or 'exemplars' for the known heuristics of the domain (default: none)")
      ->delimiter(',')
      ->type_name("LIST");
  command.add_option("-o,--output", arguments->output, "File to write the policy to")->type_name("FILE");
  command
      .add_option("--contract", arguments->contract,
                  "Program whose contract ('require', 'ensure') the designed policy is given, and certified against")
      ->type_name("FILE");
  command.add_flag("--explain", arguments->explain,
                   "Also explain the policy by experiments on the held-out part (some hundred evaluations)");
  command
      .add_option("--report", arguments->report,
                  "Folder to write the report to: report.html, report.json, results.csv; 'none' writes none")
      ->capture_default_str()
      ->type_name("FOLDER");
  command.add_flag("--memory", arguments->memory,
                   "Start from what earlier runs on the same training scenarios left in the ledger: their choices are "
                   "to be beaten, their results cost nothing, their failures are not tried again");
  command
      .add_option("--notebook", arguments->notebook,
                  "Write how the search went, step by step, for designers that keep a notebook: a file that ends in "
                  ".md, or a folder; figures stand beside it")
      ->type_name("PATH");
  add_workshop_options(command, arguments->workshop);
  add_chat_options(command, arguments->chat);
  on_run(command, context, [&context, &domain, arguments] { return run(context, domain, *arguments); });
}

}  // namespace

void add_design_command(CLI::App& app, Context& context) {
  CLI::App& group =
      add_group(app, "design", "Search for the policy that serves a workload best, and judge it on a held-out part",
                "syswright design cache --trace t.csv --size 1% --budget 60s --seed 1 -o best.pol");
  for (const auto& domain : context.domains.items()) add_domain(group, context, *domain);
}

}  // namespace syswright::app
