"""Design, run and judge the policies of computer systems, from Python.

    import syswright

    workload = syswright.open("spot", deadline="52h")
    parts = workload.suite()
    found = syswright.design(workload, budget="300evals", seed=1)
    print(found.program.source)
    print(syswright.compare([found.program, "greedy"], parts["test"])["verdict"])
    envs = syswright.make_vec("spot", 256)

Quantities are in base units: seconds, bytes, dollars. Errors are those of the command line, with the same messages, as
exceptions: see Error. Long calls give up Python's lock, and Ctrl-C ends them.
"""

from ._syswright import (
    Answer,
    Error,
    InputError,
    Program,
    ProgramError,
    Scenario,
    SystemError,
    Trace,
    Workload,
    compile,
    describe,
    designers,
    domains,
    load_program,
    load_trace,
    open,
    trace_formats,
    version,
)
from .judging import Design, audit, bound, certify, compare, design, run

__version__ = version()

__all__ = [
    "Answer",
    "Design",
    "Error",
    "InputError",
    "Program",
    "ProgramError",
    "Scenario",
    "SimulationEnv",
    "SimulationVectorEnv",
    "SystemError",
    "Trace",
    "Workload",
    "audit",
    "bound",
    "certify",
    "compare",
    "compile",
    "describe",
    "design",
    "designers",
    "domains",
    "load_program",
    "load_trace",
    "make_env",
    "make_vec",
    "open",
    "run",
    "trace_formats",
    "version",
]


def __getattr__(name):
    # Gymnasium takes a while to import, and only environments need it.
    if name in ("SimulationEnv", "SimulationVectorEnv", "make_env", "make_vec"):
        from . import environments

        return getattr(environments, name)
    raise AttributeError(f"module 'syswright' has no attribute '{name}'")
