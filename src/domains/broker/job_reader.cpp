#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "domains/broker/job.h"

namespace syswright::broker {
namespace {

using Json = nlohmann::json;

class JobReader {
 public:
  JobReader(const std::string& path, std::shared_ptr<const Catalogue> catalogue, double spot_stretch)
      : path_(path), spot_stretch_(spot_stretch) {
    job_.catalogue = std::move(catalogue);
    for (const std::string& region : job_.catalogue->regions) {
      regions_.emplace(region, static_cast<std::uint32_t>(regions_.size()));
    }
  }

  Instance read(const Json& document) {
    if (!document.is_object()) refuse("is no object with a list 'tasks'");
    check_keys(document, {"name", "tasks", "unavailable"}, "the job");
    job_.name = document.contains("name") ? text(document["name"], "'name'") : path_;
    const Json& tasks = list(document, "tasks", "the job");
    if (tasks.empty()) refuse("'tasks' is empty");
    for (const std::size_t i : ordered(tasks)) job_.tasks.push_back(read_task(tasks[i]));
    job_.blocked.assign(job_.catalogue->offers.size(), 0);
    if (document.contains("unavailable")) read_unavailable(list(document, "unavailable", "the job"));
    return finished(std::move(job_));
  }

 private:
  [[noreturn]] void refuse(const std::string& problem) const { throw InputError(SourceLocation{path_, 0, 0}, problem); }
  std::string text(const Json& value, const std::string& what) const {
    if (!value.is_string()) refuse(what + " is no text");
    return value.get<std::string>();
  }
  const Json& list(const Json& object, const char* name, const std::string& of) const {
    const auto found = object.find(name);
    if (found == object.end() || !found->is_array()) refuse(fmt::format("{} has no list '{}'", of, name));
    return *found;
  }
  /// A key that is misspelt would be ignored, and the job be another one.
  void check_keys(const Json& object, const std::vector<std::string>& known, const std::string& of) const {
    for (const auto& [key, value] : object.items()) {
      if (std::find(known.begin(), known.end(), key) != known.end()) continue;
      refuse(fmt::format("{} has the key '{}', which nobody reads{}; the keys are {}", of, key,
                         did_you_mean(key, known), fmt::join(known, ", ")));
    }
  }
  double amount(const Json& object, const char* name, const std::string& of) const {
    const auto found = object.find(name);
    if (found == object.end() || !found->is_number() || found->get<double>() < 0) {
      refuse(fmt::format("{} has no number '{}' that is not negative", of, name));
    }
    return found->get<double>();
  }
  std::uint32_t region(const Json& value, const std::string& of) const {
    const std::string name = text(value, "a region of " + of);
    const auto found = regions_.find(name);
    if (found == regions_.end()) {
      refuse(fmt::format("{} names the region '{}', which neither catalogue nor egress prices have{}", of, name,
                         did_you_mean(name, job_.catalogue->regions)));
    }
    return found->second;
  }

  /// Places of the tasks in the file, each after those that it waits for; of several the first in the file.
  std::vector<std::size_t> ordered(const Json& tasks) {
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      if (!tasks[i].is_object()) refuse(fmt::format("task {} is no object", i + 1));
      if (!tasks[i].contains("name")) refuse(fmt::format("task {} has no 'name'", i + 1));
      if (!places_.emplace(text(tasks[i]["name"], "a task's 'name'"), i).second) {
        refuse(fmt::format("two tasks are named '{}'", tasks[i]["name"].get<std::string>()));
      }
    }
    std::vector<std::size_t> order;
    while (order.size() < tasks.size()) {
      const std::size_t before = order.size();
      for (std::size_t i = 0; i < tasks.size(); ++i) {
        if (!numbers_.contains(i) && is_ready(tasks[i])) {
          numbers_.emplace(i, static_cast<std::uint32_t>(order.size()));
          order.push_back(i);
        }
      }
      if (order.size() == before) refuse("some tasks wait for each other in a circle; take one 'after' away");
    }
    return order;
  }
  bool is_ready(const Json& task) const {
    if (!task.contains("after")) return true;
    const Json& after = list(task, "after", named(task));
    return std::all_of(after.begin(), after.end(),
                       [&](const Json& edge) { return numbers_.contains(place_of(edge, task)); });
  }
  std::size_t place_of(const Json& edge, const Json& task) const {
    if (!edge.is_object() || !edge.contains("task")) refuse(named(task) + R"(: 'after' lists {"task": …, "gb": …})");
    const std::string name = text(edge["task"], "'task' in 'after'");
    const auto found = places_.find(name);
    if (found == places_.end()) {
      std::vector<std::string> names;
      for (const auto& [one, at] : places_) names.push_back(one);
      refuse(
          fmt::format("{} waits for '{}', and there is no such task{}", named(task), name, did_you_mean(name, names)));
    }
    return found->second;
  }
  static std::string named(const Json& task) { return fmt::format("task '{}'", task["name"].get<std::string>()); }

  Task read_task(const Json& json) {
    Task task;
    task.name = json["name"];
    const std::string of = named(json);
    check_keys(json, {"name", "hours", "after", "inputs", "outputs", "clouds", "regions", "spot"}, of);
    if (json.contains("after")) {
      for (const Json& edge : json["after"]) {
        task.parents.push_back({numbers_.at(place_of(edge, json)), amount(edge, "gb", of)});
      }
    }
    task.inputs = read_stores(json, "inputs", of);
    task.outputs = read_stores(json, "outputs", of);
    read_candidates(json, of, task);
    return task;
  }

  std::vector<Store> read_stores(const Json& json, const char* name, const std::string& of) const {
    std::vector<Store> stores;
    if (!json.contains(name)) return stores;
    for (const Json& store : list(json, name, of)) {
      if (!store.is_object() || !store.contains("region")) {
        refuse(fmt::format(R"({}: '{}' lists {{"region": …, "gb": …}})", of, name));
      }
      stores.push_back({region(store["region"], of), amount(store, "gb", of)});
    }
    return stores;
  }

  void read_candidates(const Json& json, const std::string& of, Task& task) const {
    if (!json.contains("hours") || !json["hours"].is_object() || json["hours"].empty()) {
      refuse(of + R"( has no 'hours', such as {"p3.2xlarge": 5, "A100:8": 0.8})");
    }
    if (json.contains("spot") && !json["spot"].is_boolean()) refuse(of + ": 'spot' is neither true nor false");
    const bool spot = !json.contains("spot") || json["spot"].get<bool>();
    std::set<std::uint32_t> regions;
    std::set<std::string> clouds;
    if (json.contains("regions")) {
      for (const Json& name : list(json, "regions", of)) regions.insert(region(name, of));
    }
    if (json.contains("clouds")) {
      for (const Json& name : list(json, "clouds", of)) clouds.insert(text(name, "a cloud of " + of));
    }
    std::set<std::string> used;
    for (std::uint32_t i = 0; i < job_.catalogue->offers.size(); ++i) {
      const Offer& offer = job_.catalogue->offers[i];
      const std::string& place = job_.catalogue->regions[offer.region];
      const Json& hours = json["hours"];
      const std::string& key = hours.contains(offer.instance) ? offer.instance : offer.accelerators;
      if (key.empty() || !hours.contains(key)) continue;
      used.insert(key);
      if ((offer.spot && !spot) || (!regions.empty() && !regions.contains(offer.region)) ||
          (!clouds.empty() && !clouds.contains(place.substr(0, place.find(':'))))) {
        continue;
      }
      task.candidates.push_back({i, amount(hours, key.c_str(), of) * (offer.spot ? spot_stretch_ : 1)});
    }
    for (const auto& [key, hours] : json["hours"].items()) {
      if (used.contains(key)) continue;
      std::vector<std::string> known;
      for (const Offer& offer : job_.catalogue->offers) known.insert(known.end(), {offer.instance, offer.accelerators});
      refuse(fmt::format("{}: the catalogue offers no '{}'{}", of, key, did_you_mean(key, known)));
    }
  }

  void read_unavailable(const Json& names) {
    std::map<std::string, std::size_t> offers;
    std::vector<std::string> known;
    for (std::size_t i = 0; i < job_.catalogue->offers.size(); ++i) {
      known.push_back(job_.catalogue->offer_name(i));
      offers.emplace(known.back(), i);
    }
    for (const Json& name : names) {
      const auto found = offers.find(text(name, "an entry of 'unavailable'"));
      if (found == offers.end()) {
        refuse(
            fmt::format("'unavailable' names '{}', which is no offer; they read region/instance or "
                        "region/instance/spot{}",
                        name.get<std::string>(), did_you_mean(name.get<std::string>(), known)));
      }
      job_.blocked[found->second] = 1;
    }
  }

  std::string path_;
  double spot_stretch_;
  Instance job_;
  std::map<std::string, std::uint32_t> regions_;
  std::map<std::string, std::size_t> places_;     ///< in the file, of each task
  std::map<std::size_t, std::uint32_t> numbers_;  ///< in the job, by place in the file
};

}  // namespace

Instance read_job(std::string_view json, const std::string& path, std::shared_ptr<const Catalogue> catalogue,
                  double spot_stretch) {
  Json document;
  try {
    document = Json::parse(json);
  } catch (const Json::exception& error) {
    throw InputError(SourceLocation{path, 0, 0}, fmt::format("is no JSON: {}", error.what()));
  }
  return JobReader(path, std::move(catalogue), spot_stretch).read(document);
}

}  // namespace syswright::broker
