"""Compiles and runs a packing program, checks its packing in exact arithmetic, and prints the sum of the radii.

python3 evaluate.py pack.c

A packing is valid if every circle lies in the unit square and no two overlap, at zero tolerance: the printed doubles
are taken as the rational numbers that they are. An invalid packing has no score.
"""

import json
import math
import subprocess
import sys
from fractions import Fraction

CIRCLES = 26


def problem_with(circles):
    """What makes the packing invalid, or None. circles: (x, y, r) as fractions."""
    if len(circles) != CIRCLES:
        return f"{len(circles)} circles instead of {CIRCLES}"
    for i, (x, y, r) in enumerate(circles):
        if r < 0:
            return f"circle {i} has a negative radius"
        if x - r < 0 or x + r > 1 or y - r < 0 or y + r > 1:
            return f"circle {i} reaches over the edge"
        for j in range(i):
            a, b, s = circles[j]
            if (x - a) ** 2 + (y - b) ** 2 < (r + s) ** 2:
                return f"circles {j} and {i} overlap"
    return None


def main():
    subprocess.run(["cc", "-O2", "-w", sys.argv[1], "-o", "./pack", "-lm"], check=True)
    run = subprocess.run(["./pack"], check=True, capture_output=True, text=True)
    circles = [tuple(Fraction(float(word)) for word in line.split()) for line in run.stdout.splitlines()]
    problem = problem_with(circles)
    if problem:
        sys.exit(f"not a packing: {problem}")
    print(json.dumps({"score": math.fsum(float(r) for _, _, r in circles), "info": run.stderr.strip()}))


main()
