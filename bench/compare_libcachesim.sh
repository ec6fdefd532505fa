#!/usr/bin/env bash
# Times Syswright and libCacheSim on the same trace, each policy that both have, and prints a table.
#
#   bench/compare_libcachesim.sh PATH/TO/cachesim [TRACE.oracleGeneral] [SIZE-IN-OBJECTS]
#
# PATH/TO/cachesim is the program of a libCacheSim of your own, built Release. Without a trace the reference Zipf trace
# of 10 million requests is made. Both programs read the file, replay one policy at one size with one thread, every object
# counting 1, and end: what is timed is the whole command, median of RUNS (5), the two by turns. Miss ratios stand beside
# the times, since a fast wrong answer is worth nothing. Environment: RUNS, SYSWRIGHT (the program), POLICIES.
set -euo pipefail

fail() {
  printf 'compare_libcachesim: %s\n' "$1" >&2
  exit 2
}

(($# >= 1 && $# <= 3)) || fail "usage: $0 PATH/TO/cachesim [TRACE.oracleGeneral] [SIZE-IN-OBJECTS]"
peer=$1
[[ -x $peer ]] || fail "$peer is no program; give the path of cachesim in a build of libCacheSim"
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
own=${SYSWRIGHT:-$root/build/release/bin/syswright}
[[ -x $own ]] || fail "$own is not there: run './sw build' first, or set SYSWRIGHT"
runs=${RUNS:-5}
size=${3:-10000}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trace=${2:-}
if [[ -z $trace ]]; then
  trace=$folder/zipf.oracleGeneral
  "$own" trace generate --reference-zipf --requests 10M -o "$trace" >/dev/null
fi
[[ -r $trace ]] || fail "$trace cannot be read"

# ours:theirs
pairs=${POLICIES:-fifo:fifo lru:lru clock:clock sieve:sieve slru:slru twoq:twoq arc:arc s3fifo:s3fifo lfu:lfu gdsf:gdsf \
wtinylfu:wtinylfu lhd:lhd lfuda:lfuda lirs:lirs hyperbolic:hyperbolic lecar:lecar cacheus:cacheus qdlp:qdlp random:random \
clockpro:clockpro mq:mq car:car s4fifo:s4fifo}

# Seconds of a command, its output in $folder/out; fails as it does.
seconds() {
  local from to
  from=$(date +%s%N)
  "$@" >"$folder/out" 2>&1 || return 1
  to=$(date +%s%N)
  awk -v ns=$((to - from)) 'BEGIN { printf "%.4f\n", ns / 1e9 }'
}

median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

known=$("$own" show cache --json)
printf '%s, %s objects, median of %s runs of the whole command\n\n' "$(basename "$trace")" "$size" "$runs"
printf '%-12s %10s %10s %8s %12s %12s\n' policy 'ours (s)' 'theirs (s)' ratio 'our misses' 'their misses'
for pair in $pairs; do
  mine=${pair%%:*} theirs=${pair##*:}
  [[ $known == *"\"$mine\""* ]] || continue
  own_command=("$own" run cache --trace "$trace" --format oracleGeneral --policy "$mine" --size "$size" --unit yes
    --no-audit --no-bounds --ledger none --threads 1 --csv "$folder/own.csv")
  peer_command=("$peer" "$trace" oracleGeneral "$theirs" "$size" --ignore-obj-size 1 --num-thread 1)
  : >"$folder/own.times"
  : >"$folder/peer.times"
  for ((i = 0; i < runs; ++i)); do
    seconds "${own_command[@]}" >>"$folder/own.times" || fail "$mine: $(tail -1 "$folder/out")"
    if ! seconds "${peer_command[@]}" >>"$folder/peer.times"; then
      printf '%-12s %10s %10s   libCacheSim: %s\n' "$mine" - - "$(tail -1 "$folder/out" | cut -c1-60)"
      continue 2
    fi
    cp "$folder/out" "$folder/peer.out"
  done
  ours=$(median <"$folder/own.times")
  peers=$(median <"$folder/peer.times")
  our_misses=$(sed 's/"[^"]*"/text/g' "$folder/own.csv" |
    awk -F, 'NR == 1 { for (i = 1; i <= NF; ++i) if ($i == "request_miss_ratio") c = i } NR == 2 { print $c }')
  their_misses=$(grep -oE 'miss ratio[: ]+[0-9.]+' "$folder/peer.out" | tail -1 | grep -oE '[0-9.]+$' || echo '?')
  awk -v p="$mine" -v a="$ours" -v b="$peers" -v m="$our_misses" -v t="$their_misses" \
    'BEGIN { printf "%-12s %10.3f %10.3f %7.2fx %12.4f %12s\n", p, a, b, b / a, m, t }'
done
