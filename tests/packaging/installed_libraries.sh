#!/usr/bin/env bash
# installed_libraries.sh CMAKE BUILD SAMPLE COMPILER: installs a build into a folder, moves that, builds the sample
# against it with find_package, and runs sample and program from there.
set -euo pipefail

cmake=$1 build=$2 sample=$3 compiler=$4
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail() { printf 'failed: %s\n' "$*" >&2; exit 1; }

"$cmake" --install "$build" --prefix "$folder/first" >"$folder/log" || { cat "$folder/log" >&2; exit 1; }
# Nothing installed may name the place that it was installed to.
mv "$folder/first" "$folder/prefix"
prefix=$folder/prefix

"$cmake" -G Ninja -S "$sample" -B "$folder/sample" "-DCMAKE_PREFIX_PATH=$prefix" "-DCMAKE_CXX_COMPILER=$compiler" \
  -DCMAKE_BUILD_TYPE=Release >"$folder/log" || { cat "$folder/log" >&2; exit 1; }
"$cmake" --build "$folder/sample" >"$folder/log" || { cat "$folder/log" >&2; exit 1; }
"$folder/sample/sample" | tee "$folder/said"
grep -qx 'greedy costs more than the sample: yes' "$folder/said" || fail "the sample said something else"

# The program finds the workload that was installed with it, wherever that is: another one is put there, to be told
# from the one of the sources.
workloads=$prefix/share/syswright/workloads/cache
compgen -G "$workloads/own_build.*" >/dev/null || fail "the bundled workload is not installed"
rm "$workloads"/own_build.*
printf 'time,id,size\n%s\n' "$(seq 1 90 | sed 's/.*/&,&,100/')" >"$workloads/own_build.csv"
env -i HOME="$folder" PATH=/usr/bin "$prefix/bin/syswright" run cache --policy lru --size 10 --no-bounds --no-audit \
  --ledger none >"$folder/said" || fail "the installed program does not run"
grep -q '^own_build.csv: .*requests 90' "$folder/said" || fail "the installed program has another workload: $(head -1 "$folder/said")"

# Headers stand alone: none includes what was not installed.
missing=$(cd "$prefix/include/syswright" && grep -rhoP '^#include "\K[^"]+' . | sort -u |
  while read -r header; do [[ -f $header ]] || echo "$header"; done)
[[ -z $missing ]] || fail "headers that are included and not installed: $missing"
echo "installed, moved, built against, and run"
