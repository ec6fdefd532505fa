#pragma once

#include <string>
#include <vector>

#include "domain/timeline.h"

namespace syswright {

/// Keeps what is drawn, for tests.
class RecordedTimeline final : public Timeline {
 public:
  struct RowNames {
    std::string group;
    std::string name;
  };
  struct Span {
    Row row;
    std::string name;
    double start;
    double end;
    std::vector<std::pair<std::string, double>> numbers;  ///< arguments that are numbers
  };
  struct Mark {
    Row row;
    std::string name;
    double at;
  };
  struct Level {
    Row row;
    double at;
    double value;
  };

  Row add_row(std::string_view group, std::string_view name) override {
    rows.push_back({std::string(group), std::string(name)});
    return static_cast<Row>(rows.size() - 1);
  }
  void span(Row row, std::string_view name, double start, double end, Arguments arguments) override {
    Span span{row, std::string(name), start, end, {}};
    for (const Argument& argument : arguments) {
      if (const double* number = std::get_if<double>(&argument.value)) {
        span.numbers.emplace_back(std::string(argument.name), *number);
      }
    }
    spans.push_back(std::move(span));
  }
  void mark(Row row, std::string_view name, double at, Arguments) override {
    marks.push_back({row, std::string(name), at});
  }
  void level(Row row, double at, double value) override { levels.push_back({row, at, value}); }

  std::vector<RowNames> rows;
  std::vector<Span> spans;
  std::vector<Mark> marks;
  std::vector<Level> levels;
};

}  // namespace syswright
