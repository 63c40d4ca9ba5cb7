"""What people read, in their language: gettext catalogues, and dates, times and plurals as each locale writes them.

The text of a page belongs to whoever asked for it, so the locale is a context variable that the caller of a page sets
once (`speaking`); `_` and `ngettext` then answer in it. Catalogues are the .po files beside this one,
read at first use.
"""

import datetime as dt  # qualified: a language's own methods are called date and time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, time
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from importlib import resources
from io import BytesIO
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton, format_time, format_timedelta
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from maitred.texts.pseudo import PSEUDO, PseudoTranslations

# By their own names, which is what people look for in a list of languages.
LOCALES: Final = {"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español", "ne": "नेपाली"}
DEFAULT: Final = "en"


class Texts:
    """One language: its catalogue, and how it writes dates, times and numbers."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.catalogue: NullTranslations = _catalogue(code)
        self._locale = Locale.parse("ar" if code == PSEUDO else "en_GB" if code == "en" else code)
        self._clocks: dict[tuple[int, int], str] = {}
        self.direction: Final = self._locale.text_direction
        self.lang: Final = "ar-XB" if code == PSEUDO else code

    def date(self, day: dt.date, form: str = "full") -> str:
        """Write a date: full, long, medium or short."""
        return self._plain(format_date(day, form, locale=self._locale))

    def day(self, day: dt.date) -> str:
        """Write a day of the near past or future: weekday, day and month."""
        return self._plain(format_skeleton("MMMEd", _noon(day), locale=self._locale))

    def weekday(self, day: dt.date) -> str:
        """Write the short name of a weekday."""
        return format_date(day, "EEE", locale=self._locale)

    def time(self, instant: datetime | time, tz: ZoneInfo | None = None) -> str:
        """Write a time of day; an instant needs the zone whose clock is meant."""
        if isinstance(instant, datetime) and tz is not None:
            instant = instant.astimezone(tz)
        return self._clock(instant.hour, instant.minute)

    def _clock(self, hour: int, minute: int) -> str:
        """Write a time; there are 1440 of them, and hundreds on a page."""
        known = self._clocks.get((hour, minute))
        if known is None:
            known = self._plain(format_time(time(hour, minute), "short", locale=self._locale))
            self._clocks[hour, minute] = known
        return known

    def moment(self, instant: datetime, tz: ZoneInfo) -> str:
        """Write date and time."""
        return self._plain(format_datetime(instant.astimezone(tz), "medium", locale=self._locale))

    def lasting(self, minutes: float) -> str:
        """Write a span of time in its largest unit."""
        return self._plain(format_timedelta(round(minutes * 60), threshold=1.2, locale=self._locale))

    def either(self, choices: Sequence[str]) -> str:
        """Write choices as this language says `a, b or c`."""
        return format_list(list(choices), style="or", locale=self._locale)

    def number(self, value: float) -> str:
        """Write a number."""
        return self._plain(format_decimal(value, locale=self._locale))

    def percent(self, share: float) -> str:
        """Write a share between 0 and 1 as a percentage."""
        return self._plain(format_percent(share, locale=self._locale))

    def gettext(self, message: str) -> str:
        """Return a message (`Tongue`)."""
        return self.catalogue.gettext(message)

    def ngettext(self, one: str, many: str, count: int) -> str:
        """Return a message in the plural form for a count (`Tongue`)."""
        return self.catalogue.ngettext(one, many, count)

    def listed(self, words: Sequence[str]) -> str:
        """Join words as a sentence does (`Tongue`)."""
        return format_list(words, locale=self._locale) if words else ""

    def clock(self, instant: str) -> str:
        """Write the time of an ISO instant as a clock at its own offset shows it (`Tongue`)."""
        return self.time(datetime.fromisoformat(instant).time())

    def amount(self, value: float) -> str:
        """Write an amount with one decimal (`Tongue`)."""
        return self._plain(format_decimal(round(value, 1), "0.0", locale=self._locale))

    def _plain(self, text: str) -> str:
        # Digits stay Western where staff read tables beside each other; narrow no-break spaces break copy and search.
        return text.replace("\u202f", "\u00a0").translate(_DIGITS)


_DIGITS: Final = {base + digit: str(digit) for base in (0x0660, 0x0966) for digit in range(10)}


def _noon(day: dt.date) -> datetime:
    return datetime.combine(day, time(12))


@lru_cache(maxsize=16)
def texts_in(code: str | None) -> Texts:
    """Return a language; one that is not spoken here is English."""
    known = code in LOCALES or code == PSEUDO
    return Texts(code if known and code else DEFAULT)


def negotiate(accepted: str) -> str:
    """Return the language that an Accept-Language header likes best of ours."""
    wanted = [part.partition(";")[0].strip().lower().replace("-", "_") for part in accepted.split(",")]
    ours = (code.partition("_")[0] for code in wanted)
    return next((code for code in ours if code in LOCALES), DEFAULT)


def _catalogue(code: str) -> NullTranslations:
    if code == PSEUDO:
        return PseudoTranslations()
    if code == DEFAULT:
        return NullTranslations()
    file = resources.files("maitred.texts") / "locales" / f"{code}.po"
    if not file.is_file():
        return NullTranslations()
    compiled = BytesIO()
    with file.open("rb") as text:
        write_mo(compiled, read_po(text, locale=code))
    compiled.seek(0)
    return GNUTranslations(compiled)


_speaking: ContextVar[Texts | None] = ContextVar("texts", default=None)


@contextmanager
def speaking(texts: Texts) -> Iterator[None]:
    """Let `_` and `ngettext` answer in a language."""
    token = _speaking.set(texts)
    try:
        yield
    finally:
        _speaking.reset(token)


def present() -> Texts:
    """Return the language that is spoken here and now."""
    return _speaking.get() or texts_in(DEFAULT)


def gettext(message: str) -> str:
    """Return a message in the language that is spoken."""
    return present().catalogue.gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """Return a message in the plural form that the language has for a count."""
    return present().catalogue.ngettext(one, many, count)


def pgettext(context: str, message: str) -> str:
    """Return a message whose meaning needs its context."""
    return present().catalogue.pgettext(context, message)


def npgettext(context: str, one: str, many: str, count: int) -> str:
    """Return a message in its plural form and context."""
    return present().catalogue.npgettext(context, one, many, count)


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "to be translated where it is shown"
    """Mark a message for the catalogues without translating it."""
    return message


_ = gettext
