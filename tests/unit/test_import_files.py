"""Files that other systems, spreadsheets and people export: each row is taken exactly, refused by name, or ignored.

A value that is needed is what its cell says; one that is not and cannot be read stays in the notes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest

from maitred.domain.country import country_of
from maitred.domain.errors import InvalidInput
from maitred.domain.imported import Imported
from maitred.formats.mapping import ImportMapping
from maitred.formats.reader import read_content

FLOOR: Final = ("A1", "A2", "A3", "B1", "P1", "12", "13", "T12", "T13")


@dataclass(frozen=True)
class File:
    """A file, and what is right: values by booking id (`at` and moments on the wall), rules by refused row.

    Either `file`, the rule by which it is refused as a whole, or every row is accounted for.
    """

    name: str
    tz: str
    content: str | bytes
    bookings: Mapping[str, Mapping[str, Any]]
    faults: Mapping[int, str | None] = field(default_factory=dict)
    file: str | None = None
    ignored: int | None = None
    mapping: Mapping[str, Any] = field(default_factory=dict)
    as_json: bool = False


def on_wall(text: str, tz: str) -> datetime:
    """Return the instant of a time on the restaurant's wall, or in UTC where it ends in Z."""
    if text.endswith("Z"):
        return datetime.fromisoformat(text[:-1]).replace(tzinfo=UTC)
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(tz)).astimezone(UTC)


def said_of(one: Imported, name: str, tz: str, wanted: Any) -> Any:
    """Return a value of a booking in the form in which it is wanted."""
    if name == "notes_has":
        return [part for part in wanted if part in (one.notes or "")]
    if name in ("at", "arrived", "seated", "left", "created"):
        found = one.starts_at if name == "at" else getattr(one, f"{name}_at")
        return wanted if found == on_wall(wanted, tz) else found
    found = getattr(one, name)
    return list(found) if name == "tables" else str(found) if name == "state" else found


FILES: Final = (
    File(
        "opentable us",
        "America/New_York",
        "Visit Date,Visit Time,Guest Name,Party Size,Status,Table(s),Phone,Email,Visit Notes,Guest "
        "Notes,Confirmation #,Created Date,Source\n"
        "12/5/2026,7:30 PM,Ada Lovelace,4,Booked,12,(212) 555-0111,ada@example.com,window,VIP,21100"
        "01,11/20/2026,Web\n"
        "12/19/2026,8:00 PM,Bob Stone,2,Canceled,,212.555.0112,,,,2110002,11/21/2026,Phone\n",
        {
            "2110001": {
                "at": "2026-12-05 19:30",
                "party_size": 4,
                "name": "Ada Lovelace",
                "phone": "+12125550111",
                "tables": ["12"],
                "notes_has": ["window", "VIP"],
            },
            "2110002": {"at": "2026-12-19 20:00", "party_size": 2, "name": "Bob Stone", "state": "cancelled"},
        },
    ),
    File(
        "opentable alone ambiguous",
        "America/New_York",
        "Visit Date,Visit Time,Guest Name,Party Size,Confirmation #\n12/5/2026,7:30 PM,Ada,4,211\n",
        {},
        faults={1: "ambiguous_date"},
    ),
    File(
        "resdiary",
        "Europe/London",
        "Booking Reference,Visit Date,Visit Time,Duration,Covers,First Name,Surname,Email,Mobile,Bo"
        "oking Status,Tables,Special Requests,Booking Created\n"
        'RD1,25/12/2026,13:00,02:00,6,Zoë,O\'Neill,zoe@example.com,07700 900123,Confirmed,"T12, T13"'
        ",High chair,01/11/2026 10:22\n",
        {
            "RD1": {
                "at": "2026-12-25 13:00",
                "party_size": 6,
                "name": "Zoë O'Neill",
                "turn_minutes": 120,
                "tables": ["T12", "T13"],
                "phone": "+447700900123",
            }
        },
    ),
    File(
        "sevenrooms",
        "America/New_York",
        "Reservation ID,Date,Time,Shift,First Name,Last Name,Party Size,Status,Arrival Time,Seated "
        "Time,Left Time,Table,Reservation Notes,Client Notes,Phone,Created,Created By\n"
        "SR1,2026-11-20,19:30,Dinner,Ada,Lovelace,4,Complete,19:35,19:41,21:20,12,Birthday,VIP,+121"
        "25550111,2026-11-01 09:00,Maria\n"
        "SR2,2026-11-20,23:45,Dinner,Bo,Li,2,Complete,23:55,00:05,01:40,13,,,,2026-11-01 09:00,Web\n",
        {
            "SR1": {
                "at": "2026-11-20 19:30",
                "party_size": 4,
                "name": "Ada Lovelace",
                "state": "completed",
                "arrived": "2026-11-20 19:35",
                "left": "2026-11-20 21:20",
                "created": "2026-11-01 09:00",
            },
            "SR2": {
                "at": "2026-11-20 23:45",
                "party_size": 2,
                "name": "Bo Li",
                "arrived": "2026-11-20 23:55",
                "seated": "2026-11-21 00:05",
                "left": "2026-11-21 01:40",
            },
        },
    ),
    File(
        "quandoo de",
        "Europe/Berlin",
        "Reservierungsnr.;Datum;Uhrzeit;Personen;Vorname;Nachname;Mobil;E-Mail;Status;Kundenkomment"
        "ar;Interne Notiz;Erstellt am\n"
        "Q-1;05.12.2026;19:30;4;Jürgen;Müller;0171 1234567;j@example.de;Bestätigt;Fensterplatz;Stam"
        "mgast;20.11.2026 08:15\n",
        {
            "Q-1": {
                "at": "2026-12-05 19:30",
                "party_size": 4,
                "name": "Jürgen Müller",
                "phone": "+491711234567",
                "notes_has": ["Fensterplatz", "Stammgast"],
                "created": "2026-11-20 08:15",
            }
        },
    ),
    File(
        "thefork fr",
        "Europe/Paris",
        "N° de réservation;Date de réservation;Heure;Nb. de couverts;Nom;Prénom;Tél.;Email;Statut;C"
        "ommentaire;Table;Date de création\n"
        "TF9;05/12/2026;19h30;4;Dupont;Élise;06 12 34 56 78;e@example.fr;Confirmée;près de la fenêt"
        "re;12;20/11/2026\n"
        "TF10;25/12/2026;20h00;2;Durand;Léo;0612345679;;Annulée;;;\n",
        {
            "TF9": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Élise Dupont", "phone": "+33612345678"},
            "TF10": {"at": "2026-12-25 20:00", "party_size": 2, "state": "cancelled"},
        },
    ),
    File(
        "resy",
        "America/New_York",
        "Date,Time,Guest,Party Size,Table,Status,Phone,Email,Special Requests,Visit Note,Guest Note"
        ",Reservation ID\n"
        '2026-12-05,07:30 PM,"Lovelace, Ada",4,12,Confirmed,12125550111,a@example.com,nut allergy,,'
        ',"R,1"\n',
        {"R,1": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Lovelace, Ada", "phone": "+12125550111"}},
    ),
    File(
        "tock",
        "America/New_York",
        "Confirmation Code,Experience Date,Experience Time,Guest Name,Party Size,Dietary Restrictio"
        "ns,Total Price,Status\n"
        'TCK-77,"Saturday, December 5, 2026",7:30 PM,Ada L,4,vegan,$480.00,Booked\n',
        {"TCK-77": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Ada L", "notes_has": ["vegan"]}},
    ),
    File(
        "zenchef fr",
        "Europe/Paris",
        "Id;Jour;Heure;Nb couverts;Client;Téléphone;Statut;Commentaire\n"
        "1;sam. 5 décembre 2026;19:30;4;Élise;+33612345678;Confirmé;ras\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Élise"}},
    ),
    File(
        "es list",
        "Europe/Madrid",
        "Localizador;Fecha;Hora;Comensales;Nombre;Apellidos;Teléfono;Estado;Observaciones;Mesa\n"
        "L1;05/12/2026;21:30;4;Íñigo;Núñez Peña;612 345 678;Confirmada;terraza;12\n"
        "L2;31/12/2026;21:30;2;Ana;Gil;912345678;No presentado;;\n",
        {
            "L1": {"at": "2026-12-05 21:30", "party_size": 4, "name": "Íñigo Núñez Peña", "phone": "+34612345678"},
            "L2": {"at": "2026-12-31 21:30", "party_size": 2, "state": "no_show"},
        },
    ),
    File(
        "abbrev de",
        "Europe/Berlin",
        "Res.-Nr.;Datum;Uhrzeit;Pers.;Name;Tel.;Bem.\n1;05.12.2026;19:30;4;Ada;0171/1234567;Hund\n",
        {
            "1": {
                "at": "2026-12-05 19:30",
                "party_size": 4,
                "name": "Ada",
                "phone": "+491711234567",
                "notes_has": ["Hund"],
            }
        },
    ),
    File(
        "abbrev en",
        "Europe/London",
        "Res. ID,Res. Date,Res. Time,# of Guests,Name,Tel. No.,Tbl\n1,2026-12-05,19:30,4,Ada,07700900123,12\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Ada", "phone": "+447700900123", "tables": ["12"]}},
    ),
    File(
        "header with format",
        "Europe/London",
        "Booking ID,Date (DD/MM/YYYY),Time (24h),Number of guests,Name\n1,05/12/2026,19:30,4,Ada\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Ada"}},
    ),
    File(
        "header with format us",
        "America/New_York",
        "Booking ID,Date (mm/dd/yyyy),Time (hh:mm),Party size,Name\n1,12/05/2026,19:30,4,Ada\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Ada"}},
    ),
    File(
        "header utc+1",
        "Europe/London",
        "id,Start (UTC+1),covers,name\n1,2026-12-05 20:30,4,Ada\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
    ),
    File(
        "header gmt-5 csv",
        "America/New_York",
        "id,start time (GMT-05:00),covers,name\n1,2026-12-05 19:30,4,Ada\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
    ),
    File(
        "tz column",
        "Europe/London",
        "id,start,timezone,covers,name\n"
        "1,2026-12-05 14:30,America/New_York,4,Ada\n"
        "2,2026-12-05 19:30,Europe/London,2,Bo\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}, "2": {"at": "2026-12-05 19:30", "party_size": 2}},
    ),
    File(
        "tz column abbreviations",
        "Europe/London",
        "id,start,time zone,covers,name\n1,2026-12-05 14:30,EST,4,Ada\n2,2026-12-05 19:30,UTC,2,Bo\n",
        {"2": {"at": "2026-12-05 19:30", "party_size": 2}},
        faults={1: "unknown_zone"},
    ),
    File(
        "day column",
        "Europe/London",
        "Ref,Day,Date,Time,Pax,Name\n1,Sat,2026-12-05,19:30,4,Ada\n2,Sun,2026-12-06,20:00,2,Bo\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}, "2": {"at": "2026-12-06 20:00", "party_size": 2}},
    ),
    File(
        "tag datum",
        "Europe/Berlin",
        "Ref;Tag;Datum;Zeit;Personen;Name\n1;Sa;05.12.2026;19:30;4;Ada\n2;Di;06.12.2026;19:30;2;Bo\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
        faults={2: "weekday_mismatch"},
    ),
    File(
        "weekday decides",
        "America/New_York",
        "Ref,Day,Date,Time,Pax,Name\n1,Saturday,12/5/2026,19:30,4,Ada\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
    ),
    File(
        "date et heure resa",
        "Europe/Paris",
        "Réf.;Date et heure de la réservation;Nombre de personnes;Nom complet\n1;05.12.2026 19:30;4;Ada B\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Ada B"}},
    ),
    File(
        "fecha y hora",
        "Europe/Madrid",
        "ID reserva;Fecha y hora de la reserva;Nº de personas;Nombre completo\n1;2026-12-05 19:30;4;Ada B\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Ada B"}},
    ),
    File(
        "datum und uhrzeit der reservierung",
        "Europe/Berlin",
        "Buchungs-ID;Datum und Uhrzeit der Reservierung;Anzahl Gäste;Gast\n1;2026-12-05 19:30;4;Ada B\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Ada B"}},
    ),
    File(
        "camel csv",
        "Europe/London",
        "bookingId,startTime,partySize,guestName,createdAt\n1,2026-12-05T19:30:00Z,4,Ada,2026-11-01T10:00:00Z\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Ada", "created": "2026-11-01 10:00"}},
    ),
    File(
        "created at & by",
        "Europe/London",
        "id,date,time,pax,name,created at,created by\n1,2026-12-05,19:30,4,Ada,2026-11-01 10:00,Maria\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "created": "2026-11-01 10:00"}},
    ),
    File(
        "cancelled by",
        "Europe/London",
        "id,date,time,pax,name,cancelled at,cancelled by,status\n"
        "1,2026-12-05,19:30,4,Ada,2026-11-01 10:00,Guest,Cancelled\n"
        "2,2026-12-05,19:30,4,Bo,,,Confirmed\n",
        {
            "1": {"at": "2026-12-05 19:30", "party_size": 4, "state": "cancelled"},
            "2": {"at": "2026-12-05 19:30", "party_size": 4, "state": "booked"},
        },
    ),
    File(
        "booked by staff",
        "Europe/London",
        "id,date,time,pax,name,booked by\n1,2026-12-05,19:30,4,Ada,Maria\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
    ),
    File(
        "booked on vs for",
        "Europe/London",
        "id,booked on,booked for,covers,name\n1,2026-11-01 10:00,2026-12-05 19:30,4,Ada\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "created": "2026-11-01 10:00"}},
    ),
    File(
        "reserved at / arrival",
        "Europe/London",
        "id,arrival date,arrival time,created date,covers,name\n1,2026-12-05,19:30,2026-10-01,4,Ada\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
    ),
    File(
        "von bis",
        "Europe/Berlin",
        "Nr. Reservierung;Datum;Von;Bis;Name;Personen\n1;05.12.2026;19:30;21:30;Ada;4\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
    ),
    File(
        "name, vorname",
        "Europe/Berlin",
        "Buchungsnr;Name, Vorname;Datum;Uhrzeit;Personen\n1;Müller, Anna;05.12.2026;19:30;4\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Müller, Anna"}},
    ),
    File(
        "title first last",
        "Europe/London",
        "Ref,Title,Forename,Surname,Date,Time,Covers\n1,Mrs,Anna,O'Connor-Smith,2026-12-05,19:30,4\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Anna O'Connor-Smith"}},
    ),
    File(
        "adults children",
        "Europe/London",
        "Ref,Date,Time,Adults,Children,Name\n"
        "1,2026-12-05,19:30,2,2,Ada\n"
        "2,2026-12-05,19:30,3,,Bo\n"
        "3,2026-12-05,19:30,3,0,Cy\n",
        {
            "1": {"at": "2026-12-05 19:30", "party_size": 4},
            "2": {"at": "2026-12-05 19:30", "party_size": 3},
            "3": {"at": "2026-12-05 19:30", "party_size": 3},
        },
    ),
    File(
        "erwachsene kinder",
        "Europe/Berlin",
        "Ref;Datum;Zeit;Erwachsene;Kinder;Name\n1;05.12.2026;19:30;2;1;Ada\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 3}},
    ),
    File(
        "covers and children",
        "Europe/London",
        "Ref,Date,Time,Covers,Children,Name\n1,2026-12-05,19:30,4,2,Ada\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
    ),
    File(
        "guests and guest",
        "Europe/London",
        "Ref,Date,Time,Guests,Guest,Seats\n1,2026-12-05,19:30,4,Ada,6\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Ada"}},
    ),
    File(
        "no show flag",
        "Europe/London",
        "Ref,Date,Time,Covers,Name,Cancelled,No Show\n"
        "1,2026-11-05,19:30,4,Ada,No,Yes\n"
        "2,2026-11-05,19:30,4,Bo,Yes,No\n"
        "3,2026-11-05,19:30,4,Cy,No,No\n",
        {
            "1": {"at": "2026-11-05 19:30", "party_size": 4, "state": "no_show"},
            "2": {"at": "2026-11-05 19:30", "party_size": 4, "state": "cancelled"},
            "3": {"at": "2026-11-05 19:30", "party_size": 4, "state": "booked"},
        },
    ),
    File(
        "two phones cols",
        "Europe/London",
        "Ref,Date,Time,Covers,Name,Phone,Mobile\n1,2026-12-05,19:30,4,Ada,,07700900123\n",
        {},
        file="ambiguous_column",
    ),
    File(
        "no id",
        "Europe/London",
        "Name,Date,Time,Pax,Phone\nAda,2026-12-05,19:30,4,07700900123\n",
        {},
        file="missing_column",
    ),
    File(
        "nepali",
        "Asia/Kathmandu",
        "बुकिङ नम्बर,मिति,समय,व्यक्ति,नाम,फोन,टिप्पणी\n१,2026-12-05,19:30,4,राम,9841234567,झ्याल\n",
        {"१": {"at": "2026-12-05 19:30", "party_size": 4, "name": "राम", "phone": "+9779841234567"}},
    ),
    File(
        "dup dates",
        "Europe/London",
        "Ref,Date,Time,Date,Covers,Name\n1,2026-12-05,19:30,2026-11-01,4,Ada\n",
        {},
        file="ambiguous_column",
    ),
    File(
        "js & unix",
        "Europe/London",
        "Ref\tDate/Time\tCovers\tName\n"
        "1\tSat Dec 05 2026 19:30:00 GMT+0000 (Coordinated Universal Time)\t2\tAda\n"
        "2\tSat Dec 5 19:30:00 UTC 2026\t2\tAda\n"
        "3\t2026-12-05T19:30:00.0000000\t2\tAda\n"
        "4\t2026-12-05 19:30:00+00\t2\tAda\n"
        "5\t2026-12-05T19:30:00+0000\t2\tAda\n"
        "6\t2026-12-05T19:30Z\t2\tAda\n",
        {
            "1": {"at": "2026-12-05 19:30", "party_size": 2},
            "2": {"at": "2026-12-05 19:30", "party_size": 2},
            "3": {"at": "2026-12-05 19:30", "party_size": 2},
            "4": {"at": "2026-12-05 19:30", "party_size": 2},
            "5": {"at": "2026-12-05 19:30", "party_size": 2},
            "6": {"at": "2026-12-05 19:30", "party_size": 2},
        },
    ),
    File(
        "en text",
        "Europe/London",
        "Ref\tDate/Time\tCovers\tName\n"
        "1\tSat 5th of December 2026 at 7.30pm\t2\tAda\n"
        "2\t5th December, 2026 19:30\t2\tAda\n"
        "3\tDec. 5th, 2026 7:30 PM\t2\tAda\n"
        "4\tSaturday 5 December 2026, 19:30\t2\tAda\n"
        "5\tSat. Dec 5, 2026 7:30pm\t2\tAda\n"
        "6\t05 DEC 2026 1930\t2\tAda\n"
        "7\t05-DEC-26 07.30.00 PM\t2\tAda\n"
        "8\t5 Dec '26 19:30\t2\tAda\n"
        "9\tDecember 5 2026 7:30 p.m.\t2\tAda\n"
        "10\t19:30 Saturday 5 December 2026\t2\tAda\n",
        {
            "1": {"at": "2026-12-05 19:30", "party_size": 2},
            "2": {"at": "2026-12-05 19:30", "party_size": 2},
            "3": {"at": "2026-12-05 19:30", "party_size": 2},
            "4": {"at": "2026-12-05 19:30", "party_size": 2},
            "5": {"at": "2026-12-05 19:30", "party_size": 2},
            "6": {"at": "2026-12-05 19:30", "party_size": 2},
            "7": {"at": "2026-12-05 19:30", "party_size": 2},
            "8": {"at": "2026-12-05 19:30", "party_size": 2},
            "9": {"at": "2026-12-05 19:30", "party_size": 2},
            "10": {"at": "2026-12-05 19:30", "party_size": 2},
        },
    ),
    File(
        "de",
        "Europe/Berlin",
        "Ref\tDate/Time\tCovers\tName\n"
        "1\tSa, 05.12.2026 19:30 Uhr\t2\tAda\n"
        "2\tSa 05.12.26, 19:30\t2\tAda\n"
        "3\t5.12.2026 um 19:30 Uhr\t2\tAda\n"
        "4\tSamstag, den 5. Dezember 2026, 19.30 Uhr\t2\tAda\n"
        "5\t5. Dez. 2026 19:30\t2\tAda\n"
        "6\t05.12.2026 - 19:30\t2\tAda\n"
        "7\t05.12.2026, 19 Uhr 30\t2\tAda\n"
        "8\tSa. 5.12.26 19.30 h\t2\tAda\n"
        "9\t05.12.2026 19:30h\t2\tAda\n"
        "10\t5.12.2026 ab 19:30\t2\tAda\n",
        {
            "1": {"at": "2026-12-05 19:30", "party_size": 2},
            "2": {"at": "2026-12-05 19:30", "party_size": 2},
            "3": {"at": "2026-12-05 19:30", "party_size": 2},
            "4": {"at": "2026-12-05 19:30", "party_size": 2},
            "5": {"at": "2026-12-05 19:30", "party_size": 2},
            "6": {"at": "2026-12-05 19:30", "party_size": 2},
            "7": {"at": "2026-12-05 19:30", "party_size": 2},
            "8": {"at": "2026-12-05 19:30", "party_size": 2},
            "9": {"at": "2026-12-05 19:30", "party_size": 2},
            "10": {"at": "2026-12-05 19:30", "party_size": 2},
        },
    ),
    File(
        "fr",
        "Europe/Paris",
        "Ref\tDate/Time\tCovers\tName\n"
        "1\tsam. 5 déc. 2026 19h30\t2\tAda\n"
        "2\tsamedi 5 décembre 2026 à 19 h 30\t2\tAda\n"
        "3\tle 5 décembre 2026 à 19h30\t2\tAda\n"
        "4\tsam. 05/12/2026 19:30\t2\tAda\n"
        "5\t5 déc. 2026, 19:30\t2\tAda\n"
        "6\t05/12/2026 à 19h30\t2\tAda\n"
        "7\t25/12/2026 à 19h30\t2\tAda\n",
        {
            "1": {"at": "2026-12-05 19:30", "party_size": 2},
            "2": {"at": "2026-12-05 19:30", "party_size": 2},
            "3": {"at": "2026-12-05 19:30", "party_size": 2},
            "4": {"at": "2026-12-05 19:30", "party_size": 2},
            "5": {"at": "2026-12-05 19:30", "party_size": 2},
            "6": {"at": "2026-12-05 19:30", "party_size": 2},
            "7": {"at": "2026-12-25 19:30", "party_size": 2},
        },
    ),
    File(
        "es",
        "Europe/Madrid",
        "Ref\tDate/Time\tCovers\tName\n"
        "1\tsáb, 5 dic 2026 19:30\t2\tAda\n"
        "2\tsábado 5 de diciembre de 2026 a las 19:30\t2\tAda\n"
        "3\t5/dic/2026 19:30\t2\tAda\n"
        "4\t5 de dic. de 2026, 19:30 h\t2\tAda\n"
        "5\tsábado, 5 de diciembre del 2026, 7:30 p. m.\t2\tAda\n",
        {
            "1": {"at": "2026-12-05 19:30", "party_size": 2},
            "2": {"at": "2026-12-05 19:30", "party_size": 2},
            "3": {"at": "2026-12-05 19:30", "party_size": 2},
            "4": {"at": "2026-12-05 19:30", "party_size": 2},
            "5": {"at": "2026-12-05 19:30", "party_size": 2},
        },
    ),
    File(
        "us mac short",
        "America/New_York",
        "Ref\tDate/Time\tCovers\tName\n1\t12/5/26, 7:30\u202fPM\t2\tAda\n2\t12/25/26, 7:30\u202fPM\t2\tAda\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 2}, "2": {"at": "2026-12-25 19:30", "party_size": 2}},
    ),
    File(
        "nl dashes",
        "Europe/London",
        "Ref\tDate/Time\tCovers\tName\n1\t5-12-2026 19:30\t2\tAda\n2\t25-12-2026 19:30\t2\tAda\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 2}, "2": {"at": "2026-12-25 19:30", "party_size": 2}},
    ),
    File(
        "ranges",
        "Europe/Berlin",
        "Ref\tDate/Time\tCovers\tName\n"
        "1\t2026-12-05 19:30 - 21:30\t2\tAda\n"
        "2\t05.12.2026 19:30-21:30\t2\tAda\n"
        "3\t5 Dec 2026 19:30 to 21:30\t2\tAda\n",
        {},
        faults={1: "invalid_datetime", 2: "invalid_datetime", 3: "invalid_datetime"},
    ),
    File(
        "epoch",
        "Europe/London",
        "Ref\tDate/Time\tCovers\tName\n1\t1796499000\t2\tAda\n2\t1796499000000\t2\tAda\n",
        {},
        faults={1: "invalid_datetime", 2: "invalid_datetime"},
    ),
    File(
        "unreadable",
        "Europe/London",
        "Ref\tDate/Time\tCovers\tName\n"
        "1\t12/05 19:30\t2\tAda\n"
        "2\ttomorrow 19:30\t2\tAda\n"
        "3\t5 Dec 19:30\t2\tAda\n"
        "4\t2026-12-05 24:00\t2\tAda\n"
        "5\t2026-12-05 7:30 XM\t2\tAda\n"
        "6\t2026-12-5\t2\tAda\n"
        "7\t05.12.2026 25:00\t2\tAda\n"
        "8\t2026-12-05 19:30 PST\t2\tAda\n"
        "9\t31.11.2026 19:30\t2\tAda\n"
        "10\t0000-00-00 00:00:00\t2\tAda\n",
        {},
        faults={1: None, 2: None, 3: None, 4: None, 5: None, 6: None, 7: None, 8: None, 9: None, 10: None},
    ),
    File(
        "clock change",
        "Europe/London",
        "Ref\tDate/Time\tCovers\tName\n"
        "1\t2026-10-25 01:30\t2\tAda\n"
        "2\t2027-03-28 01:30\t2\tAda\n"
        "3\t2026-10-25 01:30+01:00\t2\tAda\n"
        "4\t2026-10-25 00:30Z\t2\tAda\n",
        {"3": {"at": "2026-10-25 00:30Z", "party_size": 2}, "4": {"at": "2026-10-25 00:30Z", "party_size": 2}},
        faults={1: "ambiguous_local_time", 2: "nonexistent_local_time"},
    ),
    File(
        "excel serial two cols",
        "Europe/Berlin",
        "Nr. Buchung;Datum;Uhrzeit;Personen;Name\n1;46361;0,8125;4;Ada\n2;46361;0,770833333333333;4;Bo\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}, "2": {"at": "2026-12-05 18:30", "party_size": 4}},
    ),
    File(
        "lo time cell",
        "Europe/London",
        "Ref,Date,Time,Covers,Name\n"
        "1,2026-12-05,19:30:00,4,Ada\n"
        "2,2026-12-05 00:00:00,1899-12-30 20:00:00,2,Bo\n"
        "3,2026-12-05,8 PM,2,Cy\n"
        "4,2026-12-05,8.15pm,2,D\n"
        "5,2026-12-05,20.30,2,E\n"
        "6,2026-12-05,00:00,2,F\n"
        "7,2026-12-05,12:00 AM,2,G\n"
        "8,2026-12-05,noon,2,H\n",
        {
            "1": {"at": "2026-12-05 19:30", "party_size": 4},
            "2": {"at": "2026-12-05 20:00", "party_size": 2},
            "3": {"at": "2026-12-05 20:00", "party_size": 2},
            "4": {"at": "2026-12-05 20:15", "party_size": 2},
            "5": {"at": "2026-12-05 20:30", "party_size": 2},
            "6": {"at": "2026-12-05 00:00", "party_size": 2},
            "7": {"at": "2026-12-05 00:00", "party_size": 2},
        },
        faults={8: "invalid_datetime"},
    ),
    File(
        "time with am/pm col typed 730pm",
        "America/New_York",
        "Ref,Date,Time,Covers,Name\n1,2026-12-05,730pm,4,Ada\n2,2026-12-05,7:30p,4,Bo\n3,2026-12-05,7:30 P,4,Cy\n",
        {
            "1": {"at": "2026-12-05 19:30", "party_size": 4},
            "2": {"at": "2026-12-05 19:30", "party_size": 4},
            "3": {"at": "2026-12-05 19:30", "party_size": 4},
        },
    ),
    File(
        "time alone number",
        "Europe/London",
        "Ref,Date,Time,Covers,Name\n"
        "1,2026-12-05,7,4,Ada\n"
        "2,2026-12-05,half 7,4,Bo\n"
        "3,2026-12-05,7ish,4,Bo\n"
        "4,2026-12-05,19:30 or 20:00,4,Bo\n",
        {},
        faults={1: None, 2: None, 3: None, 4: None},
    ),
    File(
        "time range col",
        "Europe/London",
        "Ref,Date,Time,Covers,Name\n1,2026-12-05,19:30 - 21:30,4,Ada\n",
        {},
        faults={1: "invalid_datetime"},
    ),
    File(
        "midnight night",
        "Europe/London",
        "Ref,Date,Time,Covers,Name,Arrived,Seated,Left\n1,2026-11-20,00:15,2,Ada,23:55,00:20,01:50\n",
        {
            "1": {
                "at": "2026-11-20 00:15",
                "party_size": 2,
                "arrived": "2026-11-19 23:55",
                "seated": "2026-11-20 00:20",
                "left": "2026-11-20 01:50",
            }
        },
    ),
    File(
        "utc both",
        "America/New_York",
        "id,start_utc,end_utc,covers,name,created_at_utc\n1,2026-12-06 00:30,2026-12-06 02:30,4,Ada,2026-11-01 12:00\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "created": "2026-11-01 07:00"}},
    ),
    File(
        "iso offset col",
        "America/New_York",
        "id,starts_at,covers,name\n1,2026-12-05T19:30:00-05:00,4,Ada\n2,2026-12-06T00:30:00.000Z,2,Bo\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}, "2": {"at": "2026-12-05 19:30", "party_size": 2}},
    ),
    File(
        "date_format mapping",
        "America/New_York",
        "id,when,covers,name\n1,05-12-26 1930,4,Ada\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
        mapping={"date_format": "%d-%m-%y %H%M"},
    ),
    File(
        "ymd short",
        "Europe/London",
        "id,date,time,covers,name\n1,26/12/05,19:30,4,Ada\n",
        {},
        faults={1: "ambiguous_date"},
    ),
    File(
        "ymd short told",
        "Europe/London",
        "id,date,time,covers,name\n1,26/12/05,19:30,4,Ada\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
        mapping={"date_order": "ymd"},
    ),
    File(
        "party words",
        "Europe/London",
        "Ref\tDate/Time\tCovers\tName\n"
        "1\t2026-12-05 19:30\t4 pax\tAda\n"
        "2\t2026-12-05 19:30\t4 Personen\tAda\n"
        "3\t2026-12-05 19:30\t4 people\tAda\n"
        "4\t2026-12-05 19:30\t4 guests\tAda\n"
        "5\t2026-12-05 19:30\t4 pers.\tAda\n"
        "6\t2026-12-05 19:30\t4 Pers\tAda\n"
        "7\t2026-12-05 19:30\t4 personnes\tAda\n"
        "8\t2026-12-05 19:30\t4 personas\tAda\n"
        "9\t2026-12-05 19:30\t4p\tAda\n"
        "10\t2026-12-05 19:30\t4 ppl\tAda\n"
        "11\t2026-12-05 19:30\t4 covers\tAda\n"
        "12\t2026-12-05 19:30\t4 couverts\tAda\n"
        "13\t2026-12-05 19:30\t4 Gäste\tAda\n"
        "14\t2026-12-05 19:30\tx4\tAda\n"
        "15\t2026-12-05 19:30\t4.0\tAda\n"
        "16\t2026-12-05 19:30\t４\tAda\n"
        "17\t2026-12-05 19:30\t4 persons\tAda\n"
        "18\t2026-12-05 19:30\tparty of 4\tAda\n"
        "19\t2026-12-05 19:30\t4 जना\tAda\n"
        "20\t2026-12-05 19:30\t4 adults\tAda\n",
        {
            "1": {"at": "2026-12-05 19:30", "party_size": 4},
            "2": {"at": "2026-12-05 19:30", "party_size": 4},
            "3": {"at": "2026-12-05 19:30", "party_size": 4},
            "4": {"at": "2026-12-05 19:30", "party_size": 4},
            "5": {"at": "2026-12-05 19:30", "party_size": 4},
            "6": {"at": "2026-12-05 19:30", "party_size": 4},
            "7": {"at": "2026-12-05 19:30", "party_size": 4},
            "8": {"at": "2026-12-05 19:30", "party_size": 4},
            "9": {"at": "2026-12-05 19:30", "party_size": 4},
            "10": {"at": "2026-12-05 19:30", "party_size": 4},
            "11": {"at": "2026-12-05 19:30", "party_size": 4},
            "12": {"at": "2026-12-05 19:30", "party_size": 4},
            "13": {"at": "2026-12-05 19:30", "party_size": 4},
            "14": {"at": "2026-12-05 19:30", "party_size": 4},
            "15": {"at": "2026-12-05 19:30", "party_size": 4},
            "16": {"at": "2026-12-05 19:30", "party_size": 4},
            "17": {"at": "2026-12-05 19:30", "party_size": 4},
            "18": {"at": "2026-12-05 19:30", "party_size": 4},
            "19": {"at": "2026-12-05 19:30", "party_size": 4},
            "20": {"at": "2026-12-05 19:30", "party_size": 4},
        },
    ),
    File(
        "party unclear",
        "Europe/London",
        "Ref\tDate/Time\tCovers\tName\n"
        "1\t2026-12-05 19:30\t2+1\tAda\n"
        "2\t2026-12-05 19:30\t4-5\tAda\n"
        "3\t2026-12-05 19:30\t4?\tAda\n"
        "4\t2026-12-05 19:30\t~6\tAda\n"
        "5\t2026-12-05 19:30\t4/5\tAda\n"
        "6\t2026-12-05 19:30\t2 (+1)\tAda\n"
        "7\t2026-12-05 19:30\t0\tAda\n"
        "8\t2026-12-05 19:30\t-2\tAda\n"
        "9\t2026-12-05 19:30\tfour\tAda\n"
        "10\t2026-12-05 19:30\t2 + baby\tAda\n"
        "11\t2026-12-05 19:30\t10000\tAda\n"
        "12\t2026-12-05 19:30\t1e2\tAda\n"
        "13\t2026-12-05 19:30\t4,5\tAda\n"
        "14\t2026-12-05 19:30\t4 or 6\tAda\n",
        {},
        faults={
            1: "out_of_range",
            2: "out_of_range",
            3: "out_of_range",
            4: "out_of_range",
            5: "out_of_range",
            6: "out_of_range",
            7: "out_of_range",
            8: "out_of_range",
            9: "out_of_range",
            10: "out_of_range",
            11: "out_of_range",
            12: "out_of_range",
            13: "out_of_range",
            14: "out_of_range",
        },
    ),
    File(
        "party sums",
        "Europe/London",
        "Ref\tDate/Time\tCovers\tName\n"
        "1\t2026-12-05 19:30\t2 adults 2 kids\tAda\n"
        "2\t2026-12-05 19:30\t2 adults, 1 child\tAda\n"
        "3\t2026-12-05 19:30\t2 Erwachsene + 2 Kinder\tAda\n"
        "4\t2026-12-05 19:30\t2 Erw. 1 Kind\tAda\n"
        "5\t2026-12-05 19:30\t2 adultes et 2 enfants\tAda\n"
        "6\t2026-12-05 19:30\t2 adultos y 2 niños\tAda\n",
        {
            "1": {"at": "2026-12-05 19:30", "party_size": 4},
            "2": {"at": "2026-12-05 19:30", "party_size": 3},
            "3": {"at": "2026-12-05 19:30", "party_size": 4},
            "4": {"at": "2026-12-05 19:30", "party_size": 3},
            "5": {"at": "2026-12-05 19:30", "party_size": 4},
            "6": {"at": "2026-12-05 19:30", "party_size": 4},
        },
    ),
    File(
        "states en",
        "Europe/London",
        "Ref\tDate/Time\tCovers\tName\tStatus\n"
        "1\t2026-11-05 19:30\t2\tAda\tCANCELLED\n"
        "2\t2026-11-05 19:30\t2\tAda\tNo-Show\n"
        "3\t2026-11-05 19:30\t2\tAda\tCanceled by Guest\n"
        "4\t2026-11-05 19:30\t2\tAda\tcancelled_by_restaurant\n"
        "5\t2026-11-05 19:30\t2\tAda\tCancelled by customer\n"
        "6\t2026-11-05 19:30\t2\tAda\tConfirmed\n"
        "7\t2026-11-05 19:30\t2\tAda\tBooked\n"
        "8\t2026-11-05 19:30\t2\tAda\tChecked-In\n"
        "9\t2026-11-05 19:30\t2\tAda\tSeated\n"
        "10\t2026-11-05 19:30\t2\tAda\tDone\n"
        "11\t2026-11-05 19:30\t2\tAda\tNoShow\n"
        "12\t2026-11-05 19:30\t2\tAda\tno_show\n"
        "13\t2026-11-05 19:30\t2\tAda\tDid not show\n"
        "14\t2026-11-05 19:30\t2\tAda\tWalk-in\n"
        "15\t2026-11-05 19:30\t2\tAda\t???\n"
        "16\t2026-11-05 19:30\t2\tAda\tLate Cancellation\n"
        "17\t2026-11-05 19:30\t2\tAda\tPartially Seated\n"
        "18\t2026-11-05 19:30\t2\tAda\tDeparted\n"
        "19\t2026-11-05 19:30\t2\tAda\tAuto-cancelled\n"
        "20\t2026-11-05 19:30\t2\tAda\tCancelled - no show\n",
        {
            "1": {"at": "2026-11-05 19:30", "party_size": 2, "state": "cancelled"},
            "2": {"at": "2026-11-05 19:30", "party_size": 2, "state": "no_show"},
            "3": {"at": "2026-11-05 19:30", "party_size": 2, "state": "cancelled"},
            "4": {"at": "2026-11-05 19:30", "party_size": 2, "state": "cancelled"},
            "5": {"at": "2026-11-05 19:30", "party_size": 2, "state": "cancelled"},
            "6": {"at": "2026-11-05 19:30", "party_size": 2, "state": "booked"},
            "7": {"at": "2026-11-05 19:30", "party_size": 2, "state": "booked"},
            "8": {"at": "2026-11-05 19:30", "party_size": 2, "state": "arrived"},
            "9": {"at": "2026-11-05 19:30", "party_size": 2, "state": "seated"},
            "10": {"at": "2026-11-05 19:30", "party_size": 2, "state": "completed"},
            "11": {"at": "2026-11-05 19:30", "party_size": 2, "state": "no_show"},
            "12": {"at": "2026-11-05 19:30", "party_size": 2, "state": "no_show"},
            "13": {"at": "2026-11-05 19:30", "party_size": 2, "state": "no_show"},
            "16": {"at": "2026-11-05 19:30", "party_size": 2, "state": "cancelled"},
            "17": {"at": "2026-11-05 19:30", "party_size": 2, "state": "seated"},
            "18": {"at": "2026-11-05 19:30", "party_size": 2, "state": "completed"},
            "19": {"at": "2026-11-05 19:30", "party_size": 2, "state": "cancelled"},
        },
        faults={14: "unknown_state", 15: "unknown_state", 20: "unknown_state"},
    ),
    File(
        "states de",
        "Europe/Berlin",
        "Ref\tDate/Time\tCovers\tName\tStatus\n"
        "1\t2026-11-05 19:30\t2\tAda\tBestätigt\n"
        "2\t2026-11-05 19:30\t2\tAda\tstorniert\n"
        "3\t2026-11-05 19:30\t2\tAda\tStorniert durch Gast\n"
        "4\t2026-11-05 19:30\t2\tAda\tVom Gast storniert\n"
        "5\t2026-11-05 19:30\t2\tAda\tNicht erschienen\n"
        "6\t2026-11-05 19:30\t2\tAda\tNo Show\n"
        "7\t2026-11-05 19:30\t2\tAda\tAngefragt\n"
        "8\t2026-11-05 19:30\t2\tAda\tAbgelehnt\n"
        "9\t2026-11-05 19:30\t2\tAda\tAnwesend\n"
        "10\t2026-11-05 19:30\t2\tAda\tBezahlt\n",
        {
            "1": {"at": "2026-11-05 19:30", "party_size": 2, "state": "booked"},
            "2": {"at": "2026-11-05 19:30", "party_size": 2, "state": "cancelled"},
            "3": {"at": "2026-11-05 19:30", "party_size": 2, "state": "cancelled"},
            "4": {"at": "2026-11-05 19:30", "party_size": 2, "state": "cancelled"},
            "5": {"at": "2026-11-05 19:30", "party_size": 2, "state": "no_show"},
            "6": {"at": "2026-11-05 19:30", "party_size": 2, "state": "no_show"},
            "7": {"at": "2026-11-05 19:30", "party_size": 2, "state": "booked"},
            "8": {"at": "2026-11-05 19:30", "party_size": 2, "state": "declined"},
            "9": {"at": "2026-11-05 19:30", "party_size": 2, "state": "arrived"},
        },
        faults={10: "unknown_state"},
    ),
    File(
        "states fr/es",
        "Europe/Paris",
        "Ref\tDate/Time\tCovers\tName\tStatus\n"
        "1\t2026-11-05 19:30\t2\tAda\tConfirmée\n"
        "2\t2026-11-05 19:30\t2\tAda\tAnnulée par le client\n"
        "3\t2026-11-05 19:30\t2\tAda\tAnnulée par le restaurant\n"
        "4\t2026-11-05 19:30\t2\tAda\tNo-show\n"
        "5\t2026-11-05 19:30\t2\tAda\tNon honorée\n"
        "6\t2026-11-05 19:30\t2\tAda\tArrivé\n"
        "7\t2026-11-05 19:30\t2\tAda\tTerminée\n"
        "8\t2026-11-05 19:30\t2\tAda\tCancelada por el cliente\n"
        "9\t2026-11-05 19:30\t2\tAda\tNo show\n"
        "10\t2026-11-05 19:30\t2\tAda\tEn attente\n"
        "11\t2026-11-05 19:30\t2\tAda\tRefusée\n",
        {
            "1": {"at": "2026-11-05 19:30", "party_size": 2, "state": "booked"},
            "2": {"at": "2026-11-05 19:30", "party_size": 2, "state": "cancelled"},
            "3": {"at": "2026-11-05 19:30", "party_size": 2, "state": "cancelled"},
            "4": {"at": "2026-11-05 19:30", "party_size": 2, "state": "no_show"},
            "5": {"at": "2026-11-05 19:30", "party_size": 2, "state": "no_show"},
            "6": {"at": "2026-11-05 19:30", "party_size": 2, "state": "arrived"},
            "7": {"at": "2026-11-05 19:30", "party_size": 2, "state": "completed"},
            "8": {"at": "2026-11-05 19:30", "party_size": 2, "state": "cancelled"},
            "9": {"at": "2026-11-05 19:30", "party_size": 2, "state": "no_show"},
            "10": {"at": "2026-11-05 19:30", "party_size": 2, "state": "booked"},
            "11": {"at": "2026-11-05 19:30", "party_size": 2, "state": "declined"},
        },
    ),
    File(
        "phones de",
        "Europe/Berlin",
        "Ref\tDate/Time\tCovers\tName\tPhone\n"
        "1\t2026-12-05 19:30\t2\tAda\t491711234567\n"
        "2\t2026-12-05 19:30\t2\tAda\t01711234567.0\n"
        "3\t2026-12-05 19:30\t2\tAda\t+49 (0)171 1234567\n"
        "4\t2026-12-05 19:30\t2\tAda\t0049 171 1234567\n"
        "5\t2026-12-05 19:30\t2\tAda\t0171/123 45 67\n"
        "6\t2026-12-05 19:30\t2\tAda\t1711234567\n"
        "7\t2026-12-05 19:30\t2\tAda\t'+491711234567\n"
        '8\t2026-12-05 19:30\t2\tAda\t="01711234567"\n'
        "9\t2026-12-05 19:30\t2\tAda\t4.91711E+11\n"
        "10\t2026-12-05 19:30\t2\tAda\tN/A\n"
        "11\t2026-12-05 19:30\t2\tAda\tunbekannt\n"
        "12\t2026-12-05 19:30\t2\tAda\t0171 1234567 / 0172 7654321\n"
        "13\t2026-12-05 19:30\t2\tAda\t+43 664 1234567\n"
        "14\t2026-12-05 19:30\t2\tAda\t0171-1234567 (Frau)\n",
        {
            "1": {"at": "2026-12-05 19:30", "party_size": 2, "phone": "+491711234567"},
            "2": {"at": "2026-12-05 19:30", "party_size": 2, "phone": "+491711234567"},
            "3": {"at": "2026-12-05 19:30", "party_size": 2, "phone": "+491711234567"},
            "4": {"at": "2026-12-05 19:30", "party_size": 2, "phone": "+491711234567"},
            "5": {"at": "2026-12-05 19:30", "party_size": 2, "phone": "+491711234567"},
            "6": {"at": "2026-12-05 19:30", "party_size": 2, "phone": "+491711234567"},
            "7": {"at": "2026-12-05 19:30", "party_size": 2, "phone": "+491711234567"},
            "8": {"at": "2026-12-05 19:30", "party_size": 2, "phone": "+491711234567"},
            "9": {"at": "2026-12-05 19:30", "party_size": 2, "phone": None, "notes_has": ["4.91711E+11"]},
            "10": {"at": "2026-12-05 19:30", "party_size": 2, "phone": None, "notes_has": ["N/A"]},
            "11": {"at": "2026-12-05 19:30", "party_size": 2, "phone": None, "notes_has": ["unbekannt"]},
            "12": {
                "at": "2026-12-05 19:30",
                "party_size": 2,
                "phone": None,
                "notes_has": ["0171 1234567 / 0172 7654321"],
            },
            "13": {"at": "2026-12-05 19:30", "party_size": 2, "phone": "+436641234567"},
            "14": {"at": "2026-12-05 19:30", "party_size": 2, "phone": None, "notes_has": ["0171-1234567 (Frau)"]},
        },
    ),
    File(
        "phones us",
        "America/New_York",
        "Ref\tDate/Time\tCovers\tName\tPhone\n"
        "1\t2026-12-05 19:30\t2\tAda\t(212) 555-0111\n"
        "2\t2026-12-05 19:30\t2\tAda\t2125550111.0\n"
        "3\t2026-12-05 19:30\t2\tAda\t1-212-555-0111\n"
        "4\t2026-12-05 19:30\t2\tAda\t+44 7700 900123\n"
        "5\t2026-12-05 19:30\t2\tAda\t212-555-0111 x12\n"
        "6\t2026-12-05 19:30\t2\tAda\t555-0111\n"
        "7\t2026-12-05 19:30\t2\tAda\tNone\n"
        "8\t2026-12-05 19:30\t2\tAda\t12125550111\n",
        {
            "1": {"at": "2026-12-05 19:30", "party_size": 2, "phone": "+12125550111"},
            "2": {"at": "2026-12-05 19:30", "party_size": 2, "phone": "+12125550111"},
            "3": {"at": "2026-12-05 19:30", "party_size": 2, "phone": "+12125550111"},
            "4": {"at": "2026-12-05 19:30", "party_size": 2, "phone": "+447700900123"},
            "5": {"at": "2026-12-05 19:30", "party_size": 2, "phone": "+12125550111"},
            "6": {"at": "2026-12-05 19:30", "party_size": 2, "phone": None, "notes_has": ["555-0111"]},
            "7": {"at": "2026-12-05 19:30", "party_size": 2, "phone": None, "notes_has": ["None"]},
            "8": {"at": "2026-12-05 19:30", "party_size": 2, "phone": "+12125550111"},
        },
    ),
    File(
        "open quote",
        "Europe/London",
        "Ref,Date,Time,Covers,Name,Notes\n"
        '1,2026-12-05,19:30,4,Ada,"nut allergy\n'
        "2,2026-12-05,19:30,2,Bo,\n"
        "3,2026-12-05,20:00,2,Cy,fine\n",
        {"2": {"at": "2026-12-05 19:30", "party_size": 2}, "3": {"at": "2026-12-05 20:00", "party_size": 2}},
        faults={1: "open_quote"},
    ),
    File(
        "open quote closed later",
        "Europe/London",
        "Ref,Date,Time,Covers,Name,Notes\n"
        '1,2026-12-05,19:30,4,Ada,"nut allergy\n'
        '2,2026-12-05,19:30,2,Bo,"window"\n'
        "3,2026-12-05,20:00,2,Cy,fine\n",
        {"2": {"at": "2026-12-05 19:30", "party_size": 2}, "3": {"at": "2026-12-05 20:00", "party_size": 2}},
        faults={1: None},
    ),
    File(
        "unquoted comma",
        "Europe/London",
        "Ref,Date,Time,Covers,Name,Notes\n1,2026-12-05,19:30,4,Ada,nuts, severe\n2,2026-12-05,19:30,2,Bo,ok\n",
        {"2": {"at": "2026-12-05 19:30", "party_size": 2}},
        faults={1: "wrong_cell_count"},
    ),
    File(
        "newline in cell",
        "Europe/London",
        "Ref,Date,Time,Covers,Name,Notes\n"
        '1,2026-12-05,19:30,4,Ada,"line one\n'
        "line two, with comma\n"
        'Table 3; 2026"\n'
        '2,2026-12-05,19:30,2,"Bo\n'
        ' Li",x\n',
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "notes_has": ["line one", "line two, with comma"]}},
        faults={2: "control_character"},
    ),
    File(
        "stray quotes",
        "Europe/London",
        "Ref,Date,Time,Covers,Name,Notes\n"
        '1,2026-12-05,19:30,4,Anna "Annie" Lee,5" heels\n'
        '2,2026-12-05,19:30,2,"Bob" Smith,x\n'
        '3,2026-12-05,19:30,2,"Bob ""B"" Smith",x\n'
        '4,2026-12-05,19:30,2,Cy,"say \\"hi\\" to"\n'
        "5,2026-12-05,19:30,2,Di,ok\n",
        {
            "1": {"at": "2026-12-05 19:30", "party_size": 4, "name": 'Anna "Annie" Lee'},
            "3": {"at": "2026-12-05 19:30", "party_size": 2, "name": 'Bob "B" Smith'},
            "5": {"at": "2026-12-05 19:30", "party_size": 2},
        },
        faults={2: "stray_quote", 4: "stray_quote"},
    ),
    File(
        "title & footer",
        "Europe/London",
        "The Inn - Reservations\n"
        "Printed 1 Dec 2026 10:00\n"
        "\n"
        "Ref,Date,Time,Covers,Name\n"
        "1,2026-12-05,19:30,4,Ada\n"
        "\n"
        "2,2026-12-05,20:00,2,Bo\n"
        "Total,,,6,\n"
        "Page 1 of 1\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}, "2": {"at": "2026-12-05 20:00", "party_size": 2}},
        ignored=4,
    ),
    File(
        "footer de",
        "Europe/Berlin",
        "Reservierungen;;;;\n"
        "Nr. Reservierung;Datum;Uhrzeit;Personen;Name\n"
        "1;05.12.2026;19:30;4;Ada\n"
        ";;;;\n"
        "Summe;;;4;\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
        ignored=3,
    ),
    File(
        "footer odd",
        "Europe/London",
        "Ref,Date,Time,Covers,Name\n1,2026-12-05,19:30,4,Ada\n,,,4,\n,,Total:,4,\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
        faults={2: None},
    ),
    File(
        "name first footer words",
        "Europe/London",
        "Name,Ref,Date,Time,Covers\n"
        "Count Basie,1,5 Dec 2026,7 pm,4\n"
        "Page Turner,2,5 Dec 2026,8 pm,2\n"
        "Total Guests,,,,6\n",
        {
            "1": {"at": "2026-12-05 19:00", "party_size": 4, "name": "Count Basie"},
            "2": {"at": "2026-12-05 20:00", "party_size": 2, "name": "Page Turner"},
        },
        ignored=1,
    ),
    File(
        "repeated header",
        "Europe/London",
        "Ref,Date,Time,Covers,Name\n1,2026-12-05,19:30,4,Ada\nRef,Date,Time,Covers,Name\n2,2026-12-05,20:00,2,Bo\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}, "2": {"at": "2026-12-05 20:00", "party_size": 2}},
        ignored=1,
    ),
    File(
        "sep line",
        "Europe/Berlin",
        '\ufeffsep=;\nNr. Reservierung;Datum;Uhrzeit;Personen;Name\n1;05.12.2026;19:30;4;"Müller; Anna"\n',
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Müller; Anna"}},
    ),
    File(
        "bom quoted",
        "Europe/London",
        '\ufeff"Ref","Date","Time","Covers","Name"\r\n"1","2026-12-05","19:30","4","Ada"\r\n',
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
    ),
    File(
        "mac cr",
        "Europe/London",
        "Ref,Date,Time,Covers,Name\r1,2026-12-05,19:30,4,Ada\r2,2026-12-05,20:00,2,Bo\r",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}, "2": {"at": "2026-12-05 20:00", "party_size": 2}},
    ),
    File(
        "mac cr with lf in cell",
        "Europe/London",
        'Ref,Date,Time,Covers,Name,Notes\r1,2026-12-05,19:30,4,Ada,"one\ntwo"\r2,2026-12-05,20:00,2,Bo,x\r',
        {
            "1": {"at": "2026-12-05 19:30", "party_size": 4, "notes_has": ["one\ntwo"]},
            "2": {"at": "2026-12-05 20:00", "party_size": 2},
        },
    ),
    File(
        "pipe",
        "Europe/London",
        "Ref | Date | Time | Covers | Name\n1 | 2026-12-05 | 19:30 | 4 | Ada\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Ada"}},
    ),
    File(
        "markdown",
        "Europe/London",
        "| Ref | Date | Time | Covers | Name |\n"
        "|-----|------|------|--------|------|\n"
        "| 1 | 2026-12-05 | 19:30 | 4 | Ada |\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Ada"}},
        faults={1: None},
    ),
    File(
        "trailing delims",
        "Europe/London",
        "Ref,Date,Time,Covers,Name\n1,2026-12-05,19:30,4,Ada,,\n2,2026-12-05,20:00,2,Bo\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}, "2": {"at": "2026-12-05 20:00", "party_size": 2}},
    ),
    File(
        "whole rows quoted",
        "Europe/London",
        '"Ref,Date,Time,Covers,Name"\n"1,2026-12-05,19:30,4,Ada"\n',
        {},
        file="missing_column",
    ),
    File(
        "semicolon w commas",
        "Europe/Berlin",
        "Nr. Reservierung;Datum;Uhrzeit;Personen;Name;Bemerkung\n"
        "1;05.12.2026;19:30;4;Ada, Bo und Cy;Fenster, ruhig, Hund\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Ada, Bo und Cy"}},
    ),
    File(
        "dup notes",
        "Europe/London",
        "Ref,Date,Time,Covers,Name,Notes,Notes\n1,2026-12-05,19:30,4,Ada,,nuts\n2,2026-12-05,20:00,2,Bo,a,b\n",
        {
            "1": {"at": "2026-12-05 19:30", "party_size": 4, "notes_has": ["nuts"]},
            "2": {"at": "2026-12-05 20:00", "party_size": 2, "notes_has": ["a", "b"]},
        },
    ),
    File(
        "sci ids",
        "Europe/London",
        "Booking ID,Date,Time,Covers,Name\n"
        "1.23457E+11,2026-12-05,19:30,4,Ada\n"
        "1.23457E+11,2026-12-05,20:00,2,Bo\n"
        "77,2026-12-05,20:00,2,Cy\n",
        {"77": {"at": "2026-12-05 20:00", "party_size": 2}},
        faults={1: "figures_lost", 2: "figures_lost"},
    ),
    File(
        "wrapped ids",
        "Europe/London",
        'Booking ID,Date,Time,Covers,Name\n="0012",2026-12-05,19:30,4,Ada\n0013,2026-12-05,20:00,2,=1+1\n',
        {
            "0012": {"at": "2026-12-05 19:30", "party_size": 4},
            "0013": {"at": "2026-12-05 20:00", "party_size": 2, "name": "=1+1"},
        },
    ),
    File(
        "dup id",
        "Europe/London",
        "Ref,Date,Time,Covers,Name,Table\n1,2026-12-05,19:30,4,Ada,T12\n1,2026-12-05,19:30,4,Ada,T13\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
        faults={2: "duplicate_id"},
    ),
    File(
        "empty and header only",
        "Europe/London",
        "Ref,Date,Time,Covers,Name\n",
        {},
    ),
    File(
        "empty file",
        "Europe/London",
        "",
        {},
        file="no_rows",
    ),
    File(
        "cp1252 untold",
        "Europe/Berlin",
        b"Nr. Reservierung;Datum;Uhrzeit;Personen;Name\n1;05.12.2026;19:30;4;J\xfcrgen Gr\xf6\xdfl\n",
        {},
        file="unknown_encoding",
    ),
    File(
        "cp1252 told",
        "Europe/Berlin",
        b"Nr. Reservierung;Datum;Uhrzeit;Personen;Name\n1;05.12.2026;19:30;4;J\xfcrgen Gr\xf6\xdfl\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Jürgen Größl"}},
        mapping={"encoding": "cp1252"},
    ),
    File(
        "utf16",
        "Europe/Berlin",
        b"\xff\xfeN\x00r\x00.\x00 \x00R\x00e\x00s\x00e\x00r\x00v\x00i\x00e\x00r\x00u\x00"
        b"n\x00g\x00\t\x00D\x00a\x00t\x00u\x00m\x00\t\x00U\x00h\x00r\x00z\x00e\x00i\x00"
        b"t\x00\t\x00P\x00e\x00r\x00s\x00o\x00n\x00e\x00n\x00\t\x00N\x00a\x00m\x00e\x00"
        b"\n\x001\x00\t\x000\x005\x00.\x001\x002\x00.\x002\x000\x002\x006\x00\t\x001\x00"
        b"9\x00:\x003\x000\x00\t\x004\x00\t\x00J\x00\xfc\x00r\x00g\x00e\x00n\x00 \x00G\x00"
        b"r\x00\xf6\x00\xdf\x00l\x00\n\x00",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Jürgen Größl"}},
    ),
    File(
        "utf16 told utf-8",
        "Europe/Berlin",
        b"\xff\xfeN\x00r\x00.\x00 \x00R\x00e\x00s\x00e\x00r\x00v\x00i\x00e\x00r\x00u\x00"
        b"n\x00g\x00;\x00D\x00a\x00t\x00u\x00m\x00;\x00U\x00h\x00r\x00z\x00e\x00i\x00"
        b"t\x00;\x00P\x00e\x00r\x00s\x00o\x00n\x00e\x00n\x00;\x00N\x00a\x00m\x00e\x00"
        b"\n\x001\x00;\x000\x005\x00.\x001\x002\x00.\x002\x000\x002\x006\x00;\x001\x00"
        b"9\x00:\x003\x000\x00;\x004\x00;\x00J\x00\xfc\x00r\x00g\x00e\x00n\x00 \x00G\x00"
        b"r\x00\xf6\x00\xdf\x00l\x00\n\x00",
        {},
        file="wrong_encoding",
        mapping={"encoding": "utf-8"},
    ),
    File(
        "utf8 told cp1252",
        "Europe/Berlin",
        "Nr. Reservierung;Datum;Uhrzeit;Personen;Name\n1;05.12.2026;19:30;4;Jürgen Größl\n",
        {},
        file="wrong_encoding",
        mapping={"encoding": "cp1252"},
    ),
    File(
        "cp1250 told",
        "Europe/Warsaw",
        b"Ref;Date;Time;Covers;Name\n1;05"
        b".12.2026;19:30;4;\xa3ukasz Wa\xb3\xeasa"
        b"\n2;05.12.2026;19:30;2;\xaf\xf3\xb3\xe6 \x8cni"
        b"adek\n",
        {
            "1": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Łukasz Wałęsa"},
            "2": {"at": "2026-12-05 19:30", "party_size": 2},
        },
        mapping={"encoding": "cp1250"},
    ),
    File(
        "cp1250 told as 1252",
        "Europe/Warsaw",
        b"Ref;Date;Time;Covers;Name\n1;05"
        b".12.2026;19:30;4;\xa3ukasz Wa\xb3\xeasa"
        b"\n2;05.12.2026;19:30;2;\xaf\xf3\xb3\xe6 \x8cni"
        b"adek\n",
        {},
        file="wrong_encoding",
        mapping={"encoding": "cp1252"},
    ),
    File(
        "cp1251 told",
        "Europe/London",
        b"Ref;Date;Time;Covers;Name\n1;05.12.2026;19:30;4;\xc8\xe2\xe0\xed \xcf\xe5\xf2\xf0\xee\xe2\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Иван Петров"}},
        mapping={"encoding": "windows-1251"},
    ),
    File(
        "cp1251 as 1252",
        "Europe/London",
        b"Ref;Date;Time;Covers;Name\n1;05.12.2026;19:30;4;\xc8\xe2\xe0\xed \xcf\xe5\xf2\xf0\xee\xe2\n",
        {},
        file="wrong_encoding",
        mapping={"encoding": "cp1252"},
    ),
    File(
        "mac told",
        "Europe/Berlin",
        b"Nr. Reservierung;Datum;Uhrzeit;Personen;Name\n1;05.12.2026;19:30;4;J\x9frgen Gr\x9a\xa7l\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Jürgen Größl"}},
        mapping={"encoding": "mac_roman"},
    ),
    File(
        "mac as cp1252",
        "Europe/Berlin",
        b"Nr. Reservierung;Datum;Uhrzeit;Personen;Name\n1;05.12.2026;19:30;4;J\x9frgen Gr\x9a\xa7l\n",
        {},
        file="wrong_encoding",
        mapping={"encoding": "cp1252"},
    ),
    File(
        "mojibake",
        "Europe/Berlin",
        "Nr. Reservierung;Datum;Uhrzeit;Personen;Name\n1;05.12.2026;19:30;4;JÃ¼rgen GrÃ¶ÃŸl\n",
        {},
        file="garbled_text",
    ),
    File(
        "json camel",
        "Europe/London",
        '[{"bookingId": "B1", "startTime": "2026-12-05T19:30:00Z", "partySize": 4, "guestName": "Ad'
        'a", "phoneNumber": "+447700900123", "specialRequests": "window", "createdAt": "2026-11-01T'
        '10:00:00Z", "isCancelled": false}]',
        {
            "B1": {
                "at": "2026-12-05 19:30",
                "party_size": 4,
                "name": "Ada",
                "phone": "+447700900123",
                "notes_has": ["window"],
                "created": "2026-11-01 10:00",
                "state": "booked",
            }
        },
        as_json=True,
    ),
    File(
        "json nested",
        "Europe/London",
        '{"data": {"reservations": [{"id": 77, "date": "2026-12-05", "time": "19:30:00", "guests": '
        '4, "guest": {"id": 5, "firstName": "Ada", "lastName": "L", "phone": "07700900123"}, "table'
        's": [{"id": 1, "name": "T12"}, {"id": 2, "name": "T13"}], "status": "CONFIRMED", "tags": ['
        '"vip"]}]}}',
        {
            "77": {
                "at": "2026-12-05 19:30",
                "party_size": 4,
                "name": "Ada L",
                "phone": "+447700900123",
                "tables": ["T12", "T13"],
            }
        },
        as_json=True,
    ),
    File(
        "json snake nested bom",
        "Europe/London",
        '\ufeff{"bookings": [{"reservation_id": "a", "reservation": {"date_time": "2026-12-05 19:30", "p'
        'arty_size": "4"}, "customer": {"name": "Ada", "email": null}, "status": null}]}',
        {"a": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Ada"}},
        as_json=True,
    ),
    File(
        "jsonl",
        "Europe/London",
        '{"id":1,"starts_at":"2026-12-05T19:30:00Z","party_size":4,"name":"Ada"}\n'
        "{broken\n"
        '{"id":3,"starts_at":"2026-12-05T19:30:00Z","party_size":2,"name":"Bo"}\n',
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}, "3": {"at": "2026-12-05 19:30", "party_size": 2}},
        faults={2: "invalid_json"},
        as_json=True,
    ),
    File(
        "json big",
        "Europe/London",
        '[{"id":12345678901234567890,"starts_at":"2026-12-05T19:30:00+00:00","party_size":4.0,"name'
        '":"Ada","cancelled":true},{"id":"x","starts_at":"2026-12-05T19:30:00Z","party_size":"4","n'
        'ame":"Bo","id":"y"}]',
        {"12345678901234567890": {"at": "2026-12-05 19:30", "party_size": 4, "state": "cancelled"}},
        faults={2: "duplicate_key"},
        as_json=True,
    ),
    File(
        "json table int",
        "Europe/London",
        '[{"id":1,"starts_at":"2026-12-05T19:30:00Z","party_size":4,"name":"Ada","tables":[12,13]},'
        '{"id":2,"starts_at":"2026-12-05T20:30:00Z","party_size":4,"name":"Bo","table":{"name":"T12'
        '"}}]',
        {
            "1": {"at": "2026-12-05 19:30", "party_size": 4, "tables": ["12", "13"]},
            "2": {"at": "2026-12-05 20:30", "party_size": 4, "tables": ["T12"]},
        },
        as_json=True,
    ),
    File(
        "tables in one cell",
        "Europe/London",
        "Ref\tDate/Time\tCovers\tName\tTable\n"
        "1\t2026-12-05 19:30\t2\tAda\t12+13\n"
        "2\t2026-12-05 19:30\t2\tAda\tT12/T13\n"
        "3\t2026-12-05 19:30\t2\tAda\t12 & 13\n"
        "4\t2026-12-05 19:30\t2\tAda\t12, 13\n"
        "5\t2026-12-05 19:30\t2\tAda\t12;13\n"
        "6\t2026-12-05 19:30\t2\tAda\tT12+T13\n"
        "7\t2026-12-05 19:30\t2\tAda\t12 13\n"
        "8\t2026-12-05 19:30\t2\tAda\t12-13\n"
        "9\t2026-12-05 19:30\t2\tAda\t12 and 13\n"
        "10\t2026-12-05 19:30\t2\tAda\t12 und 13\n"
        "11\t2026-12-05 19:30\t2\tAda\tTable 12\n"
        "12\t2026-12-05 19:30\t2\tAda\tTisch 12\n"
        "13\t2026-12-05 19:30\t2\tAda\t12.0\n"
        "14\t2026-12-05 19:30\t2\tAda\tt12\n"
        "15\t2026-12-05 19:30\t2\tAda\tA1 / A2\n"
        "16\t2026-12-05 19:30\t2\tAda\tTables 12 & 13\n",
        {
            "1": {"at": "2026-12-05 19:30", "party_size": 2, "tables": ["12", "13"]},
            "2": {"at": "2026-12-05 19:30", "party_size": 2, "tables": ["T12", "T13"]},
            "3": {"at": "2026-12-05 19:30", "party_size": 2, "tables": ["12", "13"]},
            "4": {"at": "2026-12-05 19:30", "party_size": 2, "tables": ["12", "13"]},
            "5": {"at": "2026-12-05 19:30", "party_size": 2, "tables": ["12", "13"]},
            "6": {"at": "2026-12-05 19:30", "party_size": 2, "tables": ["T12", "T13"]},
            "7": {"at": "2026-12-05 19:30", "party_size": 2, "tables": ["12", "13"]},
            "8": {"at": "2026-12-05 19:30", "party_size": 2, "tables": ["12-13"]},
            "9": {"at": "2026-12-05 19:30", "party_size": 2, "tables": ["12", "13"]},
            "10": {"at": "2026-12-05 19:30", "party_size": 2, "tables": ["12", "13"]},
            "11": {"at": "2026-12-05 19:30", "party_size": 2, "tables": ["12"]},
            "12": {"at": "2026-12-05 19:30", "party_size": 2, "tables": ["12"]},
            "13": {"at": "2026-12-05 19:30", "party_size": 2, "tables": ["12"]},
            "14": {"at": "2026-12-05 19:30", "party_size": 2, "tables": ["T12"]},
            "15": {"at": "2026-12-05 19:30", "party_size": 2, "tables": ["A1", "A2"]},
            "16": {"at": "2026-12-05 19:30", "party_size": 2, "tables": ["12", "13"]},
        },
    ),
    File(
        "tables that are not here",
        "Europe/London",
        "Ref\tDate/Time\tCovers\tName\tTable\n"
        "1\t2026-12-05 19:30\t2\tAda\t99\n"
        "2\t2026-12-05 19:30\t2\tAda\t12+99\n"
        "3\t2026-12-05 19:30\t2\tAda\tBar\n"
        "4\t2026-12-05 19:30\t2\tAda\tn/a\n",
        {
            "1": {"at": "2026-12-05 19:30", "party_size": 2, "tables": ["99"]},
            "2": {"at": "2026-12-05 19:30", "party_size": 2, "tables": ["12", "99"]},
            "3": {"at": "2026-12-05 19:30", "party_size": 2, "tables": ["Bar"]},
            "4": {"at": "2026-12-05 19:30", "party_size": 2, "tables": []},
        },
    ),
    File(
        "odd optional",
        "Europe/London",
        "Ref,Date,Time,Covers,Name,Email,Duration,Language,Area\n"
        "1,2026-12-05,19:30,4,Ada,not-an-email,2h,English,Roof\n"
        "2,2026-12-05,19:30,4,Bo,,1.5 hours,en,\n"
        "3,2026-12-05,19:30,4,Cy,,1h30,en-GB,Patio\n"
        "4,2026-12-05,19:30,4,Di,,90 mins,de,\n",
        {
            "1": {"at": "2026-12-05 19:30", "party_size": 4, "notes_has": ["not-an-email", "2h", "English"]},
            "2": {"at": "2026-12-05 19:30", "party_size": 4, "notes_has": ["1.5 hours"]},
            "3": {"at": "2026-12-05 19:30", "party_size": 4, "notes_has": ["1h30"]},
            "4": {"at": "2026-12-05 19:30", "party_size": 4, "turn_minutes": 90},
        },
    ),
    File(
        "created and visit as date/time",
        "Europe/London",
        "Ref,Date/Time Created,Date/Time of Visit,Covers,Name\n1,2026-11-01 10:00,2026-12-05 19:30,4,Ada\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "created": "2026-11-01 10:00"}},
    ),
    File(
        "reservation made on / reserved for",
        "Europe/London",
        "Ref,Reservation Made On,Reserved For,Covers,Name\n1,2026-11-01 10:00,2026-12-05 19:30,4,Ada\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
    ),
    File(
        "made columns that are new words",
        "Europe/London",
        "Ref,Date Added,Date,Time,Last Modified,Covers,Name\n1,2026-11-01,2026-12-05,19:30,2026-11-02,4,Ada\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
    ),
    File(
        "arrival date time alone",
        "Europe/London",
        "Ref,Arrival Date/Time,Covers,Name\n1,2026-12-05 19:30,4,Ada\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
    ),
    File(
        "expected and actual covers",
        "Europe/London",
        "Ref,Date,Time,Expected Covers,Actual Covers,Name\n1,2026-12-05,19:30,4,3,Ada\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
    ),
    File(
        "free text by any name",
        "Europe/London",
        "Ref,Date,Time,Covers,Name,Staff Notes,Food Allergies,Chef comments,Tags,Occasion Details,N"
        "ote Date\n"
        "1,2026-12-05,19:30,4,Ada,regular,nuts,no salt,VIP,50th,2026-11-01\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "notes_has": ["regular", "nuts", "no salt", "VIP", "50th"]}},
    ),
    File(
        "free text de",
        "Europe/Berlin",
        "Buchungsnr.;Datum;Uhrzeit;Personen;Name;Besondere Wünsche;Allergien / Unverträglichkeiten;"
        "Küchenhinweis\n"
        "1;05.12.2026;19:30;4;Ada;Hund;Nüsse;scharf\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "notes_has": ["Hund", "Nüsse", "scharf"]}},
    ),
    File(
        "free text fr es",
        "Europe/Paris",
        "Réf.;Date;Heure;Couverts;Nom;Demandes spéciales;Peticiones especiales;Remarques du client\n"
        "1;2026-12-05;19:30;4;Ada;chaise haute;terraza;noix\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "notes_has": ["chaise haute", "terraza", "noix"]}},
    ),
    File(
        "phones by other names",
        "Europe/Berlin",
        "Buchungsnr.;Datum;Uhrzeit;Personen;Name;Telefon (mobil);E-Mail-Adresse\n"
        "1;05.12.2026;19:30;4;Ada;0171 1234567;a@example.de\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "phone": "+491711234567", "email": "a@example.de"}},
    ),
    File(
        "two states",
        "Europe/London",
        "Ref,Date,Time,Covers,Name,Booking Status,Arrival Status\n"
        "1,2026-12-05,19:30,4,Ada,Confirmed,No show\n"
        "2,2026-12-05,19:30,4,Bo,Cancelled,No show\n"
        "3,2026-12-05,19:30,4,Cy,Confirmed,\n",
        {
            "1": {"at": "2026-12-05 19:30", "party_size": 4, "state": "no_show"},
            "3": {"at": "2026-12-05 19:30", "party_size": 4, "state": "booked"},
        },
        faults={2: "conflicting_state"},
    ),
    File(
        "arrival status alone",
        "Europe/London",
        "Ref,Date,Time,Covers,Name,Arrival Status\n1,2026-11-05,19:30,4,Ada,No show\n",
        {"1": {"at": "2026-11-05 19:30", "party_size": 4, "state": "no_show"}},
    ),
    File(
        "confirmed with a cancellation time",
        "Europe/London",
        "Ref,Date,Time,Covers,Name,Status,Cancelled At\n"
        "1,2026-12-05,19:30,4,Ada,Confirmed,2026-11-30 10:00\n"
        "2,2026-12-05,19:30,2,Bo,Cancelled,2026-11-30 10:00\n"
        "3,2026-12-05,19:30,2,Cy,Confirmed,\n",
        {
            "2": {"at": "2026-12-05 19:30", "party_size": 2, "state": "cancelled"},
            "3": {"at": "2026-12-05 19:30", "party_size": 2},
        },
        faults={1: "conflicting_state"},
    ),
    File(
        "xlsx",
        "Europe/London",
        b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b\x0c\r\x0e\x0f"
        b"\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f !\"#$%&'()*+,-"
        b"./0123456789:;<=>?@ABCDEFGHIJK"
        b"LMNOPQRSTUVWXYZ[\\]^_`abcdefghi"
        b"jklmnopqrstuvwxyz{|}~\x7f\x80\x81\x82\x83\x84\x85\x86\x87"
        b"\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95\x96\x97\x98\x99\x9a\x9b\x9c\x9d\x9e\x9f\xa0\xa1\xa2\xa3\xa4\xa5"
        b"\xa6\xa7\xa8\xa9\xaa\xab\xac\xad\xae\xaf\xb0\xb1\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba\xbb\xbc\xbd\xbe\xbf\xc0\xc1\xc2\xc3"
        b"\xc4\xc5\xc6\xc7\xc8\xc9\xca\xcb\xcc\xcd\xce\xcf\xd0\xd1\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xd9\xda\xdb\xdc\xdd\xde\xdf\xe0\xe1"
        b"\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xeb\xec\xed\xee\xef\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa\xfb\xfc\xfd\xfe\xff"
        b"\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b\x0c\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d"
        b"\x1e\x1f !\"#$%&'()*+,-./0123456789:;"
        b"<=>?@ABCDEFGHIJKLMNOPQRSTUVWXY"
        b"Z[\\]^_`abcdefghijklmnopqrstuvw"
        b"xyz{|}~\x7f\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95"
        b"\x96\x97\x98\x99\x9a\x9b\x9c\x9d\x9e\x9f\xa0\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xab\xac\xad\xae\xaf\xb0\xb1\xb2\xb3"
        b"\xb4\xb5\xb6\xb7\xb8\xb9\xba\xbb\xbc\xbd\xbe\xbf\xc0\xc1\xc2\xc3\xc4\xc5\xc6\xc7\xc8\xc9\xca\xcb\xcc\xcd\xce\xcf\xd0\xd1"
        b"\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xd9\xda\xdb\xdc\xdd\xde\xdf\xe0\xe1\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xeb\xec\xed\xee\xef"
        b"\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa\xfb\xfc\xfd\xfe\xff\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b\x0c\r"
        b"\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f !\"#$%&'()*+"
        b",-./0123456789:;<=>?@ABCDEFGHI"
        b"JKLMNOPQRSTUVWXYZ[\\]^_`abcdefg"
        b"hijklmnopqrstuvwxyz{|}~\x7f\x80\x81\x82\x83\x84\x85"
        b"\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95\x96\x97\x98\x99\x9a\x9b\x9c\x9d\x9e\x9f\xa0\xa1\xa2\xa3"
        b"\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xab\xac\xad\xae\xaf\xb0\xb1\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba\xbb\xbc\xbd\xbe\xbf\xc0\xc1"
        b"\xc2\xc3\xc4\xc5\xc6\xc7\xc8\xc9\xca\xcb\xcc\xcd\xce\xcf\xd0\xd1\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xd9\xda\xdb\xdc\xdd\xde\xdf"
        b"\xe0\xe1\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xeb\xec\xed\xee\xef\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa\xfb\xfc\xfd"
        b"\xfe\xff\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b\x0c\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b"
        b"\x1c\x1d\x1e\x1f !\"#$%&'()*+,-./0123456789"
        b":;<=>?@ABCDEFGHIJKLMNOPQRSTUVW"
        b"XYZ[\\]^_`abcdefghijklmnopqrstu"
        b"vwxyz{|}~\x7f\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x92\x93"
        b"\x94\x95\x96\x97\x98\x99\x9a\x9b\x9c\x9d\x9e\x9f\xa0\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xab\xac\xad\xae\xaf\xb0\xb1"
        b"\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba\xbb\xbc\xbd\xbe\xbf\xc0\xc1\xc2\xc3\xc4\xc5\xc6\xc7\xc8\xc9\xca\xcb\xcc\xcd\xce\xcf"
        b"\xd0\xd1\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xd9\xda\xdb\xdc\xdd\xde\xdf\xe0\xe1\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xeb\xec\xed"
        b"\xee\xef\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa\xfb\xfc\xfd\xfe\xff\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b"
        b"\x0c\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f !\"#$%&'()"
        b"*+,-./0123456789:;<=>?@ABCDEFG"
        b"HIJKLMNOPQRSTUVWXYZ[\\]^_`abcde"
        b"fghijklmnopqrstuvwxyz{|}~\x7f\x80\x81\x82\x83"
        b"\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95\x96\x97\x98\x99\x9a\x9b\x9c\x9d\x9e\x9f\xa0\xa1"
        b"\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xab\xac\xad\xae\xaf\xb0\xb1\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba\xbb\xbc\xbd\xbe\xbf"
        b"\xc0\xc1\xc2\xc3\xc4\xc5\xc6\xc7\xc8\xc9\xca\xcb\xcc\xcd\xce\xcf\xd0\xd1\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xd9\xda\xdb\xdc\xdd"
        b"\xde\xdf\xe0\xe1\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xeb\xec\xed\xee\xef\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa\xfb"
        b"\xfc\xfd\xfe\xff\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b\x0c\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19"
        b"\x1a\x1b\x1c\x1d\x1e\x1f !\"#$%&'()*+,-./01234567"
        b"89:;<=>?@ABCDEFGHIJKLMNOPQRSTU"
        b"VWXYZ[\\]^_`abcdefghijklmnopqrs"
        b"tuvwxyz{|}~\x7f\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91"
        b"\x92\x93\x94\x95\x96\x97\x98\x99\x9a\x9b\x9c\x9d\x9e\x9f\xa0\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xab\xac\xad\xae\xaf"
        b"\xb0\xb1\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba\xbb\xbc\xbd\xbe\xbf\xc0\xc1\xc2\xc3\xc4\xc5\xc6\xc7\xc8\xc9\xca\xcb\xcc\xcd"
        b"\xce\xcf\xd0\xd1\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xd9\xda\xdb\xdc\xdd\xde\xdf\xe0\xe1\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xeb"
        b"\xec\xed\xee\xef\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa\xfb\xfc\xfd\xfe\xff\x00\x01\x02\x03\x04\x05\x06\x07\x08\t"
        b"\n\x0b\x0c\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f !\"#$%&'"
        b"()*+,-./0123456789:;<=>?@ABCDE"
        b"FGHIJKLMNOPQRSTUVWXYZ[\\]^_`abc"
        b"defghijklmnopqrstuvwxyz{|}~\x7f\x80\x81"
        b"\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95\x96\x97\x98\x99\x9a\x9b\x9c\x9d\x9e\x9f"
        b"\xa0\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xab\xac\xad\xae\xaf\xb0\xb1\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba\xbb\xbc\xbd"
        b"\xbe\xbf\xc0\xc1\xc2\xc3\xc4\xc5\xc6\xc7\xc8\xc9\xca\xcb\xcc\xcd\xce\xcf\xd0\xd1\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xd9\xda\xdb"
        b"\xdc\xdd\xde\xdf\xe0\xe1\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xeb\xec\xed\xee\xef\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9"
        b"\xfa\xfb\xfc\xfd\xfe\xff\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b\x0c\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17"
        b"\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f !\"#$%&'()*+,-./012345"
        b"6789:;<=>?@ABCDEFGHIJKLMNOPQRS"
        b"TUVWXYZ[\\]^_`abcdefghijklmnopq"
        b"rstuvwxyz{|}~\x7f\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f"
        b"\x90\x91\x92\x93\x94\x95\x96\x97\x98\x99\x9a\x9b\x9c\x9d\x9e\x9f\xa0\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xab\xac\xad"
        b"\xae\xaf\xb0\xb1\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba\xbb\xbc\xbd\xbe\xbf\xc0\xc1\xc2\xc3\xc4\xc5\xc6\xc7\xc8\xc9\xca\xcb"
        b"\xcc\xcd\xce\xcf\xd0\xd1\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xd9\xda\xdb\xdc\xdd\xde\xdf\xe0\xe1\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9"
        b"\xea\xeb\xec\xed\xee\xef\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa\xfb\xfc\xfd\xfe\xff\x00\x01\x02\x03\x04\x05\x06\x07"
        b'\x08\t\n\x0b\x0c\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f !"#$%'
        b"&'()*+,-./0123456789:;<=>?@ABC"
        b"DEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`a"
        b"bcdefghijklmnopqrstuvwxyz{|}~\x7f"
        b"\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95\x96\x97\x98\x99\x9a\x9b\x9c\x9d"
        b"\x9e\x9f\xa0\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xab\xac\xad\xae\xaf\xb0\xb1\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba\xbb"
        b"\xbc\xbd\xbe\xbf\xc0\xc1\xc2\xc3\xc4\xc5\xc6\xc7\xc8\xc9\xca\xcb\xcc\xcd\xce\xcf\xd0\xd1\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xd9"
        b"\xda\xdb\xdc\xdd\xde\xdf\xe0\xe1\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xeb\xec\xed\xee\xef\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7"
        b"\xf8\xf9\xfa\xfb\xfc\xfd\xfe\xff\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b\x0c\r\x0e\x0f\x10\x11\x12\x13\x14\x15"
        b"\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f !\"#$%&'()*+,-./0123"
        b"456789:;<=>?@ABCDEFGHIJKLMNOPQ"
        b"RSTUVWXYZ[\\]^_`abcdefghijklmno"
        b"pqrstuvwxyz{|}~\x7f\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d"
        b"\x8e\x8f\x90\x91\x92\x93\x94\x95\x96\x97\x98\x99\x9a\x9b\x9c\x9d\x9e\x9f\xa0\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xab"
        b"\xac\xad\xae\xaf\xb0\xb1\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba\xbb\xbc\xbd\xbe\xbf\xc0\xc1\xc2\xc3\xc4\xc5\xc6\xc7\xc8\xc9"
        b"\xca\xcb\xcc\xcd\xce\xcf\xd0\xd1\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xd9\xda\xdb\xdc\xdd\xde\xdf\xe0\xe1\xe2\xe3\xe4\xe5\xe6\xe7"
        b"\xe8\xe9\xea\xeb\xec\xed\xee\xef\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa\xfb\xfc\xfd\xfe\xff\x00\x01\x02\x03\x04\x05"
        b'\x06\x07\x08\t\n\x0b\x0c\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f !"#'
        b"$%&'()*+,-./0123456789:;<=>?@A"
        b"BCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_"
        b"`abcdefghijklmnopqrstuvwxyz{|}"
        b"~\x7f\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95\x96\x97\x98\x99\x9a\x9b"
        b"\x9c\x9d\x9e\x9f\xa0\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xab\xac\xad\xae\xaf\xb0\xb1\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9"
        b"\xba\xbb\xbc\xbd\xbe\xbf\xc0\xc1\xc2\xc3\xc4\xc5\xc6\xc7\xc8\xc9\xca\xcb\xcc\xcd\xce\xcf\xd0\xd1\xd2\xd3\xd4\xd5\xd6\xd7"
        b"\xd8\xd9\xda\xdb\xdc\xdd\xde\xdf\xe0\xe1\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xeb\xec\xed\xee\xef\xf0\xf1\xf2\xf3\xf4\xf5"
        b"\xf6\xf7\xf8\xf9\xfa\xfb\xfc\xfd\xfe\xff\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b\x0c\r\x0e\x0f\x10\x11\x12\x13"
        b"\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f !\"#$%&'()*+,-./01"
        b"23456789:;<=>?@ABCDEFGHIJKLMNO"
        b"PQRSTUVWXYZ[\\]^_`abcdefghijklm"
        b"nopqrstuvwxyz{|}~\x7f\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b"
        b"\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95\x96\x97\x98\x99\x9a\x9b\x9c\x9d\x9e\x9f\xa0\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9"
        b"\xaa\xab\xac\xad\xae\xaf\xb0\xb1\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba\xbb\xbc\xbd\xbe\xbf\xc0\xc1\xc2\xc3\xc4\xc5\xc6\xc7"
        b"\xc8\xc9\xca\xcb\xcc\xcd\xce\xcf\xd0\xd1\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xd9\xda\xdb\xdc\xdd\xde\xdf\xe0\xe1\xe2\xe3\xe4\xe5"
        b"\xe6\xe7\xe8\xe9\xea\xeb\xec\xed\xee\xef\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa\xfb\xfc\xfd\xfe\xff\x00\x01\x02\x03"
        b"\x04\x05\x06\x07\x08\t\n\x0b\x0c\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f !"
        b"\"#$%&'()*+,-./0123456789:;<=>?"
        b"@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]"
        b"^_`abcdefghijklmnopqrstuvwxyz{"
        b"|}~\x7f\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95\x96\x97\x98\x99"
        b"\x9a\x9b\x9c\x9d\x9e\x9f\xa0\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xab\xac\xad\xae\xaf\xb0\xb1\xb2\xb3\xb4\xb5\xb6\xb7"
        b"\xb8\xb9\xba\xbb\xbc\xbd\xbe\xbf\xc0\xc1\xc2\xc3\xc4\xc5\xc6\xc7\xc8\xc9\xca\xcb\xcc\xcd\xce\xcf\xd0\xd1\xd2\xd3\xd4\xd5"
        b"\xd6\xd7\xd8\xd9\xda\xdb\xdc\xdd\xde\xdf\xe0\xe1\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xeb\xec\xed\xee\xef\xf0\xf1\xf2\xf3"
        b"\xf4\xf5\xf6\xf7\xf8\xf9\xfa\xfb\xfc\xfd\xfe\xff\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b\x0c\r\x0e\x0f\x10\x11"
        b"\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f !\"#$%&'()*+,-./"
        b"0123456789:;<=>?@ABCDEFGHIJKLM"
        b"NOPQRSTUVWXYZ[\\]^_`abcdefghijk"
        b"lmnopqrstuvwxyz{|}~\x7f\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89"
        b"\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95\x96\x97\x98\x99\x9a\x9b\x9c\x9d\x9e\x9f\xa0\xa1\xa2\xa3\xa4\xa5\xa6\xa7"
        b"\xa8\xa9\xaa\xab\xac\xad\xae\xaf\xb0\xb1\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba\xbb\xbc\xbd\xbe\xbf\xc0\xc1\xc2\xc3\xc4\xc5"
        b"\xc6\xc7\xc8\xc9\xca\xcb\xcc\xcd\xce\xcf\xd0\xd1\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xd9\xda\xdb\xdc\xdd\xde\xdf\xe0\xe1\xe2\xe3"
        b"\xe4\xe5\xe6\xe7\xe8\xe9\xea\xeb\xec\xed\xee\xef\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa\xfb\xfc\xfd\xfe\xff\x00\x01"
        b"\x02\x03\x04\x05\x06\x07\x08\t\n\x0b\x0c\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f"
        b" !\"#$%&'()*+,-./0123456789:;<="
        b">?@ABCDEFGHIJKLMNOPQRSTUVWXYZ["
        b"\\]^_`abcdefghijklmnopqrstuvwxy"
        b"z{|}~\x7f\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95\x96\x97"
        b"\x98\x99\x9a\x9b\x9c\x9d\x9e\x9f\xa0\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xab\xac\xad\xae\xaf\xb0\xb1\xb2\xb3\xb4\xb5"
        b"\xb6\xb7\xb8\xb9\xba\xbb\xbc\xbd\xbe\xbf\xc0\xc1\xc2\xc3\xc4\xc5\xc6\xc7\xc8\xc9\xca\xcb\xcc\xcd\xce\xcf\xd0\xd1\xd2\xd3"
        b"\xd4\xd5\xd6\xd7\xd8\xd9\xda\xdb\xdc\xdd\xde\xdf\xe0\xe1\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xeb\xec\xed\xee\xef\xf0\xf1"
        b"\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa\xfb\xfc\xfd\xfe\xff\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b\x0c\r\x0e\x0f"
        b"\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f !\"#$%&'()*+,-"
        b"./0123456789:;<=>?@ABCDEFGHIJK"
        b"LMNOPQRSTUVWXYZ[\\]^_`abcdefghi"
        b"jklmnopqrstuvwxyz{|}~\x7f\x80\x81\x82\x83\x84\x85\x86\x87"
        b"\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95\x96\x97\x98\x99\x9a\x9b\x9c\x9d\x9e\x9f\xa0\xa1\xa2\xa3\xa4\xa5"
        b"\xa6\xa7\xa8\xa9\xaa\xab\xac\xad\xae\xaf\xb0\xb1\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba\xbb\xbc\xbd\xbe\xbf\xc0\xc1\xc2\xc3"
        b"\xc4\xc5\xc6\xc7\xc8\xc9\xca\xcb\xcc\xcd\xce\xcf\xd0\xd1\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xd9\xda\xdb\xdc\xdd\xde\xdf\xe0\xe1"
        b"\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xeb\xec\xed\xee\xef\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa\xfb\xfc\xfd\xfe\xff"
        b"\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b\x0c\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d"
        b"\x1e\x1f !\"#$%&'()*+,-./0123456789:;"
        b"<=>?@ABCDEFGHIJKLMNOPQRSTUVWXY"
        b"Z[\\]^_`abcdefghijklmnopqrstuvw"
        b"xyz{|}~\x7f\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95"
        b"\x96\x97\x98\x99\x9a\x9b\x9c\x9d\x9e\x9f\xa0\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xab\xac\xad\xae\xaf\xb0\xb1\xb2\xb3"
        b"\xb4\xb5\xb6\xb7\xb8\xb9\xba\xbb\xbc\xbd\xbe\xbf\xc0\xc1\xc2\xc3\xc4\xc5\xc6\xc7\xc8\xc9\xca\xcb\xcc\xcd\xce\xcf\xd0\xd1"
        b"\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xd9\xda\xdb\xdc\xdd\xde\xdf\xe0\xe1\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xeb\xec\xed\xee\xef"
        b"\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa\xfb\xfc\xfd\xfe\xff\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b\x0c\r"
        b"\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f !\"#$%&'()*+"
        b",-./0123456789:;<=>?@ABCDEFGHI"
        b"JKLMNOPQRSTUVWXYZ[\\]^_`abcdefg"
        b"hijklmnopqrstuvwxyz{|}~\x7f\x80\x81\x82\x83\x84\x85"
        b"\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95\x96\x97\x98\x99\x9a\x9b\x9c\x9d\x9e\x9f\xa0\xa1\xa2\xa3"
        b"\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xab\xac\xad\xae\xaf\xb0\xb1\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba\xbb\xbc\xbd\xbe\xbf\xc0\xc1"
        b"\xc2\xc3\xc4\xc5\xc6\xc7\xc8\xc9\xca\xcb\xcc\xcd\xce\xcf\xd0\xd1\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xd9\xda\xdb\xdc\xdd\xde\xdf"
        b"\xe0\xe1\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xeb\xec\xed\xee\xef\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa\xfb\xfc\xfd"
        b"\xfe\xff\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b\x0c\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b"
        b"\x1c\x1d\x1e\x1f !\"#$%&'()*+,-./0123456789"
        b":;<=>?@ABCDEFGHIJKLMNOPQRSTUVW"
        b"XYZ[\\]^_`abcdefghijklmnopqrstu"
        b"vwxyz{|}~\x7f\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x92\x93"
        b"\x94\x95\x96\x97\x98\x99\x9a\x9b\x9c\x9d\x9e\x9f\xa0\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xab\xac\xad\xae\xaf\xb0\xb1"
        b"\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba\xbb\xbc\xbd\xbe\xbf\xc0\xc1\xc2\xc3\xc4\xc5\xc6\xc7\xc8\xc9\xca\xcb\xcc\xcd\xce\xcf"
        b"\xd0\xd1\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xd9\xda\xdb\xdc\xdd\xde\xdf\xe0\xe1\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xeb\xec\xed"
        b"\xee\xef\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa\xfb\xfc\xfd\xfe\xff\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b"
        b"\x0c\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f !\"#$%&'()"
        b"*+,-./0123456789:;<=>?@ABCDEFG"
        b"HIJKLMNOPQRSTUVWXYZ[\\]^_`abcde"
        b"fghijklmnopqrstuvwxyz{|}~\x7f\x80\x81\x82\x83"
        b"\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95\x96\x97\x98\x99\x9a\x9b\x9c\x9d\x9e\x9f\xa0\xa1"
        b"\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xab\xac\xad\xae\xaf\xb0\xb1\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba\xbb\xbc\xbd\xbe\xbf"
        b"\xc0\xc1\xc2\xc3\xc4\xc5\xc6\xc7\xc8\xc9\xca\xcb\xcc\xcd\xce\xcf\xd0\xd1\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xd9\xda\xdb\xdc\xdd"
        b"\xde\xdf\xe0\xe1\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xeb\xec\xed\xee\xef\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa\xfb"
        b"\xfc\xfd\xfe\xff",
        {},
        file="not_a_table",
        as_json=True,
    ),
    File(
        "xls",
        "Europe/London",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
        b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
        b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
        b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
        b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
        b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
        b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
        b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
        b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
        b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
        b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
        b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
        b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
        b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
        b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
        b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
        b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
        b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
        {},
        file="not_a_table",
        as_json=True,
    ),
    File(
        "pdf",
        "Europe/London",
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n",
        {},
        file="not_a_table",
        as_json=True,
    ),
    File(
        "html",
        "Europe/London",
        "<html><body><table><tr><th>Ref</th><th>Date</th></tr></table></body></html>",
        {},
        file="not_a_table",
        as_json=True,
    ),
    File(
        "gz",
        "Europe/London",
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03abc",
        {},
        file="not_a_table",
        as_json=True,
    ),
    File(
        "one json line",
        "Europe/London",
        '{"id":"1","starts_at":"2026-12-05T19:30:00Z","party_size":4,"name":"Ada"}\n',
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
        as_json=True,
    ),
    File(
        "json lines named json",
        "Europe/London",
        '{"id":"1","starts_at":"2026-12-05T19:30:00Z","party_size":4,"name":"Ada"}\n'
        '{"id":"2","starts_at":"2026-12-05T19:30:00Z","party_size":2,"name":"Bo"}\n',
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}, "2": {"at": "2026-12-05 19:30", "party_size": 2}},
        as_json=True,
    ),
    File(
        "json tz",
        "Europe/London",
        '[{"id": "1", "start": "2026-12-05T14:30:00", "timezone": "America/New_York", "partySize": 4, "guest": "Ada"}]',
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
        as_json=True,
    ),
    File(
        "json guest counts",
        "Europe/London",
        '[{"id": "1", "start": "2026-12-05T19:30:00", "adults": 2, "children": 1, "contact": {"firs'
        'tName": "Ada", "lastName": "L", "email": "a@example.com", "phoneNumber": "07700900123"}, "'
        'notes": ["window", "nuts"], "cancelledAt": null, "seatedAt": "2026-12-05T19:40:00"}]',
        {
            "1": {
                "at": "2026-12-05 19:30",
                "party_size": 3,
                "name": "Ada L",
                "phone": "+447700900123",
                "notes_has": ["window", "nuts"],
            }
        },
        as_json=True,
    ),
    File(
        "json empty",
        "Europe/London",
        '{"reservations":[]}',
        {},
        file="no_rows",
        as_json=True,
    ),
    File(
        "json by key",
        "Europe/London",
        '{"reservations":{"a":{"start":"2026-12-05T19:30:00Z"}}}',
        {},
        file="invalid_json",
        as_json=True,
    ),
    File(
        "more date forms",
        "Europe/London",
        "Ref\tDate/Time\tCovers\tName\n"
        "1\t20261205 1930\t2\tAda\n"
        "2\t2026-12-05 19:30:00 Europe/London\t2\tAda\n"
        "3\t2026-12-05 07:30:00 PM +0000\t2\tAda\n"
        "4\t5 Dec 2026 7:30 pm GMT\t2\tAda\n"
        "5\t2026-12-05T19.30\t2\tAda\n"
        "6\t5.12.2026 19.30\t2\tAda\n"
        "7\tSaturday 5/12/2026 7.30pm\t2\tAda\n"
        "8\t12/5/2026 7:30:00 PM UTC\t2\tAda\n"
        "9\t2026-12-05 19:30 Z\t2\tAda\n"
        "10\t05 December 2026 at 19:30 hrs\t2\tAda\n"
        "11\t5 December 2026 - 7:30pm\t2\tAda\n"
        "12\tSat 5 Dec 2026 19:30 (GMT)\t2\tAda\n"
        "13\tSat 05 Dec 26 19:30\t2\tAda\n",
        {
            "1": {"at": "2026-12-05 19:30", "party_size": 2},
            "2": {"at": "2026-12-05 19:30", "party_size": 2},
            "3": {"at": "2026-12-05 19:30", "party_size": 2},
            "4": {"at": "2026-12-05 19:30", "party_size": 2},
            "5": {"at": "2026-12-05 19:30", "party_size": 2},
            "6": {"at": "2026-12-05 19:30", "party_size": 2},
            "7": {"at": "2026-12-05 19:30", "party_size": 2},
            "9": {"at": "2026-12-05 19:30", "party_size": 2},
            "10": {"at": "2026-12-05 19:30", "party_size": 2},
            "11": {"at": "2026-12-05 19:30", "party_size": 2},
            "12": {"at": "2026-12-05 19:30", "party_size": 2},
            "13": {"at": "2026-12-05 19:30", "party_size": 2},
        },
        faults={8: "ambiguous_date"},
    ),
    File(
        "from and to is no offset",
        "Europe/London",
        "Ref\tDate/Time\tCovers\tName\n"
        "1\t11:30-13:30\t2\tAda\n"
        "2\t12:00-14:00\t2\tAda\n"
        "3\t2026-12-05 09:00-11:00\t2\tAda\n"
        "4\t2026-12-05 12:00-14:00\t2\tAda\n"
        "5\t2026-12-05 19:30 – 21:30\t2\tAda\n"
        "6\t2026-12-05 23:00-01:00\t2\tAda\n"
        "7\t05.12.2026 18:00/20:30\t2\tAda\n"
        "8\t2026-12-05 19:30 oder 20:00\t2\tAda\n",
        {},
        faults={
            1: "invalid_datetime",
            2: "invalid_datetime",
            3: "invalid_datetime",
            4: "invalid_datetime",
            5: "invalid_datetime",
            6: "invalid_datetime",
            7: "invalid_datetime",
            8: "invalid_datetime",
        },
    ),
    File(
        "offsets stay offsets",
        "Europe/London",
        "Ref\tDate/Time\tCovers\tName\n"
        "1\t2026-12-05 14:30-05:00\t2\tAda\n"
        "2\t2026-12-05 14:30:00-05:00\t2\tAda\n"
        "3\t2026-12-05T14:30-05:00\t2\tAda\n"
        "4\t2026-12-05 09:30:00-10:00\t2\tAda\n"
        "5\t2026-12-05T09:30-10:00\t2\tAda\n",
        {
            "1": {"at": "2026-12-05 19:30", "party_size": 2},
            "2": {"at": "2026-12-05 19:30", "party_size": 2},
            "3": {"at": "2026-12-05 19:30", "party_size": 2},
            "4": {"at": "2026-12-05 19:30", "party_size": 2},
            "5": {"at": "2026-12-05 19:30", "party_size": 2},
        },
    ),
    File(
        "range in the time column",
        "Europe/Berlin",
        "Buchungsnr.;Datum;Uhrzeit;Personen;Name\n"
        "1;05.12.2026;12:00-14:00;4;Ada\n"
        "2;05.12.2026;19:30 - 21:30 Uhr;4;Bo\n"
        "3;05.12.2026;19.30-21.30;4;Bo\n",
        {},
        faults={1: "invalid_datetime", 2: "invalid_datetime", 3: "invalid_datetime"},
    ),
    File(
        "begin end",
        "Europe/Berlin",
        "Buchungsnr.;Datum;Beginn;Ende;Name;Personen\n1;05.12.2026;19:30;21:30;Ada;4\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
    ),
    File(
        "debut fin",
        "Europe/Paris",
        "N° résa;Date;Heure de début;Heure de fin;Nom;Pers.\n1;2026-12-05;19:30;21:30;Ada;4\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
    ),
    File(
        "inicio fin",
        "Europe/Madrid",
        "Nº reserva;Fecha;Hora inicio;Hora fin;Nombre;Pax\n1;2026-12-05;19:30;21:30;Ada;4\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
    ),
    File(
        "start end date",
        "Europe/London",
        "Booking No,Start Time,End Time,Date,Name,Size\n1,19:30,21:30,2026-12-05,Ada,4\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
    ),
    File(
        "nbsp everywhere",
        "Europe/Paris",
        "Réf.;Date;Heure;Couverts;Nom\n1;05.12.2026\xa0;\xa019\u202fh\u202f30;4\xa0pers.;Ada\xa0\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Ada"}},
    ),
    File(
        "header decoration",
        "Europe/Berlin",
        "BUCHUNGSNR.:;DATUM *;UHRZEIT:;PERSONEN (Pflichtfeld);NAME*\n1;05.12.2026;19:30;4;Ada\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Ada"}},
    ),
    File(
        "utc time and plain date",
        "America/New_York",
        "id,date,time (UTC),covers,name\n1,2026-12-06,00:30,4,Ada\n",
        {},
        faults={1: "utc_without_date"},
    ),
    File(
        "header says a place",
        "Europe/London",
        "id,Start (America/New_York),covers,name\n1,2026-12-05 14:30,4,Ada\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
    ),
    File(
        "dates header jj/mm/aaaa",
        "Europe/Paris",
        "Réf.;Date (JJ/MM/AAAA);Heure;Couverts;Nom\n1;05/12/2026;19:30;4;Ada\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
    ),
    File(
        "dates header tt.mm.jjjj",
        "Europe/Berlin",
        "Buchungsnr.;Datum (TT.MM.JJJJ);Uhrzeit (hh:mm);Personen;Name\n1;05.12.2026;19:30;4;Ada\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
    ),
    File(
        "wrong header order is not forced",
        "Europe/London",
        "Ref,Date (DD/MM/YYYY),Time,Covers,Name\n1,12/25/2026,19:30,4,Ada\n2,05/12/2026,19:30,4,Bo\n",
        {"2": {"at": "2026-12-05 19:30", "party_size": 4}},
        faults={1: "invalid_datetime"},
    ),
    File(
        "titles with commas",
        "Europe/London",
        "Reservations, The Inn, 5 Dec 2026\n"
        "From: 01/12/2026,To: 31/12/2026\n"
        "\n"
        "Ref,Date,Time,Covers,Name\n"
        "1,2026-12-05,19:30,4,Ada\n"
        "Exported on 2026-12-01 by Maria\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
        ignored=3,
    ),
    File(
        "ctrl z at the end",
        "Europe/London",
        "Ref,Date,Time,Covers,Name\r\n1,2026-12-05,19:30,4,Ada\r\n\x1a",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
        faults={2: None},
    ),
    File(
        "bare id and customer ids",
        "Europe/London",
        "Customer No,Booking No,Venue ID,Date,Time,Covers,Name\n9,1,3,2026-12-05,19:30,4,Ada\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
    ),
    File(
        "unnamed column",
        "Europe/London",
        "Ref,,Date,Time,Covers,Name\n1,x,2026-12-05,19:30,4,Ada\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
    ),
    File(
        "tsv with empty first cells",
        "Europe/London",
        "Ref\tTable\tDate\tTime\tCovers\tName\n1\t\t2026-12-05\t19:30\t4\tAda\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
    ),
    File(
        "tab and blanks in names",
        "Europe/London",
        "Ref\tDate\tTime\tCovers\tName\n1\t2026-12-05\t19:30\t4\t  Ada   Lovelace \n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Ada   Lovelace"}},
    ),
    File(
        "utf16 le without a mark",
        "Europe/Berlin",
        b"B\x00u\x00c\x00h\x00u\x00n\x00g\x00s\x00n\x00r\x00.\x00;\x00D\x00a\x00t\x00"
        b"u\x00m\x00;\x00U\x00h\x00r\x00z\x00e\x00i\x00t\x00;\x00P\x00e\x00r\x00s\x00"
        b"o\x00n\x00e\x00n\x00;\x00N\x00a\x00m\x00e\x00\n\x001\x00;\x000\x005\x00.\x00"
        b"1\x002\x00.\x002\x000\x002\x006\x00;\x001\x009\x00:\x003\x000\x00;\x004\x00"
        b";\x00J\x00\xfc\x00r\x00g\x00e\x00n\x00\n\x00",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Jürgen"}},
    ),
    File(
        "utf8 mark told cp1252",
        "Europe/Berlin",
        "\ufeffBuchungsnr.;Datum;Uhrzeit;Personen;Name\n1;05.12.2026;19:30;4;Jürgen\n",
        {},
        file="wrong_encoding",
        mapping={"encoding": "cp1252"},
    ),
    File(
        "latin1 as told, all ascii",
        "Europe/London",
        "Ref,Date,Time,Covers,Name\n1,2026-12-05,19:30,4,Ada\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
        mapping={"encoding": "latin-1"},
    ),
    File(
        "iso-8859-2",
        "Europe/Warsaw",
        b"Ref;Date;Time;Covers;Name\n1;05.12.2026;19:30;4;Za\xbf\xf3\xb3\xe6 G\xea\xb6l\xb1\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Zażółć Gęślą"}},
        mapping={"encoding": "iso-8859-2"},
    ),
    File(
        "more parties",
        "Europe/London",
        "Ref\tDate/Time\tCovers\tName\n"
        "1\t2026-12-05 19:30\t6 Pers\tAda\n"
        "2\t2026-12-05 19:30\t6 PAX\tAda\n"
        "3\t2026-12-05 19:30\t6pax\tAda\n"
        "4\t2026-12-05 19:30\t6 guest(s)\tAda\n"
        "5\t2026-12-05 19:30\tsix\tAda\n"
        "6\t2026-12-05 19:30\t6 pp\tAda\n"
        "7\t2026-12-05 19:30\tparty: 6\tAda\n"
        "8\t2026-12-05 19:30\t2A 1C\tAda\n"
        "9\t2026-12-05 19:30\t2 Erwachsene, 1 Baby\tAda\n"
        "10\t2026-12-05 19:30\t10+\tAda\n"
        "11\t2026-12-05 19:30\t3 ½\tAda\n"
        "12\t2026-12-05 19:30\t6 covers + 1 highchair\tAda\n"
        "13\t2026-12-05 19:30\t2 people 2 kids\tAda\n"
        "14\t2026-12-05 19:30\t12 Gäste\tAda\n",
        {
            "1": {"at": "2026-12-05 19:30", "party_size": 6},
            "2": {"at": "2026-12-05 19:30", "party_size": 6},
            "3": {"at": "2026-12-05 19:30", "party_size": 6},
            "4": {"at": "2026-12-05 19:30", "party_size": 6},
            "6": {"at": "2026-12-05 19:30", "party_size": 6},
            "14": {"at": "2026-12-05 19:30", "party_size": 12},
        },
        faults={
            5: "out_of_range",
            7: "out_of_range",
            8: "out_of_range",
            9: "out_of_range",
            10: "out_of_range",
            11: "out_of_range",
            12: "out_of_range",
            13: "out_of_range",
        },
    ),
    File(
        "more states",
        "Europe/London",
        "Ref\tDate/Time\tCovers\tName\tStatus\n"
        "1\t2026-11-05 19:30\t2\tAda\tCancelled (guest)\n"
        "2\t2026-11-05 19:30\t2\tAda\tCANCELED_BY_DINER\n"
        "3\t2026-11-05 19:30\t2\tAda\tConfirmed via SMS\n"
        "4\t2026-11-05 19:30\t2\tAda\tNot cancelled\n"
        "5\t2026-11-05 19:30\t2\tAda\tWaitlist\n"
        "6\t2026-11-05 19:30\t2\tAda\tConfirmed - unpaid\n"
        "7\t2026-11-05 19:30\t2\tAda\tno-show (charged)\n"
        "8\t2026-11-05 19:30\t2\tAda\tSeated - Dessert\n"
        "9\t2026-11-05 19:30\t2\tAda\tPaid\n"
        "10\t2026-11-05 19:30\t2\tAda\tRebooked\n"
        "11\t2026-11-05 19:30\t2\tAda\tcancelled?\n"
        "12\t2026-11-05 19:30\t2\tAda\tLate\n"
        "13\t2026-11-05 19:30\t2\tAda\t-\n",
        {
            "1": {"at": "2026-11-05 19:30", "party_size": 2, "state": "cancelled"},
            "2": {"at": "2026-11-05 19:30", "party_size": 2, "state": "cancelled"},
            "3": {"at": "2026-11-05 19:30", "party_size": 2, "state": "booked"},
            "9": {"at": "2026-11-05 19:30", "party_size": 2, "state": "seated"},
            "13": {"at": "2026-11-05 19:30", "party_size": 2, "state": "booked"},
        },
        faults={
            4: "unknown_state",
            5: "unknown_state",
            6: "unknown_state",
            7: "unknown_state",
            8: "unknown_state",
            10: "unknown_state",
            11: "unknown_state",
            12: "unknown_state",
        },
    ),
    File(
        "tables 50",
        "Europe/London",
        "Ref\tDate/Time\tCovers\tName\tTable\n"
        "1\t2026-12-05 19:30\t2\tAda\tT 12\n"
        "2\t2026-12-05 19:30\t2\tAda\t12,13\n"
        "3\t2026-12-05 19:30\t2\tAda\t#12\n"
        "4\t2026-12-05 19:30\t2\tAda\tN/A\n"
        "5\t2026-12-05 19:30\t2\tAda\t-\n"
        "6\t2026-12-05 19:30\t2\tAda\t12 + 13 \n"
        "7\t2026-12-05 19:30\t2\tAda\t12 (window)\n"
        "8\t2026-12-05 19:30\t2\tAda\tT12, 99\n",
        {
            "1": {"at": "2026-12-05 19:30", "party_size": 2, "tables": ["T 12"]},
            "2": {"at": "2026-12-05 19:30", "party_size": 2, "tables": ["12", "13"]},
            "3": {"at": "2026-12-05 19:30", "party_size": 2, "tables": ["12"]},
            "4": {"at": "2026-12-05 19:30", "party_size": 2, "tables": []},
            "5": {"at": "2026-12-05 19:30", "party_size": 2, "tables": []},
            "6": {"at": "2026-12-05 19:30", "party_size": 2, "tables": ["12", "13"]},
            "7": {"at": "2026-12-05 19:30", "party_size": 2, "tables": ["12 (window)"]},
            "8": {"at": "2026-12-05 19:30", "party_size": 2, "tables": ["T12", "99"]},
        },
    ),
    File(
        "more phones",
        "Europe/London",
        "Ref\tDate/Time\tCovers\tName\tPhone\n"
        "1\t2026-12-05 19:30\t2\tAda\t07700 900123\n"
        "2\t2026-12-05 19:30\t2\tAda\t7700900123\n"
        "3\t2026-12-05 19:30\t2\tAda\t(0)7700 900123\n"
        "4\t2026-12-05 19:30\t2\tAda\t447700900123\n"
        "5\t2026-12-05 19:30\t2\tAda\t+44 (0) 7700 900123\n"
        "6\t2026-12-05 19:30\t2\tAda\t020 7946 0000 ext 12\n"
        "7\t2026-12-05 19:30\t2\tAda\t٠٧٧٠٠ ٩٠٠١٢٣\n"
        "8\t2026-12-05 19:30\t2\tAda\t07700-900-123\n"
        "9\t2026-12-05 19:30\t2\tAda\t+1 212 555 0111\n"
        "10\t2026-12-05 19:30\t2\tAda\tn/a\n"
        "11\t2026-12-05 19:30\t2\tAda\t0\n"
        "12\t2026-12-05 19:30\t2\tAda\t07700900123 (Ann)\n",
        {
            "1": {"at": "2026-12-05 19:30", "party_size": 2, "phone": "+447700900123"},
            "2": {"at": "2026-12-05 19:30", "party_size": 2, "phone": "+447700900123"},
            "3": {"at": "2026-12-05 19:30", "party_size": 2, "phone": "+447700900123"},
            "4": {"at": "2026-12-05 19:30", "party_size": 2, "phone": "+447700900123"},
            "5": {"at": "2026-12-05 19:30", "party_size": 2, "phone": "+447700900123"},
            "6": {"at": "2026-12-05 19:30", "party_size": 2, "phone": "+442079460000"},
            "7": {"at": "2026-12-05 19:30", "party_size": 2, "phone": "+447700900123"},
            "8": {"at": "2026-12-05 19:30", "party_size": 2, "phone": "+447700900123"},
            "9": {"at": "2026-12-05 19:30", "party_size": 2, "phone": "+12125550111"},
            "10": {"at": "2026-12-05 19:30", "party_size": 2, "phone": None, "notes_has": ["n/a"]},
            "11": {"at": "2026-12-05 19:30", "party_size": 2, "phone": None, "notes_has": ["0"]},
            "12": {"at": "2026-12-05 19:30", "party_size": 2, "phone": None, "notes_has": ["07700900123 (Ann)"]},
        },
    ),
    File(
        "google form",
        "Europe/London",
        "Timestamp,Booking ID,Full name,Mobile number,How many guests?,Date of visit,Time of arriva"
        "l,Anything else we should know? (notes)\n"
        "01/12/2026 10:22:31,7,Ada L,07700900123,4,25/12/2026,19:30:00,nuts\n",
        {"7": {"at": "2026-12-25 19:30", "party_size": 4, "name": "Ada L", "notes_has": ["nuts"]}},
    ),
    File(
        "date of booking and date of visit",
        "Europe/London",
        "Ref,Date of booking,Date of visit,Time,Covers,Name\n1,2026-11-01,2026-12-05,19:30,4,Ada\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
    ),
    File(
        "date booked and date",
        "Europe/London",
        "Ref,Date booked,Date,Time booked,Time,Covers,Name\n1,2026-11-01,2026-12-05,10:00,19:30,4,Ada\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "created": "2026-11-01 10:00"}},
    ),
    File(
        "datum der buchung",
        "Europe/Berlin",
        "Buchungsnr.;Buchung erstellt am;Datum des Besuchs;Uhrzeit;Personen;Name\n"
        "1;01.11.2026 10:00;05.12.2026;19:30;4;Ada\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "created": "2026-11-01 10:00"}},
    ),
    File(
        "gebucht am datum",
        "Europe/Berlin",
        "Buchungsnr.;Gebucht am;Datum;Uhrzeit;Personen;Name;Gebucht von\n"
        "1;01.11.2026 10:00;05.12.2026;19:30;4;Ada;Maria\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "created": "2026-11-01 10:00"}},
    ),
    File(
        "cree le",
        "Europe/Paris",
        "N°;N° de réservation;Créé le;Créé par;Date;Heure;Couverts;Nom\n"
        "5;1;01/11/2026 10:00;Luc;25/12/2026;19:30;4;Ada\n",
        {"1": {"at": "2026-12-25 19:30", "party_size": 4}},
    ),
    File(
        "creado el",
        "Europe/Madrid",
        "Nº reserva;Creado el;Creado por;Fecha;Hora;Personas;Nombre\n1;2026-11-01 10:00;Luis;2026-12-05;19:30;4;Ada\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "created": "2026-11-01 10:00"}},
    ),
    File(
        "table no and covers",
        "Europe/London",
        "Booking No,Table No,Table Seats,Date,Time,No. of Covers,Name\n1,12,6,2026-12-05,19:30,4,Ada\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "tables": ["12"]}},
    ),
    File(
        "staff name",
        "Europe/London",
        "Ref,Staff name,Guest name,Date,Time,Covers\n1,Maria,Ada,2026-12-05,19:30,4\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Ada"}},
    ),
    File(
        "company and name",
        "Europe/London",
        "Ref,Company,Name,Date,Time,Covers\n1,ACME,Ada,2026-12-05,19:30,4\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Ada"}},
    ),
    File(
        "guest and host",
        "Europe/London",
        "Ref,Guest,Host,Date,Time,Guests\n1,Ada,Bob,2026-12-05,19:30,4\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Ada"}},
    ),
    File(
        "date of birth",
        "Europe/London",
        "Ref,Name,Date of birth,Date,Time,Covers,Birthday\n1,Ada,1980-05-05,2026-12-05,19:30,4,05/05\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
    ),
    File(
        "deposit date and paid",
        "Europe/London",
        "Ref,Name,Deposit date,Date,Time,Covers,Payment status,Deposit\n"
        "1,Ada,2026-11-05,2026-12-05,19:30,4,Paid,£20.00\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "state": "booked"}},
    ),
    File(
        "covers with babies",
        "Europe/London",
        "Ref,Date,Time,Adults,Children,Babies,Name\n1,2026-12-05,19:30,2,1,1,Ada\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 3}},
    ),
    File(
        "adults total",
        "Europe/London",
        "Ref,Date,Time,Adults,Kids,Total guests,Name\n1,2026-12-05,19:30,2,1,3,Ada\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 3}},
    ),
    File(
        "adults unread",
        "Europe/London",
        "Ref,Date,Time,Adults,Kids,Name\n"
        "1,2026-12-05,19:30,2,?,Ada\n"
        "2,2026-12-05,19:30,,2,Bo\n"
        "3,2026-12-05,19:30,2,-,Cy\n",
        {"2": {"at": "2026-12-05 19:30", "party_size": 2}, "3": {"at": "2026-12-05 19:30", "party_size": 2}},
        faults={1: "out_of_range"},
    ),
    File(
        "time in words",
        "Europe/London",
        "Ref,Date,Time,Covers,Name\n1,2026-12-05,Dinner,4,Ada\n2,2026-12-05,midnight,4,Bo\n",
        {},
        faults={1: "invalid_datetime", 2: "invalid_datetime"},
    ),
    File(
        "time zone of each row over a clock change",
        "America/New_York",
        "id,start,tz,covers,name\n"
        "1,2026-11-01 01:30,America/New_York,4,Ada\n"
        "2,2026-11-01 01:30,UTC,4,Bo\n"
        "3,2026-12-05 20:30,+01:00,4,Cy\n"
        "4,2026-12-05 19:30,Mars/Base,4,Di\n"
        "5,2026-12-05 19:30:00-05:00,Mars/Base,4,Ed\n",
        {
            "2": {"at": "2026-11-01 01:30Z", "party_size": 4},
            "3": {"at": "2026-12-05 19:30Z", "party_size": 4},
            "5": {"at": "2026-12-05 19:30", "party_size": 4},
        },
        faults={1: "ambiguous_local_time", 4: "unknown_zone"},
    ),
    File(
        "utc offset header negative",
        "America/New_York",
        "id,start (UTC-5),covers,name\n1,2026-12-05 19:30,4,Ada\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
    ),
    File(
        "utc offset column",
        "America/New_York",
        "id,start,utc offset,covers,name\n1,2026-12-05 19:30,-05:00,4,Ada\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
    ),
    File(
        "midnight as no time",
        "Europe/London",
        "Ref,Date,Covers,Name\n1,2026-12-05,4,Ada\n",
        {},
        faults={1: "invalid_datetime"},
    ),
    File(
        "json deep names",
        "Europe/London",
        '[{"uid": "1", "visit": {"date": "2026-12-05", "time": "19:30"}, "party": {"size": 4}, "gue'
        'st": {"name": {"first": "Ada", "last": "L"}, "phone": "07700900123"}}]',
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Ada L"}},
        as_json=True,
    ),
    File(
        "json status object",
        "Europe/London",
        '[{"id": "1", "startsAt": "2026-12-05T19:30:00Z", "covers": 4, "customerName": "Ada", "stat'
        'us": {"code": "CANCELLED", "label": "Cancelled"}}]',
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "state": "cancelled"}},
        as_json=True,
    ),
    File(
        "json numbers as text",
        "Europe/London",
        '[{"id":1e5,"startsAt":"2026-12-05T19:30:00Z","covers":4,"name":"Ada","phone":447700900123}]',
        {"1e5": {"at": "2026-12-05 19:30", "party_size": 4, "phone": "+447700900123"}},
        as_json=True,
    ),
    File(
        "jsonl bom crlf",
        "Europe/London",
        '\ufeff{"id":1,"starts_at":"2026-12-05T19:30:00Z","party_size":4,"name":"Ada"}\r\n'
        "\r\n"
        '{"id":2,"starts_at":"2026-12-05T19:30:00Z","party_size":2,"name":"Bo"}\r\n',
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}, "2": {"at": "2026-12-05 19:30", "party_size": 2}},
        as_json=True,
    ),
    File(
        "json utf16",
        "Europe/Berlin",
        b'\xff\xfe[\x00{\x00"\x00i\x00d\x00"\x00:\x00 \x001\x00,\x00 \x00"\x00s\x00t\x00'
        b'a\x00r\x00t\x00s\x00_\x00a\x00t\x00"\x00:\x00 \x00"\x002\x000\x002\x006\x00'
        b"-\x001\x002\x00-\x000\x005\x00T\x001\x009\x00:\x003\x000\x00:\x000\x000\x00"
        b'+\x000\x001\x00:\x000\x000\x00"\x00,\x00 \x00"\x00p\x00a\x00r\x00t\x00y\x00'
        b'_\x00s\x00i\x00z\x00e\x00"\x00:\x00 \x004\x00,\x00 \x00"\x00n\x00a\x00m\x00'
        b'e\x00"\x00:\x00 \x00"\x00J\x00\xfc\x00r\x00g\x00e\x00n\x00"\x00}\x00]\x00',
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Jürgen"}},
        as_json=True,
    ),
    File(
        "csv of one column names in quotes with newlines",
        "Europe/London",
        '"Ref","Date\n(yyyy-mm-dd)","Time","Party\nsize","Guest\nname"\n1,2026-12-05,19:30,4,Ada\n',
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Ada"}},
    ),
    File(
        "crlf in cell",
        "Europe/London",
        'Ref,Date,Time,Covers,Name,Notes\r\n1,2026-12-05,19:30,4,Ada,"a\r\nb"\r\n2,2026-12-05,20:00,2,Bo,c\r\n',
        {
            "1": {"at": "2026-12-05 19:30", "party_size": 4, "notes_has": ["a", "b"]},
            "2": {"at": "2026-12-05 20:00", "party_size": 2},
        },
    ),
    File(
        "semicolons in unquoted us csv",
        "America/New_York",
        "Ref,Date,Time,Covers,Name,Notes\n1,2026-12-05,7:30 PM,4,Ada,nuts; severe; epipen\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "notes_has": ["nuts; severe; epipen"]}},
    ),
    File(
        "empty quoted",
        "Europe/London",
        '"Ref","Date","Time","Covers","Name","Notes"\n'
        '"1","2026-12-05","19:30","4","Ada",""\n'
        '"2","2026-12-05","19:30","2","",""\n',
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
        faults={2: "missing"},
    ),
    File(
        "quoted cell with blanks outside",
        "Europe/London",
        'Ref, Date, Time, Covers, Name\n1, 2026-12-05, 19:30, 4, "Lee, Ada"\n',
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Lee, Ada"}},
    ),
    File(
        "formula names",
        "Europe/London",
        "Ref,Date,Time,Covers,Name,Notes\n"
        "1,2026-12-05,19:30,4,'=Ada,'+ nuts\n"
        "2,2026-12-05,19:30,2,-Bo,@home\n"
        "3,2026-12-05,19:30,2,'t Hooft,'quoted'\n",
        {
            "1": {"at": "2026-12-05 19:30", "party_size": 4, "name": "=Ada", "notes_has": ["+ nuts"]},
            "2": {"at": "2026-12-05 19:30", "party_size": 2, "name": "-Bo", "notes_has": ["@home"]},
            "3": {"at": "2026-12-05 19:30", "party_size": 2, "name": "'t Hooft", "notes_has": ["'quoted'"]},
        },
    ),
    File(
        "tab delim cp1252 excel",
        "Europe/Berlin",
        b"Buchungsnr.\tDatum\tUhrzeit\tPersonen\tName\n1\t05.12.2026\t19:30\t4\tGr\xf6\xdfe\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Größe"}},
        mapping={"encoding": "cp1252"},
    ),
    File(
        "cp1250 czech told as 1252",
        "Europe/London",
        b"Ref;Date;Time;Covers;Name\n1;20"
        b"26-12-05;19:30;4;Tom\xe1\x9a Dvo\xf8\xe1k\n"
        b"2;2026-12-05;19:30;4;R\xf9\x9eena K\xf8"
        b"\xed\x9eov\xe1\n",
        {},
        file="wrong_encoding",
        mapping={"encoding": "cp1252"},
    ),
    File(
        "koi8",
        "Europe/London",
        b"Ref;Date;Time;Covers;Name\n1;2026-12-05;19:30;4;\xe9\xd7\xc1\xce \xf0\xc5\xd4\xd2\xcf\xd7\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Иван Петров"}},
        mapping={"encoding": "koi8-r"},
    ),
    File(
        "utf8 cut off",
        "Europe/London",
        b"Ref;Date;Time;Covers;Name\n1;2026-12-05;19:30;4;Gr\xc3\xb6\xc3",
        {},
        file="unknown_encoding",
    ),
    File(
        "states in two words",
        "Europe/Berlin",
        "Ref\tDate/Time\tCovers\tName\tStatus\n"
        "1\t2026-11-05 19:30\t2\tAda\tVom Restaurant abgesagt\n"
        "2\t2026-11-05 19:30\t2\tAda\tGast nicht erschienen\n"
        "3\t2026-11-05 19:30\t2\tAda\tPer Telefon bestätigt\n"
        "4\t2026-11-05 19:30\t2\tAda\tPlatziert\n"
        "5\t2026-11-05 19:30\t2\tAda\tAbgeschlossen\n"
        "6\t2026-11-05 19:30\t2\tAda\tWarteliste\n"
        "7\t2026-11-05 19:30\t2\tAda\tUnbestätigt\n"
        "8\t2026-11-05 19:30\t2\tAda\tNicht bestätigt\n"
        "9\t2026-11-05 19:30\t2\tAda\tNicht storniert\n",
        {
            "1": {"at": "2026-11-05 19:30", "party_size": 2, "state": "cancelled"},
            "2": {"at": "2026-11-05 19:30", "party_size": 2, "state": "no_show"},
            "3": {"at": "2026-11-05 19:30", "party_size": 2, "state": "booked"},
            "4": {"at": "2026-11-05 19:30", "party_size": 2, "state": "seated"},
            "5": {"at": "2026-11-05 19:30", "party_size": 2, "state": "completed"},
            "7": {"at": "2026-11-05 19:30", "party_size": 2, "state": "booked"},
            "8": {"at": "2026-11-05 19:30", "party_size": 2, "state": "booked"},
        },
        faults={6: "unknown_state", 9: "unknown_state"},
    ),
    File(
        "fr phones",
        "Europe/Paris",
        "Ref\tDate/Time\tCovers\tName\tPhone\n"
        "1\t2026-12-05 19:30\t2\tAda\t06.12.34.56.78\n"
        "2\t2026-12-05 19:30\t2\tAda\t+33 6 12 34 56 78\n"
        "3\t2026-12-05 19:30\t2\tAda\t33612345678\n"
        "4\t2026-12-05 19:30\t2\tAda\t612345678\n"
        "5\t2026-12-05 19:30\t2\tAda\t0033612345678\n"
        "6\t2026-12-05 19:30\t2\tAda\t06 12 34 56\n",
        {
            "1": {"at": "2026-12-05 19:30", "party_size": 2, "phone": "+33612345678"},
            "2": {"at": "2026-12-05 19:30", "party_size": 2, "phone": "+33612345678"},
            "3": {"at": "2026-12-05 19:30", "party_size": 2, "phone": "+33612345678"},
            "4": {"at": "2026-12-05 19:30", "party_size": 2, "phone": "+33612345678"},
            "5": {"at": "2026-12-05 19:30", "party_size": 2, "phone": "+33612345678"},
            "6": {"at": "2026-12-05 19:30", "party_size": 2, "phone": None, "notes_has": ["06 12 34 56"]},
        },
    ),
    File(
        "french clock forms",
        "Europe/Paris",
        "Ref\tDate/Time\tCovers\tName\n"
        "1\t05.12.2026 19 h\t2\tAda\n"
        "2\t05.12.2026 19h\t2\tAda\n"
        "3\t05.12.2026 19H30\t2\tAda\n"
        "4\t5 décembre 2026 à 19h30\t2\tAda\n"
        "5\tsam 05.12.2026 19:30\t2\tAda\n"
        "6\t05.12.2026 7h30 PM\t2\tAda\n",
        {
            "1": {"at": "2026-12-05 19:00", "party_size": 2},
            "2": {"at": "2026-12-05 19:00", "party_size": 2},
            "3": {"at": "2026-12-05 19:30", "party_size": 2},
            "4": {"at": "2026-12-05 19:30", "party_size": 2},
            "5": {"at": "2026-12-05 19:30", "party_size": 2},
            "6": {"at": "2026-12-05 19:30", "party_size": 2},
        },
    ),
    File(
        "odd separators",
        "Europe/London",
        "Ref\tDate/Time\tCovers\tName\n"
        "1\t2026-12-05_19:30\t2\tAda\n"
        "2\t2026-12-05;19:30\t2\tAda\n"
        "3\t2026.12.05 19h30\t2\tAda\n"
        "4\t2026/12/05-19:30\t2\tAda\n"
        "5\t05.12.2026/19:30\t2\tAda\n"
        "6\t2026-12-05 19:30:00,000\t2\tAda\n",
        {
            "1": {"at": "2026-12-05 19:30", "party_size": 2},
            "2": {"at": "2026-12-05 19:30", "party_size": 2},
            "3": {"at": "2026-12-05 19:30", "party_size": 2},
            "4": {"at": "2026-12-05 19:30", "party_size": 2},
            "5": {"at": "2026-12-05 19:30", "party_size": 2},
            "6": {"at": "2026-12-05 19:30", "party_size": 2},
        },
    ),
    File(
        "a cancelled cell that says nothing certain",
        "Europe/London",
        "Ref,Date,Time,Covers,Name,Cancelled\n"
        "1,2026-12-05,19:30,4,Ada,?\n"
        "2,2026-12-05,19:30,2,Bo,by phone\n"
        "3,2026-12-05,19:30,2,Cy,-\n"
        "4,2026-12-05,19:30,2,Di,30/11/2026 10:00\n",
        {
            "3": {"at": "2026-12-05 19:30", "party_size": 2, "state": "booked"},
            "4": {"at": "2026-12-05 19:30", "party_size": 2, "state": "cancelled"},
        },
        faults={1: "unknown_state", 2: "unknown_state"},
    ),
    File(
        "nulls of a database",
        "Europe/London",
        "id,starts_at,party_size,name,status,cancelled_at,seated_at,no_show,table_name,notes\n"
        "1,2026-12-05 19:30:00,4,Ada,NULL,NULL,NULL,NULL,NULL,x\n"
        "2,2026-12-05 19:30:00,4,Bo,confirmed,0000-00-00 00:00:00,,0,12,x\n"
        "3,2026-12-05 19:30:00,4,Cy,confirmed,N/A,n/a,N/A,n/a,x\n"
        "4,2026-12-05 19:30:00,4,Di,NULL,2026-12-01 10:00:00,\\N,0,,x\n",
        {
            "1": {"at": "2026-12-05 19:30", "party_size": 4, "state": "booked", "tables": []},
            "2": {"at": "2026-12-05 19:30", "party_size": 4, "state": "booked", "tables": ["12"]},
            "3": {"at": "2026-12-05 19:30", "party_size": 4, "state": "booked"},
            "4": {"at": "2026-12-05 19:30", "party_size": 4, "state": "cancelled"},
        },
    ),
    File(
        "weekdays without a date",
        "Europe/London",
        "Ref,Day,Time,Covers,Name\n1,Sat,19:30,4,Ada\n",
        {},
        file="missing_column",
    ),
    File(
        "day month year apart",
        "Europe/London",
        "Ref,Day,Month,Year,Time,Covers,Name\n1,5,12,2026,19:30,4,Ada\n",
        {},
        faults={1: "invalid_datetime"},
    ),
    File(
        "two weekday columns",
        "Europe/London",
        "Ref,Day,Date,Created day,Time,Covers,Name\n1,Sat,2026-12-05,Mon,19:30,4,Ada\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
    ),
    File(
        "weekday beside a full moment",
        "Europe/London",
        "Ref,Weekday,Date/Time,Covers,Name\n"
        "1,Saturday,05/12/2026 19:30,4,Ada\n"
        "2,Friday,05/12/2026 19:30,4,Bo\n"
        "3,,05/12/2026 19:30,4,Cy\n"
        "4,Friday,2026-12-05 19:30,4,Di\n",
        {"1": {"at": "2026-12-05 19:30", "party_size": 4}},
        faults={2: "weekday_mismatch", 3: "ambiguous_date", 4: "weekday_mismatch"},
    ),
    File(
        "language and wheelchair",
        "Europe/Berlin",
        "Buchungsnr.;Datum;Uhrzeit;Personen;Name;Sprache;Rollstuhl;Bereich\n"
        "1;05.12.2026;19:30;4;Ada;de;ja;\n"
        "2;05.12.2026;19:30;4;Bo;Deutsch;vielleicht;Terrasse\n",
        {
            "1": {"at": "2026-12-05 19:30", "party_size": 4, "locale": "de", "accessible": True},
            "2": {
                "at": "2026-12-05 19:30",
                "party_size": 4,
                "accessible": False,
                "notes_has": ["Deutsch", "vielleicht"],
            },
        },
    ),
    File(
        "walk ins and vip words",
        "Europe/London",
        "Ref,Date,Time,Covers,Name,Source,VIP\n"
        "1,2026-12-05,19:30,4,Walk-in,Walk-in,Yes\n"
        "2,2026-12-05,19:30,4,Bo,Instagram,\n",
        {
            "1": {"at": "2026-12-05 19:30", "party_size": 4, "source": "walk_in"},
            "2": {"at": "2026-12-05 19:30", "party_size": 4, "notes_has": ["Instagram"]},
        },
    ),
    File(
        "no header at all",
        "Europe/London",
        "1,2026-12-05,19:30,4,Ada\n2,2026-12-05,20:00,2,Bo\n",
        {},
        file="missing_column",
    ),
    File(
        "header only known twice",
        "Europe/London",
        "Foo,Bar,Date,Time\n1,2,2026-12-05,19:30\n",
        {},
        file="missing_column",
    ),
    File(
        "semicolon and comma both",
        "Europe/London",
        "Ref;Date;Time;Covers;Name,Notes\n1;2026-12-05;19:30;4;Ada\n",
        {},
        file="missing_column",
    ),
    File(
        "very long notes",
        "Europe/London",
        "Ref,Date,Time,Covers,Name,Notes\n"
        "1,2026-12-05,19:30,4,Ada,xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"
        "2,2026-12-05,19:30,4,Bo,yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
        "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
        "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
        "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
        "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
        "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
        "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
        "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
        "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
        "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
        "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
        "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
        "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
        "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
        "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
        "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
        "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
        "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
        "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
        "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
        "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
        "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
        "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\n",
        {"2": {"at": "2026-12-05 19:30", "party_size": 4}},
        faults={1: "too_long"},
    ),
    File(
        "rtl and emoji names",
        "Europe/London",
        "Ref,Date,Time,Covers,Name\n"
        "1,2026-12-05,19:30,4,\u200fيوسف\u200f\n"
        "2,2026-12-05,19:30,4,Zoë 🎉\n"
        "3,2026-12-05,19:30,4,\u200b\n",
        {
            "1": {"at": "2026-12-05 19:30", "party_size": 4},
            "2": {"at": "2026-12-05 19:30", "party_size": 4, "name": "Zoë 🎉"},
        },
        faults={3: "missing"},
    ),
    File(
        "ids with blanks and zeros",
        "Europe/London",
        "Booking ID,Date,Time,Covers,Name\n"
        " 007 ,2026-12-05,19:30,4,Ada\n"
        "7,2026-12-05,19:30,4,Bo\n"
        "A B,2026-12-05,19:30,4,Cy\n",
        {
            "007": {"at": "2026-12-05 19:30", "party_size": 4},
            "7": {"at": "2026-12-05 19:30", "party_size": 4},
            "A B": {"at": "2026-12-05 19:30", "party_size": 4},
        },
    ),
    File(
        "sums and zeros",
        "Europe/London",
        "Ref\tDate/Time\tCovers\tName\n"
        "1\t2026-12-05 19:30\t2 adults 0 kids\tAda\n"
        "2\t2026-12-05 19:30\t1 adult\tAda\n"
        "3\t2026-12-05 19:30\t0 adults 2 kids\tAda\n"
        "4\t2026-12-05 19:30\t2 adults 2 adults\tAda\n"
        "5\t2026-12-05 19:30\t2 adults/1 child\tAda\n"
        "6\t2026-12-05 19:30\t4 (2 kids)\tAda\n"
        "7\t2026-12-05 19:30\t2 Erwachsene und 1 Kind\tAda\n"
        "8\t2026-12-05 19:30\t4 covers (inc 1 baby)\tAda\n",
        {
            "1": {"at": "2026-12-05 19:30", "party_size": 2},
            "2": {"at": "2026-12-05 19:30", "party_size": 1},
            "3": {"at": "2026-12-05 19:30", "party_size": 2},
            "7": {"at": "2026-12-05 19:30", "party_size": 3},
        },
        faults={4: "out_of_range", 5: "out_of_range", 6: "out_of_range", 8: "out_of_range"},
    ),
)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_files_as_they_are_exported_are_taken_exactly_or_refused_by_name(file: File) -> None:
    """Every row is one of those wanted, with its values, or refused by the rule that is wanted, or ignored."""
    content = file.content if isinstance(file.content, bytes) else file.content.encode()
    how = (content, ImportMapping(**file.mapping), ZoneInfo(file.tz), country_of(file.tz), FLOOR)
    if file.file:
        with pytest.raises(InvalidInput) as fault:
            read_content(*how, as_json=file.as_json)
        assert fault.value.reason_code == file.file
        return
    found = read_content(*how, as_json=file.as_json)
    by_id = {one.external_id: one for one in found.bookings}
    assert by_id.keys() == file.bookings.keys(), found.faults
    for external_id, wanted in file.bookings.items():
        one = by_id[external_id]
        assert {name: said_of(one, name, file.tz, value) for name, value in wanted.items()} == dict(wanted)
    refused = {one.row: one.rule for one in found.faults}
    assert refused == {row: rule or refused.get(row) for row, rule in file.faults.items()}
    assert found.rows == len(found.bookings) + len(refused) + len(found.ignored)
    assert file.ignored in (None, len(found.ignored))
