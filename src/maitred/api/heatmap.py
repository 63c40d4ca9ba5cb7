"""How full the house is: covers against what it could seat, by service or hour of many days."""

from typing import Any, Final
from zoneinfo import ZoneInfo

from starlette.responses import Response

from maitred.api.answers import HeatmapAnswer
from maitred.api.bookings import states_in
from maitred.api.call import Call, Endpoint, answer
from maitred.api.schemas import HeatmapQuery
from maitred.domain.booking import State
from maitred.usecases.heatmap import COUNTED, HeatCell, HeatDay, heatmap

TAG: Final = "Availability"


async def read_heatmap(call: Call) -> Response:
    """Return the days from `from` to `to` with how full each service or hour is.

    A service's capacity is its seats times the turns that fit between opening and last seating; an hour's is the seats
    on offer in it, and its covers are the guests at table on average. Closed tables are taken off. Cancelled, failed
    and no-show bookings never count.
    """
    query, place = call.query(HeatmapQuery), await call.place()
    states = [State(name) for name in states_in(query.state) or COUNTED]
    days = await heatmap(call.desk.database, place, query.from_, query.to, by=query.by, states=states)
    shown = [_day(day, place.venue.tz) for day in days]
    return answer({"restaurant": place.slug, "by": query.by, "items": shown})


def _day(day: HeatDay, tz: ZoneInfo) -> dict[str, Any]:
    return {
        "date": day.date.isoformat(),
        "closed_reason": day.closed_reason,
        "cells": [_cell(one, tz) for one in day.cells],
    }


def _cell(one: HeatCell, tz: ZoneInfo) -> dict[str, Any]:
    starts_at, ends_at = one.cell.span
    return {
        "service": one.cell.name,
        "starts_at": starts_at.astimezone(tz).isoformat(),
        "ends_at": ends_at.astimezone(tz).isoformat(),
        "covers": one.covers,
        "parties": one.parties,
        "capacity": one.cell.capacity,
        "share": None if one.share is None else round(one.share, 4),
    }


ROUTES: Final = (
    Endpoint(
        "GET", "/v1/restaurants/{slug}/heatmap", read_heatmap, TAG, "How full the house is", "bookings:read",
        HeatmapAnswer, query=HeatmapQuery, problems=("empty_range", "too_long_range", "never_counted"),
    ),
)  # fmt: skip
