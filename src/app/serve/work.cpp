#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/serve/api.h"
#include "base/file.h"
#include "base/text.h"
#include "domain/sweep.h"
#include "studies/budget.h"

// Work that the page may start, as command lines of this program. Every part of a line is checked here, and handed over
// as one word that no shell reads.
namespace syswright::app::serve {
namespace {

using Form = nlohmann::json;

constexpr std::size_t most_text = 1000;
constexpr std::size_t most_policies = 12;

/// What may stand on a command line: no control characters, and not endless.
std::string checked(std::string text, const std::string& name) {
  const bool odd = std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
  if (odd || text.size() > most_text)
    throw InputError(fmt::format("'{}' is too long, or has control characters", name));
  return text;
}

/// Empty if it is not given.
std::string text_of(const Form& form, const std::string& name) {
  if (!form.contains(name) || form[name].is_null()) return "";
  if (!form[name].is_string()) throw InputError(fmt::format("'{}' must be a text", name));
  return checked(form[name].get<std::string>(), name);
}

std::uint64_t number_of(const Form& form, const std::string& name, std::uint64_t usual, std::uint64_t most) {
  if (!form.contains(name) || form[name].is_null()) return usual;
  if (form[name].is_string()) return read_number(form[name].get<std::string>(), most);
  if (!form[name].is_number_unsigned() || form[name].get<std::uint64_t>() > most) {
    throw InputError(fmt::format("'{}' must be a whole number up to {}", name, most));
  }
  return form[name].get<std::uint64_t>();
}

/// --name=value: a value that begins with '-' is no option.
std::string option(const std::string& name, const std::string& value) { return fmt::format("--{}={}", name, value); }

void add_scenario(std::vector<std::string>& words, const Form& form, const Domain& domain) {
  if (const std::string trace = text_of(form, "trace"); !trace.empty()) {
    if (!std::filesystem::exists(trace)) throw InputError(fmt::format("trace: there is no file '{}'", trace));
    words.push_back(option("trace", trace));
  }
  if (!form.contains("options")) return;
  if (!form["options"].is_object()) throw InputError("'options' must be an object");
  for (const auto& [name, value] : form["options"].items()) {
    const auto options = domain.options();
    if (std::ranges::find(options, name, &Option::name) == options.end()) {
      std::vector<std::string> names;
      for (const Option& one : options) names.push_back(one.name);
      throw InputError(
          fmt::format("{} has no option '{}'{}", domain.name(), checked(name, "options"), did_you_mean(name, names)));
    }
    if (const std::string given = text_of(form["options"], name); !given.empty()) words.push_back(option(name, given));
  }
}

std::vector<std::string> design_words(const Form& form, const Domain& domain,
                                      const Registry<design::Designer>& designers) {
  const std::string name = text_of(form, "designer");
  const design::Designer& designer = designers.find(name.empty() ? "evolve" : name);
  if (designer.needs_chat()) {
    throw InputError(fmt::format(
        "designer '{}' asks a language model, which costs money: start it with 'syswright design {} --designer {}'",
        designer.name(), domain.name(), designer.name()));
  }
  const std::string budget = text_of(form, "budget");
  if (budget.empty()) throw InputError("budget: say what the search may spend, such as 60s or 2000evals");
  studies::parse_budget(budget, "budget");
  std::vector<std::string> words{"design",
                                 domain.name(),
                                 option("designer", designer.name()),
                                 option("budget", budget),
                                 option("seed", std::to_string(number_of(form, "seed", 1, ~std::uint64_t{0}))),
                                 "--report=none"};
  add_scenario(words, form, domain);
  return words;
}

/// Programs go into files of the jobs' own folder.
std::string policy_word(const Form& item, const Domain& domain, const LedgerView& view, const std::string& folder) {
  if (!item.is_string()) throw InputError("'policies' must be names of baselines or digests");
  const std::string text = checked(item.get<std::string>(), "policies");
  for (const Baseline& baseline : domain.baselines()) {
    if (baseline.name == text) return text;
  }
  const Digest digest = read_digest(text);
  const std::optional<PolicyRecord> policy = view.policy(digest);
  if (!policy || policy->domain != domain.name()) {
    throw InputError(fmt::format("the ledger has no policy {} of {}", text, domain.name()));
  }
  if (policy->source.empty()) return policy->name;
  const std::string path = fmt::format("{}/{}.pol", folder, text);
  write_file_atomically(path, policy->source);
  return path;
}

std::string policies_word(const Form& form, const Domain& domain, const LedgerView& view, const std::string& folder) {
  if (!form.contains("policies") || !form["policies"].is_array() || form["policies"].empty()) {
    throw InputError("policies: choose at least one");
  }
  if (form["policies"].size() > most_policies) {
    throw InputError(fmt::format("policies: {} at most", most_policies));
  }
  std::vector<std::string> words;
  for (const Form& item : form["policies"]) words.push_back(policy_word(item, domain, view, folder));
  return option("policy", join(words, ","));
}

std::vector<std::string> curve_words(const Form& form, const Domain& domain, const std::string& policies) {
  const auto* sweepable = dynamic_cast<const Sweepable*>(&domain);
  if (sweepable == nullptr) throw InputError(fmt::format("{} has no curves", domain.name()));
  const std::string& flag = sweepable->sweep_name();
  std::vector<std::string> words{"run", domain.name(), policies, "--" + flag,
                                 option(flag + "-points", std::to_string(number_of(form, "points", 16, 100)))};
  if (const std::string rate = text_of(form, "rate"); !rate.empty()) words.push_back(option(flag + "-rate", rate));
  add_scenario(words, form, domain);
  return words;
}

std::vector<std::string> timeline_words(const Form& form, const Domain& domain, const std::string& policies,
                                        const std::string& folder) {
  if (folder.empty()) throw InputError("timelines have no folder: start 'syswright serve --timelines FOLDER'");
  if (!domain.draws_timelines()) throw InputError(fmt::format("{} draws no timelines", domain.name()));
  const std::string name = text_of(form, "name");
  const bool plain =
      std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; });
  if (name.empty() || name.size() > 60 || !plain) {
    throw InputError("name: up to 60 letters, digits, '-' and '_'");
  }
  const std::string path = fmt::format("{}/{}.json", folder, name);
  if (std::filesystem::exists(path)) throw InputError(fmt::format("there is a timeline '{}' already", name));
  std::vector<std::string> words{"run", domain.name(), policies, option("timeline", path), "--no-audit", "--no-bounds"};
  add_scenario(words, form, domain);
  return words;
}

Json job_line(const JobState& state) {
  return Json::object()
      .set("id", state.id)
      .set("kind", state.kind)
      .set("title", state.title)
      .set("command", state.command)
      .set("running", state.running)
      .set("stopped", state.stopped)
      .set("code", state.running ? Json() : Json(state.code))
      .set("seconds", state.seconds)
      .set("errors", state.errors);
}

}  // namespace

std::uint64_t Api::start_job(const std::string& body) {
  const Form form = Form::parse(body, nullptr, false);
  if (!form.is_object()) throw InputError("the body is not a JSON object");
  const std::string kind = text_of(form, "kind");
  if (kind == "resume") return resume(number_of(form, "run", 0, 1'000'000'000));
  const Domain& domain = setup_.domains.find(text_of(form, "domain"));
  std::vector<std::string> words;
  std::string title;
  if (kind == "design") {
    words = design_words(form, domain, setup_.designers);
    title = fmt::format("design {}, {}", domain.name(), text_of(form, "budget"));
  } else if (kind == "curves" || kind == "timeline") {
    const std::string policies = policies_word(form, domain, view_, jobs_.folder());
    const bool curves = kind == "curves";
    words = curves ? curve_words(form, domain, policies) : timeline_words(form, domain, policies, setup_.timelines);
    title = curves ? fmt::format("curves of {}", domain.name()) : fmt::format("timeline {}", text_of(form, "name"));
  } else {
    throw InputError("kind: 'design', 'resume', 'curves' or 'timeline'");
  }
  words.push_back(option("ledger", setup_.ledger));
  words.emplace_back("--json");
  return jobs_.start(kind, title, words);
}

std::uint64_t Api::resume(std::uint64_t number) {
  const std::optional<RunLine> line = view_.run(static_cast<RunId>(number));
  if (!line) throw InputError(fmt::format("run: there is no run {}", number));
  std::optional<std::uint64_t> job;
  if (status_of(*line, job) != "stopped" || line->run.invocation.empty()) {
    throw InputError(fmt::format("run {} cannot be gone on with: it has ended, or runs, or did not say how", number));
  }
  return jobs_.start("resume", fmt::format("resume run {}", number),
                     {"resume", std::to_string(number), option("ledger", setup_.ledger), "--json"});
}

Json Api::jobs_json() {
  Json list = Json::array();
  for (const JobState& state : jobs_.list()) list.push(job_line(state));
  return Json::object().set("jobs", std::move(list));
}

Json Api::job_json(std::uint64_t id) {
  const std::optional<JobState> state = jobs_.find(id);
  if (!state) throw NotFound(fmt::format("there is no job {}", id));
  return job_line(*state).set("output", state->output);
}

}  // namespace syswright::app::serve
