"""Adds the Ops screens to the application: their routes, their static files, and nothing else."""

import gzip
from functools import cache
from importlib.resources.abc import Traversable
from typing import Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from maitred.ops import (
    actions,
    bookings,
    detail,
    dialogs,
    door,
    editor,
    elsewhere,
    flags,
    floor,
    group,
    heatmap,
    live,
    me,
    messages,
    moving,
    needs,
    phone,
    review,
    room,
    session,
    sheet,
    since,
    staff,
    timeline,
    undoing,
    waitlist,
    webhooks,
)
from maitred.ops.pages import STATIC, Pages
from maitred.ops.visit import House, Screen, bound, nowhere

# In the order of use: the router tries one after the other.
SCREENS: Final[tuple[Screen, ...]] = (
    *session.SCREENS,
    *elsewhere.SCREENS,
    *group.SCREENS,
    *live.SCREENS,
    *phone.SCREENS,
    *door.SCREENS,
    *undoing.SCREENS,
    *needs.SCREENS,
    *bookings.SCREENS,
    *waitlist.SCREENS,
    *since.SCREENS,
    *editor.SCREENS,
    *floor.SCREENS,
    *sheet.SCREENS,
    *me.SCREENS,
    *staff.SCREENS,
    *flags.SCREENS,
    *webhooks.SCREENS,
    *messages.SCREENS,
    *room.SCREENS,
    *review.SCREENS,
    *dialogs.SCREENS,
    *detail.SCREENS,
    *actions.SCREENS,
    *heatmap.SCREENS,
    *moving.SCREENS,
    *timeline.SCREENS,
    Screen("GET", "/ops/{slug}/{rest:path}", nowhere),
)
_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png"}
_FOR_GOOD: Final = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}


def add_ops(app: FastAPI, *, tests: bool = False) -> None:
    """Add the screens to an application that has the API. With `tests` the pseudo-locale may be asked for."""
    house = House(app.state.front, Pages(), tests)
    files = {
        entry.name: entry for folder in (STATIC, STATIC / "vendor") for entry in folder.iterdir() if entry.is_file()
    }

    async def static(request: Request) -> Response:
        return _static(files.get(request.path_params["name"]), request.headers.get("accept-encoding", ""))

    app.add_route("/ops/static/{fingerprint}/{name}", static, include_in_schema=False)
    app.add_route("/ops/", _without_slash, include_in_schema=False)
    for screen in SCREENS:
        app.add_route(screen.path, bound(screen, house), methods=[screen.method], include_in_schema=False)


def _static(entry: Traversable | None, accepted: str) -> Response:
    if entry is None:
        return Response(status_code=404)
    kind = _TYPES.get(entry.name[entry.name.rindex(".") :], "application/octet-stream")
    if "gzip" not in accepted:
        return Response(entry.read_bytes(), headers=_FOR_GOOD, media_type=kind)
    headers = {**_FOR_GOOD, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return Response(_packed(entry.name, entry.read_bytes()), headers=headers, media_type=kind)


@cache
def _packed(_name: str, content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


async def _without_slash(_request: Request) -> Response:
    return RedirectResponse("/ops", 308)
