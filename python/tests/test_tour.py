import subprocess
import sys
from pathlib import Path

TOUR = Path(__file__).parents[2] / "examples/python/tour.py"


def test_the_tour_of_the_documentation_runs():
    done = subprocess.run([sys.executable, TOUR, "--quick"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "The auditor agrees" in done.stdout
    assert "learned: $" in done.stdout
