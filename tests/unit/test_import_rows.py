"""Rows, cells and letters of a file: none is swallowed, and what is broken is named with its line."""

from typing import Final
from zoneinfo import ZoneInfo

import pytest

from maitred.domain.errors import InvalidInput
from maitred.formats.mapping import ImportMapping
from maitred.formats.reader import ImportFile, read_content

HEADER: Final = "id,date,time,covers,name,notes"
AT: Final = "2027-06-05,19:30,2"


def read(text: str | bytes, mapping: ImportMapping | None = None) -> ImportFile:
    """Read a file of a restaurant in London."""
    content = text.encode() if isinstance(text, str) else text
    return read_content(content, mapping or ImportMapping(), ZoneInfo("Europe/London"), "GB")


def told(found: ImportFile) -> tuple[list[tuple[str, str | None]], list[tuple[str, int | None]]]:
    """Return who came in with which notes, and which rule which line broke."""
    return [(one.name, one.notes) for one in found.bookings], [(one.rule, one.line) for one in found.faults]


@pytest.mark.parametrize(
    ("rows", "taken", "faults"),
    [
        (f'1,{AT},Ann,"nut\n2,{AT},Bob,x\n3,{AT},Cy,y', [("Bob", "x"), ("Cy", "y")], [("open_quote", 2)]),
        (f'1,{AT},Ann,"nut\n2,{AT},Bob,"a, b"\n3,{AT},Cy,y', [("Bob", "a, b"), ("Cy", "y")], [("stray_quote", 2)]),
        (f'1,{AT},"Ann,x\n2,{AT},"Bob",y', [("Bob", "y")], [("stray_quote", 2)]),
        (f'1,{AT},Ann,"nut\n2,{AT},Bob,5"\n3,{AT},Cy,y', [("Cy", "y")], [("open_quote", 2), ("stray_quote", 3)]),
        (f'"1",{AT},"Ann","x\n"2",{AT},"Bob","y"', [("Bob", "y")], [("stray_quote", 2)]),
        (f'1,{AT},Ann,"a" b\n2,{AT},Bob,y', [("Bob", "y")], [("stray_quote", 2)]),
        (f'1,{AT},Ann,"say \\"hi\\""\n2,{AT},Bob,y', [("Bob", "y")], [("stray_quote", 2)]),
        (f"1,{AT},Ann,severe nut allergy, please\n2,{AT},Bob,y", [("Bob", "y")], [("wrong_cell_count", 2)]),
        (f"1,{AT},Ann\n2,{AT},Bob,y", [("Bob", "y")], [("wrong_cell_count", 2)]),
        (f"1,{AT},Ann,x\r2,{AT},Bob,y\n3,{AT},Cy,z", [("Cy", "z")], [("wrong_cell_count", 2)]),
        (f"1,{AT},A\0nn,x\n2,{AT},Bob,y", [("Bob", "y")], [("control_character", 2)]),
        # What is legal stays legal.
        (f'1,{AT},Ann,"two\nlines, ""quoted"""\n2,{AT},Bob,y', [("Ann", 'two\nlines, "quoted"'), ("Bob", "y")], []),
        (f'1,{AT},Ann "the boss",5" wide\n2,{AT},Bob,', [('Ann "the boss"', '5" wide'), ("Bob", None)], []),
        (f'1,{AT}, "Ann" ,x,\n2,{AT},Bob,y,,', [("Ann", "x"), ("Bob", "y")], []),
        (f'1,{AT},Ann,"1,2,3,4,5\n6,7,8,9,10,11"\n2,{AT},Bob,y', [("Ann", "1,2,3,4,5\n6,7,8,9,10,11"),
        ("Bob", "y")], []),
    ],
)  # fmt: skip
def test_a_broken_row_takes_no_other_with_it(rows: str, taken: list[object], faults: list[object]) -> None:
    """Open quotes, quotes closed late, wrong counts: a fault each, with its line; the other rows come in whole."""
    found = read(f"{HEADER}\n{rows}\n")
    assert told(found) == (taken, faults)
    assert found.rows == len(taken) + len(faults)
    windows = read(f"{HEADER}\n{rows}\n".replace("\n", "\r\n"))
    assert [one.line for one in windows.faults] == [line for _, line in faults]  # type: ignore[misc]


def test_a_text_of_two_lines_may_stand_in_the_first_column() -> None:
    """Its last line has as many cells as a row, and is none."""
    found = read(f'notes,id,date,time,covers,name\n"x\ny",1,{AT},Ann\n"z",2,{AT},Bob\n')
    assert told(found) == ([("Ann", "x\ny"), ("Bob", "z")], [])


@pytest.mark.parametrize("by", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_makes_a_header(by: str) -> None:
    """Others in the cells do not matter, also when there are more of them; `sep=` says it before anything else."""
    rows = [["1", *AT.split(","), "Ann", "a, b; c | d"], ["2", *AT.split(","), "Bob", "e, f, g, h; i"]]
    body = by.join(HEADER.split(",")) + "\n" + "\n".join(by.join(f'"{cell}"' for cell in row) for row in rows)
    for begin in ("", f"sep={by}\n", f"sep={by}\r\n", "\ufeff", f"\ufeffsep={by}\n"):
        found = read(begin + body)
        assert told(found) == ([("Ann", "a, b; c | d"), ("Bob", "e, f, g, h; i")], []), begin


def test_a_delimiter_that_is_not_certain_is_asked() -> None:
    """A header that two delimiters would make is refused; the mapping settles it."""
    text = f"date,time;full,name\n1,{AT};4,x\n"
    with pytest.raises(InvalidInput, match="delimiter") as asked:
        read(text)
    assert asked.value.reason_code == "ambiguous_delimiter"


def test_lines_that_are_no_bookings_are_named() -> None:
    """Titles, empty rows, headers that come again, totals: ignored by name, not lost and not refused."""
    text = (
        "Restaurant Rose\nExport of 1 June 2027, 10:00\n\n"
        f"{HEADER}\n1,{AT},Ann,x\n,,,,,\n{HEADER}\n\n2,{AT},Bob,y\nTotal,,,4,,\nPage 1 of 1\n\n\n"
    )
    found = read(text)
    assert told(found) == ([("Ann", "x"), ("Bob", "y")], [])
    assert [(one.line, one.rule) for one in found.ignored] == [
        (1, "title_line"), (2, "title_line"), (6, "empty_row"), (7, "repeated_header"), (10, "footer"), (11, "footer")
    ]  # fmt: skip
    assert found.rows == 8


def test_a_guest_called_total_is_a_guest() -> None:
    """What begins like a footer and has a date is a booking."""
    found = read(f"name,id,date,time,covers,notes\nTotal Wine,1,{AT},x\nPage,2,{AT},y\n")
    assert [one.name for one in found.bookings] == ["Total Wine", "Page"]


ROW: Final = f"{HEADER}\n1,{AT},Müller,x\n2,{AT},Zoë O’Neill,y\n"


@pytest.mark.parametrize(
    ("encoding", "option"),
    [
        ("utf-8", None), ("utf-8-sig", None), ("utf-16", None), ("utf-16-le", None), ("utf-16-be", None),
        ("utf-32", None), ("cp1252", "cp1252"), ("cp1250", "cp1250"), ("utf-8", "utf-8"), ("utf-16", "utf-16"),
    ],
)  # fmt: skip
def test_letters_are_read_as_they_are(encoding: str, option: str | None) -> None:
    """With a mark or without, or as told."""
    text = ROW if "cp1250" not in encoding else ROW.replace("Müller", "Wałęsa")
    found = read(text.encode(encoding), ImportMapping(encoding=option))
    assert [one.name for one in found.bookings] == ["Müller" if text == ROW else "Wałęsa", "Zoë O’Neill"]


@pytest.mark.parametrize(
    ("content", "option", "rule"),
    [
        (ROW.encode("cp1252"), None, "unknown_encoding"),
        (ROW.encode("utf-8"), "cp1252", "wrong_encoding"),
        (ROW.encode("utf-8-sig"), "cp1250", "wrong_encoding"),
        (ROW.encode("utf-16"), "cp1252", "wrong_encoding"),
        (ROW.encode("cp1252"), "utf-8", "undecodable"),
        (ROW.encode("cp1252"), "latin-1", "wrong_encoding"),
        (ROW.replace("Müller", "Jürgen").encode("cp850", "replace"), "cp1252", "undecodable"),
        (ROW.replace("Müller", "Wałęsa").encode("cp1250"), "cp1252", "wrong_encoding"),
        (ROW.replace("Müller", "Иванов").replace("ë", "е").encode("cp1251"), "cp1252", "wrong_encoding"),
        (ROW.encode("cp1252"), "cp1251", "wrong_encoding"),
        (ROW.encode("utf-8").decode("cp1252").encode("utf-8"), None, "garbled_text"),
        (ROW.replace("ü", "\ufffd").encode(), None, "garbled_text"),
        (ROW.encode("utf-16") + b"\0", None, "undecodable"),
        (b"\xff\xfe\x00\xd8" + ROW.encode("utf-16-le"), None, "undecodable"),
    ],
)
def test_what_would_be_garbled_is_refused(content: bytes, option: str | None, rule: str) -> None:
    """An encoding that cannot be, or that is not said: no letter is guessed."""
    with pytest.raises(InvalidInput) as refused:
        read(content, ImportMapping(encoding=option))
    assert refused.value.reason_code == rule


def test_json_has_its_faults_row_by_row() -> None:
    """A mark before it, rows that are none, a name that stands twice; the others come in, tables by their names."""
    good = '{"id":1,"start":"2027-06-05T19:30","covers":2,"name":"Ann","tables":[{"name":"A1"},{"name":"B 2"}]}'
    twice = '{"id":2,"id":3,"start":"2027-06-05T19:30","covers":2,"name":"Bob"}'
    for encoding in ("utf-8-sig", "utf-16", "utf-8"):
        found = read(f"[{good},{twice},null]".encode(encoding))
        assert [(one.name, one.tables) for one in found.bookings] == [("Ann", ("A1", "B 2"))]
        assert [(one.row, one.rule) for one in found.faults] == [(2, "duplicate_key"), (3, "not_an_object")]
    lines = read(f'{good}\n{{"id":2,\n{good.replace(":1,", ":4,", 1)}\n')
    assert [one.external_id for one in lines.bookings] == ["1", "4"]
    assert [(one.row, one.line, one.rule) for one in lines.faults] == [(2, 2, "invalid_json")]
    with pytest.raises(InvalidInput, match="without end"):
        read("[" * 100_000)
