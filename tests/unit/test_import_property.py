"""Whatever bytes a file has: each row is taken, refused or ignored by name, and what is taken stands in its cell."""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from maitred.domain.errors import InvalidInput
from maitred.domain.imported import Imported
from maitred.formats.mapping import ImportMapping
from maitred.formats.reader import ImportFile, read_content

LONDON: Final = ZoneInfo("Europe/London")
ENOUGH: Final = settings(max_examples=400, deadline=None)
GOOD: Final = (
    "Booking ID,Date,Time,Covers,Name,Phone,Status,Table,Notes,Created at\r\n"
    '7,2027-06-05,19:30,4,Ada Lovelace,+442079460958,Confirmed,A1,"nuts, and\r\na cake",2027-05-01 10:00\r\n'
    '8,05/06/2027,7:30 pm,2,"O\'Neill, ""Bob""",020 7946 0958,Cancelled,A1+A2,,\r\n'
    "9,46543,0.8125,3,Zoë,N/A,No-show,,Größe,1.5.2027 10:00\r\n"
    ",,,,,,,,,\r\n"
    "Total,,,9,,,,,,\r\n"
)


def accounted(content: bytes, mapping: ImportMapping | None = None, **how: Any) -> ImportFile | None:
    """Read a file and check its accounts; None for one that is refused as a whole, by name."""
    try:
        read = read_content(content, mapping or ImportMapping(), LONDON, "GB", **how)
    except InvalidInput as refused:
        if not (refused.reason_code and refused.field and refused.message):
            raise
        return None
    taken, faulty = [one.row for one in read.bookings], {one.row for one in read.faults}
    ignored = [one.row for one in read.ignored]
    assert sorted([*taken, *faulty, *ignored]) == list(range(1, read.rows + 1))
    assert all(one.rule and one.message for one in (*read.faults, *read.warnings))
    rows = {row.number: row.cells for row in read.table.rows}
    for one in read.bookings:
        in_its_cells(one, read, rows[one.row])
    return read


def in_its_cells(one: Imported, read: ImportFile, cells: Mapping[str, str]) -> None:
    """Check that what was taken of a row stands in the cells that are named as its source."""

    def said(*meanings: str) -> str:
        return "\n".join(cells.get(header, "") for name in meanings for header in read.columns.of(name))

    assert one.external_id in said("id")
    assert str(one.party_size) in re.sub(r"\b0+(?=\d)", "", _figures(said("party_size")))
    names = said("name", "first_name", "last_name")
    assert all(word in names for word in one.name.split())
    if one.email:
        assert one.email.rpartition("@")[0].casefold() in said("email").casefold()
    if one.phone:
        assert re.sub(r"\D", "", one.phone)[-6:] in re.sub(r"\D", "", _figures(said("phone")))
    if one.zone:
        assert one.zone in said("zone")
    assert all(table in said("tables") for table in one.tables)
    everything = "\n".join([*cells, *cells.values()])
    for line in (one.notes or "").split("\n"):
        assert all(part in everything for part in re.split(r": |\\x..", line.strip()))


def _figures(text: str) -> str:
    return "".join(str(int(one)) if one.isdecimal() else one for one in text)


@ENOUGH
@given(st.binary(max_size=400), st.booleans())
def test_any_bytes(content: bytes, as_json: bool) -> None:
    """Nothing makes the reader fall over."""
    accounted(content, as_json=as_json)


@ENOUGH
@given(st.text(max_size=300), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"]))
def test_any_text_under_a_header(text: str, encoding: str) -> None:
    """Whatever stands below the header is accounted for."""
    accounted(f"id;date;time;covers;name;notes\n{text}".encode(encoding, "surrogatepass"))


SPOILS: Final = st.lists(
    st.tuples(
        st.integers(0, len(GOOD.encode())),
        st.integers(0, 4),
        st.sampled_from([b'"', b'""', b",", b";", b"\n", b"\r", b"\r\n", b"\0", b"\t", b"|", b"'", b"\xff", b"=", b" ",
             b"\xef\xbb\xbf"]
        )
        | st.binary(max_size=3),
    ),
    max_size=4,
)  # fmt: skip


@ENOUGH
@given(SPOILS, st.sampled_from([None, "utf-8", "cp1252", "utf-16-le"]))
def test_a_good_file_that_was_spoilt(spoils: Sequence[tuple[int, int, bytes]], encoding: str | None) -> None:
    """A quote, a delimiter, a break or anything else in the wrong place loses no row."""
    content = GOOD.encode()
    for at, cut, put in spoils:
        content = content[:at] + put + content[at + cut :]
    accounted(content, ImportMapping(encoding=encoding))


VALUES: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6) | st.just("name"), inner, max_size=3)
    ),
    max_leaves=8,
)
FIELDS: Final = st.sampled_from(
    ["id", "start", "covers", "name", "tables", "notes", "phone", "email", "guest", "zone", "created_at", "status"]
)


@ENOUGH
@given(
    st.lists(
        st.dictionaries(FIELDS, VALUES, max_size=6).map(
            lambda row: {"id": 1, "start": "2027-06-05T19:30", "covers": 2, "name": "Ada", **row}
        )
        | VALUES,
        max_size=5,
    ),
    st.sampled_from(["list", "bookings", "lines"]),
)
def test_any_json(rows: list[Any], form: str) -> None:
    """Rows that are no bookings, lists within lists: the accounts are right."""
    text = {
        "list": json.dumps(rows),
        "bookings": json.dumps({"count": len(rows), "bookings": rows}),
        "lines": "\n".join(json.dumps(row) for row in rows),
    }[form]
    read = accounted(text.encode(), as_json=True)
    if read and form != "lines":
        assert read.rows == len(rows)


# -- files that are right: every row comes in, and says what was put into it -------------------------------------------

WORDS: Final = (
    st.text(st.characters(categories=("L", "N", "P", "Zs"), exclude_characters="\u3000"), min_size=1, max_size=20)
    .map(lambda text: " ".join(text.split()))
    .filter(lambda text: bool(re.search(r"\w", text)) and not text.startswith("'"))
)
STARTS: Final = st.integers(0, 60 * 24 * 300).map(
    lambda minutes: datetime(2027, 4, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
ROWS: Final = st.lists(
    st.tuples(STARTS, st.integers(1, 40), WORDS, st.lists(WORDS, max_size=3).map("\n".join)), min_size=1, max_size=8
)
EPOCH: Final = date(1899, 12, 30)
CLOCKS: Final = {
    "iso": lambda at: (f"{at:%Y-%m-%d}", f"{at:%H:%M}"),
    "german": lambda at: (f"{at:%d.%m.%Y}", f"{at:%H.%M} Uhr"),
    "french": lambda at: (f"{at:%d/%m/%Y}", f"{at:%H}h{at:%M}"),
    "american": lambda at: (f"{at:%m/%d/%Y}", f"{at:%I:%M} {'AM' if at.hour < 12 else 'PM'}"),
    "named": lambda at: (f"{at.day} {at:%b %Y}", f"{at:%H:%M:%S}"),
    "serial": lambda at: (str((at.date() - EPOCH).days), f"{(at.hour * 60 + at.minute) / 1440:.8f}"),
    "sheet": lambda at: (f"{at:%Y-%m-%d} 00:00:00", f"1899-12-30 {at:%H:%M:%S}"),
}  # fmt: skip
ORDERS: Final = {"french": "dmy", "american": "mdy"}


@ENOUGH
@given(
    ROWS,
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.sampled_from(sorted(CLOCKS)),
    st.booleans(),
)
def test_a_right_file_comes_in_as_it_is(
    rows: Sequence[tuple[datetime, int, str, str]],
    delimiter: str,
    encoding: str,
    line_end: str,
    quoting: int,
    clock: str,
    title: bool,
) -> None:
    """Any delimiter, encoding, quoting and way to write a time: each row is one booking with its own values."""
    file = io.StringIO()
    if title:
        file.write(f"Our bookings{line_end}{line_end}")
    writer = csv.writer(file, delimiter=delimiter, lineterminator=line_end, quoting=quoting)
    writer.writerow(["Booking ID", "Visit Date", "Visit Time", "Covers", "Booking Date", "Guest Name", "Notes"])
    for number, (at, party, name, notes) in enumerate(rows):
        writer.writerow([f"B-{number}", *CLOCKS[clock](at), party, "2020-01-01", name, notes])
    content = file.getvalue().encode(encoding)
    mapping = ImportMapping(date_order=ORDERS.get(clock), timezone="UTC")
    read = accounted(content, mapping)
    assert read is not None, "a right file is read"
    assert [(one.rule, one.message) for one in read.faults] == []
    assert len(read.ignored) == title
    assert [(one.external_id, one.starts_at, one.party_size, one.name) for one in read.bookings] == [
        (f"B-{number}", at, party, name) for number, (at, party, name, _) in enumerate(rows)
    ]
    assert [(one.notes or "").split() for one in read.bookings] == [notes.split() for *_, notes in rows]
