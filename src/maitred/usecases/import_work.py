"""An import under way, and what a row means at this restaurant: its day, its turn, its tables."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from maitred.domain import calendar
from maitred.domain.errors import InvalidInput
from maitred.domain.imported import Imported
from maitred.store.database import Database
from maitred.usecases.desk import OpenVenue

BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class ImportSource:
    """The other system: its name, and whether somebody said on purpose that this file is of it."""

    name: str
    on_purpose: bool = False


@dataclass(frozen=True, slots=True)
class Batchwork:
    """An import under way. `told` hears the position after each batch that is written."""

    database: Database
    place: OpenVenue
    source: str
    now: datetime
    dry_run: bool
    told: Callable[[int, int], None]


def service_day(work: Batchwork, one: Imported) -> date:
    """Return the service day of a row."""
    return calendar.service_date(work.place.venue, one.starts_at)


def turn_of(one: Imported, place: OpenVenue) -> int:
    """Return how long a party stays: as recorded, else by the venue, whose longest turn serves larger parties."""
    if one.turn_minutes:
        return one.turn_minutes
    try:
        return place.venue.turn_for(one.party_size)
    except InvalidInput:
        return max((row.minutes for row in place.venue.turn_minutes), default=120)


def given(one: Imported, place: OpenVenue) -> tuple[str, ...]:
    """Return the tables of a row by our names; none when one of them is not on the floor."""
    names = {table.casefold(): table for table in place.floor.bit}
    found = [names.get(table.casefold()) for table in one.tables]
    return tuple(sorted({table for table in found if table})) if all(found) else ()
