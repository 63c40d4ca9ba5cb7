"""The timeline of a service day: every table with who has it from when until when."""

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from starlette.responses import Response

from maitred.api.answers import TimelineAnswer
from maitred.api.call import Call, Endpoint, answer
from maitred.api.schemas import TimelineQuery
from maitred.domain.booking import Booking
from maitred.usecases.desk import OpenVenue
from maitred.usecases.timeline import Bar, Timeline, timeline

TAG: Final = "Floor"


async def read_timeline(call: Call) -> Response:
    """Return every table of a day, by zone, with who has it from when until when. Scope `floor:read` or `staff`.

    A party over several tables stands at each of them, with all of them in `tables`. Planned tables may still change.
    """
    if not call.caller.of_the_house:
        call.need("floor:read")
    query, place = call.query(TimelineQuery), await call.place()
    found = await timeline(call.desk.database, place, query.date, call.desk.clock())
    return answer(_shown(found, place))


def _shown(found: Timeline, place: OpenVenue) -> dict[str, Any]:
    tz, tables = place.venue.tz, place.floor.tables
    zones = [
        {
            "id": zone.id,
            "name": zone.name,
            "tables": [
                {"id": one.id, "capacity": one.capacity, "items": [_item(bar, tz) for bar in found.bars[one.id]]}
                for one in tables.values()
                if one.zone == zone.id
            ],
        }
        for zone in place.venue.zones
    ]
    return {
        "restaurant": place.slug,
        "date": found.day.isoformat(),
        "closed": found.closed,
        "starts_at": _local(found.starts_at, tz),
        "ends_at": _local(found.ends_at, tz),
        "zones": zones,
    }


def _item(bar: Bar, tz: ZoneInfo) -> dict[str, Any]:
    return {
        "kind": bar.kind,
        "from": _local(bar.starts_at, tz),
        "until": _local(bar.ends_at, tz),
        "tables": list(bar.tables),
        "booking": _booking(bar, bar.booking, tz) if bar.booking else None,
        "party_size": bar.booking.party_size if bar.booking else bar.held_for,
        "expires_at": _local(bar.held_until, tz) if bar.held_until else None,
        "reason": bar.reason,
        "closed_by": bar.by,
    }


def _booking(bar: Bar, booking: Booking, tz: ZoneInfo) -> dict[str, Any]:
    return {
        "id": str(booking.id),
        "reference": booking.reference,
        "guest": bar.guest,
        "state": booking.state.value,
        "version": booking.version,
        "starts_at": _local(booking.starts_at, tz),
        "ends_at": _local(booking.turn_ends_at, tz),
        "binding": bar.binding.value if bar.binding else None,
        "over_minutes": bar.over_minutes,
        "attention": list(bar.raised),
    }


def _local(instant: datetime, tz: ZoneInfo) -> str:
    return instant.astimezone(tz).isoformat()


ROUTES: Final = (
    Endpoint(
        "GET", "/v1/restaurants/{slug}/timeline", read_timeline, TAG, "Read the timeline", None, TimelineAnswer,
        query=TimelineQuery,
    ),
)  # fmt: skip
