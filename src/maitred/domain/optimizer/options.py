"""Which tables each party could have, and what each choice loses: the same terms and weights as the engine's scores."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from maitred.domain.assignment.scoring import DEFAULT_WEIGHTS
from maitred.domain.availability import Occupancy, micros
from maitred.domain.floor import Floor, TableSet
from maitred.domain.optimizer.model import SEAT, Day, Party
from maitred.domain.venue_model import Venue

_NEW_TABLES_LOSE: Final = ("slack", "tables", "access", "adjacency")


class Option(NamedTuple):
    """One set of tables for one party."""

    tables: tuple[str, ...]
    loss: int
    stays: bool


class Options:
    """The ways of every party of a day, in an order that depends on the day alone."""

    def __init__(self, day: Day, floor: Floor, venue: Venue) -> None:
        self._floor = floor
        self._prices = _prices(venue)
        self._taken = _by_table(day.taken)

    def of(self, party: Party) -> list[Option]:
        """This lists what a party may have: what it has already, then all free sets that keep its promises."""
        return [*self._present(party), *self._others(party)]

    def loss_of(self, party: Party, tables: tuple[str, ...]) -> int:
        """This is what a party on some tables loses, in hundredths of a seat, never below 0."""
        size, members = len(tables), frozenset(tables)
        known = next((s for s in self._floor.candidates(party.party_size) if members == frozenset(s.tables)), None)
        if known is not None:
            return self._loss(party, known)
        seats = max(0, self._floor.seats(tables) - party.party_size)  # a person's choice that no rule would list
        return self._prices["slack"] * seats + self._prices["tables"] * (size - 1)

    def _present(self, party: Party) -> Iterator[Option]:
        if party.tables:
            yield Option(party.tables, self.loss_of(party, party.tables), True)

    def _others(self, party: Party) -> Iterator[Option]:
        for candidate in self._floor.candidates(party.party_size, party.accessible):
            kept = party.promised_zone in (None, candidate.zone)
            if party.single_only and len(candidate.tables) > 1:
                continue
            if kept and frozenset(candidate.tables) != frozenset(party.tables) and self._free(candidate, party):
                yield Option(candidate.tables, self._loss(party, candidate), False)

    def _free(self, candidate: TableSet, party: Party) -> bool:
        start, end = micros(party.starts_at), micros(party.ends_at)
        spans = (span for table in candidate.tables for span in self._taken.get(table, ()))
        return not any(taken < end and start < until for taken, until in spans)

    def _loss(self, party: Party, candidate: TableSet) -> int:
        size = len(candidate.tables)
        pairs = size * (size - 1) // 2
        price = self._prices
        return (
            price["slack"] * (candidate.capacity - party.party_size)
            + price["tables"] * (size - 1)
            + price["access"] * (candidate.accessible and not party.accessible)
            + (price["adjacency"] * (pairs - candidate.joins) // pairs if pairs else 0)
            + price["zone_match"] * (party.zone_preference not in (None, candidate.zone))
        )


def _prices(venue: Venue) -> Mapping[str, int]:
    """This is what each term costs. A weight that rewards waste is read as 0: a loss that grows must never help."""
    weights = {**DEFAULT_WEIGHTS, **venue.weights}
    losing = {name: max(0, round(-weights[name] * SEAT)) for name in _NEW_TABLES_LOSE}
    return {**losing, "zone_match": max(0, round(weights["zone_match"] * SEAT))}


def _by_table(taken: tuple[Occupancy, ...]) -> dict[str, list[tuple[int, int]]]:
    spans: dict[str, list[tuple[int, int]]] = {}
    for one in taken:
        if one.starts_at < one.ends_at:
            spans.setdefault(one.table_id, []).append((micros(one.starts_at), micros(one.ends_at)))
    return spans
