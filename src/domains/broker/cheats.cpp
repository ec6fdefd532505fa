#include <algorithm>

#include "domain/instance_cheats.h"
#include "domains/broker/problem.h"

namespace syswright::broker {
namespace {

using Cheated = CheatedRun<Problem>;

template <typename Change>
Instance on_another_market(Instance job, Change change) {
  auto catalogue = std::make_shared<Catalogue>(*job.catalogue);
  change(*catalogue);
  job.catalogue = std::move(catalogue);
  return finished(std::move(job));
}

/// A tenth off every price, and faster machines by as much.
Instance at_a_discount(const Instance& job) {
  Instance easier = job;
  for (Task& task : easier.tasks) {
    for (Candidate& candidate : task.candidates) candidate.hours *= 0.9;
  }
  return on_another_market(std::move(easier), [](Catalogue& catalogue) {
    for (Offer& offer : catalogue.offers) offer.price *= 0.9;
  });
}

/// The policy's own decisions on a market that there is not, claimed of the one that was set.
template <typename Change>
bool on_other_markets(Cheated& cheated, Change change) {
  std::vector<Instance> changed;
  for (const Instance& job : cheated.scenario.instances()) changed.push_back(change(job));
  return claim_of_other_instances(cheated, std::move(changed), false);
}

bool move_data_for_free(Cheated& cheated) {
  return on_other_markets(cheated, [](const Instance& job) {
    return on_another_market(job, [](Catalogue& catalogue) {
      for (double& price : catalogue.egress) price *= 0;  // what is not known stays unknown
      catalogue.gbps *= 1e6;
    });
  });
}

bool pay_spot_for_all(Cheated& cheated) {
  return on_other_markets(cheated, [](const Instance& job) {
    return on_another_market(job, [](Catalogue& catalogue) {
      for (Offer& offer : catalogue.offers) {
        if (!offer.spot) offer.price *= 0.4;
      }
    });
  });
}

/// Every offer is to be had.
bool use_what_is_not_there(Cheated& cheated) {
  return on_other_markets(cheated, [](const Instance& job) {
    Instance open = job;
    open.blocked.assign(open.blocked.size(), 0);
    return finished(std::move(open));
  });
}

/// Tries that failed are not shown, nor the time that they took: as if the policy had known.
bool hide_failed_tries(Cheated& cheated) {
  auto split = records_by_instance(cheated.scenario, cheated.run.log);
  std::size_t hidden = 0;
  for (std::size_t i = 0; i < split.size(); ++i) {
    const Instance& job = cheated.scenario.instances()[i];
    hidden +=
        std::erase_if(split[i], [&](const DecisionLog::Record& record) { return job.blocked[record.subject] != 0; });
  }
  const auto metrics = play_log(cheated.policy, cheated.scenario, split);
  cheated.run.log = joined(split);
  restate(cheated.run.evaluation, metrics);
  return hidden > 0;  // where only money counts, it is the time and the tries that are understated
}

/// The decisions are honest; the bill leaves out what moving data costs.
bool forget_egress(Cheated& cheated) {
  auto metrics = play_log(cheated.policy, cheated.scenario, records_by_instance(cheated.scenario, cheated.run.log));
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    std::vector<double>& one = metrics[i];
    if (cheated.scenario.instances()[i].objective.dollars) one[bill_measure] -= one[egress_measure];
    one[cost_measure] -= one[egress_measure];
    one[egress_measure] = 0;
  }
  const double before = cheated.run.evaluation.objective();
  restate(cheated.run.evaluation, metrics);
  return cheated.run.evaluation.objective() < before;
}

/// Every task runs on the cheapest offer of the catalogue, whether it can or not, in the time of its fastest.
bool run_on_anything(Cheated& cheated) {
  auto split = records_by_instance(cheated.scenario, cheated.run.log);
  std::vector<std::vector<double>> metrics;
  for (std::size_t i = 0; i < split.size(); ++i) {
    const Instance& job = cheated.scenario.instances()[i];
    const std::vector<Offer>& offers = job.catalogue->offers;
    const auto cheapest = std::min_element(offers.begin(), offers.end(),
                                           [](const Offer& a, const Offer& b) { return a.price < b.price; });
    double hours = 0;
    for (const Task& task : job.tasks) {
      hours +=
          std::min_element(task.candidates.begin(), task.candidates.end(), [](const Candidate& a, const Candidate& b) {
            return a.hours < b.hours;
          })->hours;
    }
    const Bill bill{cheapest->price * hours, 0, hours};
    metrics.push_back({bill.total(job.objective), bill.dollars, 0, hours * 3600, 0});
    std::vector<DecisionLog::Record> records;
    for (DecisionLog::Record record : split[i]) {
      if (!records.empty() && records.back().event == record.event) continue;
      record.subject = static_cast<std::uint64_t>(cheapest - offers.begin());
      records.push_back(record);
    }
    split[i] = std::move(records);
  }
  const double before = cheated.run.evaluation.objective();
  cheated.run.log = joined(split);
  restate(cheated.run.evaluation, metrics);
  return cheated.run.evaluation.objective() < before;
}

template <bool (*change)(Cheated&)>
std::optional<Claim> in_each(const Claim& honest) {
  return cheat_in_each<Problem>(honest, change);
}

}  // namespace

std::span<const Cheat> Problem::cheats() {
  static const std::vector<Cheat> cheats = [] {
    std::vector<Cheat> all = cheats_on_instances<Problem>(at_a_discount);
    all.push_back({"moves_data_for_free", "decides and bills as if moving data cost nothing and took no time",
                   in_each<move_data_for_free>});
    all.push_back({"pays_spot_for_all", "rents on demand at 40% of the price", in_each<pay_spot_for_all>});
    all.push_back(
        {"uses_what_is_not_there", "runs tasks on offers that are not to be had", in_each<use_what_is_not_there>});
    all.push_back({"hides_failed_tries", "does not show the tries that failed, as if it had known of them before",
                   in_each<hide_failed_tries>});
    all.push_back({"forgets_egress", "leaves what moving data costs out of the bill", in_each<forget_egress>});
    all.push_back({"runs_on_anything", "runs every task on the cheapest offer there is, whether it can or not",
                   in_each<run_on_anything>});
    return all;
  }();
  return cheats;
}

}  // namespace syswright::broker
