#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "app/app.h"
#include "app/interruption.h"
#include "farm/mpi_transport.h"

int main(int argc, char** argv) {
  using namespace syswright::app;
  const Interruption interruption;
  const std::unique_ptr<syswright::Transport> cluster = syswright::join_mpi();
  if (cluster && cluster->rank() != 0) {
    run_worker(*cluster, built_in());
    return 0;
  }
  const bool out_is_terminal = ::isatty(STDOUT_FILENO) == 1;
  const char* no_colour = std::getenv("NO_COLOR");
  const Console console{.out = std::cout,
                        .err = std::cerr,
                        .out_is_terminal = out_is_terminal,
                        .err_is_terminal = ::isatty(STDERR_FILENO) == 1,
                        .colour = out_is_terminal && (no_colour == nullptr || *no_colour == '\0')};
  return run_app({argv + 1, argv + argc}, console, built_in(), interruption.token(), cluster.get());
}
