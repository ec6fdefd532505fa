"""Runs a cache policy with syswright at one size of the cache, and prints its miss ratio.

python3 evaluate.py protected.pol 1%
"""

import json
import subprocess
import sys

command = ["syswright", "run", "cache", "--policy", sys.argv[1], "--size", sys.argv[2]]
command += ["--json", "--no-bounds", "--no-audit", "--ledger", "none", "--threads", "1"]
run = subprocess.run(command, capture_output=True, text=True)
if run.returncode != 0:
    sys.exit(run.stderr.strip().splitlines()[0])  # of a program that does not compile, the compiler's message
policy = json.loads(run.stdout)["scenarios"][0]["policies"][0]
print(json.dumps({"score": policy["metrics"]["request_miss_ratio"], "info": {"size": sys.argv[2], "policy": policy["name"]}}))
