"""Why: the reasons of a decision, for programs and in words.

A decision is explained from the same request and snapshot it was made on, after it was made: no decision waits for
its explanation. What would make a refused party fit has been tried on the engine before it is told.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, assert_never

from maitred.domain.assignment.explanation import Explanation, Line
from maitred.domain.assignment.model import Decision, Move, Plan, Refuse, Seat, SeatingRequest
from maitred.domain.assignment.moves import MOVES, MoveRules
from maitred.domain.assignment.obstacles import Known, Obstacles
from maitred.domain.assignment.remedies import Case, paced_remedies, remedies, too_large_remedies
from maitred.domain.assignment.words import READ_ALOUD
from maitred.domain.availability import Snapshot
from maitred.domain.calendar import find_window, service_date, slot_of
from maitred.domain.venue_model import PacingRule, Venue

_NOBODY_KNOWN = Known()


def explain(
    decision: Decision,
    request: SeatingRequest,
    snapshot: Snapshot,
    venue: Venue,
    rules: MoveRules = MOVES,
    *,
    known: Known = _NOBODY_KNOWN,
    thorough: bool = True,
    not_before: datetime | None = None,
) -> Explanation:
    """This explains a decision that was made on this snapshot, by these rules.

    `known` gives names to bookings and says why some may not be moved. `thorough` also searches for more moves than
    the rules allow, which takes as long as deciding does; without it the explanation takes a few milliseconds. Other
    times are told from `not_before` on (the time of the decision, unless given).
    """
    case = Case(request, snapshot, venue, rules, known, thorough, not_before or snapshot.read_at)
    match decision:
        case Seat():
            return Explanation("seated", tuple(_seat(decision, case)))
        case Refuse(code="no_capacity"):
            return _no_capacity(case)
        case Refuse(code="no_allowed_set", data=data):
            return _no_allowed_set(case, data)
        case Refuse(code=code, data=data):
            paced = Line("paced", _pacing(case, code, data))
            return Explanation(code, (paced,), tuple(paced_remedies(case, code, data)))
        case _:
            assert_never(decision)


# -- seated ------------------------------------------------------------------------------------------------------------


def _seat(seat: Seat, case: Case) -> Iterator[Line]:
    """This tells guests that there is a seat; at which tables is planned, not promised, and so for staff alone."""
    plan = seat.plan
    yield Line("has_seat", {"party_size": case.request.party_size, "candidates": seat.candidates})
    yield Line("seated", {**_placed(plan, case), "candidates": seat.candidates}, for_staff=True)
    if seat.runner_up is not None:
        yield _against(plan, seat.runner_up)
    for move in seat.moves:
        yield Line("moved", _moved(move, case), for_staff=True)


def _placed(plan: Plan, case: Case) -> dict[str, Any]:
    return {
        "tables": list(plan.tables),
        "zone": plan.zone,
        "zone_name": case.zone_name(plan.zone),
        "seats": plan.capacity,
        "party_size": case.request.party_size,
        "score": plan.score,
        "strategy": plan.strategy,
    }


def _against(plan: Plan, other: Plan) -> Line:
    """This is what decided: how the named terms differ, largest first, in seats."""
    apart = {term: round(value - other.terms.get(term, 0.0), 6) for term, value in plan.terms.items()}
    terms = [
        {"term": term, "difference": difference, "chosen": plan.terms[term], "other": other.terms.get(term, 0.0)}
        for term, difference in sorted(apart.items(), key=lambda item: (-abs(item[1]), item[0]))
        if difference
    ]
    data = {
        "runner_up": list(other.tables),
        "zone": other.zone,
        "margin": round(plan.score - other.score, 6),
        "terms": terms,
    }
    return Line("preferred" if data["margin"] else "equally_good", data, for_staff=True)


def _moved(move: Move, case: Case) -> dict[str, Any]:
    guest, (row, *_) = case.snapshot.movable[move.booking_id], case.snapshot.of_owner(move.booking_id)
    floor = case.snapshot.floor
    zone = floor.tables[move.to_tables[0]].zone
    return {
        "booking_id": move.booking_id,
        "name": case.known.name(move.booking_id),
        "from": list(move.from_tables),
        "to": list(move.to_tables),
        "for": case.request.key,
        "party_size": guest.party_size,
        "seats": floor.seats(move.to_tables),
        "starts_at": case.local(row.starts_at),
        "ends_at": case.local(row.ends_at),
        "accessible": guest.accessible,
        "promised_zone": guest.promised_zone,
        "zone": zone,
        "zone_name": case.zone_name(zone),
    }


# -- refused -----------------------------------------------------------------------------------------------------------


def _no_capacity(case: Case) -> Explanation:
    standing = Obstacles.of(case.request, case.snapshot, case.rules, case.known)
    taken, ways = standing.taken(), standing.least_blocked()
    found = tuple(remedies(case, standing))
    return Explanation(
        code="no_capacity",
        lines=tuple(_what_is_taken(case, standing, taken)),
        remedies=found,
        taken=taken,
        blockers=tuple(case.here(one) for one in standing.blockers(taken, ways)),
        ways=ways,
    )


def _what_is_taken(case: Case, standing: Obstacles, taken: tuple[str, ...]) -> Iterator[Line]:
    single = sum(1 for way in standing.ways if len(way.tables) == 1)
    if standing.ways:
        asked = {"ways": len(standing.ways), "single_tables": single, "joins": len(standing.ways) - single}
        yield Line("all_taken", {**case.asked(), **asked})
        told = [_table(case, standing, table) for table in taken] if len(taken) <= READ_ALOUD else []
        yield Line("in_the_way", {"tables": list(taken), "taken": told}, for_staff=True)
    if case.request.excluded_sets:
        yield Line("excluded", {"sets": [sorted(tables) for tables in case.request.excluded_sets]}, for_staff=True)
    yield from _why_nobody_moves(standing, taken)


def _table(case: Case, standing: Obstacles, table: str) -> dict[str, Any]:
    owners = dict.fromkeys(one.owner_id for one in standing.by_table[table])
    return {"table": table, "blockers": [case.here(standing.blocker(owner, [table])).document() for owner in owners]}


def _why_nobody_moves(standing: Obstacles, taken: tuple[str, ...]) -> Iterator[Line]:
    """This groups those on the barring tables by why they stay, and tells of the search among the others."""
    stays: dict[str, dict[str, str]] = {}
    for one in (one for table in taken for one in standing.by_table[table]):
        why = standing.why_not_moved(one)
        if why not in (None, "hold", "block"):
            stays.setdefault(str(why), {})[one.owner_id] = standing.known.name(one.owner_id)
    for why, names in stays.items():
        yield Line("cannot_be_moved", {"why": why, "ids": list(names), "names": list(names.values())}, for_staff=True)
    movable = standing.movable()
    if movable:
        yield Line("moves_searched", {"budget": standing.rules.budget, "movable": movable}, for_staff=True)


def _no_allowed_set(case: Case, data: Mapping[str, Any]) -> Explanation:
    too_large = data["party_size"] > data["largest_party"]
    zone = case.request.promised_zone
    where = case.zone_name(zone) if zone else None
    facts = {**data, "max_tables": case.venue.max_tables_per_booking, "zone_name": where}
    line = Line("too_large" if too_large else "no_set", facts)
    return Explanation("no_allowed_set", (line,), tuple(too_large_remedies(case)))


def _pacing(case: Case, code: str, data: Mapping[str, Any]) -> dict[str, Any]:
    what = code.removeprefix("pacing_")
    slot = datetime.fromisoformat(data["slot"])
    return {**data, "what": what, "slot": case.local(slot), "rule": _rule_of(case, what)}


def _rule_of(case: Case, what: str) -> dict[str, Any]:
    """This is the rule of the document that sets the limit: of all that speak of the slot the most precise."""
    venue, at = case.venue, case.request.starts_at
    window = find_window(venue, at)
    day, service = (service_date(venue, at), None) if window is None else (window.date, window.service)
    clock = slot_of(venue, at).astimezone(venue.tz).time()
    speaking = [rule for rule in venue.pacing if rule.applies(day, service, clock) and getattr(rule, what) is not None]
    rule = max(enumerate(speaking), key=lambda item: (item[1].precedence, item[0]), default=(0, PacingRule()))[1]
    return {
        "date": rule.date.isoformat() if rule.date else None,
        "time": rule.time.isoformat("minutes") if rule.time else None,
        "service": rule.service,
    }
