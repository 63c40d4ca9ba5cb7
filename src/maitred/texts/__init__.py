"""What people read, in their language: gettext catalogues, and dates, times and plurals as each locale writes them.

The text of a page belongs to whoever asked for it, so the locale is a context variable that the caller of a page sets
once (`speaking`); `_` and `ngettext` then answer in it. Catalogues are the .po files beside this one,
read at first use.
"""

import datetime as dt  # qualified: a language's own methods are called date and time
import re
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

from babel import Locale, UnknownLocaleError
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
    """One language: its catalogue, and how it writes dates, times and numbers.

    `code` and `lang` are the language of the words. `tag` also has the territory that was asked for, if any: with it,
    or else the restaurant's country, goes how dates and clocks are written.
    """

    def __init__(self, code: str, territory: str | None = None, country: str | None = None) -> None:
        self.code = code
        self.tag: Final = f"{code}-{territory}" if territory else code
        self.catalogue: NullTranslations = _catalogue(code)
        self._locale = _written_in(code, territory or country)
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


_QUALITY: Final = re.compile(r"q\s*=\s*([01](?:\.\d{0,3})?)", re.IGNORECASE)
_TERRITORY: Final = re.compile(r"[A-Za-z]{2}|\d{3}")
_DIGITS: Final = {base + digit: str(digit) for base in (0x0660, 0x0966) for digit in range(10)}


def _noon(day: dt.date) -> datetime:
    return datetime.combine(day, time(12))


def texts_in(tag: str | None, country: str | None = None) -> Texts:
    """Return the language of a tag (BCP 47) as its territory, or else a country, writes it.

    A language that is not spoken here is English, of the country: the tag's territory is that of another language.
    """
    if tag == PSEUDO:
        return _texts(PSEUDO, None, None)
    language, territory = _parts(tag or "")
    return _texts(language, territory, country) if language in LOCALES else _texts(DEFAULT, None, country)


@lru_cache(maxsize=256)
def _texts(code: str, territory: str | None, country: str | None) -> Texts:
    return Texts(code, territory, country)


def preferred(accepted: str) -> str:
    """Return the tag of ours that an Accept-Language header likes best (RFC 9110, 12.5.4), such as `en-US`.

    A header that names the language alone first (`en, en-US`) still says the territory.
    """
    wanted = sorted(_accepted(accepted), key=lambda one: -one[1])
    ours = [tag for tag, quality in wanted if quality > 0 and _parts(tag)[0] in LOCALES]
    return with_territory(ours[0], ours) if ours else DEFAULT


def with_territory(tag: str, known: Sequence[str]) -> str:
    """Return a tag with the territory that others name for the same language, where it has none of its own."""
    language, territory = _parts(tag)
    if territory is None:
        named = (theirs for code, theirs in map(_parts, known) if code == language and theirs)
        territory = next(named, None)
    return f"{language}-{territory}" if territory else language


def negotiate(accepted: str) -> str:
    """Return the language that an Accept-Language header likes best of ours."""
    return _parts(preferred(accepted))[0]


def _accepted(header: str) -> Iterator[tuple[str, float]]:
    for part in header.split(","):
        tag, _, parameters = part.partition(";")
        quality = _QUALITY.fullmatch(parameters.strip())
        yield tag.strip(), float(quality[1]) if quality else 1.0


def _parts(tag: str) -> tuple[str, str | None]:
    """Return language and territory of a tag; what a script or an extension says makes no difference here."""
    language, *more = tag.strip().replace("_", "-").split("-")
    for part in more:
        if len(part) == 1:  # an extension begins
            break
        if _TERRITORY.fullmatch(part):
            return language.lower(), part.upper()
    return language.lower(), None


def _written_in(code: str, territory: str | None) -> Locale:
    """Return the locale whose dates and clocks a language has in a territory: ours where CLDR knows none."""
    own = {PSEUDO: "ar", "en": "en_GB"}.get(code, code)
    if territory is None or code == PSEUDO:
        return Locale.parse(own)
    try:
        return Locale.parse(f"{code}_{territory}")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(own)


@lru_cache(maxsize=len(LOCALES) + 1)  # read once, whatever territories are asked for
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
