#include "domains/multi_region/market.h"

#include <algorithm>
#include <cassert>

namespace syswright::multi_region {

Market::Market(std::shared_ptr<const Setup> setup, Timeline* timeline) : setup_(std::move(setup)) {
  if (timeline != nullptr) drawing_ = std::make_shared<Drawing>(*timeline, *setup_);
  accounts_.reserve(setup_->instances.size());
  sights_.resize(regions());
  order_.resize(regions());
}

bool Market::next(Ask& ask, ProgramState& state) {
  if (!masks_known_) learn_masks(state);
  while (accounts_.size() < setup_->instances.size()) {
    switch (phase_) {
      case Phase::begin:
        if (finished(setting(), job_)) {
          finish_job();
          continue;
        }
        if (!begin_tick(state)) continue;
        [[fallthrough]];
      case Phase::region:
        phase_ = Phase::region;
        pose(ask, Question::region, -1, state);
        return true;
      case Phase::first:
      case Phase::again:
        pose(ask, Question::instance, static_cast<int>(order_[asked_]), state);
        return true;
      case Phase::probe:
        if (next_probe()) {
          pose(ask, Question::probe, static_cast<int>(asked_), state);
          return true;
        }
        run();
        continue;
    }
  }
  return false;
}

/// Whether anything is to be asked: else the safety net has run the tick.
bool Market::begin_tick(ProgramState& state) {
  refused_ = 0;
  probe_spend_ = 0;
  preempted_ = false;
  if (job_.runs == Mode::spot) {
    const int region = job_.region;
    Sight& sight = sights_[static_cast<std::size_t>(region)];
    const bool there = instance().available(static_cast<std::size_t>(region), job_.tick);
    const bool beat = job_.tick >= sight.next_beat;
    if (there && beat) sight.next_beat = job_.tick + std::max<std::int64_t>(setting().probe_every / setting().tick, 1);
    see(region, there, !there || beat);
    if (!there) {
      note(Event::Kind::preempted, region);
      ++account_.preemptions;
      preempted_ = true;
      job_.runs = Mode::idle;
      job_.region = -1;
    }
    if (reporting_) state.report(static_cast<std::size_t>(Report::preemption), there ? 0 : 1);
  }
  if (estimating_) grow_lifetimes();
  if (!net_rules(setting(), job_)) return true;
  mode_ = Mode::on_demand;
  region_ = net_region(setting(), fleet(), job_);
  job_.rescued = true;
  run();
  return false;
}

void Market::pose(Ask& ask, Question question, int subject, ProgramState& state) {
  for (const auto& [place, value] : pending_reports_) {
    state.report(place / 64, place % 64, value);
  }
  pending_reports_.clear();
  ask.decision = static_cast<std::size_t>(question);
  ask.event = accounts_.size() * static_cast<std::uint64_t>(setting().ticks()) + static_cast<std::uint64_t>(job_.tick);
  ask.candidates.clear();
  ask.globals.clear();
  ask.columns.clear();
  ask.take = 1;
  if (question == Question::region) {
    ask.take = regions();
    for (std::size_t region = 0; region < regions(); ++region) ask.candidates.push_back(region);
  } else {
    ask.subject = static_cast<std::uint64_t>(subject);
  }
  if (state.program() != nullptr) fill(ask, subject, state);
}

void Market::reply(const Reply& reply) {
  switch (phase_) {
    case Phase::region:
      std::copy(reply.taken.begin(), reply.taken.end(), order_.begin());
      phase_ = Phase::first;
      asked_ = 0;
      break;
    case Phase::first:
    case Phase::again:
      answer_instance(static_cast<Action>(static_cast<std::size_t>(reply.value)));
      break;
    case Phase::probe:
      answer_probe(reply.value == do_probe);
      break;
    case Phase::begin:
      assert(false);
  }
}

void Market::answer_instance(Action action) {
  const int region = static_cast<int>(order_[asked_]);
  switch (action) {
    case Action::spot:
      if (start_spot(region)) return settle(Mode::spot, region);
      break;
    case Action::on_demand:
      return settle(Mode::on_demand, region);
    case Action::idle:
      return settle(Mode::idle, -1);
    case Action::keep:
      return settle(job_.runs, job_.region);
    case Action::next:
      break;
  }
  if (++asked_ < regions()) return;
  asked_ = 0;
  if (phase_ == Phase::again) return settle(job_.runs, job_.region);
  phase_ = Phase::again;
}

/// Whether the job has spot in this region now.
bool Market::start_spot(int region) {
  if (job_.runs == Mode::spot && job_.region == region) return true;
  if (phase_ == Phase::again) return false;
  const bool there = instance().available(static_cast<std::size_t>(region), job_.tick);
  see(region, there, true);
  if (!there) {
    refused_ |= std::uint64_t{1} << region;
    note(Event::Kind::refused, region);
  }
  return there;
}

void Market::settle(Mode mode, int region) {
  mode_ = mode;
  region_ = region;
  if (mode != job_.runs || region != job_.region) {
    if (mode != Mode::idle)
      note(mode == Mode::spot ? Event::Kind::started_spot : Event::Kind::started_on_demand, region);
    if (job_.runs != Mode::idle) note(Event::Kind::left, job_.region);
  }
  phase_ = Phase::probe;
  asked_ = 0;
}

/// Whether there is a region left to be probed in this tick; asked_ is its place.
bool Market::next_probe() {
  if (mode_ == Mode::spot && static_cast<int>(asked_) == region_) ++asked_;
  return asked_ < regions();
}

void Market::answer_probe(bool probe) {
  const int region = static_cast<int>(asked_++);
  if (!probe) return;
  const bool there = instance().available(static_cast<std::size_t>(region), job_.tick);
  // A region that refused a start in this tick refuses the probe as well: nothing is learnt twice.
  if ((refused_ >> region & 1u) == 0) see(region, there, true);
  note(there ? Event::Kind::probe_found : Event::Kind::probe_refused, region);
  if (!there) return;
  ++account_.probes;
  probe_spend_ += spot_price(region) * hours(setting().probe_charge);
}

void Market::run() {
  const std::int64_t tick = job_.tick;
  const Ran ran = run_tick(setting(), fleet(), job_, mode_, region_);
  double compute = 0;
  double egress = 0;
  if (ran.mode == Mode::spot) {
    ++account_.spot_ticks;
    compute = instance().spot_price(static_cast<std::size_t>(ran.region), tick) * hours(setting().tick);
  } else if (ran.mode == Mode::on_demand) {
    ++account_.on_demand_ticks;
    compute = fleet().regions[static_cast<std::size_t>(ran.region)].on_demand_price * hours(setting().tick);
  }
  if (ran.started) {
    started_at_ = tick;
    egress = fleet().egress_to(ran.from, ran.region);
    if (ran.from >= 0 && ran.from != ran.region) ++account_.migrations;
  }
  account_.compute += compute;
  account_.egress += egress;
  account_.probing += probe_spend_;
  account_.last_tick = compute + egress + probe_spend_;
  if (drawing_ != nullptr) {
    const Milliseconds starting = setting().overhead + fleet().transfer_to(ran.from, std::max(ran.region, 0));
    drawing_->ran(accounts_.size(), tick, ran, job_, starting, compute, egress);
  }
  phase_ = Phase::begin;
}

void Market::finish_job() {
  account_.late = missed(setting(), job_);
  if (drawing_ != nullptr) drawing_->finish(job_, account_, events_);
  accounts_.push_back(account_);
  account_ = {};
  job_ = {};
  started_at_ = 0;
  events_.clear();
  sights_.assign(regions(), {});
  if (estimating_) {
    lifetimes_.assign(regions(), Lifetimes(hours(setting().tick)));
    new_losses_.assign(regions(), 0);
  }
}

void Market::see(int region, bool available, bool sample) {
  Sight& sight = sights_[static_cast<std::size_t>(region)];
  const auto report = [&](Report what, double value) {
    if (reporting_)
      pending_reports_.emplace_back(static_cast<std::size_t>(what) * 64 + static_cast<std::size_t>(region), value);
  };
  sight.last_tick = job_.tick;
  sight.available = available;
  ++sight.seen;
  sight.found += available ? 1 : 0;
  if (sample) sight.sample(available);
  report(Report::available, available ? 1 : 0);
  if (available) {
    if (sight.run_start < 0) sight.run_start = job_.tick;
  } else if (sight.run_start >= 0) {
    const Milliseconds run = (job_.tick - sight.run_start) * setting().tick;
    sight.run_start = -1;
    ++sight.losses;
    report(Report::run, static_cast<double>(run) / 1000);
    if (estimating_) {
      lifetimes_[static_cast<std::size_t>(region)].add_run(hours(run), true);
      ++new_losses_[static_cast<std::size_t>(region)];
    }
  }
}

void Market::note(Event::Kind kind, int region) {
  events_.push_back({static_cast<std::int32_t>(job_.tick), static_cast<std::int16_t>(region), kind});
}

void Market::default_answers(const Ask& ask, std::span<double> answers) const {
  switch (static_cast<Question>(ask.decision)) {
    case Question::region:
      for (std::size_t i = 0; i < answers.size(); ++i) answers[i] = -spot_price(static_cast<int>(i));
      return;
    case Question::instance:
      answers[0] = static_cast<double>(exhausted() ? Action::keep : Action::spot);
      return;
    case Question::probe: {
      const Sight& sight = sights_[ask.subject];
      const bool stale = sight.last_tick < 0 || (job_.tick - sight.last_tick) * setting().tick >= setting().probe_every;
      answers[0] = stale ? do_probe : do_not_probe;
    }
  }
}

Evaluation Market::result() const { return evaluation_of(*setup_, accounts_); }

Evaluation Market::failed(std::string why) const { return failed_evaluation(*setup_, std::move(why)); }

}  // namespace syswright::multi_region
