"""Undo at the screens, in a real browser and over a real mail server: the last thing is named and taken back."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect
from site_of_tests import Place, Site, Visit, Visitors, served, soon

from engines import Databases
from mail_server import MailServer, serving
from maitred.domain.booking import Source
from maitred.domain.lifecycle import Action
from maitred.embedded import EmbeddedValkey
from maitred.store import messages
from maitred.store.views import BookingView
from maitred.texts import LOCALES
from maitred.usecases.door import act
from maitred.usecases.moves import move_by_hand
from maitred.usecases.people import Role


def _minutes(minutes: int) -> datetime:
    return datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=minutes)


@pytest.fixture(scope="module")
def post() -> Iterator[MailServer]:
    """A mail server of this module."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = MailServer(port)
    with serving(server):
        yield server


@pytest.fixture(scope="module")
def site(databases: Databases, valkey_engine: EmbeddedValkey, post: MailServer) -> Iterator[Site]:
    """A house that sends mail."""
    with served(databases, valkey_engine, mail_url=post.url, mail_from="us@example.org") as site:
        yield site


def door(place: Place, visitor: Visitors, **options: Any) -> Visit:
    """A host at the door."""
    return visitor(place.person(Role.HOST), **options).open(f"/ops/{place.slug}/now")


def seated(place: Place, name: str = "Ann Archer") -> BookingView:
    """A party that has just sat down."""
    booked = place.book(name, 2, _minutes(2), source=Source.PHONE)
    place.call(act, booked.booking.id, Action.CHECK_IN)
    return place.read(booked)


def test_a_seated_party_that_was_moved_sits_at_its_first_table_again(place: Place, visitor: Visitors) -> None:
    """t, another table, Enter, u: at its first table, seated, until when it was to sit; and u once more unseats it."""
    party = seated(place)
    (first,) = party.tables
    visit = door(place, visitor)
    row = visit.page.locator(f"#b-{party.booking.id}")
    row.focus()
    visit.press("t")
    dialog = visit.page.locator("#dialog")
    wanted = "P1" if first != "P1" else "T4"
    dialog.locator(f"[name=tables][value={wanted}]").focus()
    visit.press("Space", "Enter")
    expect(visit.page.locator("#toasts")).to_contain_text(f"Undo: moved from {first} to {wanted}")
    assert place.read(party).tables == (wanted,)
    visit.press("u")
    expect(visit.page.locator("#toasts")).to_contain_text(f"Undone: Ann Archer, moved from {first} to {wanted}.")
    expect(visit.page.get_by_role("region", name="Seated")).to_contain_text("Ann Archer")
    after = place.read(party)
    assert (after.booking.state, after.tables) == ("checked_in", (first,))
    assert (after.seated_from, after.seated_until) == (party.seated_from, party.seated_until)
    expect(row.locator("form:has([data-key=u]) [name=version]")).to_have_value(str(after.booking.version))
    row.focus()
    visit.press("u")
    expect(visit.page.locator("#toasts")).to_contain_text(f"Undone: Ann Archer, seated at {first}.")
    assert place.read(party).booking.state == "confirmed"


def test_a_lost_table_is_out_of_use_until_that_is_undone(place: Place, visitor: Visitors) -> None:
    """X: the party gets another table, the broken one is offered to nobody; u opens it and brings the party back."""
    party = seated(place)
    (lost,) = party.tables
    visit = door(place, visitor)
    visit.page.locator(f"#b-{party.booking.id}").focus()
    visit.press("X")
    expect(visit.page.locator("#toasts")).to_contain_text(f"Undo: {lost} taken out of use")
    there = place.read(party)
    assert there.booking.state == "checked_in"
    assert lost not in there.tables
    free = visit.page.get_by_role("region", name="Ready")
    expect(free.get_by_text(lost, exact=True)).to_have_count(0)
    other = visitor(place.person(Role.HOST)).open(f"/ops/{place.slug}/floor/tables/{lost}", script=False)
    expect(other.page.locator("main")).to_contain_text("out of use")
    visit.press("u")
    expect(visit.page.locator("#toasts")).to_contain_text("Undone: Ann Archer")
    after = place.read(party)
    assert (after.booking.state, after.tables, after.seated_until) == ("checked_in", (lost,), party.seated_until)


def test_the_fix_of_a_lost_table_is_another_one(site: Site, visitor: Visitors) -> None:
    """The only table is broken: the party waits for a person, to whom it is not offered."""
    place = site.open_place(
        zones=[{"id": "main", "name": "Main room"}],
        tables=[{"id": "T1", "zone": "main", "capacity": 4, "min_party": 1}],
        joins=[],
    )
    booked = place.book("Ann Archer", 2, soon(30), source=Source.PHONE)
    visit = visitor(place.person(Role.MANAGER)).open(f"/ops/{place.slug}/now")
    visit.page.locator(f"#b-{booked.booking.id}").focus()
    visit.press("X")
    expect(visit.page.locator("#toasts")).to_contain_text("Undo: T1 taken out of use")
    assert place.read(booked).booking.state == "manual_review"
    review = visitor(place.person(Role.MANAGER)).open(f"/ops/{place.slug}/review")
    expect(review.page.locator("main")).to_contain_text("Ann Archer")
    expect(review.page.locator("main").get_by_role("button", name="T1")).to_have_count(0)
    visit.press("u")
    expect(visit.page.locator(f"#b-{booked.booking.id}")).to_contain_text("T1")
    assert place.read(booked).booking.state == "confirmed"


def test_a_cancellation_that_is_undone_is_mailed_to_nobody(place: Place, visitor: Visitors, post: MailServer) -> None:
    """C and u: the booking stands, no mail leaves, and the page of messages says why."""
    address = f"ann@{place.slug}.example"
    booked = place.book("Ann Archer", 2, soon(90), email=address)
    visit = door(place, visitor)

    def sent() -> list[str]:
        return [one.subject for one in post.received if one.recipient == address]

    def kept() -> dict[str, str | None]:
        found = place.site.run(
            lambda: messages.listing(place.desk.database, place.number, booking_id=booked.booking.id)
        )
        return {one.message.kind: one.message.reason or one.message.state for one in found}

    _until(visit, lambda: kept() == {"confirmed": "sent"})
    assert len(sent()) == 1
    visit.page.locator(f"#b-{booked.booking.id}").focus()
    visit.press("C")
    expect(visit.page.locator("#toasts")).to_contain_text("Undo: cancelled")
    assert place.read(booked).booking.state == "cancelled"
    _until(visit, lambda: "cancelled" in kept())
    assert kept()["cancelled"] == "pending"
    visit.press("u")
    expect(visit.page.locator("#toasts")).to_contain_text("Undone: Ann Archer, cancelled.")
    assert place.read(booked).booking.state == "confirmed"
    assert kept()["cancelled"] == "taken_back"
    # A mail that is due later than that one would have been has arrived: that one never will.
    later = f"bob@{place.slug}.example"
    place.book("Bob Baker", 2, soon(90), email=later)
    _until(visit, lambda: any(one.recipient == later for one in post.received))
    assert len(sent()) == 1
    manager = visitor(place.person(Role.MANAGER)).open(f"/ops/{place.slug}/messages", script=False)
    expect(manager.page.locator("main")).to_contain_text("was undone before it could leave")


def _until(visit: Visit, condition: Any, within_ms: int = 60_000) -> None:
    """Wait for something outside of the page; fails naming it when it does not come true."""
    for _ in range(within_ms // 100):
        if condition():
            return
        visit.page.wait_for_timeout(100)
    raise AssertionError(f"not within {within_ms} ms: {condition}")


@pytest.mark.parametrize("key", ["a", "s", "C", "X"])
def test_a_key_pressed_twice_does_it_once_and_says_so(place: Place, visitor: Visitors, key: str) -> None:
    """The second is told that it is done: no conflict, and nothing is done twice."""
    booked = place.book("Ann Archer", 2, _minutes(2), source=Source.PHONE)
    visit = visitor(place.person(Role.HOST)).open(f"/ops/{place.slug}/bookings?date={booked.booking.service_date}")
    row = visit.page.locator(f"#b-{booked.booking.id}")
    form = row.locator(f'form:has([data-key="{key}"])').first
    address, version = form.get_attribute("action"), booked.booking.version
    assert address is not None
    for _ in range(2):
        answer = visit.page.evaluate(
            """async ([address, version]) => {
                const sent = {method: 'POST', headers: {'HX-Request': 'true'}, body: new URLSearchParams({version})};
                const answer = await fetch(address, sent);
                return [answer.status, await answer.text()];
            }""",
            [address, str(version)],
        )
        assert answer[0] == 200, answer
        assert "Undo" in answer[1]
    expect(row.locator('[data-key="u"]').first).to_be_attached()  # the page has read again
    row.focus()
    visit.press("u")
    expect(visit.page.locator("#toasts")).to_contain_text("Undone: Ann Archer")
    after = place.read(booked)
    assert (after.booking.state, after.tables) == ("confirmed", booked.tables)


def test_what_cannot_be_undone_says_why_and_changes_nothing(place: Place, visitor: Visitors) -> None:
    """The first table has been given to somebody else: they are named, and everybody stays."""
    party, other = seated(place), place.book("Bob Baker", 2, soon(45), source=Source.PHONE)
    (first,) = party.tables
    visit = door(place, visitor)
    visit.page.locator(f"#b-{party.booking.id}").focus()
    visit.press("t")
    wanted = next(table for table in ("P1", "T4", "T3") if table not in (*party.tables, *other.tables))
    visit.page.locator(f"#dialog [name=tables][value={wanted}]").focus()
    visit.press("Space", "Enter")
    expect(visit.page.locator("#toasts")).to_contain_text("Undo: moved")
    if other.tables != (first,):
        place.call(move_by_hand, other.booking.id, [first])
    visit.press("u")
    expect(visit.page.locator("#toasts .fault")).to_contain_text(
        f"{first} is taken by Bob Baker now. Nothing was changed."
    )
    assert (place.read(party).tables, place.read(other).tables) == ((wanted,), (first,))


@pytest.mark.parametrize("locale", [one for one in LOCALES if one != "en"])
def test_what_an_undo_takes_back_is_named_in_the_language_of_the_screen(
    place: Place, visitor: Visitors, locale: str
) -> None:
    """No word of English in a line that offers to take a move back."""
    party = seated(place)
    visit = door(place, visitor, locale=locale)
    visit.page.locator(f"#b-{party.booking.id}").focus()
    visit.press("t")
    wanted = "P1" if party.tables != ("P1",) else "T4"
    visit.page.locator(f"#dialog [name=tables][value={wanted}]").focus()
    visit.press("Space", "Enter")
    offered = visit.page.locator("#toasts [data-key=u]")
    expect(offered).to_contain_text(wanted)
    expect(offered).not_to_contain_text("moved")
    expect(offered).not_to_contain_text("Undo")
