#include "domains/flash_cache/machine.h"

#include <algorithm>
#include <utility>

#include "domain/population.h"
#include "domains/flash_cache/wear.h"

namespace syswright::flash_cache {
namespace {

constexpr std::uint32_t nowhere = ~std::uint32_t{0};
constexpr double seconds_a_day = 86400;

double number(std::uint64_t n) { return static_cast<double>(n); }
double ratio(double part, double whole, double otherwise) { return whole == 0 ? otherwise : part / whole; }

/// That the counted requests took; at least a second.
double counted_days(const Setup& setup) {
  const double seconds = setup.requests->time(setup.end - 1) - setup.requests->time(setup.counted);
  return std::max(seconds, 1.0) / seconds_a_day;
}

/// Objects that both tiers hold, about; `accesses` is halved for every ten.
std::uint32_t epoch_length(const Setup& setup) {
  const double mean = number(setup.requests->footprint) / number(setup.requests->keys.size());
  const double objects = number(setup.dram + setup.flash()) / mean / setup.share;
  return static_cast<std::uint32_t>(std::clamp(10 * objects, 1.0, 2e9));
}

}  // namespace

std::vector<double> metrics_of(const Account& account, const Setup& setup) {
  const double requests = number(account.requests);
  const double written = number(account.log_written + account.set_written);
  const double device =
      number(account.log_written) + number(account.set_written) * random_write_amplification(setup.spare);
  return {ratio(requests - number(account.dram_hits) - number(account.flash_hits), requests, 0),
          ratio(number(account.bytes_missed), number(account.bytes), 0),
          ratio(number(account.dram_hits), requests, 0),
          ratio(number(account.flash_hits), requests, 0),
          written,
          ratio(written, number(account.admitted), 1),
          ratio(device, written, 1),
          device / number(setup.flash()) / counted_days(setup)};
}

std::vector<double> worst_metrics(const Setup& setup) {
  const double written = number(setup.events()) * number(setup.region + set_bytes);
  const double device = random_write_amplification(setup.spare);
  return {1, 1, 0, 0, written, written, device, written * device / number(setup.flash()) / counted_days(setup)};
}

Tiers::Tiers(std::shared_ptr<const Setup> setup)
    : setup_(std::move(setup)),
      draws_(setup_->seed, "flash cache evict sample"),
      request_(setup_->begin),
      epoch_length_(epoch_length(*setup_)),
      slot_(setup_->requests->keys.size(), nowhere),
      flash_(*setup_),
      last_(slot_.size()),
      last_time_(slot_.size()),
      counts_(slot_.size()),
      counted_in_(slot_.size()),
      set_amplification_(random_write_amplification(setup_->spare)) {}

double Tiers::clock_of(std::uint64_t request) const {
  return setup_->requests->time(request) - setup_->requests->time(setup_->begin);
}

std::uint32_t Tiers::accesses(Object object) const {
  const std::uint32_t halvings = std::min(epoch() - counted_in_[object], 31u);
  return std::clamp(counts_[object] >> halvings, 1u, most_accesses);
}

void Tiers::touch(Object object) {
  const std::uint32_t halvings = std::min(epoch() - counted_in_[object], 31u);
  counts_[object] = std::min((counts_[object] >> halvings) + 1, 1u << 20);
  counted_in_[object] = epoch();
  last_[object] = position_;
  last_time_[object] = clock_;
}

bool Tiers::next(Ask& ask, ProgramState& state) {
  if (victim_hits_) {
    state.report(static_cast<std::size_t>(FlashSignal::victim_hits), *victim_hits_);
    victim_hits_.reset();
  }
  for (;;) {
    switch (step_) {
      case Step::arrive:
        if (request_ == setup_->end) return false;
        arrive(state);
        break;
      case Step::make_room:
        if (used_ + incoming_.bytes > setup_->dram) {
          pose_evict(ask, state);
          return true;
        }
        insert();
        break;
      case Step::offer:
        pose_offer(Choice::admit, ask, state);
        return true;
      case Step::reclaim:
        if (reclaim(ask, state)) return true;
        break;
      case Step::evicting:
      case Step::admitting:
      case Step::keeping:
        return true;  // still waiting for the reply
    }
  }
}

void Tiers::arrive(ProgramState& state) {
  const Requests& requests = *setup_->requests;
  const Object object = requests.objects[request_];
  position_ = requests.position(request_) - requests.position(setup_->begin);
  clock_ = clock_of(request_);
  touch(object);
  const bool in_dram = slot_[object] != nowhere;
  const bool on_flash = !in_dram && flash_.has(object);
  state.report(static_cast<std::size_t>(FlashSignal::hit), in_dram || on_flash ? 1 : 0);
  if (!in_dram) state.report(static_cast<std::size_t>(FlashSignal::flash_hit), on_flash ? 1 : 0);
  count(in_dram, on_flash, requests.bytes(request_));
  if (in_dram) {
    ++residents_[slot_[object]].hits;
    ++request_;
    return;
  }
  if (on_flash) ++flash_[object].hits;
  incoming_ = {object, on_flash ? flash_[object].bytes : requests.bytes(request_), 0, position_};
  if (incoming_.bytes > setup_->dram) {
    ++request_;
    return;
  }
  step_ = Step::make_room;
}

void Tiers::count(bool dram, bool flash, std::uint32_t bytes) {
  if (request_ < setup_->counted) return;
  if (request_ == block_begin(*setup_, blocks_.size())) blocks_.push_back({});
  ++account_.requests;
  account_.bytes += bytes;
  account_.dram_hits += dram ? 1 : 0;
  account_.flash_hits += flash ? 1 : 0;
  blocks_.back().weight += 1;
  if (dram || flash) return;
  account_.bytes_missed += bytes;
  blocks_.back().cost += 1;
}

void Tiers::insert() {
  slot_[incoming_.object] = static_cast<std::uint32_t>(residents_.size());
  residents_.push_back(incoming_);
  used_ += incoming_.bytes;
  ++request_;
  step_ = Step::arrive;
}

void Tiers::pose_evict(Ask& ask, const ProgramState& state) {
  candidate_count_ =
      draw_stratified(draws_.at(evictions_).next(), static_cast<std::uint32_t>(residents_.size()), candidates_);
  step_ = Step::evicting;
  ask.clear();
  ask.decision = static_cast<std::size_t>(Choice::evict);
  ask.event = request_;
  ask.take = 1;
  for (std::size_t i = 0; i < candidate_count_; ++i) {
    ask.candidates.push_back(setup_->requests->keys[candidate(i).object]);
  }
  if (!state.reads_any(ask.decision)) return;
  ask.globals = {static_cast<double>(position_), clock_, number(residents_.size()) / setup_->share};
  ask.columns.resize(evict_each * candidate_count_);
  const auto column = [&](EvictEach fact, const auto& value) {
    const auto first = static_cast<std::size_t>(fact) * candidate_count_;
    for (std::size_t i = 0; i < candidate_count_; ++i)
      ask.columns[first + i] = static_cast<double>(value(candidate(i)));
  };
  column(EvictEach::hits, [](const Resident& one) { return one.hits; });
  column(EvictEach::age, [&](const Resident& one) { return clock_ - last_time_[one.object]; });
  column(EvictEach::recency, [&](const Resident& one) { return position_ - last_[one.object]; });
  column(EvictEach::residence, [&](const Resident& one) { return position_ - one.inserted; });
  column(EvictEach::size, [](const Resident& one) { return one.bytes; });
  column(EvictEach::on_flash, [&](const Resident& one) { return flash_.has(one.object) ? 1 : 0; });
  column(EvictEach::accesses, [&](const Resident& one) { return accesses(one.object); });
}

void Tiers::pose_offer(Choice choice, Ask& ask, const ProgramState& state) {
  step_ = choice == Choice::admit ? Step::admitting : Step::keeping;
  ask.clear();
  ask.decision = static_cast<std::size_t>(choice);
  ask.event = request_;
  ask.subject = setup_->requests->keys[offered_];
  if (!state.reads_any(ask.decision)) return;
  ask.globals.resize(offer_facts);
  const auto set = [&](OfferFact fact, double value) { ask.globals[static_cast<std::size_t>(fact)] = value; };
  const double limit = setup_->writes_a_day > 0 ? write_allowance(*setup_, clock_) - device_written_ : no_limit;
  set(OfferFact::now, position_);
  set(OfferFact::clock, clock_);
  set(OfferFact::hits, offered_hits_);
  set(OfferFact::age, clock_ - last_time_[offered_]);
  set(OfferFact::recency, position_ - last_[offered_]);
  set(OfferFact::residence, position_ - offered_since_);
  set(OfferFact::size, offered_bytes_);
  set(OfferFact::accesses, accesses(offered_));
  set(OfferFact::writes_per_day, device_written_ / number(setup_->flash()) / (std::max(clock_, 1.0) / seconds_a_day));
  set(OfferFact::budget, setup_->writes_a_day > 0 ? limit / setup_->share : limit);
}

/// Puts the next question about the region that is reclaimed; false once it is done with.
bool Tiers::reclaim(Ask& ask, ProgramState& state) {
  while (reclaimed_at_ < reclaimed_.size()) {
    const Object object = reclaimed_[reclaimed_at_++];
    const Flash::Copy& copy = flash_[object];
    state.report(static_cast<std::size_t>(FlashSignal::reclaimed_hits), copy.hits);
    if (kept_ + copy.bytes > setup_->largest() || !may_write(copy.bytes)) {
      flash_.forget(object);
      continue;
    }
    offered_ = object;
    offered_bytes_ = copy.bytes;
    offered_hits_ = copy.hits;
    offered_since_ = copy.written;
    pose_offer(Choice::keep, ask, state);
    return true;
  }
  append(waiting_, waiting_bytes_);
  step_ = Step::make_room;
  return false;
}

double Tiers::device_bytes(std::uint32_t bytes) const {
  return setup_->goes_to_a_set(bytes) ? number(set_bytes) * set_amplification_ : bytes;
}

bool Tiers::may_write(std::uint32_t bytes) const {
  return setup_->writes_a_day <= 0 || device_written_ + device_bytes(bytes) <= write_allowance(*setup_, clock_);
}

void Tiers::append(Object object, std::uint32_t bytes) {
  device_written_ += bytes;
  flash_.append(object, bytes, position_);
}

void Tiers::write(Object object, std::uint32_t bytes) {
  step_ = Step::make_room;
  const bool counted = request_ >= setup_->counted;
  if (counted) account_.admitted += bytes;
  if (setup_->goes_to_a_set(bytes)) {
    flash_.put(object, bytes, position_);
    device_written_ += device_bytes(bytes);
    if (counted) account_.set_written += set_bytes;
    return;
  }
  if (flash_.fits(bytes)) return append(object, bytes);
  if (counted) account_.log_written += setup_->region;
  reclaimed_ = flash_.turn();
  reclaimed_at_ = 0;
  kept_ = 0;
  waiting_ = object;
  waiting_bytes_ = bytes;
  step_ = Step::reclaim;
}

/// The object in a slot of DRAM leaves; what comes of that is the next step.
void Tiers::leave(std::uint32_t slot) {
  const Resident gone = residents_[slot];
  residents_[slot] = residents_.back();
  slot_[residents_[slot].object] = slot;
  slot_[gone.object] = nowhere;
  residents_.pop_back();
  used_ -= gone.bytes;
  ++evictions_;
  victim_hits_ = gone.hits;
  step_ = Step::make_room;
  if (flash_.has(gone.object)) return;
  if (gone.bytes > setup_->largest() && !setup_->goes_to_a_set(gone.bytes)) return;
  if (!may_write(gone.bytes)) {
    account_.refused_by_limit += request_ >= setup_->counted ? 1 : 0;
    return;
  }
  offered_ = gone.object;
  offered_bytes_ = gone.bytes;
  offered_hits_ = gone.hits;
  offered_since_ = gone.inserted;
  step_ = Step::offer;
}

void Tiers::reply(const Reply& reply) {
  switch (step_) {
    case Step::evicting:
      return leave(candidates_[reply.taken.front()]);
    case Step::admitting:
      ++offers_;
      step_ = Step::make_room;
      if (reply.value == take) write(offered_, offered_bytes_);
      return;
    case Step::keeping:
      step_ = Step::reclaim;
      if (reply.value != take) return flash_.forget(offered_);
      kept_ += offered_bytes_;
      append(offered_, offered_bytes_);
      return;
    default:
      return;
  }
}

void Tiers::default_answers(const Ask& ask, std::span<double> answers) const {
  switch (static_cast<Choice>(ask.decision)) {
    case Choice::evict:
      for (std::size_t i = 0; i < answers.size(); ++i) answers[i] = position_ - last_[candidate(i).object];
      return;
    case Choice::admit:
      answers[0] = take;
      return;
    case Choice::keep:
      answers[0] = refuse;
  }
}

Evaluation Tiers::result() const {
  Evaluation evaluation;
  evaluation.metrics = metrics_of(account_, *setup_);
  evaluation.blocks = blocks_;
  evaluation.details = {{"requests", number(account_.requests)},
                        {"dram_hits", number(account_.dram_hits)},
                        {"flash_hits", number(account_.flash_hits)},
                        {"admitted_bytes", number(account_.admitted)},
                        {"refused_by_limit", number(account_.refused_by_limit)}};
  evaluation.events = request_ - setup_->begin;
  return evaluation;
}

Evaluation Tiers::failed(std::string why) const {
  Evaluation evaluation;
  evaluation.status = Evaluation::Status::failed;
  evaluation.failure = std::move(why);
  evaluation.metrics = worst_metrics(*setup_);
  for (std::uint64_t block = 0; block < block_count(*setup_); ++block) {
    const double requests = number(block_begin(*setup_, block + 1) - block_begin(*setup_, block));
    evaluation.blocks.push_back({requests, requests});
  }
  return evaluation;
}

}  // namespace syswright::flash_cache
