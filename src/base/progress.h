#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace syswright {

/// Where a progress line goes. Tests put in their own clock and text sink.
struct Terminal {
  bool interactive = false;                     ///< false: nothing is ever written
  std::function<std::size_t()> width;           ///< columns
  std::function<double()> seconds;              ///< a clock that never goes back
  std::function<void(std::string_view)> write;  ///< of UTF-8 text and the control sequences \r and ESC [K

  /// Standard error, interactive if it is a terminal that understands the sequences (TERM is not "dumb").
  static Terminal standard_error();
};

/// One line that says how far a long task is, how good the best so far is, and how long it will take:
///
///   design  ████████████▌            50%  best 0.4213  1 min 05 s left  generation 12
///
/// Written at most 10 times a second over itself, and gone without a trace at the end. As wide as the terminal at most:
/// the bar shrinks first, then the note, so that the line never wraps. May be updated from any thread.
class ProgressLine {
 public:
  struct State {
    double fraction = 0;                 ///< done, 0 to 1; clamped
    std::string best;                    ///< "0.4213"; empty: not shown
    std::string note;                    ///< what is being done now; one line
    std::optional<double> seconds_left;  ///< not given: from the time taken so far and the fraction
  };

  explicit ProgressLine(std::string title, Terminal terminal = Terminal::standard_error());
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void update(const State& state);
  /// Removes the line, so that other text can be written; the next update shows it again.
  void clear();

 private:
  std::string line(const State& state, double now) const;

  std::string title_;
  Terminal terminal_;
  std::mutex mutex_;
  double started_ = 0;
  double written_at_ = 0;
  bool visible_ = false;
};

}  // namespace syswright
