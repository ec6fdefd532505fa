import threading

import numpy as np
import pytest

import syswright

EVICT = """
policy keep for cache {
  stat pace = ewma(inter_arrival, 0.9);
  rank evict(hits, age, size) {
    let heat = hits / max(age, 1s);
    return -(heat / size) * (1 + pace / 1s);
  }
}
"""
SPOT = """
policy eager for spot {
  value instance(spot_available, slack) {
    if (spot_available) { return spot; }
    if (slack > 1h) { return idle; }
    return on_demand;
  }
}
"""


def test_a_program_says_what_it_is():
    program = syswright.compile(EVICT)
    assert (program.name, program.domain, program.decisions) == ("keep", "cache", ["evict"])
    assert syswright.compile(program.source) == program
    assert program.renamed("other").name == "other"
    assert program.renamed("other") == program and hash(program.renamed("other")) == hash(program)
    assert program != syswright.compile(EVICT.replace("0.9", "0.8"))
    assert "def " in program.export("python")


def test_an_answer_is_that_of_the_exported_program():
    answer = syswright.compile(EVICT).answer("evict")
    assert set(answer.inputs) == {"hits", "age", "size", "pace"}
    rng = np.random.default_rng(1)
    hits, age, size = rng.integers(0, 50, 1000), rng.uniform(0, 100, 1000), rng.integers(1, 9000, 1000)
    scores = answer(hits=hits, age=age, size=size, pace=0.25)
    # The same in Python's own doubles, in the order that the text has.
    expected = -((hits / np.maximum(age, 1.0)) / size) * (1 + 0.25)
    np.testing.assert_allclose(scores, expected, rtol=1e-14)
    one = answer(hits=3, age=2.0, size=10, pace=0.25)
    assert isinstance(one, float) and one == pytest.approx(-(3 / 2 / 10) * 1.25)


def test_a_value_decision_is_answered_row_by_row():
    answer = syswright.compile(SPOT).answer()
    assert answer.actions == ["spot", "idle", "on_demand"]
    chosen = answer(spot_available=np.array([True, False, False]), slack=np.array([0.0, 7200.0, 60.0]))
    assert chosen.dtype == np.int64 and chosen.tolist() == [0, 1, 2]
    assert answer(spot_available=False, slack=60.0) == 2
    # One number for all rows, and an array for the rest.
    assert answer(spot_available=False, slack=np.array([7200.0, 60.0])).tolist() == [1, 2]


def test_numbers_that_answer_a_value_decision_are_in_its_range():
    for domain in syswright.domains():
        for decision in syswright.describe(domain)["decisions"]:
            if decision["kind"] != "value" or decision["actions"]:
                continue
            text = f"policy p for {domain} {{ value {decision['name']}() {{ return 1e15; }} }}"
            try:
                program = syswright.compile(text)
            except syswright.InputError:
                continue  # it wants a unit
            assert program.answer()() <= 1e15


def test_inputs_are_checked():
    answer = syswright.compile(EVICT).answer()
    good = dict(hits=1.0, age=1.0, size=1.0, pace=0.0)
    with pytest.raises(syswright.InputError, match="'size' is missing"):
        answer(hits=1, age=1, pace=0)
    with pytest.raises(syswright.InputError, match="'hit' is no input of 'evict'; did you mean 'hits'"):
        answer(**good, hit=1)
    with pytest.raises(syswright.InputError, match="as long as the others"):
        answer(**{**good, "hits": np.zeros(3), "age": np.zeros(4)})
    with pytest.raises(syswright.InputError, match="one axis"):
        answer(**{**good, "hits": np.zeros((3, 2))})
    with pytest.raises(syswright.InputError, match="'age' holds a value that is not finite"):
        answer(**{**good, "age": np.array([1.0, np.nan])})
    with pytest.raises(syswright.InputError, match="'age' is no array of numbers"):
        answer(**{**good, "age": "soon"})
    # The rule does not read it, but the decision has it.
    assert answer(**good, recency=5.0) == answer(**good)
    with pytest.raises(syswright.InputError, match="no rule for 'admit'"):
        syswright.compile(EVICT).answer("admit")


def test_answers_may_be_asked_from_many_threads():
    answer = syswright.compile(EVICT).answer()
    hits = np.arange(20000.0)
    expected = answer(hits=hits, age=hits, size=hits + 1, pace=0.5)
    results = [None] * 4

    def work(i):
        results[i] = answer(hits=hits, age=hits, size=hits + 1, pace=0.5)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(one, expected) for one in results)


def test_errors_have_the_message_of_the_command_line():
    with pytest.raises(syswright.ProgramError) as caught:
        syswright.compile("policy p for cache {\n  rank evict(hits) { return hitz; }\n}", "p.pol")
    assert str(caught.value).startswith("p.pol:2:29: ")
    assert "did you mean 'hits'" in str(caught.value)
    assert "^" in str(caught.value)
    assert isinstance(caught.value, ValueError) and isinstance(caught.value, syswright.Error)
    with pytest.raises(syswright.InputError, match="there is no such file"):
        syswright.load_program("/nowhere/p.pol")
