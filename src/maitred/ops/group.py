"""All restaurants of a person at a glance: how full, what waits for somebody, what is broken."""

from typing import Final

from starlette.responses import RedirectResponse, Response

from maitred.domain import calendar
from maitred.domain.heat import cells
from maitred.ops.visit import HEADERS, Screen, Visit
from maitred.store.group import group_rows
from maitred.usecases.people import Role

SLOW_S: Final = 10.0  # the relay publishes within a second; that it takes longer is worth a word


async def show(visit: Visit) -> Response:
    """Lead to the only restaurant somebody may open, or list those there are."""
    places = await visit.places()
    if len(places) == 1 and not visit.query("all"):
        return RedirectResponse(f"/ops/{places[0].slug}", 303, HEADERS)
    days, capacity = {}, {}
    for place in places:
        venue = (await visit.desk.venues.by_id(place.id)).venue
        days[place.id] = calendar.service_date(venue, visit.now)
        capacity[place.id] = sum(cell.capacity for cell in cells(venue, days[place.id], "service", {}))
    rows = await group_rows(visit.desk.database, days)
    return await visit.page("group.html", places=places, rows=rows, capacity=capacity, slow=SLOW_S)


SCREENS: Final = (
    Screen("GET", "/ops", show, Role.VIEWER),
)  # fmt: skip
