#include "domains/tiering/machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace syswright::tiering {

Tiers::Tiers(std::shared_ptr<const Setup> setup, Timeline* timeline)
    : setup_(std::move(setup)),
      heat_decay_(decay(heat_half_life)),
      recent_decay_(decay(recent_half_life)),
      timeline_(timeline) {
  const PageRun& run = *setup_->run;
  home_ = std::make_shared<const std::vector<std::uint8_t>>(first_touch(run, setup_->fast));
  auto births = std::make_shared<std::vector<std::vector<Page>>>(setup_->ticks());
  for (Page page = 0; page < run.pages(); ++page) {
    if (run.born[page] >= setup_->to) continue;
    const std::uint32_t tick = std::max(run.born[page], setup_->from) - setup_->from;
    (*births)[tick].push_back(page);
  }
  births_ = std::move(births);
  fast_.resize(run.pages());
  if (setup_->visibility == Visibility::bits) accessed_.resize(run.pages());
  reads_.resize(run.pages());
  writes_.resize(run.pages());
  heat_.resize(run.pages());
  recent_.resize(run.pages());
  sampled_at_.assign(run.pages(), -1);
  moved_at_.assign(run.pages(), -1);
  blocks_.reserve(setup_->ticks() / block_ticks + 1);
  add_births();
  if (timeline_ != nullptr) {
    for (const char* name : {"rounds", "accesses of fast pages, %", "time over all-fast time", "swaps"}) {
      rows_.push_back(timeline_->add_row(setup_->label, name));
    }
  }
}

bool Tiers::next(Ask& ask, ProgramState& state) {
  for (;;) {
    switch (step_) {
      case Step::run:
        if (tick_ == setup_->ticks()) return false;
        if (tick_ < next_round_) {
          run_tick();
          break;
        }
        begin_round(state);
        step_ = Step::threshold;
        break;
      case Step::threshold:
        pose_value(Choice::threshold, ask, state);
        return true;
      case Step::promote:
        if (pose_promote(ask, state)) return true;
        step_ = Step::interval;
        break;
      case Step::interval:
        pose_value(Choice::interval, ask, state);
        return true;
    }
  }
}

void Tiers::reply(const Reply& reply) {
  switch (step_) {
    case Step::threshold:
      threshold_ = reply.value;
      step_ = Step::promote;
      break;
    case Step::promote:
      swap(reply.taken);
      step_ = Step::interval;
      break;
    default:
      finish_round(reply.value);
      step_ = Step::run;
  }
}

void Tiers::default_answers(const Ask& ask, std::span<double> answers) const {
  switch (static_cast<Choice>(ask.decision)) {
    case Choice::promote:
      for (std::size_t i = 0; i < answers.size(); ++i) {
        const Page page = candidates_[i];
        answers[i] = heat(page) * (fast(page) ? 1.25 : 1);
      }
      break;
    case Choice::interval:
      answers[0] = 4;
      break;
    case Choice::threshold:
      answers[0] = 0;
  }
}

double Tiers::slow_share() const {
  return round_samples_ == 0 ? 0 : static_cast<double>(round_slow_) / static_cast<double>(round_samples_);
}

double Tiers::saving() const {
  const Costs& costs = setup_->costs;
  const Picoseconds slow = costs.hardware.slow.read_latency;
  const Picoseconds fast = costs.hardware.fast.read_latency;
  return slow <= fast ? 0 : seconds(costs, slow - fast);
}

double Tiers::cutoff() const {
  if (setup_->fast >= pages()) return 0;
  std::vector<Heat> sorted = heat_;
  const auto at = sorted.begin() + (setup_->fast - 1);
  std::nth_element(sorted.begin(), at, sorted.end(), std::greater<>());
  return static_cast<double>(*at) / heat_unit;
}

double Tiers::hottest() const { return static_cast<double>(*std::max_element(heat_.begin(), heat_.end())) / heat_unit; }

void Tiers::begin_round(ProgramState& state) {
  gap_ = tick_ - last_round_;
  last_round_ = tick_;
  ++rounds_;
  if (setup_->visibility == Visibility::bits && gap_ > 0) {
    for (Page page = 0; page < pages(); ++page) {
      reads_[page] = accessed_[page] & 1;
      writes_[page] = accessed_[page] >> 1;
    }
    std::fill(accessed_.begin(), accessed_.end(), 0);
    pending_scans_ += pages();
  }
  const Heat heat_factor = heat_decay_[gap_];
  const Heat recent_factor = recent_decay_[gap_];
  round_samples_ = round_slow_ = 0;
  for (Page page = 0; page < pages(); ++page) {
    const Heat seen = samples(page);
    heat_[page] = heat_[page] * heat_factor / heat_unit + seen * heat_unit;
    recent_[page] = recent_[page] * recent_factor / heat_unit + seen * heat_unit;
    sampled_at_[page] = seen > 0 ? static_cast<std::int32_t>(tick_) : sampled_at_[page];
    round_samples_ += seen;
    round_slow_ += fast_[page] != 0 ? 0 : seen;
  }
  if (state.program() != nullptr && !state.program()->statistics().empty()) report(state);
  round_swaps_ = 0;
}

void Tiers::report(ProgramState& state) const {
  state.report(static_cast<std::size_t>(Report::slow_share), slow_share());
  state.report(static_cast<std::size_t>(Report::swaps), round_swaps_);
  bool wanted = false;
  for (const policy::Statistic& statistic : state.program()->statistics()) {
    wanted = wanted || statistic.scope == policy::Scope::candidate;
  }
  if (!wanted) return;
  for (Page page = 0; page < pages(); ++page) {
    if (sampled_at_[page] >= 0) state.report(static_cast<std::size_t>(Report::samples), page, samples(page));
  }
}

void Tiers::swap(std::span<const std::uint32_t> taken) {
  std::vector<std::uint8_t> stays(candidates_.size());
  std::vector<Page> up;
  const std::uint64_t allowed = std::uint64_t{setup_->budget} * gap_;
  for (const std::uint32_t place : taken) {
    stays[place] = 1;
    if (!fast(candidates_[place]) && up.size() < allowed) up.push_back(candidates_[place]);
  }
  std::vector<Page> down;
  for (std::size_t i = 0; i < candidates_.size(); ++i) {
    if (stays[i] == 0 && fast(candidates_[i])) down.push_back(candidates_[i]);
  }
  const auto last = down.begin() + static_cast<std::ptrdiff_t>(up.size());
  std::partial_sort(down.begin(), last, down.end(),
                    [this](Page a, Page b) { return heat_[a] < heat_[b] || (heat_[a] == heat_[b] && a < b); });
  for (std::size_t i = 0; i < up.size(); ++i) {
    fast_[up[i]] = 1;
    fast_[down[i]] = 0;
    moved_at_[up[i]] = moved_at_[down[i]] = static_cast<std::int32_t>(tick_);
  }
  swapped_ = round_swaps_ = static_cast<std::uint32_t>(up.size());
  pending_swaps_ += swapped_;
}

void Tiers::finish_round(double interval) {
  next_round_ =
      tick_ + static_cast<std::uint32_t>(std::clamp(std::floor(interval + 0.5), 1.0, double{longest_interval}));
  std::fill(reads_.begin(), reads_.end(), 0);
  std::fill(writes_.begin(), writes_.end(), 0);
}

void Tiers::add_births() {
  for (const Page page : (*births_)[tick_]) fast_[page] = (*home_)[page];
}

void Tiers::see_tick() {
  const std::uint32_t tick = setup_->from + tick_;
  if (setup_->visibility == Visibility::bits) {
    const PageRun& run = *setup_->run;
    for (std::uint64_t i = run.start[tick]; i < run.start[tick + 1]; ++i) {
      accessed_[run.page[i]] |= run.writes[i] > 0 ? 3 : 1;
    }
    return;
  }
  const Samples& samples = *setup_->samples;
  for (std::uint64_t i = samples.start[tick]; i < samples.start[tick + 1]; ++i) {
    const Samples::Sample sample = samples.sample[i];
    ++(sample.store ? writes_ : reads_)[sample.page];
  }
}

void Tiers::run_tick() {
  if (tick_ > 0) add_births();
  const PageRun& run = *setup_->run;
  const std::uint32_t tick = setup_->from + tick_;
  std::uint64_t fast_reads = 0;
  std::uint64_t fast_writes = 0;
  const Page* page = run.page.data();
  const std::uint32_t* reads = run.reads.data();
  const std::uint32_t* writes = run.writes.data();
  const std::uint8_t* fast = fast_.data();
  const std::uint64_t end = run.start[tick + 1];
  for (std::uint64_t i = run.start[tick]; i < end; ++i) {
    const std::uint32_t mask = 0u - fast[page[i]];
    fast_reads += reads[i] & mask;
    fast_writes += writes[i] & mask;
  }
  const Traffic traffic{.fast_reads = fast_reads,
                        .fast_writes = fast_writes,
                        .slow_reads = run.tick_reads[tick] - fast_reads,
                        .slow_writes = run.tick_writes[tick] - fast_writes,
                        .swaps = pending_swaps_,
                        .scanned = pending_scans_};
  see_tick();
  const std::uint64_t accesses = run.tick_reads[tick] + run.tick_writes[tick];
  const std::uint64_t time = scaled_time(setup_->costs, traffic);
  if (timeline_ != nullptr) {
    draw_tick(seconds(setup_->costs, account_.time), seconds(setup_->costs, account_.time + time), traffic);
  }
  account_.time += time;
  account_.fast_time +=
      scaled_time(setup_->costs, {.fast_reads = run.tick_reads[tick], .fast_writes = run.tick_writes[tick]});
  account_.stop += scaled_stop(setup_->costs, traffic);
  account_.accesses += accesses;
  account_.fast += fast_reads + fast_writes;
  account_.swaps += pending_swaps_;
  block_time_ += time;
  block_accesses_ += accesses;
  pending_swaps_ = pending_scans_ = 0;
  ++tick_;
  if (tick_ % block_ticks == 0 || tick_ == setup_->ticks()) {
    blocks_.push_back({seconds(setup_->costs, block_time_), static_cast<double>(block_accesses_)});
    block_time_ = block_accesses_ = 0;
  }
}

void Tiers::draw_tick(double start, double end, const Traffic& traffic) {
  const double accesses =
      static_cast<double>(traffic.fast_reads + traffic.fast_writes + traffic.slow_reads + traffic.slow_writes);
  const double fast = 100 * static_cast<double>(traffic.fast_reads + traffic.fast_writes) / accesses;
  const std::uint64_t least = scaled_time(setup_->costs, {.fast_reads = traffic.fast_reads + traffic.slow_reads,
                                                          .fast_writes = traffic.fast_writes + traffic.slow_writes});
  if (tick_ == last_round_) {
    timeline_->span(rows_[0], fmt::format("tick {}: {} swaps", tick_, traffic.swaps), start, end,
                    {{"candidates in slow memory", static_cast<double>(contenders_)}, {"threshold", threshold_}});
  }
  timeline_->level(rows_[1], start, fast);
  timeline_->level(rows_[2], start,
                   static_cast<double>(scaled_time(setup_->costs, traffic)) / static_cast<double>(least));
  timeline_->level(rows_[3], start, static_cast<double>(traffic.swaps));
}

}  // namespace syswright::tiering
