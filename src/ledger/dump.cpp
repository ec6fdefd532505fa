#include <fmt/format.h>

#include <cmath>

#include "base/json_text.h"
#include "ledger/codec.h"
#include "ledger/storage.h"

namespace syswright {
namespace {

using ledger::Statement;

std::string quoted(std::string_view text) {
  std::string json;
  append_json_string(json, text);
  return json;
}

std::string number(double value) {
  return std::isfinite(value) ? fmt::format("{}", value)
                              : fmt::format("\"{}\"", std::isnan(value) ? "nan"
                                                      : value > 0       ? "inf"
                                                                        : "-inf");
}

std::string number_or_null(const Statement& row, int column) {
  return row.is_null(column) ? "null" : number(row.real(column));
}

std::string numbers(const std::vector<double>& values) {
  std::vector<std::string> texts;
  for (const double value : values) texts.push_back(number(value));
  return fmt::format("[{}]", fmt::join(texts, ","));
}

/// cost, weight, cost, weight, …
std::string blocks(const std::vector<Block>& blocks) {
  std::vector<double> values;
  for (const Block& block : blocks) values.insert(values.end(), {block.cost, block.weight});
  return numbers(values);
}

std::string details(const std::vector<std::pair<std::string, double>>& details) {
  std::vector<std::string> texts;
  for (const auto& [name, value] : details) texts.push_back(quoted(name) + ":" + number(value));
  return fmt::format("{{{}}}", fmt::join(texts, ","));
}

std::string parents_of(const Statement& row, int column) {
  const auto digests = ledger::decode_digests(row.blob(column));
  if (!digests) return "null";
  std::vector<std::string> texts;
  for (const Digest& digest : *digests) texts.push_back("\"" + digest.hex() + "\"");
  return fmt::format("[{}]", fmt::join(texts, ","));
}

}  // namespace

void Ledger::dump(const std::function<void(const std::string& line)>& take) const {
  const std::lock_guard lock(storage_->mutex);
  const auto each = [&](const char* sql, const auto& line_of) {
    Statement row(storage_->database, sql);
    while (row.step()) take(line_of(row));
  };
  each("SELECT digest, domain, name, source FROM policy ORDER BY digest, domain", [](const Statement& row) {
    return fmt::format(R"({{"policy":"{}","domain":{},"name":{},"source":{}}})", row.digest(0).hex(),
                       quoted(row.text(1)), quoted(row.text(2)), quoted(row.text(3)));
  });
  each("SELECT digest, domain, label FROM scenario ORDER BY digest", [](const Statement& row) {
    return fmt::format(R"({{"scenario":"{}","domain":{},"label":{}}})", row.digest(0).hex(), quoted(row.text(1)),
                       quoted(row.text(2)));
  });
  each(
      "SELECT policy, scenario, version, evaluation.id FROM evaluation JOIN code ON code.id = evaluation.code "
      "ORDER BY policy, scenario, version",
      [&](const Statement& row) {
        const Evaluation evaluation = storage_->read_evaluation(row.integer(3));
        return fmt::format(
            R"({{"evaluation":["{}","{}",{}],"ok":{},"failure":{},"metrics":{},"blocks":{},"details":{},"events":{}}})",
            row.digest(0).hex(), row.digest(1).hex(), quoted(row.text(2)), evaluation.status == Evaluation::Status::ok,
            quoted(evaluation.failure), numbers(evaluation.metrics), blocks(evaluation.blocks),
            details(evaluation.details), evaluation.events);
      });
  each("SELECT id, command, options, seed, outcome FROM run ORDER BY id", [](const Statement& row) {
    return fmt::format(R"({{"run":{},"command":{},"options":{},"seed":{},"outcome":{}}})", row.integer(0),
                       quoted(row.text(1)), quoted(row.text(2)), static_cast<std::uint64_t>(row.integer(3)),
                       quoted(row.text(4)));
  });
  each("SELECT run, policy, parents, origin, train, spent FROM proposal ORDER BY run, id", [](const Statement& row) {
    return fmt::format(R"({{"proposal_of":{},"policy":"{}","parents":{},"origin":{},"train":{},"spent":{}}})",
                       row.integer(0), row.digest(1).hex(), parents_of(row, 2), quoted(row.text(3)),
                       number_or_null(row, 4), number_or_null(row, 5));
  });
  each("SELECT run, context, policy FROM choice ORDER BY run, id", [](const Statement& row) {
    return fmt::format(R"({{"choice_of":{},"context":"{}","policy":"{}"}})", row.integer(0), row.digest(1).hex(),
                       row.digest(2).hex());
  });
  each("SELECT run, judge, policy, scenario, claim, holds, evidence FROM verdict ORDER BY run, id",
       [](const Statement& row) {
         return fmt::format(
             R"({{"verdict_of":{},"judge":{},"policy":"{}","scenario":"{}","claim":{},"holds":{},"evidence":{}}})",
             row.integer(0), quoted(row.text(1)), row.digest(2).hex(), row.digest(3).hex(), quoted(row.text(4)),
             row.integer(5) != 0, quoted(row.text(6)));
       });
  each("SELECT key, model, request, answered, reply FROM exchange ORDER BY key", [](const Statement& row) {
    return fmt::format(R"({{"exchange":"{}","model":{},"request":{},"answered":{},"reply":{}}})", row.digest(0).hex(),
                       quoted(row.text(1)), quoted(row.text(2)), row.integer(3) != 0, quoted(row.text(4)));
  });
}

}  // namespace syswright
