"""Runs an exported strategy on jobs, as the public simulator does, and prints what each costs.

simulate.py STRATEGY.py JOBS.json
JOBS: {"gap_seconds", "job_hours", "deadline_hours", "overhead_hours", "windows": ["0110…", …]}, 1: unavailable.
Prints one line a job: dollars, and 1 if it was late.
"""

import argparse
import importlib.util
import json
import math
import sys

from sky_spot.strategies.strategy import Strategy
from sky_spot.utils import ClusterType

PRICES = {ClusterType.NONE: 0.0, ClusterType.SPOT: 0.9731, ClusterType.ON_DEMAND: 3.06}


class Env:
    gap_seconds = 0.0
    tick = 0

    @property
    def elapsed_seconds(self):
        return self.tick * self.gap_seconds


def load(path):
    spec = importlib.util.spec_from_file_location("exported", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = [c for c in vars(module).values() if isinstance(c, type) and issubclass(c, Strategy) and c is not Strategy]
    assert len(found) == 1, found
    assert module.Solution().solve("spec.json") == path
    return found[0]


def run(strategy, gap, job, window):
    env = Env()
    env.gap_seconds = gap
    strategy.reset(env, job)
    last = ClusterType.NONE
    dollars = 0.0
    while True:
        available = env.tick < len(window) and window[env.tick] == "0"
        if last == ClusterType.NONE:
            strategy.task_done_time.append(0.0)
        else:
            work = max(gap - strategy.remaining_restart_overhead, 0.0)
            strategy.remaining_restart_overhead -= gap - work
            if strategy.remaining_restart_overhead < 1e-3:
                strategy.remaining_restart_overhead = 0.0
            strategy.task_done_time.append(min(work, job - sum(strategy.task_done_time)))
        left = job - sum(strategy.task_done_time)
        if left <= 1e-3:
            assert strategy._step(last, available) == ClusterType.NONE
            return dollars, env.elapsed_seconds > strategy.deadline
        wanted = strategy._step(last, available)
        assert isinstance(wanted, ClusterType)
        ticks_left = math.floor((strategy.deadline - env.elapsed_seconds) / gap)
        if math.ceil((left + strategy.restart_overhead) / gap) >= ticks_left:
            warm = last == ClusterType.SPOT and strategy.remaining_restart_overhead < 1e-3
            wanted = ClusterType.SPOT if warm else ClusterType.ON_DEMAND
        if wanted == ClusterType.SPOT and not available:
            wanted = ClusterType.NONE
        still = ClusterType.NONE if last == ClusterType.SPOT and not available else last
        if wanted != still and wanted != ClusterType.NONE:
            strategy.remaining_restart_overhead = strategy.restart_overhead
        dollars += PRICES[wanted] * gap / 3600
        last = wanted
        env.tick += 1


def main():
    jobs = json.load(open(sys.argv[2]))
    parser = argparse.ArgumentParser()
    parser.add_argument("--deadline-hours", type=float, default=jobs["deadline_hours"])
    parser.add_argument("--restart-overhead-hours", type=float, default=jobs["overhead_hours"])
    sys.argv = sys.argv[:1] + sys.argv[1:2]
    strategy = load(sys.argv[1])._from_args(parser)
    for window in jobs["windows"]:
        dollars, late = run(strategy, jobs["gap_seconds"], jobs["job_hours"] * 3600, window)
        print(repr(dollars), int(late))


main()
