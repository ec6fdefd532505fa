#pragma once

#include <memory>
#include <optional>
#include <string>

namespace syswright {

/// A letter that came from another process.
struct Letter {
  int from = 0;
  std::string bytes;
};

/// How the processes of one run send each other bytes. Used from one thread at a time in each process.
class Transport {
 public:
  virtual ~Transport() = default;
  /// 0 is the process that leads.
  virtual int rank() const = 0;
  virtual int size() const = 0;
  /// Returns at once. Letters from one process to another arrive in their order.
  virtual void send(int to, std::string bytes) = 0;
  /// The next letter, whoever sent it; nullopt if none came within so many seconds.
  virtual std::optional<Letter> receive(double seconds) = 0;
};

}  // namespace syswright
