"""SmartAssignmentEngine: which tables a party gets, why, and why not. Pure."""

from maitred.domain.assignment.alternatives import alternatives
from maitred.domain.assignment.engine import FALLBACK, decide, rank
from maitred.domain.assignment.explain import explain
from maitred.domain.assignment.explanation import Explanation, Line
from maitred.domain.assignment.fixes import fixes
from maitred.domain.assignment.model import (
    Alternative,
    Decision,
    Move,
    Outcomes,
    Plan,
    Refuse,
    Scene,
    Seat,
    SeatingRequest,
)
from maitred.domain.assignment.moves import MOVES, NO_MOVES, MoveRules, find_moves
from maitred.domain.assignment.obstacles import Known
from maitred.domain.assignment.registry import STRATEGIES, enabled
from maitred.domain.assignment.scoring import DEFAULT_WEIGHTS, TERMS

__all__ = [
    "DEFAULT_WEIGHTS",
    "FALLBACK",
    "MOVES",
    "NO_MOVES",
    "STRATEGIES",
    "TERMS",
    "Alternative",
    "Decision",
    "Explanation",
    "Known",
    "Line",
    "Move",
    "MoveRules",
    "Outcomes",
    "Plan",
    "Refuse",
    "Scene",
    "Seat",
    "SeatingRequest",
    "alternatives",
    "decide",
    "enabled",
    "explain",
    "find_moves",
    "fixes",
    "rank",
]
