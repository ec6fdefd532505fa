#include "optimize/evaluator.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cerrno>
#include <cmath>
#include <exception>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string_view>
#include <system_error>
#include <thread>

#include "base/error.h"
#include "optimize/files.h"

namespace syswright::optimize {
namespace {

using nlohmann::json;

/// A new folder for one evaluation, removed with everything in it at the end.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string path = (std::filesystem::temp_directory_path() / "syswright-optimize-XXXXXX").string();
    if (::mkdtemp(path.data()) == nullptr) throw SystemError(fmt::format("cannot make the folder '{}'", path), errno);
    path_ = path;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
    if (!ignored) return;
    // The command took away its own right to enter a folder.
    for (std::filesystem::recursive_directory_iterator
             entry(path_, std::filesystem::directory_options::skip_permission_denied, ignored),
         end;
         !ignored && entry != end; entry.increment(ignored)) {
      std::error_code of_one;
      if (!entry->is_symlink(of_one) && entry->is_directory(of_one)) {
        std::filesystem::permissions(entry->path(), std::filesystem::perms::owner_all, of_one);
      }
    }
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string shell_word(const std::string& text) {
  std::string word = "'";
  for (const char c : text) {
    if (c == '\'') {
      word += "'\\''";
    } else {
      word += c;
    }
  }
  return word + "'";
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

/// The last line that is not empty.
std::string last_line(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.remove_suffix(1);
  const std::size_t before = text.rfind('\n');
  return std::string(before == std::string_view::npos ? text : text.substr(before + 1));
}

std::string shortened(std::string text) {
  constexpr std::size_t most = 200;
  if (text.size() > most) text = text.substr(0, most) + "…";
  return text;
}

Measurement failure(std::string reason) {
  Measurement measurement;
  measurement.reason = std::move(reason);
  return measurement;
}

/// Numbers of an object of numbers; false if it is none.
bool read_parts(const json& document, const char* name, std::map<std::string, double>& to) {
  const auto found = document.find(name);
  if (found == document.end() || found->is_null()) return true;
  if (!found->is_object()) return false;
  for (const auto& [key, value] : found->items()) {
    if (!value.is_number() || !std::isfinite(value.get<double>())) return false;
    to[fmt::format("{}/{}", name, key)] = value.get<double>();
  }
  return true;
}

std::string why_not_json(const std::string& printed, const std::string& line) {
  if (line.empty()) return "printed nothing: a JSON object with a score was expected";
  const bool not_finite = printed.find("NaN") != std::string::npos || printed.find("Infinity") != std::string::npos;
  return fmt::format("printed no JSON object{}: '{}'", not_finite ? " (JSON knows neither NaN nor Infinity)" : "",
                     shortened(line));
}

void write_files(const std::string& folder, const EvaluatorOptions& options, const std::string& text) {
  std::vector<std::string> names{options.file_name};
  names.insert(names.end(), options.further_files.begin(), options.further_files.end());
  const std::vector<std::string> files = names.size() == 1 ? std::vector{text} : split_files(text);
  assert(files.size() == names.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string file = folder + "/" + names[i];
    if (!(std::ofstream(file, std::ios::binary) << files[i]).flush()) {
      throw SystemError(fmt::format("cannot write '{}'", file), errno);
    }
  }
}

}  // namespace

Measurement read_measurement(const std::string& printed) {
  // What is nested deeper is left out: writing it again would take stack for each level.
  const json::parser_callback_t shallow = [](int depth, json::parse_event_t, json&) { return depth <= 100; };
  json document = json::parse(printed, shallow, false);
  const std::string line = last_line(printed);
  if (!document.is_object()) document = json::parse(line, shallow, false);
  if (!document.is_object()) return failure(why_not_json(printed, line));
  const auto score = document.find("score");
  if (score == document.end()) return failure("printed an object without a score");
  if (!score->is_number()) return failure(fmt::format("the score is no number: {}", shortened(score->dump())));
  if (!std::isfinite(score->get<double>())) return failure("the score is not finite");
  Measurement measurement;
  for (const char* name : {"instances", "objectives"}) {
    if (!read_parts(document, name, measurement.parts)) {
      return failure(fmt::format("'{}' is not an object of finite numbers", name));
    }
  }
  measurement.score = score->get<double>();
  const auto info = document.find("info");
  if (info != document.end()) measurement.info = info->dump(-1, ' ', false, json::error_handler_t::replace);
  return measurement;
}

ExternalEvaluator::ExternalEvaluator(EvaluatorOptions options)
    : options_(std::move(options)), isolation_(probe_isolation()) {
  if (options_.command.find("{file}") == std::string::npos) {
    throw InputError(fmt::format("--evaluator '{}' does not say where the text goes: write '{{file}}' in its place",
                                 options_.command));
  }
}

std::vector<Measurement> ExternalEvaluator::measure(std::span<const Trial> trials, const std::stop_token& stop) const {
  std::vector<Measurement> measurements(trials.size());
  std::vector<std::exception_ptr> errors(trials.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next.fetch_add(1); i < trials.size(); i = next.fetch_add(1)) {
      try {
        measurements[i] = measure_one(trials[i], stop);
      } catch (...) {
        errors[i] = std::current_exception();
      }
    }
  };
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < std::min<std::size_t>(options_.threads, trials.size()); ++i) threads.emplace_back(work);
    work();
  }
  for (const std::exception_ptr& error : errors) {
    if (error) std::rethrow_exception(error);
  }
  return measurements;
}

Measurement ExternalEvaluator::measure_one(const Trial& trial, const std::stop_token& stop) const {
  Measurement cancelled;
  cancelled.cancelled = true;
  if (stop.stop_requested()) return cancelled;
  const ScratchFolder folder;
  const std::string file = folder.path() + "/" + options_.file_name;
  write_files(folder.path(), options_, *trial.text);
  std::string command;
  for (std::size_t at = 0; at < options_.command.size();) {
    const std::string_view rest = std::string_view(options_.command).substr(at);
    if (rest.starts_with("{file}")) {
      command += shell_word(file);
      at += 6;
    } else if (rest.starts_with("{instance}")) {
      command += shell_word(trial.instance->argument);
      at += 10;
    } else if (rest.starts_with("{here}")) {
      command += shell_word(options_.here);
      at += 6;
    } else {
      command += options_.command[at++];
    }
  }
  ChildResult result =
      run_child({.command = std::move(command),
                 .folder = folder.path(),
                 .environment = {"PATH=" + options_.path, "HOME=" + folder.path(), "TMPDIR=" + folder.path()}},
                options_.limits, isolation_, stop);
  if (result.end == ChildEnd::stopped) return cancelled;
  // The folder's name is drawn by the system; results do not depend on it.
  replace_all(result.out, folder.path(), "{scratch}");
  replace_all(result.err, folder.path(), "{scratch}");
  const std::string trouble = describe_end(result, options_.limits);
  const std::string complaint = last_line(result.err);
  Measurement measurement = trouble.empty() ? read_measurement(result.out) : failure(trouble);
  if (!measurement.reason.empty() && !complaint.empty()) measurement.reason += ": " + shortened(complaint);
  measurement.seconds = result.wall_seconds;
  return measurement;
}

}  // namespace syswright::optimize
