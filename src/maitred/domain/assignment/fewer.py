"""Fewer moves: of a seating that was found, only what the newcomer needs is carried out.

A search leaves parties at other tables for no reason but its path. So: keep the changes that follow from the
newcomer's place, then send home whoever can go, letting one other step aside for it where that helps.
"""

from collections.abc import Sequence
from typing import Final

from maitred.domain.assignment.ejection import Evening, Way

SWEEPS: Final = 3
"""How often everybody who is away is asked again: what one frees, another may need."""


def fewer_moves(evening: Evening, found: Sequence[Way]) -> list[Way]:
    """This is a seating of everybody that moves no more parties than the one found, and mostly far fewer."""
    seating = _Seating(evening, _needed(evening, found))
    for _ in range(SWEEPS):
        if not seating.sweep():
            break
    return seating.at


def _needed(evening: Evening, found: Sequence[Way]) -> list[Way]:
    """This keeps the changes that follow from the newcomer's place: who is in the way of it, who of those, and so on.

    The others can stay at home: nobody who has moved is there, or they would be in the way.
    """
    parties = evening.parties
    spans = [party.span for party in parties]
    homes: list[list[int]] = [[] for _ in evening.taken]
    for number, party in enumerate(parties):
        for table in party.home:
            homes[table].append(number)
    needed, follow = {len(parties) - 1}, [len(parties) - 1]
    while follow:
        number = follow.pop()
        for table in found[number]:
            ousted = [other for other in homes[table] if other not in needed and spans[other] & spans[number]]
            needed.update(ousted)
            follow += ousted
    return [found[number] if number in needed else party.home for number, party in enumerate(parties)]


class _Seating:
    """Everybody seated, and the wish that more of them were at home."""

    def __init__(self, evening: Evening, at: list[Way]) -> None:
        self.at = at
        self._parties, self._taken = evening.parties, evening.taken
        self._on: list[list[int]] = [[] for _ in evening.taken]
        for number, way in enumerate(at):
            self._sit(number, way)

    def sweep(self) -> bool:
        """This sends home whoever can go, if need be letting another who is away step aside; False: nobody could."""
        away = [number for number, party in enumerate(self._parties) if party.home and self._is_away(number)]
        came = [number for number in away if self._goes_home(number) or self._changes_home(number)]
        return bool(came)

    def _goes_home(self, number: int) -> bool:
        home = self._parties[number].home
        free = not self._in_the_way(number, home)
        if free:
            self._move(number, home)
        return free

    def _changes_home(self, number: int) -> bool:
        """This sends a party home to where one other sits who is away as well and has somewhere else to go."""
        home = self._parties[number].home
        others = self._in_the_way(number, home)
        if len(others) != 1 or not self._is_away(*others):
            return False
        (other,) = others
        here, there = self.at[number], self.at[other]
        self._move(other, ())
        self._move(number, home)
        way = next((way for way, _ in self._parties[other].ways if way != there and self._is_free(other, way)), None)
        if way is None:
            self._move(number, here)
        self._move(other, there if way is None else way)
        return way is not None

    def _move(self, number: int, way: Way) -> None:
        for table in self.at[number]:
            self._on[table].remove(number)
        self.at[number] = way
        self._sit(number, way)

    def _sit(self, number: int, way: Way) -> None:
        for table in way:
            self._on[table].append(number)

    def _is_away(self, number: int) -> bool:
        return self.at[number] != self._parties[number].home

    def _is_free(self, number: int, way: Way) -> bool:
        span = self._parties[number].span
        return not any(self._taken[table] & span for table in way) and not self._in_the_way(number, way)

    def _in_the_way(self, number: int, way: Way) -> set[int]:
        parties, span = self._parties, self._parties[number].span
        return {other for table in way for other in self._on[table] if parties[other].span & span and other != number}
