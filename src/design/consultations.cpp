#include "design/consultations.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <iterator>
#include <thread>

#include "base/error.h"
#include "base/text.h"

namespace syswright::design {
namespace {

using Status = ChatReply::Status;

/// Ordinals that one conversation may use.
constexpr std::uint64_t exchanges_a_conversation = 16;

bool is_failure(const ChatReply& reply) {
  return !reply.ok() && reply.status != Status::cancelled && reply.status != Status::budget_used_up;
}

std::string cost_text(const ChatCost& cost) {
  std::string text = fmt::format("{} tokens", with_thousands(cost.tokens));
  if (cost.money > 0) text += fmt::format(", ${:.4f}", cost.money);
  return text;
}

/// Of the limits that there are.
std::string allowance_text(const ChatAllowance& allowance) {
  std::vector<std::string> parts;
  if (allowance.tokens != ChatAllowance{}.tokens) parts.push_back(with_thousands(allowance.tokens) + " tokens");
  if (allowance.money != ChatAllowance{}.money) parts.push_back(fmt::format("${:.4f}", allowance.money));
  return join(parts);
}

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", with_thousands(count), count == 1 ? one : many);
}

}  // namespace

Consultations::Consultations(const ChatService& service, std::uint64_t seed, ChatOptions options)
    : service_(service), options_(options), choice_(service.models.size()), tallies_(service.models.size()) {
  if (service.models.empty()) throw InputError("there is no language model to ask: name one at least");
  options_.seed = seed;
}

ChatAllowance Consultations::left() const {
  const ChatAllowance& budget = service_.budget;
  return {.tokens = budget.tokens - std::min(budget.tokens, spent_.tokens),
          .money = std::max(0.0, budget.money - spent_.money)};
}

/// Who answers the next openings, and what each may cost. Until a model has answered once it is asked one question at
/// a time: a wrong key shows at the first.
std::vector<Consultations::Seat> Consultations::seats_for(const std::vector<Opening>& openings, std::size_t first) {
  const bool known = std::any_of(tallies_.begin(), tallies_.end(), [](const Tally& tally) { return tally.answered; });
  const std::size_t most = std::min(openings.size() - first, known ? wave : std::size_t{1});
  std::vector<Seat> seats;
  std::vector<bool> asked_first(service_.models.size());
  while (seats.size() < most) {
    const std::optional<std::size_t> model = choice_.choose();
    if (!model) break;
    const bool newcomer = !tallies_[*model].answered;
    if (newcomer && asked_first[*model]) {
      choice_.take_back(*model);
      break;
    }
    asked_first[*model] = newcomer;
    const ChatCost price =
        most_that_costs(openings[first + seats.size()], options_.max_tokens, service_.models[*model]->price());
    if (!left().covers(price)) {
      choice_.take_back(*model);
      retire(*model, fmt::format("what is left of the budget ({}) does not surely pay for another question ({})",
                                 allowance_text(left()), cost_text(price)));
      continue;
    }
    seats.push_back({.model = *model, .number = 0, .allowance = {}});
  }
  // As many as can be paid for, each from an equal part of what is left.
  const auto affordable = [&](std::size_t count) {
    const ChatAllowance part{left().tokens / count, left().money / static_cast<double>(count)};
    for (std::size_t i = 0; i < count; ++i) {
      const ChatPrice price = service_.models[seats[i].model]->price();
      if (!part.covers(most_that_costs(openings[first + i], options_.max_tokens, price))) return false;
    }
    return true;
  };
  while (seats.size() > 1 && !affordable(seats.size())) {
    choice_.take_back(seats.back().model);
    seats.pop_back();
  }
  for (Seat& seat : seats) {
    seat.number = held_++;
    seat.allowance = {left().tokens / seats.size(), left().money / static_cast<double>(seats.size())};
  }
  return seats;
}

std::vector<Consultations::Result> Consultations::hold(const std::vector<Opening>& openings, std::size_t repairs,
                                                       const Check& check, const std::stop_token& stop) {
  std::vector<Result> results;
  while (results.size() < openings.size() && !over_ && !stop.stop_requested()) {
    const std::vector<Seat> seats = seats_for(openings, results.size());
    if (seats.empty()) {
      over_ = true;
      break;
    }
    std::vector<Result> held = hold_wave(openings, results.size(), seats, repairs, check, stop);
    for (const Result& result : held) take(result);
    lose_patience(held);
    std::move(held.begin(), held.end(), std::back_inserter(results));
    over_ = !choice_.any_left();
  }
  return results;
}

std::vector<Consultations::Result> Consultations::hold_wave(const std::vector<Opening>& openings, std::size_t first,
                                                            const std::vector<Seat>& seats, std::size_t repairs,
                                                            const Check& check, const std::stop_token& stop) {
  std::vector<Result> results(seats.size());
  std::vector<std::exception_ptr> errors(seats.size());
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < seats.size(); i = next++) {
      try {
        const auto look = [&](const ChatReply& reply) { return check(first + i, reply); };
        results[i] = converse(openings[first + i], seats[i], repairs, look, stop);
      } catch (...) {
        errors[i] = std::current_exception();
      }
    }
  };
  {
    std::vector<std::jthread> others;
    const std::size_t threads = std::clamp<std::size_t>(service_.parallel, 1, seats.size());
    for (std::size_t t = 1; t < threads; ++t) others.emplace_back(work);
    work();
  }
  for (const std::exception_ptr& error : errors) {
    if (error) std::rethrow_exception(error);
  }
  return results;
}

Consultations::Result Consultations::converse(Opening messages, const Seat& seat, std::size_t repairs,
                                              const std::function<std::optional<std::string>(const ChatReply&)>& check,
                                              const std::stop_token& stop) const {
  Result result{.model = seat.model};
  for (std::uint64_t question = 0; question <= std::min(repairs, exchanges_a_conversation - 1); ++question) {
    ChatRequest request{.messages = messages, .options = options_, .allowance = seat.allowance, .stop = stop};
    request.options.ordinal = seat.number * exchanges_a_conversation + question;
    request.allowance.tokens -= std::min(request.allowance.tokens, result.cost.tokens);
    request.allowance.money = std::max(0.0, request.allowance.money - result.cost.money);
    result.last = service_.models[seat.model]->complete(request);
    result.exchanges += 1;
    result.cost.tokens += result.last.tokens_in + result.last.tokens_out;
    result.cost.money += result.last.money;
    if (!result.last.ok()) return result;
    const std::optional<std::string> complaint = check(result.last);
    result.served = !complaint;
    if (result.served) return result;
    messages.push_back({ChatMessage::Role::assistant, result.last.text});
    messages.push_back({ChatMessage::Role::user, *complaint});
  }
  return result;
}

void Consultations::take(const Result& result) {
  Tally& tally = tallies_[result.model];
  ++tally.conversations;
  tally.exchanges += result.exchanges;
  tally.cost.tokens += result.cost.tokens;
  tally.cost.money += result.cost.money;
  spent_.tokens += result.cost.tokens;
  spent_.money += result.cost.money;
  if (!is_failure(result.last)) {
    tally.failures_in_a_row = 0;
    tally.answered = tally.answered || result.last.ok();
    return;
  }
  ++tally.failures;
  ++tally.failures_in_a_row;
  tally.last_problem = result.last.problem;
  if (result.last.status == Status::refused) retire(result.model, result.last.problem);
}

/// Waves are counted, not conversations: those of a wave meet one and the same outage.
void Consultations::lose_patience(const std::vector<Result>& wave_held) {
  for (std::size_t model = 0; model < tallies_.size(); ++model) {
    const auto is_of_model = [model](const Result& result) { return result.model == model; };
    const auto is_sound = [&](const Result& result) { return is_of_model(result) && !is_failure(result.last); };
    if (std::none_of(wave_held.begin(), wave_held.end(), is_of_model)) continue;
    Tally& tally = tallies_[model];
    const bool sound = std::any_of(wave_held.begin(), wave_held.end(), is_sound);
    tally.failed_waves = sound ? 0 : tally.failed_waves + 1;
    if (tally.failed_waves < patience) continue;
    retire(model, fmt::format("{} failures in a row, the last: {}", tally.failures_in_a_row, tally.last_problem));
  }
}

void Consultations::retire(std::size_t model, const std::string& why) {
  const std::string event = fmt::format("{} is not asked any more: {}", service_.models[model]->name(), why);
  choice_.retire(model);
  // Several conversations of a wave may say the same.
  if (std::find(events_.begin(), events_.end(), event) == events_.end()) events_.push_back(event);
}

std::vector<std::string> Consultations::notes() const {
  std::vector<std::string> notes;
  for (std::size_t i = 0; i < tallies_.size(); ++i) {
    const Tally& tally = tallies_[i];
    std::string note =
        fmt::format("{}: {} in {}, {}", service_.models[i]->name(), counted(tally.exchanges, "exchange", "exchanges"),
                    counted(tally.conversations, "conversation", "conversations"), cost_text(tally.cost));
    if (tally.failures > 0) {
      note += fmt::format("; {} failed, the last: {}", with_thousands(tally.failures), tally.last_problem);
    }
    notes.push_back(std::move(note));
  }
  notes.insert(notes.end(), events_.begin(), events_.end());
  return notes;
}

}  // namespace syswright::design
