#include "domains/llm_serving/requests_generator.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <queue>
#include <tuple>

#include "base/distributions.h"
#include "base/error.h"

namespace syswright::llm_serving {
namespace {

constexpr std::uint32_t session_block = 512;          ///< tokens
constexpr std::uint64_t blocks_of_session = 1 << 20;  ///< ids kept for each
constexpr std::uint64_t longest_session = blocks_of_session * session_block;

/// A turn that will come, or has come.
struct Turn {
  double time = 0;
  std::uint32_t session = 0;
  std::uint32_t turn = 0;
  std::uint32_t prompt = 0;
  std::uint32_t output = 0;
};

/// The earliest first; of one time, the earliest session.
struct Later {
  bool operator()(const Turn& a, const Turn& b) const {
    return std::tie(a.time, a.session, a.turn) > std::tie(b.time, b.session, b.turn);
  }
};

class SessionGenerator {
 public:
  SessionGenerator(const GeneratorOptions& options, RequestLog& log)
      : options_(options), sessions_(*options.sessions), log_(log) {
    const auto bad = [](const char* problem) { throw InputError(fmt::format("sessions: {}", problem)); };
    if (!(sessions_.turns >= 1 && sessions_.turns <= 1e6)) bad("'turns' must be at least 1");
    if (!(sessions_.gap_median > 0) || !(sessions_.gap_sigma >= 0)) bad("gaps must be positive");
    if (sessions_.system > 1'000'000) bad("'system' is above a million tokens");
    system_blocks_ = (sessions_.system + session_block - 1) / session_block;
    log_.requests.block_tokens = session_block;
    log_.requests.blocks_cover_output = true;
  }

  /// Sessions begin in order; a turn is settled once no session that begins later can come before it.
  void run() {
    Arrivals starts = options_.arrivals;
    starts.rate /= sessions_.turns;
    const std::vector<double> begins = draw_arrivals(starts, options_.requests, options_.duration, options_.seed);
    for (std::size_t session = 0; session < begins.size(); ++session) {
      settle(begins[session]);
      if (full()) return;
      begin(static_cast<std::uint32_t>(session), begins[session]);
    }
    settle(std::numeric_limits<double>::infinity());
  }

 private:
  bool full() const { return log_.requests.list.size() >= options_.requests; }

  void settle(double until) {
    while (!coming_.empty() && coming_.top().time < until && !full()) {
      if (coming_.top().time < options_.duration) add(coming_.top());
      coming_.pop();
    }
  }

  void begin(std::uint32_t session, double time) {
    Random random = Random(options_.seed, "llm session").at(session);
    const std::uint32_t system = system_blocks_ * session_block;
    Turn turn{.time = time, .session = session};
    std::uint64_t said = 0;
    do {
      const auto [first, answer] = draw_lengths(options_.lengths, Random(options_.seed, "llm turn").at(draws_++));
      const std::uint64_t message = static_cast<std::uint64_t>(
          std::max(1.0, std::round(sessions_.message.quantile(normal_probability(random.normal())))));
      const std::uint64_t prompt = turn.turn == 0 ? std::max<std::uint64_t>(first, system + 1) : said + message;
      said = prompt + answer;
      const std::uint64_t most = sessions_.context > 0 ? sessions_.context : longest_session;
      if (turn.turn > 0 && said > most) return;
      turn.prompt = static_cast<std::uint32_t>(std::min(prompt, most - 1));
      turn.output = static_cast<std::uint32_t>(std::min<std::uint64_t>(answer, most - turn.prompt));
      said = std::uint64_t{turn.prompt} + turn.output;
      coming_.push(turn);
      turn.time += sessions_.gap_median * std::exp(sessions_.gap_sigma * random.normal());
      ++turn.turn;
    } while (random.chance(1 - 1 / sessions_.turns));
  }

  void add(const Turn& turn) {
    Requests& requests = log_.requests;
    Request request;
    request.arrival = turn.time;
    request.prompt = turn.prompt;
    request.output = turn.output;
    request.block_count = (turn.prompt + turn.output + session_block - 1) / session_block;
    if (requests.blocks.size() + request.block_count > std::numeric_limits<std::uint32_t>::max()) {
      throw InputError("the generated sessions have too many prefix blocks; ask for fewer requests");
    }
    request.first_block = static_cast<std::uint32_t>(requests.blocks.size());
    for (std::uint64_t i = 0; i < request.block_count; ++i) {
      const std::uint64_t owner = i < system_blocks_ ? 0 : std::uint64_t{turn.session} + 1;
      requests.blocks.push_back(owner * blocks_of_session + i);
    }
    requests.list.push_back(request);
    log_.sessions.push_back(turn.session);
  }

  const GeneratorOptions& options_;
  const Sessions& sessions_;
  RequestLog& log_;
  std::uint32_t system_blocks_ = 0;
  std::uint64_t draws_ = 0;
  std::priority_queue<Turn, std::vector<Turn>, Later> coming_;
};

}  // namespace

RequestLog generate_requests(const GeneratorOptions& options) {
  if (options.requests == 0) throw InputError("a generated workload must have at least 1 request");
  if (!(options.lengths.inflated_share >= 0 && options.lengths.inflated_share <= 1)) {
    throw InputError("lengths: the inflated share must be in [0, 1]");
  }
  RequestLog log;
  log.format = "generated";
  log.requests.name = options.name;
  if (options.sessions) {
    SessionGenerator(options, log).run();
  } else {
    const std::vector<double> times = draw_arrivals(options.arrivals, options.requests, options.duration, options.seed);
    const Random random(options.seed, "llm lengths");
    log.requests.list.reserve(times.size());
    for (std::size_t i = 0; i < times.size(); ++i) {
      const auto [prompt, output] = draw_lengths(options.lengths, random.at(i));
      log.requests.list.push_back({.arrival = times[i], .prompt = prompt, .output = output});
    }
  }
  if (log.requests.list.empty()) throw InputError("the generated workload has no requests within its duration");
  return log;
}

}  // namespace syswright::llm_serving
