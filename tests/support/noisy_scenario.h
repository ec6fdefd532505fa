#pragma once

#include <memory>
#include <string>

#include "base/random.h"
#include "domain/scenario.h"

namespace syswright::test {

/// Another scenario as a noisy machine would measure it: every block's cost is off by a normal error with a standard
/// deviation of `noise` mean block costs. The error is drawn by scenario, policy and block, so that evaluations stay
/// pure, two policies do not share their luck, and a miniature or another split is measured anew. Costs may be
/// negative. Bounds, audits and simulations are those of the quiet scenario.
class NoisyScenario final : public Scenario {
 public:
  NoisyScenario(ScenarioPtr quiet, double noise, std::uint64_t seed)
      : quiet_(std::move(quiet)), noise_(noise), seed_(seed), label_(quiet_->label() + ", noisy") {}

  const std::string& label() const override { return label_; }
  const std::string& setting() const override { return quiet_->setting(); }
  Digest digest() const override {
    return DigestBuilder().add("noisy").add(quiet_->digest()).add(noise_).add(seed_).finish();
  }
  std::string_view code_version() const override { return quiet_->code_version(); }
  std::uint64_t events() const override { return quiet_->events(); }

  Evaluation evaluate(const Policy& policy, const EvaluationOptions& options = {}) const override {
    Evaluation evaluation = quiet_->evaluate(policy, options);
    if (evaluation.status != Evaluation::Status::ok || evaluation.blocks.empty()) return evaluation;
    double cost = 0;
    double weight = 0;
    for (const Block& block : evaluation.blocks) {
      cost += block.cost;
      weight += block.weight;
    }
    const double deviation = noise_ * cost / static_cast<double>(evaluation.blocks.size());
    Random random(seed_, "measurement " + digest().hex() + policy.digest().hex());
    double error = 0;
    for (Block& block : evaluation.blocks) {
      const double own = deviation * random.normal();
      block.cost += own;
      error += own;
    }
    evaluation.metrics.front() = (cost + error) / weight;
    return evaluation;
  }

  Evaluation failed(std::string why) const override { return quiet_->failed(std::move(why)); }
  std::vector<Bound> bounds() const override { return quiet_->bounds(); }
  Audit audit(const DecisionLog& log) const override { return quiet_->audit(log); }
  std::unique_ptr<Simulation> start(const policy::ProgramPtr& program) const override { return quiet_->start(program); }
  ScenarioPtr miniature(double fraction) const override {
    ScenarioPtr smaller = quiet_->miniature(fraction);
    return smaller ? std::make_shared<NoisyScenario>(std::move(smaller), noise_, seed_) : nullptr;
  }

 private:
  ScenarioPtr quiet_;
  double noise_;
  std::uint64_t seed_;
  std::string label_;
};

}  // namespace syswright::test
