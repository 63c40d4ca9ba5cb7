"""What OptimizationService thinks: the best plan of a service day, with few moves, proven; the optimum of a night.

Pure but for the solver: ortools is imported inside the functions that solve, which `usecases/solving.py` runs in a
process of its own. Limits are deterministic (solver work, one seed, a fixed number of workers), so equal days give
equal plans.
"""

from maitred.domain.optimizer.check import BrokenPlan, verify
from maitred.domain.optimizer.model import (
    Day,
    Limits,
    NewSeat,
    Optimum,
    Party,
    PlannedMove,
    Proposal,
    SlotRoom,
)
from maitred.domain.optimizer.night import most_covers, optimum
from maitred.domain.optimizer.plan import day_of, unseated
from maitred.domain.optimizer.solve import replan

__all__ = [
    "BrokenPlan",
    "Day",
    "Limits",
    "NewSeat",
    "Optimum",
    "Party",
    "PlannedMove",
    "Proposal",
    "SlotRoom",
    "day_of",
    "most_covers",
    "optimum",
    "replan",
    "unseated",
    "verify",
]
