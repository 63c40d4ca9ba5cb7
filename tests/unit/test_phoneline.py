"""The phone line: what is asked, what a person settles, and that nothing typed is lost or breaks it."""

import datetime as dt
from dataclasses import replace
from itertools import product
from typing import Any, Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from phone_lines import NOW, ear, labels

from maitred.domain.phoneline import LONGEST, Choice, Heard, Kind, hear, wall
from maitred.texts import LOCALES

SATURDAY: Final = dt.date(2026, 12, 5)
EIGHT: Final = dt.time(20)
DOOR: Final = {Kind.DAY: None, Kind.TIME: None}


def heard(line: str, place: str = "en", settled: dict[Kind, Any] | None = None, now: dt.datetime = NOW) -> Heard:
    return hear(line, ear(place), now, settled)


def choices(found: Heard, kind: Kind) -> list[Any]:
    """Return what may be chosen for a kind; nothing when it is not in doubt."""
    return [choice.value for doubt in found.doubts if doubt.kind is kind for choice in doubt.choices]


def test_a_line_as_it_is_heard_is_understood_word_by_word() -> None:
    """Each word is told with what it became, in the order of the line."""
    found = heard("sat 8pm 4 meier 07700 900123 window, high chair")
    assert [(piece.kind, piece.words) for piece in found.pieces] == [
        (Kind.DAY, "sat"), (Kind.TIME, "8pm"), (Kind.PARTY, "4"), (Kind.NAME, "meier"), (Kind.PHONE, "07700 900123"),
        (Kind.NOTES, "window"), (Kind.HIGH_CHAIRS, "high chair"),
    ]  # fmt: skip
    assert found.ready


def test_what_is_missing_is_told() -> None:
    """An empty line lacks everything; a day that was not said is taken for granted and asked."""
    assert heard("").missing == (Kind.DAY, Kind.TIME, Kind.PARTY, Kind.NAME)
    assert heard("").doubts == ()
    assert heard("sat 2p meier").missing == (Kind.TIME,)
    assert heard("8pm 2 meier").missing == ()
    assert choices(heard("8pm 2 meier"), Kind.DAY) == [dt.date(2026, 11, 30), dt.date(2026, 12, 1)]


@pytest.mark.parametrize(
    ("line", "kind", "expected"),
    [
        ("sat half 8 2 roe", Kind.TIME, [dt.time(19, 30), dt.time(20, 30)]),
        ("sat 8 2 roe", Kind.TIME, [EIGHT, dt.time(14)]),
        ("sat 8 2 roe", Kind.PARTY, [2, 8]),
        ("sat 8 7 roe", Kind.PARTY, [7, 8]),
        ("next friday 8pm 2 roe", Kind.DAY, [dt.date(2026, 12, 11), dt.date(2026, 12, 4)]),
        ("mon 8pm 2 roe", Kind.DAY, [dt.date(2026, 11, 30), dt.date(2026, 12, 7)]),
        ("fri or sat 8pm 2 roe", Kind.DAY, [dt.date(2026, 12, 4), SATURDAY]),
        ("sun 5 dec 8pm 2 roe", Kind.DAY, [SATURDAY, dt.date(2026, 12, 6)]),
        ("sat 8pm or 9pm 2 roe", Kind.TIME, [EIGHT, dt.time(21)]),
        ("sat after 8 2 people roe", Kind.TIME, [EIGHT, None]),
        ("sat 8pm 4-5 people roe", Kind.PARTY, [4, 5]),
        ("sat 8pm 4 roe 2 kids", Kind.PARTY, [4, 6]),
        ("sat 8pm 4 roe 6", Kind.PARTY, [4, 6]),
        ("sat 8pm 2 people roe 6", Kind.PARTY, [2, 6]),
        ("sat 12 8pm roe", Kind.PARTY, [12, None]),
        ("sat 8pm 2 friday", Kind.DAY, [SATURDAY, dt.date(2026, 12, 4)]),
        ("sat 8pm 2 bill jones", Kind.NAME, ["Bill Jones", "Jones"]),
        ("sat 8pm 2 Jones carousel", Kind.NAME, ["Jones", "Jones carousel"]),
        ("weekend sat 8pm 2 jones", Kind.DAY, [SATURDAY, None]),
        ("sat 0800 2 people roe", Kind.TIME, [EIGHT, dt.time(8)]),
    ],
)
def test_what_has_two_meanings_is_asked(line: str, kind: Kind, expected: list[Any]) -> None:
    """The likeliest reading stands first, is the one that is carried, and the line may not be booked unasked."""
    found = heard(line)
    assert choices(found, kind) == expected
    assert getattr(found, kind.value) == expected[0]
    assert not found.ready


def test_hours_at_which_the_house_is_closed_are_not_meant() -> None:
    """Eight is the evening at dinner, the morning at breakfast, and asked where both are served."""
    breakfast = replace(ear("en"), spans=lambda _: ((7 * 60, 11 * 60),))
    assert hear("sat 8 2p roe", breakfast, NOW).time == dt.time(8)
    assert hear("sat 8 2p roe", breakfast, NOW).ready
    assert heard("sat 8 2p roe", "dinner").ready
    assert choices(heard("sat 8 2p roe", "cafe"), Kind.TIME) == [EIGHT, dt.time(8)]
    on_saturdays = replace(
        ear("cafe"), spans=lambda day: ((17 * 60, 22 * 60),) if day.weekday() == 5 else ((480, 1320),)
    )
    assert hear("sat 8 2p roe", on_saturdays, NOW).ready
    assert not hear("sun 8 2p roe", on_saturdays, NOW).ready


def test_after_midnight_today_is_the_evening_still_on_or_the_new_day() -> None:
    """Both are asked unless the time is over; an hour past midnight belongs to the evening before."""
    late = dt.datetime.combine(SATURDAY + dt.timedelta(days=1), dt.time(0, 30))
    assert heard("tonight 8pm 2 roe", now=late).day == SATURDAY + dt.timedelta(days=1)
    assert choices(heard("tonight 1am 2 roe", now=late), Kind.DAY) == [SATURDAY, SATURDAY + dt.timedelta(days=1)]
    assert heard("in 20 minutes 2 roe", now=late).day == SATURDAY
    assert wall(SATURDAY, dt.time(0, 30), dt.time(5)) == late


@pytest.mark.parametrize(
    ("now", "line", "day"),
    [
        ("2026-12-05T23:30", "tonight 8pm 2 roe", "2026-12-05"),
        ("2026-12-04T15:00", "yesterday 8pm 2 roe", "2026-12-03"),
        ("2026-12-04T15:00", "3 dec 2026 8pm 2 roe", "2026-12-03"),
        ("2026-12-04T15:00", "5/12/25 8pm 2 roe", "2025-12-05"),
        ("2026-12-04T15:00", "3/12 8pm 2 roe", "2027-12-03"),
        ("2026-12-04T15:00", "2 nov 2026 8pm 2 roe", "2026-11-02"),
    ],
)
def test_what_is_over_is_asked(now: str, line: str, day: str) -> None:
    """A day or hour that has been is never booked unasked, nor is a date just over put off for a year."""
    found = hear(line, ear("en"), dt.datetime.fromisoformat(now))
    assert (str(found.day), found.ready) == (day, False)
    assert choices(found, Kind.DAY) == [dt.date.fromisoformat(day), None]
    settled = hear(line, ear("en"), dt.datetime.fromisoformat(now), {Kind.DAY: dt.date(2026, 12, 12)})
    assert (str(settled.day), settled.ready) == ("2026-12-12", True)


def test_a_settled_value_wins_and_ends_its_doubt() -> None:
    """One choice also settles the reading it belongs to; a correction changes nothing else."""
    line = "sat 8 2 roe"
    assert heard(line, settled={Kind.PARTY: 8}).time == dt.time(14)
    assert heard(line, settled={Kind.TIME: EIGHT}).party == 2
    assert heard(line, settled={Kind.TIME: EIGHT}).ready
    assert heard("sat half 8 2 roe", settled={Kind.TIME: dt.time(20, 30)}).ready
    corrected = heard("sat 8pm 2 roe", settled={Kind.PARTY: 3, Kind.NAME: "Row"})
    assert (corrected.party, corrected.name, corrected.notes, corrected.ready) == (3, "Row", "", True)
    wrong_number = heard("sat 8pm 2 roe 07700 9001", settled={Kind.PHONE: None})
    assert (wrong_number.phone, wrong_number.notes, wrong_number.ready) == (None, "07700 9001", True)


@pytest.mark.parametrize(
    ("line", "party", "name"),
    [
        ("4", 4, ""), ("8", 8, ""), ("8 khan", 8, "Khan"), ("khan 12", 12, "Khan"), ("4 april", 4, "April"),
        ("2 friday", 2, "Friday"), ("2 noon", 2, "Noon"), ("six", 6, ""), ("2 adults 1 kid", 3, ""),
        ("zu viert", 4, ""), ("212 555 0111", None, ""),
    ],
)  # fmt: skip
def test_who_stands_at_the_door_is_a_party_and_a_name(line: str, party: int | None, name: str) -> None:
    """Where day and time are settled no figure is an hour, and no word a day."""
    found = heard(line, settled=DOOR)
    assert (found.party, found.name) == (party, name)


@pytest.mark.parametrize(("first", "second"), [("12/5", "5/12"), ("12.5.", "5.12."), ("12-05-2027", "05-12-2027")])
def test_dates_are_read_in_the_order_of_the_venue(first: str, second: str) -> None:
    """The same figures are two days in London and New York; what is impossible in one order is read in the other."""
    assert heard(f"{first} 8pm 2 roe").day == heard(f"{second} 8pm 2 roe", "us").day
    assert heard(f"{first} 8pm 2 roe").ready
    assert heard("12/25 8pm 2 roe").day == heard("25/12 8pm 2 roe", "us").day == dt.date(2026, 12, 25)


@pytest.mark.parametrize("line", ["31/2 8pm 2 roe", "30 feb 8pm 2 roe", "29.2.2027 8pm 2 roe", "20 mangsir 7pm 2 rai"])
def test_a_day_that_can_not_be_read_is_asked(line: str) -> None:
    """It is neither today nor a note."""
    found = heard(line)
    assert (found.day, found.no_such_day, found.missing, found.notes) == (None, True, (Kind.DAY,), "")


@pytest.mark.parametrize(
    "line",
    ["sat 8pm 2 lee 07700 9001", "sat 8pm 2 lee 212 555 0111", "sat 8pm 2 lee 0770 09 001", "sat 8pm 2 lee +44 77"],
)
def test_a_number_that_can_not_be_dialled_is_asked_and_kept(line: str) -> None:
    """Its figures are no party and no time, and none is lost."""
    found = heard(line)
    assert (found.party, found.time, found.phone, found.ready) == (2, EIGHT, None, False)
    assert line.endswith(found.notes)
    assert [doubt.choices for doubt in found.doubts if doubt.kind is Kind.PHONE] == [()]


# -- whatever is typed ----------------------------------------------------------------------------------------------

_WORDS: Final = (
    "sat", "tonight", "half", "halb", "for", "of", "8", "31.2", "99/99/9999", "0000-00-00", "+", "0", "24", "am", "@",
    "quarter", "past", "to", "in", "minutes", "table", "2+1", "à", "las", "y media", "साढे", "baje", "k h a n", "dr",
    "under", "को नाममा", "allergic", "to", "and", "next", "week", "x", "4x", "-", "212 555 0111", "may", "noon", "3/4",
)  # fmt: skip
_SOUP: Final = st.lists(
    st.one_of(st.text(max_size=12), st.sampled_from(_WORDS), st.from_regex(r"[0-9./:+()-]{1,14}", fullmatch=True)),
    max_size=20,
).map(" ".join)


@settings(max_examples=400, deadline=None)
@given(_SOUP, st.sampled_from(list(LOCALES)), st.sampled_from(["DE", "NP", "US", None]))
@example("٣:٣٠ ८/८ ²pm", "ne", None)
@example("9999-12-31 31.12.9999", "en", None)
@example("feb 29 2027 " * 20, "en", "US")
def test_nothing_that_is_typed_breaks_it(line: str, language: str, region: str | None) -> None:
    """Every line is understood as something, and every word of it is accounted for, in order."""
    found = hear(line, replace(ear("cafe"), language=language, region=region), NOW)
    told = "".join(piece.words for piece in found.pieces)
    clean = "".join(char if char.isprintable() else " " for char in line[:LONGEST])
    assert "".join(told.split()) == "".join(clean.replace(",", " ").replace(";", " ").split())
    assert found.party is None or found.party > 0
    assert found.phone is None or found.phone.startswith("+")
    assert not found.ready or not (found.missing or found.doubts)


@settings(max_examples=200, deadline=None)
@given(
    st.permutations(["sat", "20:15", "4p", "+447700900123", "ann@example.org", "terrace", "wheelchair"]),
)
def test_order_does_not_matter(order: list[str]) -> None:
    """What can't be mistaken means the same wherever it stands."""
    found = heard(" ".join([*order, ", Meier"]))
    assert (found.day, found.time, found.party, found.name) == (SATURDAY, dt.time(20, 15), 4, "Meier")
    assert (found.phone, found.email, found.zone) == ("+447700900123", "ann@example.org", "terrace")
    assert (found.accessible, found.notes, found.ready) == (True, "", True)


@pytest.mark.parametrize("address", ["groß@example.com", "Ann.Archer@example.com", "İnci@example.com"])
def test_an_address_is_taken_as_it_is_typed(address: str) -> None:
    """Other letters before the @ are another person's address."""
    assert hear(f"sat 8pm 2 meier {address}", ear("en"), NOW).email == address


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([("us", "212 555 0111"), ("en", "07700 900123"), ("de", "0171 1234567"), ("fr", "06 12 34 56 78"),
                     ("es", "612 345 678"), ("ne", "9841 234567")]),
    st.integers(1, 60),
    st.integers(0, 4),
)  # fmt: skip
def test_a_party_is_never_a_part_of_a_phone_number(number: tuple[str, str], party: int, place: int) -> None:
    """Wherever the number stands, its groups are neither the party nor the time."""
    where, digits = number
    words = ["sat", "20:30", f"{party} people", "lee"]
    found = heard(" ".join([*words[:place], digits, *words[place:]]), where)
    assert (found.party, found.time) == (party, dt.time(20, 30))
    assert found.phone is not None
    assert found.phone.endswith(digits.replace(" ", "").lstrip("0"))


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(labels()),
    st.fixed_dictionaries(
        {},
        optional={
            Kind.DAY: st.dates(dt.date(2026, 12, 1), dt.date(2027, 12, 1)), Kind.TIME: st.times(),
            Kind.PARTY: st.integers(1, 99), Kind.NAME: st.just("Settled"), Kind.PHONE: st.just("+447700900999"),
            Kind.NOTES: st.just("settled"), Kind.HIGH_CHAIRS: st.integers(1, 3),
        },
    ),
)  # fmt: skip
def test_settled_values_always_win(label: Any, settled: dict[Kind, Any]) -> None:
    """Whatever the line says, a settled value is what is heard, and none of its kind is in doubt."""
    found = heard(label.line, label.place, settled)
    assert {kind: getattr(found, kind.value) for kind in settled} == settled
    assert not any(doubt.kind in settled for doubt in found.doubts)


@pytest.mark.parametrize("label", labels(), ids=lambda label: label.line)
def test_doubts_carry_their_likeliest_reading(label: Any) -> None:
    """The value of a kind in doubt is its first choice, and each choice can be settled."""
    found = heard(label.line, label.place)
    for doubt in found.doubts:
        if doubt.choices:
            assert Choice(getattr(found, doubt.kind.value)) == doubt.choices[0]
        for choice in doubt.choices:
            assert doubt.kind not in {
                one.kind for one in heard(label.line, label.place, {doubt.kind: choice.value}).doubts
            }


@pytest.mark.parametrize(
    ("day", "hour"), list(product(["sat", "saturday", "5 dec", "5/12", "the 5th"], ["8pm", "20:00", "20h"]))
)
def test_days_and_hours_are_freely_combined(day: str, hour: str) -> None:
    """However either is said."""
    found = heard(f"{hour} {day} 2 roe")
    assert (found.day, found.time, found.ready) == (SATURDAY, EIGHT, True)
