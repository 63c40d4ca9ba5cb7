"""The columns of a previous system's export by the names they go by, and its words for what became of a booking.

Names are compared without case, accents and punctuation. A preset adds what one system calls them to what is common;
a mapping file of one's own goes before both.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from maitred.domain.booking import Source
from maitred.domain.imported import Recorded

R, S = Recorded, Source

# What a booking has -> how columns with it are called in English, German, French and Spanish.
COLUMNS: Final[Mapping[str, str]] = {
    "id": "id | booking id | reservation id | reservation number | booking number | booking reference | reference"
    " | confirmation | confirmation number | confirmation code | external id | external ref | reservierungsnummer"
    " | buchungsnummer | reservierungs id | numero de reservation | n reservation | id reservation | identifiant |"
    " numero de reserva | id reserva | localizador",
    "starts_at": "starts at | start | start time utc | datetime | date time | date and time | reservation datetime"
    " | booking datetime | visit datetime | datum und uhrzeit | datum uhrzeit | date et heure | date heure | fecha"
    " y hora | fecha hora",
    "date": "date | booking date | reservation date | visit date | arrival date | day | datum | tag |"
    " reservierungsdatum | date de reservation | date reservation | jour | fecha | fecha de reserva | dia",
    "time": "time | booking time | reservation time | visit time | arrival time | uhrzeit | zeit | beginn | heure"
    " | heure de reservation | hora | hora de reserva",
    "party_size": "party size | party | covers | guests | pax | people | persons | number of guests | number of"
    " people | no of guests | size | seats | personen | anzahl personen | personenzahl | gaste | anzahl gaste |"
    " couverts | nombre de personnes | nb personnes | nombre de couverts | nb couverts | personnes | convives |"
    " personas | comensales | numero de personas | cubiertos",
    "name": "name | guest name | guest | customer | customer name | full name | client name | booker | gast |"
    " gastname | kunde | nom complet | nom du client | client | nombre completo | cliente | nombre del cliente",
    "first_name": "first name | firstname | given name | guest first name | vorname | prenom | nombre",
    "last_name": "last name | lastname | surname | family name | guest last name | nachname | familienname | nom |"
    " nom de famille | apellido | apellidos",
    "email": "email | e mail | email address | guest email | mail | e mail adresse | adresse e mail | courriel |"
    " correo | correo electronico",
    "phone": "phone | phone number | telephone | mobile | mobile number | mobile phone | guest phone | cell |"
    " telefon | telefonnummer | handy | mobil | tel | portable | numero de telephone | telefono | movil",
    "state": "status | state | booking status | reservation status | zustand | reservierungsstatus | statut | etat"
    " | statut de la reservation | estado | estado de la reserva",
    "tables": "table | tables | table number | table numbers | table name | table no | assigned table | tisch |"
    " tische | tischnummer | tables attribuees | n table | numero de table | mesa | mesas | numero de mesa",
    "zone": "zone | area | section | room | seating area | dining area | bereich | raum | salle | espace | sala | zona",
    "notes": "notes | note | comment | comments | special requests | guest request | requests | booking notes |"
    " remarks | anmerkung | anmerkungen | bemerkung | bemerkungen | notiz | commentaire | commentaires | remarques"
    " | notas | comentario | comentarios | observaciones",
    "source": "source | channel | booking source | origin | booked via | quelle | herkunft | kanal | origine |"
    " canal | provenance | origen",
    "locale": "locale | language | sprache | langue | idioma",
    "accessible": "accessible | wheelchair | wheelchair access | barrierefrei | rollstuhl | pmr | accesible",
    "turn_minutes": "duration | duration minutes | turn time | turn minutes | length | dauer | duree | duracion",
    "created_at": "created at | created | created on | booked at | booked on | date created | creation date | made"
    " on | erstellt am | erstellt | angelegt am | date de creation | cree le | fecha de creacion | creado",
    "arrived_at": "arrived at | arrival | checked in at | angekommen | angekommen um | arrive a | llegada",
    "seated_at": "seated at | seated | seated time | platziert um | installe a | sentado a",
    "left_at": "left at | departed at | completed at | finished at | departure time | gegangen um | parti a |"
    " depart | salida",
    "cancelled_at": "cancelled at | canceled at | cancellation date | cancelled on | canceled on | storniert am |"
    " date d annulation | annule le | fecha de cancelacion | cancelado el",
}

# What single systems call them besides; to be looked at in a dry run, exports differ by version and settings.
PRESETS: Final[Mapping[str, Mapping[str, str]]] = {
    "generic": {},
    "opentable": {"id": "conf number | conf #", "party_size": "size", "state": "booking state", "tables": "table s"},
    "resdiary": {"starts_at": "visit date time", "party_size": "covers booked", "state": "arrival status"},
    "sevenrooms": {
        "id": "reference code",
        "party_size": "max guests",
        "tables": "table numbers",
        "notes": "client requests",
    },
    "thefork": {"party_size": "pax", "name": "diner", "starts_at": "meal date", "id": "reservation uuid"},
    "quandoo": {"party_size": "capacity", "id": "reservation reference"},
    "zenchef": {"party_size": "nb guests", "tables": "table attribuee"},
}

STATES: Final[Mapping[Recorded, str]] = {
    R.BOOKED: "booked | confirmed | new | open | pending | accepted | approved | reserved | expected | not arrived"
    " | active | reconfirmed | assigned | bestatigt | gebucht | offen | reserviert | neu | confirme | confirmee |"
    " en attente | acceptee | prevue | confirmada | confirmado | pendiente | reservado | aceptada",
    R.ARRIVED: "arrived | partially arrived | checked in | waiting | angekommen | eingetroffen | arrivee | llegado",
    R.SEATED: "seated | partially seated | at table | dining | platziert | sitzt | installe | installee | a table"
    " | sentado | sentada | en mesa",
    R.COMPLETED: "completed | complete | done | finished | left | departed | fulfilled | assumed finished |"
    " honoured | honored | closed | abgeschlossen | beendet | erledigt | gegangen | terminee | termine | honoree |"
    " partie | venue | completada | completado | finalizada | terminada",
    R.NO_SHOW: "no show | noshow | did not arrive | nicht erschienen | non venu | non presente | no presentado |"
    " no se presento | no presentada",
    R.CANCELLED: "cancelled | canceled | cancelled by guest | canceled by guest | guest cancelled | deleted | late"
    " cancel | cancelled by restaurant | storniert | abgesagt | annule | annulee | cancelada | cancelado | anulada",
    R.DECLINED: "declined | rejected | refused | denied | expired | abgelehnt | refuse | refusee | rechazada |"
    " rechazado",
}
SOURCES: Final[Mapping[Source, str]] = {
    S.WEB: "web | website | online | internet | widget | site web | sitio web | google",
    S.APP: "app | mobile app",
    S.PHONE: "phone | telephone | telefon | telefono | call | email | mail | in house | staff | manual",
    S.WALK_IN: "walk in | walkin | laufkundschaft | sans reservation | sin reserva | passage",
    S.PARTNER: "partner | third party | api | opentable | thefork | quandoo | resdiary | sevenrooms",
}


def plain(text: str) -> str:
    """Return a name as it is compared: small letters and figures, one space between words."""
    bare = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss"))
    kept = "".join(character for character in bare if not unicodedata.combining(character))
    return " ".join(re.sub(r"[^a-z0-9#]+", " ", kept).split())


def names(listed: str) -> list[str]:
    """Return the names of a list as they are compared."""
    return [plain(name) for name in listed.split("|")]


def by_name(table: Mapping[str, str]) -> dict[str, str]:
    """Return a table the other way round: what a name stands for; an earlier entry keeps it."""
    found: dict[str, str] = {}
    for meaning, listed in table.items():
        for name in names(listed):
            found.setdefault(name, str(meaning))
    return found
