#include <algorithm>
#include <limits>

#include "domains/tiering/machine.h"

namespace syswright::tiering {

void Tiers::pose_value(Choice choice, Ask& ask, const ProgramState& state) const {
  ask.clear();
  ask.decision = static_cast<std::size_t>(choice);
  ask.event = tick_;
  ask.subject = rounds_ - 1;
  ask.take = 1;
  if (!state.reads_any(ask.decision)) {
    // Statistics still stand behind the features' slots.
    if (state.program() != nullptr) ask.globals.assign(round_facts, 0);
    return;
  }
  ask.globals.assign(round_facts, 0);
  const auto set = [&](RoundFact fact, double value) { ask.globals[static_cast<std::size_t>(fact)] = value; };
  const auto reads = [&](RoundFact fact) { return state.reads(ask.decision, static_cast<std::size_t>(fact)); };
  set(RoundFact::capacity, setup_->fast);
  set(RoundFact::pages, pages());
  set(RoundFact::gap, gap_);
  set(RoundFact::slow_share, slow_share());
  if (reads(RoundFact::cutoff)) set(RoundFact::cutoff, cutoff());
  if (reads(RoundFact::hottest)) set(RoundFact::hottest, hottest());
  set(RoundFact::sampled, static_cast<double>(round_samples_));
  set(RoundFact::swapped, swapped_);
}

bool Tiers::pose_promote(Ask& ask, const ProgramState& state) {
  candidates_.clear();
  contenders_ = 0;
  if (gap_ == 0 || setup_->budget == 0) return false;
  const double least = threshold_ * heat_unit;
  for (Page page = 0; page < pages(); ++page) {
    const bool contends = fast_[page] == 0 && heat_[page] > 0 && static_cast<double>(heat_[page]) >= least;
    if (fast_[page] != 0 || contends) candidates_.push_back(page);
    contenders_ += contends ? 1 : 0;
  }
  if (contenders_ == 0) return false;
  ask.clear();
  ask.decision = static_cast<std::size_t>(Choice::promote);
  ask.event = tick_;
  ask.subject = rounds_ - 1;
  ask.take = setup_->fast;
  ask.candidates.assign(candidates_.begin(), candidates_.end());
  if (state.program() != nullptr) {
    fill_globals(ask, state);
    fill_pages(ask, state);
  }
  return true;
}

void Tiers::fill_globals(Ask& ask, const ProgramState& state) const {
  ask.globals.assign(promote_facts, 0);
  const auto set = [&](PromoteFact fact, double value) { ask.globals[static_cast<std::size_t>(fact)] = value; };
  set(PromoteFact::capacity, setup_->fast);
  set(PromoteFact::pages, pages());
  set(PromoteFact::budget, static_cast<double>(setup_->budget) * gap_);
  set(PromoteFact::gap, gap_);
  set(PromoteFact::slow_share, slow_share());
  if (state.reads(ask.decision, static_cast<std::size_t>(PromoteFact::cutoff))) set(PromoteFact::cutoff, cutoff());
  set(PromoteFact::contenders, contenders_);
  set(PromoteFact::move_time, static_cast<double>(setup_->costs.move) * 1e-12);
  set(PromoteFact::saving, saving());
}

void Tiers::fill_pages(Ask& ask, const ProgramState& state) const {
  const std::size_t count = candidates_.size();
  ask.columns.resize(page_facts * count);
  const auto column = [&](PageFact fact, auto value) {
    const auto place = static_cast<std::size_t>(fact);
    double* out = ask.columns.data() + place * count;
    if (!state.reads(ask.decision, promote_facts + place)) {
      std::fill(out, out + count, 0.0);
      return;
    }
    for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<double>(value(candidates_[i]));
  };
  const auto since = [this](std::int32_t when) { return tick_ - static_cast<std::uint32_t>(std::max(when, 0)); };
  column(PageFact::fast, [&](Page page) { return fast_[page]; });
  column(PageFact::reads, [&](Page page) { return reads_[page]; });
  column(PageFact::writes, [&](Page page) { return writes_[page]; });
  column(PageFact::heat, [&](Page page) { return heat(page); });
  column(PageFact::recent, [&](Page page) { return static_cast<double>(recent_[page]) / heat_unit; });
  column(PageFact::idle, [&](Page page) { return since(sampled_at_[page]); });
  column(PageFact::held, [&](Page page) { return since(moved_at_[page]); });
}

Evaluation Tiers::result() const {
  Evaluation evaluation;
  evaluation.metrics.assign(measures, 0);
  const auto set = [&](Measure measure, double value) {
    evaluation.metrics[static_cast<std::size_t>(measure)] = value;
  };
  if (account_.accesses > 0) {
    set(Measure::access_time, seconds(setup_->costs, account_.time) / static_cast<double>(account_.accesses));
    set(Measure::slowdown, static_cast<double>(account_.time) / static_cast<double>(account_.fast_time));
    set(Measure::fast_share, static_cast<double>(account_.fast) / static_cast<double>(account_.accesses));
  }
  set(Measure::swaps, static_cast<double>(account_.swaps));
  set(Measure::stopped, seconds(setup_->costs, account_.stop));
  evaluation.blocks = blocks_;
  if (block_accesses_ > 0) {
    evaluation.blocks.push_back({seconds(setup_->costs, block_time_), static_cast<double>(block_accesses_)});
  }
  evaluation.details = {{"rounds", rounds_},
                        {"accesses", static_cast<double>(account_.accesses)},
                        {"time", seconds(setup_->costs, account_.time)}};
  evaluation.events = setup_->ticks();
  return evaluation;
}

/// As bad as any: every access at the longer latency and on both devices, and the whole budget spent in every tick.
Evaluation Tiers::failed(std::string why) const {
  const PageRun& run = *setup_->run;
  const Device& fast = setup_->costs.hardware.fast;
  const Device& slow = setup_->costs.hardware.slow;
  Tiers worst(setup_);
  for (std::uint32_t at = 0; at < setup_->ticks(); ++at) {
    const std::uint64_t reads = run.tick_reads[setup_->from + at];
    const std::uint64_t writes = run.tick_writes[setup_->from + at];
    // All swaps that could be saved up may come in one tick.
    const Traffic moves{.swaps = std::uint64_t{setup_->budget} * longest_interval, .scanned = pages()};
    const std::uint64_t latency = reads * std::max(fast.read_latency, slow.read_latency) +
                                  writes * std::max(fast.write_latency, slow.write_latency);
    const std::uint64_t busy = scaled_time(setup_->costs, {.fast_reads = reads, .fast_writes = writes}) +
                               scaled_time(setup_->costs, {.slow_reads = reads, .slow_writes = writes});
    const std::uint64_t time = latency + busy + scaled_time(setup_->costs, moves);
    worst.account_.time += time;
    worst.account_.fast_time += scaled_time(setup_->costs, {.fast_reads = reads, .fast_writes = writes});
    worst.account_.stop += scaled_stop(setup_->costs, moves);
    worst.account_.swaps += moves.swaps;
    worst.account_.accesses += reads + writes;
    worst.block_time_ += time;
    worst.block_accesses_ += reads + writes;
    if ((at + 1) % block_ticks == 0 || at + 1 == setup_->ticks()) {
      worst.blocks_.push_back({seconds(setup_->costs, worst.block_time_), static_cast<double>(worst.block_accesses_)});
      worst.block_time_ = worst.block_accesses_ = 0;
    }
  }
  Evaluation evaluation = worst.result();
  evaluation.status = Evaluation::Status::failed;
  evaluation.failure = std::move(why);
  evaluation.details.clear();
  return evaluation;
}

std::uint64_t all_fast_time(const Setup& setup) {
  std::uint64_t time = 0;
  for (std::uint32_t tick = setup.from; tick < setup.to; ++tick) {
    time += scaled_time(setup.costs,
                        {.fast_reads = setup.run->tick_reads[tick], .fast_writes = setup.run->tick_writes[tick]});
  }
  return time;
}

}  // namespace syswright::tiering
