"""What a restaurant's phone is answered with in mind: a language, the order of dates, zones, tables and hours."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final

from babel import Locale, UnknownLocaleError

from maitred.domain.calendar import windows
from maitred.domain.country import country_of
from maitred.domain.phoneline.lexicon import plain
from maitred.domain.venue_model import Venue

SMALL_HOURS: Final = dt.time(6)
Spans = tuple[tuple[int, int], ...]
"""From opening to the last seating, both included, in minutes past the midnight before opening."""
_DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Ear:
    """What is listened with.

    `language` is that of who answers, `region` completes phone numbers, `day_first` orders 5/12, `zones` maps words to
    a zone and `tables` to a table, `spans` are the hours of a day at which parties may be seated.
    """

    language: str
    region: str | None
    day_first: bool
    zones: Mapping[tuple[str, ...], str]
    tables: Mapping[str, tuple[str, ...]]
    spans: Callable[[dt.date], Spans]
    slot_minutes: int
    day_starts_at: dt.time

    def open_at(self, day: dt.date, at: dt.time) -> bool:
        """Whether a party may be seated then; the small hours are those after the day's evening."""
        minute = at.hour * 60 + at.minute
        return any(opens <= one <= last for opens, last in self.spans(day) for one in (minute, minute + 1440))

    def open_days(self, day: dt.date) -> tuple[dt.date, ...]:
        """Return the day if it is open, else the days of the week after it: what their hours are is likely meant."""
        return (day,) if self.spans(day) else tuple(day + ahead * _DAY for ahead in range(1, 8))


def ear_for(venue: Venue, language: str) -> Ear:
    """Return what the phone of a restaurant is answered with, by somebody who speaks a language."""
    region = country_of(venue.timezone)
    return Ear(
        language, region, _day_first(language, region), _zones(venue), _tables(venue), partial(_spans, venue),
        venue.slot_minutes, venue.day_starts_at,
    )  # fmt: skip


@lru_cache(maxsize=256)
def _day_first(language: str, region: str | None) -> bool:
    """Return whether the country of the venue writes the day before the month; without one, the language decides."""
    for name in (f"und_{region}", language) if region else (language,):
        try:
            pattern = Locale.parse(name).date_formats["short"].pattern
        except (UnknownLocaleError, ValueError):
            continue
        return re.sub("[^dM]", "", pattern).startswith("d") or "y" in pattern[:1].casefold()
    return True


def _zones(venue: Venue) -> dict[tuple[str, ...], str]:
    named = {tuple(plain(word) for word in zone.name.split()): zone.id for zone in venue.zones}
    return named | {(plain(zone.id),): zone.id for zone in venue.zones}


def _tables(venue: Venue) -> dict[str, tuple[str, ...]]:
    """Return which tables a word may mean: its whole id, or the number in it."""
    found: dict[str, tuple[str, ...]] = {}
    for table in venue.tables:
        figures = re.sub(r"\D", "", table.id).lstrip("0")
        if figures:
            found[figures] = (*found.get(figures, ()), table.id)
    return found | {plain(table.id): (table.id,) for table in venue.tables}


def _spans(venue: Venue, day: dt.date) -> Spans:
    midnight = dt.datetime.combine(day, dt.time())
    return tuple(
        (
            _minutes(window.opens_at.astimezone(venue.tz).replace(tzinfo=None) - midnight),
            _minutes(window.last_seating_at.astimezone(venue.tz).replace(tzinfo=None) - midnight),
        )
        for window in windows(venue, day)
    )


def _minutes(since: dt.timedelta) -> int:
    return int(since.total_seconds() // 60)


def wall(day: dt.date, at: dt.time, day_starts_at: dt.time) -> dt.datetime:
    """Return the wall time meant by a time of a day: the small hours belong to the evening before."""
    small = at < min(day_starts_at, SMALL_HOURS)
    return dt.datetime.combine(day + _DAY if small else day, at)
