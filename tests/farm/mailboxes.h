#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "farm/transport.h"

namespace syswright::testing_support {

/// The processes of a cluster as threads of one: letters go through memory.
class Mailboxes {
 public:
  explicit Mailboxes(int size) : boxes_(static_cast<std::size_t>(size)) {}

  class End final : public Transport {
   public:
    End(Mailboxes& all, int rank) : all_(all), rank_(rank) {}
    int rank() const override { return rank_; }
    int size() const override { return static_cast<int>(all_.boxes_.size()); }
    void send(int to, std::string bytes) override {
      {
        const std::lock_guard lock(all_.mutex_);
        all_.boxes_[static_cast<std::size_t>(to)].push_back({rank_, std::move(bytes)});
      }
      all_.came_.notify_all();
    }
    std::optional<Letter> receive(double seconds) override {
      std::deque<Letter>& box = all_.boxes_[static_cast<std::size_t>(rank_)];
      std::unique_lock lock(all_.mutex_);
      all_.came_.wait_for(lock, std::chrono::duration<double>(seconds), [&] { return !box.empty(); });
      if (box.empty()) return std::nullopt;
      Letter letter = std::move(box.front());
      box.pop_front();
      return letter;
    }

   private:
    Mailboxes& all_;
    int rank_;
  };
  End end(int rank) { return {*this, rank}; }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<std::deque<Letter>> boxes_;
};

}  // namespace syswright::testing_support
