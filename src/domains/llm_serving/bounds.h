#pragma once

#include <vector>

#include "domain/evaluation.h"
#include "domains/llm_serving/setup.h"

namespace syswright::llm_serving {

/// What no policy can beat.
///
/// alone   No request ends sooner than if it had a replica of the fastest kind for itself from its arrival on, its
///         prompt found in a prefix cache as far as that could be. Prompts: their steps together take at least what the
///         budget's fullest step takes a token. Decodes: at least (output - 1) / (1 + drafts) steps, each as long as of
///         one sequence with its mean KV cache, which is no more than the mean of theirs (Jensen).
/// memory  A request holds its KV cache through these decodes: tokens × seconds that nobody else can use. If all
///         memory could be given to any request at once, the smallest sum of completion times would be that of the
///         shortest remaining work first (Schrage, Operations Research 16(3), 1968); no schedule beats it. The same
///         holds for the places in the steps (max-running).
///
/// Both need that a step with more work takes no less time (StepTime::rises_with_work()): with measured kernel times,
/// which do not always, they are references and not provable.
/// O(n log n) in requests.
std::vector<Bound> serving_bounds(const Setup& setup);

}  // namespace syswright::llm_serving
