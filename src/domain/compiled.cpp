#include "domain/compiled.h"

#include <list>
#include <mutex>

namespace syswright {
namespace {

/// The latest few codes, most recently used first.
class CodeStore {
 public:
  std::shared_ptr<const policy::CompiledProgram> get(const policy::Program& program, policy::JitParts parts) {
    if (auto found = find(program.digest(), parts)) return found;
    // Outside the lock: two threads may compile the same program at the same time, and either code serves.
    auto made = policy::jit_compile(program, parts);
    const std::lock_guard lock(mutex_);
    entries_.push_front({program.digest(), parts, made});
    if (entries_.size() > capacity) entries_.pop_back();
    return made;
  }

 private:
  /// More than a designer evaluates together: its batch asks for each program once a scenario, the longest first.
  static constexpr std::size_t capacity = 160;
  struct Entry {
    Digest digest;
    policy::JitParts parts;
    std::shared_ptr<const policy::CompiledProgram> code;
  };

  std::shared_ptr<const policy::CompiledProgram> find(const Digest& digest, policy::JitParts parts) {
    const std::lock_guard lock(mutex_);
    for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
      if (entry->parts != parts || entry->digest != digest) continue;
      entries_.splice(entries_.begin(), entries_, entry);
      return entry->code;
    }
    return nullptr;
  }

  std::mutex mutex_;
  std::list<Entry> entries_;
};

}  // namespace

std::shared_ptr<const policy::CompiledProgram> compiled(const policy::Program& program, policy::JitParts parts) {
  static CodeStore store;
  return store.get(program, parts);
}

}  // namespace syswright
