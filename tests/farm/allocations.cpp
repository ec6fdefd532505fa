#include "tests/farm/allocations.h"

#include <cstdlib>
#include <new>

namespace {

thread_local std::uint64_t counted = 0;

}  // namespace

namespace syswright::testing_support {

std::uint64_t allocations() { return counted; }

}  // namespace syswright::testing_support

// Of the whole test program; in a file of their own, so that the compiler pairs them.
void* operator new(std::size_t size) {
  ++counted;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++counted;
  return std::malloc(size == 0 ? 1 : size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
