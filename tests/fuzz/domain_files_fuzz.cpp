#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "domains/broker/job.h"
#include "domains/column_order/table.h"
#include "domains/expert_placement/layer.h"
#include "domains/model_placement/fleet.h"
#include "domains/transactions/workload.h"
#include "trace/availability.h"

// Files that domains read whole. The first byte chooses the reader; whatever the others are, it ends with what it read
// or with an error of ours.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace syswright;
  if (size == 0) return 0;
  const std::string_view content(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    switch (data[0] % 7) {
      case 0:
        transactions::read_batch(content, "fuzz");
        break;
      case 1:
        column_order::parse_table(content, "fuzz");
        break;
      case 2:
        trace::parse_availability_json(content, "fuzz");
        break;
      case 3:
        model_placement::read_fleets(content, "fuzz");
        break;
      case 4:
        broker::read_catalogue(content, "fuzz", "aws");
        break;
      case 5: {
        broker::Catalogue catalogue =
            broker::read_catalogue("region,instance,price\nus-east-1,m5.large,0.1\n", "c", "aws");
        broker::read_egress(content, "fuzz", catalogue);
        break;
      }
      default:
        expert_placement::read_loads(content, "fuzz", {.experts = 2, .gpus = 2, .slots = 1, .nodes = 1, .groups = 1});
        break;
    }
  } catch (const Error&) {
  }
  return 0;
}
