#include "judge/settings/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "base/error.h"
#include "base/random.h"

namespace syswright::judge {
namespace {

using Mixture = std::uint64_t;  // bit i: the i-th setting that differs is the second's
using Order = std::vector<std::size_t>;

std::string value_of(const Domain& domain, const Configuration& configuration, const std::string& name) {
  if (const auto found = configuration.request.options.find(name); found != configuration.request.options.end()) {
    return found->second;
  }
  for (const Option& option : domain.options()) {
    if (option.name == name) return option.default_value;
  }
  return "";
}

std::string trace_of(const Configuration& configuration) {
  const std::string file = configuration.request.workload.empty() ? "(bundled)" : configuration.request.workload;
  return configuration.request.format.empty() ? file : fmt::format("{} ({})", file, configuration.request.format);
}

/// The settings whose values differ, in the order in which the domain lists them.
std::vector<SettingChange> differences(const Domain& domain, const Configuration& first, const Configuration& second) {
  std::vector<SettingChange> changes;
  const auto add = [&](std::string name, std::string a, std::string b, bool differ) {
    if (differ) changes.push_back({.setting = std::move(name), .first = std::move(a), .second = std::move(b)});
  };
  const std::string a = trace_of(first);
  const std::string b = trace_of(second);
  add("trace", a, b, a != b);
  add("scenario-seed", std::to_string(first.request.seed), std::to_string(second.request.seed),
      first.request.seed != second.request.seed);
  add("policy", first.policy.name(), second.policy.name(), first.policy.digest() != second.policy.digest());
  std::set<std::string> names;
  for (const Option& option : domain.options()) names.insert(option.name);
  for (const auto& request : {first.request, second.request}) {
    for (const auto& [name, value] : request.options) names.insert(name);  // unknown ones: open() refuses them
  }
  for (const std::string& name : names) {
    const std::string one = value_of(domain, first, name);
    const std::string other = value_of(domain, second, name);
    add(name, one, other, one != other);
  }
  return changes;
}

Configuration mixed(const Configuration& first, const Configuration& second, const std::vector<SettingChange>& changes,
                    Mixture mixture) {
  Configuration run = first;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if ((mixture >> i & 1) == 0) continue;
    const std::string& name = changes[i].setting;
    if (name == "trace") {
      run.request.workload = second.request.workload;
      run.request.format = second.request.format;
    } else if (name == "scenario-seed") {
      run.request.seed = second.request.seed;
    } else if (name == "policy") {
      run.policy = second.policy;
    } else if (const auto found = second.request.options.find(name); found != second.request.options.end()) {
      run.request.options[name] = found->second;
    } else {
      run.request.options.erase(name);
    }
  }
  return run;
}

ScenarioPtr only_scenario(const Domain& domain, const Configuration& run) {
  std::vector<ScenarioPtr> scenarios = domain.open(run.request)->scenarios();
  if (scenarios.size() != 1) {
    throw InputError(fmt::format(
        "'{}' asks for {} scenarios, and settings are compared between single ones; give one value for each option",
        run.name, scenarios.size()));
  }
  return scenarios.front();
}

Mixture whole(std::size_t settings) { return (Mixture{1} << settings) - 1; }

std::vector<Order> orders_of(std::size_t settings, const SettingsOptions& options) {
  Order order(settings);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<Order> orders;
  if (settings <= options.exact_up_to) {
    do {
      orders.push_back(order);
    } while (std::next_permutation(order.begin(), order.end()));
    return orders;
  }
  for (std::size_t pair = 0; pair < options.order_pairs; ++pair) {
    Random random(options.seed, "orders of settings", pair);
    random.shuffle(std::span(order));
    orders.push_back(order);
    orders.emplace_back(order.rbegin(), order.rend());
  }
  return orders;
}

std::set<Mixture> mixtures_of(const std::vector<Order>& orders, std::size_t settings) {
  std::set<Mixture> mixtures{0, whole(settings)};
  for (std::size_t i = 0; i < settings; ++i) {
    mixtures.insert(Mixture{1} << i);
    mixtures.insert(whole(settings) ^ (Mixture{1} << i));
  }
  for (const Order& order : orders) {
    Mixture mixture = 0;
    for (const std::size_t setting : order) mixtures.insert(mixture |= Mixture{1} << setting);
  }
  return mixtures;
}

/// What came of every mixture that there is.
struct Outcomes {
  std::map<Mixture, std::vector<double>> metrics;
  std::map<Mixture, std::string> refused;

  const std::vector<double>* find(Mixture mixture) const {
    const auto found = metrics.find(mixture);
    return found == metrics.end() ? nullptr : &found->second;
  }
};

/// Adds to `shares` what each setting changes along one order; settings on the way to a refused mixture wait, and share
/// the step that leads across it.
void walk(const Order& order, const Outcomes& outcomes, std::vector<std::vector<double>>& shares) {
  const std::vector<double>* here = outcomes.find(0);
  Mixture mixture = 0;
  Order waiting;
  for (const std::size_t setting : order) {
    mixture |= Mixture{1} << setting;
    waiting.push_back(setting);
    const std::vector<double>* there = outcomes.find(mixture);
    if (there == nullptr) continue;
    for (std::size_t metric = 0; metric < here->size(); ++metric) {
      const double step = ((*there)[metric] - (*here)[metric]) / static_cast<double>(waiting.size());
      for (const std::size_t one : waiting) shares[one][metric] += step;
    }
    waiting.clear();
    here = there;
  }
}

/// Runs the mixtures; false if a stop came first.
bool run_all(const std::map<Mixture, Job>& jobs, Evaluator& evaluator, std::stop_token stop, Outcomes& outcomes) {
  std::vector<Job> list;
  for (const auto& [mixture, job] : jobs) list.push_back(job);
  const std::vector<Evaluation> evaluations = evaluator.evaluate(list, stop);
  std::size_t at = 0;
  for (const auto& [mixture, job] : jobs) {
    const Evaluation& evaluation = evaluations[at++];
    if (evaluation.status == Evaluation::Status::cancelled) return false;
    if (evaluation.status == Evaluation::Status::failed) {
      outcomes.refused[mixture] = evaluation.failure;
    } else {
      outcomes.metrics[mixture] = evaluation.metrics;
    }
  }
  return true;
}

}  // namespace

SettingsReport compare_settings(const Domain& domain, const Configuration& first, const Configuration& second,
                                Evaluator& evaluator, const SettingsOptions& options, std::stop_token stop) {
  SettingsReport report;
  report.changes = differences(domain, first, second);
  const std::size_t count = report.changes.size();
  const std::vector<Order> orders = orders_of(count, options);
  report.exact = count <= options.exact_up_to;

  Outcomes outcomes;
  std::map<Mixture, Job> jobs;
  for (const Mixture mixture : mixtures_of(orders, count)) {
    if (stop.stop_requested()) return {.complete = false};
    const bool must = mixture == 0 || mixture == whole(count);
    Configuration run = mixed(first, second, report.changes, mixture);
    if (mixture == whole(count)) run.name = second.name;
    try {
      jobs.emplace(mixture, Job{run.policy, only_scenario(domain, run)});
    } catch (const InputError& error) {
      if (must) throw;
      outcomes.refused[mixture] = error.what();
    }
  }
  if (!run_all(jobs, evaluator, stop, outcomes)) return {.complete = false};
  for (const Mixture end : {Mixture{0}, whole(count)}) {
    if (outcomes.find(end) == nullptr) {
      throw InputError(
          fmt::format("the run of '{}' fails: {}", end == 0 ? first.name : second.name, outcomes.refused[end]));
    }
  }

  report.first = *outcomes.find(0);
  report.second = *outcomes.find(whole(count));
  report.runs = outcomes.metrics.size();
  report.refused = outcomes.refused.size();
  std::vector<std::vector<double>> shares(count, std::vector<double>(report.first.size(), 0));
  for (const Order& order : orders) walk(order, outcomes, shares);
  for (std::size_t i = 0; i < count; ++i) {
    SettingChange& change = report.changes[i];
    for (double& share : shares[i]) share /= static_cast<double>(orders.size());
    change.share = std::move(shares[i]);
    const Mixture alone = Mixture{1} << i;
    const Mixture without = whole(count) ^ alone;
    if (const auto* metrics = outcomes.find(alone)) change.taken = *metrics;
    if (const auto* metrics = outcomes.find(without)) change.put_back = *metrics;
    for (const Mixture one : {alone, without}) {
      const auto found = outcomes.refused.find(one);
      if (found != outcomes.refused.end() && change.refused.empty()) change.refused = found->second;
    }
  }
  std::ranges::stable_sort(report.changes, [](const SettingChange& a, const SettingChange& b) {
    return std::abs(a.share.front()) > std::abs(b.share.front());
  });
  return report;
}

}  // namespace syswright::judge
