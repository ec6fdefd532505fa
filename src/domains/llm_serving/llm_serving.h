#pragma once

/// domains/llm_serving/: replicas of a language model behind a router. Requests arrive, wait, are sent to a replica,
/// wait there for room in its KV cache, are computed token by token in batches, and may be preempted. cluster.h has the
/// rules, which are vLLM's; workload.h reads or makes requests and cuts scenarios from them.

#include <memory>

#include "domain/domain.h"

namespace syswright::llm_serving {

std::unique_ptr<const Domain> make_llm_serving_domain();

}  // namespace syswright::llm_serving
