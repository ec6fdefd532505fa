#pragma once

#include <memory>

#include "domain/domain.h"

/// domains/transactions/: in which order a batch of transactions is placed. Each transaction holds its operations at
/// fixed distances; it starts as early as the locks of those placed before allow, and the batch should end soon.
namespace syswright::transactions {

std::unique_ptr<const Domain> make_transactions_domain();

}  // namespace syswright::transactions
