#pragma once

namespace syswright::flash_cache {

/// Bytes that a device writes for each byte of random writes of whole pages, spread evenly over its used space, when it
/// cleans its blocks in the order in which they were written: alpha / (alpha + W(-alpha exp(-alpha))), with alpha =
/// 1 + spare and W the principal branch of Lambert's function. Pages that are rewritten in the order in which they were
/// written, as regions of a log are, leave whole blocks invalid and add nothing: 1.
/// spare: space beyond what is used, over that; above 0.
/// Source: Desnoyers, "Analytic Models of SSD Write Performance", ACM ToS 10(2), 2014 (LRU cleaning).
double random_write_amplification(double spare);

}  // namespace syswright::flash_cache
