"""The seating engine: asks the strategies, scores what they yield, and answers with a seat or a reason.

Pure: the answer follows from the request, the snapshot and the venue alone, and never from the order of a dict,
a set or the rows that were read.
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import zip_longest
from typing import NamedTuple

from maitred.domain.assignment.model import Decision, Plan, Scene, Seat, SeatingRequest
from maitred.domain.assignment.moves import MOVES, MoveRules, find_moves
from maitred.domain.assignment.refusals import no_allowed_set, no_capacity, pacing_refusal
from maitred.domain.assignment.registry import Strategy, enabled
from maitred.domain.assignment.scoring import DEFAULT_WEIGHTS, TERMS
from maitred.domain.availability import Snapshot
from maitred.domain.floor import TableSet
from maitred.domain.venue_model import Venue

TOP = 5
FALLBACK = "any_fit"
"""Named on a plan that none of the venue's strategies yielded: they say what is preferred, not who is turned away."""


def decide(request: SeatingRequest, snapshot: Snapshot, venue: Venue, rules: MoveRules = MOVES) -> Decision:
    """This seats a party on free tables, else by moving others, or says which rule stands in the way.

    Only those whom the snapshot names as movable are moved, and only when no free set is left. `snapshot.read_at` is
    the time of the decision, by which parties are frozen.
    """
    if not request.fitting(snapshot.floor):
        return no_allowed_set(request, snapshot.floor)
    refusal = pacing_refusal(request, snapshot, venue)
    if refusal is not None:
        return refusal
    seat = _seat(request, snapshot, venue)
    if seat is not None:
        return seat
    moves = find_moves(request.confined(snapshot.floor), snapshot, rules)
    if not moves:
        return no_capacity(request, snapshot)
    after = snapshot.with_moves((move.booking_id, move.to_tables) for move in moves)
    seat = _seat(request, after, venue)
    assert seat is not None, "the moves made no room"
    return replace(seat, moves=moves)


def rank(request: SeatingRequest, snapshot: Snapshot, venue: Venue, limit: int = TOP) -> list[Plan]:
    """This lists the best plans on free tables, best first; pacing is not asked."""
    return _ranked(Scene.of(request, snapshot, venue), venue, limit)[0]


def _seat(request: SeatingRequest, snapshot: Snapshot, venue: Venue) -> Seat | None:
    scene = Scene.of(request, snapshot, venue)
    if not scene.free:
        return None
    plans, weighed = _ranked(scene, venue, TOP)
    return Seat(plans[0], plans[1] if len(plans) > 1 else None, weighed)


class _Scored(NamedTuple):
    """Sorts best first: score, then fewer tables, fewer seats and ids in natural order (`TableSet.order`)."""

    loss: float
    order: int
    candidate: TableSet
    terms: Mapping[str, float]
    proposers: tuple[str, ...]


def _ranked(scene: Scene, venue: Venue, limit: int) -> tuple[list[Plan], int]:
    strategies = enabled(venue.strategies)
    weights = _weights(venue, strategies)
    scored = [_scored(s, names, scene, weights) for s, names in _proposals(scene, strategies)]
    best = sorted(scored)[: limit + 1]  # one more, so that the last has a rival too
    plans = [_plan(s, rival, strategies) for s, rival in zip_longest(best, best[1:])]
    return plans[:limit], len(scored)


def _proposals(scene: Scene, strategies: Mapping[str, Strategy]) -> list[tuple[TableSet, tuple[str, ...]]]:
    proposed: dict[int, tuple[str, ...]] = {}
    for name, strategy in strategies.items():
        for candidate in strategy.propose(scene):
            proposed[candidate.order] = (*proposed.get(candidate.order, ()), name)
    if not proposed:
        return [(candidate, (FALLBACK,)) for candidate in scene.free]
    return [(s, proposed[s.order]) for s in scene.free if s.order in proposed]


def _weights(venue: Venue, strategies: Mapping[str, Strategy]) -> dict[str, float]:
    terms = (term for strategy in strategies.values() for term in strategy.terms)
    return {term: venue.weights.get(term, DEFAULT_WEIGHTS[term]) for term in terms}


def _scored(candidate: TableSet, proposers: tuple[str, ...], scene: Scene, weights: Mapping[str, float]) -> _Scored:
    terms = {term: weight * TERMS[term](candidate, scene) for term, weight in weights.items()}
    loss = round(-sum(terms.values()), 6)  # equal scores must be equal, whatever the order of adding up
    return _Scored(loss, candidate.order, candidate, terms, proposers)


def _plan(scored: _Scored, rival: _Scored | None, strategies: Mapping[str, Strategy]) -> Plan:
    candidate = scored.candidate
    return Plan(
        tables=candidate.tables,
        zone=candidate.zone,
        capacity=candidate.capacity,
        score=0.0 - scored.loss,
        terms={term: round(value, 6) + 0.0 for term, value in scored.terms.items()},
        strategy=_decisive(scored, rival, strategies),
    )


def _decisive(scored: _Scored, rival: _Scored | None, strategies: Mapping[str, Strategy]) -> str:
    """This names the proposer whose terms speak most for a plan against the next best; of equals the first."""
    if rival is None or scored.proposers == (FALLBACK,):
        return scored.proposers[0]

    def lead(name: str) -> float:
        return sum(round(scored.terms[term] - rival.terms[term], 6) for term in strategies[name].terms)

    return max(scored.proposers, key=lead)
