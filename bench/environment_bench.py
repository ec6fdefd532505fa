"""Steps of spot environments a second through Python: the median of five, in processor time of one thread.

Run by the interpreter of ./sw python. Actions are drawn before; each step returns observations, rewards and ends.
"""

import statistics
import time

import numpy as np

import syswright

BATCH = 256
STEPS = 4000


def steps_a_second(copy: bool) -> float:
    envs = syswright.make_vec("spot", BATCH, copy=copy)
    actions = np.random.default_rng(1).integers(0, 3, (64, BATCH))
    envs.reset(seed=1)
    began = time.process_time()
    for step in range(STEPS):
        envs.step(actions[step % 64])
    return STEPS * BATCH / (time.process_time() - began)


for copy in (True, False):
    rates = [steps_a_second(copy) for _ in range(5)]
    print(
        f"batch {BATCH}, {'copies' if copy else 'views'}: median {statistics.median(rates):,.0f} steps/s of processor "
        f"time ({min(rates):,.0f} to {max(rates):,.0f})"
    )
