#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "design/scripted_chat.h"

namespace syswright::studies {

/// Stands in for a language model that writes cache policies, in studies of designers that ask one: known shapes with
/// drawn numbers, and of every eight conversations one that begins with another programming language, one whose program
/// does not compile, and one that ends in prose. It shows that the machinery works, and nothing of what a model can do.
/// A function of the seed and the exchange's number. contract: its programs state one, and one of eight states what is
/// false.
std::shared_ptr<design::ScriptedChat> scripted_smith(std::uint64_t seed, bool contract);

/// "with a scripted model: …": the notes of a search that say what came of its programs.
std::string spoken_notes(const std::vector<std::string>& notes);

}  // namespace syswright::studies
