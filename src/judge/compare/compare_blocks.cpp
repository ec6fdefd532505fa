#include "judge/compare/compare_blocks.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "base/distributions.h"
#include "base/random.h"

namespace syswright::judge {
namespace {

constexpr std::size_t exact_differences = 14;
constexpr std::size_t draws = 10'000;

PairedBlocks joined(const PairedBlocks& blocks) {
  PairedBlocks result;
  result.merged = 2 * blocks.merged;
  const std::size_t pairs = blocks.size() / 2;
  for (std::size_t i = 0; i < pairs; ++i) {
    const std::size_t end = i + 1 == pairs ? blocks.size() : 2 * i + 2;
    double a = 0;
    double b = 0;
    double weight = 0;
    for (std::size_t j = 2 * i; j < end; ++j) {
      a += blocks.a[j];
      b += blocks.b[j];
      weight += blocks.weights[j];
    }
    result.a.push_back(a);
    result.b.push_back(b);
    result.weights.push_back(weight);
  }
  return result;
}

/// Rounding must not tell sums apart that are equal by symmetry.
bool as_far(double sum, double observed) { return std::abs(sum) >= observed * (1 - 1e-12); }

double exact_test(std::span<const double> differences, double observed) {
  const std::size_t signs = std::size_t{1} << differences.size();
  std::size_t extreme = 0;
  for (std::size_t word = 0; word < signs; ++word) {
    double sum = 0;
    for (std::size_t i = 0; i < differences.size(); ++i) sum += (word >> i & 1) != 0 ? differences[i] : -differences[i];
    extreme += as_far(sum, observed) ? 1 : 0;
  }
  return static_cast<double>(extreme) / static_cast<double>(signs);
}

double student_test(std::span<const double> differences) {
  const auto n = static_cast<double>(differences.size());
  double sum = 0;
  for (const double difference : differences) sum += difference;
  double squares = 0;
  for (const double difference : differences) squares += (difference - sum / n) * (difference - sum / n);
  if (squares == 0) return 0;
  const double t = sum / n / std::sqrt(squares / (n - 1) / n);
  return 2 * student_probability(-std::abs(t), n - 1);
}

double drawn_test(std::span<const double> differences, double observed, std::uint64_t seed) {
  const Random root(seed, "randomisation test");
  std::size_t extreme = 0;
  for (std::size_t draw = 0; draw < draws; ++draw) {
    Random random = root.at(draw);
    double sum = 0;
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < differences.size(); ++i) {
      if (i % 64 == 0) word = random.next();
      sum += (word & 1) != 0 ? differences[i] : -differences[i];
      word >>= 1;
    }
    extreme += as_far(sum, observed) ? 1 : 0;
  }
  const double share = static_cast<double>(extreme + 1) / static_cast<double>(draws + 1);
  if (extreme > 0) return share;
  const double least = std::pow(2.0, 1 - static_cast<double>(differences.size()));
  return std::min(share, std::max(least, student_test(differences)));
}

}  // namespace

std::vector<double> PairedBlocks::differences() const {
  std::vector<double> result(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) result[i] = a[i] - b[i];
  return result;
}

bool ran(const Evaluation& evaluation) {
  return evaluation.status == Evaluation::Status::ok && std::isfinite(evaluation.objective()) &&
         std::all_of(evaluation.blocks.begin(), evaluation.blocks.end(),
                     [](const Block& block) { return std::isfinite(block.cost); });
}

bool comparable(const Evaluation& a, const Evaluation& b) {
  return ran(a) && ran(b) && a.blocks.size() > 1 &&
         std::equal(a.blocks.begin(), a.blocks.end(), b.blocks.begin(), b.blocks.end(),
                    [](const Block& one, const Block& other) { return one.weight == other.weight; });
}

PairedBlocks paired_blocks(const Evaluation& a, const Evaluation& b) {
  assert(comparable(a, b));
  PairedBlocks blocks;
  for (std::size_t i = 0; i < a.blocks.size(); ++i) {
    blocks.a.push_back(a.blocks[i].cost);
    blocks.b.push_back(b.blocks[i].cost);
    blocks.weights.push_back(a.blocks[i].weight);
  }
  return blocks;
}

double neighbour_correlation(const PairedBlocks& blocks) {
  std::vector<double> residuals = blocks.differences();
  double sum = 0;
  double weight = 0;
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    sum += residuals[i];
    weight += blocks.weights[i];
  }
  if (!(weight > 0)) return 0;
  double squares = 0;
  double products = 0;
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    residuals[i] -= sum / weight * blocks.weights[i];
    squares += residuals[i] * residuals[i];
    if (i > 0) products += residuals[i] * residuals[i - 1];
  }
  return squares > 0 ? products / squares : 0;
}

PairedBlocks decorrelated(PairedBlocks blocks, std::size_t min_blocks) {
  while (blocks.size() >= 2 * min_blocks &&
         neighbour_correlation(blocks) > 1 / std::sqrt(static_cast<double>(blocks.size()))) {
    blocks = joined(blocks);
  }
  return blocks;
}

double randomisation_test(std::span<const double> differences, std::uint64_t seed) {
  if (differences.size() < 2) return 1;
  double sum = 0;
  for (const double difference : differences) sum += difference;
  if (sum == 0) return 1;
  const double observed = std::abs(sum);
  return differences.size() <= exact_differences ? exact_test(differences, observed)
                                                 : drawn_test(differences, observed, seed);
}

}  // namespace syswright::judge
