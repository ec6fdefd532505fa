#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>

namespace syswright::support {

/// Memory between two pages that nothing may touch: a load or store beyond either end of what lies at that end faults.
/// Code that no sanitizer has instrumented is watched so by the processor. `view` is what the code under test is given;
/// where it may only read, the pages behind `view` are read-only, and the test writes through another mapping of them.
class GuardedMemory {
 public:
  enum class Access { read, write };

  GuardedMemory(std::size_t bytes, Access access) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    size_ = (std::max<std::size_t>(bytes, 1) + page - 1) / page * page;
    const int file = memfd_create("guarded", MFD_CLOEXEC);
    if (file < 0 || ftruncate(file, static_cast<off_t>(size_)) != 0) throw std::runtime_error("memfd_create");
    const auto map = [&](void* where, std::size_t size, int protection, int flags, int descriptor) {
      void* mapped = mmap(where, size, protection, flags, descriptor, 0);
      if (mapped == MAP_FAILED) throw std::runtime_error("mmap");
      return static_cast<std::byte*>(mapped);
    };
    whole_ = map(nullptr, size_ + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    const int protection = access == Access::read ? PROT_READ : PROT_READ | PROT_WRITE;
    view_ = map(whole_ + page, size_, protection, MAP_SHARED | MAP_FIXED, file);
    writable_ = map(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, file);
    close(file);
    whole_size_ = size_ + 2 * page;
  }
  ~GuardedMemory() {
    munmap(whole_, whole_size_);
    munmap(writable_, size_);
  }
  GuardedMemory(const GuardedMemory&) = delete;
  GuardedMemory& operator=(const GuardedMemory&) = delete;

  /// Fills everything with a pattern and puts the values at one end; returns where the code under test finds them.
  template <typename T>
  T* place(std::span<const T> values, bool at_the_end) {
    std::memset(writable_, pattern, size_);
    used_ = {at_the_end ? size_ - values.size_bytes() : 0, values.size_bytes()};
    if (!values.empty()) std::memcpy(writable_ + used_.begin, values.data(), values.size_bytes());
    return reinterpret_cast<T*>(view_ + used_.begin);
  }

  /// Whether everything but what was placed still holds the pattern.
  bool rest_is_untouched() const {
    const auto untouched = [](std::byte byte) { return byte == std::byte{pattern}; };
    return std::all_of(writable_, writable_ + used_.begin, untouched) &&
           std::all_of(writable_ + used_.begin + used_.size, writable_ + size_, untouched);
  }

 private:
  struct Range {
    std::size_t begin = 0;
    std::size_t size = 0;
  };
  static constexpr std::uint8_t pattern = 0xA5;

  std::size_t size_ = 0;
  std::size_t whole_size_ = 0;
  std::byte* whole_ = nullptr;
  std::byte* view_ = nullptr;
  std::byte* writable_ = nullptr;
  Range used_;
};

}  // namespace syswright::support
