#include "domains/spot/market.h"

#include <algorithm>

namespace syswright::spot {
namespace {

constexpr double seconds(Milliseconds time) { return static_cast<double>(time) / 1000; }

double mean_spell(const Seen& seen, bool available, const Setting& setting) {
  const std::int64_t spells = seen.spells[available];
  return spells == 0 ? 0 : seconds(seen.spell_ticks[available] * setting.tick) / static_cast<double>(spells);
}

}  // namespace

void Seen::see(bool available_now) {
  if (ticks > 0 && available_now != now) {
    ++changes;
    ++spells[now];
    spell_ticks[now] += spell;
    spell = 0;
  }
  now = available_now;
  ++spell;
  ++ticks;
  available += now;
}

Market::Market(std::shared_ptr<const Setup> setup, Timeline* timeline)
    : setup_(std::move(setup)), prices_(*setup_), timeline_(timeline) {
  accounts_.reserve(setup_->instances.size());
}

bool Market::next(Ask& ask, ProgramState& state) {
  while (accounts_.size() < setup_->instances.size()) {
    if (!observed_) {
      if (finished(setting(), job_)) {
        finish_job();
        state.forget();
        continue;
      }
      observe(state);
    }
    if (!net_rules(setting(), job_)) {
      ask.candidates.clear();
      ask.columns.clear();
      ask.decision = 0;
      ask.subject = accounts_.size();
      ask.event =
          accounts_.size() * static_cast<std::uint64_t>(setting().ticks()) + static_cast<std::uint64_t>(job_.tick);
      if (state.program() == nullptr) {
        ask.globals.clear();
      } else {
        fill(ask.globals, state);
      }
      return true;
    }
    run(net_answer(setting(), job_, available_));
  }
  return false;
}

void Market::observe(ProgramState& state) {
  available_ = instance().available(job_.tick);
  const Seen before = seen_;
  seen_.see(available_);
  observed_ = true;
  const bool ran_spot = job_.last == Mode::spot;
  if (ran_spot && !available_) ++account_.preemptions;
  if (state.program() == nullptr || state.program()->statistics().empty()) return;
  state.report(static_cast<std::size_t>(Report::available), available_);
  if (seen_.changes != before.changes) {
    const Report over = before.now ? Report::available_spell : Report::unavailable_spell;
    state.report(static_cast<std::size_t>(over), seconds(before.spell * setting().tick));
  }
  if (ran_spot) state.report(static_cast<std::size_t>(Report::preemption), !available_);
}

void Market::run(Mode asked) {
  const std::int64_t tick = job_.tick;
  const Mode ran = run_tick(setting(), job_, asked, available_);
  if (ran == Mode::spot) {
    ++account_.spot_ticks;
    account_.spend += prices_.spot(instance(), tick);
  } else if (ran == Mode::on_demand) {
    ++account_.on_demand_ticks;
    account_.spend += prices_.on_demand(instance());
  }
  if (timeline_ != nullptr) draw(ran, tick);
  observed_ = false;
}

void Market::draw(Mode ran, std::int64_t tick) {
  if (drawn_.empty()) {
    const std::string group = "job " + std::to_string(accounts_.size() + 1) + ": " + instance().name;
    drawn_.emplace_back(*timeline_, timeline_->add_row(group, "runs on"));
    drawn_.emplace_back(*timeline_, timeline_->add_row(group, "there is spot"));
  }
  const double now = static_cast<double>(tick * setting().tick) / 1000;
  drawn_[0].enter(ran == Mode::spot ? "spot" : ran == Mode::on_demand ? "on demand" : "", now);
  drawn_[1].enter(available_ ? "spot" : "", now);
}

void Market::finish_job() {
  for (StateRow& row : drawn_) row.finish(static_cast<double>(job_.tick * setting().tick) / 1000);
  drawn_.clear();
  account_.late = missed(setting(), job_);
  settled_ += account_.spend + (account_.late ? lateness_penalty(*setup_, instance()) : 0);
  accounts_.push_back(account_);
  account_ = {};
  job_ = {};
  seen_ = {};
}

void Market::fill(std::vector<double>& globals, const ProgramState& state) {
  if (!wanted_known_) {
    for (std::size_t fact = 0; fact < fact_count; ++fact) wanted_ |= (state.reads(0, fact) ? 1u : 0u) << fact;
    wanted_known_ = true;
  }
  globals.resize(fact_count);
  const Setting& set = setting();
  const Milliseconds elapsed = job_.tick * set.tick;
  const Milliseconds remaining = set.job - job_.done;
  const Milliseconds left = set.deadline - elapsed;
  const Mode holds = held();
  const auto value = [&](Fact fact) -> double {
    switch (fact) {
      case Fact::elapsed:
        return seconds(elapsed);
      case Fact::done:
        return seconds(job_.done);
      case Fact::remaining:
        return seconds(remaining);
      case Fact::work_left:
        return seconds(remaining) / seconds(set.job);
      case Fact::time_left:
        return seconds(left);
      case Fact::slack:
        return seconds(left - remaining);
      case Fact::reserve:
        return seconds((ticks_left(set, job_) - ticks_needed(set, job_, 1)) * set.tick);
      case Fact::lead:
        return lead(set, job_, 0) / 1000;
      case Fact::overhead:
        return seconds(set.overhead);
      case Fact::pending:
        return holds == Mode::idle ? 0 : seconds(job_.pending);
      case Fact::tick:
        return seconds(set.tick);
      case Fact::job:
        return seconds(set.job);
      case Fact::deadline:
        return seconds(set.deadline);
      case Fact::spot_available:
        return available_;
      case Fact::holds_spot:
        return holds == Mode::spot;
      case Fact::holds_on_demand:
        return holds == Mode::on_demand;
      case Fact::preempted:
        return job_.last == Mode::spot && !available_;
      case Fact::available_share:
        return static_cast<double>(seen_.available) / static_cast<double>(seen_.ticks);
      case Fact::spell:
        return seconds(seen_.spell * set.tick);
      case Fact::changes:
        return static_cast<double>(seen_.changes);
      case Fact::available_spell:
        return mean_spell(seen_, true, set);
      case Fact::unavailable_spell:
        return mean_spell(seen_, false, set);
      case Fact::spot_price:
        return prices_.spot_hour(instance(), job_.tick) / 3600;
      case Fact::on_demand_price:
        return prices_.on_demand_hour(instance()) / 3600;
    }
    return 0;
  };
  for (std::uint32_t rest = wanted_; rest != 0; rest &= rest - 1) {
    const auto fact = static_cast<std::size_t>(__builtin_ctz(rest));
    globals[fact] = value(static_cast<Fact>(fact));
  }
}

Evaluation Market::result() const { return evaluation_of(*setup_, accounts_); }

Evaluation Market::failed(std::string why) const { return failed_evaluation(*setup_, std::move(why)); }

Evaluation evaluation_of(const Setup& setup, std::span<const Account> accounts) {
  Evaluation evaluation;
  evaluation.metrics.assign(measure_count, 0);
  const auto add = [&](Measure measure, double value) {
    evaluation.metrics[static_cast<std::size_t>(measure)] += value;
  };
  const double tick = seconds(setup.setting.tick);
  std::int64_t in_time = 0;
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    const Account& account = accounts[i];
    const double cost = account.spend + (account.late ? lateness_penalty(setup, setup.instances[i]) : 0);
    evaluation.blocks.push_back({cost, 1});
    add(Measure::cost, cost);
    add(Measure::deadline_misses, account.late);
    add(Measure::spend, account.spend);
    add(Measure::on_demand_time, static_cast<double>(account.on_demand_ticks) * tick);
    add(Measure::spot_time, static_cast<double>(account.spot_ticks) * tick);
    add(Measure::preemptions, static_cast<double>(account.preemptions));
    in_time += account.late ? 0 : 1;
  }
  const auto jobs = static_cast<double>(std::max<std::size_t>(accounts.size(), 1));
  for (std::size_t i = 0; i < measure_count; ++i) {
    if (i != static_cast<std::size_t>(Measure::deadline_misses)) evaluation.metrics[i] /= jobs;
  }
  evaluation.details = {{"jobs", static_cast<double>(accounts.size())}, {"jobs_in_time", static_cast<double>(in_time)}};
  evaluation.events = setup.instances.size() * static_cast<std::uint64_t>(setup.setting.ticks());
  return evaluation;
}

Evaluation failed_evaluation(const Setup& setup, std::string why) {
  const Prices prices(setup);
  std::vector<Account> accounts;
  for (const Instance& instance : setup.instances) {
    Account worst;
    double dearest = std::max(prices.on_demand(instance), prices.spot(instance, 0));
    for (std::int64_t tick = 0; tick < setup.setting.most_ticks(); ++tick) {
      dearest = std::max(dearest, prices.spot(instance, tick));
    }
    worst.on_demand_ticks = worst.spot_ticks = worst.preemptions = setup.setting.most_ticks();
    worst.spend = dearest * static_cast<double>(setup.setting.most_ticks());
    worst.late = true;
    accounts.push_back(worst);
  }
  Evaluation evaluation = evaluation_of(setup, accounts);
  evaluation.status = Evaluation::Status::failed;
  evaluation.failure = std::move(why);
  evaluation.details.clear();
  // Of time on spot more is better.
  evaluation.metrics[static_cast<std::size_t>(Measure::spot_time)] = 0;
  return evaluation;
}

}  // namespace syswright::spot
