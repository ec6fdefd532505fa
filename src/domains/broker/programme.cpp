#include <algorithm>
#include <cmath>
#include <coin/CbcEventHandler.hpp>
#include <coin/CbcModel.hpp>
#include <coin/CglGomory.hpp>
#include <coin/CglProbing.hpp>
#include <coin/CoinPackedMatrix.hpp>
#include <coin/OsiClpSolverInterface.hpp>

#include "domains/broker/solver.h"

namespace syswright::broker {
namespace {

/// Of the solver's results, against their size.
constexpr double tolerance = 1e-6;

/// The programme, row by row and column by column.
class Programme {
 public:
  explicit Programme(const Reduced& problem) : problem_(problem) {
    for (const auto& choices : problem.choices) {
      first_.push_back(columns());
      std::vector<std::uint32_t> regions;
      for (const auto& choice : choices) {
        add_column(choice.cost, 1);
        if (regions.empty() || regions.back() != choice.region) regions.push_back(choice.region);
      }
      regions_.push_back(std::move(regions));
    }
    binaries_ = columns();
    for (std::size_t i = 0; i < problem.choices.size(); ++i) {
      const int row = add_row(1, 1);
      for (std::size_t c = 0; c < problem.choices[i].size(); ++c) set(row, first_[i] + static_cast<int>(c), 1);
    }
    if (problem.hour > 0) add_ends();
    for (std::size_t i = 0; i < problem.choices.size(); ++i) {
      if (problem.parents[i].empty() && problem.hour > 0) follow(i, nullptr, {});
      for (const Edge& edge : problem.parents[i]) add_edge(i, edge);
    }
  }

  void load(OsiClpSolverInterface& solver) const {
    solver.messageHandler()->setLogLevel(0);
    solver.getModelPtr()->setLogLevel(0);
    const CoinPackedMatrix matrix(true, rows_of_.data(), columns_of_.data(), values_.data(),
                                  static_cast<CoinBigIndex>(values_.size()));
    const std::vector<double> low(cost_.size(), 0);
    solver.loadProblem(matrix, low.data(), high_.data(), cost_.data(), row_low_.data(), row_high_.data());
    for (int i = 0; i < binaries_; ++i) solver.setInteger(i);
  }

  /// [tasks] places in choices, of a solution of the programme.
  std::vector<std::uint32_t> chosen(const double* solution) const {
    std::vector<std::uint32_t> chosen;
    for (std::size_t i = 0; i < first_.size(); ++i) {
      const double* from = solution + first_[i];
      chosen.push_back(static_cast<std::uint32_t>(std::max_element(from, from + problem_.choices[i].size()) - from));
    }
    return chosen;
  }

 private:
  int columns() const { return static_cast<int>(cost_.size()); }
  int add_column(double cost, double high) {
    cost_.push_back(cost);
    high_.push_back(high);
    return columns() - 1;
  }
  int add_row(double low, double high) {
    row_low_.push_back(low);
    row_high_.push_back(high);
    return static_cast<int>(row_low_.size()) - 1;
  }
  void set(int row, int column, double value) {
    rows_of_.push_back(row);
    columns_of_.push_back(column);
    values_.push_back(value);
  }

  void add_ends() {
    for (std::size_t i = 0; i < problem_.choices.size(); ++i) ends_.push_back(add_column(0, COIN_DBL_MAX));
    const int last = add_column(problem_.hour, COIN_DBL_MAX);
    for (std::size_t i = 0; i < ends_.size(); ++i) {
      if (!problem_.children[i].empty()) continue;
      const int row = add_row(0, COIN_DBL_MAX);
      set(row, last, 1);
      set(row, ends_[i], -1);
    }
  }

  struct Flow {
    int column;
    double hours;
  };
  /// The end of a task is its hours, and those that its data moves, after the end of a parent.
  void follow(std::size_t task, const Edge* edge, const std::vector<Flow>& flows) {
    const int row = add_row(0, COIN_DBL_MAX);
    set(row, ends_[task], 1);
    if (edge != nullptr) set(row, ends_[edge->parent], -1);
    for (std::size_t c = 0; c < problem_.choices[task].size(); ++c) {
      set(row, first_[task] + static_cast<int>(c), -problem_.choices[task][c].hours);
    }
    for (const Flow& flow : flows) {
      if (flow.hours > 0) set(row, flow.column, -flow.hours);
    }
  }

  /// The sum of flows out of (or into) a region is what is chosen there.
  void tie(std::size_t task, std::uint32_t region, const std::vector<int>& flows) {
    const int row = add_row(0, 0);
    for (const int flow : flows) set(row, flow, 1);
    for (std::size_t c = 0; c < problem_.choices[task].size(); ++c) {
      if (problem_.choices[task][c].region == region) set(row, first_[task] + static_cast<int>(c), -1);
    }
  }

  void add_edge(std::size_t task, const Edge& edge) {
    const std::vector<std::uint32_t>& from = regions_[edge.parent];
    const std::vector<std::uint32_t>& to = regions_[task];
    std::vector<Flow> flows;
    for (const std::uint32_t a : from) {
      std::vector<int> out;
      for (const std::uint32_t b : to) {
        out.push_back(add_column(problem_.moving_cost(a, b, edge.gb), 1));
        flows.push_back({out.back(), problem_.moving_hours(a, b, edge.gb)});
      }
      tie(edge.parent, a, out);
    }
    for (std::size_t b = 0; b < to.size(); ++b) {
      std::vector<int> in;
      for (std::size_t a = 0; a < from.size(); ++a) in.push_back(flows[a * to.size() + b].column);
      tie(task, to[b], in);
    }
    if (problem_.hour > 0) follow(task, &edge, flows);
  }

  const Reduced& problem_;
  std::vector<int> first_;  ///< [tasks] column of the first choice
  std::vector<std::vector<std::uint32_t>> regions_;
  std::vector<int> ends_;  ///< [tasks] columns; empty where time does not count
  int binaries_ = 0;
  std::vector<double> cost_, high_, row_low_, row_high_;
  std::vector<int> rows_of_, columns_of_;
  std::vector<double> values_;
};

/// Ends a solve when a stop is asked for.
class Stopper final : public CbcEventHandler {
 public:
  explicit Stopper(std::stop_token token) : stop_(std::move(token)) {}
  CbcAction event(CbcEvent) override { return stop_.stop_requested() ? stop : noAction; }
  CbcEventHandler* clone() const override { return new Stopper(*this); }  // the model owns it

 private:
  std::stop_token stop_;
};

double safely_below(double bound) { return std::max(0.0, bound - tolerance * std::max(1.0, std::abs(bound))); }

}  // namespace

double relaxed_bound(const Reduced& problem) {
  OsiClpSolverInterface solver;
  Programme(problem).load(solver);
  solver.initialSolve();
  return solver.isProvenOptimal() ? safely_below(solver.getObjValue()) : 0;
}

Solution solve_by_cbc(const Reduced& problem, const SolverOptions& options, double below) {
  const Programme programme(problem);
  OsiClpSolverInterface solver;
  programme.load(solver);
  CbcModel model(solver);
  model.setLogLevel(0);
  model.messageHandler()->setLogLevel(0);
  model.solver()->messageHandler()->setLogLevel(0);
  model.setDblParam(CbcModel::CbcAllowableGap, 0);
  model.setDblParam(CbcModel::CbcAllowableFractionGap, 0);
  model.setDblParam(CbcModel::CbcCutoffIncrement, 0);
  model.setMaximumNodes(static_cast<int>(std::clamp<std::uint64_t>(options.nodes, 1, 1'000'000'000)));
  if (std::isfinite(below)) model.setCutoff(below);
  CglProbing probing;
  CglGomory gomory;
  model.addCutGenerator(&probing, -1, "probing");
  model.addCutGenerator(&gomory, -1, "gomory");
  Stopper stopper(options.stop);
  model.passInEventHandler(&stopper);
  model.initialSolve();
  model.branchAndBound();

  Solution solution;
  solution.nodes = static_cast<std::uint64_t>(std::max(0, model.getNodeCount()));
  const bool ended = model.isProvenOptimal() || model.isProvenInfeasible();
  if (model.bestSolution() != nullptr) {
    const std::vector<std::uint32_t> chosen = programme.chosen(model.bestSolution());
    solution.plan = problem.plan(chosen);
    solution.total = problem.total(chosen);
  }
  const double best = std::min(solution.total, below);
  const double bound = ended ? best : std::min(best, model.getBestPossibleObjValue());
  solution.bound = std::isfinite(bound) ? safely_below(bound) : 0;
  solution.proved = ended && !solution.plan.empty();
  return solution;
}

}  // namespace syswright::broker
