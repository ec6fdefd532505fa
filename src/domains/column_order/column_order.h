#pragma once

#include <memory>

#include "domain/domain.h"

/// domains/column_order/: in which order the cells of each row of a table are sent to a language model, so that rows
/// share long prefixes, which a prefix cache need not compute again.
namespace syswright::column_order {

std::unique_ptr<const Domain> make_column_order_domain();

}  // namespace syswright::column_order
