"""The most covers that any seating of a night takes, had it known every request in advance."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from maitred.domain.floor import Floor
from maitred.domain.optimizer.kinds import kinds_of
from maitred.domain.optimizer.model import Limits, Optimum, Party
from maitred.domain.optimizer.plan import unseated
from maitred.domain.optimizer.solve import solver_with
from maitred.domain.simulation import seating_request
from maitred.domain.venue import parse_venue
from maitred.domain.venue_model import TableBlock, Venue

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import IntVar

Json = Mapping[str, Any]
Way = tuple[tuple[str, int], ...]
"""How many tables of which kinds."""
WHOLE_NIGHT: Final = Limits(effort=30)


class _Use(NamedTuple):
    """A way takes some tables of a kind for a while."""

    var: "IntVar"
    tables: int
    party: Party


def optimum(scenario: Json, limits: Limits = WHOLE_NIGHT) -> Optimum:
    """This is the optimum of a scenario file; parties that cancelled are left out, as if they had never asked."""
    venue = parse_venue(scenario["venue"])
    gone = {event["booking_id"] for event in scenario["events"] if event["type"] == "cancel"}
    asked = (event["booking"] for event in scenario["events"] if event["type"] == "request")
    requests = (seating_request(venue, booking) for booking in asked if booking["id"] not in gone)
    return most_covers([unseated(one, "waiting") for one in requests], venue, limits)


def most_covers(asked: Iterable[Party], venue: Venue, limits: Limits = WHOLE_NIGHT) -> Optimum:
    """This solves the whole night at once. Equal tables are counted together: that changes only the time it takes."""
    from ortools.sat.python import cp_model  # noqa: PLC0415 - 1.7 s, and only in the process that solves

    night = _Night(venue, sorted(asked, key=lambda party: (-party.party_size, party.starts_at, party.key)))
    model, taken = cp_model.CpModel(), night.first_fit()
    uses, worth = {name: list[_Use]() for name in night.kinds}, []
    for party in night.parties:
        chosen = {way: model.new_bool_var("") for way in night.ways(party)}
        for way, var in chosen.items():
            model.add_hint(var, taken.get(party.key) == way)
            for name, count in way:
                uses[name].append(_Use(var, count, party))
        model.add_at_most_one(chosen.values())
        worth.append(party.party_size * sum(chosen.values()))
    for name, own in uses.items():
        for at in night.moments(name):
            there = (use for use in own if _there(use.party, at))
            model.add(sum(use.tables * use.var for use in there) <= night.room(name, at))
    model.maximize(sum(worth))
    solver = solver_with(limits)
    status = solver.solve(model)
    known = sum(party.party_size for party in night.parties if party.key in taken)
    covers = round(solver.objective_value) if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else known
    return Optimum(covers, int(solver.best_objective_bound + 1e-6))


class _Night:
    """The night with equal tables counted together: how many of a kind there are at any instant."""

    def __init__(self, venue: Venue, parties: Sequence[Party]) -> None:
        self.parties = parties
        self._floor = Floor.compile(venue)
        self._kind = kinds_of(venue)
        self._count = Counter(self._kind.values())
        self._blocks: dict[str, list[TableBlock]] = {}
        for block in venue.table_blocks:
            self._blocks.setdefault(self._kind[block.table], []).append(block)

    @property
    def kinds(self) -> list[str]:
        return list(self._count)

    def ways(self, party: Party) -> list[Way]:
        fitting = self._floor.candidates(party.party_size, party.accessible)
        kept = (way for way in fitting if party.promised_zone in (None, way.zone))
        return sorted({tuple(sorted(Counter(self._kind[t] for t in way.tables).items())) for way in kept})

    def moments(self, name: str) -> list[datetime]:
        """This is when a kind can become scarce: at somebody's start, or when one of its tables is blocked."""
        starts = {party.starts_at for party in self.parties}
        return sorted(starts | {block.starts_at for block in self._blocks.get(name, ())})

    def room(self, name: str, at: datetime) -> int:
        """This is how many tables there are; one with blocks is the only one of its kind."""
        blocked = any(block.starts_at <= at < block.ends_at for block in self._blocks.get(name, ()))
        return 0 if blocked else self._count[name]

    def first_fit(self) -> dict[str, Way]:
        """This seats the largest first, each where it finds room: where the solver begins."""
        left = {(name, at): self.room(name, at) for name in self._count for at in self.moments(name)}
        taken: dict[str, Way] = {}
        for party in self.parties:
            for way in self.ways(party):
                needed = {(name, at): n for name, n in way for at in self.moments(name) if _there(party, at)}
                if all(left[slot] >= n for slot, n in needed.items()):
                    left.update({slot: left[slot] - n for slot, n in needed.items()})
                    taken[party.key] = way
                    break
        return taken


def _there(party: Party, at: datetime) -> bool:
    return party.starts_at <= at < party.ends_at
