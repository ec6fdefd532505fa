#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "design/chat.h"
#include "design/model_choice.h"

namespace syswright::design {

/// The conversations of one search with its models: chooses whom to ask, keeps the budget, and counts. A function of
/// the openings and of the replies: neither the number of conversations at a time nor who answers first matters.
///
/// Budget: before a wave of conversations starts, what is left is parted evenly among them, and each keeps to its part.
class Consultations {
 public:
  using Opening = std::vector<ChatMessage>;
  /// Looks at the answer of a conversation (its number in the round): nothing where it serves, else what to tell the
  /// model, which is then asked once more. Called from several threads, for different conversations.
  using Check = std::function<std::optional<std::string>(std::size_t conversation, const ChatReply& reply)>;

  struct Result {
    std::size_t model = 0;
    bool served = false;  ///< Check was content in the end
    std::size_t exchanges = 0;
    ChatCost cost;
    ChatReply last;
  };

  Consultations(const ChatService& service, std::uint64_t seed, ChatOptions options);

  /// Holds a conversation for each opening, with at most `repairs` further questions each. Shorter than the openings
  /// where the budget or the models give out, or a stop is asked for. Throws what ChatModel::complete throws.
  std::vector<Result> hold(const std::vector<Opening>& openings, std::size_t repairs, const Check& check,
                           const std::stop_token& stop);
  /// What a conversation was worth, from 0 to 1: decides whom to ask next. Once for each result.
  void learn(const Result& result, double gain) { choice_.learn(result.model, gain, result.cost); }
  /// False once no model is left to ask, or the budget does not pay for another conversation.
  bool may_go_on() const { return !over_; }
  /// What people should know, a sentence each: what was spent on whom, who failed and why, why it ended.
  std::vector<std::string> notes() const;
  const ChatCost& spent() const { return spent_; }

  /// Conversations held side by side; also the most that ChatService::parallel can bring about.
  static constexpr std::size_t wave = 8;
  /// Waves in a row without one answer after which a model is not asked any more; a refusal is enough alone.
  static constexpr std::size_t patience = 3;

 private:
  struct Tally {
    std::uint64_t conversations = 0;
    std::uint64_t exchanges = 0;
    std::uint64_t failures = 0;
    std::uint64_t failures_in_a_row = 0;
    std::size_t failed_waves = 0;  ///< in a row, of those in which it was asked
    bool answered = false;
    ChatCost cost;
    std::string last_problem;
  };
  struct Seat {
    std::size_t model = 0;
    std::uint64_t number = 0;  ///< of the conversation in the search
    ChatAllowance allowance;
  };
  std::vector<Seat> seats_for(const std::vector<Opening>& openings, std::size_t first);
  ChatAllowance left() const;
  std::vector<Result> hold_wave(const std::vector<Opening>& openings, std::size_t first, const std::vector<Seat>& seats,
                                std::size_t repairs, const Check& check, const std::stop_token& stop);
  Result converse(Opening messages, const Seat& seat, std::size_t repairs,
                  const std::function<std::optional<std::string>(const ChatReply&)>& check,
                  const std::stop_token& stop) const;
  void take(const Result& result);
  void lose_patience(const std::vector<Result>& wave_held);
  void retire(std::size_t model, const std::string& why);

  const ChatService& service_;
  ChatOptions options_;
  ModelChoice choice_;
  std::vector<Tally> tallies_;
  std::vector<std::string> events_;
  ChatCost spent_;
  std::uint64_t held_ = 0;
  bool over_ = false;
};

}  // namespace syswright::design
