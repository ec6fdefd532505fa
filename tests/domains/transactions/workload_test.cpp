#include "domains/transactions/workload.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <sstream>

#include "base/error.h"
#include "base/file.h"
#include "domains/transactions/auditor.h"
#include "domains/transactions/problem.h"
#include "domains/transactions/search.h"
#include "tests/domains/transactions/small_batches.h"

namespace syswright::transactions {
namespace {

TEST(TransactionsReader, ReadsBothForms) {
  const Instance named = read_batch(
      R"({"transactions": [{"name": "a", "operations": ["r-x", "*", "w-y y"]}, {"operations": ["w-x"]}]})", "f");
  ASSERT_EQ(named.transactions.size(), 2u);
  EXPECT_EQ(named.transactions[0], (Transaction{"a", 3, {{1, 0, false}, {3, 1, true}}}));
  EXPECT_EQ(named.transactions[1], (Transaction{"txn1", 1, {{1, 0, true}}}));
  EXPECT_EQ(named.keys, (std::vector<std::string>{"x", "y y"}));
  EXPECT_EQ(read_batch(R"([["r-x", "*", "w-y y"], ["w-x"]])", "f").transactions[0].operations,
            named.transactions[0].operations);
}

TEST(TransactionsReader, SaysWhatIsWrongAndWhere) {
  const auto message = [](const char* text) -> std::string {
    try {
      read_batch(text, "file.json");
    } catch (const InputError& error) {
      return error.what();
    }
    return "none";
  };
  using testing::HasSubstr;
  EXPECT_THAT(message("{"), HasSubstr("file.json: is no JSON"));
  EXPECT_THAT(message("[[1e999]]"), HasSubstr("file.json: is no JSON"));
  EXPECT_THAT(message("{}"), HasSubstr("has no list 'transactions'"));
  EXPECT_THAT(message("[]"), HasSubstr("has no transactions"));
  EXPECT_THAT(message(R"([["r-1"], ["x-1"]])"), HasSubstr("operation 1 of txn1 is 'x-1', neither r-KEY, w-KEY nor *"));
  EXPECT_THAT(message(R"([["r-1", 7]])"), HasSubstr("operation 2 of txn0 is '7'"));
  EXPECT_THAT(message(R"([{"name": "a"}])"), HasSubstr("a has no 'operations'"));
  EXPECT_THAT(message(R"([[]])"), HasSubstr("txn0 are no list, or an empty one"));
  const std::string deep = std::string(1'000'000, '[') + std::string(1'000'000, ']');
  EXPECT_THAT(message(deep.c_str()), HasSubstr("operation 1 of txn0 is 'an array', neither"));
}

TEST(TransactionsOptions, AreChecked) {
  const auto domain = InstanceDomain<Problem>();
  EXPECT_THROW(domain.open({.options = {{"batches", "2"}}}), InputError);
  EXPECT_THROW(domain.open({.options = {{"effort", "many"}}}), InputError);
  EXPECT_THROW(domain.open({.format = "csv"}), InputError);
  EXPECT_EQ(domain.open({.options = {{"batches", "4"}, {"batch", "5"}}})->scenarios().size(), 3u);
}

TEST(TransactionsAuditor, NamesEveryBreach) {
  const Instance batch = small_batch(1, 4, 2);
  const auto violations = [&](DecisionLog log) {
    Violations found;
    audit_order(batch, log.records, found);
    std::string all;
    for (const std::string& text : found.take()) all += text + '\n';
    return all;
  };
  using testing::HasSubstr;
  EXPECT_EQ(violations(log_of({2, 0, 1, 3})), "");
  EXPECT_THAT(violations(log_of({2, 0, 1})), HasSubstr("1 of 4 transactions are never placed"));
  EXPECT_THAT(violations(log_of({2})), HasSubstr("3 of 4"));
  EXPECT_THAT(violations(log_of({2, 0, 2, 3})), HasSubstr("place 3: transaction 2 is placed a second time"));
  EXPECT_THAT(violations(log_of({2, 0, 1, 4})), HasSubstr("there is no transaction 4"));
  DecisionLog swapped = log_of({2, 0, 1, 3});
  std::swap(swapped.records[0], swapped.records[1]);
  EXPECT_THAT(violations(swapped), HasSubstr("filled out of order, or twice"));
}

std::string data_folder() {
  const char* folder = std::getenv("SYSWRIGHT_DATA");
  return folder == nullptr ? "" : std::string(folder) + "/leaderboard/";
}

/// The public simulator's makespans of 63 orders, by our mechanism and by our auditor.
TEST(TransactionsData, GivesEveryReferenceMakespan) {
  if (data_folder().empty()) GTEST_SKIP() << "SYSWRIGHT_DATA is not set";
  std::map<int, Instance> batches;
  for (int i = 1; i <= 3; ++i) {
    const std::string path = data_folder() + "txn_workload_" + std::to_string(i) + ".json";
    batches[i] = read_batch(read_file(path), path);
  }
  std::istringstream lines(read_file(data_folder() + "txn_reference.csv"));
  std::string line;
  std::getline(lines, line);
  int orders = 0;
  while (std::getline(lines, line)) {
    std::istringstream fields(line);
    int workload = 0;
    int makespan = 0;
    char comma = 0;
    fields >> workload >> comma >> makespan >> comma;
    std::vector<std::uint32_t> order;
    for (std::uint32_t one = 0; fields >> one;) order.push_back(one);
    const Instance& batch = batches.at(workload);
    EXPECT_EQ(makespan_of(batch, order), makespan) << line;
    Violations violations;
    EXPECT_EQ(audit_order(batch, log_of(order).records, violations)[0], makespan) << line;
    EXPECT_TRUE(violations.take().empty());
    ++orders;
  }
  EXPECT_EQ(orders, 63);
}

/// 228 + 56 + 39 by an independent script with the same ties: to the first. Others, or another first transaction, give
/// 297 to 340 in all.
TEST(TransactionsData, GreedyGives323AndSearchLess) {
  if (data_folder().empty()) GTEST_SKIP() << "SYSWRIGHT_DATA is not set";
  std::int32_t greedy = 0;
  std::int32_t searched = 0;
  for (const Instance& batch : read_batches(data_folder())) {
    greedy += makespan_of(batch, greedy_order(batch));
    searched += makespan_of(batch, search_order(batch, {1, 200'000, {}}));
  }
  EXPECT_EQ(greedy, 323);
  // The best published, rerun, is 226.
  EXPECT_LT(searched, 245);
}

}  // namespace
}  // namespace syswright::transactions
