#pragma once

#include <memory>

#include "studies/study.h"

namespace syswright::studies {

/// Online bin packing of 5,000 Weibull items: the program that FunSearch found with a language model, and what a search
/// without one finds, on instances that the search never saw; and how both do on other lengths.
std::unique_ptr<const Study> make_funsearch_study();

}  // namespace syswright::studies
