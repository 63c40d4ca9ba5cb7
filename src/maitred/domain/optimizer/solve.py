"""The best plan of a day, by CP-SAT: whoever is seated stays seated, whoever waits may come in, few are moved.

One at-most-one for each table and start (docs/decisions/0013): optional intervals are far slower. The objective is
lexicographic by weights: covers of those who wait, then of those who were refused, then the seats lost and the moves.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from maitred.domain.availability import micros
from maitred.domain.floor import Floor
from maitred.domain.optimizer.check import verify
from maitred.domain.optimizer.model import Day, Limits, NewSeat, Party, PlannedMove, Proposal
from maitred.domain.optimizer.options import Option, Options
from maitred.domain.venue_model import Venue

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, CpSolver, IntVar

MOVE_COSTS: Final = 100
"""A move must save one seat: guests don't notice it, but the people at the door have learnt the plan by heart."""
ONE_DAY: Final = Limits()


class Weights(NamedTuple):
    """What one cover is worth, in hundredths of a seat: more than all that a plan could lose on its account."""

    waiting: int
    refused: int


class _Way(NamedTuple):
    """One decision of the model: this party on these tables."""

    party: Party
    option: Option
    var: "IntVar"


def replan(day: Day, venue: Venue, limits: Limits = ONE_DAY, *, floor: Floor | None = None) -> Proposal:
    """This plans a day again; the result keeps every rule, checked by code that shares nothing with the solver.

    The plan as it is always qualifies, so there is always an answer. Raises BrokenPlan if the check finds a fault.
    """
    floor = floor or Floor.compile(venue)
    options = Options(day, floor, venue)
    choices = {party.key: options.of(party) for party in day.parties}
    weights = _weights(day.parties, choices)
    chosen, objective, bound = _solved(day, choices, weights, limits)
    verify(day, floor, chosen)
    return _proposal(day, chosen, options, objective, bound)


def _weights(parties: Sequence[Party], choices: Mapping[str, list[Option]]) -> Weights:
    worst = sum(max((o.loss for o in choices[p.key]), default=0) + MOVE_COSTS for p in parties)
    refused = worst + 1
    covers = sum(party.party_size for party in parties if party.standing == "refused")
    return Weights(refused * (covers + 1), refused)


class _Found(NamedTuple):
    """The ways taken, and what they are worth by one measure with its proven bound."""

    taken: list[_Way]
    worth: int
    bound: int

    @property
    def proven(self) -> bool:
        return self.worth == self.bound


def _solved(
    day: Day, choices: Mapping[str, list[Option]], weights: Weights, limits: Limits
) -> tuple[dict[str, tuple[str, ...]], int, int]:
    """This asks twice, which is proven several times sooner than once: how many covers, then how well with them."""
    from ortools.sat.python import cp_model  # noqa: PLC0415 - 1.7 s, and only in the process that solves

    model = cp_model.CpModel()
    ways = [_Way(party, option, model.new_bool_var("")) for party in day.parties for option in choices[party.key]]
    _one_each(model, ways)
    _one_party_per_table(model, ways)
    _pacing(model, day, ways)
    if day.max_moves is not None:
        model.add(sum(way.var for way in ways if _is_move(way)) <= day.max_moves)
    covers = _Found([way for way in ways if way.option.stays], 0, 0)
    if any(way.party.standing != "seated" for way in ways):
        covers = _best(model, ways, [_gain(way, weights) for way in ways], covers.taken, limits)
        model.add(sum(_gain(way, weights) * way.var for way in ways) >= covers.worth)
    best = _best(model, ways, [-_loss(way) for way in ways], covers.taken, limits)
    worth = covers.worth + best.worth
    bound = max(worth, covers.bound + (best.bound if covers.proven else 0))
    return {way.party.key: way.option.tables for way in best.taken}, worth, bound


def _best(
    model: "CpModel", ways: Sequence[_Way], values: Sequence[int], known: Sequence[_Way], limits: Limits
) -> _Found:
    """This maximises one measure, starting from a plan that is known to keep the rules."""
    from ortools.sat.python import cp_model  # noqa: PLC0415

    known_ones = {way.var.index for way in known}
    model.clear_hints()  # type: ignore[no-untyped-call]
    for way in ways:
        model.add_hint(way.var, way.var.index in known_ones)
    model.maximize(sum(value * way.var for way, value in zip(ways, values, strict=True)))
    solver = solver_with(limits)
    status = solver.solve(model)
    assert status in (cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.UNKNOWN), solver.status_name(status)
    found = status != cp_model.UNKNOWN
    taken = [way for way in ways if (solver.boolean_value(way.var) if found else way.var.index in known_ones)]
    worth_of = {way.var.index: value for way, value in zip(ways, values, strict=True)}
    worth = sum(worth_of[way.var.index] for way in taken)
    return _Found(taken, worth, max(worth, round(solver.best_objective_bound)) if found else _ceiling(ways, values))


def _ceiling(ways: Sequence[_Way], values: Sequence[int]) -> int:
    """This is a bound that needs no solver: everybody has what is best for them."""
    best: dict[str, int] = {}
    for way, value in zip(ways, values, strict=True):
        least = 0 if way.party.standing != "seated" else value
        best[way.party.key] = max(best.get(way.party.key, least), value)
    return sum(best.values())


def solver_with(limits: Limits) -> "CpSolver":
    """This is a solver that gives equal answers to equal questions: one worker, one seed, counted work."""
    from ortools.sat.python import cp_model  # noqa: PLC0415

    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1  # proves these sooner than several that take turns (docs/decisions/0013)
    solver.parameters.linearization_level = 2
    solver.parameters.cp_model_probing_level = 0  # the model is its cliques: there is nothing to be found by probing
    solver.parameters.max_presolve_iterations = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = limits.effort
    solver.parameters.max_time_in_seconds = limits.wall_s
    return solver


def _gain(way: _Way, weights: Weights) -> int:
    worth = {"waiting": weights.waiting, "refused": weights.refused, "seated": 0}
    return worth[way.party.standing] * way.party.party_size


def _loss(way: _Way) -> int:
    return way.option.loss + MOVE_COSTS * _is_move(way)


def _is_move(way: _Way) -> bool:
    return way.party.standing == "seated" and not way.option.stays


def _one_each(model: "CpModel", ways: Sequence[_Way]) -> None:
    of_party: dict[str, list[_Way]] = defaultdict(list)
    for way in ways:
        of_party[way.party.key].append(way)
    for own in of_party.values():
        add = model.add_exactly_one if own[0].party.standing == "seated" else model.add_at_most_one
        add([way.var for way in own])


def _one_party_per_table(model: "CpModel", ways: Sequence[_Way]) -> None:
    """A table is full at some moment only if it is full at some party's start, so nothing else needs a rule."""
    of_table: dict[str, list[_Way]] = defaultdict(list)
    for way in ways:
        for table in way.option.tables:
            of_table[table].append(way)
    for table in sorted(of_table):
        for present in _cliques(of_table[table]):
            model.add_at_most_one([way.var for way in present])


def _cliques(ways: Sequence[_Way]) -> Iterator[list[_Way]]:
    """This is who is there at each start; moments whose parties are all there at another one say nothing new."""
    seen: set[frozenset[str]] = set()
    for at in sorted({micros(way.party.starts_at) for way in ways}, reverse=True):
        there = [w for w in ways if micros(w.party.starts_at) <= at < micros(w.party.ends_at)]
        keys = frozenset(way.party.key for way in there)
        if len(keys) > 1 and not any(keys <= other for other in seen):
            seen.add(keys)
            yield there


def _pacing(model: "CpModel", day: Day, ways: Sequence[_Way]) -> None:
    for slot in day.slots:
        inside = [way for way in ways if way.party.key in slot.keys]
        if slot.covers is not None:
            model.add(sum(way.party.party_size * way.var for way in inside) <= max(0, slot.covers))
        if slot.parties is not None:
            model.add(sum(way.var for way in inside) <= max(0, slot.parties))


def _proposal(
    day: Day, chosen: Mapping[str, tuple[str, ...]], options: Options, objective: int, bound: int
) -> Proposal:
    seated = [party for party in day.parties if party.standing == "seated"]
    newly = [p for p in day.parties if p.standing != "seated" and p.key in chosen]
    return Proposal(
        status="optimal" if objective == bound else "feasible",
        objective=objective,
        bound=bound,
        moves=tuple(_moves(seated, newly, chosen, options)),
        seated=tuple(NewSeat(p.key, chosen[p.key], p.standing, p.party_size) for p in newly),
        loss_before=sum(options.loss_of(party, party.tables) for party in seated),
        loss_after=sum(options.loss_of(party, chosen[party.key]) for party in seated),
    )


def _moves(
    seated: Sequence[Party], newly: Sequence[Party], chosen: Mapping[str, tuple[str, ...]], options: Options
) -> Iterator[PlannedMove]:
    movers = [party for party in seated if frozenset(chosen[party.key]) != frozenset(party.tables)]
    for party in movers:
        saves = options.loss_of(party, party.tables) - options.loss_of(party, chosen[party.key])
        room = tuple(other.key for other in newly if _makes_way(party, other, chosen))
        way = tuple(o.key for o in movers if o.key != party.key and _makes_way(party, o, chosen))
        yield PlannedMove(party.key, party.tables, chosen[party.key], room, way, saves)


def _makes_way(mover: Party, other: Party, chosen: Mapping[str, tuple[str, ...]]) -> bool:
    """This says whether another takes tables that the mover had at that time."""
    meets = mover.starts_at < other.ends_at and other.starts_at < mover.ends_at
    return meets and not set(mover.tables).isdisjoint(chosen[other.key])
