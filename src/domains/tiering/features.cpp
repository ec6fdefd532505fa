#include "domains/tiering/features.h"

#include <cassert>
#include <string>

#include "domains/tiering/setup.h"

namespace syswright::tiering {
namespace {

using policy::Feature;
using policy::Scope;
using policy::ValueKind;

constexpr double most_pages = 4294967296.0;
constexpr double most_samples = 1e12;
constexpr double most_ticks = 1e9;

Feature number(std::string name, Scope scope, double high, std::string doc) {
  return {std::move(name), scope, ValueKind::number, number_dimension, 0, 0, high, std::move(doc)};
}
Feature global(std::string name, double high, std::string doc) {
  return number(std::move(name), Scope::global, high, std::move(doc));
}
Feature each(std::string name, double high, std::string doc) {
  return number(std::move(name), Scope::candidate, high, std::move(doc));
}
Feature time(std::string name, std::string doc) {
  return {std::move(name), Scope::global, ValueKind::number, time_dimension, 0, 0, 1, std::move(doc)};
}

policy::Decision promote() {
  policy::Decision decision;
  decision.name = "promote";
  decision.kind = policy::DecisionKind::rank;
  decision.doc =
      "Which pages belong into fast memory? Candidates are the pages that lie there, and those in slow memory whose "
      "heat is at least the threshold. As many as fit are taken. Of the slow ones among them the best go up, as many "
      "as the budget has left, and each takes the place of a fast one that was not taken, the coldest first. Asked in "
      "each round in which a slow page is a candidate. Without an answer: by heat, a quarter more for fast pages.";
  decision.features = {
      global("capacity", most_pages, "pages that fit into fast memory"),
      global("pages", most_pages, "pages that there are"),
      global("budget", most_pages, "swaps that are allowed in this round"),
      global("gap", longest_interval, "ticks since the last round"),
      global("slow_share", 1, "of the samples since the last round that were of slow pages"),
      global("cutoff", most_samples, "heat of the last page that would fit, if the hottest ones were in fast memory"),
      global("contenders", most_pages, "slow pages among the candidates"),
      time("move_time", "for which a page that changes its place stops the program"),
      time("saving", "that a load takes less on average if its page is in fast memory"),
      {"fast", Scope::candidate, ValueKind::boolean, number_dimension, 0, 0, 1, "the page lies in fast memory"},
      each("reads", most_samples, "sampled loads since the last round; of accessed bits: 1 if it was accessed"),
      each("writes", most_samples, "sampled stores since the last round; of accessed bits: 1 if it was written"),
      each("heat", most_samples, "samples, decaying with a half-life of 16 ticks"),
      each("recent", most_samples, "samples, decaying with a half-life of 2 ticks"),
      each("idle", most_ticks, "ticks since the round that saw a sample of it last; of none: since the start"),
      each("held", most_ticks, "ticks since it changed its place; of none: since the start"),
  };
  assert(decision.features.size() == promote_facts + page_facts);
  return decision;
}

std::vector<Feature> of_the_round() {
  std::vector<Feature> features = {
      global("capacity", most_pages, "pages that fit into fast memory"),
      global("pages", most_pages, "pages that there are"),
      global("gap", longest_interval, "ticks since the last round"),
      global("slow_share", 1, "of the samples since the last round that were of slow pages"),
      global("cutoff", most_samples, "heat of the last page that would fit, if the hottest ones were in fast memory"),
      global("hottest", most_samples, "heat of the hottest page"),
      global("sampled", most_samples, "samples since the last round"),
      global("swapped", most_pages, "pages that went up in the latest round in which pages were ranked"),
  };
  assert(features.size() == round_facts);
  return features;
}

policy::Decision value(std::string name, double low, double high, std::string doc) {
  policy::Decision decision;
  decision.name = std::move(name);
  decision.kind = policy::DecisionKind::value;
  decision.low = low;
  decision.high = high;
  decision.features = of_the_round();
  decision.doc = std::move(doc);
  return decision;
}

}  // namespace

const std::shared_ptr<const policy::Signature>& tiering_signature() {
  static const std::shared_ptr<const policy::Signature> signature = [] {
    policy::Signature made;
    made.domain = "tiering";
    made.decisions = {
        promote(),
        value("interval", 1, longest_interval,
              "Ticks up to the next round, rounded to a whole number. The budget of swaps grows with it. Asked at the "
              "end of each round. Without an answer: 4."),
        value("threshold", 0, 1e6,
              "Heat that a slow page needs to be a candidate. Asked at the start of each round. Without an answer: 0, "
              "and every page that was ever sampled is one."),
    };
    made.signals = {
        {"samples", Scope::candidate, number_dimension, 0, most_samples,
         "in each round, of each page that was ever sampled: its samples since the last round"},
        {"slow_share", Scope::global, number_dimension, 0, 1,
         "in each round: share of the samples since the last one that were of slow pages"},
        {"swaps", Scope::global, number_dimension, 0, most_pages, "in each round, at its start: swaps of the last one"},
    };
    assert(made.signals.size() == reports);
    return std::make_shared<const policy::Signature>(std::move(made));
  }();
  return signature;
}

}  // namespace syswright::tiering
