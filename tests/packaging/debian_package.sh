#!/usr/bin/env bash
# debian_package.sh CPACK BUILD VERSION: makes the Debian packages of a build and looks into them.
set -euo pipefail

cpack=$1 build=$2 version=$3
for tool in dpkg-deb dpkg-shlibdeps; do
  command -v "$tool" >/dev/null || { echo "skipped: there is no $tool"; exit 0; }
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail() { printf 'failed: %s\n' "$*" >&2; exit 1; }

(cd "$folder" && "$cpack" --config "$build/CPackConfig.cmake" -G DEB -B "$folder/out" \
  -D CPACK_CMAKE_GENERATOR=Ninja >"$folder/log" 2>&1) || { cat "$folder/log" >&2; exit 1; }
architecture=$(dpkg --print-architecture)
program=$folder/out/syswright_${version}_$architecture.deb
libraries=$folder/out/libsyswright-dev_${version}_$architecture.deb
[[ -f $program && -f $libraries ]] || fail "packages are missing: $(ls "$folder/out")"

depends=$(dpkg-deb --field "$program" Depends)
for library in libc6 libllvm19 libfmt libsqlite3 libz3 libcurl4 libzstd1; do
  [[ $depends == *"$library"* ]] || fail "the program does not depend on $library, but on $depends"
done
[[ $depends != *-dev* ]] || fail "the program depends on what only building needs: $depends"
dpkg-deb --fsys-tarfile "$program" | tar -xf - -C "$folder"
env -i HOME="$folder" PATH=/usr/bin "$folder/usr/bin/syswright" version | grep -q "$version" ||
  fail "the packaged program does not say its version"
compgen -G "$folder/usr/share/syswright/workloads/cache/own_build.*" >/dev/null || fail "the bundled workload is missing"

contents=$(dpkg-deb --contents "$libraries")
for file in cmake/syswright/syswrightConfig.cmake syswright/libsyswright_policy.a include/syswright/policy/jit.h; do
  [[ $contents == *"$file"* ]] || fail "the libraries' package lacks $file"
done
echo "syswright $version depends on: $depends"
