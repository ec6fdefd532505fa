import numpy as np
import pytest

import syswright

from conftest import SMALL


def test_a_trace_is_read_written_and_read_again(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("time,id,size\n1,7,100\n2,8,200\n3,7,100\n")
    trace = syswright.load_trace(str(path))
    assert len(trace) == 3 and trace.format == "csv"
    assert trace.keys.dtype == np.uint64 and trace.keys[0] == trace.keys[2] != trace.keys[1]
    assert trace.sizes.tolist() == [100, 200, 100]
    assert trace.times.tolist() == [1, 2, 3]
    assert len(syswright.load_trace(str(path), limit=2)) == 2
    other = tmp_path / "t.oracleGeneral.zst"
    trace.write(str(other))
    again = syswright.load_trace(str(other))
    assert again.format == "oracleGeneral" and again.keys.tolist() == trace.keys.tolist()


def test_columns_are_views_that_outlive_the_trace_and_cannot_be_written(tmp_path):
    path = tmp_path / "t.txt"
    path.write_text("1\n2\n3\n")
    keys = syswright.load_trace(str(path), format="txt").keys
    assert keys.tolist() == [1, 2, 3]
    assert keys.base is not None
    with pytest.raises(ValueError):
        keys[0] = 5
    trace = syswright.load_trace(str(path), format="txt")
    assert trace.sizes is None and trace.times is None


def test_errors_of_files(tmp_path):
    with pytest.raises(syswright.InputError, match="nowhere.csv: there is no such file"):
        syswright.load_trace(str(tmp_path / "nowhere.csv"))
    (tmp_path / "t.txt").write_text("1\n2\n")
    trace = syswright.load_trace(str(tmp_path / "t.txt"))
    with pytest.raises(syswright.SystemError, match="nowhere"):
        trace.write(str(tmp_path / "nowhere" / "t.txt"))
    assert issubclass(syswright.SystemError, OSError) and issubclass(syswright.SystemError, syswright.Error)
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(syswright.InputError, match="empty.csv"):
        syswright.load_trace(str(tmp_path / "empty.csv"))
    with pytest.raises(syswright.InputError):
        syswright.load_trace(str(tmp_path / "empty.csv"), format="cvs")


def test_domains_are_described():
    assert {"cache", "spot", "llm_serving"} <= set(syswright.domains())
    spot = syswright.describe("spot")
    assert spot["decisions"][0]["actions"] == ["spot", "idle", "on_demand"]
    assert next(iter(spot["metrics"])) == "cost"
    assert "greedy" in spot["baselines"] and "deadline" in spot["options"]
    for text in spot["exemplars"]:
        assert syswright.compile(text).domain == "spot"
    with pytest.raises(syswright.InputError, match="did you mean 'cache'"):
        syswright.describe("cach")


def test_options_are_those_of_the_command_line():
    by_list = syswright.open("spot", **{**SMALL["spot"], "deadline": ["7h", "9h"]}).scenarios()
    by_text = syswright.open("spot", **SMALL["spot"]).scenarios()
    assert [one.digest for one in by_list] == [one.digest for one in by_text]
    assert len(by_list) > len(syswright.open("spot", **{**SMALL["spot"], "deadline": "7h"}).scenarios())
    with pytest.raises(syswright.InputError, match="did you mean 'deadline'"):
        syswright.open("spot", deadlin="52h")


def test_run_gives_metrics_by_name(spot_suite):
    rows = syswright.run(["greedy", "always_on_demand"], spot_suite["test"])
    assert [row["policy"] for row in rows] == ["greedy", "always_on_demand"] * len(spot_suite["test"])
    for row in rows:
        assert row["status"] == "ok"
        assert row["objective"] == row["metrics"]["cost"]
        assert row["blocks"][:, 0].sum() / row["blocks"][:, 1].sum() == pytest.approx(row["objective"])
    # 36 ticks of work and a start that takes one more, at 3.06 dollars an hour.
    assert rows[1]["metrics"]["cost"] == pytest.approx(37 * 3.06 / 6)
    threads = syswright.run("all", spot_suite["test"], threads=3)
    alone = syswright.run("all", spot_suite["test"], threads=1)
    assert [row["metrics"] for row in threads] == [row["metrics"] for row in alone]
    assert len(alone) == len(syswright.describe("spot")["baselines"]) * len(spot_suite["test"])
    assert len(syswright.run(["greedy", "all", "greedy"], spot_suite["test"])) == len(alone)


def test_run_refuses_what_does_not_fit(spot_suite, small_scenario):
    with pytest.raises(syswright.InputError, match="unknown policy 'gredy'; did you mean 'greedy'"):
        syswright.run("gredy", spot_suite["test"])
    with pytest.raises(syswright.InputError, match="no scenarios"):
        syswright.run("greedy", [])
    with pytest.raises(syswright.InputError, match="do not go together"):
        syswright.run("greedy", [spot_suite["test"][0], small_scenario("broadcast")])
    cache = syswright.compile("policy p for cache { rank evict(hits) { return -hits; } }")
    with pytest.raises(syswright.InputError, match="for the domain 'cache', not for 'spot'"):
        syswright.run(cache, spot_suite["test"])


def test_scenarios_evaluate_and_state_bounds(spot_suite):
    scenario = spot_suite["test"][0]
    best = [one for one in scenario.bounds() if one["provable"]][0]
    for policy in syswright.describe("spot")["baselines"]:
        assert scenario.evaluate(policy)["metrics"][best["metric"]] >= best["value"] - 1e-9
    assert spot_suite["train"][0].miniature(0.5).events < spot_suite["train"][0].events
