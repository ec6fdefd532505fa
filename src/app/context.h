#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "app/registries.h"
#include "base/progress.h"
#include "farm/transport.h"
#include "ledger/ledger.h"

namespace CLI {
class App;
}

namespace syswright::app {

/// What a script may trust.
enum class ExitCode : int {
  ok = 0,
  failed = 1,         ///< the thing asked about failed: a check found errors, a claim does not hold, the disk is full
  unusable = 2,       ///< arguments or input that cannot be used
  interrupted = 130,  ///< stopped by SIGINT or SIGTERM: what is printed and written is the best so far
};

/// Where a command writes. Results go to `out` and nothing else does, so that it can be piped; errors, warnings and
/// progress go to `err`.
struct Console {
  std::ostream& out;
  std::ostream& err;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  bool colour = false;  ///< of `out`; main() looks at the terminal and at NO_COLOR
};

/// Which run of which ledger a command goes on with.
struct Resumption {
  RunId run = 0;
  std::string ledger;  ///< file
};

enum class Style { plain, bold, dim, good, bad };

/// What every command gets. Conventions:
/// - With --json a command writes exactly one JSON document to `out`; without it, text for people.
/// - Errors are exceptions: InputError (and a command line that does not parse) exits with 2, any other Error with 1.
/// - Long work takes `stop` and, once it is asked for, ends within a moment with the best so far and `interrupted`.
/// - Progress is shown through progress(), which is quiet unless the error stream is a terminal.
class Context {
 public:
  /// `arguments` as run_app gets them.
  Context(const Console& console, const Registries& registries, std::stop_token stop,
          std::vector<std::string> arguments, std::optional<Resumption> resumption = {});

  bool json = false;
  const std::stop_token stop;
  const std::vector<std::string> arguments;
  /// What repeats the command, quoted for a POSIX shell: "syswright run cache --size '1%'". Without what its result
  /// does not depend on: --threads and --ledger.
  const std::string command_line;
  const std::optional<Resumption> resumption;  ///< of a command that 'syswright resume' runs
  const Registry<Domain>& domains;
  const Registry<design::Designer>& designers;
  const Registry<studies::Study>& studies;

  std::ostream& out() const { return console_.out; }
  /// "syswright: warning: …" on the error stream.
  void warn(std::string_view text) const;
  /// A line on the error stream for whoever watches; not written with --json.
  void note(std::string_view text) const;
  /// `text` in a style where `out` has colours. Style whole lines: tables are laid out without styles.
  std::string styled(Style style, std::string_view text) const;
  std::unique_ptr<ProgressLine> progress(std::string title) const;
  bool interrupted() const { return stop.stop_requested(); }

  /// The processes that were started together with this one; null if it is alone.
  Transport* cluster = nullptr;
  bool works_for_leader() const { return cluster != nullptr && cluster->rank() != 0; }

  /// What the parsed command does; run by run_app.
  std::function<ExitCode()> action;
  /// Runs another command line in the place of this one, as a run that is gone on with; gives its exit code.
  std::function<int(const std::vector<std::string>& arguments, const Resumption& resumption)> rerun;

 private:
  Console console_;
};

/// Adds a subcommand that keeps the conventions: it has --json, and its help ends in `example` (command lines).
CLI::App& add_command(CLI::App& parent, Context& context, const std::string& name, const std::string& summary,
                      const std::string& example);
/// Adds a command that only holds subcommands, one of which is required.
CLI::App& add_group(CLI::App& parent, const std::string& name, const std::string& summary, const std::string& example);
/// Says what a subcommand does when it was given.
void on_run(CLI::App& command, Context& context, std::function<ExitCode()> action);

}  // namespace syswright::app
