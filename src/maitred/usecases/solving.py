"""Solving in a process of its own: the event loop never waits for a solver, and no transaction is open meanwhile.

The process is killed when it takes too long, when whoever waits is cancelled, and, by itself, when we are killed.
"""

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

from prometheus_client import Histogram
from pydantic import ValidationError

from maitred.domain.optimizer import Day, Limits, Optimum, Party, Proposal
from maitred.domain.optimizer.night import WHOLE_NIGHT
from maitred.domain.optimizer.solve import ONE_DAY
from maitred.usecases.solver import DAY, LIMITS, OPTIMUM, PARTIES, PROPOSAL, TASK

MODULE: Final = "maitred.usecases.solver"
WALL_S: Final = 180.0
"""A machine that is stalled: the limits of the solver itself are deterministic and come first."""
TOLD: Final = 500

SOLVING_S: Final = Histogram(
    "maitred_solving_s", "Time of one solving process, s.", ["kind"], buckets=(0.5, 1, 2, 5, 10, 30, 60, 120, 180)
)


class SolverFailed(Exception):
    """The solving process came to nothing; the message says how it ended."""


async def replan_apart(document: Mapping[str, Any], day: Day, limits: Limits = ONE_DAY) -> Proposal:
    """Plan a day again, in another process; raises SolverFailed."""
    task = {"kind": "replan", "venue": document, "day": DAY.dump_python(day, mode="json")}
    answer = await _solved(task, limits)
    return PROPOSAL.validate_json(answer)


async def optimum_apart(document: Mapping[str, Any], asked: Sequence[Party], limits: Limits = WHOLE_NIGHT) -> Optimum:
    """Find the most covers of a night, in another process; raises SolverFailed."""
    task = {"kind": "optimum", "venue": document, "asked": PARTIES.dump_python(tuple(asked), mode="json")}
    answer = await _solved(task, limits)
    return OPTIMUM.validate_json(answer)


async def _solved(task: Mapping[str, Any], limits: Limits) -> bytes:
    whole = {**task, "limits": LIMITS.dump_python(limits)}
    with SOLVING_S.labels(task["kind"]).time():
        try:
            async with asyncio.timeout(WALL_S):
                return await _run(TASK.dump_json(whole) + b"\n")
        except TimeoutError:
            raise SolverFailed(f"not within {WALL_S:.0f} s") from None
        except (OSError, ValidationError) as fault:
            raise SolverFailed(f"the process could not be used: {fault}") from fault


async def _run(task: bytes) -> bytes:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", MODULE,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env=_environment(),
        start_new_session=True,  # Ctrl-C is for us: whether to go on is decided here
    )  # fmt: skip
    assert process.stdin
    assert process.stdout
    assert process.stderr
    try:
        process.stdin.write(task)  # and not closed: its end would tell the process that we are gone
        _, answer, told = await asyncio.gather(process.stdin.drain(), process.stdout.read(), process.stderr.read())
        code = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
        await asyncio.shield(process.wait())
    if code:
        raise SolverFailed(f"the process ended with {code}: {told.decode(errors='replace').strip()[-TOLD:]}")
    return answer


def _environment() -> dict[str, str]:
    """Return this process's variables without its settings: no password goes to where none is needed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MAITRED_")}
    return {**kept, "OPENBLAS_NUM_THREADS": "1"}
