"""A person's own account: where they are signed in, password and PIN; and another person at a shared tablet."""

from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from starlette.responses import Response

from maitred.domain.errors import NotFound
from maitred.ops.actions import required
from maitred.ops.session import next_of
from maitred.ops.visit import Screen, Visit
from maitred.store import people
from maitred.texts import gettext
from maitred.usecases.members import change_own_password, change_own_pin, end_session, sessions_of, switch_person


async def show(visit: Visit) -> Response:
    """Show the account."""
    own = await people.by_id(visit.desk.database, visit.who.id)
    return await visit.page("me.html", sessions=await sessions_of(visit.desk.database, visit.who), own=own)


async def set_password(visit: Visit) -> Response:
    """Change the password; every other session ends."""
    form = await visit.form()
    await change_own_password(
        visit.desk.database, visit.who, form.get("password", ""), form.get("new_password", ""), visit.now
    )
    return visit.done(gettext("The password is changed; you are signed out everywhere else."), then=visit.url("me"))


async def set_pin(visit: Visit) -> Response:
    """Set or forget the PIN."""
    form = await visit.form()
    pin = form.get("pin") or None
    await change_own_pin(visit.desk.database, visit.who, form.get("password", ""), pin, visit.now)
    return visit.done(gettext("The PIN is set.") if pin else gettext("There is no PIN any more."), then=visit.url("me"))


async def end(visit: Visit) -> Response:
    """End a session."""
    await end_session(visit.desk.database, visit.who, number_in(visit.request.path_params["session_id"]))
    return visit.done(gettext("That session is over."), then=visit.url("me"))


async def ask_who(visit: Visit) -> Response:
    """Ask who takes over the tablet."""
    known = await people.with_pin(visit.desk.database, visit.place.restaurant_id)
    came = urlsplit(visit.request.headers.get("referer", ""))
    back = next_of(f"{came.path}?{came.query}" if came.query else came.path)
    template = "switch.html" if visit.by_htmx else "switch_page.html"
    return await visit.page(template, known=[one for one in known if one[0] != visit.who.id], back=back)


async def switch(visit: Visit) -> Response:
    """Let somebody else act from here on."""
    form = await visit.form()
    name = await switch_person(
        visit.desk.database,
        visit.who,
        number_in(required(form, "person")),
        required(form, "pin"),
        visit.place.restaurant_id,
        visit.now,
    )
    then = next_of(form.get("back", ""))
    return visit.done(gettext("%(name)s acts now.") % {"name": name}, then=visit.url() if then == "/ops" else then)


def number_in(text: str) -> UUID:
    """Read an id; what is none belongs to nobody."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("There is nothing here.") from None


SCREENS: Final = (
    Screen("GET", "/ops/{slug}/me", show),
    Screen("POST", "/ops/{slug}/me/password", set_password),
    Screen("POST", "/ops/{slug}/me/pin", set_pin),
    Screen("POST", "/ops/{slug}/me/sessions/{session_id}/end", end),
    Screen("GET", "/ops/{slug}/switch", ask_who),
    Screen("POST", "/ops/{slug}/switch", switch),
)  # fmt: skip
