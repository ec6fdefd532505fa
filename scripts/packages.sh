# Debian packages by purpose; docs/dependencies.md says what each is for. Sourced by sw.
# shellcheck shell=bash disable=SC2034

packages_build=(
  g++ cmake ninja-build ccache pkg-config
  libfmt-dev nlohmann-json3-dev libcli11-dev libcpp-httplib-dev libsqlite3-dev libzstd-dev libxxhash-dev
  libz3-dev coinor-libcbc-dev libtomlplusplus-dev llvm-19-dev zlib1g-dev libxml2-dev libedit-dev libcurl4-openssl-dev
  libopenmpi-dev
)
packages_run=(strace)
packages_test=(libgtest-dev libgmock-dev librapidcheck-dev python3 openmpi-bin)
# Daemons: installed when they are asked for, and by CI.
packages_cluster=(munge slurmctld slurmd slurm-client)
packages_python=(python3 python3-dev python3-venv)
# Not where npm is there from elsewhere: packages of nodejs with npm in them conflict with Debian's npm.
packages_web=(nodejs npm)
packages_browser=(chromium)
packages_bench=(libbenchmark-dev)
packages_fuzz=(clang-19 libclang-rt-19-dev)
packages_format=(clang-format-19)
packages_tidy=(clang-tidy-19)
