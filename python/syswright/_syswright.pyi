"""The native part of the package; python/src/ has its sources."""

from collections.abc import Callable, Sequence
from typing import Any, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

class Error(Exception):
    """Root of what Syswright raises for a reason outside the program."""

class InputError(Error, ValueError):
    """What was given cannot be used; the message says what, where, and how to mend it."""

class ProgramError(InputError):
    """Text of a policy program that does not compile, with the place in it."""

class SystemError(Error, OSError):
    """The system refused: a file cannot be opened or written, a disk is full."""

@final
class Trace:
    """Requests to a cache, as columns of one length in arrival order. The columns are views that cannot be written."""

    @property
    def name(self) -> str: ...
    @property
    def format(self) -> str: ...
    @property
    def warnings(self) -> list[str]: ...
    @property
    def keys(self) -> NDArray[np.uint64]: ...
    @property
    def sizes(self) -> NDArray[np.uint32] | None: ...
    @property
    def times(self) -> NDArray[np.float64] | None: ...
    def __len__(self) -> int: ...
    def write(self, path: str, format: str = "") -> list[str]:
        """Writes it to a file; returns what the format had no room for."""

def load_trace(path: str, *, format: str = "", limit: int = 0) -> Trace:
    """Reads a cache trace, plain or compressed, in any known format."""

def trace_formats() -> list[str]:
    """Names of the formats of cache traces."""

@final
class Answer:
    """Native code of a program's answer to one decision. May be called from any thread."""

    @property
    def inputs(self) -> list[str]: ...
    @property
    def decision(self) -> str: ...
    @property
    def actions(self) -> list[str]: ...
    def __call__(self, **inputs: ArrayLike) -> Any:
        """Scores as float64, actions as int64; where all inputs are numbers, one number."""

@final
class Program:
    """A checked policy program. Immutable; equal where the digests are."""

    @property
    def name(self) -> str: ...
    @property
    def domain(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def digest(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def decisions(self) -> list[str]: ...
    def answer(self, decision: str = "") -> Answer:
        """Native code of its answer to a decision; without a name, to its first."""
    def export(self, language: str) -> str:
        """Its text in another language."""
    def renamed(self, name: str) -> Program: ...
    def __hash__(self) -> int: ...

def compile(text: str, file: str = "<string>") -> Program:
    """Compiles the text of a policy program; `file` names it in errors."""

def load_program(path: str) -> Program:
    """Reads and compiles the file of a program."""

@final
class Scenario:
    """A workload with parameters and a seed: everything but the policy."""

    @property
    def domain(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def setting(self) -> str: ...
    @property
    def events(self) -> int: ...
    @property
    def digest(self) -> str: ...
    def evaluate(self, policy: Program | str) -> dict[str, Any]:
        """Runs one policy: a Program, a baseline by name, or a program's file."""
    def bounds(self) -> list[dict[str, Any]]:
        """What no policy (provable), or none that is known, can beat."""
    def miniature(self, fraction: float) -> Scenario | None:
        """A cheaper scenario that predicts this one."""

@final
class Workload:
    """A workload once read, from which scenarios are cut."""

    @property
    def domain(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def facts(self) -> dict[str, str]: ...
    @property
    def warnings(self) -> list[str]: ...
    def scenarios(self) -> list[Scenario]:
        """The whole workload, a scenario for each combination of the options' values."""
    def suite(self) -> dict[str, list[Scenario]]:
        """The same in three parts: train, validation, test."""

def open(domain: str, workload: str = "", *, format: str = "", seed: int = 1, **options: Any) -> Workload:
    """Opens a workload: a file, or without one what the domain brings along."""

def domains() -> dict[str, str]:
    """Every domain, with what it is in one line."""

def describe(domain: str) -> dict[str, Any]:
    """A domain's decisions with their features, its metrics, baselines, options and exemplars."""

def designers() -> dict[str, str]:
    """Every designer, with how it searches in one line."""

def version() -> str: ...
def run(policies: list[Program | str], scenarios: list[Scenario], threads: int) -> list[dict[str, Any]]: ...
def compare(
    policies: list[Program | str],
    scenarios: list[Scenario],
    confidence: float,
    correction: str,
    seed: int,
    threads: int,
) -> str: ...
def bound(policies: list[Program | str], scenarios: list[Scenario], seed: int, threads: int) -> str: ...
def audit(policies: list[Program | str], scenarios: list[Scenario], replay: int | None, threads: int) -> str: ...
def certify(program: Program, coverage: float, boxes: int, solver: bool, seed: int) -> str: ...
def design(
    train: list[Scenario],
    validation: list[Scenario],
    test: list[Scenario],
    designer: str,
    budget: str,
    seed: int,
    threads: int,
    start: list[Program | str],
    name: str,
    progress: Callable[[dict[str, Any]], None] | None,
) -> tuple[Program, str]: ...

@final
class EnvironmentPlan:
    """What all environments of one kind share."""

    @property
    def space(self) -> dict[str, Any]: ...
    @property
    def metrics(self) -> list[str]: ...
    @property
    def labels(self) -> list[str]: ...

def make_plan(
    scenarios: Sequence[Scenario],
    decision: str,
    candidates: int,
    scores: bool,
    rewards: str,
    program: Program | None,
    in_order: bool,
) -> EnvironmentPlan: ...

@final
class Environments:
    """Many environments, and the arrays that they write to."""

    def __init__(self, plan: EnvironmentPlan, count: int, threads: int) -> None: ...
    def reset(self, seed: int) -> None: ...
    def step(self, actions: NDArray[Any]) -> None: ...
    @property
    def scenarios(self) -> list[int]: ...
    @property
    def globals(self) -> NDArray[np.float64]: ...
    @property
    def columns(self) -> NDArray[np.float64]: ...
    @property
    def mask(self) -> NDArray[np.uint8]: ...
    @property
    def rewards(self) -> NDArray[np.float64]: ...
    @property
    def ended(self) -> NDArray[np.uint8]: ...
    @property
    def metrics(self) -> NDArray[np.float64]: ...

@final
class Environment:
    """One environment, and the arrays that it writes to."""

    def __init__(self, plan: EnvironmentPlan) -> None: ...
    def reset(self, seed: int | None) -> None: ...
    def step(self, action: NDArray[np.float64]) -> tuple[float, bool]: ...
    @property
    def scenario(self) -> int: ...
    @property
    def candidates(self) -> int: ...
    @property
    def result(self) -> tuple[bool, list[float]]: ...
    @property
    def globals(self) -> NDArray[np.float64]: ...
    @property
    def columns(self) -> NDArray[np.float64]: ...
    @property
    def mask(self) -> NDArray[np.uint8]: ...
