#pragma once

#include <span>
#include <string>

#include "app/json.h"
#include "app/panel.h"
#include "domain/domain.h"
#include "judge/bound/bound.h"
#include "judge/certify/certify.h"
#include "judge/certify/shield.h"
#include "judge/compare/compare_pairs.h"
#include "judge/drift/drift.h"

/// What the judges found as people and programs read it: a panel (text and page) and a JSON value for each.
namespace syswright::app {

/// "+8.5 % (+7.1 to +9.9)": a relative difference with its interval, where there is one.
std::string format_relative(const Interval& interval);
/// "0.012", "<0.001"
std::string format_p(double p);
/// "12.3 %", with enough digits that something below 100 % never reads "100 %", nor something above 0 "0 %".
std::string format_share(double share);

// ---- compare

/// How the reference stands against the others: one sentence, from its side.
std::string pairs_verdict(const Domain& domain, const judge::Comparison& comparison,
                          const judge::PairedComparison& pairs);
/// Whether some policy is surely better than the reference over all scenarios.
bool reference_beaten(const judge::PairedComparison& pairs);
Tone pairs_tone(const judge::PairedComparison& pairs);
Panel pairs_panel(const Domain& domain, const judge::Comparison& comparison, const judge::PairedComparison& pairs);
Json pairs_json(const Domain& domain, const judge::Comparison& comparison, const judge::PairedComparison& pairs);

// ---- bound

/// `subject`: the policy that the sentence is about.
std::string bound_verdict(const judge::BoundResult& result, std::span<const Policy> policies, std::size_t subject);
Panel bound_panel(const Domain& domain, const judge::BoundResult& result, std::span<const Policy> policies,
                  std::size_t subject);
Json bound_json(const Domain& domain, const judge::BoundResult& result, std::span<const Policy> policies);

// ---- certify

std::string certificate_verdict(const judge::Certificate& certificate);
Tone certificate_tone(const judge::Certificate& certificate);
Panel certificate_panel(const judge::Certificate& certificate);
Json certificate_json(const judge::Certificate& certificate);
Panel shield_panel(const judge::Shielded& shielded);
Json shield_json(const judge::Shielded& shielded);

// ---- drift

std::string drift_verdict(const judge::DriftResult& result, const Policy& deployed, const Policy& reference);
Tone drift_tone(const judge::DriftResult& result);
Panel drift_panel(const Domain& domain, const judge::DriftResult& result, const Policy& deployed,
                  const Policy& reference);
Json drift_json(const Domain& domain, const judge::DriftResult& result, const Policy& deployed,
                const Policy& reference);

}  // namespace syswright::app
