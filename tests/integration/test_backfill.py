"""Bookings of a previous system come in: each once, whatever interrupts it, by the guards of every booking.

`make proof-backfill` does it with 10,000 rows and 20 kills (MAITRED_PROOF=1).
"""

import asyncio
import csv
import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from house import VENUE, evening, faults, venue

from maitred.domain.errors import InvalidInput
from maitred.domain.imported import Recorded
from maitred.formats.mapping import ImportMapping, mapping_from
from maitred.formats.reader import read_import
from maitred.formats.rejects import write_rejects
from maitred.formats.words import SOURCES, STATES, names
from maitred.ops.wording import reason_in_words
from maitred.store.database import Database
from maitred.usecases.backfill import backfill
from maitred.usecases.import_work import ImportSource
from maitred.usecases.venues import import_venue

WHOLE: Final = os.environ.get("MAITRED_PROOF") == "1"
ROWS: Final = 10_000 if WHOLE else 1_500
KILLS: Final = 20 if WHOLE else 2
MAIN: Final = "from maitred.cli import main; main()"
HEADERS: Final = (
    "Booking ID",
    "Date",
    "Time",
    "Covers",
    "Guest name",
    "Phone",
    "Status",
    "Table",
    "Notes",
    "Created at",
)


def _row(number: int, at: datetime, state: str = "Confirmed", table: str = "", party: int = 2) -> tuple[Any, ...]:
    made = at - timedelta(days=20)
    phone = f"+4420794{number:05}"
    return (f"OLD-{number}", f"{at:%Y-%m-%d}", f"{at:%H:%M}", party, f"Guest {number}", phone, state, table, "", made)


def _file(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        writer.writerows(rows)
    return path


def _many(count: int, days: int = 60) -> list[tuple[Any, ...]]:
    """Bookings of two years past and two months to come, some with tables, in no order."""
    dice = random.Random(5)
    rows = []
    for number in range(count):
        past = number % 3 != 0
        day = evening("12:00", -dice.randrange(2, 700) if past else dice.randrange(2, days))
        at = day + timedelta(minutes=15 * dice.randrange(36))
        state = dice.choice(("Completed", "Completed", "No-show", "Cancelled", "Declined") if past else ("Confirmed",))
        rows.append(_row(number, at, state, dice.choice(("", "A1", "A3", "P1", "B1")), dice.randrange(1, 5)))
    dice.shuffle(rows)
    return rows


async def _venue(url: str, **changes: Any) -> str:
    database = await Database.connect(url)
    try:
        document = venue(VENUE, **changes)
        await import_venue(database, document, caller_name="test")
        return str(document["slug"])
    finally:
        await database.close()


async def _import(url: str, slug: str, path: Path, mapped: ImportMapping | None = None, **more: Any) -> dict[str, Any]:
    database = await Database.connect(url)
    try:
        read = read_import(path, mapped or ImportMapping(), ZoneInfo("UTC"))
        source = ImportSource((mapped or ImportMapping()).source, on_purpose=more.pop("on_purpose", False))
        known = {"faults": read.faults, "warnings": read.warnings, "ignored": len(read.ignored), **more}
        report = await backfill(database, slug, source, read.digest, read.bookings, **known)
        return report.document()
    finally:
        await database.close()


def _rejects(path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(Path(path).read_text(encoding="utf-8").splitlines()))


def _command(url: str, *arguments: str) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "MAITRED_DATABASE_URL": url}
    return subprocess.Popen(
        [sys.executable, "-c", MAIN, *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


async def _contents(connection: asyncpg.Connection) -> dict[str, Any]:
    """Every row of every table, and where the sequences stand."""
    tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'maitred' ORDER BY 1")
    found = {
        row[0]: await connection.fetchval(f"SELECT array_agg(t::text ORDER BY t::text) FROM maitred.{row[0]} t")
        for row in tables
    }
    found[""] = await connection.fetch("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'maitred'")
    return found


@pytest.mark.timeout(900 if WHOLE else 120)
async def test_a_killed_import_goes_on_and_every_booking_comes_in_once(
    migrated_database: str, connect: Any, tmp_path: Path
) -> None:
    """SIGKILL at random points of its transactions, then a last run: each row is one booking whose history replays."""
    slug = await _venue(migrated_database)
    path = _file(tmp_path / "old.csv", _many(ROWS))
    connection = await connect()
    dice, torn = random.Random(7), 0
    for _ in range(KILLS):
        process = _command(migrated_database, "backfill", slug, str(path), "--json")
        try:
            while process.poll() is None and not await connection.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND xact_start IS NOT NULL"
                " AND application_name = 'maitred'"
            ):
                await asyncio.sleep(0.005)
            await asyncio.sleep(dice.uniform(0, 0.5))
            torn += process.poll() is None
            process.send_signal(signal.SIGKILL)
        finally:
            process.communicate()
        done = await connection.fetchval("SELECT max(position) FROM maitred.import_runs")
        written = await connection.fetchval("SELECT count(*) FROM maitred.bookings")
        assert written == (done or 0), "a batch is whole, or it is not there"
    process = _command(migrated_database, "backfill", slug, str(path), "--json")
    out, err = process.communicate()
    assert process.returncode == 0, err.decode()
    assert torn >= KILLS // 2
    ids = [row[0] for row in await connection.fetch("SELECT external_id FROM maitred.imported_bookings ORDER BY 1")]
    assert ids == sorted(f"OLD-{number}" for number in range(ROWS))
    assert await connection.fetchval("SELECT count(*) FROM maitred.bookings") == ROWS
    assert await connection.fetchval("SELECT count(*) FROM maitred.guests") == ROWS
    assert await faults(migrated_database) == []
    assert await connection.fetchval("SELECT count(*) FROM maitred.outbox WHERE done_at IS NULL") == 0
    report = json.loads(out)
    assert report["imported"] + report["already_here"] == ROWS
    before = await _contents(connection)
    again = await _import(migrated_database, slug, path)
    assert (again["imported"], again["already_here"]) == (0, ROWS)
    assert await _contents(connection) == before


async def test_a_dry_run_tells_what_a_run_then_does_and_writes_nothing(
    migrated_database: str, connect: Any, tmp_path: Path
) -> None:
    """The database is the same to the byte; what was foretold, counts and clashes, is what happens."""
    slug = await _venue(migrated_database)
    path = _file(tmp_path / "old.csv", _many(700, days=7))
    connection = await connect()
    before = await _contents(connection)
    told = await _import(migrated_database, slug, path, dry_run=True)
    assert await _contents(connection) == before
    done = await _import(migrated_database, slug, path)
    same = ("imported", "by_state", "seats", "clashes", "reviews", "faults")
    assert {name: told[name] for name in same} == {name: done[name] for name in same}
    assert told["imported"] == 700
    assert min(told["seats"][kind] for kind in ("given", "chosen", "review", "past")) > 0


async def test_a_party_at_an_hour_when_nobody_is_seated_is_asked_about(migrated_database: str, tmp_path: Path) -> None:
    """7:30 may have been meant as 19:30: it keeps its tables, as it had them, and the report asks."""
    slug = await _venue(migrated_database)
    path = _file(tmp_path / "old.csv", [_row(1, evening("07:30"), table="A1"), _row(2, evening("19:30"), table="A1")])
    report = await _import(migrated_database, slug, path)
    assert report["by_state"] == {"confirmed": 2}
    assert [(one["row"], one["rule"]) for one in report["warnings"]] == [(1, "outside_service")]
    assert "at 07:30" in report["warnings"][0]["message"]


async def test_who_is_to_come_gets_their_table_else_another_else_a_person_decides(
    migrated_database: str, connect: Any, tmp_path: Path
) -> None:
    """Own tables come first; who finds them taken, unknown or too small gets others, or a review with a reason."""
    slug = await _venue(migrated_database)
    late = evening("20:00").replace(hour=3)
    rows = [
        _row(1, evening(), party=4),
        _row(2, evening(), table="A3", party=4),
        _row(3, evening(), table="a3", party=3),
        _row(4, evening(), table="Z9"),
        _row(5, evening(), table="A2 + A1", party=4),
        _row(6, evening(), party=40),
        _row(7, late),
        _row(8, evening("12:00"), table="A1", party=4),
    ]
    report = await _import(migrated_database, slug, _file(tmp_path / "old.csv", rows))
    connection = await connect()
    found = {
        row["external_ref"]: row
        for row in await connection.fetch("SELECT * FROM maitred.bookings_shown ORDER BY external_ref")
    }
    assert found["OLD-2"]["tables"] == ["A3"]
    assert found["OLD-5"]["tables"] == ["A1", "A2"]
    assert {one: found[f"OLD-{one}"]["state"] for one in range(1, 9)} == {
        1: "confirmed", 2: "confirmed", 3: "confirmed", 4: "manual_review", 5: "confirmed", 6: "manual_review",
        7: "manual_review", 8: "confirmed",
    }  # fmt: skip
    assert found["OLD-6"]["reason_code"] == "no_allowed_set"
    assert json.loads(found["OLD-7"]["reason_data"])["rule"] == "outside_service"
    # Its guest was promised a table by the other system: no clock runs against it.
    assert (found["OLD-6"]["review_deadline"], found["OLD-6"]["first_confirmed_at"] is not None) == (None, True)
    assert {(one["row"], one["rule"]) for one in report["clashes"]} == {
        (8, "too_few_seats"),
        (3, "table_taken"),
        (4, "unknown_table"),
    }
    assert {(one["row"], one["rule"], bool(one["message"])) for one in report["reviews"]} == {
        (4, "no_capacity", True),
        (6, "no_allowed_set", True),
        (7, "outside_service", True),
    }
    words = reason_in_words("imported", json.loads(found["OLD-7"]["reason_data"]))
    assert words.endswith("Parties are not seated at that time.")
    assert await faults(migrated_database) == []


async def test_a_history_says_that_it_was_imported_and_which_times_are_assumed(
    migrated_database: str, connect: Any, tmp_path: Path
) -> None:
    """Every entry names the import; times stand as recorded, others are marked; events are never announced."""
    slug = await _venue(migrated_database)
    at = evening("19:00", -30)
    await _import(migrated_database, slug, _file(tmp_path / "old.csv", [_row(1, at, "Completed", "A1")]))
    connection = await connect()
    steps = await connection.fetch("SELECT * FROM maitred.booking_history ORDER BY version")
    assert {(row["actor_kind"], row["actor_id"], row["reason_code"]) for row in steps} == {
        ("system", "import:previous", "imported")
    }
    data = [json.loads(row["reason_data"]) for row in steps]
    assert [row["action"] for row, told in zip(steps, data, strict=True) if "assumed" in told] == [
        "check_in",
        "complete",
    ]
    assert steps[0]["at"] == at - timedelta(days=20)
    assert (data[0]["external_id"], data[0]["recorded"], data[0]["tables_recorded"]) == ("OLD-1", "Completed", "A1")
    events = await connection.fetch("SELECT event, published_at, done_at FROM maitred.outbox")
    assert all(json.loads(row["event"])["data"]["imported"] is True and row["published_at"] for row in events)
    assert len(events) == len(steps) == 8


async def test_a_faulty_row_never_stops_the_others(migrated_database: str, tmp_path: Path) -> None:
    """Faulty rows are told with number, column and rule, and written as they stood; the rest is imported."""
    slug = await _venue(migrated_database, timezone="Europe/London")
    good = _row(1, evening())
    rows: list[Sequence[Any]] = [
        good,
        (*good[:1], *good[1:]),
        ("OLD-2", "2027-03-28", "01:30", 2, "Gap", "", "Confirmed", "", "", ""),
        ("OLD-3", "2027-10-31", "01:30", 2, "Twice", "", "Confirmed", "", "", ""),
        ("OLD-4", "05/06/2027", "19:00", 2, "Either", "", "Confirmed", "", "", ""),
        ("OLD-5", "2027-06-05", "19:00", "many", "Ada", "", "Confirmed", "", "", ""),
        ("OLD-6", "2027-06-05", "19:00", 2, "Ada", "020 7946", "Confirmed", "", "", ""),
        ("OLD-7", "2027-06-05", "19:00", 2, "", "", "Confirmed", "", "", ""),
        ("OLD-8", "2027-06-05", "19:00", 2, "Ada", "", "Abducted", "", "", ""),
        ("", "2027-06-05", "19:00", 2, "Ada", "", "Confirmed", "", "", ""),
    ]
    path = _file(tmp_path / "old.csv", rows)
    process = _command(migrated_database, "backfill", slug, str(path), "--json")
    out, err = process.communicate()
    assert process.returncode == 0, err.decode()
    report = json.loads(out)
    assert (report["imported"], report["refused"]) == (2, 8)
    assert [(one["row"], one["column"], one["rule"]) for one in report["faults"]] == [
        (2, "Booking ID", "duplicate_id"),
        (3, "Date", "nonexistent_local_time"),
        (4, "Date", "ambiguous_local_time"),
        (5, "Date", "ambiguous_date"),
        (6, "Covers", "out_of_range"),
        (8, "Guest name", "missing"),
        (9, "Status", "unknown_state"),
        (10, "Booking ID", "missing"),
    ]
    refused = _rejects(report["rejects_file"])
    assert [row["refused_row"] for row in refused] == ["2", "3", "4", "5", "6", "8", "9", "10"]
    assert refused[4]["Covers"] == "many"
    assert [(one["row"], one["line"], one["rule"]) for one in report["warnings"]] == [(7, 8, "invalid_phone")]


@pytest.mark.parametrize(
    ("headers", "row"),
    [
        ("Reservierungsnummer;Datum;Uhrzeit;Personen;Vorname;Nachname;Telefon;Status;Tisch",
         "7;05.06.2027;19.30 Uhr;4;Ada;Lovelace;+44 20 7946 0958;Storniert;A1"),
        ("Numéro de réservation;Date;Heure;Couverts;Prénom;Nom;Téléphone;Statut;Numéro de table",
         "7;05/06/2027;19h30;4;Ada;Lovelace;0044 20 7946 0958;Annulée;A1"),
        ("Localizador,Fecha,Hora,Comensales,Nombre,Apellidos,Móvil,Estado,Mesa",
         "7,05/06/2027,19:30,4,Ada,Lovelace,+442079460958,Cancelada,A1"),
        ("Confirmation Number,Visit Date,Visit Time,Party Size,Guest Name,Mobile,Booking Status,Table Number",
         "7,2027-06-05,7:30 PM,4,Ada Lovelace,+442079460958,Canceled,A1"),
    ],
)  # fmt: skip
def test_exports_in_four_languages_are_read_without_a_mapping(headers: str, row: str, tmp_path: Path) -> None:
    """Columns, dates, times, states and phone numbers of each come to the same booking."""
    path = tmp_path / "old.csv"
    mapped = ImportMapping(date_order="dmy")
    path.write_text(f"{headers}\n{row}\n", encoding="utf-8")
    read = read_import(path, mapped, ZoneInfo("Europe/London"))
    assert read.faults == []
    (one,) = read.bookings
    assert (one.external_id, one.party_size, one.name, one.phone) == ("7", 4, "Ada Lovelace", "+442079460958")
    assert (one.starts_at, one.state, one.tables) == (
        datetime(2027, 6, 5, 18, 30, tzinfo=UTC), Recorded.CANCELLED, ("A1",)
    )  # fmt: skip


@pytest.mark.parametrize("slip", ["13/45/2027", "00/45/2027", "45/13/2027"])
def test_a_date_that_is_none_says_nothing_of_the_others(slip: str, tmp_path: Path) -> None:
    """One real date of the file shows which order it keeps; a slip is refused alone."""
    path = tmp_path / "old.csv"
    rows = "".join(f"{n},{day},19:00,2,Ada\n" for n, day in enumerate(("10/31/2027", "05/06/2027", slip)))
    path.write_text("Confirmation Number,Visit Date,Visit Time,Party Size,Guest Name\n" + rows, encoding="utf-8")
    read = read_import(path, ImportMapping(), ZoneInfo("UTC"))
    assert [one.starts_at.date() for one in read.bookings] == [date(2027, 10, 31), date(2027, 5, 6)]
    assert [(one.row, one.rule) for one in read.faults] == [(3, "invalid_datetime")]


@pytest.mark.parametrize(
    ("mapping", "named"),
    [
        ({"colums": {}}, "colums"),
        ({"columns": {"nickname": "x"}}, "nickname"),
        ({"states": {"x": "eaten"}}, "eaten"),
        ({"date_order": "dym"}, "date_order"),
        ({"country": "XX"}, "country"),
        ([], "object"),
    ],
)
def test_a_wrong_mapping_is_refused_by_name(mapping: Mapping[str, Any], named: str, tmp_path: Path) -> None:
    """Nothing of a mapping is passed over."""
    path = tmp_path / "mapping.json"
    path.write_text(json.dumps(mapping))
    with pytest.raises(InvalidInput, match=named):
        mapping_from(str(path))


def test_json_is_read_by_a_mapping_of_ones_own(tmp_path: Path) -> None:
    """Nested objects, own names of columns, states and tables, national numbers completed by country."""
    mapping, file = tmp_path / "mapping.json", tmp_path / "old.json"
    mapping.write_text(
        json.dumps(
            {
                "source": "old",
                "columns": {"id": "ref", "starts_at": "when", "party_size": "n"},
                "states": {"Ate": "completed"},
                "tables": {"Window one": "T4"},
                "country": "GB",
            }
        )
    )
    guest = {"name": "Ada", "phone": "020 7946 0958"}
    row = {
        "ref": 7,
        "when": "2027-06-05T19:30:00+02:00",
        "n": 2,
        "guest": guest,
        "status": "Ate",
        "table": "Window one",
    }
    file.write_text(json.dumps({"bookings": [row]}))
    mapped = mapping_from(str(mapping))
    read = read_import(file, mapped, ZoneInfo("Europe/London"))
    assert (mapped.source, read.faults) == ("old", [])
    (one,) = read.bookings
    assert (one.external_id, one.name, one.phone) == ("7", "Ada", "+442079460958")
    assert (one.starts_at, one.state, one.tables) == (
        datetime(2027, 6, 5, 17, 30, tzinfo=UTC), Recorded.COMPLETED, ("T4",)
    )  # fmt: skip


def test_no_word_stands_for_two_states_or_sources() -> None:
    """What a word is taken for does not hang on the order of the table."""
    for table in (STATES, SOURCES):
        told = [name for listed in table.values() for name in dict.fromkeys(names(listed))]
        assert sorted(told) == sorted(set(told))


def test_commands_tell_and_erase_a_guest_and_print_the_book(migrated_database: str, tmp_path: Path) -> None:
    """What an import brought is told by number as people write it, erased with --force only, and printed as CSV."""
    slug = asyncio.run(_venue(migrated_database))
    path = _file(tmp_path / "old.csv", [_row(12345, evening())])
    said = _output(migrated_database, "backfill", slug, str(path))
    assert "1 rows, 1 imported" in said
    assert "Columns taken:" in said
    who, days = ("--phone", "+44 20 794 12345"), (f"{evening(days=7):%Y-%m-%d}",) * 2
    told = _output(migrated_database, "guest", "export", *who, "--restaurant", slug)
    assert [one["name"] for one in json.loads(told)["data"]["guests"]] == ["Guest 12345"]
    assert "Guest 12345" in _output(migrated_database, "bookings-csv", slug, "--from", days[0], "--to", days[1])
    with pytest.raises(AssertionError, match="cancel first, or erase by force"):
        _output(migrated_database, "guest", "erase", *who)
    assert json.loads(_output(migrated_database, "guest", "erase", *who, "--force", "--json"))["bookings"] == 1
    assert "Guest 12345" not in _output(migrated_database, "bookings-csv", slug, "--from", days[0], "--to", days[1])
    again = asyncio.run(_import(migrated_database, slug, path))
    assert (again["imported"], again["already_here"]) == (0, 1)


def _output(url: str, *arguments: str) -> str:
    process = _command(url, *arguments)
    out, err = process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode()


def test_refused_rows_run_nothing_in_a_spreadsheet_and_are_read_as_they_stood(tmp_path: Path) -> None:
    """What a guest of the other system wrote is no formula here; mended, it means what it meant, a number as well."""
    path, rejects = tmp_path / "old.csv", tmp_path / "rejects.csv"
    path.write_text(
        "reference,starts_at,party_size,guest_name,guest_phone,notes\n"
        "1,2030-01-01T19:00Z,many,'Ada,+442079460958,=HYPERLINK(1)\n"
    )
    assert write_rejects(rejects, read_import(path, ImportMapping(), ZoneInfo("UTC"))) == 1
    text = rejects.read_text()
    assert "'+442079460958,'=HYPERLINK(1)" in text
    rejects.write_text(text.replace("many", "2"))
    again = read_import(rejects, ImportMapping(), ZoneInfo("UTC"))
    assert [(one.name, one.phone, one.notes) for one in again.bookings] == [
        ("'Ada", "+442079460958", "=HYPERLINK(1)")
    ], again.faults


async def test_a_venue_that_changes_meanwhile_stops_the_import_before_it_writes(
    migrated_database: str, tmp_path: Path
) -> None:
    """Tables were chosen by a floor that is no more: nothing is written, and run again it imports by the new one."""
    slug = await _venue(migrated_database)
    path = _file(tmp_path / "old.csv", [_row(1, evening())])

    def changed() -> datetime:
        # The venue has been read by now, and no batch is written yet.
        other = threading.Thread(target=asyncio.run, args=[_venue(migrated_database, slug=slug, name="Other")])
        other.start()
        other.join()
        return datetime.now(UTC)

    with pytest.raises(InvalidInput) as refused:
        await _import(migrated_database, slug, path, clock=changed)
    assert refused.value.reason_code == "venue_changed"
    assert (await _import(migrated_database, slug, path))["imported"] == 1
