#include "design/program_answers.h"

#include <algorithm>

#include "design/prompt.h"
#include "policy/compile.h"

namespace syswright::design {

ReadProgram read_program(const Domain& domain, const ChatReply& reply) {
  const std::optional<std::string> text = program_in_answer(reply.text);
  if (!text) return {nullptr, no_program_complaint(domain, reply.cut)};
  try {
    return {policy::compile(*text, "answer.pol", std::vector{domain.signature()}), ""};
  } catch (const InputError& error) {
    return {nullptr, compile_complaint(error.what(), reply.cut)};
  }
}

double share_of_hall(const Trials& trials, const Candidate* candidate) {
  const std::vector<Candidate*>& hall = trials.hall();
  const auto place = std::find(hall.begin(), hall.end(), candidate);
  if (candidate == nullptr || place == hall.end()) return 0;
  return static_cast<double>(hall.end() - place) / static_cast<double>(hall.size());
}

}  // namespace syswright::design
