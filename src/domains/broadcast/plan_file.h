#pragma once

#include <map>
#include <string>
#include <vector>

#include "domains/broadcast/auditor.h"

namespace syswright::broadcast {

/// Reads plans made elsewhere: a JSON object by name of the transfer, each an object by destination, each an object by
/// partition ("0", "1", …), each a list of links [from, to, …] in order from the source; what follows the two names is
/// not looked at. An object with "generated_path" or "paths" is taken for what stands there. A destination or a
/// partition that is absent has an empty path.
///
///   {"intra_aws": {"aws:us-east-1": {"0": [["aws:ap-northeast-1", "aws:us-east-1"]], …}, …}, …}
///
/// Transfers that the file does not name are left out. Throws InputError that names file and place, also where none of
/// the transfers is named.
std::map<std::string, Routes> read_plans(const std::string& path, const Network& network,
                                         const std::vector<Transfer>& transfers);

/// A plan in that layout, on one line a partition: the public evaluator reads it.
std::string write_plan(const Order& order, const Plan& plan);

}  // namespace syswright::broadcast
