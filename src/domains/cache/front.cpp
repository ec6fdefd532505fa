#include "domains/cache/front.h"

#include "domains/cache/host_contents.h"

namespace syswright::cache {
namespace {

AdmissionSetup admission_setup(const FrontSetup& setup) {
  return {setup.capacity.amount, setup.capacity.in_bytes, setup.requests.object_count(),
          expected_objects(setup.requests, setup.capacity), setup.seed};
}

}  // namespace

Front::Front(const FrontSetup& setup)
    : requests_(&setup.requests),
      times_(setup.requests.trace.times.empty() ? nullptr : setup.requests.trace.times.data()),
      ttls_(setup.rule.trace_lifetimes && !setup.requests.trace.ttls.empty() ? setup.requests.trace.ttls.data()
                                                                             : nullptr),
      positions_(setup.positions),
      begin_(setup.window.begin),
      capacity_(setup.capacity.amount),
      default_lifetime_(setup.rule.default_lifetime),
      admits_(setup.rule.admission.kind != AdmissionRule::Kind::all),
      admission_(setup.rule.admission, admission_setup(setup)) {
  const std::size_t objects = setup.requests.object_count();
  if (admits_) resident_.resize(objects);
  if (setup.rule.expires(setup.requests)) expires_.resize(objects);
  if (ttls_ != nullptr) last_ttls_.resize(objects);
}

}  // namespace syswright::cache
