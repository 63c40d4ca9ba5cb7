"""An independent look at explained refusals: is what they say true?

Works on the scenario and on who sat where when the refusal was made, with the judge's rules and whole minutes; nothing
of maitred's engine is asked. A kind of sentence that is not known here is a fault, so that none goes unchecked.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import judge

FREEZE_MINUTES = 60


def checked(text: str) -> int:
    return judge.minutes(text)


@dataclass
class Night:
    """One moment of a night: who has which tables. `at` and all times are minutes."""

    scenario: Mapping[str, Any]
    floor: judge.Floor = field(init=False)
    asked: dict[str, Any] = field(default_factory=dict)
    seating: dict[str, frozenset[str]] = field(default_factory=dict)
    at: int = 0

    def __post_init__(self) -> None:
        self.floor = judge.Floor(self.scenario["venue"])

    def window(self, booking: str) -> tuple[int, int]:
        return self.floor.window(self.asked[booking])

    def frozen(self, booking: str) -> bool:
        return self.window(booking)[0] <= self.at + FREEZE_MINUTES

    def ways(self, asked: Mapping[str, Any]) -> list[frozenset[str]]:
        return [tables for tables in self.floor.sets if self.floor.fits(tables, asked)]

    def holders(self, tables: Iterable[str], start: int, end: int, without: str | None = None) -> set[str]:
        """Who has one of the tables at some time of the window."""
        wanted = frozenset(tables)
        return {
            booking
            for booking, had in self.seating.items()
            if booking != without and had & wanted and self.window(booking)[0] < end and start < self.window(booking)[1]
        }

    def free_way(self, asked: Mapping[str, Any], without: str | None = None, minutes: int | None = None) -> bool:
        start, end = self.floor.window(asked)
        end = end if minutes is None else start + minutes
        busy = set().union(
            *(
                tables
                for booking, tables in self.seating.items()
                if booking != without and self.window(booking)[0] < end and start < self.window(booking)[1]
            )
        )
        return any(not way & busy for way in self.ways(asked))


def untrue(night: Night, booking: str, explanation: Any, *, budget: int = 3) -> list[str]:
    """Everything in the explanation of a refusal for want of room that is not so."""
    asked, told = night.asked[booking], explanation.document()["for_staff"]
    faults = [] if not night.free_way(asked) else ["a way was free"]
    faults += _proof(night, asked, explanation)
    faults += _ways(night, asked, explanation)
    for line in explanation.document()["lines"] + told["lines"]:
        faults += LINES.get(line["code"], _unknown)(night, asked, line)
    for remedy in explanation.document()["remedies"] + told["remedies"]:
        faults += REMEDIES.get(remedy["code"], _unknown)(night, asked, remedy)
    if not any(_within(one) for one in told["remedies"]):
        moves = moves_that_help(night, asked, budget)
        faults += [f"these moves would help: {moves}"] if moves else []
    return [f"{booking}: {fault}" for fault in faults]


def _within(remedy: Any) -> bool:
    """Moves that no rule forbids, which the decision did not have the time to find, and which the explanation tells."""
    data = remedy["data"]
    return remedy["code"] == "with_moves" and (data["budget"], data["freeze_minutes"]) == (
        data["usual_budget"],
        FREEZE_MINUTES,
    )


def _unknown(_night: Night, _asked: Any, line: Any) -> list[str]:
    return [f"nobody checks {line['code']}"]


# -- what stands in the way --------------------------------------------------------------------------------------------


def _proof(night: Night, asked: Any, explanation: Any) -> Iterator[str]:
    """Every way holds a taken table, none of these could be left out, and whoever is named has them then."""
    start, end = night.floor.window(asked)
    taken, ways = set(explanation.taken), night.ways(asked)
    yield from (f"{sorted(way)} holds no taken table" for way in ways if not way & taken)
    for table in taken:
        if all(way & (taken - {table}) for way in ways):
            yield f"{table} is beside the point"
        named = {one.id for one in explanation.blockers if table in one.tables}
        if not named or named != night.holders([table], start, end):
            yield f"{table} is had by {night.holders([table], start, end)}, not {named}"
    for one in explanation.blockers:
        window = int(one.starts_at.timestamp() // 60), int(one.ends_at.timestamp() // 60)
        if window != night.window(one.id) or not set(one.tables) <= night.seating[one.id]:
            yield f"{one.id} is told wrong"
        if (one.why_not_moved == "frozen") != night.frozen(one.id) or one.why_not_moved not in (None, "frozen"):
            yield f"{one.id} is said to be {one.why_not_moved}"


def _ways(night: Night, asked: Any, explanation: Any) -> Iterator[str]:
    start, end = night.floor.window(asked)
    found = sorted(len(night.holders(way, start, end)) for way in night.ways(asked))
    for way in explanation.ways:
        if frozenset(way.tables) not in night.ways(asked):
            yield f"{way.tables} is no way"
        if set(way.blockers) != night.holders(way.tables, start, end):
            yield f"{way.tables} is blocked by others"
    if [len(way.blockers) for way in explanation.ways] != found[: len(explanation.ways)]:
        yield "others are blocked by fewer"


def _all_taken(night: Night, asked: Any, line: Any) -> Iterator[str]:
    ways, data = night.ways(asked), line["data"]
    if data["ways"] != len(ways) or data["single_tables"] != sum(len(way) == 1 for way in ways):
        yield "ways miscounted"
    if (checked(data["starts_at"]), checked(data["ends_at"])) != night.floor.window(asked):
        yield "another window"


def _in_the_way(night: Night, asked: Any, line: Any) -> Iterator[str]:
    start, end = night.floor.window(asked)
    for table in line["data"]["taken"]:
        if {one["id"] for one in table["blockers"]} != night.holders([table["table"]], start, end):
            yield f"{table['table']} is had by others"


def _cannot_move(night: Night, _asked: Any, line: Any) -> Iterator[str]:
    if line["data"]["why"] != "frozen":
        yield f"nobody is {line['data']['why']} here"
    yield from (f"{booking} is not frozen" for booking in line["data"]["ids"] if not night.frozen(booking))


def _searched(night: Night, _asked: Any, line: Any) -> Iterator[str]:
    if line["data"]["movable"] != sum(not night.frozen(booking) for booking in night.seating):
        yield "movable parties miscounted"


def _gap(night: Night, asked: Any, line: Any) -> Iterator[str]:
    start, end = night.floor.window({**asked, "start": line["data"]["starts_at"]})
    tables = frozenset(line["data"]["tables"])
    if tables not in night.ways(asked) or night.holders(tables, start, end):
        yield f"no gap at {line['data']['starts_at']}"


LINES = {
    "all_taken": _all_taken,
    "in_the_way": _in_the_way,
    "cannot_be_moved": _cannot_move,
    "moves_searched": _searched,
}


# -- what would help ---------------------------------------------------------------------------------------------------


def _another_time(night: Night, asked: Any, line: Any) -> Iterator[str]:
    """There is room then, in service, and at no nearer time on this side."""
    wanted, then = datetime.fromisoformat(asked["start"]), datetime.fromisoformat(line["data"]["starts_at"])
    step = timedelta(minutes=night.floor.venue["slot_minutes"]) * (1 if then > wanted else -1)
    if line["data"]["minutes"] != (then - wanted) // timedelta(minutes=1):
        yield "another distance"
    at = wanted + step
    while at != then:
        if _bookable(night, at) and night.free_way({**asked, "start": at.isoformat()}):
            yield f"{at} is nearer than {then}"
        at += step
    if not _bookable(night, then) or not night.free_way({**asked, "start": then.isoformat()}):
        yield f"no room at {then}"


def _bookable(night: Night, at: datetime) -> bool:
    weekday, clock = at.strftime("%a").lower(), at.strftime("%H:%M")
    services = night.floor.venue["services"]
    return int(at.timestamp() // 60) >= night.at and any(
        weekday in one["days"] and one["open"] <= clock <= one["last_seating"] for one in services
    )


def _smaller(night: Night, asked: Any, line: Any) -> Iterator[str]:
    size = line["data"]["party_size"]
    for larger in range(size + 1, asked["party_size"]):
        if night.free_way({**asked, "party_size": larger}):
            yield f"there is room for {larger}"
    if not 0 < size < asked["party_size"] or not night.free_way({**asked, "party_size": size}):
        yield f"no room for {size}"


def _without_access(night: Night, asked: Any, _line: Any) -> Iterator[str]:
    if not asked.get("accessible") or not night.free_way({**asked, "accessible": False}):
        yield "no room at other tables either"


def _shorter(night: Night, asked: Any, line: Any) -> Iterator[str]:
    (start, end), data = night.floor.window(asked), line["data"]
    stay = data["stay_minutes"] + night.floor.venue["buffer_minutes"]
    if frozenset(data["tables"]) not in night.ways(asked) or night.holders(data["tables"], start, start + stay):
        yield f"{data['tables']} is not free that long"
    if stay >= end - start or night.free_way(asked, minutes=stay + 1):
        yield "a longer stay would do"


def _without_one(night: Night, asked: Any, line: Any) -> Iterator[str]:
    (start, end), data = night.floor.window(asked), line["data"]
    name = data["blocker"]["id"]
    begins, ends = night.window(name)
    if night.holders(data["tables"], start, end) != {name} or frozenset(data["tables"]) not in night.ways(asked):
        yield f"not only {name} stands in the way of {data['tables']}"
    if not night.free_way(asked, without=name):
        yield f"no room without {name}"
    if data["overlap_minutes"] != min(end, ends) - max(start, begins):
        yield f"{name} overlaps otherwise"


def _override(night: Night, asked: Any, line: Any) -> Iterator[str]:
    """The tables are free, and the named rules are what keeps them from the party."""
    (start, end), tables, rules = night.floor.window(asked), frozenset(line["data"]["tables"]), set()
    about = [night.floor.tables[table] for table in tables]
    if night.holders(tables, start, end):
        yield f"{sorted(tables)} is taken"
    if len({one["zone"] for one in about}) > 1 or (len(about) > 1 and not all(one["movable"] for one in about)):
        yield f"{sorted(tables)} cannot be joined"
    if night.floor.capacity(tables) < asked["party_size"]:
        yield f"{sorted(tables)} is too small"
    if asked.get("accessible") and not any(one["accessible"] for one in about):
        yield f"{sorted(tables)} is not accessible"
    if len(tables) == 1 and asked["party_size"] < about[0]["min_party"]:
        rules.add("min_party")
    if tables not in night.floor.sets:
        rules.add("unlisted_join")
    spare = [night.floor.capacity(tables - {table}) >= asked["party_size"] for table in tables]
    if len(tables) > 1 and any(spare):
        rules.add("surplus_table")
    if rules != set(line["data"]["rules"]) or not rules:
        yield f"{sorted(tables)} breaks {rules}"


def _with_moves(night: Night, asked: Any, line: Any) -> Iterator[str]:
    """Once these moves are made nobody overlaps, everybody has an allowed set, and there is a way for the party."""
    data = line["data"]
    moved = {move["booking_id"]: frozenset(move["to"]) for move in data["moves"]}
    after = Night(night.scenario, asked=night.asked, seating={**night.seating, **moved}, at=night.at)
    for booking, tables in moved.items():
        if night.window(booking)[0] <= night.at + data["freeze_minutes"]:
            yield f"{booking} may not be moved even so"
        if tables not in after.ways(after.asked[booking]):
            yield f"{booking} may not sit at {sorted(tables)}"
        if after.holders(tables, *after.window(booking), without=booking):
            yield f"{booking} would not sit alone at {sorted(tables)}"
    if len(moved) > data["budget"] or not after.free_way(asked):
        yield "these moves do not help"


REMEDIES = {
    "nearest_gap": _gap,
    "another_time": _another_time,
    "smaller_party": _smaller,
    "without_accessible": _without_access,
    "shorter_stay": _shorter,
    "without_one": _without_one,
    "override": _override,
    "with_moves": _with_moves,
}


# -- moves -------------------------------------------------------------------------------------------------------------


def moves_that_help(night: Night, asked: Mapping[str, Any], budget: int) -> dict[str, list[str]] | None:
    """Find up to `budget` moves of parties that may be moved after which the asking party has a way, or None.

    Complete, by brute force: whoever is placed on a way turns out those who have it, and each of these is placed in
    turn, on every way there is; who has once been placed stays. Moves that turn nobody out are never needed.
    """
    return _Brute(night, asked, budget).found()


def any_seating(night: Night, asked: Mapping[str, Any], seconds: float) -> bool | None:
    """Ask CP-SAT whether everybody and the asking party could sit if all who may be moved were moved; None: no answer.

    Each movable party takes one of its ways, nobody else changes, and no table is taken twice at the moments at which
    parties start; nobody can begin to overlap at another.
    """
    from ortools.sat.python import cp_model  # noqa: PLC0415 - slow to load, and asked for by few

    model, free = cp_model.CpModel(), _Brute(night, asked, len(night.seating))
    moments = sorted({start for start, _ in free.windows.values()})
    there: dict[tuple[str, int], list[Any]] = {}
    for name, ways in free.ways.items():
        here = [night.seating[name]] if name in night.seating else []
        options = [(way, model.new_bool_var("")) for way in [*here, *(way for way, _ in ways)]]
        model.add_exactly_one(taken for _, taken in options)
        start, end = free.windows[name]
        for way, taken in options:
            for cell in ((table, moment) for table in way for moment in moments if start <= moment < end):
                there.setdefault(cell, []).append(taken)
    fixed = {
        (table, moment)
        for name in free.fixed
        for table in night.seating[name]
        for moment in moments
        if free.windows[name][0] <= moment < free.windows[name][1]
    }
    for cell, options_there in there.items():
        if cell in fixed:
            model.add(sum(options_there) == 0)
        else:
            model.add_at_most_one(options_there)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds, solver.parameters.num_workers = seconds, 1
    solver.parameters.linearization_level = 2  # too many parties for the tables: a sum shows it, a search does not
    return {cp_model.FEASIBLE: True, cp_model.OPTIMAL: True, cp_model.INFEASIBLE: False}.get(solver.solve(model))


class _Brute:
    """Searches for moves; `ways` has the sets of everybody who may be placed, with who has them now."""

    def __init__(self, night: Night, asked: Mapping[str, Any], budget: int) -> None:
        self.budget, names = budget, [*night.seating, ""]
        people = {**{name: night.asked[name] for name in night.seating}, "": asked}
        self.windows = {name: night.floor.window(one) for name, one in people.items()}
        self.fixed = {name for name in night.seating if night.frozen(name)}
        kinds = {name: (one["party_size"], bool(one.get("accessible"))) for name, one in people.items()}
        fitting = {kind: night.ways({"party_size": kind[0], "accessible": kind[1]}) for kind in set(kinds.values())}
        self.ways: dict[str, list[tuple[frozenset[str], frozenset[str]]]] = {}
        for name in names:
            if name not in self.fixed:
                self.ways[name] = [
                    (way, others)
                    for way in fitting[kinds[name]]
                    if way != night.seating.get(name)
                    and not (others := frozenset(night.holders(way, *self.windows[name], without=name))) & self.fixed
                    and len(others) <= budget
                ]

    def found(self) -> dict[str, list[str]] | None:
        placed = self._place(("",), {})
        return {name: sorted(way) for name, way in placed.items() if name} if placed else None

    def _place(self, open_: Sequence[str], placed: dict[str, frozenset[str]]) -> dict[str, frozenset[str]] | None:
        if not open_:
            return placed
        known = {*open_, *placed}
        name = min(open_, key=lambda one: len(self.ways[one]))
        room = self.budget + 1 - len(known)
        for way, others in self.ways[name]:
            turned_out = others - known
            if len(turned_out) <= room and not any(
                tables & way and self._meet(name, other) for other, tables in placed.items()
            ):
                rest = tuple(one for one in open_ if one != name) + tuple(sorted(turned_out))
                result = self._place(rest, {**placed, name: way})
                if result:
                    return result
        return None

    def _meet(self, one: str, other: str) -> bool:
        return self.windows[one][0] < self.windows[other][1] and self.windows[other][0] < self.windows[one][1]
