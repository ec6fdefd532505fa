#pragma once

#include <string>

#include "design/chat.h"
#include "design/trials.h"

namespace syswright::design {

/// The program in a model's answer, or what to tell the model of an answer that holds none, or one that does not
/// compile.
struct ReadProgram {
  policy::ProgramPtr program;
  std::string complaint;
};
ReadProgram read_program(const Domain& domain, const ChatReply& reply);

/// What a program was worth, from 0 to 1: the share of the hall that it is at least as good as; 0 for one that did not
/// get there, and for none (nullptr).
double share_of_hall(const Trials& trials, const Candidate* candidate);

}  // namespace syswright::design
