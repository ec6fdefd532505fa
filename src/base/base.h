#pragma once

/// base/: what every other folder may use and what depends on none of them: errors, units, random streams, digests,
/// statistics of results (intervals, quantiles), progress, and small text helpers. Nothing here knows what a policy,
/// a trace or a domain is.
