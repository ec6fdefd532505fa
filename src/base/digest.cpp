#include "base/digest.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <new>

namespace syswright {
namespace {
XXH3_state_t* as_state(void* state) { return static_cast<XXH3_state_t*>(state); }
}  // namespace

std::string Digest::hex() const { return fmt::format("{:016x}{:016x}", high, low); }

DigestBuilder::DigestBuilder() : state_(XXH3_createState()) {
  if (state_ == nullptr) throw std::bad_alloc();
  XXH3_128bits_reset(as_state(state_));
}
DigestBuilder::~DigestBuilder() { XXH3_freeState(as_state(state_)); }

DigestBuilder& DigestBuilder::add(std::string_view text) { return add_bytes(text.data(), text.size()); }
DigestBuilder& DigestBuilder::add(double value) {
  XXH3_128bits_update(as_state(state_), &value, sizeof value);
  return *this;
}
DigestBuilder& DigestBuilder::add(const Digest& digest) { return add_word(digest.high).add_word(digest.low); }

DigestBuilder& DigestBuilder::add_word(std::uint64_t word) {
  XXH3_128bits_update(as_state(state_), &word, sizeof word);
  return *this;
}

DigestBuilder& DigestBuilder::add_bytes(const void* data, std::size_t size) {
  add_word(size);
  if (size > 0) XXH3_128bits_update(as_state(state_), data, size);
  return *this;
}

Digest DigestBuilder::finish() const {
  const XXH128_hash_t hash = XXH3_128bits_digest(as_state(state_));
  return Digest{hash.high64, hash.low64};
}

}  // namespace syswright
