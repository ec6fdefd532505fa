#include "judge/audit/audit_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <new>
#include <utility>

#include "domain/aggregate.h"

namespace syswright::judge {
namespace {

/// Sums of blocks may be taken in any order, and over many.
constexpr double block_rounding = 1e-9;

/// Audits one run.
class RunAuditor {
 public:
  RunAuditor(const Domain& domain, const AuditOptions& options, const KnownRun* known, std::stop_token stop,
             RunAudit& audit)
      : domain_(domain), options_(options), known_(known), stop_(std::move(stop)), audit_(audit) {}

  void run(const Evaluation& claimed, const DecisionLog* log) {
    audit_.status = claimed.status;
    if (claimed.status == Evaluation::Status::cancelled || stop_.stop_requested()) return give_up();
    KnownRun own;
    if (known_ == nullptr) {
      own.evaluation = evaluate_checked(*audit_.scenario, audit_.policy, {.log = &own.log, .stop = stop_});
    }
    const KnownRun& again = known_ != nullptr ? *known_ : own;
    if (again.evaluation.status == Evaluation::Status::cancelled) return give_up();
    const DecisionLog& shown = log != nullptr ? *log : again.log;
    audit_.decisions = shown.records.size();
    check_repetition(claimed, again.evaluation);
    if (claimed.status == Evaluation::Status::failed) return;
    if (check_result(claimed)) check_recomputation(claimed, shown);
    if (log != nullptr) check_own(*log, again.log);
    if (audit_.policy.program() != nullptr) {
      check_replay(claimed, shown);
    } else {
      audit_.replayed = again.log.records.size();
    }
  }

 private:
  void give_up() {
    audit_.status = Evaluation::Status::cancelled;
    audit_.findings.clear();
  }
  void find(AuditCheck check, std::string text) { audit_.findings.push_back({check, std::move(text)}); }

  void check_repetition(const Evaluation& claimed, const Evaluation& again) {
    if (claimed == again) return;
    if (claimed.status != again.status) {
      return find(AuditCheck::repetition,
                  again.status == Evaluation::Status::failed
                      ? fmt::format("the policy fails when it is run again: {}", again.failure)
                      : std::string("the policy is said to fail, and does not when it is run again"));
    }
    for (std::size_t i = 0; i < std::min(claimed.metrics.size(), again.metrics.size()); ++i) {
      if (claimed.metrics[i] == again.metrics[i]) continue;
      return find(AuditCheck::repetition, fmt::format("{} is claimed to be {}; run again, it is {}", metric(i),
                                                      claimed.metrics[i], again.metrics[i]));
    }
    find(AuditCheck::repetition, claimed.blocks != again.blocks
                                     ? "run again, the objective falls otherwise on the blocks than is claimed"
                                     : "run again, the evaluation is another than is claimed");
  }

  std::string metric(std::size_t i) const {
    return i < domain_.metrics().size() ? domain_.metrics()[i].name : fmt::format("metric {}", i);
  }

  bool check_result(const Evaluation& claimed) {
    if (const std::string why = unsoundness(claimed); !why.empty()) {
      find(AuditCheck::result, "the claim is no result: " + why);
      return false;
    }
    if (claimed.metrics.size() != domain_.metrics().size()) {
      find(AuditCheck::result, fmt::format("the claim has {} metrics, and the domain {}", claimed.metrics.size(),
                                           domain_.metrics().size()));
      return false;
    }
    check_blocks(claimed);
    return true;
  }

  void check_blocks(const Evaluation& claimed) {
    double cost = 0;
    double weight = 0;
    for (const Block& block : claimed.blocks) {
      cost += block.cost;
      weight += block.weight;
    }
    if (weight == 0 || close(cost / weight, claimed.objective(), block_rounding)) return;
    find(AuditCheck::result,
         fmt::format("the blocks come to {} {}, and the claim to {}", metric(0), cost / weight, claimed.objective()));
  }

  void check_recomputation(const Evaluation& claimed, const DecisionLog& log) {
    const std::optional<Audit> own = recompute(log);
    if (!own) return;
    for (const std::string& violation : own->violations) find(AuditCheck::rules, violation);
    if (own->metrics.size() != claimed.metrics.size()) {
      return find(AuditCheck::recomputation, fmt::format("the auditor gives {} metrics, and the claim has {}",
                                                         own->metrics.size(), claimed.metrics.size()));
    }
    for (std::size_t i = 0; i < claimed.metrics.size(); ++i) {
      audit_.metrics.push_back({claimed.metrics[i], own->metrics[i]});
      if (std::isnan(own->metrics[i]) || close(claimed.metrics[i], own->metrics[i], options_.rounding)) continue;
      find(AuditCheck::recomputation, fmt::format("{} is claimed to be {}; recomputed from the decisions it is {}",
                                                  metric(i), claimed.metrics[i], own->metrics[i]));
    }
  }

  std::optional<Audit> recompute(const DecisionLog& log) {
    try {
      return audit_.scenario->audit(log);
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& error) {
      find(AuditCheck::rules, fmt::format("the auditor cannot read the decisions: {}", error.what()));
      return std::nullopt;
    }
  }

  void check_own(const DecisionLog& log, const DecisionLog& own) {
    if (const auto difference = describe_log_difference(*domain_.signature(), log, own)) {
      find(AuditCheck::repetition, "run again, the policy decides otherwise: " + *difference);
    }
  }

  void check_replay(const Evaluation& claimed, const DecisionLog& log) {
    const Replay replay = replayed(log);
    if (replay.stopped) return give_up();
    audit_.replayed = replay.decisions;
    if (replay.difference) {
      find(AuditCheck::decisions, "in the reference simulation the policy decides otherwise: " + *replay.difference);
    } else if (replay.result && !(*replay.result == claimed)) {
      find(AuditCheck::decisions,
           fmt::format(
               "the reference simulation takes the same decisions and comes to {} {}, not {}, or to other blocks",
               metric(0), replay.result->objective(), claimed.objective()));
    }
  }

  Replay replayed(const DecisionLog& log) const {
    if (known_ != nullptr && known_->reference) return replay_from(*domain_.signature(), *known_->reference, log);
    return replay_decisions(*audit_.scenario, audit_.policy.program(), log, options_.replay_events, stop_);
  }

  const Domain& domain_;
  const AuditOptions& options_;
  const KnownRun* known_;
  std::stop_token stop_;
  RunAudit& audit_;
};

}  // namespace

bool close(double a, double b, double rounding) {
  // Equal infinities are close, and nothing else is close to one; NaN is close to nothing.
  if (!std::isfinite(a) || !std::isfinite(b)) return a == b;
  return std::abs(a - b) <= rounding * std::max(std::abs(a), std::abs(b));
}

KnownRun run_again(const Policy& policy, const Scenario& scenario, std::stop_token stop) {
  KnownRun run;
  run.evaluation = evaluate_checked(scenario, policy, {.log = &run.log, .stop = stop});
  if (policy.program() != nullptr) run.reference = reference_run(scenario, policy.program(), std::move(stop));
  return run;
}

void audit_run(const Domain& domain, const Evaluation& claimed, const DecisionLog* log, const KnownRun* known,
               const AuditOptions& options, std::stop_token stop, RunAudit& audit) {
  RunAuditor(domain, options, known, std::move(stop), audit).run(claimed, log);
}

}  // namespace syswright::judge
