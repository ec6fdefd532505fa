#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "design/designer.h"
#include "domain/domain.h"
#include "domain/evaluator.h"
#include "domain/registry.h"

namespace syswright::studies {

/// One number of a study beside what the claim says it should be.
struct Figure {
  std::string name;       ///< "seed 3, 1% of the footprint"
  std::string expected;   ///< published or claimed, in words or as a number: "below 0", "0.421"
  double ours = 0;        ///< NaN where it could not be had
  std::string ours_text;  ///< the same for people, with its interval
  std::string unit;       ///< "miss ratio"; empty: a pure number
  bool holds = false;
};

struct Result {
  bool holds = false;    ///< the claim as a whole
  bool complete = true;  ///< false: a stop was asked for; `holds` then says nothing
  std::string verdict;   ///< one sentence
  std::vector<Figure> figures;
};

/// What a study may use.
struct StudyContext {
  const Registry<Domain>& domains;
  const Registry<design::Designer>& designers;
  /// Where evaluations of a domain run.
  std::function<Evaluator&(const Domain& domain)> evaluator;
  std::map<std::string, std::string> options;  ///< by name; missing ones take the study's default
  /// fraction of the study done, what it does now
  std::function<void(double fraction, const std::string& note)> progress;
  std::stop_token stop;
};

/// One claim, rerun: its set-up, the figure it gives, ours, and whether it holds.
class Study {
 public:
  virtual ~Study() = default;
  virtual const std::string& name() const = 0;
  virtual const std::string& claim() const = 0;   ///< one sentence that a run can refute
  virtual const std::string& source() const = 0;  ///< who made it: a paper, or this project
  virtual std::span<const Option> options() const = 0;
  /// Throws InputError for options that cannot be used.
  virtual Result run(const StudyContext& context) const = 0;
};

/// Value of an option: as given, or the study's default. Asserts if the study has no such option.
std::string option_value(const Study& study, const StudyContext& context, const std::string& name);

/// Whether the claim holds, and the verdict: how many figures are as claimed, then `words`, if any. complete: no stop
/// was asked for.
void conclude(Result& result, bool complete, const std::string& words = "");

}  // namespace syswright::studies
