import random

import pytest

import syswright

SMALL = {
    "cache": {"size": 100, "unit": True},
    "flash_cache": {"dram": "4%", "flash": "10%", "region": "5KB"},
    "spot": {"job": "6h", "deadline": "7h,9h", "windows": 2},
    "tiering": {"program": "gups", "pages": 96, "ticks": 448, "period": 8, "accesses": 250},
    "llm_serving": {
        "generate": "sharegpt requests=240",
        "hardware": "linear:30ms,0.2ms,0.19ms,11.6ms",
        "replicas": 2,
        "kv_blocks": 130,
        "max_length": 1500,
        "token_budget": 512,
        "max_running": 12,
        "min_replicas": 1,
        "max_replicas": 3,
        "scaling_interval": "2s",
        "start_up": "5s",
        "rate": "12/s",
    },
}


@pytest.fixture(scope="session")
def small_scenario(tmp_path_factory):
    """A scenario of a domain that takes a moment to run."""
    made = {}
    draw = random.Random(1)
    trace = tmp_path_factory.mktemp("traces") / "requests.csv"
    requests = [f"{i},{int(400 * draw.random() ** 3)},{draw.randrange(1, 900)}" for i in range(3000)]
    trace.write_text("time,id,size\n" + "\n".join(requests) + "\n")
    workloads = {"cache": str(trace), "flash_cache": str(trace)}

    def get(domain):
        if domain not in made:
            scenario = syswright.open(domain, workloads.get(domain, ""), **SMALL.get(domain, {})).suite()["train"][0]
            while scenario.events > 4000:
                smaller = scenario.miniature(max(4000 / scenario.events, 0.01))
                if smaller is None or smaller.events >= scenario.events:
                    break
                scenario = smaller
            made[domain] = scenario
        return made[domain]

    return get


@pytest.fixture(scope="session")
def spot_suite():
    return syswright.open("spot", job="6h", deadline="7h", windows=4, overhead="3min").suite()
