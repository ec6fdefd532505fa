#pragma once

#include "domain/evaluation.h"
#include "domains/llm_serving/setup.h"

namespace syswright::llm_serving {

/// Runs the cluster again from raw requests, settings and the logged answers, one request and one block at a time, by
/// code of its own (replay_*.h), and recomputes every metric. A decision counts as asked for if the log has an answer
/// to it anywhere. Lists answers that are missing, about something that was not asked about, or not among what there
/// was to choose from; answers nobody asked for; and requests that are never served. Missing answers count as the
/// default. O(running requests) a step.
Audit audit(const Setup& setup, const DecisionLog& log);

}  // namespace syswright::llm_serving
