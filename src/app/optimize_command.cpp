#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <ostream>
#include <thread>

#include "app/commands.h"
#include "app/optimize_artifact.h"
#include "app/optimize_model.h"
#include "app/optimize_output.h"
#include "base/text.h"
#include "optimize/dataset.h"
#include "studies/budget.h"

namespace syswright::app {
namespace {

using optimize::Instance;

struct Arguments {
  std::vector<std::string> artifact;
  std::string new_name;
  ModelArguments model;
  std::string evaluator;
  std::string dataset;
  std::string test;
  std::string validation = "33%";
  std::string budget = "60s";
  bool minimize = false;
  std::uint64_t seed = 1;
  unsigned threads = 0;
  std::size_t minibatch = 0;
  std::string searcher = "auto";
  std::string output;
  std::string time_limit = "60s";
  std::string cpu_limit = "60s";
  std::string memory_limit = "2GiB";
  std::string output_limit = "1MiB";
  unsigned processes = 64;
};

/// The instances, by their use. A single task has one, without a name.
struct Instances {
  std::vector<Instance> train;
  std::vector<Instance> validation;
  std::vector<Instance> test;
  std::string mode = "single-task";
};

bool is_share(const std::string& text) { return text.ends_with('%'); }

/// A number of `of` instances that is at least one and leaves one.
std::size_t share_of(const std::string& text, const std::string& what, std::size_t of) {
  const double share = parse_fraction(text, what);
  if (!(share > 0 && share < 1)) throw InputError(fmt::format("{} '{}' must be between 0% and 100%", what, text));
  if (of < 2) throw InputError(fmt::format("{}: {} instance cannot be shared out", what, of));
  const auto count = static_cast<std::size_t>(std::lround(share * static_cast<double>(of)));
  return std::clamp<std::size_t>(count, 1, of - 1);
}

void check_placeholder(const Arguments& arguments) {
  const bool placed = arguments.evaluator.find("{instance}") != std::string::npos;
  if (placed && arguments.dataset.empty()) {
    throw InputError("--evaluator has '{instance}', but there is no --dataset to take instances from");
  }
  if (!placed && !arguments.dataset.empty()) {
    throw InputError("--evaluator does not say where the instance goes: write '{instance}' in its place");
  }
  if (!arguments.test.empty() && arguments.dataset.empty()) {
    throw InputError("--test holds instances out, but there is no --dataset to search on");
  }
}

Instances read_all(const Arguments& arguments) {
  check_placeholder(arguments);
  Instances all;
  if (arguments.dataset.empty()) {
    all.train.push_back({});
    return all;
  }
  all.mode = "multi-task";
  all.train = optimize::read_instances(arguments.dataset, "--dataset");
  if (arguments.test.empty()) return all;
  all.mode = "generalization";
  if (is_share(arguments.test)) {
    const std::size_t count = share_of(arguments.test, "--test", all.train.size());
    all.test = optimize::take_out(all.train, count, arguments.seed, "optimize test");
  } else {
    all.test = optimize::read_instances(arguments.test, "--test");
    for (const Instance& instance : all.test) {
      const bool seen = std::any_of(all.train.begin(), all.train.end(),
                                    [&](const Instance& other) { return other.argument == instance.argument; });
      if (seen)
        throw InputError(
            fmt::format("'{}' stands in --test and in --dataset: it would not be held out", instance.name));
    }
  }
  if (arguments.validation == "none") return all;
  if (is_share(arguments.validation)) {
    const std::size_t count = share_of(arguments.validation, "--validation", all.train.size());
    all.validation = optimize::take_out(all.train, count, arguments.seed, "optimize validation");
  } else {
    all.validation = optimize::read_instances(arguments.validation, "--validation");
  }
  return all;
}

/// The command starts in a folder of its own: a file that is named from here is not found there.
std::string hint_about_folders(const std::string& command) {
  std::istringstream words(command);
  std::string word;
  while (words >> word) {
    std::error_code ignored;
    if (word.starts_with('/') || word.find('{') != std::string::npos) continue;
    if (std::filesystem::is_regular_file(word, ignored)) {
      return fmt::format(
          "\nthe evaluator starts in an empty folder: write '{{here}}/{}' for the file that is named '{}' "
          "from here",
          word, word);
    }
  }
  return "";
}

optimize::EvaluatorOptions evaluator_options(const Arguments& arguments, const ArtifactFiles& files, unsigned threads) {
  const char* path = std::getenv("PATH");
  return {.command = arguments.evaluator,
          .file_name = files.names.front(),
          .further_files = {files.names.begin() + 1, files.names.end()},
          .here = std::filesystem::current_path().string(),
          .path = path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin",
          .limits = {.wall_seconds = parse_duration(arguments.time_limit, "--time-limit").value(),
                     .cpu_seconds = parse_duration(arguments.cpu_limit, "--cpu-limit").value(),
                     .memory_bytes =
                         static_cast<std::uint64_t>(parse_size(arguments.memory_limit, "--memory-limit").value()),
                     .output_bytes =
                         static_cast<std::uint64_t>(parse_size(arguments.output_limit, "--output-limit").value()),
                     .processes = arguments.processes},
          .threads = threads};
}

void judge(const Context& context, OptimizeReport& report, const optimize::Task& task, const Instances& instances) {
  if (instances.mode == "single-task") return;
  const optimize::Outcome& outcome = report.outcome;
  if (!instances.test.empty()) {
    report.verdict = optimize::hold_out(outcome.original.text, outcome.best.text, instances.test, task.measure,
                                        task.direction, context.stop);
    report.held_out = report.verdict.has_value();
    if (report.held_out) return;
    context.warn("stopped: the held-out instances were not looked at");
  }
  report.verdict =
      optimize::compare(instances.train, outcome.original.measurements, outcome.best.measurements, task.direction);
}

ArtifactFiles files_of(const Arguments& arguments) {
  if (arguments.artifact.empty() == arguments.new_name.empty()) {
    throw InputError(
        "give --artifact, the file to improve (several times for several files), or --new, the name of one that is to "
        "be "
        "written");
  }
  return arguments.new_name.empty() ? read_artifact(arguments.artifact) : new_artifact(arguments.new_name);
}

/// With marks where nothing else can be changed.
optimize::Artifact artifact_of(const ArtifactFiles& files, bool with_model) {
  using Marks = optimize::Artifact::Marks;
  return optimize::Artifact(files.text, files.title(), with_model ? Marks::optional : Marks::required);
}

optimize::Outcome search_with_hint(const optimize::Task& task, const Arguments& arguments, const ArtifactFiles& files,
                                   ModelSearch* model) {
  try {
    return model != nullptr ? model->search(task, files.names, files.longest) : optimize::search(task);
  } catch (const InputError& error) {
    const bool no_score = std::string_view(error.what()).find("no score") != std::string_view::npos;
    if (!no_score) throw;
    throw InputError(error.what() + hint_about_folders(arguments.evaluator));
  }
}

optimize::Source source_named(const std::string& name) {
  if (name == "auto") return optimize::Source::automatic;
  if (name == "bayes") return optimize::Source::bayes;
  if (name == "cma") return optimize::Source::cma;
  const std::vector<std::string> names{"auto", "bayes", "cma"};
  throw InputError(fmt::format("--searcher '{}' is not one of {}{}", name, join(names), did_you_mean(name, names)));
}

ExitCode run(const Context& context, const Arguments& arguments) {
  const ArtifactFiles files = files_of(arguments);
  const bool with_model = asks_model(context, arguments.model, files.text.empty());
  const optimize::Artifact artifact = artifact_of(files, with_model);
  const design::Budget budget = studies::parse_budget(arguments.budget, "--budget");
  const Instances instances = read_all(arguments);
  const unsigned threads =
      arguments.threads != 0 ? arguments.threads : std::max(1u, std::thread::hardware_concurrency());
  const optimize::ExternalEvaluator evaluator(evaluator_options(arguments, files, threads));
  if (!evaluator.isolation().network) {
    context.warn(fmt::format("the evaluator can reach the network: {}", evaluator.isolation().refused));
  }
  std::optional<ModelSearch> model;
  if (with_model) model.emplace(context, arguments.model, arguments.budget, arguments.seed);
  const auto progress = context.progress("optimize");
  optimize::Task task{.artifact = artifact,
                      .train = instances.train,
                      .validation = instances.validation,
                      .measure = [&](std::span<const optimize::Trial> trials,
                                     const std::stop_token& stop) { return evaluator.measure(trials, stop); },
                      .direction = arguments.minimize ? optimize::Direction::minimise : optimize::Direction::maximise,
                      .evaluations = {},
                      .seconds = budget.seconds,
                      .seed = arguments.seed,
                      .source = source_named(arguments.searcher),
                      .minibatch = arguments.minibatch,
                      .threads = threads,
                      .progress =
                          [&](const optimize::Progress& now) {
                            progress->update({.fraction = now.fraction,
                                              .best = now.best ? fmt::format("{:.8g}", *now.best) : "",
                                              .note = now.note,
                                              .seconds_left = {}});
                          },
                      .stop = context.stop};
  if (budget.evaluations) task.evaluations = static_cast<std::uint64_t>(*budget.evaluations);
  OptimizeReport report{.artifact = artifact,
                        .artifact_name = files.title(),
                        .file_names = files.names,
                        .designer = with_model ? "reflect" : "marks",
                        .mode = instances.mode,
                        .evaluator = arguments.evaluator,
                        .budget = arguments.budget,
                        .seed = arguments.seed,
                        .direction = task.direction,
                        .isolation = evaluator.isolation(),
                        .train = instances.train,
                        .validation = instances.validation,
                        .outcome = search_with_hint(task, arguments, files, model ? &*model : nullptr),
                        .verdict = {},
                        .held_out = false,
                        .output = arguments.output};
  // The best so far is safe before the held-out instances are looked at.
  if (!arguments.output.empty()) write_artifact(arguments.output, files, report.outcome.best.text);
  judge(context, report, task, instances);
  progress->clear();
  const std::string document = optimize_json(report).text();
  if (model) model->end(document);
  if (context.json) {
    context.out() << document;
  } else {
    print_optimize(context, report);
  }
  return report.outcome.ending == optimize::Ending::stopped ? ExitCode::interrupted : ExitCode::ok;
}

void add_search_options(CLI::App& command, Arguments& arguments) {
  command
      .add_option("--artifact", arguments.artifact,
                  "Text with '@tune(low, high)' and '@choose(a, b)' marks, or any text where a language model rewrites "
                  "it; may be given several times")
      ->type_name("FILE");
  command
      .add_option("--new", arguments.new_name,
                  "Instead of --artifact: name of a text that does not exist yet; a language model writes it from "
                  "--objective")
      ->type_name("NAME");
  command
      .add_option("--evaluator", arguments.evaluator,
                  "Command that prints {\"score\": number} for '{file}', and '{instance}' with a dataset; it starts in "
                  "an empty folder: '{here}' is the current one")
      ->required()
      ->type_name("COMMAND");
  command
      .add_option("--dataset", arguments.dataset,
                  "Instances to search on: a folder with a file for each, or a file with a line for each")
      ->type_name("PATH");
  command
      .add_option(
          "--test", arguments.test,
          "Instances to hold out and look at once, outside the budget: a path, or a share of the dataset: '20%'")
      ->type_name("PATH|SHARE");
  command
      .add_option("--validation", arguments.validation,
                  "With --test, instances on which the best is chosen: a path, a share of the dataset, or 'none'")
      ->capture_default_str()
      ->type_name("PATH|SHARE");
  command.add_flag("--minimize", arguments.minimize, "A lower score is better (default: higher)");
  command
      .add_option("--budget", arguments.budget,
                  "What the search may spend: '60s', '200evals', or both with a comma; an evaluation is one run of the "
                  "command")
      ->capture_default_str()
      ->type_name("BUDGET");
  command.add_option("--seed", arguments.seed, "Seed of the search")->capture_default_str()->type_name("N");
  command
      .add_option("--searcher", arguments.searcher,
                  "Where settings of the marks come from: 'cma' (CMA-ES and bandits), 'bayes' (a model of what was "
                  "measured) or 'auto' (bayes where the budget pays for at most 120 first looks)")
      ->capture_default_str()
      ->type_name("NAME");
  command
      .add_option("--minibatch", arguments.minibatch,
                  "Instances of a first look (default: 3, or all where there are fewer than 6)")
      ->type_name("N");
  command.add_option("--threads", arguments.threads, "Commands at one time (default: as many as the machine runs)")
      ->type_name("N");
  command.add_option("-o,--out", arguments.output, "File to write the best text to; of several files, the folder")
      ->type_name("PATH");
}

void add_limit_options(CLI::App& command, Arguments& arguments) {
  command.add_option("--time-limit", arguments.time_limit, "Longest time of one evaluation")
      ->capture_default_str()
      ->type_name("TIME");
  command.add_option("--cpu-limit", arguments.cpu_limit, "Most CPU time of one evaluation, all its processes together")
      ->capture_default_str()
      ->type_name("TIME");
  command.add_option("--memory-limit", arguments.memory_limit, "Most memory of one evaluation")
      ->capture_default_str()
      ->type_name("SIZE");
  command.add_option("--output-limit", arguments.output_limit, "Most that one evaluation may print")
      ->capture_default_str()
      ->type_name("SIZE");
  command.add_option("--process-limit", arguments.processes, "Most processes of one evaluation at one time")
      ->capture_default_str()
      ->check(CLI::Range(1u, 1u << 20))
      ->type_name("N");
}

}  // namespace

void add_optimize_command(CLI::App& app, Context& context) {
  CLI::App& command = add_command(
      app, context, "optimize", "Improve any text, judged by a command: its marked constants, or all of it by a model",
      "syswright optimize --artifact sort.c --evaluator 'python3 {here}/measure.py {file}' --budget 200evals "
      "-o best.c");
  const auto arguments = std::make_shared<Arguments>();
  add_search_options(command, *arguments);
  add_limit_options(command, *arguments);
  add_model_options(command, arguments->model);
  on_run(command, context, [&context, arguments] { return run(context, *arguments); });
}

}  // namespace syswright::app
