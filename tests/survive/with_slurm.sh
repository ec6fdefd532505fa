#!/usr/bin/env bash
# Runs a command with a Slurm of its own on this machine: controller, one node with all processors, and nothing left of
# it afterwards. Needs munge, slurmctld, slurmd and slurm-client; ends with 77 where they cannot run here.
set -euo pipefail

for program in munged slurmctld slurmd sinfo; do
  command -v "$program" >/dev/null || PATH=$PATH:/usr/sbin
  command -v "$program" >/dev/null || { echo "with_slurm: $program is not installed" >&2; exit 77; }
done

folder=$(mktemp -d /tmp/syswright-slurm-XXXXXX)
pids=()
clean_up() {
  if ((${#pids[@]} > 0)); then kill "${pids[@]}" 2>/dev/null || true; wait "${pids[@]}" 2>/dev/null || true; fi
  rm -rf "$folder"
}
trap clean_up EXIT
chmod 755 "$folder"

host=$(hostname -s)
user=$(id -un)
port=$((20000 + $$ % 20000))
mkdir -p "$folder/state" "$folder/spool" "$folder/munge"
chmod 700 "$folder/munge"
dd if=/dev/urandom of="$folder/munge/key" bs=1024 count=1 status=none
chmod 400 "$folder/munge/key"
cat >"$folder/slurm.conf" <<CONFIGURATION
ClusterName=here
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
SlurmUser=$user
SlurmdUser=$user
AuthInfo=socket=$folder/munge.socket
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=pmix
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONFIGURATION
export SLURM_CONF=$folder/slurm.conf

munged --foreground --force --num-threads=1 --socket="$folder/munge.socket" --key-file="$folder/munge/key" \
  --log-file="$folder/munge/log" --pid-file="$folder/munge/pid" --seed-file="$folder/munge/seed" 2>"$folder/munged.err" &
pids+=($!)
for ((i = 0; i < 100; ++i)); do [[ -S $folder/munge.socket ]] && break; sleep 0.1; done
slurmctld -D -i >/dev/null 2>"$folder/slurmctld.err" &
pids+=($!)
slurmd -D >/dev/null 2>"$folder/slurmd.err" &
pids+=($!)
for ((i = 0; i < 300; ++i)); do
  if sinfo -h -o %T 2>/dev/null | grep -q idle; then break; fi
  sleep 0.1
done
if ! sinfo -h -o %T 2>/dev/null | grep -q idle; then
  echo "with_slurm: no node comes up on this machine" >&2
  tail -n 5 "$folder"/*.err "$folder"/*.log >&2 || true
  exit 77
fi
"$@"
