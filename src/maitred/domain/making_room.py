"""Making room as a person sees it before it is done: who sits where now and then, why, and what stays promised.

Pure: the plan of a refused party, with some of the others kept where they are. The same day gives the same plan, and
`seal` names it, so that nothing is carried out but what was looked at.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from maitred.domain.assignment import MOVES, Move, MoveRules, Refuse, Seat, SeatingRequest, decide
from maitred.domain.availability import Snapshot
from maitred.domain.binding import Binding, binding_of
from maitred.domain.booking import Booking
from maitred.domain.venue import Venue

Why = Literal["makes_room", "table_closed", "review"]
LONGER: Final = 4
"""How many times the effort of a decision a person's wish is worth."""


@dataclass(frozen=True, slots=True)
class Shift:
    """One party that changes: from which tables to which (none: a person decides), why, and what stays promised.

    `kept` are the promises that hold after it as before: `seats`, `zone`, `accessible`. `frozen`: its tables were
    not to change any more, so people have to be told.
    """

    booking: Booking
    from_tables: tuple[str, ...]
    to_tables: tuple[str, ...]
    why: Why
    kept: tuple[str, ...]
    frozen: bool


@dataclass(frozen=True, slots=True)
class RoomPlan:
    """What would be done at once. Without `tables` the party finds no seat, and `refusal` says why.

    `held` are those that were asked to stay where they are. `beyond` says that a rule had to give: more moves than
    the house makes by itself, or parties whose tables are frozen.
    """

    tables: tuple[str, ...]
    shifts: tuple[Shift, ...]
    held: tuple[Booking, ...]
    refusal: Refuse | None
    beyond: bool
    seal: str


def plan_for(
    request: SeatingRequest,
    day: Snapshot,
    venue: Venue,
    book: Mapping[str, Booking],
    held: Collection[str],
) -> RoomPlan:
    """This finds the least that makes room for a party with `held` staying: by the house's rules, then beyond them."""
    for key in sorted(held):
        day = day.staying(key)
    usual = venue.seating.move_rules("auto")
    staying = tuple(book[key] for key in sorted(held) if key in book)
    refusal: Refuse | None = None
    for rules in _tries(usual):
        answer = decide(request, day, venue, rules)
        if isinstance(answer, Seat):
            shifts = tuple(_shifts(answer.moves, day, venue, book))
            beyond = rules.freeze_minutes < usual.freeze_minutes or len(shifts) > usual.budget
            tables = answer.plan.tables
            return RoomPlan(tables, shifts, staying, None, beyond, seal(request.key, tables, shifts, staying))
        refusal = refusal or answer
        if answer.code != "no_capacity":
            break  # no move helps against that
    return RoomPlan((), (), staying, refusal, False, seal(request.key, (), (), staying))


def _tries(usual: MoveRules) -> Iterator[MoveRules]:
    yield usual
    yield replace(usual, effort=LONGER * usual.effort)
    yield replace(usual, budget=max(usual.budget, MOVES.budget), freeze_minutes=0)


def _shifts(moves: Iterable[Move], day: Snapshot, venue: Venue, book: Mapping[str, Booking]) -> Iterator[Shift]:
    for move in moves:
        yield shift_of(book[move.booking_id], move.from_tables, move.to_tables, "makes_room", day, venue)


def shift_of(
    booking: Booking, before: tuple[str, ...], after: tuple[str, ...], why: Why, day: Snapshot, venue: Venue
) -> Shift:
    """This is one party's change with what is kept of its promises."""
    frozen = binding_of(booking, venue.seating, day.read_at) in (Binding.FROZEN, Binding.PINNED)
    return Shift(booking, before, after, why, tuple(_kept(booking, after, day)) if after else (), frozen)


def _kept(booking: Booking, tables: tuple[str, ...], day: Snapshot) -> Iterator[str]:
    yield "seats"
    stand = [day.floor.tables[table] for table in tables]
    if booking.promised_zone is not None and any(table.zone == booking.promised_zone for table in stand):
        yield "zone"
    if booking.accessible and any(table.accessible for table in stand):
        yield "accessible"


def seal(subject: str, tables: Iterable[str], shifts: Iterable[Shift], held: Iterable[Booking]) -> str:
    """This names a plan: another party, another table or another version of anybody in it is another plan."""
    told = [
        subject,
        "+".join(tables),
        *sorted(
            f"{one.booking.id}@{one.booking.version}:{'+'.join(one.from_tables)}>{'+'.join(one.to_tables)}"
            for one in shifts
        ),
        *sorted(str(one.id) for one in held),
    ]
    return hashlib.sha256("|".join(told).encode()).hexdigest()[:20]
