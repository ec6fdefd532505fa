#include "domains/domains.h"

#include "domains/cache/cache.h"
#include "domains/transactions/transactions.h"

namespace syswright {

void register_domains(Registry<Domain>& registry) {
  registry.add(cache::make_cache_domain());
  registry.add(transactions::make_transactions_domain());
}

}  // namespace syswright
