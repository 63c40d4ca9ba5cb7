"""A scenario file: one venue and the stream of requests it received, read strictly (docs/scenarios.md)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from maitred.domain.admission import OVERRIDABLE
from maitred.domain.booking import Source
from maitred.domain.calendar import resolve_local
from maitred.domain.document import Faults, Node
from maitred.domain.errors import InvalidInput, VenueInvalid
from maitred.domain.venue import Venue, parse_venue
from maitred.scenarios.failures import BadFile, ScenarioInvalid
from maitred.scenarios.files import read_document

FORMAT = "maitred.scenario/1"
MAX_PARTY = 1000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Request:
    """A party asks for a table; `at` is when it asked, `id` the file's own name for the booking.

    `overrides` are the soft rules that staff set aside for it (`x_overrides`, in exports of a real period).
    """

    at: datetime
    id: str
    party_size: int
    starts_at: datetime
    source: Source
    zone_preference: str | None
    accessible: bool
    overrides: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Cancel:
    """A party that asked earlier takes it back."""

    at: datetime
    booking: str


Event = Request | Cancel


@dataclass(frozen=True, slots=True)
class Scenario:
    """A venue (as parsed, and the document itself) and its events in the order of the file."""

    name: str
    document: Mapping[str, Any]
    venue: Venue
    events: tuple[Event, ...]

    @property
    def requests(self) -> tuple[Request, ...]:
        """This lists the requests in the order of the file."""
        return tuple(event for event in self.events if isinstance(event, Request))

    @property
    def cancelled(self) -> frozenset[str]:
        """This names the bookings that the stream cancels."""
        return frozenset(event.booking for event in self.events if isinstance(event, Cancel))

    def plain(self) -> dict[str, Any]:
        """This is the scenario in the form of its file again, every time an instant with its offset."""
        events = [_plain(event) for event in self.events]
        return {"format": FORMAT, "name": self.name, "venue": self.document, "events": events}


def read_scenario(path: Path) -> Scenario:
    """This reads a scenario file; raises BadFile (another kind of file, too) or ScenarioInvalid."""
    document = read_document(path)
    kind = _kind_by_mistake(document)
    if kind:
        raise BadFile(f"{path} is {kind}, not a scenario: a venue with the stream of its requests (docs/scenarios.md).")
    return parse_scenario(document)


def read_venue(path: Path) -> Mapping[str, Any]:
    """This reads a venue's document from a venue file, or from the scenario file it stands in."""
    document = read_document(path)
    inner = document.get("venue")
    return inner if document.get("format") == FORMAT and isinstance(inner, dict) else document


def _kind_by_mistake(document: Mapping[str, Any]) -> str | None:
    if str(document.get("format", "")).startswith("maitred.seating/"):
        return "a seating, the result of simulate or replay"
    if "events" not in document and "venue" not in document and "tables" in document:
        return "a venue file (which `maitred import` takes)"
    return None


def _plain(event: "Event") -> dict[str, Any]:
    if isinstance(event, Cancel):
        return {"at": event.at.isoformat(), "type": "cancel", "booking_id": event.booking}
    booking: dict[str, Any] = {
        "id": event.id,
        "party_size": event.party_size,
        "start": event.starts_at.isoformat(),
        "source": str(event.source),
    }
    if event.zone_preference is not None:
        booking["zone_preference"] = event.zone_preference
    if event.accessible:
        booking["accessible"] = True
    if event.overrides:
        booking["x_overrides"] = sorted(event.overrides)
    return {"at": event.at.isoformat(), "type": "request", "booking": booking}


def parse_scenario(document: Mapping[str, Any]) -> Scenario:
    """This reads a scenario document, or raises ScenarioInvalid with every fault in it."""
    faults = Faults()
    root = Node(document, "", faults)
    if root.text("format") not in ("", FORMAT):
        root.fault("format", "unknown_format", f"Must be {FORMAT!r}.")
    name = root.text("name")
    venue_document = root.raw("venue")
    venue = _venue(venue_document, faults)
    events = _Stream(faults, venue.tz if venue else ZoneInfo("UTC")).read(root)
    root.done()
    if faults.found or venue is None:
        raise ScenarioInvalid("The scenario", faults.found)
    return Scenario(name, venue_document, venue, tuple(events))


def _venue(document: Any, faults: Faults) -> Venue | None:
    if document is None:
        return None  # already named as missing
    try:
        return parse_venue(document)
    except VenueInvalid as error:
        for fault in error.faults:
            faults.add(f"venue.{fault.path}" if fault.path else "venue", fault.code, fault.message)
    return None


@dataclass(slots=True)
class _Stream:
    """The events being read, with what the rules between them need."""

    faults: Faults
    tz: ZoneInfo
    asked: set[str] = field(default_factory=set)
    cancelled: set[str] = field(default_factory=set)
    latest: datetime = _EPOCH

    def read(self, root: Node) -> list[Event]:
        events = [event for node in root.nodes("events", required=True) if (event := self._event(node))]
        if not self.asked and root.clean:
            root.fault("events", "no_requests", "A scenario needs at least one request.")
        return events

    def _event(self, node: Node) -> Event | None:
        kind, at = node.text("type"), self._at(node)
        event: Event | None = None
        if kind == "request":
            event = self._request(node.child("booking"), at)
        elif kind == "cancel":
            event = self._cancel(node, at)
        elif kind:
            node.fault("type", "unknown_type", f"Must be request or cancel, not {kind!r}.")
            return None  # its other fields cannot be judged
        node.done()
        return event

    def _request(self, node: Node, at: datetime) -> Request:
        request = Request(
            at=at,
            id=node.text("id"),
            party_size=node.whole("party_size", 1, MAX_PARTY),
            starts_at=self._instant(node, "start"),
            source=self._source(node),
            zone_preference=node.text("zone_preference") if node.has("zone_preference") else None,
            accessible=node.flag_or("accessible", False),
            overrides=self._overrides(node),
        )
        if request.id in self.asked:
            node.fault("id", "duplicate_id", f"{request.id!r} has already asked.")
        self.asked.add(request.id)
        node.done()
        return request

    def _cancel(self, node: Node, at: datetime) -> Cancel:
        booking = node.text("booking_id")
        if booking and booking not in self.asked:
            node.fault("booking_id", "unknown_booking", f"No earlier event asks for {booking!r}.")
        if booking in self.cancelled:
            node.fault("booking_id", "cancelled_twice", f"{booking!r} is already cancelled.")
        self.cancelled.add(booking)
        return Cancel(at, booking)

    def _at(self, node: Node) -> datetime:
        at = self._instant(node, "at")
        if at < self.latest and at != _EPOCH:
            node.fault("at", "out_of_order", "Is earlier than the event before it; events stand in order of time.")
        self.latest = max(self.latest, at)
        return at

    def _overrides(self, node: Node) -> frozenset[str]:
        rules = node.items_or_none("x_overrides")
        for path, rule in rules:
            if rule not in OVERRIDABLE:
                self.faults.add(path, "unknown_rule", f"Must be one of {', '.join(sorted(OVERRIDABLE))}, not {rule!r}.")
        return frozenset(str(rule) for _, rule in rules)

    def _source(self, node: Node) -> Source:
        text = node.text("source")
        if text in set(Source):
            return Source(text)
        if text:
            node.fault("source", "unknown_source", f"Must be one of {', '.join(Source)}, not {text!r}.")
        return Source.WEB

    def _instant(self, node: Node, name: str) -> datetime:
        text = node.text(name)
        try:
            return resolve_local(text, self.tz, node.at(name)) if text else _EPOCH
        except InvalidInput as error:
            node.fault(name, error.reason_code, error.message)
            return _EPOCH
