"""Words of other systems, compared without case, accents and punctuation: states of a booking, where it came from."""

import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from maitred.domain.booking import Source
from maitred.domain.imported import Recorded

R, S = Recorded, Source

STATES: Final[Mapping[Recorded, str]] = {
    R.BOOKED: "booked | confirmed | new | open | pending | accepted | approved | reserved | expected | not arrived"
    " | active | requested | reconfirmed | assigned | not confirmed | unconfirmed | left message | bestatigt |"
    " gebucht | offen | angefragt | unbestatigt | nicht bestatigt | non confirme | non confirmee | no confirmada |"
    " reserviert | neu | confirme | confirmee | en attente | acceptee | prevue | reservee | demandee | confirmada |"
    " confirmado | solicitada | pendiente | reservado | reservada | aceptada | पुष्टि भएको | बुक गरिएको",
    R.ARRIVED: "arrived | partially arrived | checked in | waiting | anwesend | angekommen | eingetroffen | arrivee |"
    " arrive | llegado | ha llegado | आइपुगेको",
    R.SEATED: "seated | partially seated | at table | dining | appetizer | entree | dessert | paid | platziert |"
    " sitzt | am tisch | installe | installee | a table | sentado | sentada | en mesa | बसेको",
    R.COMPLETED: "completed | complete | done | finished | left | departed | fulfilled | assumed finished |"
    " honoured | honored | closed | abgeschlossen | beendet | erledigt | gegangen | terminee | termine | honoree |"
    " partie | venue | completada | completado | finalizada | terminada | सम्पन्न",
    R.NO_SHOW: "no show | noshow | no showed | did not arrive | did not show | did not show up | nicht erschienen |"
    " non honore | non honoree | non venu | non presente | absent | no presentado | no se presento |"
    " no presentada | नआएको",
    R.CANCELLED: "cancelled | canceled | cancel | cancellation | cancelation | deleted | stornierung | annulation |"
    " cancelacion | storniert | abgesagt | annule | annulee | cancelada | cancelado | anulada | रद्द | रद्द गरिएको",
    R.DECLINED: "declined | rejected | refused | denied | expired | failed | abgelehnt | refuse | refusee | rechazada |"
    " rechazado | अस्वीकृत",
}
SOURCES: Final[Mapping[Source, str]] = {
    S.WEB: "web | website | online | internet | widget | site web | sitio web | google",
    S.APP: "app | mobile app",
    S.PHONE: "phone | telephone | telefon | telefono | call | email | mail | in house | staff | manual",
    S.WALK_IN: "walk in | walkin | laufkundschaft | sans reservation | sin reserva | passage",
    S.PARTNER: "partner | third party | api | opentable | thefork | lafourchette | quandoo | resdiary | sevenrooms"
    " | resy | tock | yelp | eat app | zenchef | bookatable",
}
YES: Final = frozenset(
    {"1", "y", "yes", "true", "ja", "j", "oui", "o", "si", "s", "x", "wahr", "vrai", "verdadero", "छ"}
)
NO: Final = frozenset({"", "0", "n", "no", "false", "nein", "non", "falsch", "faux", "falso", "none", "छैन"})


# What exports write for nothing at all, and a moment that never was.
_NOTHING: Final = frozenset({"null", "nil", "nan", "n a", "na", "never", "0000 00 00", "0000 00 00 00 00 00"})


def says_nothing(text: str) -> bool:
    """Tell whether a cell is empty but for a sign of that: a dash, N/A, NULL; a question mark is none."""
    return plain(text) in _NOTHING or not text.strip("-–—. ")


def says_no(text: str) -> bool:
    """Tell whether a cell says no, or nothing."""
    return says_nothing(text) or (bool(plain(text)) and plain(text) in NO)


@lru_cache(maxsize=8192)  # headers, states and zones come again with every row
def plain(text: str) -> str:
    """Return words as they are compared: small letters and figures of any script, one space between words."""
    bare = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss"))
    kept = (letter for letter in bare if not _accent(letter))
    return " ".join("".join(one if unicodedata.category(one)[0] in "LNM" else " " for one in kept).split())


def _accent(letter: str) -> bool:
    """Tell whether this is a mark above or below a letter; the vowels of Devanagari are marks that stay."""
    return "\u0300" <= letter <= "\u036f"


def state_in(text: str) -> str | None:
    """Return what a state is that also says by whom or how: `Cancelled by guest`, `Confirmed (SMS)`."""
    return _STATED.get(" ".join(word for word in plain(text).split() if word not in _BESIDES))


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


_STATED: Final = by_name(STATES)  # type: ignore[arg-type]
# What is counted in a party: "4 pax", "2 adults 1 child".
PEOPLE: Final = frozenset(
    names(
        "p | pp | x | pax | pers | person | persons | personen | people | ppl | guest | guests | gast | gaste"
        " | cover | covers | couvert | couverts | personne | personnes | convive | convives | persona | personas"
        " | comensal | comensales | cubiertos | diner | diners | head | heads | जना | व्यक्ति"
    )
)
ADULTS: Final = frozenset(
    names("adult | adults | erwachsene | erwachsener | erw | adulte | adultes | adulto | adultos")
)
CHILDREN: Final = frozenset(
    names("child | children | kid | kids | kind | kinder | enfant | enfants | niño | niños | niña | niñas | बालबालिका")
)
# Who did it and how: what a state says besides.
_BESIDES: Final = frozenset(
    names(
        "by | the | guest | customer | client | diner | user | restaurant | venue | host | staff | late | auto"
        " | automatically | system | online | via | web | website | app | phone | sms | email | text | durch | vom"
        " | von | dem | gast | kunde | kunden | per | telefon | par | le | la | l | por | el | cliente | telephone"
        " | telefono | restaurante"
    )
)
