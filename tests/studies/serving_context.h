#pragma once

#include <algorithm>
#include <cstdlib>
#include <map>
#include <string>

#include "design/design.h"
#include "domains/domains.h"
#include "research/research.h"
#include "studies/study.h"

namespace syswright::studies {

/// What studies of LLM serving need to run in tests.
class ServingContext {
 public:
  ServingContext() {
    register_domains(domains);
    design::register_designers(designers);
    research::register_designers(designers);
  }
  StudyContext with(std::map<std::string, std::string> options, std::stop_token stop = {}) {
    return {.domains = domains,
            .designers = designers,
            .evaluator = [this](const Domain&) -> Evaluator& { return evaluator; },
            .options = std::move(options),
            .progress = [this](double fraction, const std::string&) { fractions.push_back(fraction); },
            .stop = std::move(stop)};
  }
  /// In the folder of real data; empty without one.
  static std::string data(const std::string& file) {
    const char* folder = std::getenv("SYSWRIGHT_DATA");
    return folder == nullptr || *folder == 0 ? "" : std::string(folder) + "/llm/" + file;
  }

  Registry<Domain> domains{"domain"};
  Registry<design::Designer> designers{"designer"};
  SerialEvaluator evaluator;
  std::vector<double> fractions;
};

/// The first figure whose name holds `part`; nullptr if there is none.
inline const Figure* figure_of(const Result& result, const std::string& part) {
  const auto found = std::find_if(result.figures.begin(), result.figures.end(),
                                  [&](const Figure& figure) { return figure.name.find(part) != std::string::npos; });
  return found == result.figures.end() ? nullptr : &*found;
}

}  // namespace syswright::studies
