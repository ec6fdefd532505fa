#pragma once

#include <cstdint>
#include <vector>

#include "design/consultations.h"
#include "optimize/writer.h"

namespace syswright::app {

/// Language models as the writer of texts for `syswright optimize`: whom to ask, what it may cost and when to lose
/// patience are Consultations' business.
class ChatWriter final : public optimize::Writer {
 public:
  /// longest: bytes of the longest file that is to be written anew, from which the room for an answer follows.
  ChatWriter(const design::ChatService& service, std::uint64_t seed, std::size_t longest);

  std::vector<Answer> ask(std::span<const optimize::Question> questions, const Check& check,
                          const std::stop_token& stop) override;
  void learn(std::span<const double> gains) override;
  bool may_go_on() const override { return consultations_.may_go_on(); }
  std::vector<std::string> notes() const override { return consultations_.notes(); }

  static constexpr std::size_t repairs = 2;  ///< further questions where an answer holds no text that can be used

 private:
  const design::ChatService& service_;
  design::Consultations consultations_;
  std::vector<design::Consultations::Result> last_;
};

}  // namespace syswright::app
