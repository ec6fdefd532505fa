#pragma once

#include <memory>

#include "farm/transport.h"

namespace syswright {

/// The processes that mpirun, or srun, started together with this one; nullptr if it was started alone, or if this
/// program was built without MPI. Once in a process; what it gives ends MPI when it goes, for which it waits until
/// every process is there.
std::unique_ptr<Transport> join_mpi();

/// Whether this program was built with MPI.
bool knows_mpi();

}  // namespace syswright
