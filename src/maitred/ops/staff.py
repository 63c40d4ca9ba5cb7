"""The people of a restaurant: owners let them in, change what they may do, and take it away."""

from typing import Final
from uuid import UUID

from starlette.responses import Response

from maitred.domain.errors import NotFound
from maitred.ops.actions import required
from maitred.ops.me import number_in
from maitred.ops.visit import Screen, Visit
from maitred.store import people
from maitred.texts import N_, gettext
from maitred.usecases.members import Invited, invite, set_role
from maitred.usecases.people import Role, role_of

MEANINGS: Final = {
    Role.VIEWER: N_("Viewer: reads everything, changes nothing"),
    Role.HOST: N_("Host: takes bookings, seats, decides reviews"),
    Role.MANAGER: N_("Manager: also sets rules aside and changes the floor"),
    Role.OWNER: N_("Owner: also decides who works here"),
}


async def show(visit: Visit) -> Response:
    """Show who works here."""
    return await _page(visit, None)


async def add(visit: Visit) -> Response:
    """Let somebody in; a password that was made is on the page this once."""
    form = await visit.form()
    role = role_of(required(form, "role"))
    made = await invite(
        visit.desk.database, required(form, "email"), form.get("name", ""), role, visit.place.restaurant_id
    )
    return await _page(visit, made)


async def change(visit: Visit) -> Response:
    """Give somebody another role."""
    role = role_of(required(await visit.form(), "role"))
    await set_role(visit.desk.database, await _member(visit), role, visit.place.restaurant_id)
    return visit.done(gettext("The role is changed."), then=visit.url("people"))


async def remove(visit: Visit) -> Response:
    """Take somebody's role: from now on nothing here exists for them."""
    await set_role(visit.desk.database, await _member(visit), None, visit.place.restaurant_id)
    return visit.done(gettext("They may not come in here any more."), then=visit.url("people"))


async def _page(visit: Visit, made: Invited | None) -> Response:
    members = await people.members(visit.desk.database, visit.place.restaurant_id)
    return await visit.page("staff.html", members=members, made=made, meanings=MEANINGS)


async def _member(visit: Visit) -> UUID:
    """Return the person of the path, if their role is for this restaurant alone; others are nobody to its owners."""
    person = number_in(visit.request.path_params["person_id"])
    members = await people.members(visit.desk.database, visit.place.restaurant_id)
    if not any(one.id == person and not one.everywhere for one in members):
        raise NotFound("There is nothing here.")
    return person


SCREENS: Final = (
    Screen("GET", "/ops/{slug}/people", show, Role.OWNER),
    Screen("POST", "/ops/{slug}/people", add, Role.OWNER),
    Screen("POST", "/ops/{slug}/people/{person_id}/role", change, Role.OWNER),
    Screen("POST", "/ops/{slug}/people/{person_id}/remove", remove, Role.OWNER),
)  # fmt: skip
