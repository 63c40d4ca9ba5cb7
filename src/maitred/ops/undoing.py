"""One undo for every screen: what a line offers to take back, in words, and the post that does it."""

from collections.abc import Iterable, Mapping
from typing import Final, TypedDict
from uuid import UUID

from starlette.responses import Response

from maitred.api.auth import need
from maitred.domain.booking import Booking
from maitred.domain.errors import NoSeating, NotFound
from maitred.domain.lifecycle import undoable
from maitred.domain.venue_model import natural_key
from maitred.ops.visit import Screen, Visit
from maitred.store import undo
from maitred.store.undo import Entry, Part
from maitred.texts import N_, gettext
from maitred.usecases.deeds import What
from maitred.usecases.people import Role
from maitred.usecases.undo import TakenBack, take_back

_WORDS: Final[Mapping[str, str]] = {
    What.ARRIVE: N_("arrived"),
    What.CHECK_IN: N_("seated at %(tables)s"),
    What.COMPLETE: N_("left"),
    What.MARK_NO_SHOW: N_("marked as a no-show"),
    What.CANCEL: N_("cancelled"),
    What.LOSE_TABLE: N_("%(subject)s taken out of use"),
    What.MODIFY: N_("edited"),
    What.MOVE: N_("moved from %(was)s to %(tables)s"),
    What.SWAP: N_("swapped %(was)s for %(tables)s"),
    What.PIN: N_("%(tables)s promised"),
    What.UNPIN: N_("promise of %(tables)s taken back"),
    What.REQUEUE: N_("sent back to the queue"),
    What.CONFIRM: N_("confirmed at %(tables)s"),
    What.ACCEPT_MOVES: N_("confirmed at %(tables)s"),
    What.MAKE_ROOM: N_("room made at %(tables)s"),
    What.CLOSE_TABLE: N_("%(subject)s closed"),
    What.WALK_IN: N_("seated at %(tables)s"),
    What.BOOK: N_("booked"),
    What.NOTE_GUEST: N_("note about the guest"),
}


class Offered(TypedDict, total=False):
    """What a line that says what was done offers to take back: where it is posted to, and what it is."""

    undo: str
    what: str


async def offered(visit: Visit, booking: Booking) -> Offered:
    """Return the undo of the last thing that was done to a booking; nothing where it cannot be taken back."""
    if booking.undo_entry is None or not undoable(booking, visit.now):
        return {}
    return await offered_entry(visit, booking.undo_entry)


async def offered_entry(visit: Visit, entry_id: UUID) -> Offered:
    """Return the undo of one thing that was done."""
    entry = await undo.by_id(visit.desk.database, entry_id)
    if entry is None:
        return {}
    return {"undo": visit.url("undo", entry.id), "what": words(visit, entry)}


async def offered_block(visit: Visit, block_id: UUID) -> Offered:
    """Return the undo of having closed a table."""
    entry_id = await undo.of_block(visit.desk.database, block_id, visit.now)
    return await offered_entry(visit, entry_id) if entry_id else {}


async def last_entry(visit: Visit, booking: Booking) -> Entry:
    """Return what an undo of a booking takes back; raises NotFound."""
    entry = await undo.by_id(visit.desk.database, booking.undo_entry) if booking.undo_entry else None
    if entry is None:
        raise NotFound("There is nothing to take back.")
    return entry


def words(visit: Visit, entry: Entry) -> str:
    """Name what was done, as in "moved from T4 to T7"."""
    part = entry.about or next(iter(entry.parts), None)
    if entry.what == What.MODIFY and part is not None and part.before is not None:
        return _changed(visit, part)
    before = part.before.tables if part and part.before else ()
    after = part.after.tables if part else ()
    values = {"was": joined(before), "tables": joined(after or before), "subject": entry.subject or ""}
    return gettext(_WORDS[entry.what]) % values


def _changed(visit: Visit, part: Part) -> str:
    assert part.before is not None
    was, now, tz, texts = part.before.booking, part.after.booking, visit.place.venue.tz, visit.texts
    if was.starts_at != now.starts_at:
        same_day = was.service_date == now.service_date
        told = [texts.time(one, tz) if same_day else texts.moment(one, tz) for one in (was.starts_at, now.starts_at)]
        return gettext("time set from %(was)s to %(now)s") % {"was": told[0], "now": told[1]}
    if was.party_size != now.party_size:
        values = {"was": was.party_size, "now": now.party_size}
        return gettext("party resized from %(was)d to %(now)d") % values
    return gettext(_WORDS[What.MODIFY])


def joined(tables: Iterable[str]) -> str:
    """Write tables as people read them."""
    return "+".join(sorted(tables, key=natural_key))


async def take(visit: Visit) -> Response:
    """Take back one thing that was done, whichever screen it was done on."""
    need(visit.caller, "staff")
    try:
        number = UUID(visit.request.path_params["entry"])
    except ValueError:
        raise NotFound("There is nothing here.") from None
    entry = await undo.by_id(visit.desk.database, number)
    if entry is None or entry.restaurant_id != visit.place.restaurant_id:
        raise NotFound("There is nothing here.")
    return await taken_back(visit, entry)


async def taken_back(visit: Visit, entry: Entry, note: str | None = None) -> Response:
    """Take an entry back and say what that was, and where the party is if its own tables are gone."""
    if entry.undone_at is not None and entry.undone_by == visit.caller.name:
        return visit.done(_said(visit, entry))  # the same key twice: it is done
    try:
        done = await take_back(visit.desk, entry.id, caller=visit.caller, note=note)
    except NoSeating as full:
        words = gettext("This cannot be undone: %(tables)s is taken by %(who)s now, and nothing else fits.") % full.data
        raise NoSeating(words, field=full.field) from None
    subject = {"subject": str(entry.booking_id)} if entry.booking_id else {}
    return visit.done(" ".join([_said(visit, entry), *(_where(entry) if done.own else _elsewhere(done))]), **subject)


def _said(visit: Visit, entry: Entry) -> str:
    values = {"guest": entry.guest or "", "what": words(visit, entry)}
    return gettext("Undone: %(guest)s, %(what)s.") % values if entry.guest else gettext("Undone: %(what)s.") % values


def _where(entry: Entry) -> list[str]:
    """Say where a party is again that an action had given other tables."""
    part = entry.about
    if part is None or part.before is None or not part.before.tables or part.before.tables == part.after.tables:
        return []
    values = {"guest": entry.guest or "", "tables": joined(part.before.tables)}
    return [gettext("%(guest)s is at %(tables)s again.") % values]


def _elsewhere(done: TakenBack) -> list[str]:
    taken = {"was": joined({one.table for one in done.in_the_way}), "tables": joined(done.tables)}
    who = sorted({one.guest for one in done.in_the_way if one.guest})
    if not who:
        return [gettext("%(was)s is not free any more: they get %(tables)s.") % taken]
    return [gettext("%(was)s is taken by %(who)s: they get %(tables)s.") % {**taken, "who": ", ".join(who)}]


SCREENS: Final = (
    Screen("POST", "/ops/{slug}/undo/{entry}", take, Role.HOST),
)  # fmt: skip
