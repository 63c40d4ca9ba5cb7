"""The script with which a restaurant's own site shows these pages in a frame."""

from typing import Final

import orjson
from starlette.responses import Response

from maitred.guest.pages import STATIC
from maitred.guest.visit import Screen, Visit
from maitred.texts import gettext

_HEADERS: Final = {
    "Cache-Control": "public, max-age=300",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Vary": "Accept-Language",
}


async def script(visit: Visit) -> Response:
    """Give the script; it puts a frame where it stands and keeps it as high as what is in it."""
    title = gettext("Book a table at %(name)s") % {"name": visit.place.venue.name}
    said = orjson.dumps({"slug": visit.place.slug, "title": title}).decode()
    content = (STATIC / "embed.js").read_text(encoding="utf-8").replace('"SAID"', said)
    headers = {**_HEADERS, "Content-Language": visit.texts.lang}
    return Response(content, headers=headers, media_type="text/javascript; charset=utf-8")


SCREENS: Final = (Screen("GET", "/book/{slug}/embed.js", script),)
