#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "optimize/rewrite.h"
#include "optimize/search.h"
#include "optimize/writer.h"

namespace syswright::optimize {

struct ReflectOptions {
  std::size_t proposals = 4;  ///< texts that are asked for in a round
  std::size_t merges = 5;     ///< at most
  std::size_t patience = 3;   ///< rounds without a new text after which the writer is not asked any more
  std::size_t attempts = 3;   ///< failed texts that a question shows
};

/// Searches texts that a writer rewrites. The task's artefact may have several files (files.h) and need have no marks;
/// an empty text means that the writer makes the first version too.
///
/// A round draws parents from the front (each by the number of instances and objectives on which it leads) and a
/// minibatch of instances. The writer is shown one file of the parent, in turn, with what the evaluator said of it on
/// the minibatch, and with what was tried in its place before; it answers with the whole file. A new text that is
/// strictly better than its parent on the minibatch is measured on all training instances and joins the pool. Between
/// rounds two texts of the front with a common ancestor may be merged, file by file (merge.h). Where the best text has
/// marks, their settings are searched (search()) with as many evaluations as were spent on the writer's texts; with all
/// that is left once the writer is over.
///
/// Budget, last choice on validation instances, and the promise of equal results are those of search(); equal answers
/// of the writer are part of it. Whatever the writer does, the best so far is handed over, and notes say what happened.
///
/// Throws InputError as search() does, and where no first version of the writer's gets a score.
/// Source: GEPA, Agrawal et al., arXiv 2507.19457, 2025; optimize_anything, gepa-ai/gepa.
Outcome reflect(const Task& task, const Subject& subject, Writer& writer, const ReflectOptions& options = {});

}  // namespace syswright::optimize
