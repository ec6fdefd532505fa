#include "tests/domain/contract.h"

#include "domains/column_order/column_order.h"

namespace syswright::column_order {
namespace {

std::vector<ScenarioRequest> requests() {
  return {{.options = {{"tables", "8"}, {"rows", "60"}, {"effort", "20"}}, .seed = 3}};
}

const contract::Subject subject{"column_order", make_column_order_domain, requests};

}  // namespace
}  // namespace syswright::column_order

namespace syswright::contract {

INSTANTIATE_TEST_SUITE_P(ColumnOrder, DomainContract, testing::Values(column_order::subject),
                         [](const auto& chosen) { return chosen.param.name; });

}  // namespace syswright::contract
