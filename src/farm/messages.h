#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/digest.h"
#include "base/error.h"
#include "domain/evaluation.h"
#include "farm/address_book.h"

/// What the processes of a cluster write to each other, as bytes that are the same on every machine. Reading checks
/// every length: letters come from the same program, but a mixed installation must not crash.
namespace syswright::messages {

/// To every worker, once: which command's work they are to share.
struct Begin {
  std::string folder;  ///< that relative names of files are relative to
  std::vector<std::string> arguments;
};

/// To the leader, once: what a worker has opened.
struct Hello {
  std::string host;
  std::uint32_t threads = 1;
  Digest workload;      ///< of the scenarios' digests and the code version
  std::string problem;  ///< why it cannot work; empty: it can
};

/// To a worker: evaluate.
struct Order {
  std::uint64_t ticket = 0;  ///< that the answer is to bear
  ScenarioAddress scenario;
  Digest policy;
  std::string native;  ///< name of a native policy; empty: a program
  std::string source;  ///< of a program
};

/// To a worker: an answer is no longer wanted.
struct Cancel {
  std::uint64_t ticket = 0;
};

/// To a worker: the run is over.
struct Leave {};

/// To the leader: the last word of a worker, after which nothing of it is on its way.
struct Left {};

/// To the leader.
struct Answer {
  enum class Kind : std::uint8_t {
    evaluation,
    input_error,    ///< the evaluation threw InputError
    other_error,    ///< or another Error
    out_of_memory,  ///< the leader is to run it itself
    not_known,      ///< scenario or program mean something else here: the leader is to run it itself
  };
  std::uint64_t ticket = 0;
  double seconds = 0;
  Kind kind = Kind::evaluation;
  std::string error;
  Evaluation evaluation;
};

using Message = std::variant<Begin, Hello, Order, Cancel, Leave, Answer, Left>;

std::string encode(const Message& message);
/// Throws Error for bytes that encode() did not write.
Message decode(std::string_view bytes);

}  // namespace syswright::messages
