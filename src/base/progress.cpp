#include "base/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "base/text.h"

namespace syswright {
namespace {

constexpr double seconds_between_writes = 0.1;
constexpr std::size_t widest_bar = 28;
constexpr std::size_t narrowest_bar = 6;
constexpr std::string_view start_of_line = "\r";
constexpr std::string_view clear_to_end = "\x1b[K";

std::size_t columns_of_standard_error() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

void write_to_standard_error(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written <= 0) return;  // progress is not worth an error
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// Eighths of a column, so that slow work is seen to move.
std::string bar(double fraction, std::size_t width) {
  constexpr std::array<std::string_view, 8> parts{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const auto eighths = static_cast<std::size_t>(fraction * 8.0 * static_cast<double>(width));
  std::string text;
  for (std::size_t i = 0; i < eighths / 8; ++i) text += "█";
  text += parts[eighths % 8];
  return pad(text, width);
}

/// Control characters would break the line that is written over itself.
std::string on_one_line(std::string text) {
  std::replace_if(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
  return text;
}

}  // namespace

Terminal Terminal::standard_error() {
  const char* term = std::getenv("TERM");
  const bool dumb = term != nullptr && std::string_view(term) == "dumb";
  return {.interactive = ::isatty(STDERR_FILENO) == 1 && !dumb,
          .width = columns_of_standard_error,
          .seconds =
              [] { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); },
          .write = write_to_standard_error};
}

ProgressLine::ProgressLine(std::string title, Terminal terminal)
    : title_(std::move(title)), terminal_(std::move(terminal)) {
  if (terminal_.interactive) started_ = terminal_.seconds();
}

ProgressLine::~ProgressLine() { clear(); }

void ProgressLine::update(const State& state) {
  if (!terminal_.interactive) return;
  const std::lock_guard lock(mutex_);
  const double now = terminal_.seconds();
  if (visible_ && now - written_at_ < seconds_between_writes) return;
  terminal_.write(fmt::format("{}{}{}", start_of_line, line(state, now), clear_to_end));
  written_at_ = now;
  visible_ = true;
}

void ProgressLine::clear() {
  if (!terminal_.interactive) return;
  const std::lock_guard lock(mutex_);
  if (!visible_) return;
  terminal_.write(fmt::format("{}{}", start_of_line, clear_to_end));
  visible_ = false;
}

std::string ProgressLine::line(const State& state, double now) const {
  const double fraction = std::isfinite(state.fraction) ? std::clamp(state.fraction, 0.0, 1.0) : 0;
  std::string facts = fmt::format("{:3.0f}%", std::floor(fraction * 100));
  if (!state.best.empty()) facts += "  best " + on_one_line(state.best);
  const double elapsed = now - started_;
  const double left = state.seconds_left.value_or(fraction > 0 ? elapsed * (1 - fraction) / fraction : -1);
  if (left >= 0) facts += fmt::format("  {} left", format_duration(left < 1 ? 0 : std::floor(left)));
  // A column stays free: writing into the last one wraps some terminals.
  const std::size_t width = std::max<std::size_t>(terminal_.width(), 2) - 1;
  const std::size_t taken = display_width(title_) + 2 + display_width(facts) + 2;
  const std::size_t space = width > taken ? width - taken : 0;
  std::string text = title_ + "  ";
  if (space >= narrowest_bar) text += bar(fraction, std::min(space, widest_bar)) + "  ";
  text += facts;
  if (!state.note.empty()) text += "  " + on_one_line(state.note);
  return fit(text, width);
}

}  // namespace syswright
