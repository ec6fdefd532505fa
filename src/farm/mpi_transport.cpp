#include "farm/mpi_transport.h"

#ifdef SYSWRIGHT_MPI
#define OMPI_SKIP_MPICXX 1
#include <mpi.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <list>
#include <thread>
#endif

namespace syswright {

#ifdef SYSWRIGHT_MPI
namespace {

constexpr int tag = 1;

/// MPI's own waiting keeps a processor busy, which here has evaluations to run: this looks, and sleeps longer the
/// longer nothing comes.
constexpr auto shortest_sleep = std::chrono::microseconds(20);
constexpr auto longest_sleep = std::chrono::microseconds(500);

class MpiTransport final : public Transport {
 public:
  MpiTransport() {
    int granted = 0;
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &granted);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
  }
  ~MpiTransport() override {
    while (!unsent_.empty()) {
      forget_sent();
      std::this_thread::sleep_for(shortest_sleep);
    }
    MPI_Finalize();
  }
  MpiTransport(const MpiTransport&) = delete;
  MpiTransport& operator=(const MpiTransport&) = delete;

  int rank() const override { return rank_; }
  int size() const override { return size_; }

  void send(int to, std::string bytes) override {
    forget_sent();
    Unsent& one = unsent_.emplace_back();
    one.bytes = std::move(bytes);
    MPI_Isend(one.bytes.data(), static_cast<int>(one.bytes.size()), MPI_BYTE, to, tag, MPI_COMM_WORLD, &one.request);
  }

  std::optional<Letter> receive(double seconds) override {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point begin = Clock::now();
    std::chrono::microseconds sleep = shortest_sleep;
    for (;;) {
      forget_sent();
      MPI_Status status;
      int there = 0;
      MPI_Iprobe(MPI_ANY_SOURCE, tag, MPI_COMM_WORLD, &there, &status);
      if (there != 0) return take(status);
      if (std::chrono::duration<double>(Clock::now() - begin).count() >= seconds) return std::nullopt;
      std::this_thread::sleep_for(sleep);
      sleep = std::min(2 * sleep, longest_sleep);
    }
  }

 private:
  struct Unsent {
    std::string bytes;
    MPI_Request request = MPI_REQUEST_NULL;
  };

  Letter take(const MPI_Status& status) {
    int length = 0;
    MPI_Get_count(&status, MPI_BYTE, &length);
    Letter letter{.from = status.MPI_SOURCE, .bytes = std::string(static_cast<std::size_t>(length), '\0')};
    MPI_Recv(letter.bytes.data(), length, MPI_BYTE, status.MPI_SOURCE, tag, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    return letter;
  }

  void forget_sent() {
    std::erase_if(unsent_, [](Unsent& one) {
      int sent = 0;
      MPI_Test(&one.request, &sent, MPI_STATUS_IGNORE);
      return sent != 0;
    });
  }

  int rank_ = 0;
  int size_ = 1;
  std::list<Unsent> unsent_;  // addresses stay
};

/// What mpirun of Open MPI and Slurm's srun set for the processes that they start.
bool started_together() {
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_SIZE"}) {
    if (std::getenv(name) != nullptr) return true;
  }
  return false;
}

}  // namespace

std::unique_ptr<Transport> join_mpi() {
  if (!started_together()) return nullptr;
  auto transport = std::make_unique<MpiTransport>();
  return transport;
}

bool knows_mpi() { return true; }

#else

std::unique_ptr<Transport> join_mpi() { return nullptr; }
bool knows_mpi() { return false; }

#endif

}  // namespace syswright
