"""The authority over messages: what is news to a guest, when it may leave, and when it is of no use any more."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import product
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from maitred.domain.booking import State
from maitred.domain.errors import InvalidInput
from maitred.domain.messages import (
    DELAYS,
    ENDING,
    GUEST_EVENTS,
    HELD_AT_NIGHT,
    STAFF_KINDS,
    STANDING,
    WAITING,
    Facts,
    Heard,
    Kind,
    News,
    QuietHours,
    delay_after,
    due_at,
    message_for,
    why_stale,
)
from maitred.notify.letters import Story, letter_of
from maitred.notify.mail import mail_of
from maitred.notify.port import Outgoing

AT = datetime(2026, 11, 28, 19, tzinfo=UTC)
FACTS = Facts(AT, 4, "garden")
LONDON = ZoneInfo("Europe/London")
NIGHT = QuietHours(time(22), time(8))
NOTHING = Heard()
TOLD_YES = Heard(Kind.CONFIRMED, FACTS)
TOLD_NO = Heard(Kind.CANCELLED, FACTS)


def news(event: str, state: State = State.CONFIRMED, facts: Facts = FACTS, **more: bool) -> News:
    return News(f"booking.{event}", state, facts, **more)


def waits(*kinds: Kind) -> Heard:
    return Heard(waits=frozenset(kinds))


@pytest.mark.parametrize(
    ("what", "heard", "said"),
    [
        (news("created", State.CREATED), NOTHING, None),
        (news("review_requested", State.MANUAL_REVIEW), NOTHING, Kind.UNDER_REVIEW),
        (news("review_requested", State.MANUAL_REVIEW), waits(Kind.RECEIVED), Kind.UNDER_REVIEW),
        (news("review_requested", State.MANUAL_REVIEW), waits(Kind.UNDER_REVIEW), None),
        (news("review_requested", State.MANUAL_REVIEW), TOLD_YES, None),
        (news("confirmed"), NOTHING, Kind.CONFIRMED),
        (news("confirmed"), waits(Kind.RECEIVED), Kind.CONFIRMED_AFTER_WAIT),
        (news("confirmed"), waits(Kind.UNDER_REVIEW), Kind.CONFIRMED_AFTER_WAIT),
        (news("confirmed", waited=True), NOTHING, Kind.WAITLIST_BOOKED),
        (news("confirmed"), TOLD_YES, None),
        (news("confirmed"), TOLD_NO, Kind.CONFIRMED),
        (news("undone"), TOLD_NO, Kind.CONFIRMED),
        (news("undone"), TOLD_YES, None),
        (news("undone", State.ASSIGNMENT_PENDING), TOLD_NO, None),
        (news("modified"), TOLD_YES, None),
        (news("modified", facts=Facts(AT, 5, "garden")), TOLD_YES, Kind.CHANGED),
        (news("modified", facts=Facts(AT + timedelta(hours=1), 4, "garden")), TOLD_YES, Kind.CHANGED),
        (news("modified", State.ASSIGNMENT_PENDING, Facts(AT, 5, "garden")), TOLD_YES, None),
        (news("modified", State.CHECKED_IN, Facts(AT, 5, "garden")), TOLD_YES, None),
        (news("moved"), TOLD_YES, None),
        (news("moved", facts=Facts(AT, 4, None)), TOLD_YES, Kind.MOVED),
        (news("moved", State.CHECKED_IN, Facts(AT, 4, None)), TOLD_YES, None),
        (news("cancelled", State.CANCELLED), TOLD_YES, Kind.CANCELLED),
        (news("cancelled", State.CANCELLED), NOTHING, Kind.CANCELLED),
        (news("cancelled", State.CANCELLED), TOLD_NO, None),
        (news("failed", State.FAILED), NOTHING, Kind.DECLINED),
        (news("declined", State.FAILED), waits(Kind.UNDER_REVIEW), Kind.DECLINED),
        (news("rejected", State.FAILED), NOTHING, Kind.DECLINED),
        (news("completed", State.COMPLETED), TOLD_YES, None),
        (news("no_show", State.NO_SHOW), TOLD_YES, None),
        (news("late_table"), TOLD_YES, None),
    ],
)
def test_a_step_is_told_of_when_it_is_news(what: News, heard: Heard, said: Kind | None) -> None:
    """What is said depends on the step and on what the guest believes already."""
    assert message_for(what, heard) is said


def test_who_walks_in_hears_nothing_and_nobody_is_told_to_wait_after_a_yes() -> None:
    """Over every event, state and thing heard: no mail to a walk-in, no "wait" to a guest who has a table."""
    heard = [NOTHING, TOLD_YES, TOLD_NO, waits(Kind.RECEIVED), waits(Kind.UNDER_REVIEW)]
    for event, state, known in product(sorted(GUEST_EVENTS), State, heard):
        what = News(event, state, FACTS)
        assert message_for(News(event, state, FACTS, walk_in=True), known) is None
        if known.stands:
            assert message_for(what, known) is not Kind.UNDER_REVIEW
        said = message_for(what, known)
        if said is not None and said not in WAITING:
            ended = Heard(said, FACTS)
            assert message_for(what, ended) is None, "the same step is no news twice"


def test_kinds_have_one_place() -> None:
    """No kind both ends a booking and lets it stand, and alerts for staff are neither."""
    assert not STANDING & ENDING
    assert not (STANDING | ENDING | WAITING) & STAFF_KINDS
    assert HELD_AT_NIGHT.isdisjoint({Kind.CONFIRMED, Kind.CANCELLED, Kind.WAITLIST_OFFER})


@pytest.mark.parametrize(
    ("kind", "at", "due"),
    [
        (Kind.CONFIRMED, "2026-11-20T23:30", "2026-11-20T23:30"),
        (Kind.WAITLIST_OFFER, "2026-11-20T23:30", "2026-11-20T23:30"),
        (Kind.MOVED, "2026-11-20T23:30", "2026-11-21T08:00"),
        (Kind.MOVED, "2026-11-21T03:00", "2026-11-21T08:00"),
        (Kind.MOVED, "2026-11-21T08:00", "2026-11-21T08:00"),
        (Kind.MOVED, "2026-11-21T21:59", "2026-11-21T21:59"),
        (Kind.MOVED, "2026-11-27T23:00", "2026-11-28T08:00"),
        (Kind.REMINDER_24H, "2026-11-21T07:00", "2026-11-21T08:00"),
    ],
)
def test_the_night_holds_what_nobody_asked_for(kind: Kind, at: str, due: str) -> None:
    """Answers go at once; the rest waits for the morning."""
    begin, then = (datetime.fromisoformat(one).replace(tzinfo=LONDON) for one in (at, due))
    assert due_at(kind, begin, AT, NIGHT, LONDON) == then
    assert due_at(kind, begin, AT, None, LONDON) == begin


def test_the_night_holds_nothing_that_would_come_too_late() -> None:
    """A breakfast at half past eight is reminded of in the night rather than when it is over."""
    night, breakfast = datetime(2026, 11, 21, 6, tzinfo=LONDON), datetime(2026, 11, 21, 8, tzinfo=LONDON)
    assert due_at(Kind.MOVED, night, breakfast, NIGHT, LONDON) == night
    assert due_at(Kind.REMINDER_2H, night, breakfast + timedelta(minutes=29), NIGHT, LONDON) == night
    assert due_at(Kind.REMINDER_2H, night, breakfast + timedelta(minutes=31), NIGHT, LONDON) == breakfast


def test_quiet_hours_may_lie_within_a_day_and_end_in_an_hour_that_a_clock_change_skips() -> None:
    """An afternoon's rest is one, and on the night of the change the morning comes when the clock has passed it."""
    rest = QuietHours(time(14), time(17))
    assert rest.over_at(datetime(2026, 11, 20, 15, tzinfo=LONDON), LONDON).astimezone(LONDON).hour == 17
    assert rest.over_at(datetime(2026, 11, 20, 13, tzinfo=LONDON), LONDON).astimezone(LONDON).hour == 13
    skipped = QuietHours(time(22), time(1, 30))
    over = skipped.over_at(datetime(2026, 3, 29, 0, 30, tzinfo=LONDON), LONDON)
    assert over == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_request_is_not_acknowledged_once_it_is_decided() -> None:
    """What was planned while it was undecided is dropped."""
    assert why_stale(Kind.RECEIVED, State.ASSIGNMENT_PENDING, None, AT) is None
    assert why_stale(Kind.RECEIVED, State.CONFIRMED, None, AT) == "decided"


@pytest.mark.parametrize("state", State)
def test_reminders_are_for_confirmed_guests_and_nothing_is_said_of_what_is_over(state: State) -> None:
    """A reminder of a booking in any other state is dropped; so is every message whose time has come."""
    assert (why_stale(Kind.REMINDER_2H, state, AT, AT - timedelta(hours=2)) is None) is (state is State.CONFIRMED)
    assert why_stale(Kind.CANCELLED, state, AT, AT - timedelta(seconds=1)) is None
    assert why_stale(Kind.CANCELLED, state, AT, AT) == "over"


def test_tries_grow_apart_over_three_days_and_end() -> None:
    """Each wait is longer than or as long as the one before, at most a tenth over its plan, the same every time."""
    waited = [delay_after("one", number) for number in range(1, len(DELAYS) + 1)]
    for planned, real in zip(DELAYS, waited, strict=True):
        assert real is not None
        assert planned <= real <= planned * 1.1
    assert delay_after("one", len(DELAYS) + 1) is None
    assert timedelta(days=3) < sum(DELAYS, timedelta()) < timedelta(days=4)
    assert delay_after("one", 1) == delay_after("one", 1) != delay_after("two", 1)


@pytest.mark.parametrize(
    ("written", "said"),
    [("2026-11-28T22:30", "see you on Sun 29 Nov, 00:30"), ("2026-11-29T00:05", "see you today at 00:30")],
)
def test_a_reminder_before_midnight_of_a_table_after_it_names_the_day(written: str, said: str) -> None:
    """On Saturday evening half past midnight is not today's."""
    starts_at = datetime(2026, 11, 29, 0, 30, tzinfo=LONDON)
    at = datetime.fromisoformat(written).replace(tzinfo=LONDON)
    story = Story(Kind.REMINDER_2H, "The Inn", LONDON, starts_at=starts_at, written_at=at)
    assert letter_of(story, "en").subject == f"The Inn: {said}"


ADDRESSES = ("a b@c.de", "a@b@c", "a..b@x.de", "a,b@c.de", "a@b\r\nBcc: x@y.de", "a@b>", "", "@", "a@")
NAMES = (
    "Zoë, <x>", "a\r\nBcc: z@z.de", "\u202eevil", '"' * 5, "x" * 300, "\u2028x", "a\x00b",
    "=?utf-8?q?A=0D=0ABcc:_x@y.de?=", "=?utf-8?b?DQpCY2M6IHhAeS5kZQ==?=", "==??utf-8?q?A=0D=0A=0D=0Ahello?=",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_no_name_or_address_writes_a_header_of_its_own(name: str) -> None:
    """Whatever people call themselves is one header's text; an address no mail could carry is refused by name."""
    content = {"subject": f"{name}: hello", "text": "t", "html": "<p>t"}
    good = Outgoing(uuid4(), "<a@b>", "k", "s", "de", "a@exämple.de", name, name, "us@ex.org", None, content)
    raw = mail_of(good, AT).as_bytes()
    headers = raw.partition(b"\r\n\r\n")[0].lower().splitlines()
    assert not [line for line in headers if line.startswith(b"bcc")]
    assert len([line for line in headers if line.startswith(b"to:")]) == 1
    assert any(line.startswith(b"content-type: multipart/") for line in headers), "nothing ends the headers early"
    assert b"\0" not in raw
    for address in ADDRESSES:
        with pytest.raises(InvalidInput) as refused:
            mail_of(replace(good, recipient=address), AT)
        assert refused.value.field == "email"
