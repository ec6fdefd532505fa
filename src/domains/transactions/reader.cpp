#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "base/error.h"
#include "base/file.h"
#include "domains/transactions/workload.h"
#include "trace/line_reader.h"

namespace syswright::transactions {
namespace {

using Json = nlohmann::json;

/// Reads the transactions of one batch, and numbers their keys as they appear.
class BatchReader {
 public:
  explicit BatchReader(const std::string& path) : path_(path) { batch_.name = path; }

  Instance read(const Json& document) {
    const Json* list = &document;
    if (document.is_object()) {
      const auto found = document.find("transactions");
      if (found == document.end()) refuse("has no list 'transactions'");
      list = &*found;
    }
    if (!list->is_array()) refuse("'transactions' is no list");
    for (const Json& entry : *list) read_transaction(entry);
    return finished(std::move(batch_));
  }

 private:
  [[noreturn]] void refuse(const std::string& problem) const {
    throw InputError(SourceLocation{path_, 0, 0},
                     problem + R"(; expected {"transactions": [{"operations": ["r-7", "w-7", "*"]}]})");
  }

  void read_transaction(const Json& entry) {
    Transaction transaction;
    transaction.name = fmt::format("txn{}", batch_.transactions.size());
    const Json* operations = &entry;
    if (entry.is_object()) {
      if (const auto name = entry.find("name"); name != entry.end() && name->is_string()) transaction.name = *name;
      const auto found = entry.find("operations");
      if (found == entry.end()) refuse(fmt::format("{} has no 'operations'", transaction.name));
      operations = &*found;
    }
    if (!operations->is_array() || operations->empty()) {
      refuse(fmt::format("the operations of {} are no list, or an empty one", transaction.name));
    }
    transaction.length = static_cast<std::uint32_t>(operations->size());
    for (std::uint32_t i = 0; i < transaction.length; ++i) read_operation((*operations)[i], i + 1, transaction);
    batch_.transactions.push_back(std::move(transaction));
  }

  /// Lists and objects are named only: writing them out takes stack for each level, and they may have a million.
  static std::string text_of(const Json& entry) {
    if (entry.is_string()) return entry.get<std::string>();
    return entry.is_structured() ? std::string("an ") + entry.type_name() : entry.dump();
  }

  void read_operation(const Json& entry, std::uint32_t position, Transaction& transaction) {
    const std::string text = text_of(entry);
    if (text == "*") return;
    if (text.size() < 3 || text[1] != '-' || (text[0] != 'r' && text[0] != 'w')) {
      refuse(fmt::format("operation {} of {} is '{}', neither r-KEY, w-KEY nor *", position, transaction.name,
                         trace::shown(text)));
    }
    const auto [known, added] = numbers_.try_emplace(text.substr(2), static_cast<std::uint32_t>(batch_.keys.size()));
    if (added) batch_.keys.push_back(known->first);
    transaction.operations.push_back({position, known->second, text[0] == 'w'});
  }

  std::string path_;
  Instance batch_;
  std::unordered_map<std::string, std::uint32_t> numbers_;  // only looked up
};

}  // namespace

Instance read_batch(std::string_view json, const std::string& path) {
  Json document;
  try {
    document = Json::parse(json);
  } catch (const Json::exception& error) {
    throw InputError(SourceLocation{path, 0, 0}, fmt::format("is no JSON: {}", error.what()));
  }
  return BatchReader(path).read(document);
}

std::vector<Instance> read_batches(const std::string& path) {
  std::vector<std::string> files;
  if (std::filesystem::is_directory(path)) {
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      if (entry.path().extension() == ".json") files.push_back(entry.path().string());
    }
    std::sort(files.begin(), files.end());
    if (files.empty()) throw InputError(path + ": the folder has no *.json");
  } else {
    files.push_back(path);
  }
  std::vector<Instance> batches;
  for (const std::string& file : files) {
    batches.push_back(read_batch(read_file(file), file));
    batches.back().name = std::filesystem::path(file).stem().string();
    batches.back().number = batches.size() - 1;
  }
  return batches;
}

}  // namespace syswright::transactions
