"""Ways to settle a party that waits for a person, ranked: what is free, who could move, and what else would help.

Each is a sentence with its data; `change` in it says what has to be different, for who offers the call that does it.
"""

from collections.abc import Iterator
from datetime import datetime

from maitred.domain.assignment.engine import decide, rank
from maitred.domain.assignment.explain import explain
from maitred.domain.assignment.explanation import Line
from maitred.domain.assignment.model import Plan, Refuse, Seat, SeatingRequest
from maitred.domain.assignment.moves import NO_MOVES, MoveRules
from maitred.domain.assignment.obstacles import Known
from maitred.domain.assignment.remedies import Case, moves_told
from maitred.domain.availability import Snapshot
from maitred.domain.venue_model import Venue

FREE_TOLD = 3


def fixes(
    request: SeatingRequest, snapshot: Snapshot, venue: Venue, rules: MoveRules, *, known: Known, not_before: datetime
) -> list[Line]:
    """This lists what would seat the party, best first; `rules` say who may be moved at all.

    Free plans need nothing else. Without one the moves within the rules come first, then what an explanation of the
    refusal offers, tried on the engine like everything there.
    """
    case = Case(request, snapshot, venue, rules, known, True, not_before)
    refusal = decide(request, snapshot, venue, NO_MOVES)
    if isinstance(refusal, Seat):
        return [_free(plan, case) for plan in rank(request, snapshot, venue, FREE_TOLD)]
    moves = list(_moves(case))
    return [*moves, *_remedies(refusal, case, thorough=not moves)]


def _free(plan: Plan, case: Case) -> Line:
    where = {"tables": list(plan.tables), "zone": plan.zone, "zone_name": case.zone_name(plan.zone)}
    facts = {"seats": plan.capacity, "party_size": case.request.party_size, "score": plan.score}
    return Line("free_plan", {**where, **facts, "change": {"tables": list(plan.tables)}}, for_staff=True)


def _moves(case: Case) -> Iterator[Line]:
    seat = decide(case.request, case.snapshot, case.venue, case.rules)
    if isinstance(seat, Seat):
        told = moves_told(case, seat.moves)
        facts = {"tables": list(seat.plan.tables), "zone": seat.plan.zone, "moves": told}
        yield Line("moves_make_room", {**facts, "change": {"moves": told}}, for_staff=True)


def _remedies(refusal: Refuse, case: Case, *, thorough: bool) -> Iterator[Line]:
    explanation = explain(
        refusal,
        case.request,
        case.snapshot,
        case.venue,
        case.rules,
        known=case.known,
        thorough=thorough,
        not_before=case.not_before,
    )
    yield from (line for line in explanation.remedies if "change" in line.data and line.code != "with_moves")
    yield from (line for line in explanation.remedies if line.code == "with_moves")
