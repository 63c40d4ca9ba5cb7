"""Values of imported cells are what the file says; what is not certain is refused, or kept in the notes."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest

from maitred.domain.errors import InvalidInput
from maitred.domain.imported import Recorded
from maitred.formats.mapping import ImportMapping, mapping_from
from maitred.formats.reader import ImportFile, read_content
from maitred.formats.spreadsheet import bare, inert

AT: Final = datetime(2026, 12, 5, 19, 30, tzinfo=UTC)


def read(text: str, tz: str = "Europe/London", country: str | None = "GB", **mapping: Any) -> ImportFile:
    """Read a file."""
    return read_content(text.encode(), ImportMapping(**mapping), ZoneInfo(tz), country)


def times(*cells: str, header: str = "when", **how: Any) -> list[datetime | str]:
    """Read cells that say when a party comes, and return each as an instant or as the rule that refuses it."""
    body = "".join(f"{number};{cell};2;Ada\n" for number, cell in enumerate(cells))
    found = read(f"id;{header};covers;name\n{body}", **how)
    by_row: dict[int, datetime | str] = {one.row: one.starts_at for one in found.bookings}
    by_row |= {one.row: one.rule for one in found.faults}
    return [by_row[row] for row in sorted(by_row)]


@pytest.mark.parametrize(
    "cell",
    [
        "5 Dec 2026 19:30", "5 December 2026 7:30 PM", "Dec 5, 2026 7:30 pm", "Sat 5 Dec 2026 19:30",
        "Saturday, December 5, 2026 at 7:30 PM", "Sat, 05 Dec 2026, 19:30:00", "5th Dec 2026 19:30",
        "05-Dec-2026 19:30",
        "05-Dec-26 19:30", "2026-Dec-05 19:30", "5. Dezember 2026 19:30 Uhr", "Sa., 05.12.2026 19:30",
        "Samstag, 5. Dezember 2026 um 19.30 Uhr", "5 déc. 2026 19h30", "samedi 5 décembre 2026 à 19:30",
        "5 de diciembre de 2026 19:30", "sáb 5 dic 2026 19:30", "5 डिसेम्बर 2026 19:30", "2026-12-05T19:30:00Z",
        "2026-12-05 19:30 UTC", "2026-12-05 20:30 +0100", "2026-12-05T14:30:00-05:00",
        "2026-12-05T20:30+01:00[Europe/Berlin]",
        "2026-12-05 19:30:00.000", "2026/12/05 19:30", "2026.12.05 19:30", "20261205T1930", "46361.8125", "46361,8125",
        "46361.81250000001", "19:30 5 Dec 2026", "2026-12-05 07:30 p. m.", "2026-12-05 7:30\u202fPM",
        "２０２６-12-05 19:30",
        "05.12.2026 19:30", "13/12/2026", "Sat 05/12/2026 19:30",
    ],
)  # fmt: skip
def test_dates_are_read_as_they_are_exported(cell: str) -> None:
    """Names of months and days in five languages, offsets, serial numbers of spreadsheets, either clock."""
    if cell == "13/12/2026":
        assert times(cell) == ["invalid_datetime"], "a day has no time of day"
    else:
        assert times(cell) == [AT]


@pytest.mark.parametrize(
    ("cells", "how", "right"),
    [
        (["26/12/10 19:30"], {}, ["ambiguous_date"]),
        (["26/12/10 19:30"], {"date_order": "ymd"}, [datetime(2026, 12, 10, 19, 30, tzinfo=UTC)]),
        (["26-12-10 19:30"], {"date_order": "ymd"}, [datetime(2026, 12, 10, 19, 30, tzinfo=UTC)]),
        (["26.12.10 19:30"], {}, ["ambiguous_date"]),
        (["10/12/26 19:30"], {}, ["ambiguous_date"]),
        (["10/12/26 19:30"], {"date_order": "dmy"}, [datetime(2026, 12, 10, 19, 30, tzinfo=UTC)]),
        (["12/10/26 19:30"], {"date_order": "mdy"}, [datetime(2026, 12, 10, 19, 30, tzinfo=UTC)]),
        (["05/12/2026 19:30", "12/05/2026 19:30"], {}, ["ambiguous_date", "ambiguous_date"]),
        (["05/12/2026 19:30"], {"date_order": "dmy"}, [AT]),
        (["12/05/2026 19:30"], {"date_order": "mdy"}, [AT]),
        (["05/12/2026 19:30", "31/12/2026 19:30"], {}, [AT, AT + timedelta(days=26)]),
        (["12/05/2026 19:30", "12/31/2026 19:30"], {}, [AT, AT + timedelta(days=26)]),
        # Two rows that contradict each other show nothing for the third.
        (["05/12/2026 19:30", "31/12/2026 19:30", "12/31/2026 19:30"], {},
         ["ambiguous_date", *[AT + timedelta(days=26)] * 2]),
        (["05/12/26 19:30", "31/12/26 19:30"], {}, [AT, AT + timedelta(days=26)]),
        (["Sun 05/12/2026 19:30"], {}, ["weekday_mismatch"]),
        (["Fri 5 Dec 2026 19:30"], {}, ["weekday_mismatch"]),
        (["13/12/2026 19:30"], {"date_order": "mdy"}, ["invalid_datetime"]),
        (["29/02/2027 19:30", "31.11.2026 19:30", "2026-13-01 19:30"], {}, ["invalid_datetime"] * 3),
        (["2026-12-05 19:30 CET", "2026-12-05 24:00", "2026-12-05", "19:30", "soon", "1796499000"], {},
         ["unknown_zone", *["invalid_datetime"] * 5]),
        (["2026-12-05 13:30 PM", "2026-12-05 19:61"], {}, ["invalid_datetime"] * 2),
        # Clock changes: a time that is skipped or comes twice is refused, unless an offset says which.
        (["2027-03-28 01:30", "2027-10-31 01:30"], {}, ["nonexistent_local_time", "ambiguous_local_time"]),
        (["2027-10-31 01:30+01:00"], {}, [datetime(2027, 10, 31, 0, 30, tzinfo=UTC)]),
        (["2027-10-31T01:30Z"], {}, [datetime(2027, 10, 31, 1, 30, tzinfo=UTC)]),
        # A form that is told.
        (["12.05.26 / 19:30"], {"date_format": "%m.%d.%y / %H:%M"}, [AT]),
        (["12.05.26 / 19:30"], {"date_format": "MM.dd.yy / HH:mm"}, [AT]),
        (["5. Dezember 2026 19:30"], {"date_format": "%d. %B %Y %H:%M"}, [AT]),
        (["05/12/2026 07:30 PM"], {"date_format": "dd/MM/yyyy hh:mm a"}, [AT]),
        (["2026-12-05 19:30"], {"date_format": "%d/%m/%Y %H:%M"}, ["invalid_datetime"]),
        (["2026-12-05 14:30"], {"timezone": "America/New_York"}, [AT]),
        (["44899.8125"], {"excel_epoch": 1904}, [AT]),
    ],
)  # fmt: skip
def test_what_may_be_two_dates_is_refused_unless_told_or_shown(
    cells: list[str], how: dict[str, Any], right: list[datetime | str]
) -> None:
    """By the order, the form or the zone of a mapping, by other rows of the column, by the weekday."""
    assert times(*cells, **how) == right


@pytest.mark.parametrize(
    ("day", "clock", "right"),
    [
        ("2026-12-05", "19:30", AT), ("5 Dec 2026", "7:30 PM", AT), ("46361", "0.8125", AT),
        ("46361.8125", "46361.8125", AT),
        ("2026-12-05 00:00:00", "19:30:00", AT), ("2026-12-05", "1899-12-30 19:30:00", AT),
        ("2026-12-05", "1899-12-30T19:30:00", AT),
        ("05.12.2026", "30.12.1899 19:30", AT), ("2026-12-05", "1900-01-00 19:30:00", AT), ("46361.0", "0.812500", AT),
        ("2026-12-05", "1930", AT), ("2026-12-05", "19h30", AT), ("2026-12-05", "19.30 Uhr", AT),
        ("2026-12-05 19:30", "19:30", AT),
        ("2026-12-05 19:30", "", AT), ("2026-12-05", "2026-12-05 19:30", AT), ("2026-12-05", "19:30Z", AT),
        ("2026-12-05", "7.30pm", AT),
        ("2026-12-05", "0.75", AT.replace(hour=18, minute=0)), ("2026-12-05", "0.5", AT.replace(hour=12, minute=0)),
        ("2026-12-05", "12:15 AM", AT.replace(hour=0, minute=15)),
        ("2026-12-05", "12 pm", AT.replace(hour=12, minute=0)),
        ("2026-12-05", "0.25", "ambiguous_time"), ("2026-12-05 19:30", "20:30", "conflicting_times"),
        ("2026-12-05", "2026-12-06 19:30", "conflicting_times"), ("2026-12-05", "", "invalid_datetime"),
        ("", "19:30", "invalid_datetime"), ("2026-12-05", "730", "invalid_datetime"),
        ("2026-12-05", "evening", "invalid_datetime"),
        ("", "", "missing"),
    ],
)  # fmt: skip
def test_a_day_and_a_time_in_two_cells(day: str, clock: str, right: datetime | str) -> None:
    """As people and spreadsheets write either; what stands in both has to agree."""
    assert times(f"{day};{clock}", header="date;time") == [right]


@pytest.mark.parametrize(
    ("country", "cell", "right"),
    [
        ("DE", "491711234567", "+491711234567"), ("DE", "01711234567.0", "+491711234567"),
        ("DE", "1711234567", "+491711234567"),
        ("DE", "1711234567.0", "+491711234567"), ("DE", "491711234567.0", "+491711234567"),
        ("DE", "0171/1234567", "+491711234567"),
        ("DE", "4.91711234567E+11", "+491711234567"), ("DE", "0049 171 1234567", "+491711234567"),
        ("DE", "+49 (0)171 1234567", "+491711234567"), ("DE", "tel:+49-171-1234567", "+491711234567"),
        ("DE", "\u202a+49\u00a0171\u20111234567\u202c", "+491711234567"), ("DE", "'+491711234567", "+491711234567"),
        ("DE", '="01711234567"', "+491711234567"), ("DE", "０１７１ 1234567", "+491711234567"),
        ("GB", "07700 900123", "+447700900123"), ("GB", "7700900123", "+447700900123"),
        ("GB", "447700900123", "+447700900123"),
        ("US", "2125550111", "+12125550111"), ("US", "12125550111.0", "+12125550111"),
        ("US", "(212) 555-0111", "+12125550111"),
        ("FR", "612345678", "+33612345678"), ("FR", "33612345678", "+33612345678"), ("ES", "612345678", "+34612345678"),
        ("DE", "4.91711E+11", "figures_lost"), ("US", "2.12555E+09", "figures_lost"), ("DE", "N/A", "invalid_phone"),
        ("DE", "-", "invalid_phone"), ("DE", "12", "invalid_phone"),
        ("GB", "020 7946", "invalid_phone"), ("IT", "06 698 12345", "+390669812345"),
        ("DE", "0171 1234567 / 030 123456", "invalid_phone"),
        ("DE", "447911123456", "ambiguous_phone"), ("US", "1-800-FLOWERS", "invalid_phone"),
        (None, "01711234567", "invalid_phone"),
        (None, "491711234567", "invalid_phone"), (None, "+491711234567", "+491711234567"),
    ],
)  # fmt: skip
def test_phone_numbers_as_spreadsheets_leave_them(country: str | None, cell: str, right: str) -> None:
    """Without their + or 0, with .0, cut to a power of ten: read where they can be one number only."""
    found = read(f"id;when;covers;name;phone\n1;2026-12-05 19:30;2;Ada;{cell}\n", country=country)
    (one,) = found.bookings
    if right.startswith("+"):
        assert (one.phone, found.warnings, one.notes) == (right, [], None)
    else:
        assert (one.phone, [fault.rule for fault in found.warnings]) == (None, [right])
        assert one.notes == f"phone: {cell}"


def test_a_number_with_an_extension_keeps_it_in_the_notes() -> None:
    """The number is taken; what E.164 has no room for is not lost."""
    (one,) = read("id;when;covers;name;phone\n1;2026-12-05 19:30;2;Ada;020 7946 0958 ext 12\n").bookings
    assert (one.phone, one.notes) == ("+442079460958", "phone: 020 7946 0958 ext 12")


@pytest.mark.parametrize(
    ("column", "cell", "rule"),
    [
        ("phone", "N/A", "invalid_phone"), ("duration", "2h", "out_of_range"),
        ("language", "English", "invalid_locale"),
        ("email", "none", "invalid_email"), ("email", "ada@", "invalid_email"),
        ("email", "a@example.com b@example.com", "invalid_email"),
        ("duration", "all night", "out_of_range"), ("duration", "90.5", "out_of_range"),
        ("language", "n/a", "invalid_locale"),
        ("source", "carrier pigeon", "unknown_source"), ("accessible", "perhaps", "no_yes_or_no"),
        ("arrived", "late", "invalid_datetime"),
        ("created", "long ago", "invalid_datetime"), ("created", "14:05", "no_date"),
        ("left", "2026-12-05", "no_time"), ("zone", "x" * 200, "too_long"), ("table", "y" * 200, "too_long"),
        ("seated", "2027-03-28 01:30", "nonexistent_local_time"), ("phone", "020\x007946", "invalid_phone"),
    ],
)  # fmt: skip
def test_an_odd_cell_that_is_not_needed_keeps_no_booking_out(column: str, cell: str, rule: str) -> None:
    """It is left out with a warning that names column, line and rule, and stands in the notes after what they say."""
    found = read(f"id;when;covers;name;notes;{column}\n1;2026-12-05 19:30;2;Ada;nuts;{cell}\n")
    (one,) = found.bookings
    assert [(fault.line, fault.column, fault.rule) for fault in found.warnings] == [(2, column, rule)]
    assert one.notes == f"nuts\n{column}: {cell}".replace("\x00", "\\x00")
    assert one.state is Recorded.BOOKED


@pytest.mark.parametrize(
    ("starts", "column", "clock", "right"),
    [
        ("2026-12-06 00:15", "arrived", "23:55", "2026-12-05 23:55"),
        ("2026-12-05 19:30", "arrived", "19:20", "2026-12-05 19:20"),
        ("2026-12-05 23:30", "arrived", "00:05", "2026-12-06 00:05"),
        ("2026-12-06 00:30", "seated", "00:45", "2026-12-06 00:45"),
        ("2026-12-06 00:05", "seated", "23:58", "2026-12-05 23:58"),
        ("2026-12-05 19:30", "left", "00:40", "2026-12-06 00:40"),
        ("2026-12-05 12:00", "left", "11:58 PM", "2026-12-05 23:58"),
        ("2026-12-06 00:15", "left", "02:00", "2026-12-06 02:00"),
        ("2026-12-05 21:00", "left", "0.0625", "2026-12-06 01:30"),
        ("2026-12-05 19:30", "arrived", "2026-12-04 19:20", "2026-12-04 19:20"),
    ],
)
def test_a_clock_without_a_date_belongs_to_the_night(starts: str, column: str, clock: str, right: str) -> None:
    """The evening before midnight or after it, whichever is the party's."""
    (one,) = read(f"id;when;covers;name;{column}\n1;{starts};2;Ada;{clock}\n").bookings
    assert f"{getattr(one, column + '_at'):%Y-%m-%d %H:%M}" == right


def test_parts_of_a_second_are_kept() -> None:
    """A moment is not rounded: what came first stays first."""
    (one,) = read("id;when;covers;name;created\n1;2026-12-05 19:30;2;Ada;2026-12-01T10:00:00.123456+00:00\n").bookings
    assert one.created_at == datetime(2026, 12, 1, 10, 0, 0, 123456, tzinfo=UTC)


def test_what_became_of_a_booking_may_stand_in_a_column_of_its_own() -> None:
    """`Cancelled` with yes or a time says it; it may not contradict the status."""
    text = (
        "id;when;covers;name;status;cancelled\n1;2026-12-05 19:30;2;A;;yes\n2;2026-12-05 19:30;2;B;;no\n"
        "3;2026-12-05 19:30;2;C;;2026-12-01 10:00\n4;2026-12-05 19:30;2;D;Confirmed;yes\n"
        "5;2026-12-05 19:30;2;E;Cancelled;yes\n6;2026-12-05 19:30;2;F;Confirmed;2026-12-01 10:00\n"
    )
    found = read(text)
    assert [(one.name, str(one.state)) for one in found.bookings] == [
        ("A", "cancelled"), ("B", "booked"), ("C", "cancelled"), ("E", "cancelled")
    ]  # fmt: skip
    assert [(one.row, one.rule) for one in found.faults] == [(4, "conflicting_state"), (6, "conflicting_state")]


@pytest.mark.parametrize("cell", ["N/A", "NULL", "nan", "never", "0000-00-00 00:00:00"])
def test_a_cell_that_says_nothing_cancels_nobody(cell: str) -> None:
    """As databases and spreadsheets write nothing: the booking keeps its seat."""
    found = read(f"id;when;covers;name;cancelled at\n1;2026-12-05 19:30;2;A;{cell}\n")
    assert [str(one.state) for one in found.bookings] == ["booked"]
    assert list(found.warnings) == []


@pytest.mark.parametrize("cell", ["soon", "by phone", "32/13/2026", "(see notes)"])
def test_whether_a_booking_was_cancelled_is_not_guessed(cell: str) -> None:
    """Neither as cancelled, which would give its table away, nor as booked."""
    found = read(f"id;when;covers;name;cancelled at\n1;2026-12-05 19:30;2;A;{cell}\n")
    assert [(one.column, one.rule) for one in found.faults] == [("cancelled at", "unknown_state")]


@pytest.mark.parametrize(
    ("cell", "rule"),
    [("2+1", "out_of_range"), ("0", "out_of_range"), ("4-6", "out_of_range"), ("-2", "out_of_range"), ("", "missing")],
)
def test_how_many_come_is_not_guessed(cell: str, rule: str) -> None:
    """A party that cannot be read refuses its row, and no other."""
    found = read(f"id;when;covers;name\n1;2026-12-05 19:30;{cell};Ada\n2;2026-12-05 19:30;4.0;Bob\n")
    assert [(one.line, one.rule) for one in found.faults] == [(2, rule)]
    assert [one.party_size for one in found.bookings] == [4]


def test_a_name_of_invisible_characters_is_none() -> None:
    """As everywhere: nobody is called that."""
    found = read("id;when;covers;name\n1;2026-12-05 19:30;2;\u200b\u2060\n2;2026-12-05 19:30;2;\u00a0Ada\u00a0\n")
    assert [one.rule for one in found.faults] == ["missing"]
    assert [one.name for one in found.bookings] == ["Ada"]


@pytest.mark.parametrize("name", ["\u3164", "\u2800\u2800", "\u115f", "\u034f", "\ufe0f"])
def test_fillers_are_no_name_either(name: str) -> None:
    """One rule for every way in: what shows nothing is nobody's name, and goes from around one."""
    found = read(f"id;when;covers;name\n1;2026-12-05 19:30;2;{name}\n2;2026-12-05 19:30;2;{name}Ada\u200f\n")
    assert [one.rule for one in found.faults] == ["missing"]
    assert [one.name for one in found.bookings] == ["Ada"]


@pytest.mark.parametrize(
    "cell", ["=1+1", "'=1+1", "''=1", "+44 20", "' +1", "-2", "@x", "＝1", "'", "''", "it's", "'tis", "x", ""]
)
def test_what_is_made_inert_reads_as_it_was(cell: str) -> None:
    """Apostrophes of our own come off, those of the text stay."""
    assert bare(inert(cell)) == cell


@pytest.mark.parametrize(
    "mapping",
    ['{"date_format": "%d.%m"}', '{"date_format": "dd.MM"}', '{"encoding": "cp99999"}', '{"excel_epoch": 1905}',
     '{"timezone": "Mars/Base"}', '{"delimiter": ";;"}', '{"columns": {"phone": 7}}', '{"columns": {"phone": []}}',
     '{"date_order": 5}', '{"tables": {"a": 1}}', '{"source": "No Name"}'],
)  # fmt: skip
def test_a_wrong_line_of_a_mapping_is_refused(mapping: str, tmp_path: Any) -> None:
    """By name, before the file is looked at."""
    path = tmp_path / "mapping.json"
    path.write_text(mapping)
    with pytest.raises(InvalidInput) as refused:
        mapping_from(str(path))
    assert str(refused.value.field).startswith("mapping.")


def test_of_two_numbers_the_first_is_taken_and_the_other_kept() -> None:
    """A list in a mapping takes the first that is filled; what else is filled stays in the notes, with a warning."""
    body = "1;2026-12-05 19:30;2;Ada;07700900123;020 7946 0000\n2;2026-12-05 19:30;2;Bo;;020 7946 0000\n"
    found = read(f"id;when;covers;name;phone;mobile\n{body}", columns={"phone": ["phone", "mobile"]})
    assert [one.phone for one in found.bookings] == ["+447700900123", "+442079460000"]
    assert [one.notes for one in found.bookings] == ["mobile: 020 7946 0000", None]
    assert [(one.row, one.column, one.rule) for one in found.warnings] == [(1, "mobile", "second_value")]


def test_a_time_that_cannot_be_read_is_the_fault_of_its_own_column() -> None:
    """The day is right, so it is not named."""
    found = read("id;date;time;covers;name\n1;2026-12-05;12:00-14:00;2;Ada\n2;2026-12-35;12:00;2;Bo\n")
    assert [(one.column, one.rule) for one in found.faults] == [
        ("time", "invalid_datetime"),
        ("date", "invalid_datetime"),
    ]
    assert "two times of day" in found.faults[0].message


def test_what_children_are_in_a_party_stays_in_the_notes() -> None:
    """Both are counted, and the words are kept for who sets the table."""
    found = read("id;when;covers;name\n1;2026-12-05 19:30;2 adults, 1 child;Ada\n")
    assert [(one.party_size, one.notes) for one in found.bookings] == [(3, "covers: 2 adults, 1 child")]
    assert [one.rule for one in found.warnings] == ["party_added"]
