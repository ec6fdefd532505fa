import os
import signal
import threading

import pytest

import syswright


@pytest.fixture(scope="module")
def eager():
    return syswright.compile(
        "policy eager for spot { value instance(spot_available)"
        " { ensure output == spot; if (spot_available) { return spot; } return on_demand; } }"
    )


def test_compare_tells_the_dearer_from_the_cheaper(spot_suite):
    found = syswright.compare(["uniform_progress", "always_on_demand"], spot_suite["train"])
    assert found["judge"] == "compare" and found["holds"]
    assert "always_on_demand" in found["verdict"]
    turned = syswright.compare(["always_on_demand", "uniform_progress"], spot_suite["train"])
    assert not turned["holds"]
    with pytest.raises(syswright.InputError, match="two policies or more"):
        syswright.compare(["greedy"], spot_suite["test"])
    with pytest.raises(syswright.InputError, match="unknown correction"):
        syswright.compare(["greedy", "all"], spot_suite["test"], correction="bonferroni")


def test_bound_and_audit_hold_for_honest_runs(spot_suite):
    bound = syswright.bound("all", spot_suite["test"])
    assert bound["judge"] == "bound" and bound["holds"] and bound["verdict"]
    audit = syswright.audit(["greedy", syswright.compile(syswright.describe("spot")["exemplars"][0])], spot_suite["test"])
    assert audit["judge"] == "audit" and audit["holds"] and audit["verdict"]


def test_certify_proves_and_refutes(eager):
    refuted = syswright.certify(eager)
    assert not refuted["holds"]
    proved = syswright.certify(
        syswright.compile(
            "policy calm for cache { rank evict(age, size) { ensure output >= 0; return age * size / 1s / 1B; } }"
        )
    )
    assert proved["holds"] and "prove" in proved["verdict"].lower()
    with pytest.raises(syswright.InputError, match="states no contract"):
        syswright.certify(syswright.compile("policy p for cache { rank evict(hits) { return -hits; } }"))


def test_design_is_a_function_of_its_seed_and_beats_a_poor_start(spot_suite):
    seen = []
    found = syswright.design(spot_suite, budget="60evals", seed=3, threads=1, progress=seen.append)
    again = syswright.design(spot_suite, budget="60evals", seed=3, threads=2)
    assert again.program == found.program and again.report["test"] == found.report["test"]
    assert syswright.compile(found.source) == found.program
    assert found.program.name == "designed" and found.verdict
    assert found.report["search"]["evaluations"] <= 60 and found.report["search"]["seed"] == 3
    assert seen and seen[-1]["evaluations"] <= 60
    on_demand = syswright.run("always_on_demand", spot_suite["train"])
    ours = syswright.run(found.program, spot_suite["train"])
    assert sum(row["objective"] for row in ours) < sum(row["objective"] for row in on_demand)


def test_design_takes_starts_and_refuses_what_it_cannot_use(spot_suite):
    found = syswright.design(spot_suite, budget="30evals", designer="random", start="exemplars", name="mine")
    assert found.program.name == "mine"
    with pytest.raises(syswright.InputError, match="did you mean 'evolve'"):
        syswright.design(spot_suite, designer="evolv")
    with pytest.raises(syswright.InputError, match="is native"):
        syswright.design(spot_suite, start="greedy", budget="10evals")
    with pytest.raises(syswright.InputError, match="budget"):
        syswright.design(spot_suite, budget="a while")


def test_what_a_callback_raises_ends_the_search(spot_suite):
    def refuse(_):
        raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        syswright.design(spot_suite, budget="60s", progress=refuse)


def test_an_interruption_ends_a_search(spot_suite):
    began = threading.Event()

    def interrupt():
        began.wait(60)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    # Whoever starts the tests in the background may have turned the signal off.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        thread.start()
        with pytest.raises(KeyboardInterrupt):
            syswright.design(spot_suite, budget="60s", progress=lambda _: began.set())
    finally:
        thread.join()
        signal.signal(signal.SIGINT, before)


def test_long_calls_leave_pythons_lock_to_others(spot_suite):
    began = threading.Event()
    search = threading.Thread(
        target=lambda: syswright.design(spot_suite, budget="200evals", seed=1, progress=lambda _: began.set())
    )
    search.start()
    assert began.wait(60)
    turns = 0
    while search.is_alive():
        turns += 1
    assert turns > 1000
