import warnings

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

import syswright

DECISIONS = [
    (domain, decision["name"]) for domain in syswright.domains() for decision in syswright.describe(domain)["decisions"]
]


def made(small_scenario, domain, decision, **settings):
    """An environment on a small scenario; None where that never asks the decision."""
    try:
        env = syswright.make_env(domain, scenarios=[small_scenario(domain)], decision=decision, **settings)
        env.reset(seed=1)
        return env
    except syswright.InputError as error:
        if "never asks" in str(error):
            return None
        if "take scores" in str(error):
            return made(small_scenario, domain, decision, **{**settings, "scores": True})
        raise


@pytest.mark.parametrize("domain,decision", DECISIONS)
def test_gymnasium_finds_nothing_wrong(small_scenario, domain, decision):
    env = made(small_scenario, domain, decision)
    if env is None:
        pytest.skip(f"{small_scenario(domain)} never asks '{decision}'")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # Features have the ranges that they have; scores may be anything.
        warnings.filterwarnings("ignore", message=".*A Box (observation|action) space (min|max)imum value is -?infinity")
        warnings.filterwarnings("ignore", message=".*we recommend using a symmetric and normalized space")
        check_env(env, skip_render_check=True)


@pytest.mark.parametrize("domain,decision", DECISIONS)
def test_an_episode_stays_in_its_space_and_ends_as_it_says(small_scenario, domain, decision):
    env = made(small_scenario, domain, decision, scores=True)
    if env is None:
        pytest.skip(f"{small_scenario(domain)} never asks '{decision}'")
    observation, info = env.reset(seed=1)
    assert info["scenario"] == small_scenario(domain).label
    env.action_space.seed(1)
    total, ended, steps = 0.0, False, 0
    while not ended:
        assert observation in env.observation_space
        observation, reward, ended, truncated, info = env.step(env.action_space.sample())
        assert np.isfinite(reward) and not truncated
        total += reward
        steps += 1
    assert observation in env.observation_space
    assert not info["failed"]
    objective = next(iter(info["metrics"].values()))
    blocks = small_scenario(domain).evaluate(next(iter(syswright.describe(domain)["baselines"])))["blocks"]
    # The weights of blocks do not depend on the policy; the objective is their weighted cost.
    assert abs(total) == pytest.approx(abs(objective) * blocks[:, 1].sum(), rel=1e-6)
    with pytest.raises(syswright.InputError, match="call reset"):
        env.step(env.action_space.sample())


def test_a_programs_answers_to_observations_come_to_what_run_gives(small_scenario):
    scenario = small_scenario("spot")
    program = syswright.compile(
        "policy p for spot { value instance(spot_available, lead) {"
        " if (spot_available) { return spot; } if (lead > 10min) { return idle; } return on_demand; } }"
    )
    answer = program.answer()
    env = syswright.make_env("spot", scenarios=[scenario])
    names = [one["name"] for one in env.space["globals"]]
    observation, _ = env.reset(seed=1)
    total, ended = 0.0, False
    while not ended:
        given = {name: observation[names.index(name)] for name in answer.inputs}
        observation, reward, ended, _, info = env.step(answer(**given))
        total += reward
    row = syswright.run(program, scenario)[0]
    assert info["metrics"] == row["metrics"]
    assert total == pytest.approx(-row["blocks"][:, 0].sum(), rel=1e-12)


def test_the_space_says_what_every_number_is():
    env = syswright.make_env("spot", job="6h", deadline="7h", windows=2)
    space = env.space
    assert space["actions"] == ["spot", "idle", "on_demand"] and space["dense"]
    done = [one for one in space["globals"] if one["name"] == "done"][0]
    assert done["dimension"] == "time" and done["doc"] and done["high"] > 0
    assert "minus" in space["reward"]
    assert isinstance(env.action_space, gymnasium.spaces.Discrete) and env.action_space.n == 3


def test_rankings_show_candidates_with_a_mask(small_scenario):
    env = syswright.make_env("cache", scenarios=[small_scenario("cache")], decision="evict", candidates=8)
    observation, _ = env.reset(seed=1)
    assert observation["candidates"].shape == (8, len(env.space["columns"]))
    assert observation["mask"].tolist() == [1] * 8
    assert env.action_space.n == 8


def test_settings_are_checked(small_scenario):
    with pytest.raises(syswright.InputError, match="did you mean 'instance'"):
        syswright.make_env("spot", decision="instanze")
    with pytest.raises(syswright.InputError, match="unknown part 'tset'"):
        syswright.make_env("spot", part="tset")
    with pytest.raises(syswright.InputError, match="unknown rewards"):
        syswright.make_env("spot", rewards="dense")
    with pytest.raises(syswright.InputError, match="not of 'cache'"):
        syswright.make_env("cache", scenarios=[small_scenario("spot")])
    with pytest.raises(syswright.InputError, match="would do nothing"):
        syswright.make_env("spot", scenarios=[small_scenario("spot")], deadline="7h")


class TestVector:
    settings = dict(job="6h", deadline="7h,9h", windows=2)

    def test_is_one_of_gymnasiums(self):
        envs = syswright.make_vec("spot", 5, **self.settings)
        assert isinstance(envs, gymnasium.vector.VectorEnv)
        observations, infos = envs.reset(seed=1)
        assert observations in envs.observation_space and infos == {}
        envs.action_space.seed(1)
        observations, rewards, ended, truncated, infos = envs.step(envs.action_space.sample())
        assert observations in envs.observation_space
        assert rewards.shape == ended.shape == truncated.shape == (5,)
        assert rewards.dtype == np.float64 and ended.dtype == truncated.dtype == np.bool_
        assert envs.metadata["autoreset_mode"] == gymnasium.vector.AutoresetMode.SAME_STEP

    def history(self, seed, threads=1, copy=True, steps=400):
        envs = syswright.make_vec("spot", 6, threads=threads, copy=copy, **self.settings)
        rng = np.random.default_rng(2)
        all_seen = [envs.reset(seed=seed)[0].copy()]
        ends = []
        for _ in range(steps):
            observations, rewards, ended, _, infos = envs.step(rng.integers(0, 3, 6))
            all_seen += [observations.copy(), rewards.copy(), ended.copy()]
            ends.append(infos)
        return all_seen, ends

    def test_the_bytes_are_the_same_for_any_number_of_threads_and_without_copies(self):
        seen, ends = self.history(seed=3)
        assert any(ends)
        for other, _ in (self.history(3, threads=3), self.history(3, copy=False)):
            assert all(np.array_equal(a, b) for a, b in zip(seen, other))
        assert not all(np.array_equal(a, b) for a, b in zip(seen, self.history(4)[0]))

    def test_the_end_of_an_episode_has_its_metrics(self):
        envs = syswright.make_vec("spot", 4, in_order=True, **self.settings)
        scenarios = syswright.open("spot", **self.settings).suite()["train"]
        expected = [row["metrics"]["cost"] for row in syswright.run("always_on_demand", scenarios)]
        envs.reset(seed=1)
        totals = np.zeros(4)
        found = {}
        for _ in range(2000):
            _, rewards, ended, _, infos = envs.step(np.full(4, 2))
            totals += rewards
            for i in np.flatnonzero(ended):
                assert infos["_final_info"][i]
                found.setdefault(int(i), infos["final_info"]["cost"][i])
            if len(found) == 4:
                break
        assert found == {i: pytest.approx(expected[i % len(expected)]) for i in range(4)}

    def test_copies_stay_and_views_change(self):
        kept = syswright.make_vec("spot", 2, **self.settings)
        first, _ = kept.reset(seed=1)
        before = first.copy()
        kept.step(np.array([2, 2]))
        assert np.array_equal(first, before)
        shown = syswright.make_vec("spot", 2, copy=False, **self.settings)
        first, _ = shown.reset(seed=1)
        second = shown.step(np.array([2, 2]))[0]
        assert second is first and not np.array_equal(first, before)

    def test_seeds_repeat_and_go_on(self):
        envs = syswright.make_vec("spot", 3, **self.settings)
        first = envs.reset(seed=5)[0]
        other = [envs.reset()[0] for _ in range(8)]
        assert np.array_equal(envs.reset(seed=5)[0], first)
        assert [envs.reset()[0].tolist() for _ in range(8)] == [one.tolist() for one in other]

    def test_rankings_too(self, small_scenario):
        envs = syswright.make_vec("cache", 3, scenarios=[small_scenario("cache")], decision="evict")
        observations, _ = envs.reset(seed=1)
        assert observations in envs.observation_space
        observations, rewards, _, _, _ = envs.step(np.array([0, 5, 63]))
        assert observations in envs.observation_space and rewards.tolist() == [0, 0, 0]

    def test_actions_are_checked(self):
        envs = syswright.make_vec("spot", 3, **self.settings)
        with pytest.raises(syswright.InputError, match="call reset"):
            envs.step(np.zeros(3, dtype=np.int64))
        envs.reset(seed=1)
        with pytest.raises(syswright.InputError, match="2 indices as actions, where 3"):
            envs.step(np.zeros(2, dtype=np.int64))
        with pytest.raises(syswright.InputError, match="array of numbers"):
            envs.step(np.array(["a", "b", "c"]))
