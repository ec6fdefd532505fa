#include "studies/studies.h"

#include "studies/autoscale.h"
#include "studies/autoscout.h"
#include "studies/cant_be_late.h"
#include "studies/cloudcast.h"
#include "studies/design_loop.h"
#include "studies/designers.h"
#include "studies/funsearch.h"
#include "studies/glia.h"
#include "studies/leaderboard.h"
#include "studies/optimize_anything.h"
#include "studies/policysmith.h"
#include "studies/skynomad.h"
#include "studies/skypilot.h"
#include "studies/victim.h"
#include "studies/vllm_run.h"
#include "studies/vulcan.h"
#include "studies/vulcan_tiering.h"

namespace syswright::studies {

void register_studies(Registry<Study>& registry) {
  registry.add(make_design_loop_study());
  registry.add(make_designers_study());
  registry.add(make_cant_be_late_study());
  registry.add(make_cloudcast_study());
  registry.add(make_skypilot_study());
  registry.add(make_skynomad_study());
  registry.add(make_transactions_study());
  registry.add(make_model_placement_study());
  registry.add(make_expert_placement_study());
  registry.add(make_column_order_study());
  registry.add(make_funsearch_study());
  registry.add(make_vllm_run_study());
  registry.add(make_glia_study());
  registry.add(make_victim_study());
  registry.add(make_policysmith_study());
  registry.add(make_vulcan_study());
  registry.add(make_optimize_anything_study());
  registry.add(make_autoscale_study());
  registry.add(make_autoscout_study());
  registry.add(make_vulcan_tiering_study());
}

}  // namespace syswright::studies
