#include "domain/policy.h"

namespace syswright {

Digest Policy::digest() const {
  return program_ ? program_->digest() : DigestBuilder().add("native").add(name_).finish();
}

}  // namespace syswright
