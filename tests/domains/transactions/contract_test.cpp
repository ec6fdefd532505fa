#include "tests/domain/contract.h"

#include "domains/transactions/transactions.h"

namespace syswright::transactions {
namespace {

std::vector<ScenarioRequest> requests() {
  return {{.options = {{"batches", "14"}, {"batch", "12"}, {"effort", "300"}}, .seed = 3}};
}

const contract::Subject subject{"transactions", make_transactions_domain, requests};

}  // namespace
}  // namespace syswright::transactions

namespace syswright::contract {

INSTANTIATE_TEST_SUITE_P(Transactions, DomainContract, testing::Values(transactions::subject),
                         [](const auto& chosen) { return chosen.param.name; });

}  // namespace syswright::contract
