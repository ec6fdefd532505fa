#pragma once

#include <bit>
#include <cstdint>
#include <limits>

namespace syswright::trace {

static_assert(std::endian::native == std::endian::little, "binary traces are read and written as they lie in memory");

/// One request of libCacheSim's oracleGeneral format: packed, little endian, no header.
struct [[gnu::packed]] OracleGeneralRecord {
  std::uint32_t time;  ///< seconds
  std::uint64_t key;
  std::uint32_t size;        ///< bytes
  std::int64_t next_access;  ///< 1-based position of the key's next request; -1: none
};
static_assert(sizeof(OracleGeneralRecord) == 24);

/// One request of the vscsi format, version 1: packed, little endian, no header.
struct [[gnu::packed]] VscsiRecord {
  std::uint32_t serial;
  std::uint32_t bytes;
  std::uint32_t scatter_gather;  ///< entries
  std::uint16_t opcode;          ///< SCSI: 0x28 reads, 0x2a writes
  std::uint16_t version;         ///< major in the high byte
  std::uint64_t block;
  std::uint64_t time_us;
};
static_assert(sizeof(VscsiRecord) == 32);

/// True if `next` may be the next access of the request at 1-based `position`: later, or one of the values in use for
/// "none". Files that are the front of a longer one point past their end, which is right.
constexpr bool may_follow(std::int64_t next, std::uint64_t position) {
  return next <= 0 ? next >= -2 : static_cast<std::uint64_t>(next) > position;
}

}  // namespace syswright::trace
