#pragma once

#include <memory>

#include "domain/domain.h"

/// domains/bin_packing/: which bin takes the item that has just arrived. Items come one by one, in sizes that nobody
/// knows beforehand; each is put into an open bin that has room, or opens a new one, and never moves again. The fewest
/// bins win. Virtual machines on hosts, log records in blocks and files on tapes are of this kind.
namespace syswright::bin_packing {

std::unique_ptr<const Domain> make_bin_packing_domain();

}  // namespace syswright::bin_packing
