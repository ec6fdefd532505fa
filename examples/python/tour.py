"""A tour of the Python package: a trace, a design, the judges, a fast callable, and a policy that learns by itself.

docs/python.md walks through it. About a minute of processor time; --quick is for a test.
"""

import sys
from pathlib import Path

import numpy as np

import syswright

QUICK = "--quick" in sys.argv
WORKLOAD = Path(__file__).parents[2] / "workloads/cache/own_build.csv.zst"


def look_at_a_trace():
    trace = syswright.load_trace(str(WORKLOAD), limit=20_000 if QUICK else 0)
    keys, counts = np.unique(trace.keys, return_counts=True)
    print(trace)
    print(f"{len(keys):,} objects, {np.mean(counts == 1):.1%} of them asked for once")


def design_and_judge():
    markets = syswright.open("spot", deadline="52h", overhead="3min", windows=4 if QUICK else 10)
    parts = markets.suite()
    found = syswright.design(parts, budget="60evals" if QUICK else "600evals", seed=1)
    print(found.source)
    print(found.verdict)
    for row in syswright.run([found.program, "uniform_progress", "greedy"], parts["test"]):
        late = row["metrics"]["deadline_misses"]
        print(f"{row['policy']:17} ${row['objective']:.2f} a job, {late:.0f} late")
    print(syswright.compare([found.program, "uniform_progress"], parts["test"])["verdict"])
    print(syswright.bound([found.program, "all"], parts["test"])["verdict"])
    print(syswright.audit(found.program, parts["test"])["verdict"])
    return parts


def call_a_program():
    program = syswright.compile(
        "policy keep_small_hot for cache {\n"
        "  rank evict(hits, age, size) { return -(hits / max(age, 1s) / size); }\n"
        "}"
    )
    score = program.answer("evict")
    rng = np.random.default_rng(1)
    scores = score(hits=rng.integers(1, 50, 64), age=rng.uniform(0, 600, 64), size=rng.integers(512, 65536, 64))
    print(f"{score.inputs} -> {scores.dtype}, first out: candidate {scores.argmax()}")


def features(observations, place):
    """What the learner looks at: a handful of the observation's numbers, about 1 in size."""
    hours = 1 / 3600
    return np.stack(
        [
            np.ones(len(observations)),
            observations[:, place["spot_available"]],
            observations[:, place["holds_spot"]],
            observations[:, place["holds_on_demand"]],
            np.clip(observations[:, place["lead"]] * hours, -2, 2),
            np.clip(observations[:, place["reserve"]] * hours, 0, 4) / 4,
        ],
        axis=1,
    )


def returns(envs, place, weights):
    """Return of one episode for each environment, which answers by weights of its own: [environments, features, 3]."""
    total = np.zeros(envs.num_envs)
    runs = np.ones(envs.num_envs, dtype=bool)
    observations, _ = envs.reset(seed=1)
    while runs.any():
        scores = np.einsum("ef,efa->ea", features(observations, place), weights)
        observations, rewards, ended, _, _ = envs.step(scores.argmax(axis=1))
        total += np.where(runs, rewards, 0)
        runs &= ~ended
    return total


def learn(parts, generations=4 if QUICK else 40, population=64, elite=8):
    """Cross-entropy method: draw weights, keep the best, draw again around them."""
    envs = syswright.make_vec("spot", population, scenarios=parts["train"], copy=False)
    place = {one["name"]: i for i, one in enumerate(envs.space["globals"])}
    rng = np.random.default_rng(1)
    mean, spread = np.zeros((6, 3)), np.ones((6, 3))
    for generation in range(generations):
        weights = mean + spread * rng.standard_normal((population, 6, 3))
        got = returns(envs, place, weights)
        best = weights[np.argsort(got)[-elite:]]
        mean, spread = best.mean(axis=0), best.std(axis=0) + 0.05
        if generation % 10 == 0:
            print(f"generation {generation}: best ${-got.max() / jobs(parts['train']):.2f} a job")
    envs = syswright.make_vec("spot", 1, scenarios=parts["test"], copy=False)
    cost = -returns(envs, place, mean[None])[0] / jobs(parts["test"])
    print(f"learned: ${cost:.2f} a job on the part held out")


def jobs(scenarios):
    """A block is a job, of weight 1."""
    return len(scenarios[0].evaluate("greedy")["blocks"])


look_at_a_trace()
parts = design_and_judge()
call_a_program()
learn(parts)
