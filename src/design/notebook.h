#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace syswright::design {

/// What a search thought, tried and found, for people: a value that whoever shows it lays out.

struct NotebookTable {
  std::string title;
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;  ///< [rows][columns]
};

/// Values with their intervals, one a row.
struct NotebookPlot {
  struct Row {
    std::string name;
    std::string text;  ///< the value, as people read it
    double value = 0;
    double low = 0;  ///< not finite: no interval
    double high = 0;
    bool highlighted = false;
  };
  std::string title;
  std::string x_label;
  std::vector<Row> rows;
};

/// One step: what was supposed, what was tried, what came of it, and what follows.
struct NotebookEntry {
  enum class Finding {
    confirmed,  ///< by a paired interval
    adopted,    ///< better on the whole training scenarios, though the interval holds 0
    refuted,    ///< a dead end
    learned,    ///< a measurement that changed nothing yet: what the judges say
  };
  std::size_t number = 0;  ///< from 1
  std::string context;     ///< whose work: "A", "B", …
  std::string kind;        ///< "refine a term", the same words for every step of the kind
  std::string hypothesis;  ///< one sentence or a few, as all below
  std::string experiment;
  std::string result;
  std::string conclusion;
  Finding finding = Finding::refuted;
  std::size_t programs = 0;  ///< new ones that were tried
  double spent = 0;          ///< evaluations, by this step
  double spent_in_all = 0;   ///< by the search when it ended
  std::vector<NotebookTable> tables;
  std::vector<NotebookPlot> plots;
  std::string program;  ///< source of what was adopted; empty if nothing was
  bool worth_a_section = false;
};

struct Notebook {
  std::vector<NotebookEntry> entries;
  std::vector<std::string> findings;   ///< a sentence each: what holds at the end
  std::vector<std::string> dead_ends;  ///< what was tried without success, and how often
};

}  // namespace syswright::design
