"""A period's bookings as CSV, a page at a time; no cell of it is a formula to a spreadsheet."""

import csv
import io
from collections.abc import AsyncIterator, Iterable
from datetime import date, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from maitred.domain.errors import InvalidInput
from maitred.formats.spreadsheet import inert
from maitred.store import views
from maitred.store.database import Database
from maitred.store.views import BookingView

MAX_DAYS: Final = 366
PAGE: Final = 500
BOM: Final = "\ufeff"
HEADERS: Final = (
    "reference", "external_ref", "service_date", "starts_at", "party_size", "state", "tables", "guest_name",
    "guest_email", "guest_phone", "guest_locale", "source", "zone_preference", "accessible", "notes", "reason",
    "created_at", "id", "turn_minutes",
)  # fmt: skip


def check_period(first: date, last: date) -> None:
    """Raise InvalidInput for a period that ends before it begins or is longer than MAX_DAYS."""
    if last < first:
        raise InvalidInput("The period ends before it begins.", field="to", code="period_reversed")
    if last - first >= timedelta(days=MAX_DAYS):
        raise InvalidInput(f"A period has {MAX_DAYS} days at most.", field="to", code="period_too_long")


async def bookings_csv(
    database: Database,
    restaurant_id: int,
    tz: ZoneInfo,
    first: date,
    last: date,
    *,
    tables: bool = True,
    excel: bool = False,
) -> AsyncIterator[str]:
    """Yield the bookings of some service days as CSV, in order of day and arrival; times are the restaurant's.

    `excel` puts the mark of UTF-8 first, without which Excel takes the letters of names for others.
    """
    yield (BOM if excel else "") + _lines([HEADERS])
    for offset in range((last - first).days + 1):
        after: int | None = None
        while True:
            found = await views.list_bookings(
                database, restaurant_id, service_date=first + timedelta(days=offset), after=after, limit=PAGE
            )
            if found:
                yield _lines(_cells(view, tz, tables=tables) for view in found)
            if len(found) < PAGE:
                break
            after = found[-1].booking.arrival


def _cells(view: BookingView, tz: ZoneInfo, *, tables: bool) -> tuple[Any, ...]:
    one, guest = view.booking, view.guest
    return (
        one.reference, one.external_ref, one.service_date, one.starts_at.astimezone(tz).isoformat(), one.party_size,
        one.state, "+".join(view.tables) if tables else "", guest.name, guest.email, guest.phone, guest.locale,
        one.source, one.zone_preference, "yes" if one.accessible else "no", one.notes, one.reason_code,
        view.created_at.astimezone(tz).isoformat(timespec="seconds"), one.id,
        one.turn_minutes,
    )  # fmt: skip


def _lines(rows: Iterable[Iterable[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([inert(cell) for cell in row] for row in rows)
    return text.getvalue()
