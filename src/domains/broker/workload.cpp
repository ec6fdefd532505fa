#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/file.h"
#include "base/text.h"
#include "domain/options.h"
#include "domains/broker/problem.h"

namespace syswright::broker {
namespace {

namespace fs = std::filesystem;

Objective read_objective(const std::string& text) {
  if (text == "cost") return {true, 0};
  if (text == "time") return {false, 1};
  std::string_view number = text;
  if (number.starts_with('$') && number.ends_with("/h")) {
    number.remove_prefix(1);
    number.remove_suffix(2);
    const double hour = parse_number(number, "objective");
    if (hour >= 0 && hour <= 1e6) return {true, hour};
  }
  throw InputError(fmt::format("objective '{}' is none; give cost, time, or dollars an hour such as $5/h", text));
}

Shape read_shape(const std::string& text) {
  if (text == "chain") return Shape::chain;
  if (text == "dag") return Shape::dag;
  throw InputError(fmt::format("shape '{}' is neither chain nor dag", text));
}

std::shared_ptr<const Catalogue> read_market(const OptionValues& values) {
  auto market = std::make_shared<Catalogue>();
  const std::string& offers = values.text("catalogue");
  const std::string& egress = values.text("egress");
  if (offers.empty()) {
    *market = built_in_catalogue();
  } else {
    if (egress.empty()) throw InputError("a catalogue needs prices of moving data; name them with --egress FILE");
    *market = read_catalogue(read_file(offers), offers, fs::path(offers).stem().string());
  }
  if (!egress.empty()) read_egress(read_file(egress), egress, *market);
  market->gbps = values.number("gbps", 1e-6, 1e6);
  return market;
}

std::vector<Instance> read_jobs(const std::string& path, const std::shared_ptr<const Catalogue>& market,
                                double spot_stretch) {
  std::vector<std::string> files;
  if (fs::is_directory(path)) {
    for (const auto& entry : fs::directory_iterator(path)) {
      if (entry.path().extension() == ".json") files.push_back(entry.path().string());
    }
    std::sort(files.begin(), files.end());
    if (files.empty()) throw InputError(path + ": the folder has no *.json");
  } else {
    files.push_back(path);
  }
  std::vector<Instance> jobs;
  for (const std::string& file : files) {
    jobs.push_back(read_job(read_file(file), file, market, spot_stretch));
    jobs.back().number = jobs.size() - 1;
  }
  return jobs;
}

/// Jobs that belong together, before objective and availability.
struct Family {
  std::string name;
  std::vector<Instance> jobs;
};

std::vector<Family> families(const OptionValues& values, const ScenarioRequest& request) {
  const std::shared_ptr<const Catalogue> market = read_market(values);
  const double stretch = values.number("spot_stretch", 1, 10);
  if (!request.workload.empty()) return {{"", read_jobs(request.workload, market, stretch)}};
  const std::uint64_t jobs = values.count("jobs", 3, 10'000);
  const std::uint64_t tasks = values.count("tasks", 3, 100);
  std::vector<Family> all;
  for (const std::string& text : split_list(values.text("shape"), "shape")) {
    Family family{text == "dag" ? "dags" : "chains", {}};
    const Shape shape = read_shape(text);
    for (std::uint64_t i = 0; i < jobs; ++i) {
      family.jobs.push_back(generate(
          {.seed = request.seed, .number = i, .shape = shape, .most_tasks = tasks, .spot_stretch = stretch}, market));
    }
    all.push_back(std::move(family));
  }
  return all;
}

WorkloadSummary summarise(std::string name, const std::vector<Family>& families) {
  WorkloadSummary summary;
  summary.name = std::move(name);
  std::uint64_t jobs = 0;
  std::uint64_t tasks = 0;
  std::uint64_t placements = 0;
  for (const Family& family : families) {
    jobs += family.jobs.size();
    for (const Instance& job : family.jobs) {
      tasks += job.tasks.size();
      for (const Task& task : job.tasks) placements += task.candidates.size();
    }
  }
  const Catalogue& market = *families.front().jobs.front().catalogue;
  summary.facts = {
      {"jobs", with_thousands(jobs)},
      {"tasks", with_thousands(tasks)},
      {"placements a task", fmt::format("{:.0f}", static_cast<double>(placements) / static_cast<double>(tasks))},
      {"regions", with_thousands(market.regions.size())},
      {"offers", with_thousands(market.offers.size())}};
  return summary;
}

}  // namespace

std::unique_ptr<Workload> Problem::open(const ScenarioRequest& request) {
  const OptionValues values(name, options(), request);
  if (!request.format.empty() && request.format != "json") {
    throw InputError(fmt::format("the domain 'broker' reads the format 'json', not '{}'", request.format));
  }
  const std::uint64_t effort = values.count("effort", 1, 1'000'000'000);
  const double retry = parse_duration(values.text("retry"), "retry").value() / 3600;
  const std::vector<Family> all = families(values, request);
  std::vector<InstanceGroup<Problem>> groups;
  for (const Family& family : all) {
    for (const std::string& objective : split_list(values.text("objective"), "objective")) {
      for (const std::string& share : split_list(values.text("unavailable"), "unavailable")) {
        const double unavailable = parse_number(share, "unavailable");
        if (!(unavailable >= 0 && unavailable <= 0.9)) {
          throw InputError(fmt::format("unavailable '{}' is not between 0 and 0.9", share));
        }
        InstanceGroup<Problem> group;
        group.setting = fmt::format("{}{}{}, {:.4g}% unavailable", family.name, family.name.empty() ? "" : ", ",
                                    objective, 100 * unavailable);
        for (Instance job : family.jobs) {
          job.objective = read_objective(objective);
          job.retry_hours = retry;
          group.instances.push_back(finished(with_blocked(std::move(job), unavailable, request.seed)));
        }
        groups.push_back(std::move(group));
      }
    }
  }
  const std::string named = request.workload.empty() ? fmt::format("generated jobs, seed {}", request.seed)
                                                     : fs::path(request.workload).filename().string();
  WorkloadSummary summary = summarise(named, all);
  return std::make_unique<InstanceWorkload<Problem>>(std::move(summary), std::move(groups), request.seed, effort);
}

}  // namespace syswright::broker
