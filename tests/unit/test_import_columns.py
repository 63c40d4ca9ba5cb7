"""Which column of an export is taken for what: the exact sense wins, what two could be is refused, the rest told."""

from typing import Final
from zoneinfo import ZoneInfo

import pytest

from maitred.domain.errors import InvalidInput
from maitred.formats.mapping import ImportMapping
from maitred.formats.reader import ImportFile, read_content

DAY: Final = "2027-06-05"


def read(text: str, mapping: ImportMapping | None = None) -> ImportFile:
    """Read a file of a restaurant in London."""
    return read_content(text.encode(), mapping or ImportMapping(), ZoneInfo("Europe/London"), "GB")


def filled(headers: str) -> str:
    """Return a file with these headers and one row whose cells are of the kind that its headers ask for."""
    by = ";" if ";" in headers else ","
    named = headers.split(by)
    return f"{headers}\n{by.join(f'{number}' for number in range(1, len(named) + 1))}\n"


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        ("Booking ID,Booking Date,Visit Date,Visit Time,Covers,Name", {"date": "Visit Date", "time": "Visit Time"}),
        ("id,Date,Arrival Time,Reservation Time,covers,name",
         {"time": "Reservation Time", "arrived_at": "Arrival Time"}),
        ("id,date,time,seats,covers,name", {"party_size": "covers"}),
        ("id;date;time;covers;Vorname;Name", {"first_name": "Vorname", "name": "Name"}),
        # The same kinds, in other words.
        ("id,Date Booked,Date of Visit,time,covers,name", {"date": "Date of Visit", "created_at": "Date Booked"}),
        ("id,Created On,Reservation Date,time,covers,name", {"date": "Reservation Date", "created_at": "Created On"}),
        ("id,Booking Date,Dining Date,Dining Time,covers,name", {"date": "Dining Date", "time": "Dining Time"}),
        ("id,Entered Date,Day,Slot,pax,name", {"date": "Day", "time": "Slot", "created_at": "Entered Date"}),
        ("id,Arrival Date,Reservation Date,time,covers,name", {"date": "Reservation Date"}),
        ("id,Buchungsdatum,Reservierungsdatum,Uhrzeit,Personen,Gast",
         {"date": "Reservierungsdatum", "time": "Uhrzeit"}),
        ("id,Date de création,Date de visite,Heure,Couverts,Nom", {"date": "Date de visite", "name": "Nom"}),
        ("id,Fecha de alta,Fecha de la cena,Hora,Comensales,Cliente", {"date": "Fecha de la cena"}),
        ("id,date,Start Time,End Time,covers,name", {"time": "Start Time"}),
        ("id,date,time,Table Capacity,Guests,Guest Name", {"party_size": "Guests", "name": "Guest Name"}),
        ("id,date,time,Max Covers,Covers,name", {"party_size": "Covers"}),
        ("id,date,time,Seats,Number of Guests,name", {"party_size": "Number of Guests"}),
        ("id,date,time,seats,name", {"party_size": "seats"}),
        ("id,date,Arrival Time,covers,name", {"time": "Arrival Time"}),
        ("id,date,Arrival Time,Time,covers,name", {"time": "Time", "arrived_at": "Arrival Time"}),
        ("id,Booking Date,Booking Time,covers,name", {"date": "Booking Date", "time": "Booking Time"}),
        ("Guest ID,Booking ID,date,time,covers,name", {"id": "Booking ID"}),
        ("ID,Confirmation Number,date,time,covers,name", {"id": "Confirmation Number"}),
        ("id,date,time,covers,Restaurant Name,Guest Name", {"name": "Guest Name"}),
        ("id,date,time,covers,name,Email,Email opt in", {"email": "Email"}),
        ("id,date,time,covers,name,Payment Status,Booking Status", {"state": "Booking Status"}),
    ],
)  # fmt: skip
def test_the_exact_sense_of_a_header_wins_wherever_it_stands(headers: str, taken: dict[str, str]) -> None:
    """Visit over created, reservation over arrival, covers over seats: in any order of columns."""
    by = ";" if ";" in headers else ","
    for order in (headers.split(by), headers.split(by)[::-1]):
        found = read(filled(by.join(order))).columns.document()
        assert {meaning: found.get(meaning) for meaning in taken} == taken


@pytest.mark.parametrize(
    ("headers", "both", "meaning"),
    [
        ("id,Visit Date,Dining Date,time,covers,name", ("Visit Date", "Dining Date"), "date"),
        ("id,Date,Booking Date,time,covers,name", ("Date", "Booking Date"), "date"),
        ("id,date,time,Covers,Pax,name", ("Covers", "Pax"), "party_size"),
        ("id,date,time,covers,Customer Name,Guest Name", ("Customer Name", "Guest Name"), "name"),
        ("id,date,time,covers,name,Phone,Mobile", ("Phone", "Mobile"), "phone"),
        ("Booking ID,Reservation ID,date,time,covers,name", ("Booking ID", "Reservation ID"), "id"),
        ("id,Date,Date,time,covers,name", ("Date (column 2)", "Date (column 3)"), "date"),
        ("id,date,time,covers,name,Status,Status", ("Status (column 6)", "Status (column 7)"), "state"),
        ("id,date,time,Uhrzeit,covers,name", ("time", "Uhrzeit"), "time"),
        ("id,Booking Date,Arrival Date,time,covers,name", ("Booking Date", "Arrival Date"), "date"),
        ("id,date,Booking Time,Arrival Time,covers,name", ("Booking Time", "Arrival Time"), "time"),
    ],
)
def test_what_two_columns_could_be_is_asked(headers: str, both: tuple[str, str], meaning: str) -> None:
    """The file is refused, naming both and the line of a mapping that settles it; that line settles it, either way."""
    with pytest.raises(InvalidInput) as asked:
        read(filled(headers))
    assert asked.value.reason_code == "ambiguous_column"
    for header in both:
        assert f'{{"columns": {{"{meaning}": "{header}"}}}}' in asked.value.message
        settled = read(filled(headers), ImportMapping(columns={meaning: header}))
        assert settled.columns.document()[meaning] == header
        other = both[1] if header == both[0] else both[0]
        assert other in settled.columns.ignored or settled.columns.of("arrived_at") == (other,)


@pytest.mark.parametrize(
    "headers",
    [
        "First Name,Last Name",
        "Vorname,Nachname",
        "Vorname,Name",
        "Prénom,Nom",
        "Prénom du client,Nom de famille",
        "Nombre,Apellidos",
        "पहिलो नाम,थर",
        "Given name,Surname",
        "Guest first name,Guest last name",
    ],
)
def test_first_and_last_names_are_joined(headers: str) -> None:
    """In five languages, in either order of the columns."""
    first, last = headers.split(",")
    for text in (
        f"id,{first},{last},date,time,covers\n1,Ada,Lovelace,{DAY},19:30,2\n",
        f"id,{last},{first},date,time,covers\n1,Lovelace,Ada,{DAY},19:30,2\n",
    ):
        assert [one.name for one in read(text).bookings] == ["Ada Lovelace"]


def test_a_full_name_is_not_said_twice() -> None:
    """A first name that the whole name has already is not put before it."""
    text = f"id,First name,Name,date,time,covers\n1,Ada,Ada Lovelace,{DAY},19:30,2\n2,,Bob,{DAY},19:30,2\n"
    assert [one.name for one in read(text).bookings] == ["Ada Lovelace", "Bob"]


EXPORTS: Final = {
    "opentable": (
        ("Conf #,Visit Date,Visit Time,Party Size,Guest Name,Guest Phone,Guest Email,"
        "Table(s),Status,Created Date,Guest Requests"),
        f"7,{DAY},7:30 PM,4,Ada Lovelace,+442079460958,ada@example.com,A1,Confirmed,2027-05-01 10:00,window",
    ),
    "resy": (
        "Reservation ID,Reservation Date,Time,Party Size,First Name,Last Name,Phone Number,Email,Table,Status,Notes",
        f"7,{DAY},19:30,4,Ada,Lovelace,+442079460958,ada@example.com,A1,Confirmed,window",
    ),
    "sevenrooms": (
        ("Reference Code,Date,Arrival Time,Max Guests,First Name,Last Name,Phone,Email,"
        "Table Numbers,Status,Client Requests"),
        f"7,{DAY},19:30,4,Ada,Lovelace,+442079460958,ada@example.com,A1,Confirmed,window",
    ),
    "resdiary": (
        ("Booking Reference,Visit Date Time,Covers,Customer Name,Customer Mobile,"
        "Customer Email,Table,Booking Status,Booking Date,Comments"),
        f"7,{DAY} 19:30,4,Ada Lovelace,+442079460958,ada@example.com,A1,Confirmed,2020-01-01,window",
    ),
    "quandoo": (
        "Reservation Number;Date;Time;People;Customer name;Telephone;E-Mail;Table;Status;Created at;Special request",
        f"7;{DAY};19:30;4;Ada Lovelace;+442079460958;ada@example.com;A1;Confirmed;2027-05-01 10:00;window",
    ),
    "thefork": (
        "Reservation UUID,Meal date,Pax,Diner,Phone,Email,Table,Status,Creation date,Comments",
        f"7,{DAY}T19:30,4,Ada Lovelace,+442079460958,ada@example.com,A1,Confirmed,2027-05-01T10:00,window",
    ),
    "lafourchette": (
        "N° de réservation;Date;Heure;Nb couverts;Nom du client;Téléphone;Courriel;Table;Statut;Commentaire",
        f"7;{DAY};19h30;4;Ada Lovelace;+442079460958;ada@example.com;A1;Confirmée;window",
    ),
    "yelp": (
        "Reservation ID,Reservation Time,Party Size,Diner Name,Phone,Email,Table,Status,Diner Notes",
        f"7,{DAY} 19:30,4,Ada Lovelace,+442079460958,ada@example.com,A1,Confirmed,window",
    ),
    "tock": (
        ("Confirmation number,Date,Time,Party size,Guest first name,Guest last name,Phone,"
        "Email,Table,Status,Guest notes"),
        f"7,{DAY},7:30 pm,4,Ada,Lovelace,+442079460958,ada@example.com,A1,Confirmed,window",
    ),
    "eatapp": (
        "Reservation Key,Start Time,Covers,Guest Name,Guest Phone,Guest Email,Tables,Status,Created At,Notes",
        f"7,{DAY}T19:30:00+01:00,4,Ada Lovelace,+442079460958,ada@example.com,A1,Confirmed,2027-05-01T10:00:00Z,window",
    ),
    "german": (
        ("Buchungsnummer;Buchungsdatum;Reservierungsdatum;Uhrzeit;Anzahl Gäste;Vorname;"
        "Name;Handy;E-Mail;Tisch;Status;Bemerkung"),
        f"7;01.01.2020;05.06.2027;19.30 Uhr;4;Ada;Lovelace;+442079460958;ada@example.com;A1;Bestätigt;window",  # noqa: F541
    ),
    "spanish": (
        ("Localizador;Fecha de creación;Fecha;Hora;Comensales;Nombre;Apellidos;Móvil;"
        "Correo electrónico;Mesa;Estado;Observaciones"),
        f"7;{DAY};{DAY};19:30;4;Ada;Lovelace;+442079460958;ada@example.com;A1;Confirmada;window",
    ),
    "nepali": (
        "बुकिङ नम्बर,मिति,समय,व्यक्ति,पहिलो नाम,थर,मोबाइल,इमेल,टेबल,स्थिति,टिप्पणी",
        f"7,{DAY},19:30,4,Ada,Lovelace,+442079460958,ada@example.com,A1,पुष्टि भएको,window",
    ),
}  # fmt: skip


@pytest.mark.parametrize("system", sorted(EXPORTS))
def test_exports_as_systems_write_them_come_to_the_same_booking(system: str) -> None:
    """Read by the ready-made mapping where there is one, they say the same."""
    headers, row = EXPORTS[system]
    preset = system if system in ("sevenrooms", "thefork", "eatapp", "resdiary", "opentable") else "generic"
    found = read(f"{headers}\n{row}\n", ImportMapping(preset=preset))
    assert [(one.rule, one.message) for one in (*found.faults, *found.warnings)] == []
    (one,) = found.bookings
    assert (one.external_id, f"{one.starts_at:%Y-%m-%d %H:%M}", one.party_size, one.name) == (
        "7", "2027-06-05 18:30", 4, "Ada Lovelace"
    )  # fmt: skip
    assert (one.phone, one.email, one.tables, one.notes) == ("+442079460958", "ada@example.com", ("A1",), "window")


def test_columns_that_are_not_taken_are_named() -> None:
    """Nothing of a file is passed over in silence."""
    text = (
        f"id,Visit date,time,covers,name,Booking Date,Birthday,Table Capacity\n1,{DAY},19:30,2,Ada,2020-01-01,1 May,6\n"
    )
    assert read(text).columns.ignored == ["Booking Date", "Birthday", "Table Capacity"]


def test_free_text_is_joined_whatever_it_is_called() -> None:
    """Two columns of one name, and others: each text is kept, with what it is about."""
    text = (
        "id,date,time,covers,name,Notes,Notes,Allergies,Special requests\n"
        f"1,{DAY},19:30,2,Ada,,vip,severe nut allergy,\n2,{DAY},19:30,2,Bob,a,b,,cake\n"
    )
    assert [one.notes for one in read(text).bookings] == ["vip\nAllergies: severe nut allergy", "a\nb\ncake"]


def test_a_mapping_may_name_several_columns_or_none() -> None:
    """The first that is filled counts; null takes none."""
    text = (
        f"id,date,time,covers,name,Phone,Mobile,Source\n1,{DAY},19:30,2,Ada,,+442079460958,web\n"
        f"2,{DAY},19:30,2,Bob,+442079460959,+442079460958,web\n"
    )
    found = read(text, ImportMapping(columns={"phone": ["Phone", "Mobile"], "source": None}))
    assert [one.phone for one in found.bookings] == ["+442079460958", "+442079460959"]
    assert found.columns.ignored == ["Source"]


def test_a_column_that_says_utc_is_utc() -> None:
    """Also in summer, with any name around it; a clock alone needs a day that is UTC as well."""
    for header in ("start_time_utc", "Start (UTC)", "starts_at_utc", "Visit datetime UTC", "Reservation time [GMT]"):
        (one,) = read(f"id,{header},covers,name\n1,2027-07-05 19:30,2,Ada\n").bookings
        assert f"{one.starts_at:%H:%M}" == "19:30", header
    mixed = read("id,date,time_utc,covers,name\n1,2027-07-05,19:30,2,Ada\n")
    assert [one.rule for one in mixed.faults] == ["utc_without_date"]
    (both,) = read("id,date_utc,time_utc,covers,name\n1,2027-07-05,19:30,2,Ada\n").bookings
    assert f"{both.starts_at:%H:%M}" == "19:30"
