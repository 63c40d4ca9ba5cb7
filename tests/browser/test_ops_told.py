"""What a host reads is so, and names people: free tables, waits, ends, and why something cannot be."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from asking import ask, filled
from playwright.sync_api import expect
from site_of_tests import VENUE, Place, Visitors

from maitred.domain.booking import Source
from maitred.domain.lifecycle import Action
from maitred.ops.app import SCREENS
from maitred.ops.door import _wait_words
from maitred.store.views import BookingView
from maitred.usecases.door import act
from maitred.usecases.people import Role

TWO = {"tables": [VENUE["tables"][0], VENUE["tables"][1]], "joins": [], "zones": VENUE["zones"][:1]}


def minutes(count: int) -> datetime:
    return datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=count)


def seated(place: Place, name: str, party: int = 2) -> BookingView:
    booked = place.book(name, party, minutes(1), source=Source.PHONE)
    place.call(act, booked.booking.id, Action.CHECK_IN)
    return place.read(booked)


def clock(at: datetime) -> str:
    return f"{at.astimezone(ZoneInfo('Europe/London')):%H:%M}"


@pytest.mark.parametrize(("due", "listed"), [(4, False), (30, False), (45, False), (52, True), (120, True)])
def test_ready_lists_a_table_only_for_as_long_as_a_party_would_stay(
    site: object, visitor: Visitors, due: int, listed: bool
) -> None:
    """A table that somebody needs within three quarters of an hour and its buffer is none for a walk-in."""
    place = site.open_place(**TWO)  # type: ignore[attr-defined]
    booked = place.book("Ann", 2, minutes(due + 2), source=Source.PHONE)
    page = visitor(place.person(Role.HOST)).open(f"/ops/{place.slug}/now").page
    (table,) = booked.tables
    ready = page.locator("section", has=page.get_by_role("heading", name=re.compile("^Ready"))).last
    expect(ready).to_be_visible()
    assert (re.search(rf"\b{table}\b", ready.inner_text()) is not None) is listed
    if listed:
        assert f"until {clock(booked.booking.starts_at - timedelta(minutes=5))}" in ready.inner_text()


def test_door_floor_and_timeline_tell_one_end_before_and_after_a_move(place: Place, visitor: Visitors) -> None:
    """Without the buffer, and the same at other tables."""
    party = seated(place, "Ann Archer")
    assert party.seated_at is not None
    end = clock(party.seated_at.replace(second=0, microsecond=0) + timedelta(minutes=75))
    token = place.person(Role.HOST)

    def told() -> None:
        day = party.booking.service_date
        assert f"until {end}" in ask(place.site, "GET", f"/ops/{place.slug}/now", token).text
        assert f"sits until {end}" in ask(place.site, "GET", f"/ops/{place.slug}/floor", token).text
        board = ask(place.site, "GET", f"/ops/{place.slug}/timeline?date={day}", token).text
        assert re.search(rf"Ann Archer, party of 2, \d\d:\d\d to {end}", board)
        one = f"/ops/{place.slug}/bookings/{party.booking.id}"
        assert f"–{end} ·" in ask(place.site, "GET", one, token).text

    told()
    form = {"version": str(party.booking.version), "tables": "T3" if "T3" not in party.tables else "T4"}
    assert ask(place.site, "POST", f"/ops/{place.slug}/bookings/{party.booking.id}/move", token, form).status == 303
    assert place.read(party).tables != party.tables
    told()


@pytest.mark.parametrize(
    ("least", "most", "said"),
    [
        (5, 10, "5–10 minutes"), (85, 90, "85–90 minutes"), (90, 95, "about 1 h 35 min"), (115, 120, "about 2 h"),
        (215, 220, "about 3 h 40 min"), (55, 60, "55–60 minutes"),
    ],
)  # fmt: skip
def test_a_long_wait_is_said_in_hours(least: int, most: int, said: str) -> None:
    """Nobody counts 220 minutes."""
    assert _wait_words(least, most) == said


def test_a_wait_tells_which_late_partys_table_stands_ready(site: object, visitor: Visitors) -> None:
    """The host hears for whom it is kept and since when; one who is on time, or here, is not named."""
    place = site.open_place(**TWO)  # type: ignore[attr-defined]
    due = minutes(-30)
    late = place.book("Daniel Okafor", 2, due, source=Source.PHONE, decided_as_of=due)
    seated(place, "Ann Archer")
    page = visitor(place.person(Role.HOST)).open(f"/ops/{place.slug}/now?party=2").page
    said = f"{late.tables[0]} stands ready for Daniel Okafor since {clock(due)} ("
    expect(page.locator("#told")).to_contain_text(said)
    place.call(act, late.booking.id, Action.ARRIVE)
    page = visitor(place.person(Role.HOST)).open(f"/ops/{place.slug}/now?party=2").page
    expect(page.locator("#told")).not_to_contain_text("stands ready")


@pytest.mark.parametrize("action", ["t", "p"])
def test_enter_with_no_table_chosen_says_so_in_the_dialog(place: Place, visitor: Visitors, action: str) -> None:
    """The fault is told where the tables are, read aloud by the first of them, and gone with the next choice."""
    party = seated(place, "Ann Archer") if action == "t" else place.book("Ann", 2, minutes(60), source=Source.PHONE)
    visit = visitor(place.person(Role.HOST)).open(f"/ops/{place.slug}/now")
    visit.page.locator(f"#b-{party.booking.id}").focus()
    visit.press(action)
    dialog = visit.page.locator("#dialog")
    expect(dialog.locator("[data-row]").first).to_be_visible()
    for box in dialog.locator("input[name=tables]:checked").all():
        box.uncheck()
    if action == "p":
        dialog.get_by_label("Why it is promised").fill("regulars")
    dialog.locator("input[name=reason]").press("Enter")
    expect(dialog.locator(".field-fault")).to_have_text("Choose a table first.")
    assert "null" not in dialog.inner_text()
    assert place.read(party).tables == party.tables
    assert not place.read(party).booking.pinned


def test_who_stands_in_the_way_is_named(site: object, visitor: Visitors) -> None:
    """A guest's name, never the reference of a booking, in whatever is said of somebody else."""
    place = site.open_place(**{**TWO, "tables": TWO["tables"][:1]})  # type: ignore[attr-defined]
    there = seated(place, "Ann Archer")
    token = place.person(Role.HOST)
    asked = {"party_size": "2", "name": "Bob", "ticket": "0" * 32}
    refused = ask(place.site, "POST", f"/ops/{place.slug}/floor/tables/T1/walk-in", token, asked, HX_Request="true")
    assert "Ann Archer" in refused.text
    assert there.booking.reference not in refused.text
    khan = place.book("Khan", 2, minutes(90), source=Source.PHONE)
    seat = {"version": str(khan.booking.version)}
    path = f"/ops/{place.slug}/bookings/{khan.booking.id}/check_in"
    refused = ask(place.site, "POST", path, token, seat, HX_Request="true")
    assert refused.status >= 400
    assert there.booking.reference not in refused.text


def test_no_page_prints_what_is_not_there(place: Place, site: object) -> None:
    """A guest without name, phone and notes, a hold, a closed table: no null, None or undefined is on any page."""
    blank = place.book("Walk-in", 2, minutes(20), source=Source.PHONE)
    party = seated(place, "Ann Archer")
    place.call(act, place.book("Gone", 2, minutes(240), source=Source.PHONE).booking.id, Action.CANCEL)
    token, seen = place.person(Role.OWNER), 0
    for screen in SCREENS:
        if screen.method != "GET" or "live" in screen.path or not screen.path.startswith("/ops/{slug}"):
            continue
        for view in (blank, party):
            known = {"booking_id": view.booking.id, "table": "T3", "rest": "x"}
            answer = ask(place.site, "GET", filled(screen.path.replace(":path", ""), place, **known), token)
            assert answer.status < 500, screen.path
            if "html" in answer.headers.get("content-type", ""):
                text = re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", answer.text, flags=re.DOTALL)
                assert not re.search(r"\b(null|None(?! named)|undefined|NaN)\b", text), screen.path
                assert not re.search(
                    r'(value|aria-label|title|placeholder)="[^"]*\b(null|None|undefined)\b', answer.text
                )
                seen += 1
    assert seen > 60
