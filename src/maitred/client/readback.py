"""Reading a night back through the API, and holding it against what the client was told (lesson 12)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from maitred.client.failures import ClientFailure
from maitred.client.http import Api
from maitred.client.report import LOST, SEATED, Outcome, Trouble
from maitred.client.stream import DECLINED, UNANSWERED, Told
from maitred.domain.booking import UNDECIDED_STATES, State

PAGE = 200
MAX_PAGES = 500

Item = Mapping[str, Any]


async def read_days(api: Api, slug: str, dates: Iterable[date]) -> list[Item]:
    """This reads every booking of some service days, page by page."""
    return [item for on in dates for item in await _read_day(api, slug, on)]


async def _read_day(api: Api, slug: str, on: date) -> list[Item]:
    items: list[Item] = []
    path = f"/v1/restaurants/{slug}/bookings?date={on.isoformat()}&limit={PAGE}"
    for _ in range(MAX_PAGES):
        page = (await api.call("GET", path)).body
        items += page["items"]
        if page["next"] is None:
            return items
        path = str(page["next"])
    raise ClientFailure(f"{on} at {slug} has more than {MAX_PAGES * PAGE} bookings; something is wrong.")


def outcomes(told: Mapping[str, Told], items: Iterable[Item]) -> tuple[Outcome, ...]:
    """This joins what was told with what was read; where they differ, the reading holds."""
    by_id = {str(item["id"]): item for item in items}
    by_ref = {item.get("external_ref"): item for item in by_id.values()}
    return tuple(
        _outcome(one, by_id.get(one.booking_id) if one.booking_id else by_ref.get(one.request.id))
        for one in told.values()
    )


def troubles(told: Mapping[str, Told], read: Iterable[Outcome], items: Iterable[Item]) -> tuple[Trouble, ...]:
    """This lists every booking that is not as it should be, in the order of the file."""
    ids: dict[str, list[str]] = {}
    for item in items:
        ids.setdefault(str(item.get("external_ref")), []).append(str(item["id"]))
    return tuple(
        Trouble(kind, outcome.booking, detail)
        for outcome in read
        for kind, detail in _wrong(told[outcome.booking], outcome, ids.get(outcome.booking, []))
    )


def _outcome(told: Told, item: Item | None) -> Outcome:
    reason = item.get("reason") if item else None
    return Outcome(
        booking=told.request.id,
        covers=told.request.party_size,
        state=str(item["state"]) if item else LOST if told.booking_id else told.state,
        reason=str(reason["code"]) if reason else (None if item else told.reason),
        booking_id=str(item["id"]) if item else told.booking_id,
        tables=tuple(item["tables"]) if item else (),
        confirmed_ms=told.confirmed_ms,
    )


def _wrong(told: Told, read: Outcome, ids: list[str]) -> Iterator[tuple[str, str]]:
    if told.state == UNANSWERED and told.booking_id is None:
        yield "unanswered", f"no answer to the request: {told.reason}"
    if read.state == LOST:
        yield "lost", f"{told.booking_id} was accepted and does not read back"
    if read.state in UNDECIDED_STATES:
        yield "stuck", f"{read.booking_id} is still {read.state}"
    if len(ids) > (told.state != DECLINED):
        yield "twice", f"stands in the book as {', '.join(ids)}"
    if read.state in SEATED and not read.tables:
        yield "seatless", f"{read.booking_id} is {read.state} without a table"
    if told.cancel == "done" and read.state != State.CANCELLED:
        yield "not_cancelled", f"{read.booking_id} was cancelled and reads back as {read.state}"
