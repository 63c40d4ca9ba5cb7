"""Messages in words: one letter a kind, in the language of whoever reads it, as text and as HTML alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined

from maitred.domain.country import country_of
from maitred.domain.messages import STAFF_KINDS, Kind
from maitred.texts import gettext as _
from maitred.texts import ngettext, present, speaking, texts_in

RANGES: Final = frozenset({Kind.WAITLIST_JOINED, Kind.WAITLIST_ENDED})
"""What is told of a time from and until."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Another time that would do, with the link that offers it."""

    starts_at: datetime
    zone: str | None
    url: str


@dataclass(frozen=True, slots=True)
class Story:
    """All that a letter may tell; each kind tells its own part. Instants are read on the restaurant's clock (`tz`)."""

    kind: Kind
    restaurant: str
    tz: ZoneInfo
    name: str | None = None
    starts_at: datetime | None = None
    party_size: int | None = None
    zone: str | None = None
    accessible: bool = False
    reference: str | None = None
    until: datetime | None = None
    manage_url: str | None = None
    page_url: str | None = None
    choices: tuple[Choice, ...] = ()
    stood: bool = False
    count: int = 1
    detail: str = ""
    address: str | None = None
    phone: str | None = None
    written_at: datetime | None = None
    said: str | None = None  # by a person of the restaurant, to this guest

    def day_of(self, instant: datetime | None) -> date | None:
        """Return the restaurant's day of an instant."""
        return instant.astimezone(self.tz).date() if instant else None


@dataclass(frozen=True, slots=True)
class Link:
    """A button; `main` is the one that most want."""

    label: str
    url: str
    main: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """A message in words. `rows` are what holds, as pairs of label and value."""

    lang: str
    direction: str
    subject: str
    greeting: str | None
    lines: tuple[str, ...]
    rows: tuple[tuple[str, str], ...]
    ask: str | None
    links: tuple[Link, ...]
    closing: str
    contact: tuple[str, ...]  # under the name of who writes: where they are, how they are called
    foot: str

    def text(self) -> str:
        """Return the letter as plain text."""
        blocks = [
            self.greeting,
            *self.lines,
            "\n".join(f"{label}: {value}" for label, value in self.rows),
            self.ask,
            "\n\n".join(f"{link.label}:\n{link.url}" for link in self.links),
            "\n".join([self.closing, *self.contact]),
            "-- \n" + self.foot,
        ]
        return "\n\n".join(block for block in blocks if block) + "\n"

    def html(self) -> str:
        """Return the letter as HTML."""
        return str(_page().render(letter=self))

    def short(self) -> str:
        """Return the letter as a text message: what it is about, and the link that matters most."""
        return " ".join([self.subject, *(link.url for link in self.links[:1])])

    def plain(self) -> dict[str, Any]:
        """Return the letter as it is kept."""
        return {"subject": self.subject, "text": self.text(), "html": self.html(), "short": self.short()}


@dataclass(frozen=True, slots=True)
class Words:
    """What one kind says: beside this, every letter greets, lists what holds, and names who writes."""

    subject: str
    lines: tuple[str, ...]
    links: tuple[Link, ...] = ()
    ask: str | None = None
    rows: bool = True


@dataclass(frozen=True, slots=True)
class _Told:
    """A story with its values as the language writes them."""

    story: Story
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def manage(self) -> tuple[Link, ...]:
        url = self.story.manage_url
        return (Link(_("See, change or cancel the booking"), url),) if url else ()

    @property
    def again(self) -> tuple[Link, ...]:
        url = self.story.page_url
        return (Link(_("Look for another time"), url),) if url else ()

    def main(self, label: str) -> tuple[Link, ...]:
        url = self.story.manage_url
        return (Link(label, url, main=True),) if url else ()

    def say(self, sentence: str) -> str:
        return sentence % self.values


def letter_of(story: Story, locale: str) -> Letter:
    """Write a letter in a language (a tag); without a territory its clock is the restaurant's country's."""
    texts = texts_in(locale, country_of(story.tz.key))
    with speaking(texts):
        told = _Told(story, _values(story))
        words = WORDS[story.kind](told)
        staff = story.kind in STAFF_KINDS
        return Letter(
            lang=texts.lang,
            direction=texts.direction,
            subject=" ".join(told.say(words.subject).split()),  # a subject is one line, whatever a venue is called
            greeting=None if staff or not story.name else _("Hello %(name)s,") % {"name": story.name},
            lines=tuple(told.say(line) for line in words.lines),
            rows=_rows(story) if words.rows else (),
            ask=words.ask,
            links=words.links,
            closing=story.restaurant,
            contact=() if staff else tuple(one for one in (story.address, story.phone) if one),
            foot=_foot(staff=staff),
        )


def _foot(*, staff: bool) -> str:
    if staff:
        return _("You get this because you look after bookings at this restaurant.")
    return _("You get this because somebody asked for a table with this address. Answers go to the restaurant.")


def _values(story: Story) -> dict[str, str]:
    texts = present()
    at = story.starts_at.astimezone(story.tz) if story.starts_at else None
    return {
        "restaurant": story.restaurant,
        "day": texts.day(at.date()) if at else "",
        "time": texts.time(at.time()) if at else "",
        "until": texts.time(story.until, story.tz) if story.until else "",
        "zone": story.zone or "",
        "detail": story.detail,
        "said": story.said or "",
        "count": str(story.count),
    }


def _rows(story: Story) -> tuple[tuple[str, str], ...]:
    texts = present()
    rows: list[tuple[str, str]] = []
    if story.starts_at:
        day = texts.date(story.starts_at.astimezone(story.tz).date())
        ends = f"–{texts.time(story.until, story.tz)}" if story.until and story.kind in RANGES else ""
        rows.append((_("When"), f"{day}, {texts.time(story.starts_at, story.tz)}{ends}"))
    if story.party_size:
        count = story.party_size
        rows.append((_("Who"), ngettext("%(count)s guest", "%(count)s guests", count) % {"count": count}))
    if story.zone:
        rows.append((_("Where"), story.zone))
    if story.accessible:
        rows.append((_("Table"), _("Step-free, accessible")))
    if story.reference:
        rows.append((_("Reference"), story.reference))
    return tuple(rows)


def _received(told: _Told) -> Words:
    return Words(
        _("%(restaurant)s: your request for %(day)s, %(time)s"),
        (
            _("We have your request and are finding your table."),
            _("You need to do nothing: we tell you as soon as we know."),
        ),
        told.manage,
    )


def _confirmed(told: _Told) -> Words:
    return Words(
        _("%(restaurant)s: your table on %(day)s, %(time)s"),
        (_("Your table is booked. We look forward to seeing you."),),
        told.manage,
    )


def _confirmed_after_wait(told: _Told) -> Words:
    return Words(
        _("%(restaurant)s: your table on %(day)s, %(time)s"),
        (_("Thank you for waiting: your table is booked. We look forward to seeing you."),),
        told.manage,
    )


def _under_review(told: _Told) -> Words:
    return Words(
        _("%(restaurant)s: we are looking at your request"),
        (_("A person at the restaurant is looking at your request and will tell you soon."),),
        told.manage,
    )


def _declined(told: _Told) -> Words:
    stood, choices = told.story.stood, told.story.choices
    sorry = (
        _("We are very sorry: the table we had promised you is no longer available.")
        if stood
        else _("We are sorry: we have no table for you at that time.")
    )
    ask = (
        _("These times are free as we write. A link shows the table and books it when you say so:") if choices else None
    )
    said = (_("The restaurant writes: %(said)s"),) if told.story.said else ()
    links = tuple(Link(_choice(told.story, one), one.url, main=True) for one in choices)
    return Words(_("%(restaurant)s: no table on %(day)s, %(time)s"), (sorry, *said), (*links, *told.again), ask)


def _choice(story: Story, one: Choice) -> str:
    at = one.starts_at.astimezone(story.tz)
    when = f"{present().day(at.date())}, {present().time(at.time())}"
    return f"{when} · {one.zone}" if one.zone else when


def _changed(told: _Told) -> Words:
    return Words(
        _("%(restaurant)s: your booking is now for %(day)s, %(time)s"),
        (_("Your booking was changed. This is what holds now:"),),
        told.manage,
    )


def _moved(told: _Told) -> Words:
    line = (
        _("Your table has changed: it is now in %(zone)s.")
        if told.story.zone
        else _("Your table has changed: it is now in another part of the restaurant.")
    )
    return Words(_("%(restaurant)s: another table on %(day)s, %(time)s"), (line,), told.manage)


def _cancelled(told: _Told) -> Words:
    return Words(
        _("%(restaurant)s: your booking for %(day)s, %(time)s is cancelled"),
        (_("Your booking is cancelled. We would be glad to see you another time."),),
        told.again,
    )


def _reminder(told: _Told) -> Words:
    return Words(
        _("%(restaurant)s: see you on %(day)s, %(time)s"),
        (
            _("We look forward to seeing you."),
            _("If you cannot come, please cancel: somebody else will be glad of the table."),
        ),
        told.manage,
    )


def _reminder_soon(told: _Told) -> Words:
    tomorrow = told.story.day_of(told.story.starts_at) != told.story.day_of(told.story.written_at)
    return Words(
        # What is after midnight is another day's, on whatever evening it is written.
        _("%(restaurant)s: see you on %(day)s, %(time)s")
        if told.story.written_at and tomorrow
        else _("%(restaurant)s: see you today at %(time)s"),
        (_("Your table is ready for you at %(time)s. If you are late or cannot come, please tell us."),),
        told.manage,
    )


def _waitlist_joined(told: _Told) -> Words:
    return Words(
        _("%(restaurant)s: you are on the waitlist for %(day)s"),
        (
            _("You are on the waitlist from %(time)s to %(until)s."),
            _("When a table comes free for you, we tell you at once."),
        ),
        told.main(_("See where you stand, or leave the list")),
    )


def _waitlist_booked(told: _Told) -> Words:
    return Words(
        _("%(restaurant)s: a table came free and is yours, %(day)s, %(time)s"),
        (_("A table came free, and we have booked it for you as you had asked."),),
        told.manage,
    )


def _waitlist_offer(told: _Told) -> Words:
    return Words(
        _("%(restaurant)s: a table for you, kept until %(until)s"),
        (_("A table came free. We keep it for you until %(until)s; after that it is somebody else's."),),
        told.main(_("See the table and take it")),
    )


def _waitlist_ended(told: _Told) -> Words:
    return Words(
        _("%(restaurant)s: no table came free on %(day)s"),
        (_("We are sorry: no table came free in the time that you had named."),),
        told.again,
    )


def _staff_review(told: _Told) -> Words:
    count = told.story.count
    return Words(
        ngettext(
            "%(restaurant)s: %(count)s booking waits for your decision",
            "%(restaurant)s: %(count)s bookings wait for your decision",
            count,
        ),
        (_("The newest of them:"),),
        told.main(_("Open the review queue")),
    )


def _staff_review_due(told: _Told) -> Words:
    return Words(
        _("%(restaurant)s: decide by %(until)s"),
        (_("Nobody has decided on this booking. At %(until)s it is declined by itself."),),
        told.main(_("Decide now")),
    )


def _staff_breaker(_told: _Told) -> Words:
    return Words(
        _("%(restaurant)s: %(detail)s does not answer"),
        (
            _("%(detail)s has failed again and again and is left alone for the moment."),
            _("Bookings are still accepted. They are confirmed once it answers."),
        ),
        rows=False,
    )


def _staff_webhook(told: _Told) -> Words:
    return Words(
        _("%(restaurant)s: a webhook is switched off"),
        (_("%(detail)s has taken nothing for days, or says that it is gone. Nothing more is sent to it."),),
        told.main(_("Open the webhooks")),
        rows=False,
    )


WORDS: Final[Mapping[Kind, Callable[[_Told], Words]]] = {
    Kind.RECEIVED: _received,
    Kind.CONFIRMED: _confirmed,
    Kind.CONFIRMED_AFTER_WAIT: _confirmed_after_wait,
    Kind.UNDER_REVIEW: _under_review,
    Kind.DECLINED: _declined,
    Kind.CHANGED: _changed,
    Kind.CANCELLED: _cancelled,
    Kind.MOVED: _moved,
    Kind.REMINDER_24H: _reminder,
    Kind.REMINDER_2H: _reminder_soon,
    Kind.WAITLIST_JOINED: _waitlist_joined,
    Kind.WAITLIST_BOOKED: _waitlist_booked,
    Kind.WAITLIST_OFFER: _waitlist_offer,
    Kind.WAITLIST_ENDED: _waitlist_ended,
    Kind.STAFF_REVIEW: _staff_review,
    Kind.STAFF_REVIEW_DUE: _staff_review_due,
    Kind.STAFF_BREAKER: _staff_breaker,
    Kind.STAFF_WEBHOOK: _staff_webhook,
}


@lru_cache(maxsize=1)
def _page() -> Any:
    environment = Environment(
        loader=PackageLoader("maitred.notify", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    return environment.get_template("letter.html")
