#include "app/chat_writer.h"

#include <fmt/format.h>

#include <algorithm>

namespace syswright::app {
namespace {

/// Tokens for an answer: a token for every two bytes of the longest file, which is about twice its length.
design::ChatOptions options_for(std::size_t longest) {
  constexpr std::uint64_t least = 4096;
  return {.temperature = 1, .max_tokens = std::max<std::uint64_t>(least, longest / 2)};
}

}  // namespace

ChatWriter::ChatWriter(const design::ChatService& service, std::uint64_t seed, std::size_t longest)
    : service_(service), consultations_(service, seed, options_for(longest)) {}

std::vector<optimize::Writer::Answer> ChatWriter::ask(std::span<const optimize::Question> questions, const Check& check,
                                                      const std::stop_token& stop) {
  std::vector<design::Consultations::Opening> openings;
  for (const optimize::Question& question : questions) {
    openings.push_back(
        {{design::ChatMessage::Role::system, question.rules}, {design::ChatMessage::Role::user, question.text}});
  }
  last_ = consultations_.hold(
      openings, repairs,
      [&check](std::size_t i, const design::ChatReply& reply) { return check(i, reply.text, reply.cut); }, stop);
  std::vector<Answer> answers;
  for (const design::Consultations::Result& result : last_) {
    answers.push_back({.served = result.served, .who = fmt::format("model {}", service_.models[result.model]->name())});
  }
  return answers;
}

void ChatWriter::learn(std::span<const double> gains) {
  for (std::size_t i = 0; i < last_.size(); ++i) consultations_.learn(last_[i], gains[i]);
}

}  // namespace syswright::app
