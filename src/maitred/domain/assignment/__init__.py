"""SmartAssignmentEngine: which tables a party gets, why, and why not. Pure."""

from maitred.domain.assignment.alternatives import alternatives
from maitred.domain.assignment.engine import FALLBACK, decide, rank
from maitred.domain.assignment.model import (
    Alternative,
    Decision,
    Outcomes,
    Plan,
    Refuse,
    Scene,
    Seat,
    SeatingRequest,
)
from maitred.domain.assignment.registry import STRATEGIES, enabled
from maitred.domain.assignment.scoring import DEFAULT_WEIGHTS, TERMS

__all__ = [
    "DEFAULT_WEIGHTS",
    "FALLBACK",
    "STRATEGIES",
    "TERMS",
    "Alternative",
    "Decision",
    "Outcomes",
    "Plan",
    "Refuse",
    "Scene",
    "Seat",
    "SeatingRequest",
    "alternatives",
    "decide",
    "enabled",
    "rank",
]
