"""Admission: every rule that is known to be broken at the door, by code and field, and what staff may set aside."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rooms import venue

from maitred.domain.admission import OVERRIDABLE, Admission, Wish, admit
from maitred.domain.booking import Source
from maitred.domain.errors import InvalidInput, NeedsOverride
from maitred.domain.floor import Floor
from maitred.domain.venue import Venue


def at(clock: str, day: int = 5) -> datetime:
    """An instant of December 2026 by the clock of London; the 5th is a Saturday."""
    return datetime.fromisoformat(f"2026-12-{day:02}T{clock}:00+00:00").astimezone(UTC)


NOW = at("09:00", 1)
STAFF = (Source.PHONE, Source.WALK_IN)
GUESTS = tuple(source for source in Source if source not in STAFF)


def admitted(place: Venue | None = None, now: datetime = NOW, **wish: Any) -> Admission:
    house = place or venue()
    fields = {"party_size": 2, "starts_at": at("19:00"), "source": Source.WEB} | wish
    return admit(house, Floor.compile(house), Wish(**fields), now)


def refusal(place: Venue | None = None, now: datetime = NOW, **wish: Any) -> InvalidInput:
    with pytest.raises(InvalidInput) as refused:
        admitted(place, now, **wish)
    return refused.value


def broken_rules(place: Venue | None = None, now: datetime = NOW, **wish: Any) -> list[str]:
    with pytest.raises(NeedsOverride) as asked:
        admitted(place, now, **wish)
    assert asked.value.field == "starts_at"
    assert all(rule["message"] for rule in asked.value.data["rules"])
    return [rule["code"] for rule in asked.value.data["rules"]]


def test_a_good_wish_gets_its_day_and_turn() -> None:
    """Admission answers with the service day, the venue's turn for the party, the buffer, and no review."""
    found = admitted(party_size=4)
    assert (found.service_date.isoformat(), found.turn_minutes, found.buffer_minutes, found.review) == (
        "2026-12-05",
        90,
        5,
        False,
    )


@pytest.mark.parametrize(
    ("wish", "code", "field"),
    [
        ({"starts_at": at("19:05")}, "off_grid", "starts_at"),
        ({"starts_at": at("19:00") + timedelta(seconds=1)}, "off_grid", "starts_at"),
        ({"starts_at": at("17:00")}, "outside_service", "starts_at"),
        ({"starts_at": at("21:45")}, "outside_service", "starts_at"),
        ({"starts_at": at("12:00", 4)}, "outside_service", "starts_at"),
        ({"starts_at": at("19:00", 1) - timedelta(days=1)}, "in_the_past", "starts_at"),
        ({"zone_preference": "roof"}, "unknown_zone", "zone_preference"),
        ({"party_size": 0}, "party_too_small", "party_size"),
        ({"party_size": -3}, "party_too_small", "party_size"),
        ({"party_size": 9}, "party_too_large", "party_size"),
        ({"party_size": 8, "accessible": True, "starts_at": at("19:00")}, None, None),
        ({"overrides": frozenset({"gravity"})}, "unknown_rule", "override.rules"),
    ],
)
def test_each_broken_rule_has_its_code_and_field(wish: dict[str, Any], code: str | None, field: str | None) -> None:
    """A guest is told which rule and which field; the patio's join seats eight, one of them accessibly."""
    if code is None:
        assert admitted(**wish).turn_minutes == 120
        return
    refused = refusal(**wish)
    assert (refused.reason_code, refused.field) == (code, field)


def test_a_closed_day_says_closed_and_not_outside_service() -> None:
    """A closure and a day without services are days, not hours: the answer names the date."""
    shut = venue(closures=[{"from": "2026-12-05", "to": "2026-12-05"}])
    refused = refusal(shut)
    assert (refused.reason_code, refused.field) == ("closed", "starts_at")
    assert "2026-12-05" in refused.message


def test_outside_service_names_the_hours_that_are_open() -> None:
    """The answer carries the day's own windows (lesson 15)."""
    assert "dinner 18:00-21:30" in refusal(starts_at=at("17:00")).message


def test_no_accessible_table_is_said_of_the_wish_not_of_the_size() -> None:
    """A party that fits, but not accessibly, is told so, with the largest that would."""
    inn = venue(joins=[["T1", "T2"], ["T3", "T2"]])
    refused = refusal(inn, party_size=8, accessible=True)
    assert (refused.reason_code, refused.field, refused.data["largest"]) == ("no_accessible_table", "accessible", 6)


def test_a_size_between_the_tables_is_no_allowed_set() -> None:
    """A house of tables for six and more takes no party of two, though two is not too large."""
    big = [{"id": "B", "zone": "main", "capacity": 8, "min_party": 6, "movable": False}]
    refused = refusal(venue(tables=big, joins=[]), party_size=2)
    assert (refused.reason_code, refused.field) == ("no_allowed_set", "party_size")


def test_too_large_names_the_largest() -> None:
    """The answer says how far the house can go."""
    assert refusal(party_size=30).data["largest"] == 8


@pytest.mark.parametrize(("minutes", "fine"), [(120, True), (119, False)])
def test_notice_is_kept_to_the_minute(minutes: int, *, fine: bool) -> None:
    """Exactly the notice is enough, a minute less is not."""
    inn, party = venue(min_notice_minutes=120), at("19:00")
    now = party - timedelta(minutes=minutes)
    if fine:
        admitted(inn, now, starts_at=party)
    else:
        assert refusal(inn, now, starts_at=party).reason_code == "too_short_notice"


@pytest.mark.parametrize(("days", "fine"), [(30, True), (31, False)])
def test_the_horizon_is_kept(days: int, *, fine: bool) -> None:
    """Bookings open so many days ahead and not before."""
    inn, party = venue(max_horizon_days=30), at("19:00")
    if fine:
        admitted(inn, party - timedelta(days=days), starts_at=party)
    else:
        assert refusal(inn, party - timedelta(days=days), starts_at=party).reason_code == "too_far_ahead"


@pytest.mark.parametrize("source", STAFF)
def test_staff_may_take_any_minute(source: Source) -> None:
    """The grid is for guests who choose from a list, not for a person at the phone or the door."""
    admitted(source=source, starts_at=at("19:07"))


@pytest.mark.parametrize("source", GUESTS)
def test_guests_keep_to_the_grid_whatever_they_override(source: Source) -> None:
    """Off the grid is no soft rule: naming overrides does not lift it."""
    assert refusal(source=source, starts_at=at("19:07"), overrides=OVERRIDABLE).reason_code == "off_grid"


def test_a_walk_in_of_a_moment_ago_is_not_in_the_past() -> None:
    """Ten minutes to fill in the form, no more; a phone call has none."""
    party = at("19:00")
    walk_in = {"source": Source.WALK_IN, "starts_at": party}
    admitted(now=party + timedelta(minutes=10), **walk_in)
    assert refusal(now=party + timedelta(minutes=11), **walk_in).reason_code == "in_the_past"
    assert refusal(now=party + timedelta(minutes=1), source=Source.PHONE, starts_at=party).reason_code == "in_the_past"


def test_walk_ins_need_no_notice() -> None:
    """Whoever stands at the door has given all the notice there is."""
    admitted(venue(min_notice_minutes=120), at("19:00"), source=Source.WALK_IN, starts_at=at("19:00"))


def test_staff_are_asked_for_every_soft_rule_at_once() -> None:
    """needs_override lists all the rules that stand in the way, by the names an override uses."""
    inn = venue(min_notice_minutes=600, max_horizon_days=30)
    assert broken_rules(inn, at("16:30"), source=Source.PHONE, starts_at=at("17:00")) == ["outside_service", "notice"]
    assert broken_rules(inn, at("09:00"), source=Source.PHONE, starts_at=at("19:00", 31) + timedelta(days=60)) == [
        "horizon"
    ]
    shut = venue(closures=[{"from": "2026-12-05", "to": "2026-12-05"}])
    assert broken_rules(shut, source=Source.PHONE) == ["outside_service"]


def test_an_override_lifts_the_rules_it_names_and_no_other() -> None:
    """With one of two rules set aside, the other is still asked for; with both, the party is admitted."""
    inn, soon = venue(min_notice_minutes=600), {"source": Source.PHONE, "starts_at": at("17:00")}
    now = at("16:30")
    assert broken_rules(inn, now, overrides=frozenset({"notice"}), **soon) == ["outside_service"]
    assert broken_rules(inn, now, overrides=frozenset({"outside_service"}), **soon) == ["notice"]
    found = admitted(inn, now, overrides=frozenset({"notice", "outside_service"}), **soon)
    assert found.service_date.isoformat() == "2026-12-05"


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"party_size": 0}, "party_too_small"),
        ({"party_size": 9}, "party_too_large"),
        ({"zone_preference": "roof"}, "unknown_zone"),
        ({"starts_at": at("19:00", 1) - timedelta(days=1)}, "in_the_past"),
    ],
)
def test_no_override_lifts_a_hard_rule(wish: dict[str, Any], code: str) -> None:
    """Every soft rule named at once leaves size, zone and the past as they are."""
    assert refusal(source=Source.PHONE, overrides=OVERRIDABLE, **wish).reason_code == code


@pytest.mark.parametrize(("party", "review"), [(5, False), (6, True)])
def test_parties_of_the_review_size_are_marked(party: int, *, review: bool) -> None:
    """The venue's own size, reached or passed, asks for a person."""
    assert admitted(venue(review_party_size=6), party_size=party).review is review


def test_a_booking_after_midnight_belongs_to_the_evening_before() -> None:
    """A bar open until two takes a party at half past midnight on the day that opened it."""
    late = [{"name": "bar", "days": ["sat"], "open": "18:00", "last_seating": "01:00", "close": "02:00"}]
    found = admitted(venue(services=late), starts_at=at("00:30", 6))
    assert found.service_date.isoformat() == "2026-12-05"
