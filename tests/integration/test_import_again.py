"""The same bookings from another file: each once whatever it is called, newer ones compared and taken over by steps."""

import asyncio
import csv
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from house import VENUE, Inn, evening, faults, inn_of, venue

from maitred.domain.errors import InvalidInput
from maitred.domain.lifecycle import Action
from maitred.formats.mapping import ImportMapping
from maitred.formats.reader import read_content
from maitred.store.personal import PLACES
from maitred.usecases.accept import GuestDetails
from maitred.usecases.backfill import backfill
from maitred.usecases.bookings_csv import bookings_csv
from maitred.usecases.door import act
from maitred.usecases.import_work import ImportSource
from maitred.usecases.personal import erase_guest

HEADER: Final = "Booking ID,Date,Time,Covers,Guest name,Phone,Status,Table,Notes"
MAIN: Final = "from maitred.cli import main; main()"


def row(number: int, at: datetime, state: str = "Confirmed", party: int = 2, table: str = "", **more: str) -> str:
    """Return one line of an export."""
    name, notes = more.get("name", f"Guest {number}"), more.get("notes", "")
    return f"OLD-{number},{at:%Y-%m-%d},{at:%H:%M},{party},{name},+4420794{number:05},{state},{table},{notes}"


async def bring(
    inn: Inn, *rows: str, source: str = "previous", header: str = HEADER, on_purpose: bool = False, **how: Any
) -> dict[str, Any]:
    """Import an export into the inn, and return the report."""
    content = ("\n".join([header, *rows]) + "\n").encode()
    read = read_content(content, ImportMapping(source=source), ZoneInfo("UTC"), None, inn.place.floor.bit)
    known = {"faults": read.faults, "warnings": read.warnings, "ignored": len(read.ignored), "clock": inn.desk.clock}
    origin = ImportSource(source, on_purpose=on_purpose)
    report = await backfill(inn.desk.database, inn.place.slug, origin, read.digest, read.bookings, **{**known, **how})
    return report.document()


async def booked(inn: Inn) -> dict[str, Any]:
    """Return the bookings here by the other system's ids."""
    rows = await inn.desk.database.fetch(
        "SELECT * FROM maitred.bookings_shown WHERE restaurant_id = $1", inn.place.restaurant_id
    )
    return {row["external_ref"]: row for row in rows}


def told(report: Mapping[str, Any]) -> list[tuple[int, list[str], bool, str | None]]:
    """Return what differs: row, fields, taken over or not, by which rule not."""
    return [
        (one["row"], [field["field"] for field in one["fields"]], one["taken_over"], one["rule"])
        for one in report["differing"]
    ]


# -- once, whatever it is called ---------------------------------------------------------------------------------------


async def test_a_file_that_is_here_under_another_source_is_asked_about(inn: Inn) -> None:
    """By its ids, or by its bookings; said on purpose it comes in, and said rightly nothing comes twice."""
    rows = [row(1, evening()), row(2, evening("20:00"))]
    assert (await bring(inn, *rows))["imported"] == 2
    with pytest.raises(InvalidInput) as asked:
        await bring(inn, *rows, source="opentable")
    assert (asked.value.reason_code, asked.value.field) == ("looks_imported", "--source")
    assert "--source previous" in asked.value.message
    assert "--source opentable" in asked.value.message
    # Other ids and another header: the bookings themselves are known.
    other = [one.replace("OLD-", "NEW-") for one in rows]
    with pytest.raises(InvalidInput):
        await bring(inn, *other, source="resy")
    looked = await bring(inn, *rows, source="opentable", dry_run=True)
    assert [one["source"] for one in looked["here_under_another_source"]] == ["previous", "previous"]
    same = await bring(inn, *rows, source="previous", on_purpose=True)
    assert (same["imported"], same["already_here"]) == (0, 2)
    assert len(await booked(inn)) == 2
    assert (await bring(inn, *rows, source="opentable", on_purpose=True))["imported"] == 2


async def test_ids_that_happen_to_be_the_same_are_no_sign(inn: Inn) -> None:
    """Two systems count from 1: other guests at other times are other bookings."""
    assert (await bring(inn, row(1, evening()), row(2, evening("20:00"))))["imported"] == 2
    others = [row(1, evening("18:00"), name="Somebody"), row(2, evening("21:00"), name="Else")]
    report = await bring(inn, *others, source="resy")
    assert (report["imported"], report["here_under_another_source"]) == (2, [])


async def test_a_booking_made_here_is_not_imported_beside_itself(inn: Inn) -> None:
    """What staff typed in before the file came is found by time, party and name."""
    await inn.book_as(GuestDetails("Guest 1"), 2, evening())
    with pytest.raises(InvalidInput, match="booked here"):
        await bring(inn, row(1, evening()), row(2, evening("20:00")))
    assert await inn.desk.database.fetchval("SELECT count(*) FROM maitred.imported_bookings") == 0


# -- a newer export ----------------------------------------------------------------------------------------------------


async def test_a_newer_export_is_listed_and_taken_over_by_update(inn: Inn) -> None:
    """Cancelled there, another time, another party, other notes: listed; `update` writes each."""
    first = [row(number, evening(), table="A1" if number == 1 else "") for number in (1, 2, 3, 4)]
    await bring(inn, *first)
    newer = [
        row(1, evening(), "Cancelled", table="A1"),
        row(2, evening("20:30")),
        row(3, evening(), party=4),
        row(4, evening(), notes="nut allergy", name="Renamed Guest"),
    ]
    before = await inn.rows()
    listed = await bring(inn, *newer)
    assert (listed["imported"], listed["already_here"], listed["updated"]) == (0, 4, 0)
    fields = [["state"], ["starts_at"], ["party_size"], ["notes", "guest"]]
    assert told(listed) == [(number, names, False, None) for number, names in enumerate(fields, 1)]
    assert told(await bring(inn, *newer, update=True, dry_run=True)) == told(listed)
    assert await inn.rows() == before
    done = await bring(inn, *newer, update=True)
    assert told(done) == [(number, names, True, None) for number, names in enumerate(fields, 1)]
    here = await booked(inn)
    assert (here["OLD-1"]["state"], here["OLD-1"]["tables"]) == ("cancelled", None)
    assert (here["OLD-2"]["state"], here["OLD-2"]["starts_at"]) == ("confirmed", evening("20:30"))
    assert (here["OLD-3"]["party_size"], here["OLD-3"]["state"]) == (4, "confirmed")
    assert (here["OLD-4"]["notes"], here["OLD-4"]["guest_name"]) == ("nut allergy", "Renamed Guest")
    assert await faults(inn.url) == []
    events = await inn.desk.database.fetch("SELECT event, done_at FROM maitred.outbox")
    assert all(one["event"]["data"]["imported"] and one["done_at"] for one in events), "nobody is told of any of it"
    after = await inn.rows()
    again = await bring(inn, *newer, update=True)
    assert (told(again), again["imported"]) == ([], 0)
    assert await inn.rows() == after


async def test_other_tables_and_a_longer_stay_are_news(inn: Inn) -> None:
    """Tables given there since, others, taken ones, unknown ones; a file that does not name them says nothing new."""
    header = HEADER.replace("Notes", "Duration")
    first = [
        row(1, evening(), table="A1"), row(2, evening()), row(3, evening(), table="P1"),
        row(4, evening("12:00"), table="A1"), row(5, evening("12:00"), table="A2"),
        row(6, evening("15:00"), table="B1", party=4),
    ]  # fmt: skip
    await bring(inn, *first, header=header)
    assert (await booked(inn))["OLD-1"]["tables"] == ["A1"]
    there = (await booked(inn))["OLD-2"]["tables"]
    assert told(await bring(inn, *[one.replace(",A1,", ",,") for one in first], header=header)) == []
    other = next(one for one in ("A2", "A3") if [one] != there)
    newer = [
        row(1, evening(), table=other), row(2, evening(), table="A1"), row(3, evening(), table="Z9"),
        row(4, evening("12:00"), table="A2"), row(5, evening("12:00"), table="A2", notes="90"),
        row(6, evening("16:00"), table="P1", party=4),
    ]  # fmt: skip
    listed = told(await bring(inn, *newer, header=header))
    assert [fields for _, fields, _, _ in listed] == [
        ["tables"], ["tables"], ["tables"], ["tables"], ["turn_minutes"], ["starts_at", "tables"],
    ]  # fmt: skip
    done = told(await bring(inn, *newer, header=header, update=True))
    assert [(taken, rule) for _, _, taken, rule in done] == [
        (True, None), (True, None), (False, "unknown_table"), (False, "table_taken"), (True, None), (True, None),
    ]  # fmt: skip
    here = await booked(inn)
    assert [here[f"OLD-{number}"]["tables"] for number in range(1, 7)] == [
        [other], ["A1"], ["P1"], ["A1"], ["A2"], ["P1"],
    ]  # fmt: skip
    assert (here["OLD-5"]["turn_minutes"], here["OLD-6"]["starts_at"]) == (90, evening("16:00"))
    again = told(await bring(inn, *newer, header=header, update=True))
    assert [(number, rule) for number, _, _, rule in again] == [(3, "unknown_table"), (4, "table_taken")]
    assert await faults(inn.url) == []


async def test_a_party_that_people_moved_here_keeps_its_table(inn: Inn) -> None:
    """Moved here and elsewhere there: a person decides."""
    from maitred.usecases.moves import move_by_hand  # noqa: PLC0415

    await bring(inn, row(1, evening(), table="A1"), row(2, evening("12:00"), table="A1"))
    here = await booked(inn)
    await move_by_hand(inn.desk, here["OLD-1"]["id"], ["A2"], caller=inn.caller)
    assert told(await bring(inn, row(1, evening(), table="A1"), update=True)) == []
    both = await bring(inn, row(1, evening(), table="A3"), update=True)
    assert told(both) == [(1, ["tables"], False, "changed_here_too")]
    assert (await booked(inn))["OLD-1"]["tables"] == ["A2"]


async def test_states_are_reached_by_the_steps_of_the_lifecycle(inn: Inn) -> None:
    """No-show, arrived, seated, completed as the other system says; a step back or before its time is a fault."""
    at = evening("17:00", 7)
    await bring(inn, *[row(number, at + timedelta(minutes=60 * (number % 3))) for number in range(1, 7)])
    later = inn.at(lambda: at + timedelta(minutes=170))
    states = {1: "No-show", 2: "Arrived", 3: "Seated", 4: "Completed", 5: "Declined"}
    newer = [row(number, at + timedelta(minutes=60 * (number % 3)), state) for number, state in states.items()]
    done = await bring(later, *newer, update=True)
    assert told(done) == [(number, ["state"], True, None) for number in range(1, 6)]
    here = await booked(inn)
    assert [here[f"OLD-{number}"]["state"] for number in states] == [
        "no_show", "arrived", "checked_in", "completed", "cancelled"
    ]  # fmt: skip
    early = await bring(inn, row(6, at, "No-show"), update=True)
    assert told(early) == [(1, ["state"], False, "too_early")]
    back = await bring(later, row(1, at + timedelta(minutes=60), "Confirmed"), update=True)
    assert told(back) == [(1, ["state"], False, "no_way_back")]
    assert await faults(inn.url) == []


async def test_what_has_no_room_stays_as_it_was(inn: Inn) -> None:
    """A change that cannot be seated is a fault, and that booking keeps its table; the others are taken over."""
    tiny = await inn_of(inn.house, venue({**VENUE, "tables": [VENUE["tables"][0]], "joins": []}), inn.url)
    await bring(tiny, row(1, evening("12:00")), row(2, evening("19:00")), row(3, evening("15:00")))
    newer = [row(1, evening("19:00")), row(2, evening("19:00")), row(3, evening("15:00"), "Cancelled")]
    done = await bring(tiny, *newer, update=True)
    assert told(done) == [(1, ["starts_at"], False, "no_capacity"), (3, ["state"], True, None)]
    assert (await booked(tiny))["OLD-1"]["starts_at"] == evening("12:00")
    # Whoever is gone makes room first, in whatever order the rows stand.
    newer = [row(1, evening("19:00")), row(2, evening("19:00"), "Cancelled")]
    assert told(await bring(tiny, *newer, update=True)) == [
        (1, ["starts_at"], True, None),
        (2, ["state"], True, None),
    ]
    here = await booked(tiny)
    assert (here["OLD-1"]["starts_at"], here["OLD-1"]["tables"]) == (evening("19:00"), ["A1"])


async def test_what_people_changed_here_is_no_news_from_there(inn: Inn) -> None:
    """A time moved here is kept by an export that says nothing new; changed on both sides it is a person's decision."""
    await bring(inn, row(1, evening()), row(2, evening()))
    here = await booked(inn)
    from maitred.usecases.modify import Changes, modify_booking  # noqa: PLC0415

    for external in ("OLD-1", "OLD-2"):
        await modify_booking(inn.desk, here[external]["id"], Changes(starts_at=evening("18:00")), caller=inn.caller)
    assert told(await bring(inn, row(1, evening(), notes="window"), update=True)) == [(1, ["notes"], True, None)]
    assert (await booked(inn))["OLD-1"]["starts_at"] == evening("18:00")
    both = await bring(inn, row(2, evening("20:30")), update=True)
    assert told(both) == [(1, ["starts_at"], False, "changed_here_too")]
    assert (await booked(inn))["OLD-2"]["starts_at"] == evening("18:00")


async def test_a_party_that_sits_is_not_moved_by_a_file(inn: Inn) -> None:
    """What people see at the table goes before what a file says."""
    at = evening("19:00", 7)
    await bring(inn, row(1, at))
    now = inn.at(lambda: at)
    await act(now.desk, (await booked(inn))["OLD-1"]["id"], Action.CHECK_IN, caller=inn.caller)
    done = await bring(now, row(1, at, party=3), update=True)
    assert told(done) == [(1, ["party_size"], False, "already_seated")]
    gone = await bring(now, row(1, at, "Cancelled"), update=True)
    assert told(gone)[0][2:] == (False, "transition_not_allowed")
    assert (await booked(inn))["OLD-1"]["state"] == "checked_in"


async def test_an_update_that_is_interrupted_goes_on(inn: Inn) -> None:
    """Half of it done, the rest follows; what was imported before digests were kept is compared as well."""
    await bring(inn, row(1, evening()), row(2, evening("20:30")))
    await inn.desk.database.execute("UPDATE maitred.imported_bookings SET recorded = NULL")
    await bring(inn, row(1, evening(), "Cancelled"), update=True)
    both = await bring(inn, row(1, evening(), "Cancelled"), row(2, evening("20:30"), "Cancelled"), update=True)
    assert told(both) == [(2, ["state"], True, None)]
    assert {one["state"] for one in (await booked(inn)).values()} == {"cancelled"}


async def test_an_erased_guest_is_not_brought_back(inn: Inn) -> None:
    """Neither by the same export nor by a newer one with `update`; digests of what they said are gone as well."""
    await bring(inn, row(1, evening(), notes="nuts"))
    now = datetime.now(UTC)
    await erase_guest(inn.desk.database, None, None, "+442079400001", by="ann", now=now, force=True)
    again = await bring(inn, row(1, evening(), notes="nuts, and a cake", name="Guest 1 again"), update=True)
    assert (told(again), again["imported"]) == ([], 0)
    assert "Guest" not in str(await booked(inn))
    kept = await inn.desk.database.fetchval("SELECT recorded::text FROM maitred.imported_bookings")
    assert "guest" not in kept
    assert "notes" not in kept
    assert any(place.name == "imports" for place in PLACES)


async def test_a_zone_that_is_not_here_is_kept_in_the_notes(inn: Inn) -> None:
    """With a warning; one that is here is a wish."""
    header = "id,date,time,covers,name,zone"
    at = f"{evening():%Y-%m-%d},{evening():%H:%M}"
    report = await bring(inn, f"1,{at},2,Ada,Rooftop", f"2,{at},2,Bob,MAIN", header=header)
    assert [(one["row"], one["rule"]) for one in report["warnings"]] == [(1, "unknown_zone")]
    here = await booked(inn)
    assert (here["1"]["notes"], here["1"]["zone_preference"]) == ("Zone: Rooftop", None)
    assert (here["2"]["notes"], here["2"]["zone_preference"]) == (None, "main")


# -- our own CSV -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("excel", [False, True])
async def test_our_own_csv_comes_back_as_it_was(inn: Inn, excel: bool) -> None:
    """Joined tables, odd letters, formulas, states: exported, and imported into a house with the same floor."""
    await inn.seat(4, evening(), notes="=HYPERLINK(1)\n'quoted', \"and so on\"")
    await bring(
        inn, row(1, evening(), party=4, table="A1+A2", name="Zoë Müller"), row(2, evening("20:30"), "Cancelled")
    )
    await bring(inn, row(3, evening("19:00", -30), "Completed", table="A1"), row(4, evening("19:00", -30), "No-show"))
    days = (date.today() - timedelta(days=40), date.today() + timedelta(days=40))  # noqa: DTZ011
    parts = bookings_csv(inn.desk.database, inn.place.restaurant_id, inn.place.venue.tz, *days, excel=excel)
    content = "".join([part async for part in parts]).encode()
    assert content.startswith(b"\xef\xbb\xbf") is excel
    empty = await inn_of(inn.house, venue(VENUE), inn.url)
    read = read_content(content, ImportMapping(), empty.place.venue.tz, None, empty.place.floor.bit)
    assert ([one.message for one in read.faults], read.warnings, read.source) == ([], [], "maitred")
    report = await backfill(inn.desk.database, empty.place.slug, ImportSource(read.source), read.digest, read.bookings)
    assert report.document()["imported"] == 5
    names = (
        "starts_at",
        "party_size",
        "state",
        "tables",
        "guest_name",
        "guest_phone",
        "notes",
        "source",
        "turn_minutes",
    )
    there = {str(one["id"]): one for one in (await booked_by_id(inn)).values()}
    for external, one in (await booked(empty)).items():
        assert {name: one[name] for name in names} == {name: there[external][name] for name in names}
    with pytest.raises(InvalidInput, match="look like bookings"):
        await backfill(inn.desk.database, inn.place.slug, ImportSource(read.source), read.digest, read.bookings)


async def booked_by_id(inn: Inn) -> dict[str, Any]:
    """Return every booking here by its own id."""
    rows = await inn.desk.database.fetch(
        "SELECT * FROM maitred.bookings_shown WHERE restaurant_id = $1", inn.place.restaurant_id
    )
    return {str(one["id"]): one for one in rows}


# -- the command -------------------------------------------------------------------------------------------------------


def command(url: str, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    """Run maitred."""
    environment = {**os.environ, "MAITRED_DATABASE_URL": url}
    return subprocess.run([sys.executable, "-c", MAIN, *arguments], env=environment, capture_output=True, check=False)


def write(path: Path, rows: Sequence[str], encoding: str = "utf-8", header: str = HEADER) -> Path:
    """Write an export."""
    path.write_bytes(("\n".join([header, *rows]) + "\n").encode(encoding))
    return path


async def test_the_command_says_what_it_read_asks_for_the_source_and_takes_over(inn: Inn, tmp_path: Path) -> None:
    """A stranger sees columns, ignored rows, warnings, differences; programs get the same as JSON."""
    slug, header = inn.place.slug, HEADER.replace("Date", "Visit date") + ",Booking Date"
    rows = [row(1, evening(), name="Müller") + ",2020-01-01", row(2, evening()) + ",", f"Total,,,4{',' * 6}", "x,y"]
    file = write(tmp_path / "old.csv", rows, "cp1252", header)

    def run(*more: str) -> "subprocess.CompletedProcess[bytes]":
        return command(inn.url, "backfill", slug, str(file), *more)

    refused = await asyncio.to_thread(run)
    assert refused.returncode == 1
    assert b"--encoding" in refused.stderr
    assert "cp1252 (Müller)" in refused.stderr.decode()
    tried = json.loads((await asyncio.to_thread(run, "--encoding", "cp1252", "--dry-run", "--json")).stdout)
    assert (tried["rows"], tried["imported"], tried["refused"], tried["ignored"]) == (4, 2, 1, 1)
    assert (tried["columns"]["date"], tried["ignored_columns"]) == ("Visit date", ["Booking Date"])
    assert [one["name"] for one in tried["bookings"]] == ["Müller", "Guest 2"]
    said = (await asyncio.to_thread(run, "--encoding", "cp1252")).stdout.decode()
    for words in (
        "4 rows, 2 imported",
        "1 refused, 1 ignored",
        "from 'Visit date'",
        "ignored: 'Booking Date'",
        "row 4, line 5",
    ):
        assert words in said
    asked = await asyncio.to_thread(run, "--encoding", "cp1252", "--mapping", "opentable")
    assert asked.returncode == 1
    assert b"--source previous" in asked.stderr
    write(file, [row(1, evening(), "Cancelled", name="Müller") + ","], "cp1252", header)
    listed = (await asyncio.to_thread(run, "--encoding", "cp1252")).stdout.decode()
    assert "state confirmed here, cancelled there" in listed
    assert "--update takes it over" in listed
    taken = (
        await asyncio.to_thread(
            run, "--encoding", "cp1252", "--update", "--mapping", "opentable", "--source", "previous"
        )
    ).stdout
    assert "1 taken over" in taken.decode()
    assert (await booked(inn))["OLD-1"]["state"] == "cancelled"
    rejects = tmp_path / "old.rejects.csv"
    assert not rejects.exists(), "nothing is refused any more"
    days = ("--from", f"{evening():%Y-%m-%d}", "--to", f"{evening():%Y-%m-%d}")
    printed = await asyncio.to_thread(command, inn.url, "bookings-csv", slug, *days, "--excel")
    assert printed.stdout.startswith(b"\xef\xbb\xbfreference,")
    assert len(list(csv.reader(printed.stdout.decode("utf-8-sig").splitlines()))) == 3
