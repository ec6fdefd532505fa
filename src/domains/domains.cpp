#include "domains/domains.h"

#include "domains/bin_packing/bin_packing.h"
#include "domains/broadcast/broadcast.h"
#include "domains/broker/broker.h"
#include "domains/cache/cache.h"
#include "domains/column_order/column_order.h"
#include "domains/expert_placement/expert_placement.h"
#include "domains/flash_cache/flash_cache.h"
#include "domains/llm_serving/llm_serving.h"
#include "domains/model_placement/model_placement.h"
#include "domains/multi_region/multi_region.h"
#include "domains/spot/spot.h"
#include "domains/tiering/tiering.h"
#include "domains/transactions/transactions.h"

namespace syswright {

void register_domains(Registry<Domain>& registry) {
  registry.add(cache::make_cache_domain());
  registry.add(broadcast::make_broadcast_domain());
  registry.add(broker::make_broker_domain());
  registry.add(spot::make_spot_domain());
  registry.add(multi_region::make_multi_region_domain());
  registry.add(llm_serving::make_llm_serving_domain());
  registry.add(transactions::make_transactions_domain());
  registry.add(model_placement::make_model_placement_domain());
  registry.add(expert_placement::make_expert_placement_domain());
  registry.add(column_order::make_column_order_domain());
  registry.add(bin_packing::make_bin_packing_domain());
  registry.add(tiering::make_tiering_domain());
  registry.add(flash_cache::make_flash_cache_domain());
}

}  // namespace syswright
