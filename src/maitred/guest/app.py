"""Adds the guests' pages to the application: their routes, their static files, and nothing else."""

from typing import Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from maitred.guest import book, embed, manage, offer, waitlist
from maitred.guest.limits import Limits
from maitred.guest.pages import STATIC, Pages
from maitred.guest.visit import House, Screen, bound, nowhere

SCREENS: Final[tuple[Screen, ...]] = (
    *embed.SCREENS,
    *book.SCREENS,
    *offer.SCREENS,
    *manage.SCREENS,
    *waitlist.SCREENS,
    Screen("GET", "/book", nowhere),
    Screen("GET", "/book/{slug}/{rest:path}", nowhere),
)
_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_FOR_GOOD: Final = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}


def add_guest(app: FastAPI, *, tests: bool = False) -> None:
    """Add the pages to an application that has the API. With `tests` an address may ask as much as it likes."""
    house = House(app.state.front, Pages(), Limits.wide() if tests else Limits())
    files = {entry.name: entry for entry in STATIC.iterdir() if entry.is_file()}

    async def static(request: Request) -> Response:
        entry = files.get(request.path_params["name"])
        if entry is None:
            return Response(status_code=404)
        kind = _TYPES.get(entry.name[entry.name.rindex(".") :], "application/octet-stream")
        return Response(entry.read_bytes(), headers=_FOR_GOOD, media_type=kind)

    app.add_route("/book/-/static/{fingerprint}/{name}", static, include_in_schema=False)
    for screen in SCREENS:
        app.add_route(screen.path, bound(screen, house), methods=[screen.method], include_in_schema=False)
