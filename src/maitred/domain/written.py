"""Times of day and days as forms and documents write them: one form of each, without a zone, in plain digits."""

import re
from datetime import UTC, date, datetime, time
from typing import Final

from maitred.domain.errors import InvalidInput

YEARS: Final = range(1970, 3000)  # wide enough for any booking, and date arithmetic cannot overflow
_CLOCK: Final = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def read_clock(text: str) -> time | None:
    """This reads a time of day, HH:MM; None for anything else."""
    return time.fromisoformat(text) if _CLOCK.fullmatch(text) else None


def read_day(text: str) -> date | None:
    """This reads a day of the calendar, YYYY-MM-DD; None for anything else."""
    try:
        found = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
    return found if found is not None and found.year in YEARS else None


def clock_in(text: str, field: str) -> time:
    """This reads the time of day that a form's field holds. Raises InvalidInput: `invalid_time`."""
    found = read_clock(text.strip())
    if found is None:
        raise InvalidInput("Write a time as in 19:30.", field=field, code="invalid_time")
    return found


def day_in(text: str, field: str) -> date:
    """This reads the day that a form's field holds. Raises InvalidInput: `invalid_date`."""
    found = read_day(text.strip())
    if found is None:
        raise InvalidInput("Write a day as in 2030-05-17.", field=field, code="invalid_date")
    return found


def instant_in(text: str, field: str) -> datetime:
    """This reads an instant that a page of ours had in it, with its offset. Raises InvalidInput: `invalid_datetime`."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or found.year not in YEARS:
        raise InvalidInput("This is no instant.", field=field, code="invalid_datetime")
    return found.astimezone(UTC)
