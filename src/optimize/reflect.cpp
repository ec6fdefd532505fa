#include "optimize/reflect.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/random.h"
#include "base/text.h"
#include "optimize/allowance.h"
#include "optimize/files.h"
#include "optimize/merge.h"
#include "optimize/pool.h"

namespace syswright::optimize {
namespace {

/// A text of the writer's, or of a merge.
struct Child {
  std::string text;  ///< all files
  std::string file;  ///< the one that was written
  Digest digest;
  std::string origin;
  std::vector<std::size_t> parents;
  std::size_t answer = 0;  ///< number among those of the round
};

class Reflection {
 public:
  Reflection(const Task& task, const Subject& subject, Writer& writer, const ReflectOptions& options)
      : task_(task),
        subject_(subject),
        writer_(writer),
        options_(options),
        notebook_(instances_of(task), task.measure),
        allowance_(task, notebook_),
        pool_(task, notebook_),
        minibatch_(minibatch_size(task)),
        merges_(task.seed) {
    for (std::size_t i = 0; i < notebook_.instances().size(); ++i) places_[notebook_.instances()[i].name] = i;
  }

  Outcome run() {
    if (task_.artifact.text().empty()) {
      allowance_.watch();
      begin_without_text();
    } else {
      measure_original(notebook_, allowance_, task_.artifact.text(), pool_.train(), task_.stop);
      enter({.text = task_.artifact.text(), .file = "", .digest = {}, .origin = "original", .parents = {}});
    }
    allowance_.watch();
    loop();
    allowance_.release();
    if (task_.stop.stop_requested()) outcome_.ending = Ending::stopped;
    pool_.finish(allowance_, outcome_);
    tell();
    return std::move(outcome_);
  }

 private:
  bool may_write() const {
    return idle_ < options_.patience && writer_.may_go_on() && allowance_.affordable() >= minibatch_;
  }

  void loop() {
    while (!allowance_.over()) {
      const bool wrote = may_write();
      if (wrote) round();
      const bool merged = !allowance_.over() && merge();
      const bool tuned = !allowance_.over() && tune();
      if (wrote || merged || tuned) continue;
      if (allowance_.affordable() <= pool_.train().size()) break;  // for no text more
      outcome_.ending = artifact_of(pool_.best().text).marks().empty() ? Ending::writer_over : Ending::all_tried;
      break;
    }
  }

  // ---- texts of the writer's

  /// Asks for first versions until one gets a score.
  void begin_without_text() {
    std::vector<Attempt> failed;
    for (std::size_t round = 0; round < options_.patience && writer_.may_go_on() && pool_.empty(); ++round) {
      const std::vector<Question> questions(few_enough(options_.proposals, pool_.train().size()),
                                            ask_for_first(subject_, failed));
      std::vector<Child> children = ask(questions, {});
      measure(children, pool_.train(), allowance_.stop());
      failed.clear();
      for (const Child& child : children) {
        const auto known = notebook_.find(child.digest, pool_.train());
        if (!known) continue;
        const bool scored =
            std::any_of(known->begin(), known->end(), [](const Measurement& one) { return one.score.has_value(); });
        if (scored) enter(child);
        if (!scored && failed.size() < options_.attempts) {
          failed.push_back({child.file, fmt::format("no score: {}", known->front().reason)});
        }
        if (!scored) last_failure_ = known->front().reason;
      }
      learn(children);
      if (allowance_.over()) break;
    }
    if (!pool_.empty()) return;
    std::string why = last_failure_.empty() ? "" : ": " + last_failure_;
    for (const std::string& note : writer_.notes()) why += "\n  " + note;
    throw InputError(fmt::format("no first version of {} got a score{}", subject_.names.front(), why));
  }

  void round() {
    const std::uint64_t before = notebook_.spent();
    const std::vector<std::size_t> part = draw_minibatch(pool_.train(), minibatch_, task_.seed, round_);
    std::vector<std::size_t> parents;
    std::vector<std::size_t> components;
    std::vector<Question> questions;
    for (std::size_t i = 0; i < few_enough(options_.proposals, part.size()); ++i) {
      parents.push_back(draw_parent(i));
      components.push_back(turns_[parents.back()]++ % subject_.names.size());
      questions.push_back(ask_for_rewrite(subject_, shown(parents[i], components[i], part)));
    }
    ++round_;
    report(fmt::format("round {}, asking for {} texts", round_, questions.size()));
    std::vector<Child> children = ask(questions, parents, components);
    measure(children, part, allowance_.stop());
    std::vector<Child> accepted;
    for (const Child& child : children) {
      const auto known = notebook_.find(child.digest, part);
      if (!known) continue;
      const Score score = score_of(*known, task_.direction);
      const Score bar = score_of(*notebook_.find(pool_.digest(child.parents[0]), part), task_.direction);
      if (score < bar) {
        accepted.push_back(child);
      } else {
        remember(child, *known, score, bar);
      }
    }
    measure(accepted, pool_.train(), allowance_.stop());
    for (const Child& child : accepted) enter(child);
    learn(children);
    idle_ = notebook_.spent() == before ? idle_ + 1 : 0;
    on_texts_ += notebook_.spent() - before;
    report(
        fmt::format("round {}, {} new texts, {} better than their parent", round_, children.size(), accepted.size()));
  }

  /// As many questions as the budget can measure the answers of, and at least one.
  std::size_t few_enough(std::size_t wanted, std::size_t instances) const {
    return std::clamp<std::uint64_t>(allowance_.affordable() / instances, 1, wanted);
  }

  /// A member of the front, each as often as it leads.
  std::size_t draw_parent(std::size_t number) const {
    const std::vector<Front::Entry> front = pool_.front();
    std::uint64_t all = 0;
    for (const Front::Entry& entry : front) all += entry.leads.size();
    std::uint64_t at = Random(task_.seed, "optimize parent", round_ * 64 + number).below(all);
    for (const Front::Entry& entry : front) {
      if (at < entry.leads.size()) return entry.member;
      at -= entry.leads.size();
    }
    return pool_.best_member();
  }

  Shown shown(std::size_t parent, std::size_t component, const std::vector<std::size_t>& part) {
    Shown shown{.files = split_files(pool_[parent].text),
                .component = component,
                .instances = {},
                .measurements = *notebook_.find(pool_.digest(parent), part),
                .attempts = attempts_[{parent, component}]};
    for (const std::size_t i : part) shown.instances.push_back(notebook_.instances()[i]);
    return shown;
  }

  /// The new texts among the answers: none twice, and none that was met before.
  std::vector<Child> ask(const std::vector<Question>& questions, const std::vector<std::size_t>& parents,
                         const std::vector<std::size_t>& components = {}) {
    std::vector<std::vector<std::string>> files(questions.size());
    for (std::size_t i = 0; i < parents.size(); ++i) files[i] = split_files(pool_[parents[i]].text);
    std::vector<std::string> written(questions.size());
    const auto check = [&](std::size_t i, const std::string& answer, bool cut) -> std::optional<std::string> {
      RewriteRules rules;
      if (!parents.empty()) rules.current = files[i][components[i]];
      rules.most_bytes = std::max<std::size_t>(rules.most_bytes, 4 * rules.current.size());
      ReadRewrite read = read_rewrite(answer, cut, rules);
      if (!read.text) return read.complaint;
      written[i] = *std::move(read.text);
      return std::nullopt;
    };
    const std::vector<Writer::Answer> answers = writer_.ask(questions, check, allowance_.stop());
    answered_ = answers.size();
    std::vector<Child> children;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      if (!answers[i].served) {
        ++useless_;
        continue;
      }
      if (!parents.empty()) files[i][components[i]] = written[i];
      Child child{.text = parents.empty() ? written[i] : join_files(files[i]),
                  .file = written[i],
                  .digest = {},
                  .origin = answers[i].who,
                  .parents = parents.empty() ? std::vector<std::size_t>{} : std::vector{parents[i]},
                  .answer = i};
      child.digest = Notebook::digest_of(child.text);
      if (met_.insert(child.digest).second) {
        children.push_back(std::move(child));
      } else {
        ++repeated_;
      }
    }
    fresh_ += children.size();
    return children;
  }

  /// What a text that was no better teaches those who are shown its parent.
  void remember(const Child& child, const std::vector<Measurement>& measured, const Score& score, const Score& bar) {
    const auto failed =
        std::find_if(measured.begin(), measured.end(), [](const Measurement& one) { return !one.score; });
    std::string result =
        failed != measured.end()
            ? fmt::format("no score: {}", failed->reason)
            : fmt::format("mean score {:.10g}, where the text as it is has {:.10g}",
                          user_value(score.loss, task_.direction), user_value(bar.loss, task_.direction));
    const std::vector<std::string> now = split_files(child.text);
    const std::vector<std::string> before = split_files(pool_[child.parents[0]].text);
    for (std::size_t i = 0; i < now.size(); ++i) {
      if (now[i] == before[i]) continue;
      std::vector<Attempt>& attempts = attempts_[{child.parents[0], i}];
      attempts.push_back({child.file, std::move(result)});
      if (attempts.size() > options_.attempts) attempts.erase(attempts.begin());
      return;
    }
  }

  /// An answer is worth the share of the pool that its text is at least as good as.
  void learn(const std::vector<Child>& children) {
    std::vector<double> gains(answered_, 0.0);
    for (const Child& child : children) {
      const std::vector<std::size_t>& ranking = pool_.ranking();
      const auto place = std::find_if(ranking.begin(), ranking.end(),
                                      [&](std::size_t member) { return pool_.digest(member) == child.digest; });
      if (place == ranking.end()) continue;
      gains[child.answer] = static_cast<double>(ranking.end() - place) / static_cast<double>(ranking.size());
    }
    writer_.learn(gains);
  }

  // ---- texts that need no writer

  /// False where there was none to make.
  bool merge() {
    if (merged_ >= options_.merges || subject_.names.size() < 2) return false;
    std::optional<Merge> merge = merges_.next(pool_, lineage_, task_.direction);
    if (!merge) return false;
    ++merged_;
    Child child{.text = std::move(merge->text),
                .file = "",
                .digest = {},
                .origin = "merge",
                .parents = {merge->other, merge->one}};
    child.digest = Notebook::digest_of(child.text);
    if (!met_.insert(child.digest).second) return true;
    measure({child}, merge->instances, allowance_.stop());
    const auto known = notebook_.find(child.digest, merge->instances);
    if (!known) return true;
    const auto on_these = [&](std::size_t member) {
      return score_of(*notebook_.find(pool_.digest(member), merge->instances), task_.direction);
    };
    if (score_of(*known, task_.direction) > std::min(on_these(merge->one), on_these(merge->other))) return true;
    measure({child}, pool_.train(), allowance_.stop());
    enter(child);
    report("merged two texts");
    return true;
  }

  static Artifact artifact_of(const std::string& text) {
    try {
      return Artifact(text, "text", Artifact::Marks::optional);
    } catch (const InputError&) {
      return Artifact("", "text", Artifact::Marks::optional);  // files whose marks do not fit together
    }
  }

  /// Searches the marks of the best text. False where it has none, or nothing came of what could be spent.
  bool tune() {
    const Artifact artifact = artifact_of(pool_.best().text);
    if (artifact.marks().empty()) return false;
    const std::size_t parent = pool_.best_member();
    const std::uint64_t least = pool_.train().size() * (1 + 2 * artifact.marks().size());
    std::optional<std::uint64_t> evaluations = on_texts_ - std::min(on_texts_, on_marks_);
    if (may_write() && *evaluations < least) return false;
    if (!may_write()) evaluations = task_.evaluations ? std::optional(allowance_.affordable()) : std::nullopt;
    if (evaluations && *evaluations < pool_.train().size() + 1) return false;
    const std::uint64_t before = notebook_.spent();
    const Task inner{
        .artifact = artifact,
        .train = task_.train,
        .validation = {},
        .measure = [this](std::span<const Trial> trials, const std::stop_token&) { return measure_through(trials); },
        .direction = task_.direction,
        .evaluations = evaluations,
        .seconds = {},
        .seed = Random(task_.seed, "optimize tuning", tunings_++).next(),
        .source = task_.source,
        .minibatch = task_.minibatch,
        .threads = task_.threads,
        .progress = [&](const Progress& now) { report("tuning: " + now.note); },
        .stop = allowance_.stop()};
    const Outcome found = search(inner);
    on_marks_ += notebook_.spent() - before;
    if (found.best.text != pool_[parent].text) {
      enter({.text = found.best.text, .file = "", .digest = {}, .origin = "tuned", .parents = {parent}});
    }
    return notebook_.spent() > before;
  }

  /// Measurements for a search within this one: known ones for nothing, others from this one's budget.
  std::vector<Measurement> measure_through(std::span<const Trial> trials) {
    std::vector<Notebook::Pair> pairs;
    for (const Trial& trial : trials) {
      pairs.push_back({trial.text, Notebook::digest_of(*trial.text), places_.at(trial.instance->name)});
      met_.insert(pairs.back().digest);
    }
    notebook_.measure_pairs(pairs, allowance_.affordable(), allowance_.stop());
    std::vector<Measurement> measured;
    for (const Notebook::Pair& pair : pairs) {
      auto known = notebook_.find(pair.digest, {pair.instance});
      measured.push_back(known ? std::move(known->front()) : Measurement{.cancelled = true});
    }
    return measured;
  }

  // ----

  void measure(const std::vector<Child>& children, const std::vector<std::size_t>& instances,
               const std::stop_token& stop) {
    std::vector<Notebook::Request> requests;
    for (const Child& child : children) requests.push_back({&child.text, child.digest});
    notebook_.measure(requests, instances, allowance_.affordable(), stop);
  }

  void enter(Child child) {
    child.digest = Notebook::digest_of(child.text);
    met_.insert(child.digest);
    const auto member = pool_.enter({.setting = {},
                                     .text = std::move(child.text),
                                     .origin = std::move(child.origin),
                                     .train = {},
                                     .measurements = {},
                                     .validation = {}},
                                    child.digest);
    if (member) lineage_.add(std::move(child.parents));
  }

  void report(std::string note) const {
    std::optional<double> best;
    if (!pool_.empty()) best = user_value(pool_.best().train.loss, task_.direction);
    allowance_.report(best, std::move(note));
  }

  void tell() {
    outcome_.notes = writer_.notes();
    outcome_.notes.push_back(
        fmt::format("texts of the model: {} new, {} known already; {} conversations ended without one",
                    with_thousands(fresh_), with_thousands(repeated_), with_thousands(useless_)));
    if (fresh_ == 0) outcome_.notes.emplace_back("no text came of the model: what is handed over is not its work");
    if (merged_ > 0) outcome_.notes.push_back(fmt::format("{} merges tried", merged_));
    if (on_marks_ > 0) {
      outcome_.notes.push_back(fmt::format("{} evaluations went into marks", with_thousands(on_marks_)));
    }
  }

  const Task& task_;
  const Subject& subject_;
  Writer& writer_;
  const ReflectOptions& options_;
  Notebook notebook_;
  Allowance allowance_;
  Pool pool_;
  std::size_t minibatch_;
  std::map<std::string, std::size_t> places_;  // of instances, by name
  Lineage lineage_;
  Merges merges_;
  std::map<std::size_t, std::size_t> turns_;  // of members: how often each was rewritten
  std::map<std::pair<std::size_t, std::size_t>, std::vector<Attempt>> attempts_;  // by member and file
  std::set<Digest> met_;
  std::string last_failure_;
  std::uint64_t round_ = 0;
  std::size_t idle_ = 0;      // rounds in a row without a text to measure
  std::size_t answered_ = 0;  // of the last questions
  std::size_t merged_ = 0;
  std::uint64_t tunings_ = 0;
  std::uint64_t on_texts_ = 0;  // evaluations
  std::uint64_t on_marks_ = 0;
  std::uint64_t fresh_ = 0;
  std::uint64_t repeated_ = 0;
  std::uint64_t useless_ = 0;
  Outcome outcome_;
};

}  // namespace

Outcome reflect(const Task& task, const Subject& subject, Writer& writer, const ReflectOptions& options) {
  return Reflection(task, subject, writer, options).run();
}

}  // namespace syswright::optimize
