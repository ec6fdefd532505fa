#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace syswright::optimize {

/// What a writer is asked.
struct Question {
  std::string rules;  ///< what it does, and how it is to answer
  std::string text;   ///< what to write this time
};

/// Who writes texts: a language model, or whoever stands in for one. Knows nothing of scores and instances: the
/// questions tell. Its failures are values; what it may cost is kept by itself.
class Writer {
 public:
  /// Looks at an answer to a question: nothing where it serves, else what to tell the writer, which is then asked once
  /// more. cut: the answer was cut off at the writer's limit. Called from several threads, for different questions.
  using Check = std::function<std::optional<std::string>(std::size_t question, const std::string& answer, bool cut)>;

  struct Answer {
    bool served = false;  ///< Check was content in the end
    std::string who;      ///< "model small"
  };

  virtual ~Writer() = default;
  /// Answers to the questions, in their order; fewer where it may not go on, or a stop is asked for.
  virtual std::vector<Answer> ask(std::span<const Question> questions, const Check& check,
                                  const std::stop_token& stop) = 0;
  /// What the answers of the last ask() were worth, from 0 to 1, in their order.
  virtual void learn(std::span<const double> gains) = 0;
  /// False once there is nobody left to ask.
  virtual bool may_go_on() const = 0;
  /// What people should know: what was spent, who failed and why.
  virtual std::vector<std::string> notes() const = 0;
};

}  // namespace syswright::optimize
