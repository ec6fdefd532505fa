#include <fmt/format.h>

#include <array>
#include <cmath>
#include <optional>

#include "base/error.h"
#include "base/text.h"
#include "domains/model_placement/fleet.h"

namespace syswright::model_placement {
namespace {

constexpr std::string_view header = "instance,gpus,model,size_gb,requests_per_s,slo";
constexpr std::size_t fields = 6;
constexpr std::size_t most_models = 2'000;

class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path) {}

  std::vector<Instance> read(std::string_view csv) {
    while (!csv.empty()) {
      const std::size_t end = std::min(csv.find('\n'), csv.size());
      std::string_view line = csv.substr(0, end);
      csv.remove_prefix(std::min(end + 1, csv.size()));
      ++line_;
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (line_ == 1) {
        if (line != header) refuse(fmt::format("the first line must be '{}'", header));
        continue;
      }
      if (!line.empty()) read_row(line);
    }
    if (fleets_.empty()) refuse("there is no row below the header");
    for (const Instance& fleet : fleets_) check(fleet);
    return std::move(fleets_);
  }

 private:
  [[noreturn]] void refuse(const std::string& problem) const {
    throw InputError(SourceLocation{path_, line_, 0}, problem);
  }

  std::string_view cell(std::size_t i) const { return row_[i]; }
  double number(std::size_t i, std::string_view what) const {
    try {
      const double value = parse_number(cell(i), what);
      if (value >= 0) return value;
    } catch (const InputError& error) {
      refuse(error.what());
    }
    refuse(fmt::format("{} '{}' is negative", what, cell(i)));
  }

  void read_row(std::string_view line) {
    for (std::size_t i = 0; i < fields; ++i) {
      const std::size_t end = std::min(line.find(','), line.size());
      row_[i] = line.substr(0, end);
      if ((end == line.size()) != (i + 1 == fields)) refuse(fmt::format("a row has {} cells: {}", fields, header));
      line.remove_prefix(std::min(end + 1, line.size()));
    }
    const double gpus = number(1, "gpus");
    if (gpus < 1 || gpus > 1'000 || gpus != std::floor(gpus)) refuse("gpus is not a whole number from 1 to 1,000");
    if (!last_ || *last_ != cell(0)) begin_fleet(static_cast<std::uint64_t>(gpus));
    Instance& fleet = fleets_.back();
    if (static_cast<double>(fleet.gpus) != gpus) refuse("gpus differs between the rows of an instance");
    const double slo = number(5, "slo");
    if (slo <= 0) refuse("slo must be over 0");
    fleet.models.push_back({number(3, "size_gb"), number(4, "requests_per_s") / slo});
    if (fleet.models.size() > most_models) refuse(fmt::format("an instance has over {} models", most_models));
  }

  void begin_fleet(std::uint64_t gpus) {
    last_ = std::string(cell(0));
    Instance fleet;
    fleet.name = "instance " + *last_;
    fleet.number = fleets_.size();
    fleet.gpus = gpus;
    fleets_.push_back(std::move(fleet));
  }

  void check(const Instance& fleet) const {
    for (const Model& model : fleet.models) {
      if (model.size <= fleet.capacity - least_free) continue;
      throw InputError(SourceLocation{path_, 0, 0}, fmt::format("{}: a model of {} GB fits on no GPU of {} GB",
                                                                fleet.name, model.size, fleet.capacity));
    }
  }

  std::string path_;
  std::size_t line_ = 0;
  std::array<std::string_view, fields> row_;
  std::optional<std::string> last_;
  std::vector<Instance> fleets_;
};

}  // namespace

std::vector<Instance> read_fleets(std::string_view csv, const std::string& path) { return Reader(path).read(csv); }

}  // namespace syswright::model_placement
