"""Runs, searches and judges. Findings are dictionaries, as the command line writes them with --json."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import _syswright as native
from ._syswright import Program, Scenario, Workload

PolicyLike = Program | str
"""A program, the name of a baseline, the file of a program, or 'all' baselines."""


def run(
    policies: PolicyLike | Sequence[PolicyLike], scenarios: Scenario | Sequence[Scenario], *, threads: int = 0
) -> list[dict[str, Any]]:
    """Runs every policy in every scenario, scenarios outermost.

    Returns a dictionary for each pair: policy, scenario, setting, status ('ok', or 'failed' with the reason in
    'failure' and the worst metrics), objective, metrics by name, blocks (an array of costs and weights, for paired
    comparisons), details by name, events. A policy named twice counts once. threads: 0: as many as the machine runs at once; the result is the same.
    """
    return native.run(_listed(policies), _listed(scenarios), threads)


def compare(
    policies: Sequence[PolicyLike],
    scenarios: Scenario | Sequence[Scenario],
    *,
    confidence: float = 0.95,
    correction: str = "holm",
    seed: int = 1,
    threads: int = 0,
) -> dict[str, Any]:
    """Compares the first policy with each of the others in pairs of equal blocks: better, worse or cannot tell.

    Returns judge, verdict (a sentence), holds (whether none of the others is surely better), details.
    correction: for many comparisons: 'holm', 'benjamini-hochberg' or 'none'.
    """
    return json.loads(native.compare(_listed(policies), _listed(scenarios), confidence, correction, seed, threads))


def bound(
    policies: PolicyLike | Sequence[PolicyLike],
    scenarios: Scenario | Sequence[Scenario],
    *,
    seed: int = 1,
    threads: int = 0,
) -> dict[str, Any]:
    """Measures how far policies are from the best of them and from the best possible.

    Returns judge, verdict (about the first policy), holds (False where a result passes a provable bound), details.
    """
    return json.loads(native.bound(_listed(policies), _listed(scenarios), seed, threads))


def audit(
    policies: PolicyLike | Sequence[PolicyLike],
    scenarios: Scenario | Sequence[Scenario],
    *,
    replay: int | None = None,
    threads: int = 0,
) -> dict[str, Any]:
    """Recomputes results from the raw workload and the policies' decisions, and takes these again.

    replay: events for which a program's decisions are taken again by the interpreter; None: all.
    Returns judge, verdict, holds, details.
    """
    return json.loads(native.audit(_listed(policies), _listed(scenarios), replay, threads))


def certify(
    program: Program, *, coverage: float = 1e-3, boxes: int = 200_000, solver: bool = True, seed: int = 1
) -> dict[str, Any]:
    """Proves or refutes what a program's contracts state ('ensure').

    coverage: stop refining a statement when at most this share of its box is undecided. boxes: examined for each
    statement, at most. solver: ask Z3 about what intervals leave. Returns judge, verdict, holds (whether no statement
    is refuted), details. Raises InputError for a program without a contract.
    """
    return json.loads(native.certify(program, coverage, boxes, solver, seed))


@dataclass(frozen=True)
class Design:
    """What a search came to."""

    program: Program
    """Chosen on the validation part."""
    report: dict[str, Any] = field(repr=False)
    """All of it, as report.json has it: the search, its lineage, and the results on the held-out part."""

    @property
    def source(self) -> str:
        """The program's text."""
        return self.program.source

    @property
    def verdict(self) -> str:
        """How it stands against the best baseline on the held-out part, in a sentence."""
        return self.report["verdict"]


def design(
    workload: Workload | dict[str, Sequence[Scenario]],
    *,
    budget: str = "60s",
    seed: int = 1,
    designer: str = "evolve",
    start: PolicyLike | Sequence[PolicyLike] = (),
    name: str = "designed",
    threads: int = 0,
    progress: Callable[[dict[str, Any]], None] | None = None,
) -> Design:
    """Searches for the policy that serves a workload best, and judges it once on the part held out.

    workload: opened by syswright.open(), or a suite: scenarios by 'train', 'validation' and 'test'.
    budget: '60s', '5min', '2000evals', or a duration and evaluations with a comma. With evaluations only, the outcome
    is a function of workload and seed, whatever the threads.
    start: programs to start from; 'exemplars' for the known heuristics of the domain.
    progress: called now and then with evaluations, seconds, fraction, best and note; what it raises ends the search.
    Nothing is kept in a ledger: that is for the command line. Ctrl-C ends the search and raises KeyboardInterrupt.
    """
    suite = workload.suite() if isinstance(workload, Workload) else workload
    program, report = native.design(
        list(suite["train"]),
        list(suite["validation"]),
        list(suite["test"]),
        designer,
        budget,
        seed,
        threads,
        _listed(start),
        name,
        progress,
    )
    return Design(program, json.loads(report))


def _listed(items):
    """One thing, or several, as a list."""
    return [items] if isinstance(items, (Program, Scenario, str)) else list(items)
