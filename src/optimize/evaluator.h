#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "optimize/child.h"

namespace syswright::optimize {

/// One case on which a text is judged.
struct Instance {
  std::string name;      ///< unique: a file's name, or "line 3"
  std::string argument;  ///< what `{instance}` stands for: an absolute path, or a line of a file
};

/// What an evaluator said of one text on one instance.
struct Measurement {
  std::optional<double> score;          ///< as printed; nothing: it failed, which is worse than every score
  std::map<std::string, double> parts;  ///< "instances/NAME" and "objectives/NAME", where it names any
  std::string info;                     ///< JSON, as printed; empty: none
  std::string reason;                   ///< why it failed; empty where there is a score
  double seconds = 0;                   ///< of the clock; reaches no result
  bool cancelled = false;               ///< by a stop: nothing is known
};

/// A text to be judged.
struct Trial {
  const std::string* text = nullptr;
  const Instance* instance = nullptr;
};

/// Judges a batch: as many measurements as trials, in their order.
using Measure = std::function<std::vector<Measurement>(std::span<const Trial>, const std::stop_token&)>;

struct EvaluatorOptions {
  std::string command;                          ///< for /bin/sh, with placeholders: see ExternalEvaluator
  std::string file_name;                        ///< of the text, without folders: "pack.c"
  std::vector<std::string> further_files = {};  ///< names of the others, where a text has several files (files.h)
  std::string here;                             ///< absolute path of what `{here}` stands for
  std::string path;                             ///< $PATH of the command
  ChildLimits limits;
  unsigned threads = 1;  ///< commands at one time
};

/// A command that prints one JSON object on standard output, alone or as its last line:
///   {"score": 0.93, "instances": {"a": 1, …}, "objectives": {"bytes": 120, …}, "info": …}
/// of which only the score must be there. In the command `{file}` stands for the text, written into a folder of the
/// evaluation's own, where the command also starts; `{instance}` for the instance, `{here}` for a folder of the user's.
/// Each is put in as one word of a shell. Of a text of several files `{file}` is the first, and the others stand beside
/// it under their names.
///
/// It runs as run_child says, with PATH, and with HOME and TMPDIR naming its folder, and nothing else of the
/// environment. The folder is removed afterwards. A command that fails, is ended by a limit, prints no such object, or
/// a score that is not a finite number, gives a measurement without score that says why.
class ExternalEvaluator {
 public:
  /// Throws InputError for a command without `{file}`.
  explicit ExternalEvaluator(EvaluatorOptions options);

  /// As Measure. Throws SystemError if no folder, file or process can be made.
  std::vector<Measurement> measure(std::span<const Trial> trials, const std::stop_token& stop) const;

  const Isolation& isolation() const { return isolation_; }

 private:
  Measurement measure_one(const Trial& trial, const std::stop_token& stop) const;

  EvaluatorOptions options_;
  Isolation isolation_;
};

/// What an evaluator printed, as a measurement.
Measurement read_measurement(const std::string& printed);

}  // namespace syswright::optimize
