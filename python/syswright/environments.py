"""Every domain as a Gymnasium environment: its simulation asks, an action answers, the reward is minus the cost."""

from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode
from gymnasium.vector.utils import batch_space

from . import _syswright as native
from ._syswright import Program, Scenario, Workload

_SEEDS = 2**63


def make_env(domain: str, **settings: Any) -> "SimulationEnv":
    """One environment; for the settings see plan()."""
    return SimulationEnv(plan(domain, **settings))


def make_vec(domain: str, count: int, *, threads: int = 1, copy: bool = True, **settings: Any) -> "SimulationVectorEnv":
    """Environments that are stepped together, in this process; for the settings see plan().

    threads: that step them; the bytes are the same for any number. copy: False returns views of the arrays that the
    next step writes to, which is faster where nothing is kept from step to step.
    """
    return SimulationVectorEnv(plan(domain, **settings), count, threads=threads, copy=copy)


def plan(
    domain: str,
    *,
    workload: str | Workload = "",
    part: str = "train",
    scenarios: Sequence[Scenario] | None = None,
    decision: str = "",
    candidates: int = 0,
    scores: bool = False,
    rewards: str = "automatic",
    program: Program | None = None,
    in_order: bool = False,
    **options: Any,
) -> native.EnvironmentPlan:
    """What environments are made of.

    workload    A file, or one that was opened; empty: what the domain brings along. `options` are the domain's own.
    part        Of its suite, that episodes are drawn from: 'train', 'validation', 'test', or 'whole'.
    scenarios   Instead of these: an episode is one of them, from its first question to its end.
    decision    The one that is asked; empty: the domain's first.
    candidates  Rows of a ranking's observation; candidates beyond them are not shown and come last. 0: as many as
                questions have, as far as the first thousand tell.
    scores      Answer a ranking by a score for each row, and not by the row that is taken first.
    rewards     'automatic': at every step where the domain keeps its cost, else with the end. 'terminal': with the end.
                'increments': at every step, however slow.
    program     Answers the other decisions and says in which mode rankings are applied; the observations end with its
                statistics.
    in_order    Take the scenarios one after another, and not by chance.
    """
    if scenarios is None:
        opened = native.open(domain, workload, **options) if isinstance(workload, str) else workload
        if part != "whole" and part not in ("train", "validation", "test"):
            raise native.InputError(f"unknown part '{part}' (there are: train, validation, test, whole)")
        scenarios = opened.scenarios() if part == "whole" else opened.suite()[part]
    elif options:
        raise native.InputError(f"scenarios are given, which have their options: {', '.join(options)} would do nothing")
    for scenario in scenarios:
        if scenario.domain != domain:
            raise native.InputError(f"{scenario.label} is a scenario of '{scenario.domain}', not of '{domain}'")
    return native.make_plan(list(scenarios), decision, candidates, scores, rewards, program, in_order)


class SimulationEnv(gymnasium.Env):
    """One environment. `space` says what every number of an observation is, with its unit and range, and what a reward
    is. The observation behind the last question is 0 throughout; the info that comes with it has the episode's
    metrics, which are those that running the same policy gives."""

    metadata = {"render_modes": []}

    def __init__(self, environment_plan: native.EnvironmentPlan):
        self.space = environment_plan.space
        self.observation_space = _observation_space(self.space)
        self.action_space = _action_space(self.space)
        self._plan = environment_plan
        self._native = native.Environment(environment_plan)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None):
        """Begins the first episode of a seed, or without one the next episode."""
        super().reset(seed=seed)
        self._native.reset(seed)
        return self._observation(), {"scenario": self._plan.labels[self._native.scenario]}

    def step(self, action):
        reward, ended = self._native.step(np.asarray(action, dtype=np.float64).reshape(-1))
        info: dict[str, Any] = {}
        if ended:
            ok, metrics = self._native.result
            info = {"metrics": dict(zip(self._plan.metrics, metrics)), "failed": not ok}
        return self._observation(), reward, ended, False, info

    def _observation(self):
        return _observation(self.space, self._native, copy=True)


class SimulationVectorEnv(gymnasium.vector.VectorEnv):
    """Environments stepped together. One whose episode ends begins the next in the same step: its observation is that
    of the new episode, and infos["final_info"] has the metrics of the old one (arrays, with masks as Gymnasium has
    them). There is no question behind the last, so that final_obs is 0 throughout and not given."""

    metadata = {"render_modes": [], "autoreset_mode": AutoresetMode.SAME_STEP}

    def __init__(self, environment_plan: native.EnvironmentPlan, count: int, *, threads: int = 1, copy: bool = True):
        self.space = environment_plan.space
        self.num_envs = count
        self.single_observation_space = _observation_space(self.space)
        self.single_action_space = _action_space(self.space)
        self.observation_space = batch_space(self.single_observation_space, count)
        self.action_space = batch_space(self.single_action_space, count)
        self._plan = environment_plan
        self._native = native.Environments(environment_plan, count, threads)
        self._copy = copy
        self._begun = False
        self._rewards = self._native.rewards
        self._ended = self._native.ended.view(np.bool_)
        self._truncated = np.zeros(count, dtype=np.bool_)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None):
        """Every environment begins the first episode of the seed (environment i draws by seed and i); without a seed,
        of one drawn before the first time, and of the next number after that."""
        super().reset(seed=seed)
        if seed is not None:
            self._seed = seed
        else:
            self._seed = (self._seed + 1) % _SEEDS if self._begun else int(self.np_random.integers(_SEEDS))
        self._begun = True
        self._native.reset(self._seed)
        return self._observations(), {}

    def step(self, actions):
        self._native.step(actions)
        infos = self._final_infos() if self._ended.any() else {}
        if self._copy:
            return self._observations(), self._rewards.copy(), self._ended.copy(), self._truncated.copy(), infos
        return self._observations(), self._rewards, self._ended, self._truncated, infos

    def _observations(self):
        return _observation(self.space, self._native, copy=self._copy)

    def _final_infos(self):
        ended = self._ended.copy()
        metrics = np.where(ended[:, None], self._native.metrics, 0.0)
        final: dict[str, Any] = {}
        for i, name in enumerate(self._plan.metrics):
            final[name] = metrics[:, i]
            final["_" + name] = ended
        return {"final_info": final, "_final_info": ended}


def _observation(space, arrays, *, copy: bool):
    if space["candidates"] == 0:
        return arrays.globals.copy() if copy else arrays.globals
    observation = {"candidates": arrays.columns, "mask": arrays.mask.view(np.int8)}
    if space["globals"]:
        observation["globals"] = arrays.globals
    return {name: array.copy() for name, array in observation.items()} if copy else observation


def _box(inputs, rows: int | None = None) -> spaces.Box:
    # 0 stands for what is not there: rows without a candidate, and the end.
    low = np.array([min(one["low"], 0.0) for one in inputs])
    high = np.array([max(one["high"], 0.0) for one in inputs])
    if rows is not None:
        low, high = np.tile(low, (rows, 1)), np.tile(high, (rows, 1))
    return spaces.Box(low, high, dtype=np.float64)


def _observation_space(space) -> spaces.Space:
    if space["candidates"] == 0:
        return _box(space["globals"])
    parts: dict[str, spaces.Space] = {
        "candidates": _box(space["columns"], space["candidates"]),
        "mask": spaces.MultiBinary(space["candidates"]),
    }
    if space["globals"]:
        parts["globals"] = _box(space["globals"])
    return spaces.Dict(parts)


def _action_space(space) -> spaces.Space:
    kind = space["action"]
    if kind == "choice":
        return spaces.Discrete(len(space["actions"]))
    if kind == "place":
        return spaces.Discrete(space["candidates"])
    if kind == "number":
        return spaces.Box(space["low"], space["high"], shape=(1,), dtype=np.float64)
    return spaces.Box(-np.inf, np.inf, shape=(space["candidates"],), dtype=np.float64)
