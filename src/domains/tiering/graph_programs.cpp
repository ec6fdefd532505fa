#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <optional>

#include "base/random.h"
#include "domains/tiering/programs.h"

namespace syswright::tiering {
namespace {

using Vertex = std::uint32_t;
constexpr Vertex none = ~Vertex{0};

/// An undirected graph in compressed rows, in the program's memory.
struct Graph {
  Array<std::uint64_t> offsets;
  Array<Vertex> neighbours;
  std::size_t vertices;

  template <typename Each>
  void for_each_neighbour(Vertex v, Each each) const {
    const std::uint64_t end = offsets.load(v + 1);
    for (std::uint64_t i = offsets.load(v); i < end; ++i) each(neighbours.load(i));
  }
};

/// Vertices that fill the memory together with `words` words of 8 bytes each for the algorithm, and about 13 edges.
std::size_t vertices_for(const ProgramOptions& options, std::size_t words) {
  const std::size_t bytes = static_cast<std::size_t>(options.pages) * page_bytes;
  return std::max<std::size_t>(std::bit_floor(bytes / (8 + 4 * 16 + 8 * words)), 16);
}

/// R-MAT: each edge falls into one of four quarters of the matrix, again and again. Names of vertices are shuffled.
Graph make_graph(const ProgramOptions& options, Memory& memory, std::size_t words) {
  const std::size_t vertices = vertices_for(options, words);
  const std::size_t bytes = static_cast<std::size_t>(options.pages) * page_bytes;
  const std::size_t edges = std::max<std::size_t>((bytes - vertices * 8 * (words + 1)) / 8, vertices);
  const int levels = std::bit_width(vertices) - 1;
  std::vector<Vertex> names(vertices);
  std::iota(names.begin(), names.end(), Vertex{0});
  Random(options.seed, "graph names").shuffle(std::span(names));
  Random random(options.seed, "graph edges");
  std::vector<std::pair<Vertex, Vertex>> list(edges);
  std::vector<std::uint64_t> degree(vertices + 1);
  for (auto& [from, to] : list) {
    for (int level = 0; level < levels; ++level) {
      const double draw = random.uniform();
      from = 2 * from + (draw >= 0.76 ? 1 : 0);
      to = 2 * to + ((draw >= 0.57 && draw < 0.76) || draw >= 0.95 ? 1 : 0);
    }
    from = names[from];
    to = names[to];
    ++degree[from];
    ++degree[to];
  }
  Graph graph{memory.array<std::uint64_t>(vertices + 1), memory.array<Vertex>(2 * edges), vertices};
  std::uint64_t sum = 0;
  for (std::size_t v = 0; v <= vertices; ++v) {
    graph.offsets.raw(v) = sum;
    if (v < vertices) sum += degree[v];
  }
  std::vector<std::uint64_t> at(vertices);
  for (std::size_t v = 0; v < vertices; ++v) at[v] = graph.offsets.raw(v);
  for (const auto& [from, to] : list) {
    graph.neighbours.raw(at[from]++) = to;
    graph.neighbours.raw(at[to]++) = from;
  }
  return graph;
}

/// A vertex that has neighbours; not given once the recorder is full.
std::optional<Vertex> draw_source(Graph& graph, Random& random) {
  for (;;) {
    const auto v = static_cast<Vertex>(random.below(graph.vertices));
    if (graph.offsets.raw(v) != graph.offsets.raw(v + 1)) return v;
  }
}

}  // namespace

void run_bfs(const ProgramOptions& options, PageRecorder& recorder) {
  Memory memory(recorder);
  Graph graph = make_graph(options, memory, 1);
  Array<Vertex> parent = memory.array<Vertex>(graph.vertices);
  Array<Vertex> queue = memory.array<Vertex>(graph.vertices);
  Random random(options.seed, "bfs sources");
  while (!recorder.full()) {
    const Vertex source = *draw_source(graph, random);
    for (std::size_t v = 0; v < graph.vertices; ++v) parent.store(v, none);
    parent.store(source, source);
    queue.store(0, source);
    std::size_t end = 1;
    for (std::size_t head = 0; head < end && !recorder.full(); ++head) {
      const Vertex v = queue.load(head);
      graph.for_each_neighbour(v, [&](Vertex to) {
        if (parent.load(to) != none) return;
        parent.store(to, v);
        queue.store(end++, to);
      });
    }
  }
}

void run_bc(const ProgramOptions& options, PageRecorder& recorder) {
  Memory memory(recorder);
  Graph graph = make_graph(options, memory, 4);
  Array<Vertex> depth = memory.array<Vertex>(graph.vertices);
  Array<Vertex> order = memory.array<Vertex>(graph.vertices);
  Array<double> paths = memory.array<double>(graph.vertices);
  Array<double> share = memory.array<double>(graph.vertices);
  Array<double> score = memory.array<double>(graph.vertices);
  Random random(options.seed, "bc sources");
  while (!recorder.full()) {
    const Vertex source = *draw_source(graph, random);
    for (std::size_t v = 0; v < graph.vertices; ++v) {
      depth.store(v, none);
      paths.store(v, 0);
      share.store(v, 0);
    }
    depth.store(source, 0);
    paths.store(source, 1);
    order.store(0, source);
    std::size_t end = 1;
    for (std::size_t head = 0; head < end && !recorder.full(); ++head) {
      const Vertex v = order.load(head);
      const Vertex below = depth.load(v) + 1;
      const double through = paths.load(v);
      graph.for_each_neighbour(v, [&](Vertex to) {
        const Vertex seen = depth.load(to);
        if (seen == none) {
          depth.store(to, below);
          order.store(end++, to);
        }
        if (seen == none || seen == below) paths.add(to, through);
      });
    }
    for (std::size_t i = end; i-- > 1 && !recorder.full();) {
      const Vertex v = order.load(i);
      const Vertex level = depth.load(v);
      const double part = (1 + share.load(v)) / paths.load(v);
      graph.for_each_neighbour(v, [&](Vertex to) {
        if (depth.load(to) + 1 == level) share.add(to, part * paths.load(to));
      });
      score.add(v, share.load(v));
    }
  }
}

void run_pagerank(const ProgramOptions& options, PageRecorder& recorder) {
  constexpr double damping = 0.85;
  Memory memory(recorder);
  Graph graph = make_graph(options, memory, 2);
  Array<double> rank = memory.array<double>(graph.vertices);
  Array<double> outgoing = memory.array<double>(graph.vertices);
  const auto vertices = static_cast<double>(graph.vertices);
  for (std::size_t v = 0; v < graph.vertices; ++v) rank.raw(v) = 1 / vertices;
  while (!recorder.full()) {
    for (std::size_t v = 0; v < graph.vertices; ++v) {
      const auto degree = static_cast<double>(graph.offsets.load(v + 1) - graph.offsets.load(v));
      outgoing.store(v, degree == 0 ? 0 : rank.load(v) / degree);
    }
    for (std::size_t v = 0; v < graph.vertices && !recorder.full(); ++v) {
      double sum = 0;
      graph.for_each_neighbour(static_cast<Vertex>(v), [&](Vertex from) { sum += outgoing.load(from); });
      rank.store(v, (1 - damping) / vertices + damping * sum);
    }
  }
}

}  // namespace syswright::tiering
