"""`maitred simulate SCENARIO`: a night or a longer period through the engine, under its own or other rules."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import isfinite
from pathlib import Path
from time import perf_counter_ns
from typing import Any

from maitred.domain.assignment import TERMS, MoveRules
from maitred.domain.errors import VenueInvalid
from maitred.domain.reality import reality_report
from maitred.domain.simulation import POLICIES, Night, play
from maitred.domain.venue import Venue, parse_venue
from maitred.scenarios.failures import BadOption, FaultyDocument
from maitred.scenarios.figures import NO_TIMES, Figures
from maitred.scenarios.files import write_document
from maitred.scenarios.reader import Event, Request, Scenario, read_scenario, read_venue

MOST_WEIGHT = 1000.0


@dataclass(frozen=True, slots=True)
class SimulateOptions:
    """What to play, under which rules, and what to write. Whatever is not given is as the venue says."""

    scenario: Path
    policy: str = "full"
    out: Path | None = None
    report: Path | None = None
    venue: Path | None = None
    moves: int | None = None
    freeze: int | None = None
    weights: Mapping[str, float] = field(default_factory=dict)
    reality: str | None = None


@dataclass(frozen=True, slots=True)
class Simulation:
    """What was played: the scenario with the rules it was played under, and a night for each policy, chosen first.

    `reality` is the engine's night as it may really go (domain.reality), when that was asked for.
    """

    scenario: Scenario
    rules: MoveRules
    nights: Mapping[str, Night]
    options: SimulateOptions
    reality: Mapping[str, Any] | None = None

    @property
    def night(self) -> Night:
        """This is the night of the policy that was asked for."""
        return self.nights[self.options.policy]

    @property
    def figures(self) -> Figures:
        """This is that night in figures."""
        return self.figures_of(self.options.policy)

    def figures_of(self, policy: str) -> Figures:
        """This is the night of one policy in figures."""
        return Figures.of(policy, self.scenario, self.nights[policy])

    def seating(self) -> dict[str, Any]:
        """This is the result as a seating file."""
        return {**self.night.result(self.scenario.name), "decision_ms": self.night.decision_ms or NO_TIMES}

    def document(self) -> dict[str, Any]:
        """This is the result as one JSON document: the seating file and the figures behind it."""
        figures = self.figures.document()
        return {
            **self.seating(),
            "policy": self.options.policy,
            "rules": {"moves": self.rules.budget, "freeze_minutes": self.rules.freeze_minutes},
            "figures": {name: figures[name] for name in ("asked", "seated", "share", "refused", "cancelled")},
            "moved": [
                {
                    "at": one.at.isoformat(),
                    "booking": one.move.booking_id,
                    "from": list(one.move.from_tables),
                    "to": list(one.move.to_tables),
                    "made_room_for": one.made_room_for,
                }
                for one in self.night.moved
            ],
            **({"reality": dict(self.reality)} if self.reality else {}),
        }


def simulate(options: SimulateOptions) -> Simulation:
    """This plays a scenario and writes what was asked for; raises CommandFailure, with nothing written."""
    _check(options)
    scenario = _under_other_rules(read_scenario(options.scenario), options)
    rules = scenario.venue.seating.move_rules(scenario.venue.seating.moves)
    wanted = [options.policy, *(policy for policy in POLICIES if options.report and policy != options.policy)]
    document = scenario.plain()
    nights = {policy: play(document, policy, clock=perf_counter_ns) for policy in wanted}
    real = None if options.reality is None else reality_report(document, options.reality)
    simulation = Simulation(scenario, rules, nights, options, real)
    if options.out is not None:
        write_document(options.out, simulation.seating())
    return simulation


def weights_from(given: Iterable[str]) -> dict[str, float]:
    """This reads `term=value` options, several of them in one when a comma parts them; raises BadOption."""
    return dict(_weight(one) for text in given for one in text.split(",") if one.strip())


def _weight(text: str) -> tuple[str, float]:
    term, _, value = (part.strip() for part in text.partition("="))
    if term not in TERMS:
        raise BadOption(f"--weights {text}: there is no score term {term!r}; known are {', '.join(TERMS)}.")
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not (isfinite(number) and abs(number) <= MOST_WEIGHT):
        raise BadOption(f"--weights {text}: write {term}=NUMBER, from -1000 to 1000.")
    return term, number


def _check(options: SimulateOptions) -> None:
    paths = [path for path in (options.scenario, options.venue) if path is not None]
    for name, target in (("--out", options.out), ("--report", options.report)):
        if target is not None and any(_same(target, path) for path in paths):
            raise BadOption(f"{name} {target}: this would overwrite a file that is to be read.")
    if options.out is not None and options.report is not None and _same(options.out, options.report):
        raise BadOption(f"--report {options.report}: --out writes there already.")


def _same(one: Path, other: Path) -> bool:
    return (one.is_file() and one.resolve() == other.resolve()) or one == other


def _under_other_rules(scenario: Scenario, options: SimulateOptions) -> Scenario:
    """This is the scenario in another venue, with other weights; wishes for zones that are not there are dropped."""
    if options.venue is None and not options.weights and options.moves is None and options.freeze is None:
        return scenario
    document = dict(scenario.document if options.venue is None else read_venue(options.venue))
    if options.weights:
        document["weights"] = {**_part(document, "weights"), **options.weights}
    document["seating"] = {**_part(document, "seating"), **_late_binding(options)}
    venue = _parsed(document, options.venue)
    zones = {zone.id for zone in venue.zones}
    events = tuple(_without_strange_wish(event, zones) for event in scenario.events)
    return replace(scenario, document=document, venue=venue, events=events)


def _without_strange_wish(event: Event, zones: set[str]) -> Event:
    if isinstance(event, Request) and event.zone_preference not in zones:
        return replace(event, zone_preference=None)
    return event


def _parsed(document: Mapping[str, Any], path: Path | None) -> Venue:
    try:
        return parse_venue(document)
    except VenueInvalid as invalid:
        raise FaultyDocument(f"The venue {path}" if path else "The venue", invalid.faults) from None


def _part(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = document.get(name)
    return part if isinstance(part, Mapping) else {}  # anything else is named as a fault below


def _late_binding(options: SimulateOptions) -> Mapping[str, Any]:
    """This is what the options say about moves; a budget holds in every service, whatever its mode was."""
    given: dict[str, Any] = {}
    if options.moves is not None:
        given |= {"moves": "auto" if options.moves else "off", "move_budget": options.moves, "services": {}}
    if options.freeze is not None:
        given |= {"freeze_minutes": options.freeze}
    return given
