#include "domains/domains.h"

#include "domains/cache/cache.h"

namespace syswright {

void register_domains(Registry<Domain>& registry) { registry.add(cache::make_cache_domain()); }

}  // namespace syswright
