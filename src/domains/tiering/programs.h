#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "domains/tiering/memory.h"
#include "domains/tiering/run.h"

/// Programs that the domain runs itself, to record which pages they access: the real algorithm on arrays of its own, at
/// a scale of megabytes. All are deterministic for a seed.
namespace syswright::tiering {

struct ProgramOptions {
  std::string program;
  std::uint32_t pages = 4096;      ///< of its memory, about: sizes of tables and graphs follow
  std::uint32_t ticks = 320;       ///< that are recorded
  std::uint64_t accesses = 16384;  ///< to memory, a tick
  std::uint64_t seed = 1;
};

struct ProgramEntry {
  std::string name;
  std::string doc;  ///< one line
  /// Runs until the recorder is full.
  void (*run)(const ProgramOptions& options, PageRecorder& recorder);
};

const std::vector<ProgramEntry>& programs();

/// The cache before the memory holds a 64th of the pages, at least 64 lines. Throws InputError for a program that there
/// is not. About 20 ns an access.
PageRun run_program(const ProgramOptions& options);

/// Updates of random words, 90 % of them in a hot eighth of the table, which moves piece by piece.
/// Source: GUPS of the HPC Challenge, with the hot set of Raybuck et al., "HeMem", SOSP 2021, section 5.1.
void run_gups(const ProgramOptions& options, PageRecorder& recorder);
/// Reads (95 %) and updates of records of 512 bytes by key, through a hash index; popularity by Zipf's law with
/// exponent 0.99, as YCSB (Cooper et al., SoCC 2010) has it, and slowly changing ranks.
void run_key_value(const ProgramOptions& options, PageRecorder& recorder);
/// Breadth-first searches from random vertices, top down, on a power-law graph.
/// Source of program and graph: Beamer et al., "The GAP Benchmark Suite", 2015; R-MAT with a=0.57, b=c=0.19.
void run_bfs(const ProgramOptions& options, PageRecorder& recorder);
/// Betweenness centrality from random vertices on the same graph: Brandes, J. Math. Sociology 25(2), 2001.
void run_bc(const ProgramOptions& options, PageRecorder& recorder);
/// PageRank by pulling from all neighbours, iteration after iteration, on the same graph.
void run_pagerank(const ProgramOptions& options, PageRecorder& recorder);
/// The five transactions of TPC-C in their mix, on tables with B-tree indices, scaled down; as Silo (Tu et al., SOSP
/// 2013) runs them in memory. Orders and order lines are appended.
void run_silo(const ProgramOptions& options, PageRecorder& recorder);

}  // namespace syswright::tiering
