"""The record of nights: what was seated, against the most that anybody could have who had known all requests."""

from datetime import date, timedelta
from typing import Final

import structlog

from maitred.domain import calendar
from maitred.domain.booking import Booking, State
from maitred.domain.errors import Unavailable
from maitred.domain.optimizer import Optimum, unseated
from maitred.store import optimizer
from maitred.store.optimizer import NightRecord
from maitred.usecases.desk import Desk
from maitred.usecases.solving import SolverFailed, optimum_apart
from maitred.usecases.weigh import seating_request

SEATED: Final = (State.CONFIRMED, State.ARRIVED, State.CHECKED_IN, State.COMPLETED, State.NO_SHOW)
TURNED_AWAY: Final = (State.FAILED, State.MANUAL_REVIEW)
LOOK_BACK: Final = timedelta(days=14)
BATCH: Final = 20

log = structlog.get_logger(__name__)


async def record_nights(desk: Desk) -> int:
    """Record the nights that are over and have no record yet; returns how many. Safe in any number of processes.

    A night that cannot be recorded is logged and comes again; it neither stops the others nor uses up their turn.
    """
    today = desk.clock().date()
    recorded = 0
    for slug, day in await optimizer.nights_to_record(desk.database, today - LOOK_BACK, today):
        try:
            recorded += await _recorded(desk, slug, day)
        except Unavailable:
            raise
        except SolverFailed as fault:
            log.warning("night_not_recorded", restaurant=slug, day=day.isoformat(), error=str(fault))
        except Exception:
            log.exception("night_fault", restaurant=slug, day=day.isoformat())
        if recorded == BATCH:
            break
    return recorded


async def _recorded(desk: Desk, slug: str, day: date) -> bool:
    place = await desk.venues.get(slug)
    if desk.clock() < calendar.day_bounds(place.venue, day)[1]:
        return False
    asked = await optimizer.bookings_of_day(desk.database, place.restaurant_id, day, [*SEATED, *TURNED_AWAY])
    parties = [unseated(seating_request(one), "waiting") for one in asked]
    best = await optimum_apart(place.document, parties) if parties else Optimum(0, 0)
    seated = _covers([one for one in asked if one.state in SEATED])
    # Staff may have set soft rules aside that the solver keeps: the night itself then shows that more could be done.
    night = NightRecord(
        service_date=day,
        asked_covers=_covers(asked),
        seated_covers=seated,
        optimum_covers=max(best.covers, seated),
        bound_covers=max(best.bound, seated),
        recorded_at=desk.clock(),
    )
    await optimizer.insert_night(desk.database, place.restaurant_id, night)
    return True


def _covers(bookings: list[Booking]) -> int:
    return sum(one.party_size for one in bookings)
