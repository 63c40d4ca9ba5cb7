"""The phone line: what is heard, in any order, and that nothing typed ever breaks it."""

import datetime as dt
from typing import Any, Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from maitred.domain.phoneline import LONGEST, Ear, Heard, Kind, ear_for, hear, region_of, wall
from maitred.domain.phoneline.ear import vocabulary
from maitred.domain.venue import parse_venue
from maitred.texts import LOCALES

NOW: Final = dt.datetime.combine(dt.date(2026, 11, 25), dt.time(15))  # a Wednesday
SATURDAY: Final = dt.date(2026, 11, 28)
EVENINGS: Final = frozenset(range(17, 23))
ZONES: Final = {("terrace",): "terrace", ("main", "room"): "main"}


def heard(line: str, language: str = "en", region: str = "DE", hours: frozenset[int] = EVENINGS) -> Heard:
    return hear(line, Ear(vocabulary(language), region, ZONES, hours), NOW)


def test_a_line_as_it_is_heard_is_understood() -> None:
    """Day, time, party, name, phone and notes are found, and each word is accounted for."""
    found = heard("sat 8pm 4 meier 0171 1234567 window high chair")
    assert (found.day, found.time, found.party) == (SATURDAY, dt.time(20), 4)
    assert (found.name, found.phone, found.notes) == ("Meier", "+491711234567", "window high chair")
    assert [piece.kind for piece in found.pieces] == [
        Kind.DAY, Kind.TIME, Kind.PARTY, Kind.NAME, Kind.PHONE, Kind.NOTES,
    ]  # fmt: skip
    assert found.missing == ()


@pytest.mark.parametrize(
    ("language", "line", "day"),
    [
        ("en", "today", dt.date(2026, 11, 25)),
        ("en", "tomorrow", dt.date(2026, 11, 26)),
        ("en", "wed", dt.date(2026, 11, 25)),
        ("en", "Saturday", SATURDAY),
        ("en", "28.11", SATURDAY),
        ("en", "28/11", SATURDAY),
        ("en", "11/28", SATURDAY),
        ("en", "28.11.2026", SATURDAY),
        ("en", "2026-11-28", SATURDAY),
        ("en", "28 nov", SATURDAY),
        ("en", "November 28th", SATURDAY),
        ("en", "24.11.", dt.date(2027, 11, 24)),
        ("en", "29.2", dt.date(2028, 2, 29)),
        ("de", "Samstag", SATURDAY),
        ("de", "Sa.", SATURDAY),
        ("de", "übermorgen", dt.date(2026, 11, 27)),
        ("de", "28. November", SATURDAY),
        ("fr", "sam.", SATURDAY),
        ("fr", "demain", dt.date(2026, 11, 26)),
        ("es", "sábado", SATURDAY),
        ("es", "28 de noviembre", SATURDAY),
        ("ne", "शनिबार", SATURDAY),
        ("ne", "भोलि", dt.date(2026, 11, 26)),
        ("de", "sat", SATURDAY),
        ("en", "yesterday", dt.date(2026, 11, 24)),
        ("de", "gestern", dt.date(2026, 11, 24)),
    ],
)
def test_days_are_understood_in_the_persons_language_and_english(language: str, line: str, day: dt.date) -> None:
    """Weekdays, words and dates mean the next such day."""
    assert heard(line, language).day == day


@pytest.mark.parametrize(
    ("language", "line", "at"),
    [
        ("en", "8pm", dt.time(20)),
        ("en", "8 pm", dt.time(20)),
        ("en", "8:30pm", dt.time(20, 30)),
        ("en", "20:00", dt.time(20)),
        ("en", "7.45", dt.time(19, 45)),
        ("en", "half 8", dt.time(20, 30)),
        ("en", "half past 8", dt.time(20, 30)),
        ("de", "halb 8", dt.time(19, 30)),
        ("en", "half eight", dt.time(20, 30)),
        ("de", "halb acht", dt.time(19, 30)),
        ("en", "20.30", dt.time(20, 30)),
        ("de", "20 uhr", dt.time(20)),
        ("fr", "20h30", dt.time(20, 30)),
        ("en", "12am", dt.time(0)),
        ("en", "12pm", dt.time(12)),
        ("en", "10:00", dt.time(22)),
        ("en", "2p 8", dt.time(20)),
        ("en", "8 2", dt.time(20)),
        ("en", "2 8", dt.time(20)),
        ("ne", "८ बजे", dt.time(20)),
    ],
)
def test_times_are_understood_as_they_are_said(language: str, line: str, at: dt.time) -> None:
    """A time without am or pm is the one at which the house is open."""
    assert heard(line, language).time == at


def test_eight_is_the_morning_where_only_the_morning_is_open() -> None:
    """In a house for breakfast eight is eight in the morning."""
    assert heard("8 2p", hours=frozenset(range(7, 12))).time == dt.time(8)


def test_two_figures_mean_the_morning_where_both_are_open() -> None:
    """Round the clock 10:00 is the morning, and 8:30 the evening."""
    always = frozenset(range(24))
    assert (heard("10:00", hours=always).time, heard("08:30", hours=always).time) == (dt.time(10), dt.time(8, 30))
    assert heard("8:30", hours=always).time == dt.time(20, 30)


@pytest.mark.parametrize("line", ["4", "4p", "4 people", "for 4", "party of 4", "4x", "4 personen", "für 4"])
def test_the_size_of_a_party_is_understood(line: str) -> None:
    """However the size is said, it is four."""
    assert heard(line).party == 4


@pytest.mark.parametrize(
    ("region", "line", "phone"),
    [
        ("DE", "0171 1234567", "+491711234567"),
        ("DE", "0171/1234567", "+491711234567"),
        ("DE", "+44 20 7946 0958", "+442079460958"),
        ("GB", "07700 900123", "+447700900123"),
        ("FR", "06 12 34 56 78", "+33612345678"),
        ("NP", "9841 234567", None),
        ("NP", "9841234567", "+9779841234567"),
    ],
)
def test_phone_numbers_are_completed_by_the_country_of_the_venue(region: str, line: str, phone: str | None) -> None:
    """A national number gets its country; what begins like any other number is none."""
    assert heard(line, region=region).phone == phone


def test_the_hour_after_a_phone_number_is_not_part_of_it() -> None:
    """A number of two figures that the phone number does not need stays outside."""
    found = heard("0171 1234567 19 4p meier")
    assert (found.phone, found.time) == ("+491711234567", dt.time(19))


@pytest.mark.parametrize(
    ("line", "name", "notes"),
    [
        ("anna meier", "Anna Meier", ""),
        ("for 4 at 20:00 tomorrow, Le Blanc, birthday", "Le Blanc", "birthday"),
        ("name o'neil nut allergy", "O'neil", "nut allergy"),
        ("window sat 8pm 4 McKay", "McKay", "window"),
        ("meier 8pm quiet corner", "Meier", "quiet corner"),
        ("no nuts", "", "no nuts"),
    ],
)
def test_what_no_rule_knows_is_the_name_and_then_notes(line: str, name: str, notes: str) -> None:
    """The first words that look like a name are the name; the rest is noted."""
    found = heard(line)
    assert (found.name, found.notes) == (name, notes)


def test_zones_and_access_are_understood() -> None:
    """A zone is known by its name, also of two words; a wheelchair needs an accessible table."""
    found = heard("8pm 2 khan main room wheelchair")
    assert (found.zone, found.accessible, found.name) == ("main", True, "Khan")
    assert heard("terrace").zone == "terrace"


@pytest.mark.parametrize("day", ["31.02.", "30/2", "29.2.2027"])
def test_a_day_that_does_not_exist_is_asked_for_again(day: str) -> None:
    """It is neither today nor a note."""
    found = heard(f"{day} 20:00 2 meier")
    assert (found.day, found.no_such_day, found.missing, found.notes) == (None, True, (Kind.DAY,), "")


def test_what_is_missing_is_told() -> None:
    """Time, party and name have to be asked; the day has not."""
    assert heard("").missing == (Kind.DAY, Kind.TIME, Kind.PARTY, Kind.NAME)
    assert heard("sat 4 meier").missing == (Kind.TIME,)


_TOKENS: Final = ("sat", "20:15", "4p", "+4915112345678", "ann@example.org", "terrace", "wheelchair")


@given(st.permutations(_TOKENS))
def test_order_does_not_matter(order: list[str]) -> None:
    """What cannot be mistaken means the same wherever it stands."""
    found = heard(" ".join([*order, ", Meier"]))
    assert (found.day, found.time, found.party) == (SATURDAY, dt.time(20, 15), 4)
    assert (found.phone, found.email, found.zone) == ("+4915112345678", "ann@example.org", "terrace")
    assert (found.accessible, found.name, found.notes) == (True, "Meier", "")


_SOUP: Final = st.lists(
    st.one_of(
        st.text(max_size=12),
        st.sampled_from(
            ["half", "halb", "for", "of", "8", "31.2", "99/99/9999", "0000-00-00", "+", "0", "24", "am", "@"]
        ),
        st.from_regex(r"[0-9./:+()-]{1,14}", fullmatch=True),
    ),
    max_size=20,
).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(_SOUP, st.sampled_from(list(LOCALES)), st.sampled_from(["DE", "NP", None]))
@example("٣:٣٠ ८/८ ²pm", "ne", None)
@example("9999-12-31 31.12.9999", "en", None)
def test_nothing_that_is_typed_breaks_it(line: str, language: str, region: Any) -> None:
    """Every line is understood as something, and every word of it is accounted for, in order."""
    found = hear(line, Ear(vocabulary(language), region, ZONES, EVENINGS), NOW)
    told = " ".join(piece.words for piece in found.pieces).split()
    clean = "".join(char if char.isprintable() else " " for char in line[:LONGEST])
    assert told == [word for word in clean.replace(",", " ").replace(";", " ").split() if word]
    assert found.party is None or found.party > 0
    assert found.phone is None or found.phone.startswith("+")


def test_the_ear_of_a_venue_knows_its_country_zones_and_hours() -> None:
    """The country comes with the time zone; hours past midnight belong to the evening."""
    venue = parse_venue(
        {
            "slug": "inn", "name": "Inn", "timezone": "Europe/Berlin", "slot_minutes": 15, "buffer_minutes": 0,
            "max_tables_per_booking": 1, "zones": [{"id": "g", "name": "Winter Garden"}],
            "tables": [{"id": "T1", "zone": "g", "capacity": 2}], "joins": [],
            "turn_minutes": [{"max_party": 2, "minutes": 90}],
            "services": [
                {"name": "late", "days": ["sat"], "open": "21:30", "last_seating": "01:00", "close": "03:00"}
            ],
        }
    )  # fmt: skip
    ear = ear_for(venue, "de")
    assert ear.region == "DE"
    assert ear.zones == {("winter", "garden"): "g", ("g",): "g"}
    assert ear.hours == {21, 22, 23, 0, 1}
    sunday = dt.datetime.combine(dt.date(2026, 11, 29), dt.time(0, 30))
    assert wall(SATURDAY, dt.time(0, 30), venue.day_starts_at) == sunday


def test_a_zone_of_no_country_completes_no_number() -> None:
    """UTC is nowhere."""
    assert region_of("UTC") is None
